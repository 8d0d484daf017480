//! WARC as it comes: sound, cut, with lengths that lie, without heads.

use std::sync::Arc;

use super::*;
use crate::io::compress::{Codec, Meter, Stream};

const PAGE: &str = "<!DOCTYPE html><p>A page that is long enough to be a page.</p>";

fn record(kind: &str, n: usize, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{n}>\r\nWARC-Target-URI: http://a.example/{n}\r\n\
         WARC-Date: 2020-01-02T03:04:05Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
}

fn page(n: usize) -> String {
    record("response", n, &format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\n\r\n{PAGE}{n}"))
}

fn reader(input: &[u8]) -> Warc {
    let limits = Limits { record: 1 << 20, ..Limits::default() };
    let meter = Arc::new(Meter::default());
    meter.read(input.len() as u64);
    let stream = Stream::open(Box::new(io::Cursor::new(input.to_vec())), true, &limits, meter).unwrap();
    Warc::new(Window::new(stream), &limits, Place { path: "a.warc".into(), entry: None, number: 1 })
}

/// One word an item: its body's number, or what it is.
fn read(input: &[u8]) -> Vec<String> {
    let mut reader = reader(input);
    let mut out = Vec::new();
    let mut number = 0;
    while let Some(item) = reader.next_item().unwrap() {
        number += 1;
        out.push(match item {
            Item::Record(r) => {
                assert_eq!(r.number, number);
                match r.body {
                    Body::Bytes(b) => {
                        let b = String::from_utf8(b).unwrap();
                        b.strip_prefix(PAGE).map_or(b.clone(), str::to_owned)
                    }
                    Body::Text(t) => t,
                    Body::File(_) => unreachable!(),
                }
            }
            Item::Left(l) => {
                assert_eq!(l.number, number);
                format!("{} {}", l.rule, l.why).trim().to_owned()
            }
            Item::Bad(b) => {
                assert_eq!(b.record, number);
                assert!(!b.why.is_empty());
                match b.raw {
                    Raw::Bytes(raw) => format!("bad {}", raw.len()),
                    Raw::Spool(s) => format!("bad {}", s.length()),
                    _ => "bad".to_owned(),
                }
            }
            Item::Lines(..) => unreachable!(),
        });
    }
    out
}

fn packed(codec: Codec, records: &[String]) -> Vec<u8> {
    let mut out = Vec::new();
    records.iter().for_each(|r| codec.pack(r.as_bytes(), &mut out).unwrap());
    out
}

#[test]
fn records_with_their_fields() {
    let text = record("conversion", 7, "plain text 正文");
    let input = [page(1), text, page(2)].concat();
    let Some(Item::Record(r)) = reader(input.as_bytes()).next_item().unwrap() else { panic!("a record") };
    assert_eq!((r.id.as_deref(), r.url.as_deref()), (Some("urn:uuid:1"), Some("http://a.example/1")));
    assert_eq!((r.date.as_deref(), r.label.as_deref()), (Some("2020-01-02T03:04:05Z"), Some("gbk")));
    for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
        let one = packed(codec, std::slice::from_ref(&input));
        let many = packed(codec, &[page(1), record("conversion", 7, "plain text 正文"), page(2)]);
        assert_eq!(read(&one), ["1", "plain text 正文", "2"]);
        assert_eq!(read(&many), ["1", "plain text 正文", "2"]);
    }
    // another version, bare line feeds
    assert_eq!(
        read(
            record("response", 1, &format!("HTTP/1.1 200 OK\n\n{PAGE}1")).replace("WARC/1.0", "WARC/1.1").replace("\r\n", "\n").as_bytes()
        ),
        ["1"]
    );
    assert_eq!(read(b""), [""; 0]);
}

#[test]
fn the_offset_is_that_of_the_member() {
    let input = packed(Codec::Gzip, &[page(1), page(2)]);
    let first = packed(Codec::Gzip, &[page(1)]).len() as u64;
    let mut reader = reader(&input);
    for want in [0, first] {
        assert_eq!(reader.position().1, want);
        let Some(Item::Record(r)) = reader.next_item().unwrap() else { panic!("a record") };
        assert_eq!(r.offset, want);
    }
    let plain = [page(1), page(2)].concat();
    let mut reader = self::reader(plain.as_bytes());
    let offsets: Vec<u64> = std::iter::from_fn(|| reader.next_item().unwrap())
        .map(|i| if let Item::Record(r) = i { r.offset } else { panic!("a record") })
        .collect();
    assert_eq!(offsets, [0, page(1).len() as u64]);
}

#[test]
fn what_is_no_page_is_left_aside_with_its_reason() {
    let http = |head: &str, body: &str| record("response", 3, &format!("HTTP/1.1 {head}\r\n\r\n{body}"));
    let input = [
        record("warcinfo", 1, "software: x\r\n"),
        record("request", 2, "GET / HTTP/1.1\r\n\r\n"),
        record("revisit", 2, "HTTP/1.1 200 OK\r\n\r\n"),
        record("metadata", 2, "a: b"),
        http("404 Not Found\r\nContent-Type: text/html", "<p>gone"),
        http("200 OK\r\nContent-Type: image/png", "\u{89}PNG"),
        http("200 OK\r\nContent-Type: text/html", ""),
        http("200 OK\r\nContent-Type: text/html", "%PDF-1.4"),
        page(4),
    ]
    .concat();
    let want = [
        "record/metadata warcinfo",
        "record/request",
        "record/revisit",
        "record/metadata metadata",
        "record/status 404",
        "record/media image/png",
        "record/empty",
        "record/media application/pdf, claimed to be text/html",
        "4",
    ];
    assert_eq!(read(input.as_bytes()), want);
}

#[test]
fn wrong_lengths_are_mended() {
    let length = page(2).lines().find_map(|l| l.strip_prefix("Content-Length: ")).unwrap().to_owned();
    for wrong in ["1", "0", "57", "100000", "9999999999", "-5", "abc", "18446744073709551616"] {
        let broken = page(2).replacen(&format!("Content-Length: {length}"), &format!("Content-Length: {wrong}"), 1);
        for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
            let input = packed(codec, &[page(1), broken.clone(), page(3), page(4)]);
            assert_eq!(read(&input), ["1", "2", "3", "4"], "{wrong} {codec:?}");
        }
    }
    let none = page(2).replacen(&format!("Content-Length: {length}\r\n"), "", 1);
    assert_eq!(read([page(1), none, page(3)].concat().as_bytes()), ["1", "2", "3"]);
}

#[test]
fn blank_lines_missing_and_bytes_between() {
    let cut = |n: usize| page(n)[..page(n).len() - 4].to_owned();
    assert_eq!(read([cut(1), page(2)].concat().as_bytes()), ["1", "2"]);
    assert_eq!(read([cut(1) + "\n", page(2)].concat().as_bytes()), ["1", "2"]);
    assert_eq!(read([page(1), "\r\n\r\n".to_owned(), page(2)].concat().as_bytes()), ["1", "2"]);
    assert_eq!(read([page(1), "garbage\r\n".to_owned(), page(2)].concat().as_bytes()), ["1", "bad 9", "2"]);
    assert_eq!(read(["garbage\r\n".to_owned(), page(2)].concat().as_bytes()), ["bad 9", "2"]);
    assert_eq!(read([page(1), "\0".repeat(99), page(2)].concat().as_bytes()), ["1", "bad 99", "2"]);
    // the empty line behind the head
    let head = page(2).replacen("\r\n\r\nHTTP", "\r\nHTTP", 1);
    assert_eq!(read([page(1), head, page(3)].concat().as_bytes()), ["1", "2", "3"]);
    // a version line that is none
    let n = page(2).len();
    assert_eq!(
        read([page(1), page(2).replacen("WARC/", "WORC/", 1), page(3)].concat().as_bytes()),
        ["1".to_owned(), format!("bad {n}"), "3".to_owned()]
    );
}

#[test]
fn a_page_that_shows_a_warc_record_is_one_record() {
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<pre>\r\n\r\n{}</pre>", page(9));
    let input = [page(1), record("response", 2, &block), page(3)];
    for codec in [Codec::Plain, Codec::Gzip] {
        let got = read(&packed(codec, &input));
        assert_eq!((got.len(), &*got[0], &*got[2]), (3, "1", "3"));
    }
}

#[test]
fn a_broken_member_is_bad_and_the_next_comes() {
    let members: Vec<Vec<u8>> = (0..4).map(|n| packed(Codec::Gzip, &[page(n)])).collect();
    let bad = format!("bad {}", members[1].len());
    for at in [0, 3, 20, members[1].len() - 6] {
        let mut damaged = members.clone();
        damaged[1][at] ^= 0xFF;
        assert_eq!(read(&damaged.concat()), ["0", &bad, "2", "3"], "{at}");
    }
    let mut damaged = members.clone();
    damaged[1].truncate(60);
    assert_eq!(read(&damaged.concat()), ["0", "bad 60", "2", "3"]);
    // the last one
    let mut whole = members.concat();
    whole.truncate(whole.len() - 20);
    assert_eq!(read(&whole).last().unwrap(), &format!("bad {}", members[3].len() - 20));
}

#[test]
fn nothing_comes_out_of_a_member_that_is_cut_off() {
    let noise = |seed: u32, n: usize| {
        let mut x = seed;
        let mut next = || {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'!' + ((x >> 20) % 90) as u8)
        };
        (0..n).map(|_| next()).collect::<String>()
    };
    let page = |n: u32| record("response", n as usize, &format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{}", noise(n, 900)));
    let members: Vec<Vec<u8>> = (0..3).map(|n| packed(Codec::Gzip, &[page(n)])).collect();
    for cut in 20..members[1].len() {
        let got = read(&[&members[0][..], &members[1][..cut], &members[2]].concat());
        assert!(got[0].ends_with(&noise(0, 900)) && got.last().unwrap().ends_with(&noise(2, 900)), "{cut}");
        assert!(got[1..got.len() - 1].iter().all(|g| g.starts_with("bad")), "{cut}: {got:?}");
    }
}

#[test]
fn offsets_behind_a_damage_are_those_of_the_members() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let mut members: Vec<Vec<u8>> = (0..6).map(|n| packed(codec, &[page(n)])).collect();
        let n = members[1].len();
        members[1][n - 2] ^= 0xFF;
        members[3][0] ^= 0xFF;
        let starts: Vec<u64> = (0..6).map(|n| members[..n].iter().map(|m| m.len() as u64).sum()).collect();
        let mut reader = reader(&members.concat());
        let got: Vec<u64> = std::iter::from_fn(|| reader.next_item().unwrap())
            .map(|i| match i {
                Item::Record(r) => r.offset,
                Item::Bad(b) => b.offset,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(got, starts, "{codec:?}");
    }
}

#[test]
fn a_file_that_ends_in_a_record() {
    let input = [page(1), page(2)].concat();
    for cut in [5, 40, 100] {
        assert_eq!(read(&input.as_bytes()[..input.len() - cut])[0], "1");
    }
    let got = read(&input.as_bytes()[..input.len() - 40]);
    assert_eq!(got[1], format!("bad {}", page(2).len() - 40));
}

#[test]
fn records_over_the_limit_are_bad_or_left_aside_without_being_held() {
    let long = |media: &str, n| record("response", n, &format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n{}", "x".repeat(2 << 20)));
    for codec in [Codec::Plain, Codec::Gzip] {
        let input = packed(codec, &[page(1), long("text/html", 2), long("video/mp4", 3), page(4)]);
        let got = read(&input);
        assert_eq!(got.len(), 4, "{got:?}");
        assert_eq!((&*got[0], &*got[2], &*got[3]), ("1", "record/media video/mp4", "4"));
        assert!(got[1].starts_with("bad 209"), "{}", got[1]);
    }
}

#[test]
fn any_damage_ends_and_keeps_most() {
    let mut n = 7u32;
    let mut next = |below: usize| {
        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (n >> 8) as usize % below
    };
    for codec in [Codec::Plain, Codec::Gzip, Codec::Zstd] {
        let pages: Vec<String> = (0..30).map(page).collect();
        let whole = packed(codec, &pages);
        for _ in 0..200 {
            let mut input = whole.clone();
            for _ in 0..3 {
                let at = next(input.len() - 100) + 50;
                match next(3) {
                    0 => input[at] = next(256) as u8,
                    1 => drop(input.drain(at..(at + next(100)).min(input.len()))),
                    _ => drop(input.splice(at..at, (0..50).map(|n| n * 5))),
                }
            }
            let got = read(&input.iter().map(|b| if codec == Codec::Plain && *b > 127 { b'?' } else { *b }).collect::<Vec<_>>());
            let kept = got.iter().filter(|g| g.parse::<u32>().is_ok()).count();
            assert!(kept >= 21, "{codec:?}: {got:?}");
        }
    }
}
