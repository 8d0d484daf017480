//! zip archives as they come: sound, without directory, broken, bombs.

use super::super::tests_of_entries::{read, read_file};
use super::*;

/// An archive of (name, method, flags, bytes as packed, bytes).
type Parts<'p> = &'p [(&'p [u8], u16, u16, &'p [u8])];

fn packed(method: u16, bytes: &[u8]) -> Vec<u8> {
    match method {
        8 => {
            let mut e = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            io::Write::write_all(&mut e, bytes).unwrap();
            e.finish().unwrap()
        }
        93 => zstd::bulk::compress(bytes, 3).unwrap(),
        _ => bytes.to_vec(),
    }
}

fn archive(parts: Parts<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, method, flags, bytes) in parts {
        let data = packed(*method, bytes);
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut fields = Vec::new();
        for n in [20, *flags, *method, 0, 0] {
            fields.extend(n.to_le_bytes());
        }
        fields.extend(crc.sum().to_le_bytes());
        fields.extend((data.len() as u32).to_le_bytes());
        fields.extend((bytes.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(*name);
        out.extend(b"PK\x03\x04");
        out.extend(&fields);
        out.extend(*name);
        out.extend(&data);
    }
    let at = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((parts.len() as u16).to_le_bytes());
    out.extend((parts.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

#[test]
fn entries_of_all_sorts() {
    let parts: Parts<'_> = &[
        (b"dir/", 0, 0, b""),
        (b"a.txt", 8, 0, b"one one one one one one"),
        (b"\xC4\xBF\xC2\xBC/\xCE\xC4.txt", 0, 0, b"two"),
        ("文.html".as_bytes(), 93, 0x800, b"<p>three"),
        (b"secret", 8, 1, b"four"),
        (b"odd", 14, 0, b"five"),
        (b"a.png", 0, 0, b"\x89PNG\r\n\x1a\n...."),
        (b"a.jsonl", 8, 0, b"{\"text\":\"l\"}\n{\"text\":\"m\"}\n"),
        (b"last", 0, 0, b"six"),
    ];
    let want = [
        "1 a.txt one one one one one one",
        "2 目录/文.txt two",
        "3 文.html <p>three",
        "4 bad",
        "5 bad",
        "6 record/media",
        "7 a.jsonl 2 lines",
        "9 last six",
    ];
    let check = |got: Vec<String>| {
        assert_eq!(got.len(), want.len(), "{got:?}");
        assert!(got.iter().zip(want).all(|(g, w)| g.starts_with(w)), "{got:?}");
    };
    let zip = archive(parts);
    check(read(&zip));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no-extension");
    std::fs::write(&path, &zip).unwrap();
    check(read_file(&path));
    // bytes before it, as of an archive that unpacks itself
    let moved = [&b"PK\x03\x04"[..], &[0; 40], &zip].concat();
    check(read(&moved));
    // and within another
    let outer = archive(&[(b"in.zip", 8, 0, &zip)]);
    assert_eq!(read(&outer)[0], "1 in.zip!/a.txt one one one one one one");
}

#[test]
fn a_damaged_entry_is_bad_and_the_next_comes() {
    let parts: Parts<'_> = &[(b"a", 8, 0, b"one one one one"), (b"b", 8, 0, b"two two two two"), (b"c", 0, 0, b"three")];
    let whole = archive(parts);
    let second = memchr::memmem::find_iter(&whole, b"PK\x03\x04").nth(1).unwrap();
    for at in [second + 31, second + 33] {
        let mut zip = whole.clone();
        zip[at] ^= 0x55;
        let got = read(&zip);
        assert!(got[1].starts_with("2 bad"), "{got:?}");
        assert_eq!((&*got[0], &*got[2]), ("1 a one one one one", "3 c three"));
    }
}

#[test]
fn without_a_directory_the_entries_are_found() {
    let parts: Parts<'_> = &[(b"a", 8, 0, b"one one one one"), (b"b", 8, 0, b"two two two two"), (b"c", 0, 0, b"three")];
    let whole = archive(parts);
    let directory = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    let got = read(&whole[..directory]);
    assert!(got[0].starts_with("1 bad"), "{got:?}");
    assert_eq!(got[1..], ["2 a one one one one", "3 b two two two two", "4 c three"]);
    let got = read(&whole[..directory - 3]);
    assert!(got[3].starts_with("4 bad"), "{got:?}");
    assert_eq!(got[1..3], ["2 a one one one one", "3 b two two two two"]);
}

#[test]
fn bombs_are_bad_and_the_rest_is_read() {
    let zeros = vec![b' '; 40 << 20];
    let noise: Vec<u8> = (0..200_000u32).map(|n| b'a' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 26).collect();
    let zip = archive(&[(b"a", 0, 0, b"one"), (b"bomb", 8, 0, &zeros), (b"noise", 0, 0, &noise), (b"c", 0, 0, b"three")]);
    let got = read(&zip);
    assert_eq!(got.len(), 4);
    assert!(got[1].starts_with("2 bad") && got[3].starts_with("4 c three"), "{}", got[1]);
    // two entries over the same bytes
    let mut zip = archive(&[(b"a", 0, 0, b"one"), (b"b", 0, 0, b"two")]);
    let second = memchr::memmem::find_iter(&zip, b"PK\x01\x02").nth(1).unwrap();
    zip[second + 42..second + 46].fill(0);
    let got = read(&zip);
    assert!(got.iter().any(|g| g.contains("bad")), "{got:?}");
}

#[test]
fn no_bytes_panic() {
    let zip = archive(&[(b"a", 8, 0, b"one one one one"), (b"b", 93, 0, b"two two two two"), (b"c", 0, 0, b"three")]);
    let mut n = 7u32;
    let mut next = |below: usize| {
        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (n >> 8) as usize % below
    };
    for _ in 0..2000 {
        let mut input = zip.clone();
        for _ in 0..=next(4) {
            let at = next(input.len());
            input[at] = if next(3) == 0 { 0xFF } else { next(256) as u8 };
        }
        if next(4) == 0 {
            input.truncate(next(input.len()) + 4);
        }
        read(&input);
    }
}
