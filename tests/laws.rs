//! The laws of ARCHITECTURE.md, each a test of its name, over own texts in many scripts, all samples, all of these garbled once
//! more, and random bytes. What exactly comes out of a sample is said by `golden`.

mod samples;

use std::borrow::Cow;
use std::sync::OnceLock;

use encoding_rs::{BIG5, GBK, SHIFT_JIS, UTF_16LE, WINDOWS_1251, WINDOWS_1252};
use jingwen::{Kernel, Options, Page, RawDoc, Rules, Span, Stage, charset, repair, tidy};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Clean texts of our own, in as many scripts as we can write.
const CLEAN: &[&str] = &[
    "今天早上下了一场小雨，院子里的桂花香得很。",
    "圖書館下午五點關門，請大家記得帶走自己的東西。\n\n「明天見！」她說。",
    "昨日は友達と一緒に山へ行って、とても楽しかったです。ﾎﾃﾙは駅前。",
    "오늘 아침에는 비가 조금 내려서 길이 미끄러웠다.",
    "The bakery on the corner opens at seven — and sells out by noon.",
    "Die Bäckerei an der Ecke öffnet früh. Größe: 5 €, „frisch“.",
    "Le boulanger du coin ouvre tôt ; « déjà tout vendu », dit-il.",
    "ÂNGELA, IRMÃ, MAÇÃ: nomes em maiúsculas. ĐẶNG VĂN LÂM.",
    "Piekarnia na rogu otwiera się wcześnie i sprzedaje świeży chleb.",
    "Tiệm bánh ở góc phố mở cửa từ sáng sớm và bán hết trước buổi trưa.",
    "Пекарня на углу открывается рано утром и продаёт свежий хлеб.",
    "Ο φούρνος στη γωνία ανοίγει νωρίς το πρωί.",
    "המאפייה בפינה נפתחת מוקדם בבוקר.",
    "يفتح المخبز في الزاوية مبكرا ويبيع الخبز الطازج.",
    "ร้านขนมปังที่หัวมุมเปิดแต่เช้า",
    "कोने की दुकान सुबह जल्दी खुलती है।",
    "მაღაზია დილით იღება. Խանութը բացվում է առավոտյան։",
    "1 < 2, 3 > 2; a & b; 5 * 3 = 15. (x, y)? [ok] {no} @home #1 50%",
    "😀👍🏽 ok ♥ ★★★ ─── │ │",
    "他问我?我说不知道。真的吗?!",
    "处处闻啼鸟(niǎo)，春眠不觉晓。",
    "x",
    "",
];

/// Texts whose bytes are put together at random: what the stages look for, and what breaks them.
const PIECES: &[&[u8]] = &[
    b"<p>",
    b"</p>",
    b"<div class=\"nav\">",
    b"</div>",
    b"<a href=\"/\">",
    b"</a>",
    b"<script>",
    b"</script>",
    b"<!--",
    b"-->",
    b"<br>",
    b"<li>",
    b"<table><tr><td>",
    b"<meta charset=gbk>",
    b"<title>",
    b"<rss><channel>",
    b"<item><title>",
    b"<description>",
    b"</item>",
    b"<![CDATA[",
    b"]]>",
    b"&amp;",
    b"&#x4e2d;",
    b"&lt",
    b"&amp;amp;",
    b"&",
    b"<",
    b"\n",
    b"\r\n",
    b"\n\n",
    b" ",
    b"\t",
    b"---\n",
    b"# ",
    b"**",
    b"[a](b)",
    b"word ",
    b"two words. ",
    b"1998-05-12",
    b"?",
    b"\x00",
    b"\x80",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1b$B",
    b"~{",
    "春天来了，花园里的牡丹开得正好。".as_bytes(),
    "圖書館下午五點關門。".as_bytes(),
    "来源：山河晚报 作者：赵一鸣".as_bytes(),
    "版权所有 未经许可不得转载".as_bytes(),
    "鏄ュぉ鏉ヤ簡锛岃姳鍥噷鐨勭墶涓瑰紑寰楁濂姐€�".as_bytes(),
    "Ã©tÃ©".as_bytes(),
    "ä»Šå¤©".as_bytes(),
    "锟斤拷".as_bytes(),
    "對(duì)".as_bytes(),
    "?shù)".as_bytes(),
    "\u{E5E5}".as_bytes(),
    "\u{FFFD}".as_bytes(),
    b"\xB4\xBA\xCC\xEC\xC0\xB4\xC1\xCB",
    b"\xA1\xA3",
    b"\xAE\xA9",
    b"\x82\xB1\x82\xF1",
    b"\xE6\x98",
    b"\xC3",
    "１２３ＡＢＣ".as_bytes(),
    "ｶﾀｶﾅ".as_bytes(),
    "한국어".as_bytes(),
    "Ещё".as_bytes(),
];

/// One input of the laws.
struct Input {
    name: String,
    id: String,
    label: Option<String>,
    bytes: Vec<u8>,
}

impl Input {
    fn raw(&self) -> RawDoc<'_> {
        RawDoc { id: &self.id, url: None, label: self.label.as_deref(), bytes: &self.bytes }
    }
}

/// Own texts and samples, as they are and garbled once more. Made once.
fn inputs() -> &'static [Input] {
    static INPUTS: OnceLock<Vec<Input>> = OnceLock::new();
    INPUTS.get_or_init(|| {
        let mut out: Vec<Input> = CLEAN
            .iter()
            .enumerate()
            .map(|(i, t)| Input { name: format!("own text {i}"), id: "own.txt".into(), label: None, bytes: t.as_bytes().to_vec() })
            .collect();
        for s in samples::all() {
            // a sample of many copies of one line shows nothing that its first 8 KB do not
            let bytes = s.bytes[..s.bytes.len().min(8 << 10)].to_vec();
            out.push(Input { name: format!("{}/{}", s.group, s.name), id: s.file, label: s.label, bytes });
        }
        for i in 0..out.len() {
            let Input { name, id, bytes, .. } = &out[i];
            let decoded = [WINDOWS_1252, GBK, BIG5, SHIFT_JIS, WINDOWS_1251, UTF_16LE].map(|e| {
                let text = e.decode_without_bom_handling(bytes).0.into_owned();
                Input { name: format!("{name} read as {}", e.name()), id: id.clone(), label: None, bytes: text.into_bytes() }
            });
            let cut = Input { name: format!("{name}, cut"), id: id.clone(), label: None, bytes: bytes[bytes.len() / 3..].to_vec() };
            out.extend(decoded);
            out.push(cut);
        }
        out
    })
}

fn kernel() -> &'static Kernel {
    static KERNEL: OnceLock<Kernel> = OnceLock::new();
    KERNEL.get_or_init(|| Kernel::new(Options::default()))
}

/// The pages of all inputs. Made once.
fn pages() -> &'static [(&'static str, Page<'static>)] {
    static PAGES: OnceLock<Vec<(&'static str, Page<'static>)>> = OnceLock::new();
    PAGES.get_or_init(|| inputs().iter().map(|i| (&*i.name, kernel().page(i.raw()))).collect())
}

/// Runs a law over all inputs, and over random ones.
fn over_all(law: fn(&Page<'_>) -> Result<(), String>) {
    let wrong: Vec<String> = pages().iter().filter_map(|(name, page)| Some(format!("{name}: {}", law(page).err()?))).collect();
    assert!(wrong.is_empty(), "{} of {} inputs:\n{}", wrong.len(), pages().len(), wrong.join("\n"));
    random(400, |bytes| {
        let page = kernel().page(RawDoc { id: "random", bytes, ..RawDoc::default() });
        law(&page)
    });
}

/// Runs a check over random bytes and random pieces, the same ones each time.
fn random(cases: u32, check: impl Fn(&[u8]) -> Result<(), String>) {
    let pieces =
        vec(prop_oneof![4 => select(PIECES).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 0..6)], 0..40).prop_map(|p| p.concat());
    let bytes = prop_oneof![1 => vec(any::<u8>(), 0..300), 3 => pieces];
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner
        .run(&bytes, |b| check(&b).map_err(|why| TestCaseError::fail(format!("{why}: {:?}", String::from_utf8_lossy(&b)))))
        .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn faithful() {
    over_all(|page| {
        for (i, layer) in page.layers.iter().enumerate() {
            if !layer.is_faithful(page.below(i)) {
                return Err(format!("layer {i}, {:?}, differs outside its edits", layer.stage));
            }
            if i > 0 && layer.edits.is_empty() {
                return Err(format!("layer {i}, {:?}, has no edit", layer.stage));
            }
            if layer.edits.windows(2).any(|e| e[0].was.end > e[1].was.start || e[0].now.end > e[1].now.start) {
                return Err(format!("edits of layer {i}, {:?}, are not in order", layer.stage));
            }
        }
        Ok(())
    });
}

#[test]
fn locatable() {
    over_all(|page| {
        let text = page.text();
        let size = page.raw.bytes.len();
        let step = (text.len() / 200).max(1);
        let borders: Vec<usize> = (0..=text.len()).filter(|&i| text.is_char_boundary(i)).step_by(step).chain([text.len()]).collect();
        let mut last = 0;
        for pair in borders.windows(2) {
            let raw = page.locate(Span::new(pair[0], pair[1]));
            if raw.start > raw.end || raw.end as usize > size || raw.start < last {
                return Err(format!("{pair:?} maps to {raw:?} of {size} bytes, after {last}"));
            }
            last = raw.start;
        }
        for block in &page.outline.blocks {
            let at = block.span.range();
            if at.start > at.end || text.get(at.clone()).is_none() || page.locate(block.span).end as usize > size {
                return Err(format!("block {at:?} is no part of a text of {} bytes", text.len()));
            }
            if block.link_bytes as usize > at.len() {
                return Err(format!("block {at:?} has {} bytes inside links", block.link_bytes));
            }
        }
        if page.outline.blocks.windows(2).any(|b| b[0].span.end > b[1].span.start) {
            return Err("blocks are not in order".into());
        }
        for mark in &page.marks {
            if mark.block as usize >= page.outline.blocks.len() || mark.first.is_some_and(|f| f >= mark.block) {
                return Err(format!("a mark of block {} of {}", mark.block, page.outline.blocks.len()));
            }
        }
        for note in &page.notes {
            let layer = page.layers.get(note.layer as usize).ok_or("a note without its layer")?;
            if layer.text.get(note.at.range()).is_none() {
                return Err(format!("a note at {:?} of {} bytes", note.at, layer.text.len()));
            }
        }
        Ok(())
    });
}

#[test]
fn undoable() {
    over_all(|page| if page.undo() == page.raw.bytes { Ok(()) } else { Err("undone, the bytes differ".into()) });
}

/// What the trace keeps of a page gives its bytes back, with the text that is written of it and with the text before blocks are left
/// out; and with no other text.
#[cfg(feature = "cli")]
#[test]
fn restorable() {
    use jingwen::draft::Draft;
    use jingwen::trace::{Document, Refused};
    over_all(|page| {
        let draft = Draft::of(page, true, false, None, Rules::builtin());
        let (clean, raw) = (draft.clean(), page.raw.bytes);
        for text in [&*clean, page.text()] {
            let document = Document::new(1, raw, Some(text.as_bytes()), page.charset.name);
            if document.restore(text.as_bytes()).as_deref() != Ok(raw) {
                return Err(format!("read as {}, does not come back", page.charset.name));
            }
            if document.restore(format!("{text}.").as_bytes()) != Err(Refused::Edited) {
                return Err("comes back from another text".to_owned());
            }
        }
        Ok(())
    });
}

/// Outside the hunks of a diff both sides are the same, and after is what is written.
#[test]
fn told_apart() {
    use jingwen::diff::Diff;
    use jingwen::draft::Draft;
    over_all(|page| {
        for (all, in_place) in [(false, false), (false, true), (true, false), (true, true)] {
            let draft = Draft::of(page, true, in_place, None, Rules::builtin());
            let diff = Diff::new(page, &draft, Rules::builtin(), all);
            let fail = |what: &str| Err(format!("all {all}, in place {in_place}: {what}"));
            if diff.after != draft.clean() {
                return fail("after is not the text that is written");
            }
            if all && diff.before != page.layers[0].text {
                return fail("before is not the text that was read");
            }
            let changes: Vec<(Span, Span)> = diff.changes.iter().map(|c| (c.was, c.now)).collect();
            let hunks: Vec<(Span, Span)> = diff.hunks.iter().map(|h| (h.was, h.now)).collect();
            for list in [changes, hunks] {
                let (mut b, mut a) = (0, 0);
                for (was, now) in list {
                    if diff.before.get(b..was.start as usize) != diff.after.get(a..now.start as usize) {
                        return fail(&format!("the sides differ before {was:?}"));
                    }
                    (b, a) = (was.end as usize, now.end as usize);
                }
                if diff.before[b..] != diff.after[a..] {
                    return fail("the sides differ at the end");
                }
            }
        }
        Ok(())
    });
}

#[test]
fn borrowed() {
    for text in CLEAN {
        let raw = RawDoc { id: "own.txt", bytes: text.as_bytes(), ..RawDoc::default() };
        for page in [kernel().page(raw), kernel().repaired(raw), kernel().page_of_text(raw, text)] {
            let rules: Vec<&str> = page.layers.iter().flat_map(|l| &l.edits).map(|e| &*Rules::builtin().get(e.rule).id).collect();
            assert!(page.layers.len() == 1 && rules.is_empty(), "{text:?} was changed by {rules:?} to {:?}", page.text());
            let Cow::Borrowed(same) = page.layers[0].text else { panic!("{text:?} was copied") };
            assert!(std::ptr::eq(same.as_ptr(), text.as_ptr()), "{text:?} is another text");
        }
    }
    for sample in samples::all() {
        let honest = sample.group == "negative" && !sample.bytes.starts_with(b"\xEF\xBB\xBF") && std::str::from_utf8(&sample.bytes).is_ok();
        if honest {
            let page = kernel().repaired(sample.raw());
            let rules: Vec<&str> = page.layers.iter().flat_map(|l| &l.edits).map(|e| &*Rules::builtin().get(e.rule).id).collect();
            assert!(page.layers.len() == 1 && rules.is_empty(), "{} was changed by {rules:?} to {}", sample.name, page.text());
            assert!(matches!(page.layers[0].text, Cow::Borrowed(_)), "{} was copied", sample.name);
        }
    }
}

#[test]
fn settled() {
    over_all(|page| {
        let rules = Rules::builtin();
        let records = page.layers.iter().take_while(|l| matches!(l.stage, Stage::Decode | Stage::Repair)).count();
        let mut again = repair::repair(&page.layers[records - 1].text, rules);
        if let Some(layer) = page.layers[records..].iter().rfind(|l| l.stage == Stage::Repair) {
            let whole = Span::new(0, layer.text.len());
            again.layers.extend(repair::shown(&layer.text, std::iter::once(whole), &page.outline.cited, rules).layers);
        }
        if let Some(layer) = again.layers.first() {
            let edit = layer.edits[0];
            return Err(format!("repair goes on with {} at {:?}", rules.get(edit.rule).id, edit.was));
        }
        if let Some(layer) = tidy::tidy(page.text(), &page.outline.blocks, page.format == jingwen::page::Format::Html, rules).0 {
            let edit = layer.edits[0];
            return Err(format!("tidy goes on with {} at {:?}", rules.get(edit.rule).id, edit.was));
        }
        Ok(())
    });
}

/// Plain texts of our own whose lines stand as somebody set them, and pages that become such texts.
const SET: &[(&str, &str)] = &[
    (
        "verse.txt",
        "THE MILL\n\nThe mill goes round, the mill goes round,\n    and nobody is there;\nthe corn is lying on the ground,\n    the dust is in the air.\n\nThe miller went in spring,\n    the water stayed.\n",
    ),
    ("list.txt", "要带的东西：\n锄头\n绳子两根\n\n带好以后到桥头集合，天亮以前出发，中午以前要走到河边的老磨坊。\n\n路上不要停。\n"),
    (
        "novel.txt",
        "　　山里的路一到雨天就不好走，村里人商量了几次。\n　　后来有人说，不如自己修一条。\n\n第二章\n\n　　第二年春天，路修到了河边，人人都来看。\n　　桥还没有。\n",
    ),
    (
        "manual.txt",
        "NAME\n       mill - grind corn\n\nSYNOPSIS\n       mill [-v] FILE...\n\nDESCRIPTION\n       mill reads each file and grinds the corn in it.\n\n       Without a file it reads what is typed.\n\nSEE ALSO\n       hopper(1), stone(5)\n",
    ),
    ("script.txt", "#!/bin/sh\nfor f in *; do\n    echo \"$f\"\ndone\n"),
    (
        "page.html",
        "<html><body><h1>The mill</h1><p>The mill stands by the river, and whoever has corn may grind it there in the evening.</p>\
        <ul><li>bring corn<li>bring a sack</ul><p>Nobody pays for it, as the water does the work, and the stones were laid by all.</p></body></html>",
    ),
];

#[test]
fn settled_when_cleaned() {
    for (id, text) in SET {
        let once = kernel().page(RawDoc { id, bytes: text.as_bytes(), ..RawDoc::default() }).clean().to_text(true);
        let again = kernel().page(RawDoc { id: "a.txt", bytes: once.as_bytes(), ..RawDoc::default() }).clean().to_text(true);
        assert_eq!(once, again, "{id}");
    }
}

/// Markdown of our own that is written again as Markdown, and pages that become Markdown.
const MARKDOWN: &[(&str, &str)] = &[
    (
        "use.md",
        "# The mill\n\nUse `mill __fast__` and *water*, see [the river][r]:\n\n- corn\n  - flat\n  - round\n\n    and wet\n- sack\n\n1. dig\n   ```sh\n   go --fast\n     twice\n   ```\n2. fill\n\n\
        > quoted\n> twice\n\n| a | b |\n|---|---|\n| `x` | 2 |\n\n    stones(3)\n        if rain\n\n\\*no stars\\*, 3 < 4 & \\[no link](a)\n\n[r]: http://river.example/\n",
    ),
    (
        "head.md",
        "<div align=\"center\"><b>The mill</b> &amp; the * river</div>\n\n## Use\n\nThe mill grinds what is brought, and stops when it rains.\n",
    ),
    ("plain.txt", "Use `mill` or *water*\n====\n1. dig\n- fill\n# rest\n[no link](a) 3 < 4 <b>\n"),
    (
        "page.html",
        "<html><body><h1>The mill</h1><p>The mill stands by the river, and whoever has corn may grind it there * in the evening.</p>\
        <ol><li>bring corn<ul><li>dry</ul><li>bring a sack</ol><p>Nobody pays for it, as the water does the [work], and the stones were laid by all.</p></body></html>",
    ),
];

#[cfg(feature = "dump")]
#[test]
fn settled_when_cleaned_as_markdown() {
    use jingwen::{draft::Draft, io::markdown};
    let clean = |id: &str, text: &str| {
        let page = kernel().page(RawDoc { id, bytes: text.as_bytes(), ..RawDoc::default() });
        markdown::of(&Draft::of(&page, true, false, None, kernel().rules())).into_owned()
    };
    for (id, text) in MARKDOWN {
        let once = clean(id, text);
        assert_eq!(once, clean("a.md", &once), "{id}");
    }
    let readme = clean(MARKDOWN[0].0, MARKDOWN[0].1);
    for part in [
        "`mill __fast__` and *water*, see [the river][r]",
        "\n  - flat\n",
        "\n   go --fast\n     twice\n",
        "\n1. dig\n",
        "> quoted\n> twice",
    ] {
        assert!(readme.contains(part), "{part}: {readme}");
    }
}

#[test]
fn replayable() {
    over_all(|page| {
        let rules = Rules::builtin();
        let text = &page.layers[0].text;
        let done = repair::repair(text, rules);
        let plan = repair::plan::Plan::of(text, &done, rules);
        let read = serde_json::to_string(&plan).ok().and_then(|json| serde_json::from_str(&json).ok());
        if read.as_ref() != Some(&plan) {
            return Err("the plan of its repair is not read as it was written".into());
        }
        let again = plan.apply(text, rules).map_err(|e| format!("the plan of its repair is refused: {e}"))?;
        let layers = |r: &repair::Repaired| r.layers.iter().map(|l| (l.text.to_string(), l.edits.clone())).collect::<Vec<_>>();
        if layers(&again) != layers(&done) || again.notes != done.notes {
            return Err("the plan of its repair does something else".into());
        }
        let other = format!("{text}.");
        if plan.apply(&other, rules).err() != Some(repair::plan::Refused::Text) {
            return Err("the plan of its repair takes another text".into());
        }
        Ok(())
    });
}

#[test]
fn total() {
    let all = |bytes: &[u8]| {
        let page = kernel().page(RawDoc { id: "", bytes, ..RawDoc::default() });
        assert!(!page.layers.is_empty());
        assert!((0.0..=1.0).contains(&page.charset.confidence), "{bytes:?}: confidence {}", page.charset.confidence);
        let _ = page.clean().to_text(true);
    };
    all(b"");
    (0..=255u8).for_each(|a| all(&[a]));
    // All of two bytes, and three bytes all over, are decoded; a part of them goes through all stages.
    let few = |n: u32, bytes: &[u8]| {
        let (charset, layer) = charset::decode(&RawDoc { id: "", bytes, ..RawDoc::default() }, Rules::builtin());
        assert!((0.0..=1.0).contains(&charset.confidence) && layer.undo(bytes) == bytes, "{bytes:?}");
        if n.is_multiple_of(61) {
            all(bytes);
        }
    };
    for n in 0..1u32 << 16 {
        few(n / 7, &n.to_le_bytes()[..2]);
    }
    for i in 0..30_000u32 {
        few(i, &(i.wrapping_mul(2_654_435_761) >> 8).to_le_bytes()[..3]);
    }
    for label in ["", "utf-8", "gbk", "no such label", "utf-16", "\u{FFFD}", "x-user-defined", "replacement", "iso-2022-kr"] {
        let page = kernel().page(RawDoc { id: "a.html", label: Some(label), bytes: b"<p>\xB4\xBA\xCC\xEC", url: Some("no url") });
        assert_eq!(page.undo(), page.raw.bytes);
    }
    random(1_000, |bytes| {
        all(bytes);
        Ok(())
    });
}

#[test]
fn total_on_what_grows() {
    // A hundred thousand of anything ends, in time linear in it: nesting, entities, quotes, broken characters.
    for unit in [
        "<div>",
        "<b>",
        "</p>",
        "&amp;",
        "&#",
        "<!--",
        "[",
        "> ",
        "- ",
        "(",
        "Ã",
        "鏄",
        "對(duì)",
        "?",
        "\u{FFFD}",
        "“",
        "\n\n",
        "<a href=",
        "<table>",
        "**",
        "---\n",
    ] {
        let text = unit.repeat(100_000 / unit.len());
        let page = kernel().page(RawDoc { id: "grows", bytes: text.as_bytes(), ..RawDoc::default() });
        assert_eq!(page.undo(), text.as_bytes(), "{unit}");
    }
    for unit in [&b"\xB4"[..], b"\xFF", b"\x00", b"\x1b$B", b"~{", b"\xE6\x98", b"\xA1\xA3\xB4", b"a\x00", b"\xC3\xA9\xB4\xBA\n"] {
        let bytes = unit.repeat(100_000 / unit.len());
        let page = kernel().page(RawDoc { id: "grows", bytes: &bytes, ..RawDoc::default() });
        assert_eq!(page.undo(), bytes, "{unit:?}");
    }
}

/// What a page comes to, for comparison.
fn outcome(input: &Input) -> String {
    let page = kernel().page(input.raw());
    let edits: usize = page.layers.iter().map(|l| l.edits.len()).sum();
    format!("{} {} {} {} {}\n{}", input.name, page.charset.name, edits, page.marks.len(), page.notes.len(), page.clean().to_text(true))
}

#[cfg(feature = "cli")]
#[test]
fn order_free() {
    use jingwen::batch::{Limits, ordered};
    let some = || inputs().iter().step_by(7);
    let with = |threads: usize| {
        let mut out = Vec::new();
        let jobs = some().map(|i| Ok::<_, std::convert::Infallible>((i.bytes.len() as u64, i)));
        let sunk = ordered(Limits { threads, weight: 1 << 20 }, jobs, outcome, |text| {
            out.push(text);
            Ok(())
        });
        assert!(sunk.is_ok());
        out
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));
    let backwards: Vec<String> = some().rev().map(outcome).collect();
    assert!(one.iter().eq(backwards.iter().rev()), "a page depends on the pages before it");
}
