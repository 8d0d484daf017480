//! Reads the folders of corpus-samples, each with what tests/golden says about it. What is expected of them is said by the tests.

use std::fs;
use std::path::{Path, PathBuf};

use jingwen::RawDoc;

/// The folder of the crate.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One sample: the file of a folder of corpus-samples.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `negative`, `synthetic`, `wild`, `known-failures`.
    #[allow(dead_code, reason = "each test reads what it needs")]
    pub group: String,
    /// Name of the folder.
    pub name: String,
    /// Name of the file.
    pub file: String,
    pub bytes: Vec<u8>,
    pub label: Option<String>,
    pub url: Option<String>,
}

impl Sample {
    pub fn raw(&self) -> RawDoc<'_> {
        RawDoc { id: &self.file, url: self.url.as_deref(), label: self.label.as_deref(), bytes: &self.bytes }
    }
}

/// All samples, by group and name.
pub fn all() -> Vec<Sample> {
    let mut out = Vec::new();
    for group in folders(&root().join("corpus-samples")) {
        for folder in folders(&group) {
            let name = file_name(&folder);
            let case = root().join("tests/golden").join(file_name(&group)).join(&name).join("case.toml");
            let case: toml::Table = fs::read_to_string(case).ok().and_then(|t| t.parse().ok()).unwrap_or_default();
            let said = |key: &str| case.get(key).and_then(|v| v.as_str()).map(str::to_owned);
            let mut files: Vec<PathBuf> = entries(&folder).into_iter().filter(|p| p.is_file()).collect();
            files.sort();
            for file in files {
                out.push(Sample {
                    group: file_name(&group),
                    name: name.clone(),
                    file: file_name(&file),
                    bytes: fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())),
                    label: said("label"),
                    url: said("url"),
                });
            }
        }
    }
    assert!(!out.is_empty(), "corpus-samples is empty");
    out
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())).map(|e| e.expect("a readable folder").path()).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = entries(folder).into_iter().filter(|p| p.is_dir()).collect();
    out.sort();
    out
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
