//! Tests of the room: what a hunk is, on pages made by the kernel and by hand.

use super::*;
use crate::{Kernel, Options, RawDoc};

/// The diff of a page as the kernel makes it.
fn diff(id: &str, bytes: &[u8], all: bool, in_place: bool) -> Diff {
    let kernel = Kernel::new(Options::default());
    let page = kernel.page(RawDoc { id, bytes, ..RawDoc::default() });
    let draft = Draft::of(&page, true, in_place, None, kernel.rules());
    let diff = Diff::new(&page, &draft, kernel.rules(), all);
    assert_eq!(diff.after, draft.clean(), "{id}");
    check(&diff);
    if all {
        assert_eq!(diff.before, page.layers[0].text);
    }
    diff
}

/// Outside its changes both sides are the same, and so are the lines between hunks.
fn check(d: &Diff) {
    let (mut b, mut a) = (0, 0);
    for c in &d.changes {
        assert_eq!(d.before[b..c.was.start as usize], d.after[a..c.now.start as usize]);
        (b, a) = (c.was.end as usize, c.now.end as usize);
    }
    assert_eq!(d.before[b..], d.after[a..]);
    let (mut b, mut a) = (0, 0);
    for h in &d.hunks {
        assert_eq!(d.before[b..h.was.start as usize], d.after[a..h.now.start as usize], "{h:?}");
        for (text, at) in [(&d.before, h.was), (&d.after, h.now)] {
            assert!(at.start == 0 || text.as_bytes()[at.start as usize - 1] == b'\n', "{h:?} of {text:?}");
            assert!(at.end as usize == text.len() || at.is_empty() || text.as_bytes()[at.end as usize - 1] == b'\n', "{h:?} of {text:?}");
        }
        (b, a) = (h.was.end as usize, h.now.end as usize);
        let (was, now) = d.words(h);
        assert!(was.iter().all(|s| s.of(&d.before).len() == s.len()) && now.iter().all(|s| s.of(&d.after).len() == s.len()));
    }
    assert_eq!(d.before[b..], d.after[a..]);
}

fn told(d: &Diff) -> Vec<(String, String, Vec<&'static str>, Lines)> {
    let id = |r: &RuleId| &*Rules::builtin().get(*r).id;
    (d.hunks.iter())
        .map(|h| (h.was.of(&d.before).to_owned(), h.now.of(&d.after).to_owned(), h.rules.iter().map(id).collect(), h.line))
        .collect()
}

const PAGE: &str = "当前位置：首页 > 新闻 > 正文\n河边有一座老桥，桥下的水很清，夏天有孩子在那里游泳。\n\n桥是石头的，很久以前就有了，村里的老人也说不清是谁修的。\n分享到：微博 微信 QQ空间\n";

#[test]
fn lines_left_out_are_hunks_with_their_rule_and_line() {
    let d = diff("a.txt", PAGE.as_bytes(), false, false);
    let told = told(&d);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((&*told[0].0, &*told[0].1, told[0].3.input), ("当前位置：首页 > 新闻 > 正文\n", "", 1));
    assert_eq!((&*told[1].0, &*told[1].1, told[1].3.input), ("分享到：微博 微信 QQ空间\n", "", 5));
    assert_eq!((&told[0].2, &told[1].2), (&vec!["boilerplate/breadcrumb"], &vec!["boilerplate/share"]));
    // the same in place, and with everything shown
    for d in [diff("a.txt", PAGE.as_bytes(), false, true), diff("a.txt", PAGE.as_bytes(), true, true)] {
        let lines: Vec<(String, Vec<&str>)> = self::told(&d).into_iter().map(|h| (h.0, h.2)).collect();
        assert_eq!(lines, [(told[0].0.clone(), told[0].2.clone()), (told[1].0.clone(), told[1].2.clone())]);
    }
}

#[test]
fn clean_text_has_no_hunks() {
    let d = diff("a.txt", "春天来了，\n河里的冰化了。\n".as_bytes(), false, true);
    assert!(d.changes.is_empty() && d.hunks.is_empty());
    // paragraphs set a blank line apart are no change either, unless all is wanted
    assert!(diff("a.txt", "春天来了。\n河里的冰化了。".as_bytes(), false, false).hunks.is_empty());
    assert!(!diff("a.txt", "春天来了。\n河里的冰化了。".as_bytes(), true, false).hunks.is_empty());
}

#[test]
fn markup_is_shown_only_when_all_is_wanted() {
    let page = "<html><head><title>桥</title></head><body><p>河边有一座<b>老桥</b>，桥下的水很清&amp;很凉。</p><p>caf\u{c3}\u{a9} au lait, s\u{2019}il vous pla\u{c3}\u{ae}t.</p></body></html>";
    let d = diff("a.html", page.as_bytes(), false, false);
    assert!(d.before.contains("河边有一座老桥，桥下的水很清&很凉。"), "{}", d.before);
    for h in &d.hunks {
        let (was, _) = d.words(h);
        assert!(was.iter().all(|s| !s.of(&d.before).contains('<')));
    }
    assert!(!diff("a.html", page.as_bytes(), true, false).hunks.is_empty());
}

#[test]
fn every_sample_keeps_the_laws() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-samples");
    let mut seen = 0;
    for group in std::fs::read_dir(root).unwrap().flatten().filter(|g| g.path().is_dir()) {
        for sample in std::fs::read_dir(group.path()).unwrap().flatten().filter(|s| s.path().is_dir()) {
            for file in std::fs::read_dir(sample.path()).unwrap().flatten() {
                let bytes = std::fs::read(file.path()).unwrap();
                for (all, in_place) in [(false, false), (false, true), (true, false), (true, true)] {
                    diff(&file.file_name().to_string_lossy(), &bytes, all, in_place);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "{seen}");
}
