//! JSON lines: a record a line, written back into its line. Records of other kinds live in `mod`.

use std::borrow::Cow;
use std::sync::Arc;

use crate::batch::guarded;
use crate::draft::{Draft, Located};
use crate::error::Error;
use crate::io::document::{placeholder, reason_member};
use crate::io::jsonl;
use crate::io::lines::{Lines, is_blank};
use crate::io::quarantine::{Bad, Raw};
use crate::io::record::{Body, Record};
use crate::io::records::too_large;
use crate::page::RawDoc;
use crate::report::View;
use crate::run::look::Place;
use crate::run::render::Render;
use crate::run::settings::{OnBad, To};
use crate::trace::{Document, Input, Item};

use super::{Bytes, Done, Kept, Stored, Worker, store};

impl Worker<'_> {
    /// JSON lines.
    pub(super) fn lines(&self, lines: Lines, entry: Option<&Arc<str>>, done: &mut Done) -> Result<(), Error> {
        let field = self.plan.settings.text_field.as_deref().unwrap_or("text");
        let limit = self.plan.settings.max_record;
        let path = self.path(done.input, entry);
        // a tree of texts, and an archive with JSON lines in it; or another format than JSON lines
        let other = matches!(self.plan.settings.to, To::Parquet | To::Mnbvc);
        let as_files = other || self.folder.is_some() && self.plan.inputs[done.input].part.is_none();
        // of JSON lines that become something else the text alone is the original
        let input = (self.traces() && !as_files).then(|| self.traced(done.input, entry, true));
        done.placed = true;
        done.counter.sums.bytes_in = lines.bytes.len() as u64;
        // a draft is what is known of its line, which lies where it came
        let some = if self.stores() { lines.bytes.len() / 8 } else { lines.bytes.len() };
        done.out.reserve(some + 1024);
        for (number, offset, line) in lines.iter() {
            if is_blank(line) {
                if as_files {
                    continue;
                }
                match self.stores() {
                    true => store(&Stored::Verbatim(Bytes(line.into())), &mut done.out),
                    false => done.out.extend_from_slice(line),
                }
                if let Some(input) = &input {
                    self.noted(input.clone(), Item::Through(line.into()), done);
                }
                continue;
            }
            done.counter.sums.records.read += 1;
            let end = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
            let bom = if offset == 0 && line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let before = done.mark();
            let fate = if end.len() > limit {
                Err((None, too_large(end.len() as u64, limit)))
            } else {
                match jsonl::Record::parse(&line[bom..], field) {
                    Err(b) => {
                        done.counter.sums.fieldless += u64::from(b.fieldless);
                        Err((Some(offset + (b.at + bom) as u64), b.why))
                    }
                    Ok(r) if !self.sampled(r.id, done.input, number) => {
                        done.counter.sums.records.unsampled += 1;
                        if self.traces() {
                            self.absent(number, entry, done);
                        }
                        continue;
                    }
                    Ok(r) if as_files => {
                        let (id, url) = (r.id.map(str::to_owned), r.url.map(str::to_owned));
                        let extra = if self.plan.settings.to == To::Parquet { jsonl::extra(&r, field) } else { None };
                        let body = Body::Text(r.text.into_owned());
                        // it counts itself
                        done.counter.sums.records.read -= 1;
                        done.counter.sums.bytes_in -= end.len() as u64;
                        let record = Record { entry: entry.cloned(), id, url, extra, ..Record::new(number, offset, body) };
                        self.record(record, done)?;
                        continue;
                    }
                    Ok(r) => {
                        let at = Place { path: &path, record: number, alone: false };
                        let from = offset - lines.offset + bom as u64;
                        guarded(|| self.line(&r, at, (&line[..bom], &line[bom..], from), input.as_ref(), done)).map_err(|why| (None, why))
                    }
                }
            };
            match fate {
                Ok(written) => written?,
                Err((at, why)) => {
                    done.back_to(before);
                    let mut bad = Bad { path: path.clone(), record: number, offset, at, why, raw: Raw::Bytes(end.to_vec()) };
                    if self.in_place && self.plan.settings.on_bad == OnBad::Quarantine {
                        // in memory nothing can fail
                        let _ = placeholder(&mut bad, &mut done.out);
                    }
                    if let Some(input) = &input {
                        let clean = Some(&done.out[before.out..]).filter(|placed| !placed.is_empty());
                        let document = Document::new(number, line, clean, "");
                        self.noted(input.clone(), Item::Document(document), done);
                    }
                    done.bad.push(bad);
                }
            }
        }
        if !self.stores() {
            done.counter.sums.bytes_out += done.out.len() as u64;
        } else if !as_files {
            done.lines = lines.bytes;
        }
        Ok(())
    }

    pub(super) fn line(
        &self,
        record: &jsonl::Record<'_>,
        at: Place<'_>,
        (bom, line, from): (&[u8], &[u8], u64),
        input: Option<&Input<'static>>,
        done: &mut Done,
    ) -> Result<(), Error> {
        let number = at.record;
        let raw = RawDoc { id: record.id.unwrap_or(""), url: record.url, ..RawDoc::default() };
        let mut page = self.render.page_of_text(raw, &record.text);
        let order = self.plan.order(done.input, number);
        self.render.mark_sites(&mut page, |url| self.plan.host(url, order));
        let mut draft = self.render.draft(&page, true, Located::All);
        if self.shown(at, &page, &draft, done) {
            self.render.tally(&page, &draft, &mut done.counter);
            return Ok(());
        }
        let view = self.view(&page, &draft);
        if !self.stores() {
            done.out.extend_from_slice(bom);
            let before = done.out.len();
            let written = self.write_line(record, &draft, number, view.as_ref(), done);
            if let Some(input) = input {
                done.trace.input(input.clone());
                if !bom.is_empty() {
                    done.trace.push(&Item::Through(bom.into()));
                }
                done.trace.push(&Item::Document(Document::new(number, line, Some(&done.out[before..]), "")));
            }
            self.render.tally(&page, &draft, &mut done.counter);
            return written;
        }
        self.render.rows(&page, &draft, order, &mut done.rows, &mut done.bands);
        self.learn(&draft, order, done);
        // counted when all is done that could panic: what panicked counts as bad
        self.render.tally(&page, &draft, &mut done.counter);
        done.docs = Some((done.docs.map_or(order, |d| d.0), order));
        let same = *draft.text == *record.text;
        let quiet = !self.plan.settings.details && !self.reports();
        let plain = same && draft.in_place && quiet && matches!(draft.clean(), Cow::Borrowed(_));
        if same {
            draft.text = "".into();
        }
        if !bom.is_empty() {
            store(&Stored::Verbatim(Bytes(bom.into())), &mut done.out);
            if let Some(input) = input {
                self.noted(input.clone(), Item::Through(bom.into()), done);
            }
        }
        // the line is kept: it is its own origin
        let origin = input.map(|input| Box::new((input.clone(), Document::new(number, b"", None, ""))));
        let literal = record.literal();
        let literal = (literal.start as u64, literal.end as u64);
        let line = Some((from, from + line.len() as u64));
        let kept = Kept { number, line, literal, same, plain, view, draft, origin };
        self.keep(order, kept, done);
        Ok(())
    }

    /// Writes a record of which nothing stays back into its JSON line, without looking at the text it had; `None` when the line is another.
    pub(super) fn write_empty(&self, line: &[u8], literal: (u64, u64), draft: &Draft<'_>, number: u64, to: &mut Done) -> Option<()> {
        let reason = self.render.reason(draft, "", true)?;
        let add = format!("\"jingwen\":{{{}}}", reason_member(&reason));
        jsonl::write_empty(line, literal.0 as usize..literal.1 as usize, &add, &mut to.out)?;
        self.render.count(draft, false, &mut to.counter);
        to.unlisted.push((number, reason));
        Some(())
    }

    /// Writes a record back into its JSON line.
    pub(super) fn write_line(
        &self,
        record: &jsonl::Record<'_>,
        draft: &Draft<'_>,
        number: u64,
        view: Option<&View>,
        to: &mut Done,
    ) -> Result<(), Error> {
        let text = Render::for_line(draft, &record.text);
        let reason = self.render.reason(draft, &text, !record.text.is_empty());
        let places = |order| self.plan.place(order, self.earlier);
        self.render.line(record, draft, &text, self.plan.settings.details, reason.as_deref(), &places, &mut to.out);
        self.render.count(draft, reason.is_none(), &mut to.counter);
        self.tell(draft, number, text.len(), reason.as_deref(), view, to);
        to.unlisted.extend(reason.map(|r| (number, r)));
        Ok(())
    }
}
