//! The data files keep their rules: they parse, nothing stands twice, what names a rule finds it, every rule fires on its sample and
//! spares the other, generated tables equal their sources where those are at hand.

mod samples;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use jingwen::rules::table;
use jingwen::{Kernel, Normalization, Options, Page, RawDoc, Rules, paragraph};
use samples::{Sample, root};

/// All files under a folder with one of these extensions, sorted.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn every_rule_file_is_compiled_in() {
    let mut count = 0;
    for path in files(&root().join("src/data/rules"), &["tsv"]) {
        let content = read(&path);
        let rules = Rules::parse(&[(&name(&path), &content)]).unwrap_or_else(|e| panic!("{e}"));
        let family = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (_, rule) in rules.iter() {
            assert!(rule.id.starts_with(&format!("{family}/")), "{}: {} is of another family", name(&path), rule.id);
            assert!(Rules::builtin().find(&rule.id).is_some(), "{} is not compiled in", rule.id);
            assert!(rule.says.len() > 10 && rule.source.len() > 4, "{} says too little", rule.id);
        }
        count += rules.iter().len();
    }
    assert_eq!(count, Rules::builtin().iter().len());
}

#[test]
fn every_rule_named_in_the_sources_exists() {
    let mut found = 0;
    for path in files(&root().join("src"), &["rs"]) {
        let source = read(&path);
        for (at, call) in source.match_indices("rule(\"") {
            let Some((id, _)) = source[at + call.len()..].split_once('"') else { continue };
            if id.contains('/') && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'/' || b == b'-') {
                assert!(Rules::builtin().find(id).is_some(), "{} names the rule {id}, which no file has", name(&path));
                found += 1;
            }
        }
    }
    assert!(found > 5, "only {found} rules are named");
}

#[test]
fn every_phrase_has_a_translation_and_every_translation_a_use() {
    // string literals alone, as they stand in the sources
    let mut sources = String::new();
    for path in files(&root().join("src"), &["rs", "js", "html"]) {
        let source = read(&path);
        let code = source.split("#[cfg(test)]").next().unwrap_or_default();
        for call in ["lang.say(\"", "lang.fill(\""] {
            for (at, call) in code.match_indices(call) {
                let Some((english, _)) = code[at + call.len()..].split_once('"') else { continue };
                let known = jingwen::lang::words().iter().any(|(e, _)| e == english);
                assert!(known, "{}: src/data/zh/words.tsv has no translation of `{english}`", name(&path));
            }
        }
        sources.push_str(code);
    }
    for (english, _) in jingwen::lang::words() {
        let used = [format!("\"{english}\""), format!(">{english}<")].iter().any(|u| sources.contains(u));
        assert!(used, "nothing says `{english}`, which src/data/zh/words.tsv translates");
    }
}

/// The rules that fired on a page, by id.
fn fired(page: &Page<'_>) -> Vec<String> {
    let rules = Rules::builtin();
    let edits = page.layers.iter().flat_map(|l| l.edits.iter().map(|e| e.rule));
    let all = edits.chain(page.marks.iter().map(|m| m.rule)).chain(page.notes.iter().map(|n| n.rule));
    let mut ids: Vec<String> = all.map(|r| rules.get(r).id.to_string()).collect();
    // a second record like this one would be cut by what has a key
    let blocks = &page.outline.blocks;
    let keys = paragraph::keys(page.metadata.title.as_deref(), page.text(), blocks, &page.marks, &page.keys);
    if !keys.paragraphs.is_empty() {
        ids.push("dump/paragraph".to_owned());
    }
    if keys.whole.is_some() {
        ids.push("dump/record".to_owned());
    }
    // and one that is nearly the same by what has a signature
    let signed = |texts: &mut dyn Iterator<Item = &str>| {
        let mut tokens = paragraph::Tokens::default();
        texts.for_each(|t| tokens.add(t));
        paragraph::Signature::new(&tokens, true).is_some()
    };
    let text = |b: u32| blocks[b as usize].span.of(page.text());
    if keys.paragraphs.iter().any(|(b, _)| signed(&mut std::iter::once(text(*b)))) {
        ids.push("dump/near-paragraph".to_owned());
    }
    if signed(&mut (0..blocks.len() as u32).map(text)) {
        ids.push("dump/near-record".to_owned());
    }
    // a host all of whose pages had these lines
    let texts: Vec<&str> = (0..blocks.len() as u32).map(text).collect();
    if !jingwen::site::lines(&texts).1.is_empty() {
        ids.push("site/recurring-line".to_owned());
    }
    ids.sort();
    ids.dedup();
    ids
}

/// The rules by which records of a file, a WARC file or one of tests/records, are left aside.
#[cfg(feature = "cli")]
fn left_aside(cell: &str) -> Result<Vec<String>, String> {
    use jingwen::io::{compress::Limits, open, record::Item};
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let path = match cell.strip_prefix('@') {
        Some(name) => root().join("tests/records").join(name),
        None => {
            let path = folder.path().join("a.warc");
            fs::write(&path, table::unescape(cell)?).map_err(|e| e.to_string())?;
            path
        }
    };
    let mut reader = open::open(&path, open::Kind::Auto, &Limits::default()).map_err(|e| e.to_string())?;
    let mut ids = Vec::new();
    while let Some(item) = reader.next_item().map_err(|e| e.to_string())? {
        if let Item::Left(left) = item {
            ids.push(left.rule.to_owned());
        }
    }
    Ok(ids)
}

#[cfg(not(feature = "cli"))]
fn left_aside(_: &str) -> Result<Vec<String>, String> {
    Err("readers of files are part of the feature cli".to_owned())
}

#[test]
fn every_rule_fires_on_its_sample_and_spares_the_other() {
    let kernel = Kernel::new(Options::default());
    // rules of what only a caller asks for
    let mut options = Options::default();
    (options.form.width, options.form.remove_lost, options.form.normalize) = (true, true, Some(Normalization::Nfc));
    options.links = true;
    let asked = Kernel::new(options);
    let samples: BTreeMap<String, Sample> = samples::all().into_iter().map(|s| (s.name.clone(), s)).collect();
    let mut wrong = Vec::new();
    let run = |id: &str, cell: &str| -> Result<Vec<String>, String> {
        if id.starts_with("record/") {
            return left_aside(cell);
        }
        let kernel = if id.starts_with("form/") || id == "repair/lost-removed" || id == "markup/link" { &asked } else { &kernel };
        if let Some(name) = cell.strip_prefix('@') {
            let sample = samples.get(name).ok_or_else(|| format!("there is no sample {name}"))?;
            Ok(fired(&kernel.page(sample.raw())))
        } else {
            let bytes = table::unescape(cell)?;
            Ok(fired(&kernel.page(RawDoc { id: "sample", bytes: &bytes, ..RawDoc::default() })))
        }
    };
    for (_, rule) in Rules::builtin().iter() {
        match run(&rule.id, &rule.fires) {
            Err(why) => wrong.push(format!("{}: {why}", rule.id)),
            Ok(fired) if !fired.iter().any(|f| **f == *rule.id) => {
                wrong.push(format!("{} does not fire on its sample; these do: {fired:?}", rule.id));
            }
            Ok(_) => {}
        }
        match run(&rule.id, &rule.spares) {
            Err(why) => wrong.push(format!("{}: {why}", rule.id)),
            Ok(fired) if fired.iter().any(|f| **f == *rule.id) => wrong.push(format!("{} fires on what it must spare", rule.id)),
            Ok(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{} samples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_table_tells_its_columns_and_has_no_line_twice() {
    for path in files(&root().join("src/data"), &["tsv", "txt"]) {
        let content = read(&path);
        let name = name(&path);
        let head: Vec<&str> = content.lines().take_while(|l| l.starts_with('#')).collect();
        assert!(!head.is_empty(), "{name} does not begin with a comment");
        assert!(content.ends_with('\n') && !content.contains('\r'), "{name}: line ends");
        let mut lines: Vec<&str> = content.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()).collect();
        assert!(lines.iter().all(|l| l.trim_end() == *l || l.ends_with('\t')), "{name}: blanks at the end of a line");
        if head.iter().any(|l| l.contains("Sorted by code point")) {
            assert!(lines.is_sorted(), "{name} says it is sorted");
        }
        let count = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), count, "{name} has a line twice");
    }
}

#[test]
fn the_model_is_the_one_its_manifest_describes() {
    let packed = fs::read(root().join("src/data/model.bin.gz")).expect("the model file");
    let mut model = Vec::new();
    flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut model).expect("the model file is whole");
    let manifest = read(&root().join("src/data/model.md"));
    let said = |key: &str| manifest.lines().find_map(|l| l.strip_prefix(key)).map(str::trim).unwrap_or_default().to_owned();
    assert_eq!(said("bytes:"), model.len().to_string());
    assert_eq!(said("xxh3:"), format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&model)));
    assert!(packed.len() <= 2_000_000, "more than 2 MB in the binary");
}

/// Compares a trained table with what the manifest beside it says of it, and with the bytes it may have.
fn is_as_described(name: &str, most: usize) {
    let file = fs::read(root().join(format!("src/data/{name}.bin"))).expect("a trained table");
    let manifest = read(&root().join(format!("src/data/{name}.md")));
    let said = |key: &str| manifest.lines().find_map(|l| l.strip_prefix(key)).map(str::trim).unwrap_or_default().to_owned();
    assert_eq!(said("bytes:"), file.len().to_string(), "{name}");
    assert_eq!(said("xxh3:"), format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&file)), "{name}");
    assert!(file.len() <= most, "{name}: more than {most} bytes");
}

#[test]
fn the_neighbours_are_those_their_manifest_describes() {
    is_as_described("cloak-neighbours", 1 << 20);
}

#[test]
fn the_contexts_are_those_their_manifest_describes() {
    is_as_described("cloak-contexts", 2 << 20);
}

#[test]
fn the_words_are_those_their_manifest_describes() {
    is_as_described("cloak-words", 512 << 10);
}

/// A file of the optional kit beside the project.
fn kit(path: &str) -> Option<String> {
    let kit = root().join("../shared");
    if !kit.join("README.md").exists() {
        return None;
    }
    fs::read_to_string(kit.join(path)).ok()
}

#[test]
fn the_fold_equals_its_source() {
    let Some(readings) = kit("cloak/readings.tsv") else {
        #[allow(clippy::print_stderr, reason = "a test that is left out says so")]
        {
            eprintln!("left out: needs the kit ../shared");
        }
        return;
    };
    let mut pairs = 0;
    for line in readings.lines().filter(|l| !l.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        if let (Some(t), Some(s)) = (cells[0].chars().next(), cells[2].chars().next()) {
            let expected = if s <= '\u{FFFF}' { s } else { t };
            assert_eq!(jingwen::model::fold::simplified(t), expected, "{t}");
            pairs += 1;
        }
    }
    assert!(pairs > 3_500);
}
