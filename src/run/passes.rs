//! The passes of a run over single records, for callers that move the records themselves: a batch of Python's, a cluster. No plan, no
//! files, no journal; what becomes of a record is what a run makes of it.

use std::borrow::Cow;

use super::render::Render;
pub use super::rows::{Row, Verdict, What};
use super::settings::Settings;
use super::sums::Counter;
pub use super::table::Document;
use super::table::{self, Told};
use crate::charset;
use crate::draft::{self, Draft, Located};
use crate::io::document::{Counts, Details, Places};
use crate::io::records::too_large;
use crate::page::{Page, RawDoc};
use crate::rules::Rules;
use crate::site::{Facts, host_name};

/// A record as it is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// Its name, address, label and bytes.
    pub raw: RawDoc<'a>,
    /// The bytes are Unicode text already; those that are not UTF-8 are decoded all the same.
    pub text: bool,
    /// The members of the JSON line it came from that no column holds, a JSON object.
    pub extra: Option<&'a str>,
}

/// What is to be told of a record of which nothing was edited, noted or left out, and which says nothing of itself; but for its text.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    /// That came in, and of the clean text.
    bytes: [usize; 2],
    blocks: usize,
    name: &'static str,
    language: Option<&'static str>,
    confidence: f32,
}

impl Plain {
    /// What was removed, as JSON.
    pub const REMOVED: &str = "[]";

    /// Bytes of the clean text.
    pub fn text_len(&self) -> usize {
        self.bytes[1]
    }

    /// True when the rows of both say the same, but for what each record says itself: its name, address, text, counts and extra members.
    pub fn is_like(&self, other: &Plain) -> bool {
        // by the bits: not a number is like itself
        let of = |p: &Plain| (p.name, p.language, p.confidence.to_bits());
        of(self) == of(other)
    }

    /// The row without what each record says itself.
    pub fn alike(&self) -> Document<'static> {
        table::plain(RawDoc::default(), None, (self.name, self.confidence, self.language), "", ["", Plain::REMOVED])
    }

    /// Appends what was counted, as JSON.
    pub fn counts(&self, out: &mut String) {
        let bytes = self.bytes.map(|n| n as u64);
        // none is named: any rules will do
        Counts { bytes, blocks: [self.blocks; 2], edits: &[], notes: &[] }.write(Rules::builtin(), out);
    }
}

/// What a row says that stands nowhere else is written in here, behind that of the rows before: who makes columns of rows has three of them
/// whole. Others clear it after each row, and nothing is allocated.
#[derive(Debug, Default)]
pub struct Room {
    /// The clean texts, one behind the other.
    pub text: String,
    /// What was counted, a JSON object of each row.
    pub counts: String,
    /// What was left out, a JSON list of each row.
    pub removed: String,
}

impl Room {
    /// Empties it.
    pub fn clear(&mut self) {
        self.cut([0; 3]);
    }

    /// Bytes of each of the three.
    pub fn ends(&self) -> [usize; 3] {
        [self.text.len(), self.counts.len(), self.removed.len()]
    }

    /// Takes away what came behind these ends.
    ///
    /// # Panics
    /// When one lies within a character.
    pub fn cut(&mut self, ends: [usize; 3]) {
        let [text, counts, removed] = ends;
        self.text.truncate(text);
        self.counts.truncate(counts);
        self.removed.truncate(removed);
    }
}

/// The passes. Immutable, shared by threads.
#[derive(Debug)]
pub struct Passes {
    render: Render,
    limit: usize,
}

impl Passes {
    /// By these settings and rules; settings about files do not matter here. Details are always told.
    pub fn new(settings: &Settings, rules: &'static Rules) -> Passes {
        let settings = Settings { details: true, ..settings.clone() };
        Passes { render: Render::new(&settings, rules), limit: settings.max_record }
    }

    /// Leaves out the lines of hosts in this table, too: of records whose address says the host.
    pub fn with_sites(self, facts: Facts) -> Passes {
        Passes { render: self.render.with_sites(Some(facts), None), ..self }
    }

    /// The rules that edits and marks refer to.
    pub fn rules(&self) -> &'static Rules {
        self.render.rules()
    }

    /// The most bytes that a record may have.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The page of a record.
    ///
    /// # Errors
    /// Why it is none: no bytes, too many, no text.
    pub fn page<'a>(&self, given: Given<'a>) -> Result<Page<'a>, String> {
        let raw = given.raw;
        if raw.bytes.len() > self.limit {
            return Err(too_large(raw.bytes.len() as u64, self.limit));
        }
        let mut page = match given.text.then(|| simdutf8::basic::from_utf8(raw.bytes)) {
            Some(Ok(text)) => self.render.page_of_text(raw, text),
            _ if raw.bytes.is_empty() => return Err("empty: 0 bytes".to_owned()),
            _ => self.render.page(raw)?,
        };
        self.render.mark_sites(&mut page, |url| host_name(url, "").map(str::to_lowercase));
        Ok(page)
    }

    /// What is left to know of a page.
    pub fn draft<'p>(&self, page: &'p Page<'_>) -> Draft<'p> {
        self.render.draft(page, false, Located::All)
    }

    /// Why nothing stays of a record, if that is so.
    pub fn reason(&self, draft: &Draft<'_>) -> Option<String> {
        self.render.reason(draft, &draft.clean(), true)
    }

    /// Cleans a record without looking at others, and hands `to` the row of it that `clean --to parquet` writes, which borrows from
    /// `room`, where its text, counts and what was removed were appended, and from what is dropped behind it.
    ///
    /// # Errors
    /// As [`Passes::page`].
    pub fn clean<R>(&self, given: Given<'_>, room: &mut Room, to: impl FnOnce(&Page<'_>, Document<'_>) -> R) -> Result<R, String> {
        let page = self.page(given)?;
        let from = room.text.len();
        Ok(match self.plain(&page, room) {
            Some(plain) => to(&page, self.row_of_plain(&plain, given, from, room)),
            None => to(&page, self.row(&self.draft_of(&page, given), Told::of(&page), &nowhere, room)),
        })
    }

    /// [`Passes::clean`] for a page at hand.
    pub fn row_of<R>(&self, page: &Page<'_>, given: Given<'_>, room: &mut Room, to: impl FnOnce(Document<'_>) -> R) -> R {
        to(self.row(&self.draft_of(page, given), Told::of(page), &nowhere, room))
    }

    /// What a row says of a page of which only its text and some numbers are to be told. The text is appended to that of `room`, the rest by
    /// [`Passes::row_of_plain`]: rows are made faster by the dozen than one by one between pages. `None` for a page of which more is to
    /// be told; then nothing is appended.
    pub fn plain(&self, page: &Page<'_>, room: &mut Room) -> Option<Plain> {
        if !self.render.is_plain(page) {
            return None;
        }
        let from = room.text.len();
        draft::set_whole(page, &mut room.text);
        let bytes_out = room.text.len() - from;
        let charset::Charset { name, language, confidence, .. } = page.charset;
        (bytes_out > 0).then_some(Plain {
            bytes: [page.raw.bytes.len(), bytes_out],
            blocks: page.outline.blocks.len(),
            name,
            language,
            confidence,
        })
    }

    /// The row of what was [`Passes::plain`], the text of which stands in `room` from this byte on; as [`Passes::clean`] hands it on. Of `given`
    /// the bytes do not matter.
    pub fn row_of_plain<'d>(&self, plain: &Plain, given: Given<'d>, from: usize, room: &'d mut Room) -> Document<'d> {
        let [_, counts, removed] = room.ends();
        plain.counts(&mut room.counts);
        room.removed.push_str(Plain::REMOVED);
        let charset = (plain.name, plain.confidence, plain.language);
        let parts = [&room.counts[counts..], &room.removed[removed..]];
        table::plain(given.raw, given.extra, charset, &room.text[from..from + plain.bytes[1]], parts)
    }

    fn draft_of<'p>(&self, page: &'p Page<'_>, given: Given<'_>) -> Draft<'p> {
        let mut draft = self.render.draft(page, false, Located::Removed);
        draft.extra = given.extra.map(str::to_owned);
        draft
    }

    /// The first pass: the draft, stored in bytes, and the rows by which records are compared.
    ///
    /// # Errors
    /// As [`Passes::page`].
    pub fn scan(&self, given: Given<'_>, order: u64, rows: &mut Vec<Row>) -> Result<Vec<u8>, String> {
        let page = self.page(given)?;
        let mut draft = self.draft(&page);
        draft.extra = given.extra.map(str::to_owned);
        let stored = postcard::to_stdvec(&draft).map_err(|e| format!("internal error: {e}"))?;
        self.render.rows(&page, &draft, order, rows, &mut Default::default());
        Ok(stored)
    }

    /// The last pass: hands `to` the row of a stored draft without what `verdicts`, all about this record in any order, say of it.
    /// `places` names the records of first copies.
    ///
    /// # Errors
    /// That the bytes are no draft.
    pub fn apply<R>(
        &self,
        stored: &[u8],
        verdicts: &[Verdict],
        places: Places<'_>,
        room: &mut Room,
        to: impl FnOnce(Document<'_>) -> R,
    ) -> Result<R, String> {
        let mut draft: Draft<'_> = postcard::from_bytes(stored).map_err(|e| format!("what the scan stored cannot be read: {e}"))?;
        self.render.judge(&mut draft, verdicts, &mut Counter::default());
        Ok(to(self.row(&draft, Told::read(&draft), places, room)))
    }

    fn row<'d>(&self, draft: &'d Draft<'_>, told: Told<'d>, places: Places<'_>, room: &'d mut Room) -> Document<'d> {
        let from = room.ends();
        draft.clean_behind(&mut room.text);
        let bytes = room.text.len() - from[0];
        let details = Details::new(draft, bytes, self.rules(), places);
        details.counts(&mut room.counts);
        details.removed(&mut room.removed);
        let Room { text, counts, removed } = room;
        let text = &text[from[0]..];
        let reason = self.render.reason(draft, text, true);
        let parts = [Cow::Borrowed(&counts[from[1]..]), Cow::Borrowed(&removed[from[2]..])];
        table::document(draft, Cow::Borrowed(text), told, parts, reason, None)
    }
}

/// Of one record no copies elsewhere are known.
fn nowhere(order: u64) -> (String, u64) {
    (String::new(), order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::settings::Dedup;

    const LINE: &str = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条。";

    fn text(s: &str) -> Given<'_> {
        Given { raw: RawDoc { id: "a", bytes: s.as_bytes(), ..RawDoc::default() }, text: true, extra: None }
    }

    #[test]
    fn two_passes_leave_out_what_the_first_copy_has() {
        let passes = Passes::new(&Settings { dedup: Dedup::Dump, ..Settings::default() }, Rules::builtin());
        let (one, two) = (format!("{LINE}\n"), format!("河边的柳树又发了新芽，孩子们在树下玩耍。\n{LINE}\n"));
        let mut rows = Vec::new();
        passes.scan(text(&one), 1, &mut rows).unwrap();
        let stored = passes.scan(text(&two), 2, &mut rows).unwrap();
        let same: Vec<&Row> = rows.iter().filter(|r| rows.iter().filter(|o| o.key == r.key).count() == 2).collect();
        let [first, copy] = same[..] else { panic!("{rows:?}") };
        let verdict = Verdict { doc: copy.doc, block: copy.block, first_doc: first.doc, first_block: first.block, what: What::Copy };
        let document =
            passes.apply(&stored, &[verdict], &|order| ("a.jsonl".to_owned(), order), &mut Room::default(), |d| d.into_owned()).unwrap();
        assert_eq!(document.text.as_deref(), Some("河边的柳树又发了新芽，孩子们在树下玩耍。\n"));
        assert!(document.removed.unwrap().contains("\"first\":{\"path\":\"a.jsonl\",\"record\":1,\"block\":0}"));
        // without a verdict it is what one pass makes of it
        let alone = passes.apply(&stored, &[], &|_| panic!("nothing to name"), &mut Room::default(), |d| d.into_owned()).unwrap();
        assert_eq!(
            alone.text.as_deref(),
            Some(&*passes.clean(text(&two), &mut Room::default(), |_, d| d.text.unwrap().into_owned()).unwrap())
        );
    }

    #[test]
    fn one_pass_and_two_make_the_same_row() {
        let passes = Passes::new(&Settings { dedup: Dedup::Dump, ..Settings::default() }, Rules::builtin());
        let front = "---\ntitle: \"修\\\"路\"\nauthor: [阿明, 小红]\ndate: 2020-03-04\nlang: zh-CN\n---\n";
        let gbk = "<html lang=zh><title>Café</title><p>".as_bytes().iter().chain(&[0xB4, 0xBA, 0xCC, 0xEC]).copied().collect::<Vec<_>>();
        // what a row before has left in the room does not show
        let mut room = Room { text: "路".to_owned(), ..Room::default() };
        for (id, bytes) in
            [("a.md", format!("{front}\n{LINE}\n").into_bytes()), ("b.html", gbk), ("c.txt", LINE.into()), ("d.txt", b" ".into())]
        {
            let raw = RawDoc { id, url: Some("http://a.example/"), label: None, bytes: &bytes };
            let given = Given { raw, text: false, extra: Some("{\"n\":1}") };
            let once = passes.clean(given, &mut room, |_, d| format!("{d:?}")).unwrap();
            let stored = passes.scan(given, 1, &mut Vec::new()).unwrap();
            assert_eq!(once, passes.apply(&stored, &[], &nowhere, &mut room, |d| format!("{d:?}")).unwrap());
        }
    }

    #[test]
    fn rows_of_plain_records_are_alike_but_for_what_each_says_itself() {
        let passes = Passes::new(&Settings::default(), Rules::builtin());
        let texts = [LINE, "The road was wet, and nobody from the village wanted to mend it alone.", LINE];
        let mut room = Room::default();
        let plain = texts.map(|t| passes.plain(&passes.page(Given { text: false, ..text(t) }).unwrap(), &mut room).unwrap());
        assert!(plain[0].is_like(&plain[2]));
        for (plain, line) in plain.iter().zip(texts) {
            let from = room.text.find(line).unwrap();
            let mut counts = String::new();
            plain.counts(&mut counts);
            let given = Given { extra: Some("{}"), ..text(line) };
            let row = passes.row_of_plain(plain, given, from, &mut room).into_owned();
            assert_eq!((row.counts.as_deref(), row.removed.as_deref()), (Some(&*counts), Some(Plain::REMOVED)));
            let alike = plain.alike();
            let own = Document {
                id: row.id.clone(),
                url: None,
                text: row.text.clone(),
                counts: row.counts.clone(),
                extra: row.extra.clone(),
                ..alike
            };
            assert_eq!(format!("{own:?}"), format!("{row:?}"));
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        let passes = Passes::new(&Settings { max_record: 10, ..Settings::default() }, Rules::builtin());
        let bytes =
            |bytes| passes.page(Given { raw: RawDoc { bytes, ..RawDoc::default() }, text: false, extra: None }).map(|_| ()).unwrap_err();
        assert!(bytes(b"").contains("0 bytes"));
        assert!(bytes(b"01234567890").contains("the limit is 10"));
        assert!(passes.apply(b"\xFF\xFF", &[], &nowhere, &mut Room::default(), |_| ()).is_err());
    }
}
