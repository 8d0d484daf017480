//! What the fuzz targets share: the laws, and an entry that is libFuzzer's under cargo-fuzz and reads files otherwise.

use jingwen::io::compress::Limits;
use jingwen::io::open::{Kind, open_reader};
use jingwen::io::record::{Body, Item};
use jingwen::{Layer, Page, Span};

/// Makes `fn(&[u8])` a fuzz target: under cargo-fuzz its entry, else a program that runs it over the files it is given.
#[macro_export]
macro_rules! target {
    ($run:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $run(bytes));

        #[cfg(not(fuzzing))]
        fn main() {
            $crate::replay($run);
        }
    };
}

/// Runs a target over the files named on the command line.
pub fn replay(run: fn(&[u8])) {
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        run(&bytes);
        println!("{}: {} bytes, the laws hold", path.display(), bytes.len());
    }
}

/// *Faithful* and *undoable*, of a chain of layers over `below`.
pub fn layers(below: &[u8], layers: &[Layer<'_>]) {
    let mut under = below;
    for layer in layers {
        assert!(layer.is_faithful(under), "{:?} is not faithful", layer.stage);
        assert_eq!(layer.undo(under), under, "{:?} cannot be undone", layer.stage);
        assert!(layer.locate(Span::new(0, layer.text.len())).end as usize <= under.len());
        under = layer.text.as_bytes();
    }
}

/// All laws that one page can show.
pub fn page(page: &Page<'_>) {
    layers(page.raw.bytes, &page.layers);
    assert_eq!(page.undo(), page.raw.bytes);
    let text = page.text();
    for block in &page.outline.blocks {
        assert!(text.get(block.span.range()).is_some(), "a block outside the text");
        assert!(page.locate(block.span).end as usize <= page.raw.bytes.len(), "a block outside the bytes");
    }
    assert!(page.outline.blocks.windows(2).all(|b| b[0].span.end <= b[1].span.start), "blocks out of order");
    assert!(page.marks.iter().all(|m| (m.block as usize) < page.outline.blocks.len()), "a mark of no block");
    for note in &page.notes {
        assert!(page.layers[note.layer as usize].text.get(note.at.range()).is_some(), "a note outside its layer");
    }
    assert!((0.0..=1.0).contains(&page.charset.confidence));
    let _ = page.clean().to_text(true);
}

/// Small limits, so that bombs are found out soon.
pub fn limits() -> Limits {
    Limits { record: 1 << 20, floor: 1 << 20, total: 1 << 26, ..Limits::default() }
}

/// What every reader promises, of any bytes.
pub fn items(bytes: &[u8], kind: Kind) {
    let limits = limits();
    let Ok(mut reader) = open_reader(Box::new(std::io::Cursor::new(bytes.to_vec())), "fuzz".as_ref(), kind, &limits) else { return };
    let mut last = 0;
    while let Ok(Some(item)) = reader.next_item() {
        let number = match item {
            Item::Record(r) => {
                let size = match r.body {
                    Body::Bytes(b) => b.len(),
                    Body::Text(t) => t.len(),
                    Body::File(_) => panic!("a stream is no file"),
                };
                // a wrong length is mended by up to 1 MB
                assert!(size <= limits.record + (1 << 21), "{size} bytes in a record");
                r.number
            }
            Item::Left(l) => l.number,
            Item::Bad(b) => b.record,
            Item::Lines(l, _) => l.record,
        };
        assert!(number > last, "number {number} behind {last}");
        last = number;
    }
}
