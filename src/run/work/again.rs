//! What another pass has stored: hashed, or judged and written. Storing it lives in `mod` and `lines`.

use std::collections::BTreeMap;
use std::io::{self};

use crate::draft::Draft;
use crate::error::Error;
use crate::io::document::WHOLE;
use crate::io::jsonl;
use crate::report::View;
use crate::run::journal::At;
use crate::run::rows::{Verdict, What};
use crate::run::sums::Counter;
use crate::run::table;
use crate::trace::{Document, Item};

use super::{Bytes, Done, Kept, Origin, Removed, Stored, Worker, of_lines, owned};

impl Worker<'_> {
    /// Leaves out of a record the lines of its host and what the dump has seen before, and shows it in its view.
    fn judge(&self, draft: &mut Draft<'_>, view: Option<&mut View>, host: Option<u64>, verdicts: &[Verdict], done: &mut Done) {
        let kept: Vec<bool> = if view.is_some() { draft.pieces.iter().map(|p| p.cut.is_none()).collect() } else { Vec::new() };
        self.render.cut_sites(draft, host, &mut done.counter);
        self.render.judge(draft, verdicts, &mut done.counter);
        if let Some(view) = view {
            view.cut(draft, &kept);
        }
    }

    /// Hashes what another pass has stored, without the lines of its hosts.
    ///
    /// # Errors
    /// [`Error::Io`] when what was stored cannot be read.
    pub fn hash(&self, at: At, frame: &[u8]) -> Result<Done, Error> {
        let mut done = Done { at: Some(at), weight: frame.len() as u64, ..Done::default() };
        let (input, lines, mut frame) = parts(frame).ok_or_else(|| damaged(at))?;
        done.input = input;
        while !frame.is_empty() {
            let (stored, behind) = postcard::take_from_bytes::<Stored<'_>>(frame).map_err(|_| damaged(at))?;
            frame = behind;
            let Stored::Record(kept) = stored else { continue };
            let record = kept.record(|line| of_lines(lines, line)).map_err(|_| damaged(at))?;
            let Kept { number, mut draft, .. } = *kept;
            if let Some(record) = &record {
                draft.text = record.text.as_ref().into();
            }
            let order = self.plan.order(done.input, number);
            let host = self.render.learnt_of(|| self.plan.host(draft.url.as_deref(), order));
            // counted when it is written
            self.render.cut_sites(&mut draft, host, &mut Counter::default());
            self.render.rows_again(&draft, order, &mut done.rows, &mut done.bands);
            done.hashed += 1;
        }
        Ok(done)
    }

    /// Writes what another pass has stored, without what `verdicts`, in order of records, say of it. `others`: rows of the table it came
    /// from, by number.
    ///
    /// # Errors
    /// [`Error::Io`], also when what was stored cannot be read.
    pub fn apply(&self, at: At, frame: &[u8], verdicts: &[Verdict], others: Option<&BTreeMap<u64, table::Row>>) -> Result<Done, Error> {
        let (input, lines, stored) = parts(frame).ok_or_else(|| damaged(at))?;
        let done = self.write_stored(at, input, (lines, stored), verdicts, others)?;
        Ok(Done { weight: frame.len() as u64, ..done })
    }

    /// Writes what was stored just now, in memory.
    ///
    /// # Errors
    /// As [`Worker::apply`].
    pub fn apply_at_once(&self, read: Done, verdicts: &[Verdict]) -> Result<Done, Error> {
        let Some(at) = read.at else { return Ok(read) };
        Ok(self.write_stored(at, read.input, (&read.lines, &read.out), verdicts, None)?.after(read))
    }

    fn write_stored(
        &self,
        at: At,
        input: usize,
        (lines, mut frame): (&[u8], &[u8]),
        verdicts: &[Verdict],
        others: Option<&BTreeMap<u64, table::Row>>,
    ) -> Result<Done, Error> {
        let mut done = Done { at: Some(at), input, ..Done::default() };
        done.out.reserve(lines.len().max(frame.len()));
        let damaged = || damaged(at);
        // records come in order, and so do the verdicts on them: what is left of these, and about which record was asked before
        let (mut rest, mut before) = (verdicts, u64::MAX);
        while !frame.is_empty() {
            let (stored, behind) = postcard::take_from_bytes::<Stored<'_>>(frame).map_err(|_| damaged())?;
            frame = behind;
            let mut kept = match stored {
                Stored::Verbatim(Bytes(bytes)) => {
                    done.counter.sums.bytes_out += bytes.len() as u64;
                    done.out.extend_from_slice(&bytes);
                    continue;
                }
                Stored::Traced(traced) => {
                    done.trace.input(owned(&traced.0));
                    done.trace.push(&traced.1);
                    continue;
                }
                Stored::Left(Bytes(json)) => {
                    let removed: Removed = serde_json::from_slice(&json).map_err(|_| damaged())?;
                    let row = others.and_then(|o| o.get(&removed.record)).cloned();
                    self.put_aside(removed, row, &mut done);
                    continue;
                }
                Stored::Record(kept) => *kept,
            };
            let order = self.plan.order(done.input, kept.number);
            if order < before {
                rest = &verdicts[verdicts.partition_point(|v| v.doc < order)..];
            }
            let here = &rest[rest.iter().take_while(|v| v.doc < order).count()..];
            let verdicts;
            (verdicts, rest) = here.split_at(here.iter().take_while(|v| v.doc == order).count());
            before = order;
            let host = self.render.learnt_of(|| self.plan.host(kept.draft.url.as_deref(), order));
            let Some(line) = kept.line.map(|line| of_lines(lines, line).ok_or_else(damaged)).transpose()? else {
                let text = kept.draft.text.clone();
                self.judge(&mut kept.draft, kept.view.as_mut(), host, verdicts, &mut done);
                let row = others.and_then(|o| o.get(&kept.number)).cloned();
                let origin = match kept.origin.take() {
                    Some(o) => {
                        let bytes = o.1.restore(text.as_bytes()).map_err(|_| damaged())?;
                        Some((owned(&o.0), bytes, o.1.charset.into_owned()))
                    }
                    None => None,
                };
                let origin = origin.as_ref().map(|(input, bytes, charset)| Origin { input, bytes, charset });
                self.write(&kept.draft, kept.number, row, origin, kept.view.as_ref(), &mut done)?;
                continue;
            };
            if kept.plain && host.is_none() && verdicts.iter().all(|v| matches!(v.what, What::First(_))) {
                done.counter.sums.bytes_out += line.len() as u64;
                done.out.extend_from_slice(line);
                if let Some(origin) = &kept.origin {
                    done.trace.input(owned(&origin.0));
                    done.trace.push(&Item::Document(Document::new(kept.number, line, Some(line), "")));
                }
                self.render.count(&kept.draft, true, &mut done.counter);
                continue;
            }
            let before = done.out.len();
            let again = |out: &[u8]| Document::new(kept.number, line, Some(&out[before..]), "");
            // of what is there already nobody asks what it was
            let copy = verdicts.iter().any(|v| v.block == WHOLE && v.what == What::Copy) && !kept.draft.pieces.is_empty();
            if copy && host.is_none() && kept.view.is_none() && !self.plan.settings.details && !self.reports() {
                self.render.judge(&mut kept.draft, verdicts, &mut done.counter);
                self.write_empty(line, kept.literal, &kept.draft, kept.number, &mut done).ok_or_else(damaged)?;
                if let Some(origin) = &kept.origin {
                    done.trace.input(owned(&origin.0));
                    done.trace.push(&Item::Document(again(&done.out)));
                }
                done.counter.sums.bytes_out += (done.out.len() - before) as u64;
                continue;
            }
            let literal = kept.literal.0 as usize..kept.literal.1 as usize;
            let record = jsonl::Record::again(line, literal).map_err(|_| damaged())?;
            if kept.same {
                kept.draft.text = record.text.as_ref().into();
            }
            self.judge(&mut kept.draft, kept.view.as_mut(), host, verdicts, &mut done);
            self.write_line(&record, &kept.draft, kept.number, kept.view.as_ref(), &mut done)?;
            if let Some(origin) = &kept.origin {
                done.trace.input(owned(&origin.0));
                done.trace.push(&Item::Document(Document::new(kept.number, line, Some(&done.out[before..]), "")));
            }
            done.counter.sums.bytes_out += (done.out.len() - before) as u64;
        }
        self.pack(&mut done)?;
        Ok(done)
    }
}

/// The input of a frame, the lines that what is stored refers to, and what is stored.
fn parts(frame: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let (input, rest) = frame.split_first_chunk::<4>()?;
    let (lines, rest) = rest.split_first_chunk::<4>()?;
    let (lines, stored) = rest.split_at_checked(u32::from_le_bytes(*lines) as usize)?;
    Some((u32::from_le_bytes(*input) as usize, lines, stored))
}

/// What cannot be read of a block.
fn damaged(at: At) -> Error {
    Error::Io { verb: "read", path: format!("drafts of block {}-{}", at.0, at.1), source: io::ErrorKind::InvalidData.into() }
}
