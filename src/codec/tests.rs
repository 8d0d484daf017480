//! Tests of the decoders against the WHATWG ones, and of the inverses against the decoders.

use super::*;

const WHATWG: &[(Codec, &encoding_rs::Encoding)] = &[
    (Codec::GB18030, &encoding_rs::GB18030_INIT),
    (Codec::BIG5, &encoding_rs::BIG5_INIT),
    (Codec::SHIFT_JIS, &encoding_rs::SHIFT_JIS_INIT),
    (Codec::EUC_JP, &encoding_rs::EUC_JP_INIT),
    (Codec::EUC_KR, &encoding_rs::EUC_KR_INIT),
    (Codec::WINDOWS_1252, &encoding_rs::WINDOWS_1252_INIT),
    (Codec::WINDOWS_1255, &encoding_rs::WINDOWS_1255_INIT),
    (Codec::UTF_8, &encoding_rs::UTF_8_INIT),
];

/// Bytes without meaning, the same each time.
fn noise(n: usize, mut seed: u64) -> Vec<u8> {
    std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 56) as u8
    })
    .take(n)
    .collect()
}

#[test]
fn names_are_distinct_and_found_again() {
    for &codec in Codec::ALL {
        assert_eq!(Codec::for_name(codec.name()), Some(codec));
    }
}

#[test]
fn labels_mean_what_browsers_mean() {
    for (label, codec) in [
        ("GB2312", Codec::GB18030),
        (" gbk\n", Codec::GB18030),
        ("iso-8859-1", Codec::WINDOWS_1252),
        ("x-sjis", Codec::SHIFT_JIS),
        ("ks_c_5601-1987", Codec::EUC_KR),
        ("TIS-620", Codec::WINDOWS_874),
        ("hz-gb-2312", Codec::HZ),
        ("utf_8", Codec::UTF_8),
        ("cp437", Codec::IBM437),
    ] {
        assert_eq!(Codec::for_label(label.as_bytes()), Some(codec), "{label}");
    }
    assert_eq!(Codec::for_label(b"klingon"), None);
}

#[test]
fn decoders_agree_with_the_standard_on_noise() {
    for &(codec, encoding) in WHATWG {
        for seed in 0..40 {
            let mut bytes = noise(2000, seed);
            // What a cut character at the end is worth is not the standard's business.
            bytes.extend_from_slice(b"  ...");
            let ours = codec.decode(&bytes);
            let theirs = encoding.decode_without_bom_handling(&bytes).0;
            assert_eq!(ours, theirs, "{codec:?} {seed}");
        }
    }
}

#[test]
fn pieces_cover_what_is_not_copied() {
    for &codec in Codec::ALL {
        let bytes = noise(3000, 7);
        let (mut out, mut pieces) = (String::new(), Vec::new());
        codec.decode_into(&bytes, &mut out, |p| pieces.push(p));
        let (mut was, mut now) = (0, 0);
        for p in &pieces {
            assert_eq!(&bytes[was..p.was.start], &out.as_bytes()[now..p.now.start], "{codec:?} {p:?}");
            (was, now) = (p.was.end, p.now.end);
        }
        assert_eq!(&bytes[was..], &out.as_bytes()[now..], "{codec:?}");
    }
}

#[test]
fn inverses_give_back_bytes_that_decode_to_the_character() {
    for &codec in Codec::ALL {
        let Some(inverse) = codec.inverse() else { continue };
        for c in ('\u{80}'..'\u{11000}').chain('\u{20000}'..'\u{20800}') {
            for code in inverse.encode_all(c) {
                let decoded = codec.decode(&code);
                assert!(decoded.chars().eq([c]), "{codec:?} {c:?} {code:?} {decoded:?}");
            }
        }
    }
}

#[test]
fn every_pair_of_gbk_has_its_way_back() {
    let inverse = Codec::GBK.inverse().unwrap();
    let mut pairs = 0;
    for lead in 0x81..=0xFEu8 {
        for trail in (0x40..=0xFEu8).filter(|&t| t != 0x7F) {
            let c = Codec::GBK.pair(lead, trail).unwrap();
            assert!(inverse.encode_all(c).any(|code| *code == [lead, trail]), "{lead:x}{trail:x}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 23_940);
    assert_eq!(&*inverse.encode('€').unwrap(), [0x80]);
    assert_eq!(&*inverse.encode('\u{3000}').unwrap(), [0xA1, 0xA1]);
    assert_eq!(&*Codec::GB18030.inverse().unwrap().encode('€').unwrap(), [0xA2, 0xE3]);
    assert_eq!(inverse.encode('😀'), None);
    assert_eq!(Codec::GB18030.inverse().unwrap().encode('😀').unwrap().len(), 4);
}

#[test]
fn inverses_prefer_what_encoders_write() {
    for &(codec, encoding) in &WHATWG[1..7] {
        let inverse = codec.inverse().unwrap();
        for c in '\u{80}'..'\u{FFFF}' {
            let mut bytes = [0; 8];
            let mut text = [0; 4];
            let (result, _, n) = encoding.new_encoder().encode_from_utf8_without_replacement(c.encode_utf8(&mut text), &mut bytes, true);
            // Some characters are written as the bytes of another, which does not invert anything: − as FF0D's bytes, ¥ as 5C.
            if result == encoding_rs::EncoderResult::InputEmpty && codec.decode(&bytes[..n]).chars().eq([c]) {
                assert_eq!(&*inverse.encode(c).unwrap(), &bytes[..n], "{codec:?} {c:?}");
            }
        }
    }
}

#[test]
fn states_are_entered_and_left() {
    assert_eq!(Codec::HZ.decode(b"a~~ ~{VPND~} b\n~{VP\nND"), "a~ 中文 b\n中\nND");
    assert_eq!(Codec::ISO_2022_JP.decode(b"a\x1b$B4A;z\x1b(Bb"), "a漢字b");
    assert_eq!(Codec::ISO_2022_JP.decode(b"\x1b(I1\x1b(Bb"), "ｱb");
    assert_eq!(Codec::ISO_2022_KR.decode(b"\x1b$)C\x0eGQ1[\x0f!"), "한글!");
    assert_eq!(Codec::ISO_2022_CN.decode(b"\x1b$)A\x0eVPND\x0f!"), "中文!");
}

#[test]
fn johab_spells_syllables_and_borrows_hanja() {
    assert_eq!(Codec::JOHAB.decode(b"\xd0\x65\x8b\x69"), "한글");
    assert_eq!(Codec::JOHAB.pair(0x88, 0x61), Some('가'));
    assert_eq!(Codec::JOHAB.pair(0xF9, 0xFE), Some('詰'));
}

#[test]
fn wide_units_decode_and_lone_halves_are_malformed() {
    assert_eq!(Codec::UTF_16LE.decode(b"-N\x3d\xd8\x00\xde"), "中😀");
    assert_eq!(Codec::UTF_16BE.decode(b"\xd8\x3d\x4e\x2d"), "\u{FFFD}中");
    assert_eq!(Codec::UTF_32BE.decode(b"\0\0\x4e\x2d\0\x11\0\0"), "中\u{FFFD}");
    assert_eq!(Codec::UTF_16LE.decode(b"-N\x3d"), "中\u{FFFD}");
}

#[test]
fn borrows_where_nothing_changes() {
    assert!(matches!(Codec::UTF_8.decode("中文".as_bytes()), Cow::Borrowed(_)));
    assert!(matches!(Codec::GB18030.decode(b"plain"), Cow::Borrowed("plain")));
    assert_eq!(Codec::GB18030.decode_strict(b"\xd6\xd0"), Some("中".into()));
    assert_eq!(Codec::GB18030.decode_strict(b"\xd6\xd0\xff"), None);
}

#[test]
fn runs_longer_than_the_buffer_keep_every_character_and_every_error() {
    for (codec, encoding) in
        [(Codec::GB18030, encoding_rs::GB18030), (Codec::BIG5, encoding_rs::BIG5), (Codec::KOI8_R, encoding_rs::KOI8_R)]
    {
        for odd in [&b""[..], b"\xff", b"\x80", b"\x81\x30\x81\x30", b"\x88\x62", b"a", b"\xd6\x20"] {
            let bytes = [&b"\xa4\xa4".repeat(700)[..], odd, &b"\xb0\xa1".repeat(3000), odd, b"\xb0"].concat();
            let mut pieces = Vec::new();
            let mut text = String::new();
            codec.decode_into(&bytes, &mut text, |piece| pieces.push(piece));
            assert_eq!(text, encoding.decode_without_bom_handling(&bytes).0, "{} {odd:?}", codec.name());
            assert!(pieces.windows(2).all(|p| p[0].was.end <= p[1].was.start && p[0].now.end <= p[1].now.start));
        }
    }
}

#[test]
fn steps_of_utf8_are_those_of_the_standard_library() {
    let mut bytes = noise(20_000, 11);
    bytes.extend("春天 ñ 😀".repeat(50).bytes());
    bytes.extend([0xE0, 0x80, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0xF0, 0x9F, 0x98, 0xC3]);
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            assert_eq!(Codec::UTF_8.step(&bytes[at..]), Some(Step::One(c, c.len_utf8())));
            at += c.len_utf8();
        }
        if !chunk.invalid().is_empty() {
            assert_eq!(Codec::UTF_8.step(&bytes[at..]), Some(Step::Bad(chunk.invalid().len())), "{:x?}", chunk.invalid());
            at += chunk.invalid().len();
        }
    }
}
