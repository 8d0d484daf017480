//! A dump through a verb: what to read and write, in which order, and what the sums are. What a verb makes of one page lives in
//! `render`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::args::{self, From, OnBad, To};
use super::console::Console;
use super::render::{Fate, Render};
use super::{Outcome, cannot};
use crate::batch::{Limits, Tally, guarded, ordered};
use crate::error::Error;
use crate::io::jsonl::{self, Record};
use crate::io::lines::{Chunk, Chunks, Lines, is_blank};
use crate::io::output::{self, AtomicFile};
use crate::io::quarantine::{Bad, Quarantine, Raw, base64};
use crate::io::source::{self, Source};
use crate::io::spool::Spool;
use crate::page::RawDoc;

/// Bytes of input on their way at once, read and not yet written; a single larger record goes alone.
const IN_FLIGHT: u64 = 64 << 20;

/// Runs a verb over all inputs.
///
/// # Errors
/// Wrong arguments, or an output that cannot be written. Inputs that cannot be read are told and counted instead.
pub fn run(args: &args::Dump, render: &Render, console: &mut Console) -> Result<Outcome, Error> {
    let plan = Plan::new(args, render)?;
    plan.refuse_to_harm(args)?;
    let mut sink = Sink::new(args, &plan, console)?;
    let reader = Reader { shards: &plan.shards, unreadable: plan.unreadable.iter(), next: 0, open: None, limit: args.max_record, read: 0 };
    let read = std::cell::Cell::new(0);
    let jobs = {
        let (mut reader, read) = (reader, &read);
        std::iter::from_fn(move || {
            let job = reader.job();
            read.set(reader.read);
            job
        })
    };
    let worker = Worker { args, render, plan: &plan };
    let limits = Limits { threads: args.jobs, weight: IN_FLIGHT };
    ordered(limits, jobs, |job| worker.work(job), |done| sink.take(done?))?;
    sink.finish(read.get())
}

/// One input file, or standard input.
struct Shard {
    /// `None` for standard input.
    source: Option<Source>,
    jsonl: bool,
    /// The file it becomes; `None` when it goes to the common stream.
    target: Option<PathBuf>,
}

impl Shard {
    fn path(&self) -> PathBuf {
        self.source.as_ref().map_or_else(|| PathBuf::from("<stdin>"), |s| s.path.clone())
    }
}

/// Where the common stream goes.
enum Stream {
    Stdout,
    File(PathBuf),
    /// Every shard has a file of its own.
    None,
}

struct Plan {
    shards: Vec<Shard>,
    unreadable: Vec<source::Unreadable>,
    to: To,
    stream: Stream,
    /// The output folder, if it is one.
    folder: Option<PathBuf>,
    /// `None` when bad records stay in the stream: a filter of JSON lines.
    quarantine: Option<PathBuf>,
    filter: bool,
}

impl Plan {
    fn new(args: &args::Dump, render: &Render) -> Result<Plan, Error> {
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
    fn refuse_to_harm(&self, args: &args::Dump) -> Result<(), Error> {
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
        let inputs: std::collections::HashSet<PathBuf> =
            self.shards.iter().filter_map(|s| s.source.as_ref()?.path.canonicalize().ok()).collect();
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
const DOCUMENTS: &str = "documents.jsonl";
/// Pages of a tree of which nothing stays.
const REMOVED: &str = "removed.jsonl";
/// Names in the output folder that no input gets.
const RESERVED: [&str; 4] = [DOCUMENTS, REMOVED, "quarantine/index.jsonl", "quarantine/records.bin"];

/// Something to do, of shard number `.0`.
enum Job {
    Unreadable(Bad),
    Begin(usize),
    Page(usize),
    Lines(usize, Lines),
    Bad(usize, Bad),
    End(usize),
}

/// Reads the inputs in order, on the calling thread.
struct Reader<'p> {
    shards: &'p [Shard],
    unreadable: std::slice::Iter<'p, source::Unreadable>,
    next: usize,
    open: Option<Chunks<Box<dyn Read>>>,
    limit: usize,
    /// Records seen.
    read: u64,
}

impl Reader<'_> {
    fn job(&mut self) -> Option<Result<(u64, Job), Error>> {
        if let Some(u) = self.unreadable.next() {
            self.read += 1;
            return Some(Ok((1, Job::Unreadable(unreadable(&u.path, 1, 0, &u.why)))));
        }
        let shard = self.shards.get(self.next)?;
        let n = self.next;
        let Some(chunks) = &mut self.open else {
            if !shard.jsonl {
                self.next += 1;
                self.read += 1;
                return Some(Ok((shard.source.as_ref().map_or(1, |s| s.size), Job::Page(n))));
            }
            let stream: Box<dyn Read> = match &shard.source {
                None => Box::new(io::stdin()),
                Some(s) => match File::open(&s.path) {
                    Ok(file) => Box::new(file),
                    Err(e) => {
                        self.next += 1;
                        self.read += 1;
                        return Some(Ok((1, Job::Unreadable(unreadable(&s.path, 1, 0, &e.to_string())))));
                    }
                },
            };
            self.open = Some(Chunks::new(stream, self.limit));
            return Some(Ok((0, Job::Begin(n))));
        };
        let (weight, job) = match chunks.next_chunk() {
            Ok(Some(Chunk::Lines(lines))) => {
                self.read += lines.records();
                (lines.bytes.len() as u64, Job::Lines(n, lines))
            }
            Ok(Some(Chunk::Oversize { record, offset, line })) => {
                self.read += 1;
                let why = too_large(line.length(), self.limit);
                (1, Job::Bad(n, Bad { path: shard.path(), record, offset, at: None, why, raw: Raw::Spool(line) }))
            }
            Ok(None) => {
                self.open = None;
                self.next += 1;
                (0, Job::End(n))
            }
            Err(e) => {
                // what came before is good; the rest is one record that cannot be read
                let (record, offset) = chunks.position();
                self.open = Some(Chunks::new(Box::new(io::empty()), self.limit));
                self.read += 1;
                (1, Job::Bad(n, unreadable(&shard.path(), record, offset, &e.to_string())))
            }
        };
        Some(Ok((weight, job)))
    }
}

fn unreadable(path: &Path, record: u64, offset: u64, why: &str) -> Bad {
    Bad { path: path.to_path_buf(), record, offset, at: None, why: format!("cannot be read: {why}"), raw: Raw::None }
}

fn too_large(length: u64, limit: usize) -> String {
    format!("{length} bytes, the limit is {limit}; --max-record sets it")
}

/// What became of a job.
#[derive(Default)]
struct Done {
    shard: usize,
    step: Step,
    /// For the stream or the shard's own file.
    out: Vec<u8>,
    bad: Vec<Bad>,
    /// Bad records have their line in `out`, if the plan wants one.
    placed: bool,
    removed: Vec<(u64, String)>,
    records: u64,
    bytes_in: u64,
    bytes_out: u64,
    counts: Counts,
}

#[derive(Default, PartialEq)]
enum Step {
    #[default]
    Data,
    Begin,
    End,
}

/// Sums over records.
#[derive(Default)]
struct Counts {
    out: u64,
    /// Records with at least one edit.
    edited: u64,
    /// Edits, marks and notes by rule.
    rules: BTreeMap<&'static str, u64>,
}

/// Does jobs, on any thread.
struct Worker<'a> {
    args: &'a args::Dump,
    render: &'a Render,
    plan: &'a Plan,
}

impl Worker<'_> {
    fn work(&self, job: Job) -> Result<Done, Error> {
        Ok(match job {
            Job::Begin(shard) => Done { shard, step: Step::Begin, ..Done::default() },
            Job::End(shard) => Done { shard, step: Step::End, ..Done::default() },
            Job::Unreadable(bad) => Done { shard: usize::MAX, records: 1, bad: vec![bad], ..Done::default() },
            Job::Bad(shard, bad) => Done { shard, records: 1, bad: vec![bad], ..Done::default() },
            Job::Lines(shard, lines) => self.lines(shard, &lines),
            Job::Page(shard) => self.page(shard)?,
        })
    }

    fn page(&self, n: usize) -> Result<Done, Error> {
        let shard = &self.plan.shards[n];
        let path = shard.path();
        let mut done = Done { shard: n, records: 1, ..Done::default() };
        let bad = |why: String, raw: Raw| Bad { path: path.clone(), record: 1, offset: 0, at: None, why, raw };
        let limit = self.args.max_record;
        let bytes = match read(shard.source.as_ref(), limit) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err((length, raw))) => {
                done.bytes_in = length;
                done.bad.push(bad(too_large(length, limit), raw));
                return Ok(done);
            }
            Err(e) => {
                done.bad.push(unreadable(&path, 1, 0, &e.to_string()));
                return Ok(done);
            }
        };
        done.bytes_in = bytes.len() as u64;
        if bytes.is_empty() {
            done.bad.push(bad("empty: 0 bytes".to_owned(), Raw::Bytes(bytes)));
            return Ok(done);
        }
        let id = shard.source.as_ref().map_or_else(|| "-".into(), |s| s.name.to_string_lossy());
        let raw = RawDoc { id: &id, bytes: &bytes, ..RawDoc::default() };
        match guarded(|| self.render.page(raw, self.plan.to)) {
            Err(why) => done.bad.push(bad(why, Raw::Bytes(bytes))),
            Ok(Fate::Unreadable(why)) => done.bad.push(bad(why, Raw::Bytes(bytes))),
            Ok(Fate::Out { bytes: out, stats, reason }) => {
                done.counts.add(stats);
                match reason {
                    Some(reason) => done.removed.push((1, reason)),
                    None => done.counts.out += 1,
                }
                done.bytes_out = out.len() as u64;
                match &shard.target {
                    Some(target) => output::write_whole(target, &out).map_err(cannot("write", target.display()))?,
                    None => done.out = out,
                }
            }
        }
        Ok(done)
    }

    fn lines(&self, n: usize, lines: &Lines) -> Done {
        let mut done = Done { shard: n, placed: true, bytes_in: lines.bytes.len() as u64, ..Done::default() };
        done.out.reserve(lines.bytes.len() + 1024);
        let path = self.plan.shards[n].path();
        for (record, offset, line) in lines.iter() {
            if is_blank(line) {
                done.out.extend_from_slice(line);
                continue;
            }
            done.records += 1;
            let end = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
            let bom = if offset == 0 && line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let before = done.out.len();
            let fate = if end.len() > self.args.max_record {
                Err((None, too_large(end.len() as u64, self.args.max_record)))
            } else {
                match Record::parse(&line[bom..], &self.args.text_field) {
                    Err(b) => Err((Some(offset + (b.at + bom) as u64), b.why)),
                    Ok(r) => guarded(|| self.render.record(&r, &line[..bom], self.args.details, &mut done.out)).map_err(|why| (None, why)),
                }
            };
            match fate {
                Ok((stats, reason)) => {
                    done.counts.add(stats);
                    match reason {
                        Some(reason) => done.removed.push((record, reason)),
                        None => done.counts.out += 1,
                    }
                }
                Err((at, why)) => {
                    done.out.truncate(before);
                    let mut bad = Bad { path: path.clone(), record, offset, at, why, raw: Raw::Bytes(end.to_vec()) };
                    if self.plan.quarantine.is_none() && self.args.on_bad == OnBad::Quarantine {
                        // in memory nothing can fail
                        let _ = placeholder(&mut bad, &mut done.out);
                    }
                    done.bad.push(bad);
                }
            }
        }
        done.bytes_out = done.out.len() as u64;
        done
    }
}

impl Counts {
    fn add(&mut self, stats: super::render::Stats) {
        self.edited += u64::from(stats.edited);
        for rule in stats.rules {
            *self.rules.entry(rule).or_default() += 1;
        }
    }
}

/// The line that stands for a bad one in a filter without a quarantine.
fn placeholder(bad: &mut Bad, out: &mut impl Write) -> io::Result<()> {
    let mut why = Vec::new();
    jsonl::escape(&bad.why, false, &mut why);
    out.write_all(b"{\"text\":\"\",\"jingwen\":{\"quarantined\":")?;
    out.write_all(&why)?;
    let mut path = Vec::new();
    jsonl::escape(&bad.path.to_string_lossy(), false, &mut path);
    out.write_all(b",\"path\":")?;
    out.write_all(&path)?;
    write!(out, ",\"record\":{},\"offset\":{},\"raw\":\"", bad.record, bad.offset)?;
    match &mut bad.raw {
        Raw::Bytes(bytes) => base64(&bytes[..], out)?,
        Raw::Spool(spool) => base64(spool.read()?, out)?,
        Raw::File(path) => base64(File::open(path)?, out)?,
        Raw::None => {}
    }
    out.write_all(b"\"}}\n")
}

/// All bytes of a file or standard input; or, when they are more than `limit`, their number and where they are.
#[allow(clippy::type_complexity)]
fn read(source: Option<&Source>, limit: usize) -> io::Result<Result<Vec<u8>, (u64, Raw)>> {
    let mut bytes = Vec::new();
    let mut stream: Box<dyn Read> = match source {
        None => Box::new(io::stdin()),
        Some(s) => {
            let file = File::open(&s.path)?;
            let m = file.metadata()?;
            if m.is_file() && m.len() > limit as u64 {
                return Ok(Err((m.len(), Raw::File(s.path.clone()))));
            }
            bytes.reserve_exact(usize::try_from(m.len()).unwrap_or(0).min(limit) + 1);
            Box::new(file)
        }
    };
    (&mut stream).take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() <= limit {
        return Ok(Ok(bytes));
    }
    let mut spool = Spool::create()?;
    spool.write(&bytes)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(Err((spool.length(), Raw::Spool(spool)))),
            Ok(n) => spool.write(&buffer[..n])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Writes what is done, in order, on the calling thread.
struct Sink<'a> {
    args: &'a args::Dump,
    plan: &'a Plan,
    console: &'a mut Console,
    /// The common stream.
    stream: Option<(Box<dyn Commit>, String)>,
    /// The file of the shard of JSON lines at hand.
    own: Option<(BufWriter<AtomicFile>, PathBuf)>,
    quarantine: Option<Quarantine>,
    removed: Option<BufWriter<AtomicFile>>,
    tally: Tally,
    counts: Counts,
    bytes: (u64, u64),
    unreadable: u64,
}

/// A stream that may have a last step.
trait Commit: Write {
    fn commit(self: Box<Self>) -> io::Result<()>;
}

impl Commit for BufWriter<io::StdoutLock<'static>> {
    fn commit(mut self: Box<Self>) -> io::Result<()> {
        self.flush()
    }
}

impl Commit for BufWriter<AtomicFile> {
    fn commit(self: Box<Self>) -> io::Result<()> {
        self.into_inner().map_err(io::IntoInnerError::into_error)?.commit()
    }
}

impl<'a> Sink<'a> {
    fn new(args: &'a args::Dump, plan: &'a Plan, console: &'a mut Console) -> Result<Sink<'a>, Error> {
        let stream: Option<(Box<dyn Commit>, String)> = match &plan.stream {
            Stream::None => None,
            Stream::Stdout => Some((Box::new(BufWriter::with_capacity(1 << 16, io::stdout().lock())), "standard output".to_owned())),
            Stream::File(path) => {
                let file = AtomicFile::create(path).map_err(cannot("write", path.display()))?;
                Some((Box::new(BufWriter::with_capacity(1 << 16, file)), path.display().to_string()))
            }
        };
        if let Some(folder) = &plan.folder {
            std::fs::create_dir_all(folder).map_err(cannot("make the folder", folder.display()))?;
        }
        let quarantine = plan.quarantine.clone().map(Quarantine::new);
        if args.overwrite {
            if let Some(q) = &quarantine {
                q.clear().map_err(cannot("clear", q.folder().display()))?;
            }
            if let Some(path) = plan.folder.as_ref().map(|f| f.join(REMOVED)).filter(|p| p.exists()) {
                std::fs::remove_file(&path).map_err(cannot("clear", path.display()))?;
            }
        }
        console.expect(plan.shards.iter().map(|s| s.source.as_ref().map(|s| s.size)).sum());
        let unreadable = plan.unreadable.len() as u64;
        Ok(Sink {
            args,
            plan,
            console,
            stream,
            own: None,
            quarantine,
            removed: None,
            tally: Tally::default(),
            counts: Counts::default(),
            bytes: (0, 0),
            unreadable,
        })
    }

    fn take(&mut self, mut done: Done) -> Result<(), Error> {
        let shard = self.plan.shards.get(done.shard);
        if let Some(target) = shard.and_then(|s| s.target.as_ref()).filter(|_| done.step == Step::Begin) {
            let file = AtomicFile::create(target).map_err(cannot("write", target.display()))?;
            self.own = Some((BufWriter::with_capacity(1 << 16, file), target.clone()));
        }
        if !done.out.is_empty() {
            match (&mut self.own, &mut self.stream) {
                (Some((own, path)), _) => own.write_all(&done.out).map_err(cannot("write", path.display()))?,
                (None, Some((stream, name))) => stream.write_all(&done.out).map_err(cannot("write", name))?,
                (None, None) => return Err(Error::Conservation("a record has no place to go to".to_owned())),
            }
        }
        for bad in &mut done.bad {
            self.bad(bad, done.placed)?;
        }
        for (record, reason) in &done.removed {
            let path = shard.map(Shard::path).unwrap_or_default();
            self.console.note(&format!("{}, record {record}: {reason} [removed whole]", path.display()));
            if self.plan.folder.is_some() && shard.is_some_and(|s| !s.jsonl) && self.plan.to == To::Text {
                self.list_removed(&path, reason)?;
            }
        }
        self.tally.out += done.counts.out;
        self.tally.removed += done.removed.len() as u64;
        self.counts.edited += done.counts.edited;
        for (rule, n) in done.counts.rules {
            *self.counts.rules.entry(rule).or_default() += n;
        }
        self.bytes.0 += done.bytes_in;
        self.bytes.1 += done.bytes_out;
        if let Some((own, path)) = self.own.take_if(|_| done.step == Step::End) {
            Box::new(own).commit().map_err(cannot("write", path.display()))?;
        }
        self.console.advance(done.bytes_in, done.records);
        Ok(())
    }

    /// `placed`: the worker has put a line for it into the stream, where one is due.
    fn bad(&mut self, bad: &mut Bad, placed: bool) -> Result<(), Error> {
        let unreadable = matches!(bad.raw, Raw::None);
        self.unreadable += u64::from(unreadable);
        let as_error = |bad: &Bad| Error::Record {
            path: bad.path.display().to_string(),
            record: bad.record,
            offset: bad.at.unwrap_or(bad.offset),
            why: bad.why.clone(),
        };
        let what = match self.args.on_bad {
            OnBad::Fail => return Err(as_error(bad)),
            // a filter of one page has nowhere to put it and nothing to go on with
            OnBad::Quarantine if self.plan.quarantine.is_none() && !jsonl_filter && self.plan.shards.len() <= 1 => {
                return Err(as_error(bad));
            }
            OnBad::Skip => {
                self.tally.skipped += 1;
                "skipped"
            }
            OnBad::Quarantine => {
                self.tally.quarantined += 1;
                match &mut self.quarantine {
                    Some(q) => q.add(bad).map_err(cannot("write", q.folder().display()))?,
                    None if !placed => {
                        let (stream, name) = self.stream.as_mut().expect("without a quarantine the output is a stream");
                        placeholder(bad, stream).map_err(cannot("write", name))?;
                    }
                    None => {}
                }
                "quarantined"
            }
        };
        self.console.warn(&format!("{} [{what}]", as_error(bad)));
        Ok(())
    }

    fn list_removed(&mut self, path: &Path, reason: &str) -> Result<(), Error> {
        let Some(folder) = &self.plan.folder else { return Ok(()) };
        let to = folder.join(REMOVED);
        let line = serde_json::json!({"path": path.to_string_lossy(), "reason": reason});
        if self.removed.is_none() {
            self.removed = Some(BufWriter::new(AtomicFile::create(&to).map_err(cannot("write", to.display()))?));
        }
        let file = self.removed.as_mut().expect("it was just opened");
        writeln!(file, "{line}").map_err(cannot("write", to.display()))
    }

    fn finish(mut self, read: u64) -> Result<Outcome, Error> {
        if let Some((stream, name)) = self.stream.take() {
            stream.commit().map_err(cannot("write", name))?;
        }
        if let Some(file) = self.removed.take() {
            Box::new(file).commit().map_err(cannot("write", REMOVED))?;
        }
        if let Some(q) = &mut self.quarantine {
            q.finish().map_err(cannot("write", q.folder().display()))?;
        }
        self.console.finish();
        self.tally.read = read;
        self.tally.check()?;
        if !self.plan.filter || self.console.verbose || (self.tally.quarantined + self.tally.skipped > 0) {
            self.summary();
        }
        Ok(if self.unreadable > 0 { Outcome::Unreadable } else { Outcome::Done })
    }

    fn summary(&self) {
        use indicatif::{HumanBytes, HumanCount};
        let (t, seconds) = (&self.tally, self.console.elapsed().as_secs_f64());
        let rate = HumanBytes((self.bytes.0 as f64 / seconds.max(1e-3)) as u64);
        let mut lines = vec![
            format!("{} record{} in {seconds:.1} s, {rate}/s", HumanCount(t.read), if t.read == 1 { "" } else { "s" }),
            format!("  in           {:>12}  {}", HumanCount(t.read).to_string(), HumanBytes(self.bytes.0)),
            format!(
                "  = out        {:>12}  {}, {} of them edited",
                HumanCount(t.out).to_string(),
                HumanBytes(self.bytes.1),
                HumanCount(self.counts.edited)
            ),
            format!("  + removed    {:>12}", HumanCount(t.removed).to_string()),
        ];
        if t.removed > 0 && self.plan.folder.is_some() && self.plan.to == To::Text {
            lines[3].push_str(&format!("  see {}", self.plan.folder.as_ref().expect("just looked").join(REMOVED).display()));
        }
        let mut quarantined = format!("  + quarantined{:>12}", HumanCount(t.quarantined).to_string());
        if let Some(q) = self.quarantine.as_ref().filter(|_| t.quarantined > 0) {
            quarantined.push_str(&format!("  see {}", q.folder().join(Quarantine::FILES[0]).display()));
        }
        lines.push(quarantined);
        if t.skipped > 0 {
            lines.push(format!("  + skipped    {:>12}", HumanCount(t.skipped).to_string()));
        }
        if self.console.verbose {
            for (rule, n) in &self.counts.rules {
                lines.push(format!("    {:>12}  {rule}", HumanCount(*n).to_string()));
            }
        }
        for line in lines {
            self.console.tell(&line);
        }
    }
}
