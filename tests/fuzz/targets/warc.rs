//! WARC, plain and packed: every byte string ends, numbers follow each other, nothing is larger than what it came from allows.
#![cfg_attr(fuzzing, no_main)]

use jingwen::io::open::Kind;

fn run(bytes: &[u8]) {
    jingwen_fuzz::items(bytes, Kind::Warc);
}

jingwen_fuzz::target!(run);
