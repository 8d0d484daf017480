//! Single-byte charsets: 256 characters each, built on first use.

use std::sync::OnceLock;

use super::list::{Codec, Kind, Source, page};
use super::walk::{PEN, Reader, Step, packed, unpack};

/// The 256 characters of a charset.
#[derive(Clone, Copy)]
pub(super) struct Single(&'static Table);

/// The characters of all bytes, and the same as UTF-8.
struct Table {
    chars: [Option<char>; 256],
    packed: [u32; 256],
}

impl Single {
    pub fn get(self, byte: u8) -> Option<char> {
        self.0.chars[usize::from(byte)]
    }
}

impl Reader for Single {
    #[inline]
    fn next(&self, rest: &[u8]) -> Step {
        match self.get(rest[0]) {
            Some(c) => Step::One(c, 1),
            None => Step::Bad(1),
        }
    }

    #[inline]
    fn run(&self, rest: &[u8], out: &mut [u8; PEN], mut written: usize) -> (usize, usize) {
        let mut read = 0;
        for &byte in rest {
            let packed = self.0.packed[usize::from(byte)];
            if byte < 0x80 || written > PEN - 4 || packed == 0 {
                break;
            }
            written = unpack(packed, out, written);
            read += 1;
        }
        (read, written)
    }
}

/// The table of a single-byte charset; all undefined for any other.
pub(super) fn reader(codec: Codec) -> Single {
    static TABLES: [OnceLock<Box<Table>>; Codec::COUNT] = [const { OnceLock::new() }; Codec::COUNT];
    let tables = || {
        let chars = table(codec);
        Box::new(Table { chars, packed: chars.map(packed) })
    };
    Single(TABLES[codec.number()].get_or_init(tables))
}

fn table(codec: Codec) -> [Option<char>; 256] {
    let mut chars: [Option<char>; 256] = std::array::from_fn(|b| (b < 0x80).then_some(b as u8 as char));
    let Kind::Single(source) = codec.kind() else { return [None; 256] };
    for byte in 0x80..=0xFFu8 {
        chars[usize::from(byte)] = match source {
            Source::Latin1 => Some(byte as char),
            Source::Whatwg(e) => whatwg(e, byte),
            Source::Sloppy(e) => whatwg(e, byte).or(Some(byte as char)),
            Source::Page => page(codec.name()).and_then(|upper| upper[usize::from(byte - 0x80)]),
        };
    }
    chars
}

fn whatwg(encoding: &'static encoding_rs::Encoding, byte: u8) -> Option<char> {
    encoding.decode_without_bom_handling_and_without_replacement(&[byte])?.chars().next()
}
