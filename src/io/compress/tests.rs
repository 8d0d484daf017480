//! Packed streams as they come: sound, cut, with holes and foreign bytes, bombs.

use std::io::Read;
use std::sync::Arc;

use super::*;

fn packed(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    codec.pack(bytes, &mut out).unwrap();
    out
}

/// Bytes that do not pack well, so that members are long enough to be damaged.
fn noise(seed: u32, n: usize) -> Vec<u8> {
    let mut x = seed | 1;
    let mut next = || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 16) as u8
    };
    (0..n).map(|_| next()).collect()
}

/// Data run together, and damages as (offset, bytes, why).
type Unpacked = (Vec<u8>, Vec<(u64, Vec<u8>, String)>);

/// What comes of it.
fn read_with(input: &[u8], whole: bool, limits: &Limits) -> Unpacked {
    let meter = Arc::new(Meter::default());
    meter.read(input.len() as u64);
    // short reads: nothing may hang on where they end
    struct Slow(io::Cursor<Vec<u8>>);
    impl Read for Slow {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let n = to.len().min(1000);
            self.0.read(&mut to[..n])
        }
    }
    let mut stream = Stream::open(Box::new(Slow(io::Cursor::new(input.to_vec()))), whole, limits, meter).unwrap();
    let (mut data, mut damages) = (Vec::new(), Vec::new());
    loop {
        match stream.read(&mut data).unwrap() {
            Next::Data => {}
            Next::Damage(mut d) => {
                let mut raw = Vec::new();
                match &mut d.raw {
                    Raw::Bytes(b) => raw.clone_from(b),
                    Raw::Spool(s) => drop(s.read().unwrap().read_to_end(&mut raw).unwrap()),
                    _ => {}
                }
                assert!(d.offset as usize + raw.len() <= input.len());
                assert_eq!(raw, input[d.offset as usize..][..raw.len()]);
                damages.push((d.offset, raw, d.why));
            }
            Next::End => return (data, damages),
        }
    }
}

fn read(input: &[u8], whole: bool) -> Unpacked {
    read_with(input, whole, &Limits::default())
}

#[test]
fn plain_and_packed_come_out_the_same() {
    for text in [&b""[..], b"a", &noise(3, 300_000)] {
        assert_eq!(read(text, false), (text.to_vec(), vec![]));
        for codec in [Codec::Gzip, Codec::Zstd] {
            let twice = [packed(codec, text), packed(codec, b"end")].concat();
            assert_eq!(read(&twice, false), ([text, b"end"].concat(), vec![]));
        }
    }
}

#[test]
fn members_are_the_same_each_time_and_tell_nothing_of_the_machine() {
    let a = packed(Codec::Gzip, b"text");
    assert_eq!(a[..10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
    assert_eq!(a, packed(Codec::Gzip, b"text"));
    assert_eq!(packed(Codec::Zstd, b"text"), packed(Codec::Zstd, b"text"));
}

#[test]
fn a_skippable_frame_is_skipped_and_zeros_at_the_end_are_nothing() {
    let mut input = b"\x50\x2A\x4D\x18\x03\x00\x00\x00xyz".to_vec();
    input.extend(packed(Codec::Zstd, b"text"));
    assert_eq!(read(&input, false), (b"text".to_vec(), vec![]));
    let mut input = packed(Codec::Gzip, b"text");
    let zeros = input.len() as u64;
    input.resize(input.len() + 1000, 0);
    assert_eq!(read(&input, false), (b"text".to_vec(), vec![]));
    // but a hole is a damage
    input.extend(packed(Codec::Gzip, b"more"));
    let (data, damages) = read(&input, true);
    assert_eq!((&*data, damages.len(), damages[0].0, &*damages[0].1), (&b"textmore"[..], 1, zeros, &[0; 1000][..]));
}

#[test]
fn after_a_damaged_member_comes_the_next() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let members: Vec<Vec<u8>> = (0..5).map(|n| packed(codec, &noise(n, 5000))).collect();
        let start = members[0].len() + members[1].len();
        // each kind of damage to the third member
        let mut header = members.clone();
        header[2][0] ^= 0xFF;
        let mut checksum = members.clone();
        let n = checksum[2].len();
        checksum[2][n - 3] ^= 0xFF;
        let mut cut = members.clone();
        cut[2].truncate(n / 2);
        let mut garbage = members.clone();
        garbage[2] = noise(9, 700);
        for (name, damaged) in [("header", header), ("checksum", checksum), ("cut", cut), ("garbage", garbage)] {
            let (data, damages) = read(&damaged.concat(), true);
            assert_eq!(damages.len(), 1, "{codec:?} {name}");
            assert_eq!(damages[0].0, start as u64, "{codec:?} {name}");
            assert_eq!(damages[0].1, damaged[2], "{codec:?} {name}");
            assert!(data.starts_with(&[noise(0, 5000), noise(1, 5000)].concat()), "{codec:?} {name}");
            assert!(data.ends_with(&[noise(3, 5000), noise(4, 5000)].concat()), "{codec:?} {name}");
            // as lines: what was read is data, the rest is damage
            let (data, damages) = read(&damaged.concat(), false);
            assert_eq!(damages.len(), 1, "{codec:?} {name}");
            assert!(data.ends_with(&[noise(3, 5000), noise(4, 5000)].concat()), "{codec:?} {name}");
        }
    }
}

#[test]
fn a_tail_that_is_cut_off_keeps_what_came_before() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let mut input = packed(codec, &noise(1, 400_000));
        input.truncate(input.len() / 2);
        let (data, damages) = read(&input, false);
        assert!(data.len() > 100_000 && noise(1, 400_000).starts_with(&data), "{codec:?} {}", data.len());
        assert!(damages[0].2.contains("cut off"), "{}", damages[0].2);
    }
}

#[test]
fn a_bomb_is_damage_and_the_next_member_is_read() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let bomb = packed(codec, &vec![0; 40 << 20]);
        let input = [packed(codec, b"before"), bomb.clone(), packed(codec, b"after")].concat();
        // the limit is on the file, too: this one is read well
        let limits = Limits { ratio: 900, ..Limits::default() };
        let meter_is_large = [input.clone(), packed(codec, &noise(1, 200_000))].concat();
        let (data, damages) = read_with(&meter_is_large, true, &limits);
        assert_eq!(damages.len(), 1);
        assert!(damages[0].2.contains("bomb"), "{}", damages[0].2);
        assert!(data.len() < 20 << 20);
        assert!(data.ends_with(&[&b"after"[..], &noise(1, 200_000)].concat()));
        let (data, damages) = read_with(&input, true, &Limits { total: 1 << 20, ..limits });
        assert!(data.len() <= (1 << 20) + 10);
        assert!(damages[0].2.contains("limit for one file"), "{}", damages[0].2);
    }
}

#[test]
fn any_damage_ends_and_keeps_most() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let members: Vec<Vec<u8>> = (0..40).map(|n| packed(codec, &noise(n, 300))).collect();
        let whole = members.concat();
        let mut n = 7u32;
        let mut next = |below: usize| {
            n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (n >> 8) as usize % below
        };
        for _ in 0..300 {
            let mut input = whole.clone();
            for _ in 0..3 {
                let at = next(input.len());
                match next(3) {
                    0 => input[at] = next(256) as u8,
                    1 => drop(input.drain(at..(at + next(100)).min(input.len()))),
                    _ => drop(input.splice(at..at, noise(at as u32, 50))),
                }
            }
            for as_whole in [false, true] {
                let (data, damages) = read(&input, as_whole);
                let kept = (0..40).filter(|n| memchr::memmem::find(&data, &noise(*n, 300)).is_some()).count();
                assert!(kept >= 34 || Codec::of_bytes(&input) == Codec::Plain, "{codec:?}: {kept} of 40, {damages:?}");
            }
        }
    }
}
