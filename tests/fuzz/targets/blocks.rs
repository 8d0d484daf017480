//! Markup to text and blocks: faithful, undoable, every block a part of the text.
#![cfg_attr(fuzzing, no_main)]

use jingwen::{Layer, Outline, Rules, html, markdown};

fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    checked(&text, html::outline(&text, Rules::builtin()));
    checked(&text, markdown::outline(&text, Rules::builtin()));
    let feed = format!("<rss><channel><item>{text}");
    checked(&feed, html::feed(&feed, false, Rules::builtin()));
}

fn checked(text: &str, (layers, outline): (Vec<Layer<'static>>, Outline)) {
    jingwen_fuzz::layers(text.as_bytes(), &layers);
    let last = layers.last().map_or(text, |l| &l.text);
    for block in &outline.blocks {
        let content = last.get(block.span.range()).expect("a block is a part of the text");
        assert_eq!(content, content.trim(), "white space at the end of a block");
    }
    assert!(outline.blocks.windows(2).all(|b| b[0].span.end <= b[1].span.start), "blocks out of order");
}

jingwen_fuzz::target!(run);
