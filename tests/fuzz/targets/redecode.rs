//! Repair of a text: faithful, undoable, settled.
#![cfg_attr(fuzzing, no_main)]

use jingwen::{Rules, repair};

fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let repaired = repair::repair(&text, Rules::builtin());
    jingwen_fuzz::layers(text.as_bytes(), &repaired.layers);
    let last = repaired.layers.last().map_or(&*text, |l| &l.text);
    assert!(repair::repair(last, Rules::builtin()).layers.is_empty(), "repair changes its own output");
}

jingwen_fuzz::target!(run);
