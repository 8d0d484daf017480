//! What a page hides: by attribute, by style, or by leaving it to readers without scripts. What is done about it is `reader`'s.

use memchr::memmem;

use super::attributes::Attributes;

/// Hidden by `hidden`, `aria-hidden=true`, or a style that shows nothing; but parts that the reader opens with a click, and parts a
/// streaming server moves to their place by script, are content. `element` is the page from the element's start tag on, nothing for
/// one inside a line; `before` is the page up to it.
///
/// `aria-hidden` alone hides nothing from eyes: it keeps icons, copies and closed dialogs from being read aloud, and as often the teaser
/// of a list or the slides of a carousel, so that an element it is said of stays when it holds a line of prose.
pub(super) fn is_hidden(attributes: &str, element: &str, before: &str) -> bool {
    let (mut hidden, mut unread) = (false, false);
    for (name, value) in Attributes::of(attributes) {
        match name.len() {
            6 if name.eq_ignore_ascii_case("hidden") => {
                hidden |= !["false", "until-found"].iter().any(|shown| value.eq_ignore_ascii_case(shown));
            }
            11 if name.eq_ignore_ascii_case("aria-hidden") => unread |= value.eq_ignore_ascii_case("true"),
            5 if name.eq_ignore_ascii_case("style") => hidden |= style_hides(value),
            _ => {}
        }
    }
    if !hidden && unread {
        return !names(attributes, &FOLDED) && (names(attributes, &SHUT) || !holds_prose(element));
    }
    hidden && !opens_on_click(attributes) && !is_folded_section(attributes, element, before)
}

/// True for prose right below a heading: the section the heading opens on click.
fn is_folded_section(attributes: &str, element: &str, before: &str) -> bool {
    /// End tags of what a section stands below.
    const ENDS: [&[u8]; 7] = [b"</h2>", b"</h3>", b"</h4>", b"</h5>", b"</h6>", b"</dt>", b"</summary>"];
    let before = before.trim_ascii_end().as_bytes();
    ENDS.iter().any(|end| before.len() >= end.len() && before[before.len() - end.len()..].eq_ignore_ascii_case(end))
        && !names(attributes, &SHUT)
        && !names(attributes, &["form"])
        && holds_prose(element)
}

/// True for what begins with MathML: encyclopedias hide it behind a picture of the formula, which is no text.
pub(super) fn holds_formula(inside: &str) -> bool {
    inside.trim_ascii_start().as_bytes().get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case(b"<math"))
}

/// Words in class, id or role of what stands over a page until it is shut, and of the copies a carousel makes of its slides.
const SHUT: [&str; 17] = [
    "modal",
    "popup",
    "pop-up",
    "dialog",
    "overlay",
    "menu",
    "nav",
    "canvas",
    "drawer",
    "tooltip",
    "toast",
    "cookie",
    "consent",
    "cloned",
    "duplicate",
    "login",
    "search",
];

/// True when a run of text in the element is as long as a line of prose. Looks a little way only; an element has few `aria-hidden`.
fn holds_prose(element: &str) -> bool {
    /// Bytes; what is shorter is an icon, a label, a price, an entry of a menu.
    const LINE: usize = 60;
    /// Bytes of markup in which such a line begins.
    const NEAR: usize = 4000;
    let bytes = element.as_bytes();
    if bytes.is_empty() {
        return false;
    }
    let name =
        &bytes[1..bytes.iter().position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' | b'>')).unwrap_or(bytes.len())];
    let named = |at: usize| bytes.get(at..at + name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
    let (mut at, mut depth) = (0, 0u32);
    while at < bytes.len().min(NEAR) {
        // at a `<`
        if named(at + 1) {
            depth += 1;
        } else if bytes.get(at + 1) == Some(&b'/') && named(at + 2) {
            depth -= 1;
            if depth == 0 {
                return false;
            }
        }
        let Some(close) = memchr::memchr(b'>', &bytes[at..]) else { return false };
        let text = at + close + 1;
        let Some(open) = memchr::memchr(b'<', &bytes[text..]) else { return false };
        let raw =
            [&b"script"[..], b"style"].iter().any(|n| bytes[at + 1..text].get(..n.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(n)));
        if !raw && bytes[text..text + open].trim_ascii().len() >= LINE {
            return true;
        }
        at = text + open;
    }
    false
}

/// Words in class, id or role of tab panels, accordions and folded answers; `S:` begins the id of a streamed part.
const FOLDED: [&str; 12] = [
    "accordion",
    "collaps",
    "tabpanel",
    "tab-pane",
    "tab__content",
    "tab-content",
    "tabcontent",
    "spoiler",
    "faq",
    "expandable",
    "expander",
    "acd-",
];

fn opens_on_click(attributes: &str) -> bool {
    Attributes::of(attributes).any(|(name, value)| name.eq_ignore_ascii_case("id") && value.starts_with("S:")) || names(attributes, &FOLDED)
}

/// True when class, id or role hold one of `words`.
fn names(attributes: &str, words: &[&str]) -> bool {
    Attributes::of(attributes).any(|(name, value)| {
        ["class", "id", "role"].iter().any(|n| name.eq_ignore_ascii_case(n))
            && words.iter().any(|w| memmem::find(value.to_ascii_lowercase().as_bytes(), w.as_bytes()).is_some())
    })
}

/// `display: none`. Not `visibility: hidden`: message services send every article so and show it by script.
fn style_hides(style: &str) -> bool {
    style.split(';').any(|declaration| {
        declaration.split_once(':').is_some_and(|(property, value)| {
            let value = value.trim();
            let value = value.split_once('!').map_or(value, |(v, _)| v.trim_end());
            property.trim().eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
        })
    })
}

/// About how many bytes of a piece of HTML stand outside its tags.
pub(super) fn visible_bytes(html: &str) -> usize {
    let bytes = html.as_bytes();
    let (mut at, mut sum) = (0, 0);
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]) {
        sum += html[at..at + open].trim_ascii().len();
        match memchr::memchr(b'>', &bytes[at + open..]) {
            Some(close) => at += open + close + 1,
            None => return sum,
        }
    }
    sum + html[at..].trim_ascii().len()
}
