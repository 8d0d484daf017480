//! Every verb and flag with its help. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The codes, for every `--help`.
macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  done (a closed pipe is success)
  1  done but over a guard: --max-bad, --max-removed
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

const STAGE: &str = concat!(
    "\
Examples:
  jingwen stage plan dump -o run --to jsonl --dedup dump
  for i in 1 2 3 4; do jingwen stage scan run --share $i/4 & done; wait
  jingwen stage resolve run
  for i in 1 2 3 4; do jingwen stage apply run --share $i/4 & done; wait
  jingwen stage finish run

The passes of `jingwen clean -o run` one by one, for job arrays and make. Each
can be killed and run again; what it has done is not done twice. The shares
may run at once, on one machine or on several that see the same folder. The
bytes that come out are those of `jingwen clean`. Without --dedup dump there is
nothing to resolve and to apply: plan, scan, finish.

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
    /// Check a finished run again: nothing lost, nothing changed since
    #[command(after_help = EXIT)]
    Verify(Verify),
    /// Do the passes of a run one by one, on one machine or as an array of jobs
    #[command(after_long_help = STAGE, after_help = EXIT)]
    Stage(Stage),
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
    /// What the input is; by name and content if nothing is said
    #[arg(long, value_enum, default_value_t = From::Auto)]
    pub from: From,
    /// What to write; JSON lines for JSON lines and archives, else text
    #[arg(long, value_enum)]
    pub to: Option<Written>,
    /// The member of a JSON line or the column of a table that holds the text [default: text]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Compress JSON lines; if nothing is said, as the input was
    #[arg(long, value_enum, value_name = "HOW")]
    pub compress: Option<Compress>,
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
    /// Go on with a run that was stopped, whatever stopped it
    #[arg(long, conflicts_with = "overwrite")]
    pub resume: bool,
    /// Done, but exit code 1, when more records than this cannot be read: a number, or a share such as 1%
    #[arg(long, value_name = "N|N%", value_parser = guard)]
    pub max_bad: Option<Guard>,
    /// Done, but exit code 1, when more of the records than this are removed whole: a guard against a bad rule
    #[arg(long, value_name = "N|N%", value_parser = guard)]
    pub max_removed: Option<Guard>,
    /// Read the names of inputs from a file, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Of a folder take only files like this: `*.html`, `2024/**`. May be given more than once
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Of a folder leave out files like this, also when they are included
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Only the first N records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Only a share of the records, by the hash of their names: the same ones each time
    #[arg(long, value_name = "N%", value_parser = share)]
    pub sample: Option<u32>,
    /// Say what would be read and written, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Memory for records on their way and for duplicates
    #[arg(long, default_value = "1G", value_parser = memory, value_name = "SIZE")]
    pub memory: u64,
    /// Folder for work in progress [default: OUT/_jingwen]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
    /// What a stopped run does again at most, in bytes of input
    #[arg(long, default_value = "64M", value_parser = memory, value_name = "SIZE")]
    pub block: u64,
    /// Highest ratio of a decompressed input to its size; what is over it is a bomb and goes to quarantine
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub max_ratio: u32,
    /// How deep archives may nest
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub max_nesting: u8,
    /// Write the numbers of the run in the text format of Prometheus
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// Folder for records that cannot be read [default: OUT/quarantine, or OUT.quarantine when OUT is a file]
    #[arg(long, value_name = "DIR")]
    pub quarantine: Option<PathBuf>,
    /// Form of the text.
    #[command(flatten)]
    pub form: Formed,
}

/// What to change beyond damage. Nothing is if nothing is said.
#[derive(Debug, Args)]
pub struct Formed {
    /// Bring the text to a Unicode normalization form
    #[arg(long, value_enum, value_name = "FORM")]
    pub normalize: Option<Normalize>,
    /// Make full-width letters, digits and signs narrow and half-width katakana wide; Chinese punctuation stays
    #[arg(long)]
    pub width: bool,
    /// Delete what is left of destroyed characters: 锟斤拷, 烫烫烫, runs of ????, U+FFFD
    #[arg(long)]
    pub remove_lost: bool,
}

/// Normalization forms.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Normalize {
    /// Canonical composition
    Nfc,
    /// Compatibility composition: also ligatures, circled digits, widths
    Nfkc,
    /// Canonical decomposition
    Nfd,
    /// Compatibility decomposition
    Nfkd,
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
    /// How much of a page counts as content
    #[arg(long, value_enum, default_value_t = Profile::Article, value_name = "WHICH")]
    pub profile: Profile,
    /// Which duplicates to leave out: none, paragraphs that stood earlier in the page, or earlier in the dump
    #[arg(long, value_enum, default_value_t = Dedup::Page, value_name = "WHERE")]
    pub dedup: Dedup,
    /// With --dedup dump: leave out, too, what stands in this index of earlier dumps
    #[arg(long, value_name = "INDEX")]
    pub against: Option<PathBuf>,
    /// With --dedup dump: keep an index of this dump, and of those it was compared with, for later ones
    #[arg(long, value_name = "INDEX")]
    pub keep_index: Option<PathBuf>,
}

/// Arguments of `repair`.
#[derive(Debug, Args)]
pub struct Repair {
    /// In, out and between.
    #[command(flatten)]
    pub dump: Dump,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The output folder of a run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Threads; 0 for one a core
    #[arg(short, long, default_value_t = 0, value_name = "N")]
    pub jobs: usize,
}

/// Arguments of `stage`.
#[derive(Debug, Args)]
pub struct Stage {
    /// Which pass.
    #[command(subcommand)]
    pub pass: Pass,
}

/// The passes of a run.
#[derive(Debug, Subcommand)]
pub enum Pass {
    /// Freeze what will be read and written: takes the arguments of `clean`
    Plan(Box<Clean>),
    /// Read and clean a share of the inputs
    Scan(Sharing),
    /// Find the duplicates of the dump, in a share of the hashes
    Resolve(Sharing),
    /// Write a share of the texts without the duplicates of the dump
    Apply(Sharing),
    /// Put the outputs together and check the sums
    Finish(Sharing),
}

/// A share of a pass.
#[derive(Debug, Args)]
pub struct Sharing {
    /// The output folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Which share, and of how many: 1/8 to 8/8
    #[arg(long, value_name = "I/N", default_value = "1/1", value_parser = fraction)]
    pub share: (usize, usize),
    /// Threads; 0 for one a core
    #[arg(short, long, default_value_t = 0, value_name = "N")]
    pub jobs: usize,
    /// Memory for records on their way and for duplicates
    #[arg(long, default_value = "1G", value_parser = memory, value_name = "SIZE")]
    pub memory: u64,
    /// Folder for work in progress, the same in all passes [default: RUN/_jingwen]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
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
    /// By name and content.
    Auto,
    /// Pages: HTML, Markdown or text, told by content.
    Page,
    /// One JSON object a line.
    Jsonl,
    /// WARC or WET.
    Warc,
    /// A Parquet table.
    Parquet,
}

/// Formats of a cleaned dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Written {
    /// Text, a file a page.
    Text,
    /// Markdown, a file a page: headings, lists, tables, code and quotes as such.
    Markdown,
    /// One JSON object a line.
    Jsonl,
    /// A Parquet table.
    Parquet,
    /// The JSON lines of the MNBVC corpus.
    Mnbvc,
}

/// How JSON lines are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Compress {
    /// Not at all.
    None,
    /// gzip.
    Gz,
    /// Zstandard.
    Zst,
}

/// How much of a page counts as content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// One main text.
    Article,
    /// Many texts by many people: threads, comments, questions and answers.
    Forum,
    /// All that is not certainly boilerplate.
    Recall,
    /// Only what is certainly main content.
    Precision,
}

/// Where duplicates are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dedup {
    /// Nowhere.
    Off,
    /// In the page.
    Page,
    /// In the page and in the dump: the first copy stays.
    Dump,
}

/// A number of records, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guard {
    /// So many.
    Number(u64),
    /// So many in a hundred.
    Percent(f64),
}

impl Guard {
    /// True when `n` of `all` is more than it allows.
    pub fn is_over(self, n: u64, all: u64) -> bool {
        match self {
            Guard::Number(most) => n > most,
            Guard::Percent(most) => n as f64 * 100.0 > most * all as f64,
        }
    }
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

/// `3/8`: the third of eight.
fn fraction(s: &str) -> Result<(usize, usize), String> {
    let parts = s.split_once('/').and_then(|(i, n)| Some((i.parse::<usize>().ok()?, n.parse::<usize>().ok()?)));
    match parts {
        Some((i, n)) if (1..=n).contains(&i) => Ok((i - 1, n)),
        _ => Err(format!("`{s}` is no share; write 1/8 for the first of eight")),
    }
}

/// `100` or `1%`.
fn guard(s: &str) -> Result<Guard, String> {
    match s.strip_suffix('%') {
        Some(_) => percent(s).map(Guard::Percent),
        None => s.parse().map(Guard::Number).map_err(|_| format!("`{s}` is neither a number nor a share; write 100 or 1%")),
    }
}

/// `1%`: 0 to 100.
fn percent(s: &str) -> Result<f64, String> {
    let n = s.strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok()).filter(|n| (0.0..=100.0).contains(n));
    n.ok_or_else(|| format!("`{s}` is no share; write 1% or 0.5%"))
}

/// A share, in millionths.
fn share(s: &str) -> Result<u32, String> {
    percent(s).map(|n| (n * 10_000.0).round() as u32)
}

/// A size that need not fit a record.
fn memory(s: &str) -> Result<u64, String> {
    let number = s.trim_end_matches(['i', 'B', 'b']);
    let (digits, shift) = match number.char_indices().last() {
        Some((at, 'k' | 'K')) => (&number[..at], 10),
        Some((at, 'm' | 'M')) => (&number[..at], 20),
        Some((at, 'g' | 'G')) => (&number[..at], 30),
        Some((at, 't' | 'T')) => (&number[..at], 40),
        _ => (number, 0),
    };
    let n: u64 = digits.parse().map_err(|_| format!("`{s}` is no size; write 64M or 8G"))?;
    if n == 0 { Err("a size has at least one byte".to_owned()) } else { Ok(n.saturating_mul(1 << shift)) }
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
