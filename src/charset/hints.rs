//! Languages that a document hints at: its `lang` attribute and the country of its host.

use memchr::memmem;

use crate::page::RawDoc;

/// Prefixes of language tags, and countries at the end of host names, with the language they hint at.
const LANGUAGES: &[(&str, &str)] = &[
    ("zh", "zho"),
    ("cn", "zho"),
    ("tw", "zho"),
    ("hk", "zho"),
    ("ja", "jpn"),
    ("jp", "jpn"),
    ("ko", "kor"),
    ("kr", "kor"),
    ("ru", "rus"),
    ("uk", "ukr"),
    ("ua", "ukr"),
    ("bg", "bul"),
    ("sr", "srp"),
    ("rs", "srp"),
    ("th", "tha"),
    ("vi", "vie"),
    ("vn", "vie"),
    ("el", "ell"),
    ("gr", "ell"),
    ("he", "heb"),
    ("il", "heb"),
    ("ar", "arb"),
    ("fa", "fas"),
    ("ir", "fas"),
    ("tr", "tur"),
    ("pl", "pol"),
    ("cs", "ces"),
    ("cz", "ces"),
    ("hu", "hun"),
    ("ro", "ron"),
    ("de", "deu"),
    ("at", "deu"),
    ("fr", "fra"),
    ("es", "spa"),
    ("it", "ita"),
    ("pt", "por"),
    ("br", "por"),
    ("sv", "swe"),
    ("se", "swe"),
    ("fi", "fin"),
    ("nl", "nld"),
    ("kk", "kaz"),
    ("kz", "kaz"),
];

/// Codes (ISO 639-3) of the languages hinted at, without repetition of reasons: none, one or two.
pub(super) fn languages(raw: &RawDoc<'_>) -> Vec<&'static str> {
    let declared = lang(&raw.bytes[..raw.bytes.len().min(4096)]);
    let country = raw.url.and_then(country);
    [declared, country].into_iter().flatten().collect()
}

fn named(two: &[u8]) -> Option<&'static str> {
    LANGUAGES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(two)).map(|(_, code)| *code)
}

/// The language of the first `lang=` in the head of a page.
fn lang(head: &[u8]) -> Option<&'static str> {
    let at = memmem::find(head, b"lang=")? + 5;
    let value = &head[at..];
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let two = value.get(..2)?;
    (!value.get(2).is_some_and(u8::is_ascii_alphabetic)).then(|| named(two))?
}

/// The language of the country a host belongs to.
fn country(url: &str) -> Option<&'static str> {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', ':', '?', '#']).next()?;
    let (_, last) = host.rsplit_once('.')?;
    (last.len() == 2).then(|| named(last.as_bytes()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_and_country() {
        let doc = RawDoc { bytes: b"<html lang='ja-JP'>", url: Some("http://news.example.cn:80/a.html"), ..RawDoc::default() };
        assert_eq!(languages(&doc), ["jpn", "zho"]);
        assert_eq!(lang(b"<html lang=english>"), None);
        assert_eq!(country("http://example.com/x.cn"), None);
    }
}
