//! Whatever the bytes are taken for: zip, tar, JSON lines, packed streams, and these in each other.
#![cfg_attr(fuzzing, no_main)]

use jingwen::io::open::Kind;

fn run(bytes: &[u8]) {
    for kind in [Kind::Auto, Kind::Zip, Kind::Tar, Kind::Jsonl] {
        jingwen_fuzz::items(bytes, kind);
    }
}

jingwen_fuzz::target!(run);
