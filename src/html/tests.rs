//! What the reader makes of small pages, of malformed ones, and of ones written to hurt.

use super::*;
use crate::block::Kind;
use crate::tag::Tag;

/// Reads and checks the laws: faithful, undoable, blocks in order and inside the text.
fn checked(text: &str) -> (String, Outline) {
    let (layers, outline) = outline(text, Rules::builtin());
    let out = match layers.first() {
        Some(layer) => {
            assert!(layer.is_faithful(text.as_bytes()), "faithful");
            assert_eq!(layer.undo(text.as_bytes()), text.as_bytes(), "undoable");
            layer.text.to_string()
        }
        None => text.to_owned(),
    };
    let mut at = 0;
    for b in &outline.blocks {
        assert!(b.span.start >= at && !b.span.is_empty(), "blocks are in order and not empty");
        assert!((b.node as usize) < outline.tree.len() && b.link_bytes as usize <= b.span.len());
        let text = b.span.of(&out);
        let row = b.kind == Kind::TableRow;
        assert_eq!(text.trim_start_matches(|c: char| c.is_whitespace() && !(row && c == '\t')).trim_end(), text);
        at = b.span.end;
    }
    for i in 1..outline.tree.len() {
        let parent = outline.tree.parent[i] as usize;
        assert!(parent < i && outline.tree.end[i] <= outline.tree.end[parent] && outline.tree.end[i] as usize > i);
    }
    (out, outline)
}

/// The blocks, one a line.
fn lines(text: &str) -> String {
    let (out, outline) = checked(text);
    outline.blocks.iter().map(|b| b.span.of(&out)).collect::<Vec<_>>().join("\n")
}

/// The blocks with their kinds.
fn kinds(text: &str) -> Vec<(Kind, String)> {
    let (out, outline) = checked(text);
    outline.blocks.iter().map(|b| (b.kind, b.span.of(&out).to_owned())).collect()
}

#[test]
fn paragraphs_and_white_space() {
    assert_eq!(lines("<p>One\n   two <b>three</b>.\n<p>  Four"), "One two three.\nFour");
    assert_eq!(lines("a<br>b<br/>c"), "a\nb\nc");
    assert_eq!(lines("<div>a<div>b</div>c</div>d"), "a\nb\nc\nd");
    assert_eq!(lines("<p>x<i> y</i><wbr>z<img src=a>!</p>"), "x yz!");
}

#[test]
fn a_line_end_between_ideographs_is_no_blank() {
    assert_eq!(lines("<p>春天\n  来了，\n花开了。 They\nsay</p>"), "春天来了，花开了。 They say");
    assert_eq!(lines("<p>봄이\n왔다</p>"), "봄이 왔다");
}

#[test]
fn text_without_markup_comes_back_without_a_layer() {
    let (layers, o) = outline("春天来了。", Rules::builtin());
    assert!(layers.is_empty());
    assert_eq!(o.blocks.len(), 1);
}

#[test]
fn adjacent_tags_are_one_edit() {
    let (layers, _) = outline("<div> <p>\n a</p>\n</div><p>b", Rules::builtin());
    let l = &layers[0];
    assert_eq!(l.text, "a\nb");
    assert_eq!(l.edits.len(), 2);
    assert_eq!(l.locate(crate::Span::new(2, 3)).of("<div> <p>\n a</p>\n</div><p>b"), "b");
}

#[test]
fn references_are_resolved() {
    assert_eq!(lines("<p>a &lt;b&gt; &amp;amp; &#20013;&#x6587 &unknown; &</p>"), "a <b> &amp; 中文 &unknown; &");
    assert_eq!(lines("<p>&nbsp;&nbsp;a&nbsp;b&nbsp;</p><p>&nbsp;</p>"), "a\u{A0}b");
}

#[test]
fn kinds_of_blocks() {
    use Kind::*;
    let page = "<h2>H</h2><p>p</p><ul><li>one<li><p>two</p><p>more</p></ul><blockquote><p>q</p></blockquote>\
                <figure><img><figcaption>c</figcaption></figure><pre>\nlet a;\n  let b;\n</pre>";
    let want = [
        (Heading(2), "H"),
        (Paragraph, "p"),
        (ListItem, "one"),
        (ListItem, "two"),
        (Paragraph, "more"),
        (Quote, "q"),
        (Caption, "c"),
        (Code, "let a;\n  let b;"),
    ];
    assert_eq!(kinds(page), want.map(|(k, t)| (k, t.to_owned())));
}

#[test]
fn rows_of_data_are_one_block_with_tabs() {
    use Kind::*;
    let page = "<table><caption>T</caption><tr><th>A<th>B<tr><td>1<td><p>2</p></td></tr><tr><td>3<td><td>4</table>";
    let want = [(Caption, "T"), (TableRow, "A\tB"), (TableRow, "1\t2"), (TableRow, "3\t\t4")];
    assert_eq!(kinds(page), want.map(|(k, t)| (k, t.to_owned())));
}

#[test]
fn layout_tables_stay_apart() {
    let page = "<table><tr><td>Home<br>News</td><td><p>First.</p><p>Second.</p></td></tr></table>";
    assert!(kinds(page).iter().all(|(k, _)| *k == Kind::Paragraph));
    assert_eq!(lines(page), "Home\nNews\nFirst.\nSecond.");
    // a table in a cell: the inner rows are rows, the outer one is layout
    let nested = "<table><tr><td>a</td><td><table><tr><td>1<td>2<tr><td>3<td>4</table></td></tr></table>";
    assert_eq!(lines(nested), "a\n1\t2\n3\t4");
}

#[test]
fn what_is_hidden_is_left_out() {
    let page = "<p>a<script>if (1 < 2) x='</p>'</script><style>p{}</style><span style='Display : none!important'>b</span>c</p>\
                <div hidden>d</div><div aria-hidden=true>e<div>f</div></div><div style='overflow:hidden'>g</div>\
                <textarea>h</textarea><select><option>i<option>j</select><template>k</template><svg><path/><text>l</text></svg>\
                <noscript><p>m</p></noscript><dialog>n</dialog><dialog open>o</dialog><div style='color:red;display:none'>p</div>";
    assert_eq!(lines(page), "ac\ng\no");
}

#[test]
fn a_hidden_element_ends_where_its_parent_ends() {
    assert_eq!(lines("<div><p hidden>a<p>b</div><section><div style='display:none'><b>c</section>d"), "b\nd");
    let many = format!("<ul style=display:none>{}</ul><p>seen", "<li>x".repeat(100));
    assert_eq!(lines(&many), "seen");
}

#[test]
fn parts_that_open_are_content() {
    let page = "<div style='visibility:hidden'>a</div><div class='Accordion-body' aria-hidden=true>b</div><div hidden id=S:1>c</div>\
                <div class=tab-pane hidden>d</div><div class=table hidden>e</div>";
    assert_eq!(lines(page), "a\nb\nc\nd");
}

#[test]
fn the_section_below_a_heading_is_folded_not_hidden() {
    let line = "The village mended the road in five days, with stones, carts and bread.";
    for page in [
        format!("<h3>When?</h3>\n<div class=content style='display: none'><p>{line}</div>"),
        format!("<dl><dt>When?</dt><dd hidden>{line}</dd></dl>"),
        format!("<h2>When?</h2><div class=css-1 aria-hidden=true hidden>{line}</div>"),
    ] {
        assert_eq!(lines(&page), format!("When?\n{line}"), "{page}");
    }
    for page in [
        format!("<h3>When?</h3><p>In May.</p><div style='display:none'><p>{line}</div>"),
        format!("<h3>When?</h3><form class=gform style='display:none'><p>{line}</form>"),
        format!("<h3>When?</h3><div class=login-modal style='display:none'><p>{line}</div>"),
        "<h3>When?</h3><ul style='display:none'><li>In May<li>In June</ul>".to_owned(),
    ] {
        assert!(!lines(&page).contains(line) && !lines(&page).contains("June"), "{page}");
    }
}

#[test]
fn what_is_not_read_aloud_is_seen_when_it_is_prose() {
    let line = "The village mended the road in five days, with stones, carts and bread.";
    for page in [
        format!("<div aria-hidden=true><p>{line}</div>"),
        format!("<a href=x aria-hidden=true tabindex=-1>{line}</a>"),
        format!("<li class=cell aria-hidden=true><script>var x = 1</script><b>{line}</b>"),
        format!("<div hidden=until-found>{line}</div>"),
    ] {
        assert_eq!(lines(&page), line, "{page}");
    }
    for page in [
        format!("<div class='site-menu' aria-hidden=true><p>{line}</div>"),
        format!("<div class='slick-slide slick-cloned' aria-hidden=true>{line}</div>"),
        format!("<span aria-hidden=true>{line}</span>"),
        format!("<div aria-hidden=true hidden>{line}</div>"),
        format!("<div aria-hidden=true><div>$ 12</div></div><p hidden>{line}"),
        format!("<div aria-hidden=true><script>var x = '{line}'</script>Home</div>"),
    ] {
        assert_eq!(lines(&page), "", "{page}");
    }
}

#[test]
fn a_drawing_without_end_hides_nothing_but_itself() {
    assert_eq!(lines("<a><svg><text>x</text><use/><p>seen"), "seen");
    assert_eq!(lines("<svg><foreignObject><p>label</p></foreignObject></svg>seen"), "seen");
}

#[test]
fn a_page_for_readers_without_scripts_is_read() {
    let post = "Somebody asked a question and somebody answered it at length. ".repeat(5);
    assert_eq!(
        lines(&format!("<title>t</title><noscript><div><p>{post}</p></div></noscript><p>Loading")),
        format!("{}\nLoading", post.trim_end())
    );
    assert_eq!(
        lines("<noscript>Please enable scripts.</noscript><p>The page has text of its own here.</p>"),
        "The page has text of its own here."
    );
}

#[test]
fn a_page_shown_only_by_its_script_is_read_all_the_same() {
    let text = "A sentence that the page hides until its script has run. ".repeat(6);
    assert_eq!(lines(&format!("<body><div id=app style='display:none'><p>{text}</p></div></body>")), text.trim_end());
    assert_eq!(lines("<body style='display:none'><p>short</p></body>"), "short");
}

#[test]
fn the_head_is_fields() {
    let page = "<!doctype html><html lang=zh-CN><head><title>A &amp; B\n - Site</title><meta charset=utf-8>\
                <meta property='og:title' content='A &quot;B&quot;'><link rel=canonical href='/x?a=1&amp;b=2'>\
                <script type='application/ld+json'>{\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"H\",\"author\":[{\"name\":\"N\"},\"M\"]},\
                {\"@type\":\"Organization\",\"name\":\"O\"}]}</script></head><body><time datetime='2024-05-06'>May</time></body></html>";
    let (_, o) = checked(page);
    let all: Vec<_> = o.fields.iter().map(|f| (&*f.key, &*f.value)).collect();
    let want = [
        ("html:lang", "zh-CN"),
        ("title", "A & B - Site"),
        ("meta:og:title", "A \"B\""),
        ("link:canonical", "/x?a=1&b=2"),
        ("jsonld:@type", "newsarticle"),
        ("jsonld:headline", "H"),
        ("jsonld:author", "N"),
        ("jsonld:author", "M"),
        ("time:datetime", "2024-05-06"),
    ];
    assert_eq!(all, want);
    assert_eq!(o.blocks.len(), 1);
}

#[test]
fn a_class_names_the_date_of_the_text() {
    let date = |body: &str| {
        let (_, o) = outline(body, Rules::builtin());
        o.fields.iter().find(|f| &*f.key == "class:date").map(|f| f.value.to_string())
    };
    assert_eq!(date("<h1>T</h1><div class='date'>\n 12 May 2024 </div><p>x").as_deref(), Some("12 May 2024"));
    assert_eq!(date("<span class='author meta_post-date'>Updated May 3, 2024</span>").as_deref(), Some("Updated May 3, 2024"));
    assert_eq!(date("<h1>T</h1><i class=date>May 3, 2024</i><i class=date>May 9, 2024</i>").as_deref(), Some("May 3, 2024"));
    for none in [
        "<div class='date'>Friday, May 3, 2024</div><h1>T</h1>",
        "<h1>T</h1><div class='update'>May 3, 2024</div>",
        "<h1>T</h1><div class='date'>soon</div>",
        "<h1>T</h1><div id='date'>May 3, 2024</div>",
        "<h1>T</h1><div class='date'><b>May 3, 2024</b></div>",
    ] {
        assert_eq!(date(none), None, "{none}");
    }
}

#[test]
fn labels_and_links_are_at_hand() {
    let (_, o) = checked("<div class='a b' id=main role=main><p>x <a href=/>link</a></p></div><div class='a b' id=main role=main></div>");
    assert_eq!(o.tree.tag, [Tag::OTHER, Tag::DIV, Tag::P, Tag::DIV]);
    assert_eq!(o.tree.label(1), "a b #main role=main");
    assert_eq!(o.tree.labels.len(), 2);
    assert_eq!(o.tree.end, [4, 3, 3, 4]);
    assert_eq!((o.blocks[0].node, o.blocks[0].link_bytes), (2, 4));
    // an anchor without address is no link; a link around blocks is
    let (_, o) = checked("<a name=x>no</a><a href=y><div>yes</div></a><a href=z><div>unclosed</a>after</div>");
    assert_eq!(o.blocks.iter().map(|b| b.link_bytes).collect::<Vec<_>>(), [0, 3, 8]);
}

#[test]
fn misnested_and_stray_tags() {
    assert_eq!(lines("</div></p>a</b><b><p>b</b>c</p></table>d"), "a\nbc\nd");
    assert_eq!(lines("<html><body>a</body></html><html><body>b</body></html>c"), "a\nb\nc");
    assert_eq!(lines("<table><tr><td>a</div>b</td></tr></table>"), "a\nb");
    // a form that ends inside another element closes nothing else
    let (_, o) = checked("<div><form><div>a</form>b</div>c</div>d");
    assert_eq!(o.blocks.iter().map(|b| b.node).collect::<Vec<_>>(), [3, 3, 2, 0]);
}

#[test]
fn plaintext_and_raw_elements() {
    assert_eq!(lines("a<plaintext><b>c</b> &amp;"), "a\n<b>c</b> &");
    assert_eq!(lines("a<xmp><b></xmp>c"), "a\n<b>\nc");
    assert_eq!(lines("a<title>t</title>b<textarea>c"), "abc");
    assert_eq!(lines("a<script>var x = '<p>b"), "a");
}

#[test]
fn lines_of_a_fragment_end_blocks() {
    let (layers, o) = fragment("# T\n\n<div>\n<p>a\nb</p></div>\nc &lt; d", Rules::builtin());
    let text = &layers[0].text;
    assert_eq!(o.blocks.iter().map(|b| b.span.of(text)).collect::<Vec<_>>(), ["# T", "a", "b", "c < d"]);
}

#[test]
fn sixty_thousand_nested_elements() {
    for tag in ["div", "span", "a href=x", "b", "ul><li", "table><tr><td", "x-y", "form", "p", "svg", "div hidden"] {
        let page = format!("<p>before</p>{}inside{}<p>after</p>", format!("<{tag}>").repeat(60_000), "</div>".repeat(60_000));
        let (out, _) = checked(&page);
        assert!(out.contains("before"), "{tag}");
    }
    let page = format!("{}in{}<p>after</p>", "<div>".repeat(60_000), "</div>".repeat(60_000));
    let (out, o) = checked(&page);
    assert_eq!(out.split_whitespace().collect::<Vec<_>>(), ["in", "after"]);
    assert_eq!(o.tree.parent.last(), Some(&0), "the cap is counted out again");
}

#[test]
fn a_thousand_nested_tables() {
    let page = format!("{}core{}<p>after", "<table><tr><td>x".repeat(1000), "</td></tr></table>".repeat(1000));
    let text = lines(&page);
    assert!(text.contains("core") && text.ends_with("after"));
}

#[test]
fn ten_megabytes_of_attributes() {
    let value = "y".repeat(10 << 20);
    assert_eq!(lines(&format!("<p class=\"{value}\">a</p>")), "a");
    assert_eq!(lines(&format!("<p>a</p><p class=\"{value}")), "a");
    let many = "a=b ".repeat(1 << 20);
    assert_eq!(lines(&format!("<p {many}>a</p>")), "a");
}

#[test]
fn repeated_beginnings_without_end_stay_linear() {
    for piece in [
        "<a href=\"",
        "<!--",
        "<![CDATA[",
        "</",
        "<a '",
        "<title>",
        "<p class='x",
        "&#",
        "&#x",
        "&lt",
        "&AMPamp",
        "<style",
        "</b",
        "<textarea>x",
        "<noscript>",
        "<pre>",
    ] {
        checked(&piece.repeat(50_000));
    }
}

#[test]
fn odd_characters() {
    assert_eq!(lines("<p>a\0b</p>"), "a\0b");
    assert_eq!(lines("<p\u{3000}class=x>a</p>é"), "a\né");
    assert_eq!(lines(""), "");
    assert_eq!(lines("<"), "<");
    assert_eq!(lines("&"), "&");
}

#[test]
fn hidden_spam_of_a_page_is_not_its_text() {
    let spam = "在线观看免费高清".repeat(15_500);
    let page = format!("<body><div style=\"display:none\">{spam}</div><article><p>今年的茶叶比去年早收了三天。</p></article>");
    assert!(lines(&page) == "今年的茶叶比去年早收了三天。");
}

#[test]
fn cells_keep_their_columns_behind_empty_and_covering_ones() {
    let table = |rows: &str| lines(&format!("<p>Grain:</p><table>{rows}</table>"));
    assert_eq!(table("<tr><td><th>Oats<th>Rye<tr><td>May<td>3<td>4"), "Grain:\n\tOats\tRye\nMay\t3\t4");
    assert_eq!(table("<tr><td>a<td><td>c<td>"), "Grain:\na\t\tc");
    assert_eq!(
        table("<tr><td rowspan=2>1820<td>wheat<td>12<tr><td>rye<td>8<tr><td>1821<td>oats<td>3"),
        "Grain:\n1820\twheat\t12\n\trye\t8\n1821\toats\t3"
    );
    assert_eq!(table("<tr><td>a<td rowspan=2 colspan=2>b<td>c<tr><td>d<td>e"), "Grain:\na\tb\t\tc\nd\t\t\te");
}

#[test]
fn spans_of_a_table_end_with_it_and_are_bounded() {
    let inner = "<table><tr><td rowspan=9>in</table>";
    assert_eq!(lines(&format!("<p>x<table><tr><td>{inner}</table><table><tr><td>a<td>b</table>")), "x\nin\na\tb");
    let wide = lines("<p>x<table><tr><td colspan=4000000000 rowspan=99999999999>a<td>b<tr><td>c<td>d</table>");
    assert!(wide.len() < 4 * COLUMNS_OF_A_TEST, "{}", wide.len());
}

/// As `reader` bounds them.
const COLUMNS_OF_A_TEST: usize = 64;

#[test]
fn a_formula_in_a_script_is_text_other_scripts_are_not() {
    assert_eq!(lines("<p>Let <script type=\"math/tex\">a^2 < b</script> hold.<script>x()</script>"), "Let a^2 < b hold.");
    assert_eq!(lines("<p>So<script type='math/tex; mode=display'>E=mc^2</script>holds"), "So\nE=mc^2\nholds");
}

#[test]
fn a_formula_is_its_tex_where_the_page_names_it() {
    let annotation = "<annotation encoding='application/x-tex'>x^{2}&lt;y</annotation>";
    let formula = format!("<math><semantics><msup><mi>x</mi><mn>2</mn></msup>{annotation}</semantics></math>");
    assert_eq!(lines(&format!("<p>Let {formula} hold.")), "Let x^{2}<y hold.");
    // encyclopedias hide it behind a picture
    assert_eq!(lines(&format!("<p>Let <span style='display: none;'>{formula}</span><img alt='x^{{2}}'> hold.")), "Let x^{2}<y hold.");
    // without TeX the letters are what there is, and what never ends is read on
    assert_eq!(lines("<p>Let <math><mi>x</mi><mo>=</mo><mn>1</mn></math> hold."), "Let x=1 hold.");
    assert_eq!(lines("<p>Let <math><mi>x</mi><p>hold.<math><mi>y"), "Let x\nhold.y");
    assert_eq!(lines(&format!("<p hidden>a {formula}</p>b")), "b");
}
