//! What the documents tell people to type: the worked examples of `docs/` run as they stand, and documents in two languages tell the same
//! commands.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the crate.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The fenced blocks of a Markdown text that begin with ` ```INFO `, or all of them: info, content.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, content))) => *content += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block that does not end");
    blocks
}

/// Commands without what is said behind `#`, and code as it is.
fn commands(text: &str) -> Vec<String> {
    let bare = |(info, content): (String, String)| {
        let line = |l: &str| if info == "rust" { l.to_owned() } else { l.split("  #").next().unwrap_or(l).trim_end().to_owned() };
        content.lines().map(line).collect::<Vec<_>>()
    };
    blocks(text).into_iter().flat_map(bare).collect()
}

/// Documents that stand beside a Chinese one.
fn translated() -> Vec<(PathBuf, PathBuf)> {
    let mut pairs = vec![(root().join("README.md"), root().join("README.zh-CN.md"))];
    let mut docs: Vec<PathBuf> = fs::read_dir(root().join("docs")).expect("the folder docs").map(|e| e.expect("an entry").path()).collect();
    docs.sort();
    for path in docs.iter().filter(|p| p.to_string_lossy().ends_with(".zh-CN.md")) {
        pairs.push((PathBuf::from(path.to_string_lossy().replace(".zh-CN.md", ".md")), path.clone()));
    }
    pairs
}

#[test]
fn both_languages_tell_the_same_commands() {
    let pairs = translated();
    assert!(pairs.len() > 2, "the worked examples are in both languages");
    for (english, chinese) in pairs {
        let (ours, theirs) = (commands(&read(&english)), commands(&read(&chinese)));
        for (a, b) in ours.iter().zip(&theirs) {
            assert_eq!(a, b, "{} and {} differ", english.display(), chinese.display());
        }
        assert_eq!(ours.len(), theirs.len(), "{} and {} have not as many lines of commands", english.display(), chinese.display());
        let tables = |p: &Path| read(p).lines().filter(|l| l.starts_with('|')).count();
        assert_eq!(tables(&english), tables(&chinese), "{}: rows of tables", chinese.display());
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    for (english, chinese) in translated() {
        for path in [english, chinese] {
            let text = read(&path);
            for (at, _) in text.match_indices("](") {
                let link = text[at + 2..].split(')').next().unwrap_or_default();
                if !link.contains(':') {
                    let target = path.parent().expect("a folder").join(link);
                    assert!(target.exists(), "{} links to {link}, which is not there", path.display());
                }
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn worked_examples_run_as_they_stand() {
    let program = Path::new(env!("CARGO_BIN_EXE_jingwen"));
    let path = format!("{}:{}", program.parent().expect("a folder").display(), std::env::var("PATH").unwrap_or_default());
    let mut ran = 0;
    // the commands of a Chinese page are those of the English one
    for (english, _) in translated().into_iter().skip(1) {
        let place = tempfile::tempdir().expect("a temporary folder");
        std::os::unix::fs::symlink(root().join("corpus-samples"), place.path().join("corpus-samples")).expect("a link");
        for (_, script) in blocks(&read(&english)).into_iter().filter(|(info, _)| info == "sh run") {
            let done = std::process::Command::new("sh")
                .args(["-eu", "-c", &script])
                .current_dir(place.path())
                .env("PATH", &path)
                .env("LC_ALL", "C")
                .output()
                .expect("sh starts");
            let why = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{}: this fails with {}:\n{script}\n{why}", english.display(), done.status);
            ran += script.lines().count();
        }
    }
    assert!(ran >= 15, "only {ran} lines were run");
}
