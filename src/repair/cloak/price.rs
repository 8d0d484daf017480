//! What each step of a reading costs beyond the character model, in 1/16 nat. Those named in the README of the measurements are
//! marked with the value in nats. Which step is taken when is decided in `moves` and `lost`.

/// Nats as the model counts them.
pub const NAT: i32 = 16;

/// A torn annotation that is taken at its word (14).
pub const LITERAL: i32 = 14 * NAT;
/// `?` before punctuation that is taken at its word, on a page with annotations.
pub const LITERAL_MARK: i32 = 2 * NAT;
/// The annotated character: one the conversion makes (1.5), another traditional one (3.5).
pub const IMAGE: i32 = 3 * NAT / 2;
pub const TRADITIONAL: i32 = 7 * NAT / 2;
/// Its reading is not the usual one.
pub const UNUSUAL: i32 = 2 * NAT;
/// It stands elsewhere on the page without a reading, or with another one: a page is consistent.
pub const INCONSISTENT: i32 = 8 * NAT;
/// A torn annotation as a whole character (5).
pub const FALLBACK: i32 = 5 * NAT;
/// ASCII that is a folded full-width form: punctuation (0.7), letters and digits (4).
pub const FOLDED: i32 = 7 * NAT / 10;
pub const FOLDED_LETTER: i32 = 4 * NAT;
/// A blank that is an ideographic one.
pub const WIDE_BLANK: i32 = 4 * NAT;
/// A member of the set that stands without its reading.
pub const UNANNOTATED: i32 = 6 * NAT;
/// A lost byte (0.5), and what makes a choice unlikely: a letter that is always converted (5), punctuation or symbols
/// the page does not have (3), a break of the nesting of quotes (4), an end mark after an end mark (6); a quote that is
/// open is likely to be closed (-2.5).
pub const LOST: i32 = NAT / 2;
pub const CONVERTED: i32 = 5 * NAT;
pub const UNSEEN_MARK: i32 = 3 * NAT;
pub const NESTING: i32 = 4 * NAT;
pub const CLOSES_NOTHING: i32 = 5 * NAT / 2;
/// A character the model does not list.
pub const UNKNOWN: i32 = 6 * NAT;
/// A private-use character: no clean text has one.
pub const PRIVATE: i32 = 20 * NAT;
pub const TWO_ENDS: i32 = 6 * NAT;
pub const CLOSES: i32 = -5 * NAT / 2;
/// The page has the same two characters elsewhere; the same three, four: so much more.
pub const AGAIN: [i32; 3] = [-3 * NAT / 2, -NAT, -NAT / 4];
/// A longer context makes a character cheaper by this much at most.
pub const SURPRISE: i32 = 4 * NAT;
/// An opening mark before the end of a line.
pub const OPENS_NOTHING: i32 = 5 * NAT;
/// The same character stands two or three places before: 看一看, 包了又包.
pub const REPEATS: i32 = -NAT;
/// The same with 又, 一 or 不 between.
pub const DOUBLES: i32 = -6 * NAT;
/// Two characters were lost: a question mark is left for one of them.
pub const LEFT: i32 = 5 * NAT;
/// The page has the character elsewhere.
pub const ON_PAGE: i32 = -NAT;
/// A particle that ends sentences, in speech before punctuation, elsewhere before an exclamation or a question mark.
pub const PARTICLE: i32 = -2 * NAT;
pub const WIDE_SPACE: i32 = 6 * NAT;
pub const UNSEEN_SYMBOL: i32 = 8 * NAT;
/// The ASCII byte that went with it: the bracket of one that is closed, anything else where one is closed, a sign nobody can tell, a tag, a
/// marker. Others are priced by `ascii`, and none that costs more than the next.
pub const BRACKET: i32 = NAT;
pub const UNCLOSED: i32 = 5 * NAT;
pub const RARE_BYTE: i32 = 8 * NAT;
pub const UNKNOWN_SIGN: i32 = 7 * NAT;
pub const TAG: i32 = NAT / 4;
pub const MARK_HERE: i32 = NAT / 4;
pub const DIGIT: i32 = 5 * NAT / 2;
/// A traditional letter that no simplified one is converted to, on a page without it.
pub const NO_IMAGE: i32 = 4 * NAT;
/// A lead byte that went with a trail byte 80.
pub const LOST_LEAD: i32 = 3 * NAT;
/// A private-use character that was dropped: on simulated pages every fourth run out of step has one. Of 2.5 and 4 nats
/// the first gave more spans back.
pub const DROPPED: i32 = 5 * NAT / 2;
/// A marker that shows nothing elsewhere on the page.
pub const FIRST_MARK: i32 = 2 * NAT;

/// What a full stop costs `since` characters behind the end of the sentence before, beyond what it costs anywhere: how often it
/// stands there in encyclopedia, articles and stories of the kit, against its share of all places.
pub fn stop(since: u8) -> i32 {
    match since {
        0..=2 => 58,
        3 => 48,
        4 => 34,
        5 => 28,
        6..=7 => 20,
        8..=9 => 13,
        10..=12 => 8,
        13..=15 => 4,
        16..=19 => 0,
        20..=29 => -4,
        30.. => -8,
    }
}
