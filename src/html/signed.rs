//! Elements that name an author by `rel`, `itemprop` or class, and the name in them. Whether it is the author of the text is `metadata`'s.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::attributes::Attributes;
use super::entities;

/// Bytes behind the tag in which the name stands.
const NEAR: usize = 1000;
/// Characters of a name.
const LONGEST: usize = 60;
/// Words of a name.
const WORDS: usize = 6;

/// What stands before a name, lower case: `src/data/author-leads.txt`.
fn leads() -> &'static [&'static str] {
    static LEADS: OnceLock<Vec<&'static str>> = OnceLock::new();
    LEADS.get_or_init(|| include_str!("../data/author-leads.txt").lines().filter(|l| !l.starts_with('#')).collect())
}

/// What stands in the place of a name and is none, lower case: `src/data/author-states.txt`.
fn states() -> impl Iterator<Item = &'static str> {
    include_str!("../data/author-states.txt").lines().filter(|l| !l.starts_with('#'))
}

/// The name that an element of these attributes says; `text` is what follows its tag. Linear in the first thousand bytes of that.
pub(super) fn name(attributes: &str, text: &str) -> Option<String> {
    if !names_an_author(attributes) {
        return None;
    }
    let mut near = text.len().min(NEAR);
    while !text.is_char_boundary(near) {
        near -= 1;
    }
    let mut rest = &text[..near];
    let mut depth = 0;
    while !rest.is_empty() {
        let end = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        if let Some(name) = name_in(&rest[..end]) {
            return Some(name);
        }
        let tag = rest[end..].strip_prefix('<')?;
        let close = memchr::memchr(b'>', tag.as_bytes())?;
        let inner = &tag[..close];
        rest = &tag[close + 1..];
        let starts = |names: &[&str]| names.iter().any(|n| inner.get(..n.len()).is_some_and(|t| t.eq_ignore_ascii_case(n)));
        if starts(&["script", "style", "noscript", "button", "select", "textarea"]) {
            return None;
        }
        if inner.starts_with('/') {
            depth -= 1;
            if depth < 0 {
                return None;
            }
        } else if !inner.ends_with('/') && !starts(&["img", "br", "meta", "input", "link", "hr", "!", "source", "path", "use"]) {
            depth += 1;
        }
    }
    None
}

/// True for `rel=author`, `itemprop=author`, and a class that ends in `author` or `author-name`; not for who wrote a comment, a review or
/// another story.
fn names_an_author(attributes: &str) -> bool {
    Attributes::of(attributes).any(|(key, value)| {
        let key_is = |k: &str| key.eq_ignore_ascii_case(k);
        if key_is("rel") || key_is("itemprop") {
            return value.split_ascii_whitespace().any(|v| v.eq_ignore_ascii_case("author"));
        }
        let lower = |v: &str| v.to_ascii_lowercase().replace('_', "-");
        let of_another = |class: String| {
            ["comment", "review", "related", "testimonial"].iter().any(|w| class.contains(w))
                || class.split(['-', ' ']).any(|w| ["card", "teaser", "quote"].contains(&w))
        };
        key_is("class")
            && !of_another(lower(value))
            && value.split_ascii_whitespace().map(lower).any(|class| {
                let bare = ["-name", "name", "-link", "s"].iter().find_map(|end| class.strip_suffix(end)).unwrap_or(&class);
                bare.strip_suffix("author").is_some_and(|before| before.is_empty() || before.ends_with('-'))
            })
    })
}

/// The name a run of text holds, without what stands before and behind it.
fn name_in(text: &str) -> Option<String> {
    let text: Cow<'_, str> = if text.contains('&') { entities::resolved(text) } else { Cow::Borrowed(text) };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut name = &*text;
    let lower = name.to_lowercase();
    let follows = |behind: &str| behind.is_empty() || behind.starts_with([' ', ':', '：']);
    // of other length in lower case: no such words
    if lower.len() == name.len()
        && let Some(lead) = leads().iter().find(|lead| lower.strip_prefix(**lead).is_some_and(follows))
    {
        name = &name[lead.len()..];
    }
    for sign in ["|", " · ", " • ", " – ", " — ", ", "] {
        name = name.split_once(sign).map_or(name, |(first, _)| first);
    }
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | ',' | '|' | '·' | '•' | '-' | '–' | '—' | '/'));
    let (letters, digits) = (name.chars().filter(|c| c.is_alphabetic()).count(), name.chars().filter(char::is_ascii_digit).count());
    let fits = letters >= 2
        && digits < 4
        && name.chars().take(LONGEST + 1).count() <= LONGEST
        && name.split_whitespace().count() <= WORDS
        && !name.contains(['@', '{', '}', '<', '?', '!'])
        && !name.contains("://")
        && !name.ends_with('.')
        // `Submitted on 5 May by`, `Edited by`
        && !name.split(' ').any(|word| word.bytes().all(|b| b.is_ascii_digit()))
        && !leads().contains(&&*name.rsplit(' ').next().unwrap_or_default().to_lowercase())
        && !states().any(|w| w.eq_ignore_ascii_case(name));
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_stand_in_links_elements_and_classes() {
        for (attributes, text, want) in [
            ("rel=author href=/a", "Anna Dorp</a> wrote", "Anna Dorp"),
            ("itemprop=author itemscope", "<a href=/x><img src=a.png><span itemprop=name>\n Anna Dorp </span></a></div>", "Anna Dorp"),
            ("class='post__author-name'", "By <b>Anna Dorp</b>, 3 May 2024</p>", "Anna Dorp"),
            ("class='author vcard'", "Por Anna Dorp, Editora</p>", "Anna Dorp"),
            ("itemprop=author", "<b>J</b><i>Offline</i> <a>Anna</a>", "Anna"),
            ("class=authorName", "<i>Written  by:</i> <a>Anna &amp; Bo Dorp</a></span>", "Anna & Bo Dorp"),
        ] {
            assert_eq!(name(attributes, text).as_deref(), Some(want), "{attributes} {text}");
        }
    }

    #[test]
    fn what_names_another_or_nobody() {
        for (attributes, text) in [
            ("class='comment-author'", "Anna Dorp</p>"),
            ("class='card-author'", "Anna Dorp</p>"),
            ("class='authority'", "Anna Dorp</p>"),
            ("class='author-box'", "Anna Dorp</p>"),
            ("class=author", "</p><p>Anna Dorp</p>"),
            ("class=author", "3 May 2024</p>"),
            ("class=author", "May 5</p>"),
            ("class=author", "Photos made by</p>"),
            ("class=author", "Anna writes about rivers and the towns that stand on them.</p>"),
            ("class=author", "<script>var a</script>"),
            ("class=author", "anna@example.org"),
            ("class=author", "<"),
        ] {
            assert_eq!(name(attributes, text), None, "{attributes} {text}");
        }
    }
}
