//! Detection and decoding: an answer for all bytes, the same one each time, and a faithful layer.
#![cfg_attr(fuzzing, no_main)]

use jingwen::{RawDoc, Rules, charset};

fn run(bytes: &[u8]) {
    let raw = RawDoc { id: "fuzz", bytes, ..RawDoc::default() };
    let (found, layer) = charset::decode(&raw, Rules::builtin());
    assert_eq!(charset::detect(&raw), found, "detect and decode disagree");
    assert!((0.0..=1.0).contains(&found.confidence));
    jingwen_fuzz::layers(bytes, &[layer]);
}

jingwen_fuzz::target!(run);
