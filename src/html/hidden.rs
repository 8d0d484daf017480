//! What a page hides: by attribute, by style, or by leaving it to readers without scripts. What is done about it is `reader`'s.

use memchr::memmem;

use super::attributes::Attributes;

/// Hidden by `hidden`, `aria-hidden=true`, or a style that shows nothing; but parts that the reader opens with a click, and parts a
/// streaming server moves to their place by script, are content.
pub(super) fn is_hidden(attributes: &str) -> bool {
    let hides = |(name, value): (&str, &str)| match name.len() {
        6 if name.eq_ignore_ascii_case("hidden") => !value.eq_ignore_ascii_case("false"),
        11 if name.eq_ignore_ascii_case("aria-hidden") => value.eq_ignore_ascii_case("true"),
        5 if name.eq_ignore_ascii_case("style") => style_hides(value),
        _ => false,
    };
    Attributes::of(attributes).any(hides) && !opens_on_click(attributes)
}

/// Words in class, id or role of tab panels, accordions and folded answers; `S:` begins the id of a streamed part.
const FOLDED: [&str; 11] =
    ["accordion", "collaps", "tabpanel", "tab-pane", "tab__content", "tab-content", "tabcontent", "spoiler", "faq", "expandable", "acd-"];

fn opens_on_click(attributes: &str) -> bool {
    Attributes::of(attributes).any(|(name, value)| {
        if name.eq_ignore_ascii_case("id") && value.starts_with("S:") {
            return true;
        }
        let names = ["class", "id", "role"].iter().any(|n| name.eq_ignore_ascii_case(n));
        names && FOLDED.iter().any(|w| memmem::find(value.to_ascii_lowercase().as_bytes(), w.as_bytes()).is_some())
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
