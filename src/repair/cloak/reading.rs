//! A reading of a torn run: its steps, and what stands before them. How readings are found stands in `search`.

use super::gbk;
use super::quotes::Quotes;
use crate::model::{Model, State};

/// How a step of a reading came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it stands.
    Keep,
    /// As it stands, the annotation behind it deleted.
    Strip,
    /// A torn annotation: nothing is written, bytes are out of step from here.
    Torn,
    /// Put together from two neighbours.
    Shift,
    /// The same, with an annotation inside deleted.
    ShiftStrip,
    /// The trail byte is a guess; what it took with it may be, too.
    Lost,
    /// The lead byte is a guess: it took a marker.
    Marker,
    /// A torn annotation read as a whole character.
    Whole,
    /// What is left of a tag whose `<` was swallowed.
    Tag,
    /// A marker that is seen as a comma.
    Comma,
}

impl Kind {
    /// Does the step leave the characters in step as they stand?
    pub fn is_plain(self) -> bool {
        matches!(self, Kind::Keep | Kind::Strip | Kind::Comma)
    }
}

/// One step of a reading: tokens `from..to` of the page are `out`, in bytes `bytes`.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub parent: u32,
    /// First character of the page this step takes.
    pub from: u32,
    /// The character behind the last.
    pub to: u32,
    /// What is written, `outs` characters.
    pub out: [char; 2],
    /// How many characters are written.
    pub outs: u8,
    /// Bytes of the clean text with their markers, `lens` of them.
    pub bytes: [u8; 5],
    /// How many bytes.
    pub lens: u8,
    /// How it came about.
    pub kind: Kind,
    /// Pair of the character a torn annotation belongs to, or 0.
    pub hit: u16,
}

/// What a line counts as that has not begun: as long a sentence as any.
const LINE: u8 = 16;

/// What stands before a window.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// The model after it.
    pub state: State,
    /// Second byte of the last character; 0 when it has none.
    pub last: u8,
    /// The last character.
    pub prev: char,
    /// Quotes open.
    pub quotes: Quotes,
    /// The two characters before the last.
    pub older: [char; 2],
    /// Was it put together by the search? One bit for each of the last two characters, the lowest for the last.
    pub made: u8,
    /// Characters since the last end of a sentence.
    pub since: u8,
}

impl Before {
    /// Before the first character of a text.
    pub fn start() -> Before {
        Before { state: Model::shared().start(), last: 0, prev: '\n', quotes: Quotes::default(), older: ['\n'; 2], made: 0, since: LINE }
    }

    /// After one more character that stands as it is.
    pub fn push(&mut self, c: char) {
        self.state = Model::shared().step(self.state, c).0;
        self.quotes = self.quotes.after(c);
        self.since = self.since_after(c);
        self.older = [self.prev, self.older[0]];
        self.prev = c;
        self.last = last_byte(c);
    }

    /// Characters since the last end of a sentence when `c` is one more. A line may begin anywhere in one.
    pub fn since_after(&self, c: char) -> u8 {
        match gbk::fold(c) {
            '。' | '!' | '?' => 0,
            '\n' => LINE,
            _ => self.since.saturating_add(1),
        }
    }
}

/// A reading of the whole window.
#[derive(Clone, Debug)]
pub struct Path {
    /// In 1/16 nat.
    pub cost: i32,
    /// Its steps, first to last.
    pub nodes: Vec<Node>,
    /// Other ways to read a part of it, with the price above this one.
    pub others: Vec<(i32, Vec<Node>)>,
    /// Hash of what it writes.
    pub text: u64,
}

/// What the search found in one window.
#[derive(Clone, Debug)]
pub struct Found {
    /// Readings that are not what stands there, the cheapest first.
    pub paths: Vec<Path>,
    /// Price of what stands there.
    pub literal: i32,
}

/// The second byte of a character; that of the full-width form for ASCII punctuation, 0 for what has none.
fn last_byte(c: char) -> u8 {
    match gbk::pair_of(c) {
        Some([_, trail]) => trail,
        None if c.is_ascii_punctuation() => c as u8 + 0x80,
        None if c.is_ascii() => c as u8,
        None => 0,
    }
}

/// What some steps write.
pub fn written(nodes: &[Node]) -> String {
    nodes.iter().flat_map(|n| n.out[..n.outs as usize].iter()).collect()
}
