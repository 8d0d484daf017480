//! Exact decoders of every charset we know and their inverses: tables and byte arithmetic. Which charset a text is in is not
//! decided here, but in `charset`.

mod inverse;
mod list;
mod multi;
mod single;
mod stateful;
mod unicode;
mod walk;

pub use inverse::{Code, Inverse};
pub use list::Codec;
pub use walk::{Piece, Step};

use std::borrow::Cow;
use std::ops::Range;

use list::Kind;

impl Codec {
    /// The text of `bytes`; what is malformed becomes U+FFFD. A BOM is a character like any other.
    ///
    /// # Borrowing
    /// Borrows valid UTF-8, and ASCII in every charset that holds ASCII; otherwise allocates once or twice.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        self.decode_noting(bytes, |_| {})
    }

    /// The text of `bytes`, or `None` when any of them is malformed. Borrows as [`Codec::decode`].
    pub fn decode_strict(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        if self == Codec::UTF_8 {
            return simdutf8::basic::from_utf8(bytes).ok().map(Cow::Borrowed);
        }
        let mut sound = true;
        let text = self.decode_noting(bytes, |_| sound = false);
        sound.then_some(text)
    }

    /// As [`Codec::decode`], and tells every malformed sequence as a range of `bytes`, in order.
    pub fn decode_noting(self, bytes: &[u8], mut bad: impl FnMut(Range<usize>)) -> Cow<'_, str> {
        if self == Codec::UTF_8
            && let Ok(text) = simdutf8::basic::from_utf8(bytes)
        {
            return Cow::Borrowed(text);
        }
        if self.holds_ascii() && bytes.is_ascii() {
            return Cow::Borrowed(std::str::from_utf8(bytes).unwrap_or_default());
        }
        let mut out = String::with_capacity(bytes.len() + bytes.len() / 2);
        self.decode_into(bytes, &mut out, |piece| {
            if piece.malformed {
                bad(piece.was);
            }
        });
        Cow::Owned(out)
    }

    /// Decodes to the end of `out` and tells every piece of text that is not a plain copy of its bytes, in order: maximal runs
    /// of characters beyond ASCII with all their bytes, and each malformed sequence alone. What lies between two pieces is
    /// ASCII and was copied. Ranges of [`Piece::now`] are offsets into `out`.
    ///
    /// A charset that does not hold ASCII (UTF-16, UTF-32) has no such copies: all its bytes lie in pieces.
    pub fn decode_into(self, bytes: &[u8], out: &mut String, note: impl FnMut(Piece)) {
        match self.kind() {
            Kind::Utf8 => unicode::utf8(bytes, out, note),
            Kind::Utf16 { big } => unicode::utf16(bytes, big, out, note),
            Kind::Utf32 { big } => unicode::utf32(bytes, big, out, note),
            Kind::Single(_) => walk::walk(single::reader(self), bytes, out, note),
            Kind::Gb => walk::walk(multi::gb(), bytes, out, note),
            Kind::Big5 => walk::walk(multi::big5(), bytes, out, note),
            Kind::ShiftJis => walk::walk(multi::shift_jis(), bytes, out, note),
            Kind::EucJp => walk::walk(multi::euc_jp(), bytes, out, note),
            Kind::EucKr => walk::walk(multi::euc_kr(), bytes, out, note),
            Kind::Johab => walk::walk(multi::johab(), bytes, out, note),
            Kind::Hz => stateful::hz(bytes, out, note),
            Kind::Iso2022 => stateful::iso2022(bytes, out, note),
        }
    }

    /// Reads character by character from byte `from` on, ASCII included, until `each` says false or the bytes end. `each` gets
    /// where a character begins. Returns where it stopped: after the last character `each` saw. Nothing in charsets with a state.
    pub fn visit(self, bytes: &[u8], from: usize, each: impl FnMut(usize, Step) -> bool) -> usize {
        match self.kind() {
            Kind::Utf8 => visit(bytes, from, each, unicode::utf8_step),
            Kind::Utf16 { big } => visit(bytes, from, each, |rest| unicode::utf16_step(rest, big)),
            Kind::Utf32 { big } => visit(bytes, from, each, |rest| unicode::utf32_step(rest, big)),
            Kind::Single(_) => visit(bytes, from, each, ascii_or(single::reader(self))),
            Kind::Gb => visit(bytes, from, each, ascii_or(multi::gb())),
            Kind::Big5 => visit(bytes, from, each, ascii_or(multi::big5())),
            Kind::ShiftJis => visit(bytes, from, each, ascii_or(multi::shift_jis())),
            Kind::EucJp => visit(bytes, from, each, ascii_or(multi::euc_jp())),
            Kind::EucKr => visit(bytes, from, each, ascii_or(multi::euc_kr())),
            Kind::Johab => visit(bytes, from, each, ascii_or(multi::johab())),
            Kind::Hz | Kind::Iso2022 => from,
        }
    }

    /// Reads the one character at the start of `rest`; `None` when `rest` is empty or the charset keeps a state (HZ, ISO-2022-*).
    /// At the end of the input a character that lacks bytes is malformed.
    pub fn step(self, rest: &[u8]) -> Option<Step> {
        let first = *rest.first()?;
        if first < 0x80 && self.holds_ascii() && !matches!(self.kind(), Kind::Hz | Kind::Iso2022) {
            return Some(Step::One(first as char, 1));
        }
        match self.kind() {
            Kind::Utf8 => Some(unicode::utf8_step(rest)),
            Kind::Utf16 { big } => Some(unicode::utf16_step(rest, big)),
            Kind::Utf32 { big } => Some(unicode::utf32_step(rest, big)),
            Kind::Single(_) => Some(walk::Reader::next(&single::reader(self), rest)),
            Kind::Gb => Some(walk::Reader::next(&multi::gb(), rest)),
            Kind::Big5 => Some(walk::Reader::next(&multi::big5(), rest)),
            Kind::ShiftJis => Some(walk::Reader::next(&multi::shift_jis(), rest)),
            Kind::EucJp => Some(walk::Reader::next(&multi::euc_jp(), rest)),
            Kind::EucKr => Some(walk::Reader::next(&multi::euc_kr(), rest)),
            Kind::Johab => Some(walk::Reader::next(&multi::johab(), rest)),
            Kind::Hz | Kind::Iso2022 => None,
        }
    }

    /// The character of a pair of bytes in a charset of pairs (GBK, Big5, Shift_JIS, EUC-JP, EUC-KR, Johab), private use
    /// included; `None` for a pair it does not define, and in any other charset. One look-up.
    ///
    /// Big5 has four pairs that are two characters each (8862, 8864, 88A3, 88A5): `None` here, decoded by [`Codec::step`].
    pub fn pair(self, lead: u8, trail: u8) -> Option<char> {
        multi::pairs(self.kind())?.get(lead, trail)
    }

    /// [`Codec::pair`] of all there are: 256 a lead, from 80 on; empty for a charset that is not of pairs. For those who make tables of them.
    pub(crate) fn pairs(self) -> &'static [Option<char>] {
        multi::pairs(self.kind()).map_or(&[], |pairs| pairs.cells())
    }

    /// The character of one byte: every byte of a single-byte charset, the single bytes of a charset of pairs (ASCII, half-width
    /// katakana, GBK's euro sign at 80). `None` for a byte that is undefined or a lead. One look-up.
    pub fn byte(self, byte: u8) -> Option<char> {
        match self.kind() {
            Kind::Single(_) => single::reader(self).get(byte),
            Kind::Utf8 => byte.is_ascii().then_some(byte as char),
            kind => multi::pairs(kind)?.single(byte),
        }
    }

    /// The inverse of the decoder: which bytes decode to a character. Built on first use, less than a millisecond for a charset of
    /// pairs. `None` for charsets that need none (UTF-8, UTF-16, UTF-32) or keep a state.
    ///
    /// # Source
    /// The decoder itself, asked for every byte and every pair; encoders of the WHATWG standard refuse part of what its decoders
    /// accept.
    pub fn inverse(self) -> Option<&'static Inverse> {
        inverse::of(self)
    }
}

fn visit(bytes: &[u8], from: usize, mut each: impl FnMut(usize, Step) -> bool, next: impl Fn(&[u8]) -> Step) -> usize {
    let mut at = from;
    while at < bytes.len() {
        let step = next(&bytes[at..]);
        let (Step::One(_, n) | Step::Two(_, _, n) | Step::Bad(n)) = step;
        let more = each(at, step);
        at += n;
        if !more {
            break;
        }
    }
    at.min(bytes.len())
}

fn ascii_or(reader: impl walk::Reader) -> impl Fn(&[u8]) -> Step {
    move |rest| if rest[0] < 0x80 { Step::One(rest[0] as char, 1) } else { reader.next(rest) }
}

#[cfg(test)]
mod tests;
