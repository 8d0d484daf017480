//! Tests of detection and decoding as a whole.

use super::*;

fn raw(bytes: &[u8]) -> RawDoc<'_> {
    RawDoc { bytes, ..RawDoc::default() }
}

fn name(bytes: &[u8]) -> &'static str {
    detect(&raw(bytes)).name
}

/// The rule ids of the edits of a decoding, after checking the laws of layer 0.
fn trace(bytes: &[u8]) -> (String, Vec<&'static str>) {
    let rules = Rules::builtin();
    let (_, layer) = decode(&raw(bytes), rules);
    assert!(layer.is_faithful(bytes));
    assert_eq!(layer.undo(bytes), bytes);
    (layer.text.to_string(), layer.edits.iter().map(|e| &*rules.get(e.rule).id).collect())
}

const SHORT: &str = "<p>春天来了,花园里的牡丹开得正好.</p>";

fn gbk(text: &str) -> Vec<u8> {
    Codec::GBK.inverse().unwrap().encode_text(text).unwrap()
}

#[test]
fn valid_utf8_is_borrowed_and_wins_over_labels() {
    let rules = Rules::builtin();
    let doc = RawDoc { label: Some("gbk"), ..raw(SHORT.as_bytes()) };
    let (charset, layer) = decode(&doc, rules);
    assert_eq!((charset.name, layer.edits.len()), ("utf-8", 0));
    assert!(matches!(layer.text, Cow::Borrowed(_)));
}

#[test]
fn a_run_of_a_legacy_charset_is_one_edit() {
    let (text, rules) = trace(&gbk(SHORT));
    assert_eq!(text, SHORT);
    assert_eq!(rules, ["charset/decoded", "charset/decoded"]);
}

#[test]
fn a_mark_goes_and_is_noted() {
    let (text, rules) = trace("\u{FEFF}春天".as_bytes());
    assert_eq!((&*text, rules), ("春天", vec!["charset/bom"]));
    let utf16: Vec<u8> = "\u{FEFF}春a".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(trace(&utf16), ("春a".to_owned(), vec!["charset/bom", "charset/decoded"]));
}

#[test]
fn damaged_utf8_stays_utf8() {
    let mut bytes = SHORT.repeat(4).into_bytes();
    bytes[30] = 0xFF;
    assert_eq!(name(&bytes), "utf-8");
    assert!(trace(&bytes).1.contains(&"charset/malformed"));
}

#[test]
fn empty_and_ascii_are_ascii_and_zeros_are_binary() {
    assert_eq!(name(b""), "ascii");
    assert_eq!(name(b"plain text"), "ascii");
    assert_eq!(name(&[0; 64]), "binary");
    assert!(detect(&raw(&[0; 64])).confidence < 0.9);
}

#[test]
fn seven_bit_charsets_show_their_escapes() {
    assert_eq!(name(b"ab ~{VPND~} cd"), "hz-gb-2312");
    assert_eq!(name(b"ab \x1b$B4A;z\x1b(B"), "iso-2022-jp");
    assert_eq!(name(b"a ~{ b ~ c"), "ascii");
}

#[test]
fn every_short_input_has_an_answer() {
    let rules = Rules::builtin();
    for a in 0..=255u8 {
        decode(&raw(&[a]), rules);
        for b in 0..=255u8 {
            decode(&raw(&[a, b]), rules);
        }
    }
    three_random_bytes(20_000);
}

#[test]
#[ignore = "a million inputs: scripts/check.sh runs it optimised"]
fn a_million_inputs_of_three_bytes_have_an_answer() {
    three_random_bytes(1_000_000);
}

fn three_random_bytes(times: usize) {
    let mut seed = 1u64;
    for _ in 0..times {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        trace(&seed.to_be_bytes()[..3]);
    }
}

#[test]
fn noise_is_never_surely_text() {
    let mut seed = 7u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as u8
    };
    for length in [64, 300, 1000, 5000, 20_000] {
        let bytes: Vec<u8> = (0..length).map(|_| next()).collect();
        let found = detect(&raw(&bytes));
        assert!(found.confidence < 0.9, "{length} random bytes are {} with {}", found.name, found.confidence);
    }
}

#[test]
fn images_are_binary() {
    let pixels: Vec<u8> = (0..4000u32).map(|i| ((i * i * 31) >> 7) as u8).collect();
    for head in [&b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"[..], b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", b"GIF89a"] {
        let bytes = [head, &pixels].concat();
        assert_eq!(name(&bytes), "binary");
        assert_eq!(trace(&bytes).1, ["charset/binary"]);
    }
}

#[test]
fn titles_in_capitals_do_not_drop_a_declared_charset() {
    let title = "<title>Η ΕΦΗΜΕΡΙΔΑ ΤΟΥ ΧΩΡΙΟΥ</title>\n".repeat(4);
    let page =
        format!("<?xml version=\"1.0\" encoding=\"iso-8859-7\"?>\n{title}<p>Σήμερα το πρωί άνοιξε η αγορά και ήρθε πολύς κόσμος.</p>");
    let bytes = Codec::ISO_8859_7.inverse().unwrap().encode_text(&page).unwrap();
    let text = trace(&bytes).0;
    assert_eq!(text, page);
}

#[test]
fn text_in_capitals_is_no_small_letters_of_another_charset() {
    for (text, codecs) in [
        ("МЕЛЬНИЦА НА РЕКЕ СНОВА ОТКРЫТА", &[Codec::WINDOWS_1251, Codec::KOI8_R, Codec::IBM866][..]),
        ("ПЕКАРНАТА НА ЪГЪЛА ОТВАРЯ РАНО", &[Codec::WINDOWS_1251]),
        ("Ο ΦΟΥΡΝΟΣ ΣΤΗ ΓΩΝΙΑ ΑΝΟΙΓΕΙ ΝΩΡΙΣ", &[Codec::ISO_8859_7]),
    ] {
        for codec in codecs {
            let bytes = codec.inverse().unwrap().encode_text(text).unwrap();
            assert_eq!(trace(&bytes).0, text, "{codec:?}");
        }
    }
}

#[test]
fn two_common_ideographs_that_are_valid_utf8_by_chance() {
    let bytes = gbk("潜水");
    assert_eq!(std::str::from_utf8(&bytes), Ok("Ǳˮ"));
    assert_eq!(name(&bytes), "gb18030");
    assert_eq!(name("éü".as_bytes()), "utf-8");
    assert_eq!(name("Ŀǰ abc".as_bytes()), "utf-8");
}

#[test]
fn latin_twins_inside_cyrillic_words_stay_cyrillic() {
    let bytes = Codec::WINDOWS_1251.inverse().unwrap().encode_text("вeчeр у рeки, сoбaки и лoдки").unwrap();
    assert_eq!(name(&bytes), "windows-1251");
}

#[test]
fn gbk_whose_bytes_look_like_units_is_no_utf32() {
    let line = ["春天", "蜜蜂", "牡丹", "春天", "回家", "正好", "飞过"].concat();
    let page = format!("<p>{line}</p>\n").repeat(3);
    assert_eq!(name(&gbk(&page)), "gb18030");
}

#[test]
fn languages_without_a_model_are_read_in_their_charset() {
    // Our own sentences, in languages the character model has no column for or is easily led astray in.
    let texts = [
        (Codec::WINDOWS_1252, "Shtëpia është në fund të rrugës, dhe një qen i vogël rri pranë derës çdo mbrëmje."),
        (
            Codec::WINDOWS_1252,
            "Huset står øverst i bakken, og hver kveld går det lille dyret ned til sjøen for å drikke før det blir mørkt.",
        ),
        (
            Codec::WINDOWS_1252,
            "D'Haus steet um Enn vun der Strooss, an all Owend leeft e klengen Hond bis bei d'Bréck, ier et däischter gëtt.",
        ),
        (Codec::WINDOWS_1252, "Di lytse hûn rint alle jûnen nei de brêge, en de bern sjogge út it rút oant it tsjuster wurdt."),
        (Codec::WINDOWS_1257, "Väike maja seisab küla servas ja igal õhtul jookseb koer mööda teed üle põllu oma sõbra juurde."),
        (
            Codec::WINDOWS_1257,
            "Mazā māja stāv ielas galā, un katru vakaru suns skrien pāri tiltam pie sava drauga, kamēr bērni guļ, un šķūnī kaķis ķer žurkas.",
        ),
        (Codec::ISO_8859_2, "Kuća stoji na kraju ulice i svake večeri mali pas čeka na vratima, a djeca šeću i pričaju do ponoći."),
        (Codec::WINDOWS_1250, "Casa stă la capătul străzii și în fiecare seară câinele așteaptă până când copiii se întorc acasă."),
        (Codec::WINDOWS_1252, "The house at the end of the street went for £825 a month, and we gave the dog a £2 biscuit."),
    ];
    for (codec, text) in texts {
        let text = text.replace('ș', "ş").replace('ț', "ţ");
        for times in [1, 30] {
            let bytes = codec.inverse().unwrap().encode_text(&format!("{text}\n").repeat(times)).unwrap();
            assert_eq!(codec.decode(&bytes), decode(&raw(&bytes), Rules::builtin()).1.text, "{}: {text}", name(&bytes));
        }
    }
}

#[test]
fn short_lines_are_told_apart_by_their_language() {
    // Our own lines, in languages that share most letters and few charsets.
    let texts = [
        (Codec::WINDOWS_1257, "Jūras krastā stāv vecas zvejnieku laivas"),
        (Codec::WINDOWS_1257, "Prie ežero stovi žvejų laivai"),
        (Codec::WINDOWS_1250, "Čez reko pelje ozek most in še ena pot"),
        (Codec::ISO_8859_2, "Na kraju šume živi stari čovjek"),
        (Codec::WINDOWS_1250, "Košeľa visí na dlhej šnúre pri rieke"),
        (Codec::WINDOWS_1252, "Fjölskyldan þarf að fara í bæinn á morgun"),
        (Codec::WINDOWS_1252, "Bådene ligger ved bryggen, når det blæser"),
        (Codec::WINDOWS_1252, "Një lumë i vogël rrjedh pranë shtëpisë"),
    ];
    for (codec, text) in texts {
        let bytes = codec.inverse().unwrap().encode_text(text).unwrap();
        assert_eq!(decode(&raw(&bytes), Rules::builtin()).1.text, text, "{}", name(&bytes));
    }
}

#[test]
fn signs_and_blanks_say_no_more_than_they_do() {
    let table = |cell: &str| {
        format!("<table><tr><td>{cell}</td><td>{cell}</td></tr><tr><td>The price of a boat</td><td>{cell}</td></tr></table>\n")
    };
    let texts: [String; 8] = [
        // Rows of blanks and dashes behind a letter.
        format!("a letter \u{e0}{}\n\n--------{} les premi\u{e8}res et les troisi\u{e8}mes\n", " ".repeat(60), "-".repeat(60)),
        // Cells that hold a no-break space.
        table("\u{a0}").repeat(9),
        // Questions whose accents are entities.
        "<a href=\"f.html\">\u{bf}Qu&eacute; barco sale hoy?</a>\n<li>\u{bf}Por qu&eacute; tarda el tren?\n".repeat(12),
        // Quotes around whole words.
        "<h2>About the boats, here \u{ab}This river\u{bb}</h2>\n<p>The boats of this river are \u{ab}painted\u{bb} every spring.</p>\n".to_owned(),
        "The guide of the harbour is kept short \u{2014} not a book. You don\u{2019}t read it in a day\u{2026}\n\u{201c}Boats\u{201d} are what floats.\n".repeat(6),
        "\u{201c}\n\u{201d}\nThe \u{201c}harbour\u{201d} of this town is shown in the picture below.\n".repeat(3),
        "Open the harbour\u{2026}\nClose the harbour\u{2026}\nOpen the boat house\u{2026}\n".to_owned(),
        "Copyright \u{a9} 1999 the boat house of Sk&aring;ne and Sj\u{e6}lland, which keeps the boats.\n".to_owned(),
    ];
    for text in texts {
        let bytes = Codec::WINDOWS_1252.inverse().unwrap().encode_text(&text).unwrap();
        assert_eq!(decode(&raw(&bytes), Rules::builtin()).1.text, text, "{}", name(&bytes));
    }
}

#[test]
fn letters_and_signs_stand_where_they_do_in_text() {
    let texts: [(Codec, &str); 8] = [
        // A sign within a word, an accent by itself.
        (Codec::WINDOWS_1252, "Co\u{fb}t : 12 sous\n"),
        (Codec::WINDOWS_1252, "\u{b7} T\u{e4}m\u{e4} vene l\u{e4}htee huomenna rannasta.\n\u{b7} T\u{e4}m\u{e4} talo j\u{e4}\u{e4}.\n"),
        // Two letters of a word are no ideograph, and one Arabic letter is no word.
        (Codec::WINDOWS_1252, "Read about the boats, use as op\u{e7}\u{f5}es --quiet --harbour=river\n"),
        (Codec::WINDOWS_1252, "Mixt\u{e8}que de l'\u{ee}le, M\u{e9}lan\u{e9}sien de Kouad\u{e1}, m\u{e9}ridional\n"),
        // Dashes between blanks.
        (Codec::WINDOWS_1252, "2P \u{2013} Haus am Fluss\n3P \u{2013} Hafen\n4P \u{2013} Boot\n"),
        // A word of a list, said again and again.
        (
            Codec::ISO_8859_2,
            "j\u{119}zyki nadrzeczne\nj\u{119}zyki portowe\nj\u{119}zyki \u{142}odzi\nj\u{119}zyki stare\nj\u{119}zyki obce\nj\u{119}zyki ma\u{142}e\nj\u{119}zyki nowe\n",
        ),
        // Quotes and blanks in text that is surely Afrikaans.
        (
            Codec::WINDOWS_1252,
            "Die bote l\u{ea} by die rivier: \u{201c}/bote/hawe/\u{201d}. Maak seker dat die bote v\u{f3}\u{f3}r die aand terug is.\nDie \u{201c}hawe\u{201d} is om 6\u{a0}uur toe.\n",
        ),
        // Capitals do not stand within the words of a language that nothing is known of but its letters.
        (
            Codec::WINDOWS_1250,
            "\u{141}o\u{17a} p\u{15b}i\u{17a}o, l\u{11b}to jo how\u{15b}er do\u{15b} kr\u{f3}tke, w\u{f3}da b\u{11b}\u{17e}y, grono \u{15b}o\u{144}ki\n",
        ),
    ];
    for (codec, text) in texts {
        let bytes = codec.inverse().unwrap().encode_text(text).unwrap();
        assert_eq!(decode(&raw(&bytes), Rules::builtin()).1.text, text, "{}", name(&bytes));
    }
}
