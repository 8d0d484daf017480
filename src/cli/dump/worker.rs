//! One job done, on any thread: a page, or a chunk of JSON lines.

use std::fs::File;
use std::io::{self, Read};

use super::plan::Plan;
use super::reader::Job;
use super::{too_large, unreadable};
use crate::batch::guarded;
use crate::cli::args::{self, OnBad};
use crate::cli::cannot;
use crate::cli::render::{Counts, Fate, Render};
use crate::error::Error;
use crate::io::document::placeholder;
use crate::io::jsonl::Record;
use crate::io::lines::{Lines, is_blank};
use crate::io::output;
use crate::io::quarantine::{Bad, Raw};
use crate::io::source::Source;
use crate::io::spool::Spool;
use crate::page::RawDoc;

/// What became of a job.
#[derive(Default)]
pub(super) struct Done {
    /// Number of the shard; none has `usize::MAX`.
    pub(super) shard: usize,
    pub(super) step: Step,
    /// For the stream or the shard's own file.
    pub(super) out: Vec<u8>,
    pub(super) bad: Vec<Bad>,
    /// Bad records have their line in `out`, if the plan wants one.
    pub(super) placed: bool,
    /// Number and reason of records of which nothing stays.
    pub(super) removed: Vec<(u64, String)>,
    /// Records that came in.
    pub(super) records: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) counts: Counts,
}

#[derive(Default, PartialEq)]
pub(super) enum Step {
    #[default]
    Data,
    Begin,
    End,
}

/// Does jobs, on any thread.
pub(super) struct Worker<'a> {
    pub(super) args: &'a args::Dump,
    pub(super) render: &'a Render,
    pub(super) plan: &'a Plan,
}

impl Worker<'_> {
    pub(super) fn work(&self, job: Job) -> Result<Done, Error> {
        Ok(match job {
            Job::Begin(shard) => Done { shard, step: Step::Begin, ..Done::default() },
            Job::End(shard) => Done { shard, step: Step::End, ..Done::default() },
            Job::Unreadable(bad) => Done { shard: usize::MAX, records: 1, bad: vec![bad], ..Done::default() },
            Job::Bad(shard, bad) => {
                let bytes_in = if let Raw::Spool(spool) = &bad.raw { spool.length() } else { 0 };
                Done { shard, records: 1, bytes_in, bad: vec![bad], ..Done::default() }
            }
            Job::Lines(shard, lines) => self.lines(shard, &lines),
            Job::Page(shard) => self.page(shard)?,
        })
    }

    pub(super) fn page(&self, n: usize) -> Result<Done, Error> {
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
        match guarded(|| self.render.page(raw, self.plan.to, &mut done.counts)) {
            Err(why) => done.bad.push(bad(why, Raw::Bytes(bytes))),
            Ok(Fate::Unreadable(why)) => done.bad.push(bad(why, Raw::Bytes(bytes))),
            Ok(Fate::Out { bytes: out, reason }) => {
                done.removed.extend(reason.map(|r| (1, r)));
                done.bytes_out = out.len() as u64;
                match &shard.target {
                    Some(target) => output::write_whole(target, &out).map_err(cannot("write", target.display()))?,
                    None => done.out = out,
                }
            }
        }
        Ok(done)
    }

    pub(super) fn lines(&self, n: usize, lines: &Lines) -> Done {
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
                    Ok(r) => {
                        done.out.extend_from_slice(&line[..bom]);
                        let (counts, out) = (&mut done.counts, &mut done.out);
                        guarded(|| self.render.record(&r, self.args.details, counts, out)).map_err(|why| (None, why))
                    }
                }
            };
            match fate {
                Ok(reason) => done.removed.extend(reason.map(|r| (record, r))),
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
