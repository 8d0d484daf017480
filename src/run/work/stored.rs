//! What a pass stores for the next one, and how it is laid into a frame. What is read of it lives in `again`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::draft::Draft;
use crate::io::jsonl::{Broken, Record};
use crate::report::View;
use crate::trace::{Document, Input, Item};

/// What a pass leaves for the next one.
#[derive(Serialize, Deserialize)]
pub enum Stored<'a> {
    /// Goes to the output as it is: an empty line.
    Verbatim(#[serde(borrow)] Bytes<'a>),
    /// A record.
    Record(#[serde(borrow)] Box<Kept<'a>>),
    /// A record left aside, listed: [`super::Removed`] as JSON, whose members come and go.
    Left(#[serde(borrow)] Bytes<'a>),
    /// Stands in the trace and nowhere else: a line that went to the quarantine, a record that is absent.
    Traced(#[serde(borrow)] Box<(Input<'a>, Item<'a>)>),
}

/// Bytes stored as such: serde alone takes them one by one, which costs a twentieth of a run.
pub struct Bytes<'a>(pub Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Bytes(Cow::Borrowed(<&'a [u8]>::deserialize(deserializer)?)))
    }
}

/// A record on its way to the next pass.
#[derive(Serialize, Deserialize)]
pub struct Kept<'a> {
    /// Number in its input.
    pub number: u64,
    /// The JSON line it came in: where it begins and ends in the lines of its job, which are kept beside what is stored.
    pub line: Option<(u64, u64)>,
    /// Where the value of the text field stands in that line, quotes included.
    pub literal: (u64, u64),
    /// The draft's text is left out: it is that of the JSON line.
    pub same: bool,
    /// Nothing of the line changes, as long as nothing more is left out.
    pub plain: bool,
    /// It before and after, for the report.
    pub view: Option<View>,
    /// What is left to know of it.
    #[serde(borrow)]
    pub draft: Draft<'a>,
    /// How its original bytes are got from the text of the draft.
    #[serde(borrow)]
    pub origin: Option<Box<(Input<'a>, Document<'a>)>>,
}

impl<'a> Kept<'a> {
    /// The JSON line its text is that of, read again; `None` for one whose text is stored. `lines`: what lies there, `None` for nothing.
    ///
    /// # Errors
    /// [`Broken`] when it is not what was stored.
    pub fn record<'l>(&self, lines: impl FnOnce((u64, u64)) -> Option<&'l [u8]>) -> Result<Option<Record<'l>>, Broken> {
        let (from, to) = self.literal;
        let line = self.line.filter(|_| self.same).map(|at| lines(at).unwrap_or_default());
        line.map(|line| Record::again(line, from as usize..to as usize)).transpose()
    }
}

/// A range of the lines of a job.
pub fn of_lines(lines: &[u8], (from, to): (u64, u64)) -> Option<&[u8]> {
    lines.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}

/// Appends something for the next pass.
pub(super) fn store(stored: &Stored<'_>, out: &mut Vec<u8>) {
    // to memory nothing can fail
    _ = postcard::serialize_with_flavor(stored, Behind(out));
}

/// Writes behind what is there, bytes as a whole.
struct Behind<'o>(&'o mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Behind<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
