//! Tables of `src/data` that follow from other tables: the tests that make them anew compare them with the files. Only tests use this; what
//! a table holds is said by who reads it.

/// Asserts that a file of `src/data` is what was made; with `UPDATE=1` writes it anew instead.
pub(crate) fn check(name: &str, file: &[u8], made: &[u8]) {
    if std::env::var_os("UPDATE").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/data").join(name);
        std::fs::write(&path, made).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        return;
    }
    assert!(file == made, "src/data/{name} does not follow from the tables any more; UPDATE=1 cargo test --lib tables_follow writes it");
}
