//! How often answers as sure as this one were right: margins in nats to measured accuracy.

/// A byte order mark.
pub(super) const BOM: f32 = 0.999;
/// Valid UTF-8 with at least one character beyond ASCII.
pub(super) const VALID_UTF8: f32 = 0.998;
/// ISO-2022 or HZ escapes around text.
pub(super) const ESCAPES: f32 = 0.99;
/// Nothing but ASCII.
pub(super) const ASCII: f32 = 0.99;
/// The first bytes of a known kind of binary file.
pub(super) const SIGNATURE: f32 = 0.9;
/// No reading is text.
pub(super) const NO_TEXT: f32 = 0.5;
/// Margin of an answer without a rival, in nats.
pub(super) const ALONE: f32 = 40.0;

/// Share of right answers with this margin before the next other text, in nats.
pub(super) fn of(margin: f32, chars: u32) -> f32 {
    let _ = chars;
    1.0 - 0.5 * (-margin / 4.0).exp()
}
