//! One job done, on any thread: records of any format to what is written for them, or to drafts for a later pass. Nothing is written
//! here but the files of a tree, one a record.

mod again;
mod done;
mod lines;
mod stored;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::batch::guarded;
use crate::diff::Diff;
use crate::draft::{Draft, Located};
use crate::error::Error;
use crate::io::compress::Codec;
use crate::io::document::{Details, placeholder};
use crate::io::markdown;
use crate::io::output::AtomicFile;
use crate::io::quarantine::{Bad, Raw};
use crate::io::record::{Body, Left, Record};
use crate::io::records::too_large;
use crate::io::spool::Spool;
use crate::page::{Page, RawDoc};
use crate::report::{Fate, Told, View};
use crate::run::drafts::Entry;
use crate::run::feed::{Job, Work, unreadable};
use crate::run::journal::Output;
use crate::run::look::{Look, Place};
use crate::run::plan::{Plan, bare, compression};
use crate::run::render::Render;
use crate::run::settings::{OnBad, To};
use crate::run::table;
use crate::trace::{Document, Input, Item, Seal};

pub use done::{Copied, Done, Removed};
pub use stored::{Bytes, Kept, Stored, of_lines};

use stored::store;

/// The original of a record that is written.
#[derive(Clone, Copy)]
struct Origin<'a> {
    /// As the trace names the input.
    input: &'a Input<'static>,
    /// The bytes, and what they were read as.
    bytes: &'a [u8],
    charset: &'a str,
}

/// Does jobs, on any thread.
pub struct Worker<'a> {
    /// What is read and written.
    pub plan: &'a Plan,
    /// The verb.
    pub render: &'a Render,
    /// The output folder and where files are begun; `None` for a stream.
    pub folder: Option<(&'a Path, &'a Path)>,
    /// Inputs of earlier dumps, to name first copies.
    pub earlier: &'a [String],
    /// Bad records keep their place in the stream.
    pub in_place: bool,
    /// Records are shown to it and not written.
    pub look: Option<&'a dyn Look>,
}

impl<'a> Worker<'a> {
    /// For a stream.
    pub fn new(plan: &'a Plan, render: &'a Render) -> Worker<'a> {
        Worker { plan, render, folder: None, earlier: &[], in_place: false, look: None }
    }
}

impl Worker<'_> {
    /// Shows a record to who looks; false when nobody does.
    fn shown(&self, at: Place<'_>, page: &Page<'_>, draft: &Draft<'_>, done: &mut Done) -> bool {
        let Some(look) = self.look else { return false };
        done.seen.push(look.look(at, page, draft, self.render.rules()));
        let stays = !draft.blocks || draft.title.is_some() || draft.kept() > 0 || draft.text.is_empty();
        self.render.count(draft, stays, &mut done.counter);
        if self.reports() {
            let text = draft.clean();
            let reason = self.render.reason(draft, &text, true);
            self.tell(draft, at.record, text.len(), reason.as_deref(), self.view(page, draft).as_ref(), done);
        }
        true
    }

    /// Reads, cleans, and writes or stores.
    ///
    /// # Errors
    /// [`Error::Io`] when a file of a tree cannot be written.
    pub fn work(&self, job: Job) -> Result<Done, Error> {
        let mut done = Done { at: Some(job.at), input: job.input, ..Done::default() };
        match job.work {
            Work::End(last) => done.end = Some(last),
            Work::Bad(bad) => self.bad(bad, &mut done),
            Work::Left(left) => self.left(left, &mut done),
            Work::Lines(lines, entry) => self.lines(lines, entry.as_ref(), &mut done)?,
            Work::Page => {
                let path = self.plan.inputs[job.input].path.clone();
                let record = Record::new(1, 0, Body::File(path));
                self.record(record, &mut done)?;
            }
            Work::Records(records) => {
                for record in records {
                    self.record(record, &mut done)?;
                }
            }
        }
        if !self.stores() {
            self.pack(&mut done)?;
        }
        Ok(done)
    }

    /// Compresses what goes to a part, as a member or frame of its own: parts are put together from them.
    fn pack(&self, done: &mut Done) -> Result<(), Error> {
        let input = &self.plan.inputs[done.input];
        let part = input.part.and_then(|p| self.plan.parts.get(p as usize)).filter(|_| self.folder.is_some());
        let codec = match (part, self.plan.settings.compress) {
            (Some(part), _) => compression(part).codec(),
            (None, Some(compress)) if self.folder.is_none() => compress.codec(),
            (None, _) => return Ok(()),
        };
        if done.out.is_empty() || codec == Codec::Plain {
            return Ok(());
        }
        let mut packed = Vec::with_capacity(done.out.len() / 3 + 64);
        let name = || part.map_or_else(|| "the output".to_owned(), |p| p.display().to_string());
        codec.pack(&done.out, &mut packed).map_err(|source| Error::Io { verb: "compress", path: name(), source })?;
        done.out = packed;
        Ok(())
    }

    /// Whether the results are drafts for another pass.
    fn stores(&self) -> bool {
        self.plan.settings.stores() && self.folder.is_some()
    }

    /// Counts the lines of a page, when they are to be learnt.
    fn learn(&self, draft: &Draft<'_>, order: u64, done: &mut Done) {
        if self.plan.settings.learn_sites {
            let host = self.plan.host(draft.url.as_deref(), order);
            self.render.site_rows(draft, host, order, &mut done.sites);
        }
    }

    /// Stores a record.
    fn keep(&self, doc: u64, kept: Kept<'_>, done: &mut Done) {
        let at = done.out.len();
        store(&Stored::Record(Box::new(kept)), &mut done.out);
        if self.plan.settings.near.is_some() || self.plan.settings.learn_sites {
            done.index.push(Entry { doc, at: at as u64, length: (done.out.len() - at) as u32, lines: 0 });
        }
    }

    /// Whether a report is wanted.
    fn reports(&self) -> bool {
        self.plan.settings.report.is_some()
    }

    /// How a record without a name of its own is named in the report.
    fn name(&self, input: usize, number: u64) -> String {
        let input = &self.plan.inputs[input];
        let shown = if input.path.as_os_str() == "-" { input.shown() } else { input.name.clone() };
        if input.kind == crate::run::settings::From::Page { shown.display().to_string() } else { format!("{}#{number}", shown.display()) }
    }

    /// A page before and after, if the report may want it.
    fn view(&self, page: &Page<'_>, draft: &Draft<'_>) -> Option<View> {
        self.reports().then(|| {
            let mut view = View::new(&Diff::new(page, draft, self.render.rules(), false));
            view.bound();
            view
        })
    }

    /// Tells the report of a record that was written.
    fn tell(&self, draft: &Draft<'_>, number: u64, bytes_out: usize, reason: Option<&str>, view: Option<&View>, to: &mut Done) {
        if self.reports() {
            to.told.push(Told::new(draft, &self.name(to.input, number), bytes_out, reason, view));
        }
    }

    /// Whether a record is of the sample: by its own name, or by that of its input and its number, so that it is always the same.
    fn sampled(&self, id: Option<&str>, input: usize, number: u64) -> bool {
        let Some(share) = self.plan.settings.sample else { return true };
        let hash = match id.filter(|id| !id.is_empty()) {
            Some(id) => xxh3_64(id.as_bytes()),
            None => xxh3_64(format!("{}#{number}", self.plan.inputs[input].name.display()).as_bytes()),
        };
        hash % 1_000_000 < u64::from(share)
    }

    /// An input as people know it, and the entry of the archive it is.
    fn path(&self, input: usize, entry: Option<&Arc<str>>) -> PathBuf {
        let shown = self.plan.inputs[input].shown();
        match entry {
            Some(entry) => PathBuf::from(format!("{}/{entry}", shown.display())),
            None => shown,
        }
    }

    fn bad(&self, mut bad: Bad, done: &mut Done) {
        done.counter.sums.records.read += 1;
        done.counter.sums.bytes_in += match &bad.raw {
            Raw::Spool(spool) => spool.length(),
            Raw::Bytes(b) => b.len() as u64,
            Raw::Part { length, .. } => *length,
            Raw::File(_) | Raw::None => 0,
        };
        if self.in_place && self.plan.settings.on_bad == OnBad::Quarantine {
            // in memory nothing can fail, and what is on disk was just written there
            done.placed = placeholder(&mut bad, &mut done.out).is_ok();
        }
        if self.traces() {
            self.absent(bad.record, None, done);
            if done.placed {
                done.trace.push(&Item::Beside(Seal::of(&done.out)));
            }
        }
        done.bad.push(bad);
    }

    /// Whether originals are to be got back.
    fn traces(&self) -> bool {
        self.plan.settings.trace.is_some() && self.look.is_none()
    }

    /// An input as the trace names it.
    fn traced(&self, input: usize, entry: Option<&Arc<str>>, whole: bool) -> Input<'static> {
        let of = &self.plan.inputs[input];
        let name = if of.kind == crate::run::settings::From::Jsonl { bare(&of.name) } else { of.name.clone() };
        let mut name = if of.path.as_os_str() == "-" { b"stdin".to_vec() } else { name.into_os_string().into_encoded_bytes() };
        if let Some(entry) = entry {
            name.push(b'/');
            name.extend_from_slice(entry.as_bytes());
        }
        let part = of.part.and_then(|p| self.plan.parts.get(p as usize)).filter(|_| self.folder.is_some());
        Input { number: input as u32, name: name.into(), whole, part: part.map(|p| p.as_os_str().as_encoded_bytes().to_vec().into()) }
    }

    /// Notes a record that cannot be got back from the trace.
    fn absent(&self, number: u64, entry: Option<&Arc<str>>, done: &mut Done) {
        let input = self.traced(done.input, entry, self.plan.inputs[done.input].kind == crate::run::settings::From::Jsonl);
        self.noted(input, Item::Absent(number), done);
    }

    /// Notes what has no draft.
    fn noted(&self, input: Input<'static>, item: Item<'_>, done: &mut Done) {
        if self.stores() {
            store(&Stored::Traced(Box::new((input, item))), &mut done.out);
        } else {
            done.trace.input(input);
            done.trace.push(&item);
        }
    }

    fn left(&self, left: Vec<Left>, done: &mut Done) {
        let path = &self.plan.inputs[done.input].path;
        for l in left {
            done.counter.sums.records.read += 1;
            done.counter.sums.records.removed += 1;
            *done.counter.sums.rules.entry(l.rule.to_owned()).or_default() += 1;
            let reason = format!("{}: {}", l.rule, l.why);
            let removed = Removed { path: path.clone(), record: l.number, id: l.id, reason, first: None, similarity: None };
            if self.reports() {
                let name = removed.id.clone().unwrap_or_else(|| self.name(done.input, l.number));
                done.told.push(Told::bare(&name, Fate::Removed, 0, &removed.reason));
            }
            if self.stores() {
                if l.row.is_some() {
                    let order = self.plan.order(done.input, l.number);
                    done.docs = Some((done.docs.map_or(order, |d| d.0), order));
                }
                let json = serde_json::to_vec(&removed).unwrap_or_default();
                store(&Stored::Left(Bytes(json.into())), &mut done.out);
            } else {
                self.put_aside(removed, l.row, done);
            }
        }
    }

    /// Lists a record left aside; one that is a row stays a row of the table that is written, and its reason stands there.
    fn put_aside(&self, removed: Removed, row: Option<table::Row>, done: &mut Done) {
        match row.filter(|_| self.plan.settings.to == To::Parquet) {
            None => done.removed.push(removed),
            Some(row) => {
                let id = removed.id.unwrap_or_else(|| self.plan.inputs[done.input].name.to_string_lossy().into_owned());
                done.unlisted.push((removed.record, removed.reason.clone()));
                done.documents.push(table::null(id, removed.reason, row));
            }
        }
    }

    /// A record in bytes or text.
    fn record(&self, record: Record, done: &mut Done) -> Result<(), Error> {
        let number_of_input = done.input;
        let input = &self.plan.inputs[number_of_input];
        let sums = &mut done.counter.sums;
        sums.records.read += 1;
        let bad = |why: String, raw: Raw| Bad {
            path: self.path(number_of_input, record.entry.as_ref()),
            record: record.number,
            offset: record.offset,
            at: None,
            why,
            raw,
        };
        if !self.sampled(record.id.as_deref(), done.input, record.number) {
            sums.records.unsampled += 1;
            if self.traces() {
                self.absent(record.number, record.entry.as_ref(), done);
            }
            return Ok(());
        }
        let alone = self.is_alone(&record, done.input);
        let limit = self.plan.settings.max_record;
        let (bytes, text) = match record.body {
            Body::Bytes(bytes) => (bytes, false),
            Body::Text(text) => (text.into_bytes(), true),
            Body::File(ref path) => match read(path, limit) {
                Ok(Ok(bytes)) => (bytes, false),
                Ok(Err((length, raw))) => {
                    sums.bytes_in += length;
                    if self.traces() {
                        self.absent(record.number, record.entry.as_ref(), done);
                    }
                    done.bad.push(bad(too_large(length, limit), raw));
                    return Ok(());
                }
                Err(e) => {
                    done.bad.push(unreadable(&input.shown(), 1, 0, &e.to_string()));
                    return Ok(());
                }
            },
        };
        sums.bytes_in += bytes.len() as u64;
        if bytes.is_empty() && !text {
            if self.traces() {
                let input = self.traced(done.input, record.entry.as_ref(), alone);
                self.noted(input, Item::Document(Document::new(record.number, b"", None, "")), done);
            }
            done.bad.push(bad("empty: 0 bytes".to_owned(), Raw::Bytes(bytes)));
            return Ok(());
        }
        let id = match &record.id {
            Some(id) => Cow::Borrowed(&**id),
            None if input.path.as_os_str() == "-" => Cow::Borrowed("-"),
            None => input.name.to_string_lossy(),
        };
        let raw = RawDoc { id: &id, url: record.url.as_deref(), label: record.label.as_deref(), bytes: &bytes };
        let order = self.plan.order(done.input, record.number);
        let before = done.mark();
        let written = guarded(|| -> Result<Result<(), Error>, String> {
            let mut page = match text.then(|| simdutf8::basic::from_utf8(&bytes)) {
                Some(Ok(t)) => self.render.page_of_text(raw, t),
                _ => self.render.page(raw)?,
            };
            self.render.mark_sites(&mut page, |url| self.plan.host(url, order));
            let mut draft = self.render.draft(&page, false, Located::All);
            draft.fetched.clone_from(&record.date);
            draft.extra.clone_from(&record.extra);
            let path = self.path(done.input, record.entry.as_ref());
            if self.shown(Place { path: &path, record: record.number, alone }, &page, &draft, done) {
                self.render.tally(&page, &draft, &mut done.counter);
                return Ok(Ok(()));
            }
            let view = self.view(&page, &draft);
            let input = self.traces().then(|| self.traced(done.input, record.entry.as_ref(), alone));
            let charset = if text { "" } else { page.charset.name };
            if !self.stores() {
                done.as_read =
                    done.out.is_empty() && self.folder.is_none() && input.is_none() && std::ptr::eq(page.text().as_bytes(), &*bytes);
                let origin = input.as_ref().map(|input| Origin { input, bytes: &bytes, charset });
                let written = self.write(&draft, record.number, record.row.clone(), origin, view.as_ref(), done);
                self.render.tally(&page, &draft, &mut done.counter);
                return Ok(written);
            }
            self.render.rows(&page, &draft, order, &mut done.rows, &mut done.bands);
            self.learn(&draft, order, done);
            // counted when all is done that could panic: what panicked counts as bad
            self.render.tally(&page, &draft, &mut done.counter);
            done.docs = Some((done.docs.map_or(order, |d| d.0), order));
            let origin = input.map(|i| Box::new((i, Document::new(record.number, &bytes, Some(draft.text.as_bytes()), charset))));
            let kept = Kept { number: record.number, line: None, literal: (0, 0), same: false, plain: false, view, draft, origin };
            self.keep(order, kept, done);
            Ok(Ok(()))
        });
        match written {
            Ok(Ok(written)) => {
                if std::mem::take(&mut done.as_read) {
                    done.out = bytes;
                }
                return written;
            }
            Ok(Err(why)) | Err(why) => {
                done.back_to(before);
                if self.traces() {
                    let input = self.traced(done.input, record.entry.as_ref(), alone);
                    self.noted(input, Item::Document(Document::new(record.number, &bytes, None, "")), done);
                }
                done.bad.push(bad(why, Raw::Bytes(bytes)));
            }
        }
        Ok(())
    }

    /// Writes a record that did not come in a JSON line.
    fn write(
        &self,
        draft: &Draft<'_>,
        number: u64,
        row: Option<table::Row>,
        origin: Option<Origin<'_>>,
        view: Option<&View>,
        to: &mut Done,
    ) -> Result<(), Error> {
        let to_format = self.plan.settings.to;
        let input = &self.plan.inputs[to.input];
        let text = if to_format == To::Markdown && input.part.is_none() { markdown::of(draft) } else { draft.clean() };
        let reason = self.render.reason(draft, &text, true);
        let before = to.out.len();
        // what goes to a part is a line, also beside a tree of texts
        let is_text = matches!(to_format, To::Text | To::Markdown) && input.part.is_none();
        to.as_read &= is_text && std::ptr::eq(&*text, &*draft.text);
        match to_format {
            _ if to.as_read => {}
            _ if is_text => to.out.extend_from_slice(text.as_bytes()),
            To::Parquet => {
                let places = |order| self.plan.place(order, self.earlier);
                let details = Details::new(draft, text.len(), self.render.rules(), &places);
                let parts = details.parts().map(Cow::Owned);
                let document = table::document(draft, Cow::Borrowed(&text), table::Told::read(draft), parts, reason.clone(), row);
                to.documents.push(document.into_owned());
                to.counter.sums.bytes_out += text.len() as u64;
            }
            To::Mnbvc => self.render.mnbvc(draft, &mut to.out),
            To::Text | To::Markdown | To::Jsonl => {
                let places = |order| self.plan.place(order, self.earlier);
                self.render.document(draft, &text, reason.as_deref(), &places, &mut to.out);
            }
        }
        // nothing behind this line can panic
        to.counter.sums.bytes_out += if to.as_read { text.len() } else { to.out.len() - before } as u64;
        self.render.count(draft, reason.is_none(), &mut to.counter);
        self.tell(draft, number, text.len(), reason.as_deref(), view, to);
        if let (true, Some(target), Some((folder, begun))) = (to_format.is_tree(), &input.target, self.folder) {
            let pages = input.kind == crate::run::settings::From::Page;
            let target = if pages { target.clone() } else { target.join(format!("{number:08}.{}", to_format.extension())) };
            let bytes = to.out.split_off(before);
            if let Some(origin) = origin {
                to.trace.input(origin.input.clone());
                let target = Some(target.as_os_str().as_encoded_bytes().into());
                let document = Document::new(number, origin.bytes, Some(&bytes), origin.charset);
                to.trace.push(&Item::Document(Document { target, ..document }));
            }
            to.files.push(write_file(folder, begun, target, &bytes)?);
            if let Some(reason) = reason {
                let id = (!pages).then(|| draft.id.to_string());
                let copied = self.render.copied(draft);
                let first = copied.map(|(doc, _)| self.plan.place(doc, self.earlier)).map(|(path, record)| Copied { path, record });
                let similarity = copied.and_then(|(_, similarity)| similarity);
                to.removed.push(Removed { path: input.path.clone(), record: number, id, reason, first, similarity });
            }
            return Ok(());
        }
        if let Some(reason) = reason {
            to.unlisted.push((number, reason));
        }
        if let Some(origin) = origin {
            to.trace.input(origin.input.clone());
            to.trace.push(&Item::Document(Document::new(number, origin.bytes, Some(&to.out[before..]), origin.charset)));
        }
        Ok(())
    }

    /// Whether the record is all of its file, or of the entry of an archive.
    fn is_alone(&self, record: &Record, input: usize) -> bool {
        match &record.entry {
            Some(entry) => record.id.as_deref() == Some(entry),
            None => self.plan.inputs[input].kind == crate::run::settings::From::Page,
        }
    }
}

fn owned(input: &Input<'_>) -> Input<'static> {
    Input {
        number: input.number,
        name: input.name.to_vec().into(),
        whole: input.whole,
        part: input.part.as_ref().map(|p| p.to_vec().into()),
    }
}

/// Writes one file of a tree.
fn write_file(folder: &Path, begun: &Path, target: PathBuf, bytes: &[u8]) -> Result<Output, Error> {
    use std::io::Write;
    let path = folder.join(&target);
    let write = || -> io::Result<()> {
        let mut file = AtomicFile::create_in(begun, &path)?;
        file.write_all(bytes)?;
        file.commit()
    };
    write().map_err(Error::io("write", &path))?;
    Ok(Output { path: target, length: bytes.len() as u64, xxh3: format!("{:032x}", xxh3_128(bytes)) })
}

/// All bytes of a file or standard input; or, when they are more than `limit`, their number and where they are.
#[allow(clippy::type_complexity)]
fn read(path: &Path, limit: usize) -> io::Result<Result<Vec<u8>, (u64, Raw)>> {
    let mut bytes = Vec::new();
    let mut stream: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        let file = File::open(path)?;
        let m = file.metadata()?;
        if m.is_file() && m.len() > limit as u64 {
            return Ok(Err((m.len(), Raw::File(path.to_path_buf()))));
        }
        bytes.reserve_exact(usize::try_from(m.len()).unwrap_or(0).min(limit) + 1);
        Box::new(file)
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

#[cfg(test)]
mod tests;
