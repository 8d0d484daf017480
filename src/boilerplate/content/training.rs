//! Prints the features of every block of the pages of a folder, and their clean texts: what `scripts/train-content.py` trains and
//! tries tables with. Not a test of anything.

use super::features::{self, Named, Place};
use super::survey::Survey;
use crate::{Kernel, Options, RawDoc};

#[test]
#[ignore = "writes training data; needs PAGES and FEATURES"]
fn features_of_pages() {
    let (Ok(pages), Ok(out)) = (std::env::var("PAGES"), std::env::var("FEATURES")) else { return };
    let kernel = Kernel::new(Options { boilerplate: false, ..Options::default() });
    let mut files: Vec<_> = std::fs::read_dir(pages).expect("PAGES is a folder").map(|e| e.expect("readable").path()).collect();
    files.sort();
    let mut lines = String::new();
    let mut names = Vec::new();
    let mut floats: Vec<u8> = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let bytes = std::fs::read(file).expect("readable");
        let id = file.file_name().expect("a file").to_string_lossy().into_owned();
        let page = kernel.page(RawDoc { id: &id, bytes: &bytes, ..RawDoc::default() });
        let survey = Survey::of(page.text(), &page.outline);
        let place = Place::of(page.text(), &page.outline, &survey);
        for (i, b) in page.outline.blocks.iter().enumerate() {
            let mut row = Named::default();
            features::of_block(i, &page.outline, &survey, &place, &mut row);
            floats.extend(row.values.iter().flat_map(|v| v.to_le_bytes()));
            names = row.names;
            let mut chain = vec![survey.nodes[i]];
            while let Some(&at) = chain.last()
                && at != 0
            {
                chain.push(survey.wider[at as usize]);
            }
            lines.push_str(&serde_json::json!([number, id, i, chain, b.span.of(page.text())]).to_string());
            lines.push('\n');
        }
    }
    std::fs::write(format!("{out}.names"), names.join("\n")).expect("writable");
    std::fs::write(format!("{out}.f32"), floats).expect("writable");
    std::fs::write(format!("{out}.blocks"), lines).expect("writable");
}

#[test]
#[ignore = "writes texts; needs PAGES, TEXTS and ONLY, names of pages one a line; TREES may name another table"]
fn texts_of_pages() {
    let (Ok(pages), Ok(texts), Ok(only)) = (std::env::var("PAGES"), std::env::var("TEXTS"), std::env::var("ONLY")) else { return };
    let kernel = Kernel::new(Options::default());
    for name in only.lines() {
        let bytes = std::fs::read(format!("{pages}/{name}")).expect("readable");
        let page = kernel.page(RawDoc { id: name, bytes: &bytes, ..RawDoc::default() });
        std::fs::write(format!("{texts}/{name}"), page.clean().to_text(false)).expect("writable");
    }
}
