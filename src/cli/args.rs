//! Every verb and flag with its help. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The codes, for every `--help`.
macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  done (a closed pipe is success)
  1  findings, or done but over a guard (no verb has these yet)
  2  wrong arguments; nothing was written
  3  an input could not be read or an output not written; the others are done
  4  records in are not records out + removed + quarantined: a defect of jingwen"
    };
}

const EXIT: &str = exit_codes!();

const MAIN: &str = concat!(
    "\
Examples:
  jingwen clean dump -o clean              a folder of pages to a folder of .txt
  jingwen clean dump -o out --to jsonl     ... to one JSON line a page
  cat page.html | jingwen clean            one page to standard output
  jingwen clean --from jsonl < in > out    one line in, one line out
  jingwen explain page.html                what was kept, edited, removed, and why
  jingwen detect *.html                    which charset, how sure, what decided

",
    exit_codes!()
);

const CLEAN: &str = concat!(
    "\
Examples:
  jingwen clean dump -o clean
  jingwen clean page.html                  to standard output
  jingwen clean a.html notes/ -o out       notes/x.html becomes out/notes/x.txt
  jingwen clean dump -o out.jsonl --to jsonl
  jingwen clean --from jsonl --text-field content -o out shards/
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

const REPAIR: &str = concat!(
    "\
Examples:
  jingwen repair page.txt                  to standard output, as UTF-8
  jingwen repair dump -o repaired          a folder, names kept
  jingwen repair --from jsonl --to jsonl < in.jsonl > out.jsonl

Clean text comes back as it was, byte for byte. See `jingwen clean --help` for
output, quarantine and names.

",
    exit_codes!()
);

const DETECT: &str = concat!(
    "\
Examples:
  jingwen detect page.html                 page.html: gb18030  0.99  meta
  jingwen detect -v mixed.txt              ... and runners-up, language, parts
  jingwen detect --to jsonl dump/          one object a line: path, encoding,
                                           confidence, why, language, segments
                                           (start, end, encoding), runners_up
                                           (encoding, nats behind)

`encoding` is a WHATWG name, or ascii, binary, utf-32le, ... where WHATWG has
none. `confidence` is the share of right answers among answers as sure as this.

",
    exit_codes!()
);

const EXPLAIN: &str = concat!(
    "\
Examples:
  jingwen explain page.html
  jingwen explain --color always page.html | less -R
  jingwen explain --to jsonl page.html     one object for the page, then one for
                                           each line with its edits and notes

  = kept (green)   ~ kept, edited (yellow)   - removed (red)
Line numbers are those of the decoded input. What cannot be seen is written
\\u{HEX}, bytes that are no text \\xHH. -v shows markup too and cuts nothing.

",
    exit_codes!()
);

/// Turns dirty scraped pages into clean UTF-8 text and can prove what it did.
#[derive(Debug, Parser)]
#[command(name = "jingwen", version, about, after_help = MAIN, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How to talk.
    #[command(flatten)]
    pub talk: Talk,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Clean pages: decoded, repaired, the main text alone, no boilerplate
    #[command(after_long_help = CLEAN, after_help = EXIT)]
    Clean(Clean),
    /// Decode and repair only: cloaks and mojibake undone, nothing else changed
    #[command(after_long_help = REPAIR, after_help = EXIT)]
    Repair(Repair),
    /// Say which charset files are in, how sure that is, and what decided
    #[command(after_long_help = DETECT, after_help = EXIT)]
    Detect(Detect),
    /// Print the text of a file as UTF-8, nothing repaired
    #[command(after_help = EXIT)]
    Decode(Decode),
    /// Show line by line what was kept, edited or removed, and by which rule
    #[command(after_long_help = EXPLAIN, after_help = EXIT)]
    Explain(Explain),
    /// List the rules, or show some of them with their samples
    #[command(after_help = EXIT)]
    Rules(RulesArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of jingwen or of one verb (`jingwen man | man -l -`)
    Man {
        /// A verb; none for the page of the whole program.
        verb: Option<String>,
    },
}

/// What goes to standard error, and how.
#[derive(Debug, Args)]
pub struct Talk {
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every bad record, every page removed whole, counts by rule
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Colours: in a terminal, always, or never
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Progress on standard error: a bar in a terminal when the run is long, plain lines, JSON lines, or none
    #[arg(long, global = true, value_enum, default_value_t = Progress::Auto, value_name = "HOW")]
    pub progress: Progress,
}

/// What the verbs that go through a dump have in common.
#[derive(Debug, Args)]
pub struct Dump {
    /// Files and folders; `-` or nothing for standard input
    #[arg(value_name = "INPUT")]
    pub input: Vec<PathBuf>,
    /// Folder to write to, or a file when its name ends in .txt or .jsonl; none for standard output
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// What the input is: pages, JSON lines, or by name (.jsonl and .ndjson are JSON lines)
    #[arg(long, value_enum, default_value_t = From::Auto)]
    pub from: From,
    /// What to write; JSON lines for JSON lines, else text
    #[arg(long, value_enum)]
    pub to: Option<To>,
    /// The member of a JSON line that holds the text
    #[arg(long, default_value = "text", value_name = "NAME")]
    pub text_field: String,
    /// Put charset, counts, metadata and what was removed into each JSON line too, as "jingwen"
    #[arg(long)]
    pub details: bool,
    /// Replace files that exist
    #[arg(long)]
    pub overwrite: bool,
    /// Threads; 0 for one a core. The output is the same for any number
    #[arg(short, long, default_value_t = 0, value_name = "N")]
    pub jobs: usize,
    /// Largest record; larger ones go to quarantine without being loaded. K, M, G are powers of 1024
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
    /// What to do with a record that cannot be read
    #[arg(long, value_enum, default_value_t = OnBad::Quarantine, value_name = "WHAT")]
    pub on_bad: OnBad,
    /// Folder for records that cannot be read [default: OUT/quarantine, or OUT.quarantine when OUT is a file]
    #[arg(long, value_name = "DIR")]
    pub quarantine: Option<PathBuf>,
}

/// Arguments of `clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// In, out and between.
    #[command(flatten)]
    pub dump: Dump,
    /// Leave the title out of the text
    #[arg(long)]
    pub no_title: bool,
}

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    /// In, out and between.
    #[command(flatten)]
    pub dump: Dump,
}

/// Arguments of `detect`.
#[derive(Debug, Args)]
pub struct Detect {
    /// Files and folders; `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    pub input: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
    /// Threads; 0 for one a core
    #[arg(short, long, default_value_t = 0, value_name = "N")]
    pub jobs: usize,
    /// Of a larger file only so much is looked at
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
}

/// Arguments of `decode`.
#[derive(Debug, Args)]
pub struct Decode {
    /// A file; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// Larger input is an error
    #[arg(long, default_value = "1G", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A file; `-` or nothing for standard input
    #[arg(value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
    /// Larger input is an error
    #[arg(long, default_value = "256M", value_parser = size, value_name = "SIZE")]
    pub max_record: usize,
}

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// A rule (`family/name`) or the beginning of its id (`family`); none for the list of all
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
}

/// Formats of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// JSON lines if the name ends in .jsonl or .ndjson, else pages.
    Auto,
    /// Pages: HTML, Markdown or text, told by content.
    Page,
    /// One JSON object a line.
    Jsonl,
}

/// Formats of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// Text for people.
    Text,
    /// One JSON object a line.
    Jsonl,
}

/// Fates of a record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnBad {
    /// Keep its bytes and the reason, go on.
    Quarantine,
    /// Count it and go on.
    Skip,
    /// Stop with exit code 3.
    Fail,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// In a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to show progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// A bar if standard error is a terminal and the run is long.
    Auto,
    /// A line of text every few seconds.
    Plain,
    /// A line of JSON every second.
    Json,
    /// Nothing.
    None,
}

/// `64K`, `256M`, `1G`, `1000`.
fn size(s: &str) -> Result<usize, String> {
    let number = s.trim_end_matches(['i', 'B', 'b']);
    let (digits, shift) = match number.char_indices().last() {
        Some((at, 'k' | 'K')) => (&number[..at], 10),
        Some((at, 'm' | 'M')) => (&number[..at], 20),
        Some((at, 'g' | 'G')) => (&number[..at], 30),
        _ => (number, 0),
    };
    let n: usize = digits.parse().map_err(|_| format!("`{s}` is no size; write 64K, 256M or 1G"))?;
    let bytes = n.saturating_mul(1 << shift);
    match bytes {
        0 => Err("a record has at least one byte".to_owned()),
        n if n > crate::span::MAX_RECORD => Err("at most 1G: larger records have no 32-bit spans".to_owned()),
        n => Ok(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        assert_eq!(size("64K"), Ok(65_536));
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert_eq!(size("12"), Ok(12));
        assert!(size("2G").is_err() && size("0").is_err() && size("x").is_err() && size("-1").is_err());
    }
}
