//! Single letters of short Latin sentences, UTF-8 read as whatever charset: what comes back, and which words of honest text look like it.

use super::{garbled, repaired};
use crate::codec::Codec;

const SENTENCES: [&str; 6] = [
    "La canción de la abuela suena en la cocina.",
    "Wir essen heute später als sonst.",
    "Le voisin du dernier étage répare son vélo.",
    "Ela espera o irmão na estação de comboios.",
    "Huone on pieni mutta lämmin.",
    "Hon köper grönt te i byn.",
];

#[test]
fn a_word_or_two_come_back_from_any_charset() {
    let read = [
        Codec::WINDOWS_1250,
        Codec::WINDOWS_1251,
        Codec::ISO_8859_2,
        Codec::ISO_8859_5,
        Codec::ISO_8859_7,
        Codec::ISO_8859_15,
        Codec::KOI8_R,
        Codec::IBM437,
        Codec::IBM857,
        Codec::MACINTOSH,
        Codec::SHIFT_JIS,
    ];
    let mut missed = Vec::new();
    for text in SENTENCES {
        for read in read {
            let line = garbled(text, Codec::UTF_8, read);
            // Controls that a charset keeps for bytes it lacks speak for themselves.
            if line.contains(|c| ('\u{80}'..'\u{a0}').contains(&c)) {
                continue;
            }
            let now = repaired(&line);
            assert!(now == text || now == line, "{read:?}: {line} became {now}");
            if now == line {
                missed.push(format!("{read:?}: {line}"));
            }
        }
    }
    // A capital at the beginning of a word is one until something else is damaged.
    assert_eq!(missed, ["iso-8859-2: Le voisin du dernier ĂŠtage rĂŠpare son vĂŠlo."]);
}

#[test]
fn words_of_one_letter_come_back() {
    for (line, clean) in [
        ("La porta Ă¨ chiusa da ieri.", "La porta è chiusa da ieri."),
        ("La porta √® chiusa da ieri.", "La porta è chiusa da ieri."),
        ("La porta Γ¨ chiusa da ieri.", "La porta è chiusa da ieri."),
        ("La porta Ãš chiusa da ieri.", "La porta è chiusa da ieri."),
    ] {
        assert_eq!(repaired(line), clean);
    }
}

#[test]
fn thai_letters_at_the_end_of_words_come_back_in_latin_text_alone() {
    let line = "La canciรณ de la montaรฑa suena en la cocina";
    assert_eq!(repaired(line), "La canció de la montaña suena en la cocina");
    for clean in ["Teslaรถ", "ซื้อ Teslaรถ ใหม่", "I saw a Teslaรถ"] {
        assert_eq!(repaired(clean), clean);
    }
}

#[test]
fn no_break_spaces_that_became_han_come_back_together() {
    let line = "Vlak jede z聽Brna do Prahy a聽zase zp谩tky.";
    assert_eq!(repaired(line), "Vlak jede z\u{a0}Brna do Prahy a\u{a0}zase zpátky.");
    // One of them may be a name.
    let clean = "The word 聽 means to listen, a聽b does not";
    assert_eq!(repaired(clean), clean);
}

#[test]
fn signs_of_ordinals_are_put_into_no_word() {
    // UTF-8 read as KOI8-U, which has no row: not to be taken for windows-1252 read as windows-1251.
    for line in ["Se voi merkitцє paljon", "Huone on lцєmmin"] {
        assert_eq!(repaired(line), line);
    }
}

#[test]
fn honest_words_with_letters_of_another_script_stay() {
    for clean in [
        "ФГУП ФГУП, РУДН, ХЄЄ",
        "World Wide Wъeb",
        "sinθ and cosΔφ are ﬁne",
        "5kΩ, 3µF, 20μm",
        "the β-decay of αγ",
        "Die RÖMÄ-Werke und die GrÖßen",
        "McÉtoile",
        "Ăla, ăla",
        "ﾊﾟｿｺﾝ",
        "a ﾊﾟｿｺﾝ shop named Neoﾅｲｽ",
        "SMSки и PDFы",
        "le ΔΈ, un ΓΌ",
    ] {
        assert_eq!(repaired(clean), clean);
    }
}

#[test]
fn words_set_without_blanks_are_of_one_piece() {
    for clean in ["ЗавтраМыИдёмЗаГрибамиСМаркизомСергеем", "ТиМаркирайСтарияЗидНаСградатаСТебешир"]
    {
        assert_eq!(repaired(clean), clean);
    }
}
