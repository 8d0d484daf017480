//! A whole record through the kernel: every law of a page, for bytes of any kind.
#![cfg_attr(fuzzing, no_main)]

use jingwen::{Kernel, Options, RawDoc};

fn run(bytes: &[u8]) {
    let kernel = Kernel::new(Options::default());
    jingwen_fuzz::page(&kernel.page(RawDoc { id: "fuzz", bytes, ..RawDoc::default() }));
}

jingwen_fuzz::target!(run);
