//! What the character model promises: clean text is cheap in every language it knows, the same text in the wrong charset is dear.
//! With the kit beside the project, `cargo test --release --test model -- --ignored --nocapture` prints the tables of
//! src/data/model.md.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the tables are printed, and a test that is left out says so")]

use std::path::PathBuf;
use std::time::Instant;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use jingwen::model::{Language, Model, NAT};

/// Own sentences, one a language.
const SAMPLES: &[(Language, &str)] = &[
    (Language::Chinese, "今天早上下了一场小雨，院子里的桂花香得很。"),
    (Language::Chinese, "圖書館下午五點關門，請大家記得帶走自己的東西。"),
    (Language::Japanese, "昨日は友達と一緒に山へ行って、とても楽しかったです。"),
    (Language::Korean, "오늘 아침에는 비가 조금 내려서 길이 미끄러웠다."),
    (Language::English, "The bakery on the corner opens at seven and sells out by noon."),
    (Language::German, "Die Bäckerei an der Ecke öffnet früh und verkauft frische Brötchen."),
    (Language::French, "Le boulanger du coin ouvre tôt et vend déjà tout son pain à midi."),
    (Language::Spanish, "La panadería de la esquina abre temprano y cierra después del mediodía."),
    (Language::Polish, "Piekarnia na rogu otwiera się wcześnie i sprzedaje świeży chleb."),
    (Language::Czech, "Pekárna na rohu otevírá brzy ráno a prodává čerstvý chléb."),
    (Language::Vietnamese, "Tiệm bánh ở góc phố mở cửa từ sáng sớm và bán hết trước buổi trưa."),
    (Language::Turkish, "Köşedeki fırın sabah erken açılıyor ve öğlene kadar ekmek satıyor."),
    (Language::Russian, "Пекарня на углу открывается рано утром и продаёт свежий хлеб."),
    (Language::Ukrainian, "Пекарня на розі відчиняється рано і продає свіжий хліб."),
    (Language::Greek, "Ο φούρνος στη γωνία ανοίγει νωρίς το πρωί και πουλάει φρέσκο ψωμί."),
    (Language::Hebrew, "המאפייה בפינה נפתחת מוקדם בבוקר ומוכרת לחם טרי."),
    (Language::Arabic, "يفتح المخبز في الزاوية مبكرا ويبيع الخبز الطازج كل صباح."),
    (Language::Thai, "ร้านขนมปังที่หัวมุมเปิดแต่เช้าและขายขนมปังสดใหม่ทุกวัน"),
    (Language::Hindi, "कोने की दुकान सुबह जल्दी खुलती है और ताज़ी रोटी बेचती है।"),
];

fn nats(cost: u64, text: &str) -> f64 {
    cost as f64 / f64::from(NAT) / text.chars().count().max(1) as f64
}

#[test]
fn clean_text_is_cheap_and_its_language_found() {
    let model = Model::shared();
    for &(language, text) in SAMPLES {
        let each = nats(model.cost(text), text);
        assert!(each < 6.5, "{each:.2} nats a character: {text}");
        assert_eq!(model.best_language(text).0, language, "{text}");
    }
}

#[test]
fn the_wrong_charset_is_dear() {
    let model = Model::shared();
    for &(_, text) in SAMPLES.iter().filter(|(_, t)| !t.is_ascii()) {
        for wrong in [WINDOWS_1252, WINDOWS_1251, GBK, BIG5, SHIFT_JIS, EUC_KR] {
            let garbled = wrong.decode_without_bom_handling(text.as_bytes()).0;
            let (clean, dear) = (model.cost(text), model.cost(&garbled));
            assert!(dear > clean + 8 * u64::from(NAT), "{} read as {}: {dear} against {clean}: {garbled}", text, wrong.name());
        }
    }
}

#[test]
fn states_are_values_and_steps_add_up() {
    let model = Model::shared();
    let text = "GBK 编码 2 bytes 一个字。\n新的一行 ok😀";
    let mut state = model.start();
    let mut sum = 0;
    for c in text.chars() {
        let (next, cost) = model.step(state, c);
        assert_eq!(model.step(state, c), (next, cost));
        state = next;
        sum += u64::from(cost);
    }
    assert_eq!(sum, model.cost(text));
    assert_eq!(sum, model.scores(text).any());
}

#[test]
fn every_character_has_a_price_after_every_other() {
    let model = Model::shared();
    let firsts = ['a', '的', 'の', '한', 'я', ' ', '1', '。', '\u{FFFD}', '\u{E000}', '😀', '\u{AB0}', '\n'];
    for first in firsts {
        let state = model.step(model.start(), first).0;
        for c in '\0'..=char::MAX {
            assert!(model.step(state, c).1 <= 700, "{first:?} {c:?}");
        }
    }
}

#[test]
fn damage_is_never_cheap() {
    let model = Model::shared();
    for c in ['\u{80}', '\u{9f}', '\u{FFFD}', '\u{E5E5}', '\u{378}', '\0'] {
        assert!(model.step(model.start(), c).1 >= 12 * NAT, "{c:?}");
        assert!(!model.frequent(c) && !model.is_known(c), "{c:?}");
    }
}

/// Lines of a corpus file that were not trained on, from `../shared/corpus`; `None` without the kit.
fn held_out(name: &str) -> Option<Vec<String>> {
    let kit = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !kit.join("README.md").exists() {
        eprintln!("skipped: needs the kit ../shared");
        return None;
    }
    let path = kit.join("corpus").join(name);
    let bytes = if name.ends_with(".zst") {
        std::process::Command::new("zstd").arg("-dcq").arg(&path).output().ok()?.stdout
    } else {
        std::fs::read(&path).ok()?
    };
    let text = String::from_utf8(bytes).ok()?;
    Some(text.split('\n').filter(|l| !l.is_empty()).skip(19).step_by(20).map(str::to_owned).collect())
}

const CHINESE: &[&str] = &[
    "wiki_cmrc.txt.zst",
    "wiki_drcd.txt.zst",
    "wiki_udgsd.txt.zst",
    "xquad_zh.txt.zst",
    "story_cmrc19.txt.zst",
    "lctt.txt.zst",
    "tw_talk.txt.zst",
    "laws_cn.txt.zst",
    "laws_tw.txt.zst",
    "multilang/zho-CN.txt",
    "multilang/zho-TW.txt",
];

/// The bytes of `text` in one charset, decoded as another; `None` when the first cannot write it. `from: None` is UTF-8.
fn garble(from: Option<&'static Encoding>, to: &'static Encoding, text: &str) -> Option<String> {
    let bytes = match from {
        None => text.as_bytes().to_vec(),
        Some(e) => match e.encode(text) {
            (_, _, true) => return None,
            (bytes, _, false) => bytes.into_owned(),
        },
    };
    Some(to.decode_without_bom_handling(&bytes).0.into_owned())
}

#[test]
#[ignore = "prints the tables of src/data/model.md; needs the kit"]
fn quality() {
    let before = Instant::now();
    let model = Model::shared(); // right when run alone
    println!("load: {:?}", before.elapsed());
    let mut languages: Vec<(String, Language)> = CHINESE.iter().map(|n| ((*n).to_owned(), Language::Chinese)).collect();
    for &l in &Language::ALL[1..] {
        let code = if l == Language::Serbian { "srp-Cyrl" } else { l.code() };
        languages.push((format!("multilang/{code}.txt"), l));
    }
    let percent = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
    println!(
        "source | nats/char any, own | language right % | lines all frequent % | UTF-8 as 1252: nats/char, separated %, all frequent %"
    );
    let (mut bytes, mut time) = (0, 0.0);
    for (name, language) in &languages {
        // Some languages are known by counts alone.
        let Some(mut lines) = held_out(name) else { continue };
        lines.truncate(2000);
        let chars: usize = lines.iter().map(|l| l.chars().count()).sum();
        let at = Instant::now();
        let any: u64 = lines.iter().map(|l| model.cost(l)).sum();
        time += at.elapsed().as_secs_f64();
        bytes += lines.iter().map(String::len).sum::<usize>();
        let own: u64 = lines.iter().map(|l| model.cost_in(*language, l)).sum();
        let right = lines.iter().filter(|l| model.best_language(l).0 == *language).count();
        let frequent = |l: &str| l.chars().all(|c| model.frequent(c));
        let clean = lines.iter().filter(|l| frequent(l)).count();
        let bad: Vec<(&String, String)> =
            lines.iter().filter(|l| !l.is_ascii()).filter_map(|l| Some((l, garble(None, WINDOWS_1252, l)?))).collect();
        let bad_cost: u64 = bad.iter().map(|(_, b)| model.cost(b)).sum();
        let bad_chars: usize = bad.iter().map(|(_, b)| b.chars().count()).sum();
        println!(
            "{name:26} {:5.2} {:5.2} | {:5.1} | {:5.1} | {:5.2} {:5.1} {:5.2}",
            any as f64 / 16.0 / chars as f64,
            own as f64 / 16.0 / chars as f64,
            percent(right, lines.len()),
            percent(clean, lines.len()),
            bad_cost as f64 / 16.0 / bad_chars.max(1) as f64,
            percent(bad.iter().filter(|(l, b)| model.cost(b) > model.cost(l) + 128).count(), bad.len()),
            percent(bad.iter().filter(|(_, b)| frequent(b)).count(), bad.len()),
        );
    }
    println!("cost: {:.1} MB/s", bytes as f64 / time / 1e6);
    let some: Vec<String> = languages.iter().filter_map(|(n, _)| held_out(n)).flat_map(|l| l.into_iter().take(50)).collect();
    let at = Instant::now();
    let best = some.iter().map(|l| model.best_language(l).1).max();
    let speed = some.iter().map(String::len).sum::<usize>() as f64 / at.elapsed().as_secs_f64() / 1e6;
    println!("best_language: {speed:.1} MB/s ({best:?})");

    println!(
        "written as, read as: nats/char clean, garbled; dearer by 8 nats %, over 6 nats/char %, dearer without context %, all frequent %; at 8 | 32 | all characters"
    );
    let utf8 = None;
    let (gbk, big5, sjis, eucjp, euckr) = (Some(GBK), Some(BIG5), Some(SHIFT_JIS), Some(EUC_JP), Some(EUC_KR));
    let pairs: &[(&str, Option<&'static Encoding>, &'static Encoding)] = &[
        ("wiki_cmrc.txt.zst", utf8, GBK),
        ("wiki_cmrc.txt.zst", utf8, WINDOWS_1252),
        ("wiki_cmrc.txt.zst", gbk, WINDOWS_1252),
        ("wiki_cmrc.txt.zst", gbk, BIG5),
        ("wiki_cmrc.txt.zst", gbk, EUC_KR),
        ("wiki_cmrc.txt.zst", gbk, EUC_JP),
        ("wiki_cmrc.txt.zst", gbk, SHIFT_JIS),
        ("wiki_cmrc.txt.zst", utf8, BIG5),
        ("wiki_drcd.txt.zst", big5, GBK),
        ("wiki_drcd.txt.zst", big5, WINDOWS_1252),
        ("wiki_drcd.txt.zst", utf8, GBK),
        ("multilang/jpn.txt", eucjp, GBK),
        ("multilang/jpn.txt", sjis, GBK),
        ("multilang/jpn.txt", sjis, EUC_JP),
        ("multilang/jpn.txt", utf8, SHIFT_JIS),
        ("multilang/kor.txt", euckr, GBK),
        ("multilang/kor.txt", euckr, WINDOWS_1252),
        ("multilang/rus.txt", Some(WINDOWS_1251), WINDOWS_1252),
        ("multilang/rus.txt", Some(WINDOWS_1251), GBK),
        ("multilang/rus.txt", Some(WINDOWS_1251), encoding_rs::KOI8_R),
        ("multilang/pol.txt", Some(encoding_rs::WINDOWS_1250), WINDOWS_1252),
        ("multilang/ces.txt", Some(encoding_rs::WINDOWS_1250), WINDOWS_1252),
        ("multilang/deu.txt", Some(WINDOWS_1252), encoding_rs::WINDOWS_1250),
        ("multilang/deu.txt", Some(WINDOWS_1252), GBK),
        ("multilang/tur.txt", Some(encoding_rs::WINDOWS_1254), WINDOWS_1252),
        ("multilang/ell.txt", Some(encoding_rs::WINDOWS_1253), WINDOWS_1252),
        ("multilang/heb.txt", Some(encoding_rs::WINDOWS_1255), WINDOWS_1252),
        ("multilang/arb.txt", Some(encoding_rs::WINDOWS_1256), WINDOWS_1252),
        ("multilang/tha.txt", Some(encoding_rs::WINDOWS_874), WINDOWS_1252),
    ];
    let sum_alone = |t: &str| t.chars().map(|c| model.alone(c)).sum::<u32>();
    for &(name, from, to) in pairs {
        let Some(lines) = held_out(name) else { return };
        print!("{name:20} {:12} {:12}", from.map_or("UTF-8", Encoding::name), to.name());
        for length in [8, 32, usize::MAX] {
            let (mut clean, mut dear, mut chars, mut garbled, mut apart, mut over, mut n) = (0, 0, 0, 0, 0, 0, 0);
            let (mut alone, mut quick) = (0, 0);
            for line in lines.iter().take(300) {
                let text: String = line.chars().skip(line.chars().count().min(40) / 4).take(length).collect();
                let Some(bad) = garble(from, to, &text) else { continue };
                if bad == text {
                    continue;
                }
                let (c, b) = (model.cost(&text), model.cost(&bad));
                (clean, dear, chars, garbled) = (clean + c, dear + b, chars + text.chars().count(), garbled + bad.chars().count());
                apart += usize::from(b > c + 128);
                over += usize::from(nats(b, &bad) > 6.0);
                alone += usize::from(sum_alone(&bad) > sum_alone(&text) + 128);
                quick += usize::from(bad.chars().all(|c| model.frequent(c)));
                n += 1;
            }
            print!(
                " | {:5.2} {:5.2} {:5.1} {:5.1} {:5.1} {:4.1}",
                clean as f64 / 16.0 / chars as f64,
                dear as f64 / 16.0 / garbled as f64,
                percent(apart, n),
                percent(over, n),
                percent(alone, n),
                percent(quick, n)
            );
        }
        println!();
    }
}
