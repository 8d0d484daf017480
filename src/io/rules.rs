//! Tables of own rules as files: which ones a folder holds, and a hash to know them again. What stands in them is read in `rules/own`.

use std::fs;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use crate::error::Error;
use crate::rules::Rules;

/// Own rules as they were read.
#[derive(Debug)]
pub struct Own {
    /// The built-in rules and behind them these.
    pub rules: Rules,
    /// xxh3_64 of the tables' names and contents, in hexadecimal.
    pub mark: String,
}

/// Reads the tables (`*.tsv`, in the order of their names) of a folder, or one table.
///
/// # Errors
/// [`Error::Io`]; [`Error::Rule`] for a table that does not parse; [`Error::Usage`] for a folder without one.
pub fn read(path: &Path) -> Result<Own, Error> {
    let mut files: Vec<PathBuf> = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(Error::io("list", path))? {
            let file = entry.map_err(Error::io("list", path))?.path();
            if file.extension().is_some_and(|e| e == "tsv") && file.is_file() {
                files.push(file);
            }
        }
        if files.is_empty() {
            return Err(Error::Usage(format!("{}: no table of rules (*.tsv) in it", path.display())));
        }
        files.sort();
    } else {
        files.push(path.to_path_buf());
    }
    let mut tables = Vec::new();
    let mut hash = Xxh3::new();
    for file in files {
        let content = fs::read(&file).map_err(Error::io("read", &file))?;
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        for part in [name, &content] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let name = file.display().to_string();
        let content = String::from_utf8(content).map_err(|e| {
            let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
            let line = memchr::memchr_iter(b'\n', before).count() as u32 + 1;
            Error::Rule { path: name.clone(), line, why: "not UTF-8; tables of rules are".to_owned() }
        })?;
        // an editor may have put a BOM in front
        tables.push((name, content.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(content)));
    }
    Ok(Own { rules: Rules::with_own(&tables)?, mark: format!("{:016x}", hash.digest()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_a_folder_are_read_in_order_and_known_again() {
        let place = tempfile::tempdir().unwrap();
        let at = place.path();
        assert!(read(at).unwrap_err().to_string().contains("no table of rules"));
        fs::write(at.join("b.tsv"), "own/b\tsays\tus\tx\ty\twhole\tw\tremove\n").unwrap();
        fs::write(at.join("a.tsv"), "\u{feff}# mine\nown/a\tsays\tus\tx\ty\twhole\tv\tremove\n").unwrap();
        fs::write(at.join("readme.md"), "nothing").unwrap();
        let own = read(at).unwrap();
        assert!(own.rules.find("own/a") < own.rules.find("own/b") && own.rules.find("own/a").is_some());
        assert_eq!(own.mark, read(at).unwrap().mark);
        fs::write(at.join("b.tsv"), "own/b\tsays\tus\tx\ty\twhole\tx\tremove\n").unwrap();
        assert_ne!(own.mark, read(at).unwrap().mark);
        fs::write(at.join("b.tsv"), b"# fine\nown/b\t\xCE\xC4\n").unwrap();
        assert!(read(at).unwrap_err().to_string().contains("b.tsv:2: not UTF-8"));
        assert!(read(&at.join("none.tsv")).unwrap_err().to_string().starts_with("cannot read"));
    }
}
