//! The options of `clean`.

use std::path::PathBuf;

use clap::Args;

use super::value::similarity;
use super::{Content, Dump, exit_codes};
use crate::run::settings::{Dedup, Near};

/// What `--help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen clean dump -o clean
  jingwen clean page.html                  to standard output
  jingwen clean a.html notes/ -o out       notes/x.html becomes out/notes/x.txt
  jingwen clean dump -o out.jsonl --to jsonl
  jingwen clean --from jsonl --text-field content -o out shards/
  jingwen clean dump -o clean --report report.html
  zstdcat a.jsonl.zst | jingwen clean --from jsonl | zstd > clean.jsonl.zst

Output:
  A tree of pages is mirrored: DIR/a/b.html becomes OUT/a/b.txt. With several
  INPUTs each folder keeps its own name. Pages that would meet keep their
  whole names: a.html and a.md become a.html.txt and a.md.txt.
  With --to jsonl all pages go to OUT/documents.jsonl, one line each: id, url,
  text, metadata, charset, counts, removed (with rule ids).
  Files of JSON lines become OUT/NAME.jsonl: same lines, same order, only the
  text replaced; a line whose text stays is the same byte for byte.
  An output folder that lies in the input is not read. Every file is written
  under a temporary name and renamed when it is whole.

Nothing is lost:
  Every record ends as out, removed or quarantined, and the sums are checked.
  A page of which nothing stays is an empty file and a line in
  OUT/removed.jsonl; a JSON line keeps its place with \"text\":\"\" and the
  reason.
  A record that cannot be read (empty, binary, broken JSON, too large) goes to
  OUT/quarantine: index.jsonl says path, record, offset, reason, and where in
  records.bin its bytes stand.
  A filter of JSON lines without --quarantine keeps it in its place, as
  {\"text\":\"\",\"jingwen\":{\"quarantined\":REASON,...,\"raw\":BASE64}}.

",
    exit_codes!()
);

/// Arguments of `clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// In, out and between.
    #[command(flatten)]
    pub dump: Dump,
    /// What stays.
    #[command(flatten)]
    pub content: Content,
    /// Which duplicates to leave out: none, paragraphs that stood earlier in the page, or earlier in the dump
    #[arg(long, value_enum, default_value_t = Dedup::Page, value_name = "WHERE")]
    pub dedup: Dedup,
    /// With --dedup dump: leave out, too, what is nearly the same as something earlier in the dump, by the shingles both have (MinHash, then
    /// the true share). Short texts are never compared, and texts with other numbers or other words in the same place are no copies. An index
    /// of --against has no texts: what is nearly the same is looked for in this dump alone
    #[arg(long, value_enum, value_name = "WHAT")]
    pub near: Option<Near>,
    /// The share of shingles two texts must have in common for --near, 0.5 to 1
    #[arg(long, default_value = "0.8", value_parser = similarity, value_name = "SHARE")]
    pub near_threshold: u16,
    /// Learn in a first pass which lines recur on the pages of a host (that of the address, or of pages without one the first folder),
    /// leave them out, and write what was learnt to OUT/site-facts.tsv, a table people can read and edit. They are gone before --dedup dump
    /// compares what is left
    #[arg(long)]
    pub learn_sites: bool,
    /// Leave out the lines of hosts in this table, learnt by --learn-sites or written by hand
    #[arg(long, value_name = "FILE")]
    pub site_facts: Option<PathBuf>,
    /// With --dedup dump: leave out, too, what stands in this index of earlier dumps
    #[arg(long, value_name = "INDEX")]
    pub against: Option<PathBuf>,
    /// With --dedup dump: keep an index of this dump, and of those it was compared with, for later ones
    #[arg(long, value_name = "INDEX")]
    pub keep_index: Option<PathBuf>,
    /// Write a report for people, too: one HTML file with totals, all documents, and many of them before and after
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}
