//! What a run will read and write, decided before anything is touched.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::args::{self, From, OnBad, To};
use crate::cli::render::Render;
use crate::error::Error;
use crate::io::output;
use crate::io::quarantine::Quarantine;
use crate::io::source::{self, Source};

/// One input file, or standard input.
pub(super) struct Shard {
    /// `None` for standard input.
    pub(super) source: Option<Source>,
    pub(super) jsonl: bool,
    /// The file it becomes; `None` when it goes to the common stream.
    pub(super) target: Option<PathBuf>,
}

impl Shard {
    pub(super) fn path(&self) -> PathBuf {
        self.source.as_ref().map_or_else(|| PathBuf::from("<stdin>"), |s| s.path.clone())
    }
}

/// Where the common stream goes.
pub(super) enum Stream {
    Stdout,
    File(PathBuf),
    /// Every shard has a file of its own.
    None,
}

pub(super) struct Plan {
    pub(super) shards: Vec<Shard>,
    pub(super) unreadable: Vec<source::Unreadable>,
    pub(super) to: To,
    pub(super) stream: Stream,
    /// The output folder, if it is one.
    pub(super) folder: Option<PathBuf>,
    /// `None` when bad records stay in the stream: a filter of JSON lines.
    pub(super) quarantine: Option<PathBuf>,
    /// The output is standard output.
    pub(super) filter: bool,
}

impl Plan {
    /// Looks at the arguments and walks the inputs; writes nothing.
    pub(super) fn new(args: &args::Dump, render: &Render) -> Result<Plan, Error> {
        let stdin = args.input.is_empty() || (args.input.len() == 1 && args.input[0].as_os_str() == "-");
        if !stdin && args.input.iter().any(|i| i.as_os_str() == "-") {
            return Err(Error::Usage("`-` stands for standard input and must be the only INPUT".to_owned()));
        }
        let single = stdin || (args.input.len() == 1 && !args.input[0].is_dir());
        let to = format(args, single)?;
        if args.output.is_none() && !single && to == To::Text {
            return Err(Error::Usage("several pages need a folder to go to: add -o OUT (or --to jsonl for one stream)".to_owned()));
        }
        // a name like a file's is a file, unless a folder of that name is there or a tree must go somewhere
        let is_file = |o: &&PathBuf| {
            let fits = match to {
                To::Jsonl => is_jsonl(o),
                To::Text => single && o.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")),
            };
            fits && !o.is_dir()
        };
        let file = args.output.as_ref().filter(is_file);
        let folder = args.output.clone().filter(|_| file.is_none());
        let quarantine = args.quarantine.clone().or_else(|| match (&folder, file) {
            (Some(folder), _) => Some(folder.join("quarantine")),
            // named after the file: beside it may stand the quarantine of another
            (None, Some(file)) => Some(file.with_file_name(format!("{}.quarantine", file.file_name()?.to_string_lossy()))),
            (None, None) => None,
        });

        let (mut shards, mut unreadable) = (Vec::new(), Vec::new());
        let lines = |p: &Path| args.from == From::Jsonl || (args.from == From::Auto && is_jsonl(p));
        if stdin {
            shards.push(Shard { source: None, jsonl: args.from == From::Jsonl, target: None });
        } else {
            let skip: Vec<PathBuf> = args.output.iter().chain(&quarantine).filter_map(|p| p.canonicalize().ok()).collect();
            let found = sources(&args.input, &skip, &mut unreadable);
            shards.extend(found.into_iter().map(|s| Shard { jsonl: lines(&s.path), source: Some(s), target: None }));
        }
        if let Some(folder) = &folder {
            let extension = (!render.keeps_names()).then_some("txt");
            assign(&mut shards, folder, true, Some("jsonl"));
            if to == To::Text {
                assign(&mut shards, folder, false, extension);
            }
        }
        let stream = match (file, &folder) {
            (Some(file), _) => Stream::File(file.clone()),
            (None, None) => Stream::Stdout,
            (None, Some(folder)) if shards.iter().any(|s| s.target.is_none()) => Stream::File(folder.join(DOCUMENTS)),
            (None, Some(_)) => Stream::None,
        };
        Ok(Plan { shards, unreadable, to, filter: matches!(stream, Stream::Stdout), stream, folder, quarantine })
    }

    /// Refuses what would destroy something: an output that is an input, files that are there without `--overwrite`.
    pub(super) fn refuse_to_harm(&self, args: &args::Dump) -> Result<(), Error> {
        let mut targets: Vec<PathBuf> = self.shards.iter().filter_map(|s| s.target.clone()).collect();
        if let Stream::File(path) = &self.stream {
            targets.push(path.clone());
        }
        if let Some(folder) = &self.folder {
            targets.push(folder.join(REMOVED));
        }
        if args.on_bad == OnBad::Quarantine {
            targets.extend(self.quarantine.iter().flat_map(|q| Quarantine::FILES.map(|f| q.join(f))));
        }
        targets.retain(|t| t.symlink_metadata().is_ok());
        if targets.is_empty() {
            return Ok(());
        }
        let inputs: HashSet<PathBuf> = self.shards.iter().filter_map(|s| s.source.as_ref()?.path.canonicalize().ok()).collect();
        if let Some(same) = targets.iter().find(|t| t.canonicalize().is_ok_and(|t| inputs.contains(&t))) {
            return Err(Error::Usage(format!("{} is an input and would be written over; choose another OUT", same.display())));
        }
        if args.overwrite {
            return Ok(());
        }
        let more = if targets.len() > 1 { format!(" (and {} more files)", targets.len() - 1) } else { String::new() };
        Err(Error::Usage(format!("{} exists{more}; --overwrite replaces it", targets[0].display())))
    }
}

fn is_jsonl(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl") || e.eq_ignore_ascii_case("ndjson"))
}

/// What to write when it was not said: JSON lines for JSON lines, else text.
fn format(args: &args::Dump, single: bool) -> Result<To, Error> {
    let one = args.input.first().filter(|_| single && args.from == From::Auto);
    let lines = args.from == From::Jsonl || one.is_some_and(|p| is_jsonl(p)) || args.output.as_deref().is_some_and(is_jsonl);
    let to = args.to.unwrap_or(if lines { To::Jsonl } else { To::Text });
    if args.from == From::Jsonl && to == To::Text {
        return Err(Error::Usage("--from jsonl gives JSON lines: one line in, one line out; write --to jsonl".to_owned()));
    }
    Ok(to)
}

/// All files of the inputs, in the order they were named and each tree in the order of its paths.
fn sources(inputs: &[PathBuf], skip: &[PathBuf], unreadable: &mut Vec<source::Unreadable>) -> Vec<Source> {
    let mut found = Vec::new();
    for input in inputs {
        let from = found.len();
        source::walk(input, skip, &mut found, unreadable);
        if inputs.len() > 1 && input.is_dir() {
            // several trees side by side: each under its own name
            let own = input.canonicalize().ok().and_then(|p| p.file_name().map(PathBuf::from)).unwrap_or_default();
            found[from..].iter_mut().for_each(|s| s.name = own.join(&s.name));
        }
    }
    found
}

/// Gives the shards that are JSON lines, or those that are not, a file each in `folder`.
fn assign(shards: &mut [Shard], folder: &Path, jsonl: bool, extension: Option<&str>) {
    let chosen = shards.iter().filter(|s| s.jsonl == jsonl);
    let names: Vec<&Path> = chosen.map(|s| s.source.as_ref().map_or(Path::new("stdin"), |s| &s.name)).collect();
    let names = output::names(&names, extension, &RESERVED);
    for (shard, name) in shards.iter_mut().filter(|s| s.jsonl == jsonl).zip(names) {
        shard.target = Some(folder.join(name));
    }
}

/// All pages of a tree as JSON lines.
const DOCUMENTS: &str = "documents.jsonl";
/// Pages of a tree of which nothing stays.
pub(super) const REMOVED: &str = "removed.jsonl";
/// Names in the output folder that no input gets.
const RESERVED: [&str; 4] = [DOCUMENTS, REMOVED, "quarantine/index.jsonl", "quarantine/records.bin"];
