//! What a document says of its own charset: byte order mark, HTTP label, XML declaration, `<meta>`. How far it is believed is
//! decided in `verdict`.

use memchr::{memchr, memmem};

use crate::codec::Codec;

/// The byte order mark at the start: its charset and length. GB18030's counts, UTF-7's does not.
pub(super) fn bom(bytes: &[u8]) -> Option<(Codec, usize)> {
    Some(match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (Codec::UTF_8, 3),
        [0xFF, 0xFE, 0, 0, ..] if bytes.len().is_multiple_of(4) => (Codec::UTF_32LE, 4),
        [0, 0, 0xFE, 0xFF, ..] => (Codec::UTF_32BE, 4),
        [0xFF, 0xFE, ..] => (Codec::UTF_16LE, 2),
        [0xFE, 0xFF, ..] => (Codec::UTF_16BE, 2),
        [0x84, 0x31, 0x95, 0x33, ..] => (Codec::GB18030, 4),
        _ => return None,
    })
}

/// Bytes of a document that are searched for a declaration: `<meta>` stands behind kilobytes of scripts on real pages.
const SEARCHED: usize = 64 << 10;

/// The charset that an XML declaration or a `<meta>` names, and which of the two. Lenient as browsers are and more: unquoted
/// values, `httpequiv`, any place in the first 64 KiB; never inside comments, scripts and styles. `utf-16` in a document that can be
/// read as ASCII means UTF-8. A label we do not know is passed over.
pub(super) fn markup(bytes: &[u8]) -> Option<(Codec, &'static str)> {
    let head = &bytes[..bytes.len().min(SEARCHED)];
    if let Some(codec) = xml(head) {
        return Some((codec, "XML declaration"));
    }
    let mut rest = head;
    while let Some(at) = memchr(b'<', rest) {
        rest = &rest[at + 1..];
        if rest.starts_with(b"!--") {
            rest = memmem::find(rest, b"-->").map_or(&[][..], |end| &rest[end..]);
        } else if let Some(name) = ["script", "style"].into_iter().find(|n| begins(rest, n)) {
            rest = after_end_tag(rest, name);
        } else if begins(rest, "meta") {
            let end = memchr(b'>', rest).unwrap_or(rest.len());
            if let Some(codec) = label_in(&rest[..end]).and_then(Codec::for_label) {
                return Some((as_meant(codec), "meta"));
            }
            rest = &rest[end..];
        }
    }
    None
}

fn xml(head: &[u8]) -> Option<Codec> {
    let head = head.trim_ascii_start();
    let rest = head.strip_prefix(b"<?xml")?;
    let declaration = &rest[..memchr(b'>', &rest[..rest.len().min(200)])?];
    let value = &declaration[memmem::find(declaration, b"encoding")? + 8..];
    Codec::for_label(value_after(value)?).map(as_meant)
}

/// Whoever reads the label reads ASCII bytes, so two-byte units are not meant; `x-user-defined` is a trick of scripts.
fn as_meant(codec: Codec) -> Codec {
    match codec {
        Codec::UTF_16LE | Codec::UTF_16BE | Codec::UTF_32LE | Codec::UTF_32BE => Codec::UTF_8,
        Codec::X_USER_DEFINED => Codec::WINDOWS_1252,
        other => other,
    }
}

/// True when `rest` begins with the tag name `name`, in any case, and that name ends there.
fn begins(rest: &[u8], name: &str) -> bool {
    rest.len() > name.len()
        && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes())
        && (rest[name.len()].is_ascii_whitespace() || matches!(rest[name.len()], b'>' | b'/'))
}

fn after_end_tag<'b>(mut rest: &'b [u8], name: &str) -> &'b [u8] {
    while let Some(at) = memmem::find(rest, b"</") {
        rest = &rest[at + 2..];
        if begins(rest, name) {
            return rest;
        }
    }
    &[]
}

/// The value of the last-named `charset=` in a tag: its own attribute or a part of `content`.
fn label_in(tag: &[u8]) -> Option<&[u8]> {
    let lower = tag.to_ascii_lowercase();
    let at = memmem::find_iter(&lower, b"charset").find(|&at| value_after(&tag[at + 7..]).is_some())?;
    value_after(&tag[at + 7..])
}

/// The word after `=`, quoted or not.
fn value_after(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || b"-_:.+()".contains(b))).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(html: &str) -> Option<Codec> {
        markup(html.as_bytes()).map(|d| d.0)
    }

    #[test]
    fn meta_in_all_its_forms() {
        assert_eq!(meta("<meta charset=gbk>"), Some(Codec::GB18030));
        assert_eq!(meta("<META HTTP-EQUIV=Content-Type CONTENT='text/html;charset = \"Big5\"'>"), Some(Codec::BIG5));
        assert_eq!(meta("<meta httpequiv content=\"text/html; charset=EUC-JP\" />"), Some(Codec::EUC_JP));
        assert_eq!(meta("<meta name=charset content=x><meta charset='utf-16'>"), Some(Codec::UTF_8));
        assert_eq!(meta("<metal charset=gbk>"), None);
        assert_eq!(meta("<meta charset=\"martian\"><meta charset=\"koi8-r\">"), Some(Codec::KOI8_R));
    }

    #[test]
    fn meta_in_comments_and_scripts_is_not_meant() {
        assert_eq!(meta("<!-- <meta charset=gbk> --><script>'<meta charset=big5>'</script><meta charset=utf-8>"), Some(Codec::UTF_8));
        assert_eq!(meta("<!-- <meta charset=gbk> "), None);
        assert_eq!(meta(&format!("<style>{}</style><meta charset=gbk>", "a{}\n".repeat(8000))), Some(Codec::GB18030));
    }

    #[test]
    fn xml_declaration() {
        assert_eq!(meta("<?xml version='1.0' encoding='Shift_JIS'?><a/>"), Some(Codec::SHIFT_JIS));
        assert_eq!(meta("<?xml version='1.0'?><a encoding='big5'>"), None);
    }

    #[test]
    fn marks() {
        assert_eq!(bom(b"\xef\xbb\xbfa"), Some((Codec::UTF_8, 3)));
        assert_eq!(bom(b"\xff\xfea\0"), Some((Codec::UTF_16LE, 2)));
        assert_eq!(bom(b"\xff\xfe\0\0a\0\0\0"), Some((Codec::UTF_32LE, 4)));
        assert_eq!(bom(b"\xff\xfe\0\0a\0"), Some((Codec::UTF_16LE, 2)));
        assert_eq!(bom(b"+/v8-"), None);
    }
}
