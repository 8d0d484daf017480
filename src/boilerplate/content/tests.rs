//! Which blocks of small pages stay. The texts are our own.

use super::*;
use crate::{html, rules::Rules};

/// The blocks that stay, one a line.
fn kept(page: &str) -> String {
    let rules = Rules::builtin();
    let (layers, outline) = html::outline(page, rules);
    let text = layers.first().map_or(page, |l| &*l.text);
    let marks = marks(text, &outline, &[], Profile::Article, rules);
    let mut out = vec![false; outline.blocks.len()];
    for m in &marks {
        assert!((0.0..=1.0).contains(&m.score));
        out[m.block as usize] = true;
    }
    outline.blocks.iter().zip(out).filter(|(_, out)| !out).map(|(b, _)| b.span.of(text)).collect::<Vec<_>>().join("\n")
}

const BODY: [&str; 4] = [
    "老街上的豆腐坊开了四十年，每天凌晨三点，磨盘就转起来了。街坊们说，闻到豆香，就知道天快亮了。",
    "坊主姓何，今年六十七岁，手上的老茧比磨盘还硬。他说，做豆腐没有秘诀，只有不偷懒，水要换三遍，豆子要挑两遍。",
    "去年冬天，儿子从城里回来，说要把豆腐卖到网上去。父亲没有反对，只是提了一个条件：每一块都得当天做、当天送。",
    "如今，豆腐坊门口多了一辆小货车，天不亮就出发。老何站在门口看着它走远，转身又回到磨盘旁边。",
];

fn page(before: &str, after: &str) -> String {
    let body: String = BODY.iter().map(|p| format!("<p>{p}</p>")).collect();
    format!("<html><body>{before}<div class=\"main\"><div class=\"article-content\">{body}</div></div>{after}</body></html>")
}

#[test]
fn menus_and_footers_go_and_the_text_stays() {
    let menu: String = ["首页", "新闻", "财经", "体育", "文化", "视频"].iter().map(|w| format!("<li><a href=/{w}>{w}</a></li>")).collect();
    let before = format!("<div class=\"nav\"><ul>{menu}</ul></div>");
    let after = format!("<div class=\"footer\"><ul>{menu}</ul><p>关于我们</p><p>版权所有</p></div>");
    assert_eq!(kept(&page(&before, &after)), BODY.join("\n"));
}

#[test]
fn what_asks_for_consent_goes_though_it_says_more_than_the_text() {
    let notice = [
        "We and our partners keep small files on your device, so that the page knows you when you come back. You can say no at any time, and the page works all the same.",
        "Some of these files are needed to show the page. Others count visits, and tell us which texts are read to their end. None of them says who you are.",
        "Others belong to those who pay for what you read. They may follow you from page to page, which is why we ask before one of them is kept on your device.",
    ];
    let notice: String = notice.iter().chain(&notice).chain(&notice).map(|p| format!("<p>{p}</p>")).collect();
    let text = kept(&page("", &format!("<div id=\"onetrust-consent-sdk\"><div><h2>Your privacy</h2>{notice}</div></div>")));
    assert_eq!(text, BODY.join("\n"));
    // a name of the whole page says nothing
    let text = kept(&page("", "").replace("<body>", "<body class=\"cookie-notice-hidden\">"));
    assert_eq!(text, BODY.join("\n"));
}

#[test]
fn lists_of_other_stories_go() {
    let stories = ["昨夜的大风吹倒了三棵树", "新桥下周通车", "菜市场搬家之后", "图书馆延长开放时间"];
    let list: String = stories.iter().map(|w| format!("<li><a href=/x>{w}</a></li>")).collect();
    let after = format!("<div class=\"related\"><h3>相关阅读</h3><ul>{list}</ul></div>");
    let text = kept(&page("", &after));
    assert!(text.contains(BODY[0]) && text.contains(BODY[3]));
    assert!(stories.iter().all(|s| !text.contains(s)));
}

#[test]
fn an_element_that_holds_the_page_is_never_left_out_for_its_name() {
    let body: String = BODY.iter().map(|p| format!("<p>{p}</p>")).collect();
    for name in ["sidebar", "footer", "comment-list", "nav-wrap", "ad"] {
        let text = kept(&format!("<html><body><form><div class=\"{name}\">{body}</div></form></body></html>"));
        assert!(BODY.iter().all(|p| text.contains(p)), "{name}");
    }
}

#[test]
fn a_page_with_text_never_comes_out_empty() {
    for page in [
        "<html><body><ul><li><a href=/a>One</a></li><li><a href=/b>Two</a></li></ul></body></html>",
        "<html><body><p>Short</p><p>page</p></body></html>",
        "<html><body><nav><a href=/a>Home</a></nav><footer>Imprint</footer></body></html>",
        "<html><body><table><tr><td>a<td>1<tr><td>b<td>2</table></body></html>",
    ] {
        assert!(!kept(page).is_empty(), "{page}");
    }
}

#[test]
fn plain_text_and_single_blocks_are_not_judged() {
    let rules = Rules::builtin();
    let plain = crate::plain::outline("首页\n新闻");
    assert!(marks("首页\n新闻", &plain, &[], Profile::Article, rules).is_empty());
    assert_eq!(kept("<nav><a href=/a>Home</a></nav>"), "Home");
}

#[test]
fn blocks_marked_before_are_not_marked_again() {
    let rules = Rules::builtin();
    let page = page("<nav><a href=/a>首页</a> <a href=/b>新闻</a></nav>", "");
    let (layers, outline) = html::outline(&page, rules);
    let all = marks(&layers[0].text, &outline, &[], Profile::Article, rules);
    assert!(!all.is_empty());
    assert!(marks(&layers[0].text, &outline, &all, Profile::Article, rules).is_empty());
}

#[test]
fn recall_leaves_out_less() {
    let rules = Rules::builtin();
    let after = "<div class=\"side\"><p>今日天气：多云转晴，北风三级。</p><p>编辑部电话见报眼。</p></div>";
    let page = page("<nav><a href=/a>首页</a></nav>", after);
    let (layers, outline) = html::outline(&page, rules);
    let count = |profile| marks(&layers[0].text, &outline, &[], profile, rules).len();
    assert!(count(Profile::Recall) <= count(Profile::Article));
}

#[test]
fn precision_leaves_out_no_less_and_forum_keeps_short_answers() {
    let rules = Rules::builtin();
    let posts: String = ["It rains in there.", "Same here, since May.", "Try the other door."]
        .iter()
        .map(|p| format!("<div class=post><div class=user>anna</div><div class=postbody><p>{p}</p></div></div>"))
        .collect();
    let first = "<p>My house has a leaking roof, and every time it rains, the water comes through the kitchen. What can I do about it?</p>";
    let menu = "<nav><a href=/a>Home</a> <a href=/b>Latest</a></nav>";
    let page = format!("<html><body>{menu}<div class=post><div class=postbody>{first}</div></div>{posts}</body></html>");
    let (layers, outline) = html::outline(&page, rules);
    let count = |profile| marks(&layers[0].text, &outline, &[], profile, rules).len();
    assert!(count(Profile::Precision) >= count(Profile::Article));
    assert!(count(Profile::Forum) <= count(Profile::Article));
    assert!(count(Profile::Recall) <= count(Profile::Forum));
}

#[test]
fn deep_and_wide_pages_take_linear_time() {
    let deep = format!("{}{}", "<div class=a><p>A few words of text.</p>".repeat(20_000), "</div>".repeat(20_000));
    assert!(!kept(&deep).is_empty());
    let wide = "<div class=item><a href=x>Entry</a><span>12</span></div>".repeat(20_000);
    assert!(!kept(&wide).is_empty());
}

#[test]
fn the_table_names_the_features_in_their_order() {
    let (layers, outline) = html::outline(&page("", ""), Rules::builtin());
    let survey = Survey::of(&layers[0].text, &outline);
    let place = Place::of(&layers[0].text, &outline, &survey);
    let mut row = features::Named::default();
    features::of_block(0, &outline, &survey, &place, &mut row);
    assert_eq!(row.names, Trees::builtin().names);
    assert_eq!(row.values.len(), row.names.len());
}

#[test]
fn pages_say_what_they_are() {
    let page = |head: &str| {
        let (layers, outline) =
            html::outline(&format!("<html><head>{head}</head><body><p>{}</p></body></html>", BODY[0]), Rules::builtin());
        let survey = Survey::of(&layers[0].text, &outline);
        Place::of(&layers[0].text, &outline, &survey).page()
    };
    let website = "<meta property=og:type content=website>";
    assert_eq!(page(website), choose::Page::Shop);
    assert_eq!(page(&format!("{website}<meta property=article:published_time content=2024-05-09>")), choose::Page::Other);
    assert_eq!(page("<script type=application/ld+json>{\"@type\":\"CollectionPage\"}</script>"), choose::Page::Shop);
    assert_eq!(page("<meta property=og:type content=article>"), choose::Page::Other);
    assert_eq!(page("<meta name=generator content=phpBB>"), choose::Page::Forum);
}
