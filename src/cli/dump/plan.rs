//! What a run will read and write, decided before anything is touched.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::args::{self, From, To};
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
    pub(super) filter: bool,
}

impl Plan {
    pub(super) fn new(args: &args::Dump, render: &Render) -> Result<Plan, Error> {
        let stdin = args.input.is_empty() || (args.input.len() == 1 && args.input[0].as_os_str() == "-");
        if !stdin && args.input.iter().any(|i| i.as_os_str() == "-") {
            return Err(Error::Usage("`-` stands for standard input and must be the only INPUT".to_owned()));
        }
        let single = stdin || (args.input.len() == 1 && !args.input[0].is_dir());
        let by_name = |p: &Path| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl") || e.eq_ignore_ascii_case("ndjson"));
        let is_jsonl = |p: Option<&Path>| match args.from {
            From::Jsonl => true,
            From::Page => false,
            From::Auto => p.is_some_and(by_name),
        };
        let to = args.to.unwrap_or_else(|| {
            let single_lines = single && is_jsonl(args.input.first().map(PathBuf::as_path).filter(|_| !stdin));
            if args.from == From::Jsonl || single_lines || args.output.as_deref().is_some_and(by_name) { To::Jsonl } else { To::Text }
        });
        if args.from == From::Jsonl && to == To::Text {
            return Err(Error::Usage("--from jsonl gives JSON lines: one line in, one line out; write --to jsonl".to_owned()));
        }
        // a name like a file's is a file, unless a folder of that name is there or a tree must go somewhere
        let file = args.output.as_ref().filter(|o| {
            let fits = match to {
                To::Jsonl => by_name(o),
                To::Text => single && o.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")),
            };
            fits && !o.is_dir()
        });
        let folder = args.output.clone().filter(|_| file.is_none());
        if args.output.is_none() && !single && to == To::Text {
            return Err(Error::Usage("several pages need a folder to go to: add -o OUT (or --to jsonl for one stream)".to_owned()));
        }

        let mut skip: Vec<PathBuf> = Vec::new();
        skip.extend(args.output.iter().chain(&args.quarantine).filter_map(|p| p.canonicalize().ok()));
        let (mut found, mut unreadable) = (Vec::new(), Vec::new());
        if !stdin {
            for input in &args.input {
                let from = found.len();
                source::walk(input, &skip, &mut found, &mut unreadable);
                if args.input.len() > 1 && input.is_dir() {
                    // several trees side by side: each under its own name
                    let own = input.canonicalize().ok().and_then(|p| p.file_name().map(PathBuf::from)).unwrap_or_default();
                    found[from..].iter_mut().for_each(|s| s.name = own.join(&s.name));
                }
            }
        }
        let mut shards: Vec<Shard> =
            found.into_iter().map(|s| Shard { jsonl: is_jsonl(Some(&s.path)), source: Some(s), target: None }).collect();
        if stdin {
            shards.push(Shard { source: None, jsonl: is_jsonl(None), target: None });
        }
        let mut streamed = true;
        if let Some(folder) = &folder {
            streamed = false;
            let extension = (!render.keeps_names()).then_some("txt");
            for jsonl in [true, false] {
                if !jsonl && to == To::Jsonl {
                    streamed = shards.iter().any(|s| !s.jsonl);
                    continue;
                }
                let (at, names): (Vec<usize>, Vec<&Path>) = shards
                    .iter()
                    .enumerate()
                    .filter(|(_, s)| s.jsonl == jsonl)
                    .map(|(i, s)| (i, s.source.as_ref().map_or(Path::new("stdin"), |s| s.name.as_path())))
                    .unzip();
                let names = output::names(&names, if jsonl { Some("jsonl") } else { extension }, &RESERVED);
                for (at, name) in at.into_iter().zip(names) {
                    shards[at].target = Some(folder.join(name));
                }
            }
        }
        let stream = match (file, &folder) {
            (Some(file), _) => Stream::File(file.clone()),
            (None, Some(folder)) if streamed => Stream::File(folder.join(DOCUMENTS)),
            (None, Some(_)) => Stream::None,
            (None, None) => Stream::Stdout,
        };
        let quarantine = args.quarantine.clone().or_else(|| match (&folder, file) {
            (Some(folder), _) => Some(folder.join("quarantine")),
            (None, Some(file)) => Some(file.with_file_name("quarantine")),
            (None, None) => None,
        });
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
        targets.extend(self.quarantine.iter().flat_map(|q| Quarantine::FILES.map(|f| q.join(f))));
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

/// All pages of a tree as JSON lines.
pub(super) const DOCUMENTS: &str = "documents.jsonl";
/// Pages of a tree of which nothing stays.
pub(super) const REMOVED: &str = "removed.jsonl";
/// Names in the output folder that no input gets.
pub(super) const RESERVED: [&str; 4] = [DOCUMENTS, REMOVED, "quarantine/index.jsonl", "quarantine/records.bin"];
