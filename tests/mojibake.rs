//! Mojibake as a whole: what repair made it changes no more, and undo gives back what came in, over own sentences in every pair of
//! charsets, cut, mutilated and mixed, and over the cases of the optional kit. Which text comes out is said by unit tests and `golden`.

#![allow(clippy::print_stderr, reason = "a test says that it skips")]

use std::path::Path;

use jingwen::codec::Codec;
use jingwen::{Kernel, Normalization, Options, Page, RawDoc, repair};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const SENTENCES: &[&str] = &[
    "今天早上下了一场小雨，院子里的桂花香得很。",
    "圖書館下午五點關門，請大家記得帶走自己的東西。",
    "昨日は友達と一緒に山へ行って、とても楽しかったです。",
    "오늘 아침에는 비가 조금 내려서 길이 미끄러웠다.",
    "Le boulanger du coin ouvre tôt ; « déjà tout vendu », dit-il.",
    "Пекарня на углу открывается рано утром и продаёт свежий хлеб.",
    "Piekarnia na rogu otwiera się wcześnie.",
];

const CHARSETS: &[Codec] = &[
    Codec::UTF_8,
    Codec::GB18030,
    Codec::BIG5,
    Codec::SHIFT_JIS,
    Codec::EUC_JP,
    Codec::EUC_KR,
    Codec::WINDOWS_1252,
    Codec::WINDOWS_1251,
    Codec::KOI8_R,
    Codec::IBM437,
    Codec::MACINTOSH,
];

/// A text written in one charset and read in another; what the first lacks is left out.
fn garbled(text: &str, written: Codec, read: Codec) -> String {
    let bytes = match written.inverse() {
        None => text.as_bytes().to_vec(),
        Some(inverse) => text.chars().filter_map(|c| inverse.encode(c)).flat_map(|c| c.to_vec()).collect(),
    };
    read.decode(&bytes).into_owned()
}

/// The laws of repair on one text.
fn check(kernel: &Kernel, text: &str) -> Result<(), String> {
    let page = kernel.repaired_text(RawDoc { id: "own", ..RawDoc::default() }, text);
    if page.undo() != text.as_bytes() {
        return Err("undone, it is another text".into());
    }
    faithful(&page)?;
    let again = repair::repair(page.text(), kernel.rules());
    if let Some(layer) = again.layers.first() {
        return Err(format!("repaired once {:?}, twice {:?}", page.text(), layer.text));
    }
    for note in &page.notes {
        let of = &page.layers[note.layer as usize].text;
        if note.at.end as usize > of.len() || !of.is_char_boundary(note.at.start as usize) || !of.is_char_boundary(note.at.end as usize) {
            return Err(format!("a note at {:?} of {} bytes", note.at, of.len()));
        }
    }
    Ok(())
}

fn faithful(page: &Page<'_>) -> Result<(), String> {
    let unfaithful = |i: &usize| !page.layers[*i].is_faithful(page.below(*i));
    (0..page.layers.len()).find(unfaithful).map_or(Ok(()), |i| Err(format!("layer {i} differs outside its edits")))
}

#[test]
fn every_pair_settles_and_can_be_undone() {
    let kernel = Kernel::new(Options::default());
    for &sentence in SENTENCES {
        for &written in CHARSETS {
            for &read in CHARSETS {
                let once = garbled(sentence, written, read);
                let inside = format!("{sentence}\n“{once}”{sentence}");
                let lossy = once.replace(['\u{fffd}', '\u{81}', '\u{a0}'], "?");
                for text in [&once, &inside, &lossy, &garbled(&once, Codec::UTF_8, Codec::WINDOWS_1252)] {
                    check(&kernel, text).unwrap_or_else(|why| panic!("{written:?} as {read:?}: {why}: {text:?}"));
                }
            }
        }
    }
}

#[test]
fn mutilated_text_settles_and_can_be_undone() {
    let kernel = Kernel::new(Options::default());
    let piece = (select(SENTENCES), select(CHARSETS), select(CHARSETS), any::<Index>(), any::<Index>());
    let piece = piece.prop_map(|(sentence, written, read, from, to)| {
        let chars: Vec<char> = garbled(sentence, written, read).chars().collect();
        let (from, to) = (from.index(chars.len() + 1), to.index(chars.len() + 1));
        chars[from.min(to)..from.max(to)].iter().collect::<String>()
    });
    let noise = select(&["?", "\u{fffd}", "\u{a0}", "\u{9d}", " ", "\n", "锟斤拷", "&amp;", "Ã", "à"][..]).prop_map(str::to_owned);
    let text = proptest::collection::vec(prop_oneof![3 => piece, 1 => noise], 1..6).prop_map(|p| p.concat());
    let config = Config { cases: 600, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let checked = |text: String| check(&kernel, &text).map_err(|why| TestCaseError::fail(format!("{why}: {text:?}")));
    runner.run(&text, checked).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn what_is_asked_for_can_be_undone() {
    let mut options = Options::default();
    (options.form.width, options.form.remove_lost, options.form.normalize) = (true, true, Some(Normalization::Nfkc));
    let kernel = Kernel::new(options);
    for text in ["Ｔｅｌ：０１０ 锟斤拷ｶﾞ①cafe\u{301}", "<p>ﬁ ＜b＞</p><p>锟斤拷春天\u{fffd}</p>", "烫烫烫烫，屯屯屯屯", "锟斤锟斤拷拷"]
    {
        let raw = RawDoc { id: "own.html", ..RawDoc::default() };
        for page in [kernel.page_of_text(raw, text), kernel.repaired_text(raw, text)] {
            assert_eq!(page.undo(), text.as_bytes(), "{text}");
            faithful(&page).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert!(!page.text().contains('锟') && !page.text().contains('\u{fffd}'), "{}", page.text());
        }
    }
}

#[test]
fn cases_of_the_kit_settle_and_can_be_undone() {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !kit.join("README.md").exists() {
        eprintln!("skipped: ../shared is not here");
        return;
    }
    let kernel = Kernel::new(Options::default());
    let mut wrong = Vec::new();
    for name in ["cases.jsonl", "negatives.jsonl"] {
        let lines = std::fs::read_to_string(kit.join("mojibake").join(name)).expect("the kit is whole");
        for line in lines.split('\n').filter(|l| !l.is_empty()) {
            let case: serde_json::Value = serde_json::from_str(line).expect("the kit is JSON");
            let text = case["garbled"].as_str().expect("a case has a text");
            wrong.extend(check(&kernel, text).err().map(|why| format!("{}: {why}", case["id"])));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn case_makes_no_damage() {
    let kernel = Kernel::new(Options::default());
    let mut texts: Vec<String> = SENTENCES.iter().map(|s| (*s).to_owned()).collect();
    match std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/mojibake/negatives.jsonl")) {
        Ok(lines) => texts.extend(lines.split('\n').filter(|l| !l.is_empty()).map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).expect("the kit is JSON");
            case["garbled"].as_str().expect("a case has a text").to_owned()
        })),
        Err(_) => eprintln!("only own sentences: ../shared is not here"),
    }
    for text in texts.iter().flat_map(|t| [t.to_uppercase(), t.to_lowercase()]) {
        for part in std::iter::once(&text[..]).chain(text.split_whitespace().take(2)) {
            assert_eq!(repair::repair(part, kernel.rules()).layers.len(), 0, "{part:?}");
        }
    }
}
