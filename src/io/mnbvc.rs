//! One document as a line of the corpus format of MNBVC (the Massive Never-ending BT Vast Chinese corpus): a file with its paragraphs,
//! each with its MD5 and what is known of copies. Which paragraphs there are is the caller's.

use std::collections::HashSet;

use md5::{Digest, Md5};

use super::jsonl::escape;

/// Below this share of distinct paragraphs a file is to be looked at: what the project's converter takes by default.
const TO_CHECK: f64 = 0.95;

/// A paragraph.
#[derive(Clone, Copy, Debug)]
pub struct Paragraph<'p> {
    /// Its text.
    pub text: &'p str,
    /// It stands earlier in the same document.
    pub repeated: bool,
    /// It stands in another document.
    pub across: bool,
}

/// A document.
#[derive(Clone, Copy, Debug)]
pub struct File<'f> {
    /// Its name in the dump.
    pub name: &'f str,
    /// Its size before it was cleaned, bytes.
    pub size: u64,
    /// It stands elsewhere as a whole.
    pub repeated: bool,
    /// More about it, a JSON object; `{}` for nothing.
    pub more: &'f str,
    /// Its paragraphs, in order, copies among them.
    pub paragraphs: &'f [Paragraph<'f>],
}

/// Appends the line, with a line end. Numbers of lines (行号) count the paragraphs from 1.
///
/// # Source
/// The format as the project's deduplication repository describes it (文件名 … 段落) with the 扩展字段 of its general format; `simhash` is
/// that of its converter: 64 bits, each the majority among the MD5s of the distinct paragraphs.
pub fn line(file: &File<'_>, out: &mut Vec<u8>) {
    let digests: Vec<[u8; 16]> = file.paragraphs.iter().map(|p| Md5::digest(p.text.as_bytes()).into()).collect();
    let mut seen = HashSet::with_capacity(digests.len());
    let distinct: Vec<&[u8; 16]> = digests.iter().filter(|d| seen.insert(**d)).collect();
    let longest = file.paragraphs.iter().map(|p| p.text.chars().count()).max().unwrap_or(0);
    let check = !digests.is_empty() && (distinct.len() as f64) < TO_CHECK * digests.len() as f64;
    out.extend_from_slice("{\"文件名\":".as_bytes());
    escape(file.name, false, out);
    let numbers = format!(
        ",\"是否待查文件\":{check},\"是否重复文件\":{},\"文件大小\":{},\"simhash\":{},\"最长段落长度\":{longest},\"段落数\":{},\"去重段落数\":{},\"低质量段落数\":0,\"段落\":[",
        file.repeated,
        file.size,
        simhash(&distinct),
        digests.len(),
        distinct.len()
    );
    out.extend_from_slice(numbers.as_bytes());
    for (i, (p, digest)) in file.paragraphs.iter().zip(&digests).enumerate() {
        let comma = if i > 0 { "," } else { "" };
        let md5 = super::quarantine::hex(digest);
        let head =
            format!("{comma}{{\"行号\":{},\"是否重复\":{},\"是否跨文件重复\":{},\"md5\":\"{md5}\",\"内容\":", i + 1, p.repeated, p.across);
        out.extend_from_slice(head.as_bytes());
        escape(p.text, false, out);
        out.push(b'}');
    }
    out.extend_from_slice("],\"扩展字段\":".as_bytes());
    escape(file.more, false, out);
    out.extend_from_slice(b"}\n");
}

/// The last 64 bits of each digest; a bit is set when it is set in more than half of them.
fn simhash(digests: &[&[u8; 16]]) -> u64 {
    let mut set = [0usize; 64];
    for digest in digests {
        let bits = digest[8..].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        for (i, n) in set.iter_mut().enumerate() {
            *n += (bits >> i & 1) as usize;
        }
    }
    set.iter().enumerate().fold(0, |hash, (i, n)| hash | u64::from(2 * n > digests.len()) << i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(paragraphs: &[Paragraph<'_>]) -> serde_json::Value {
        let mut out = Vec::new();
        line(&File { name: "甲/a.html", size: 321, repeated: false, more: "{\"url\":\"http://a.example/\"}", paragraphs }, &mut out);
        assert_eq!(out.pop(), Some(b'\n'));
        assert!(!out.contains(&b'\n'));
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_document_with_copies() {
        let p = |text, repeated, across| Paragraph { text, repeated, across };
        let got = told(&[p("春天来了。", false, false), p("abc", false, true), p("春天来了。", true, false)]);
        assert_eq!(got["文件名"], "甲/a.html");
        assert_eq!((&got["段落数"], &got["去重段落数"], &got["最长段落长度"]), (&3.into(), &2.into(), &5.into()));
        assert_eq!((&got["是否待查文件"], &got["是否重复文件"], &got["文件大小"]), (&true.into(), &false.into(), &321.into()));
        let second = &got["段落"][1];
        assert_eq!((&second["行号"], &second["是否重复"], &second["是否跨文件重复"]), (&2.into(), &false.into(), &true.into()));
        // RFC 1321 has this one
        assert_eq!((&second["md5"], &second["内容"]), (&"900150983cd24fb0d6963f7d28e17f72".into(), &"abc".into()));
        assert_eq!(got["段落"][2]["是否重复"], true);
        let more: serde_json::Value = serde_json::from_str(got["扩展字段"].as_str().unwrap()).unwrap();
        assert_eq!(more["url"], "http://a.example/");
        let mut keys: Vec<&str> = second.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["md5", "内容", "是否跨文件重复", "是否重复", "行号"]);
    }

    #[test]
    fn nothing_in_it() {
        let got = told(&[]);
        assert_eq!((&got["段落数"], &got["simhash"], &got["是否待查文件"]), (&0.into(), &0.into(), &false.into()));
    }

    #[test]
    fn the_hash_of_one_paragraph_is_the_end_of_its_md5() {
        assert_eq!(told(&[Paragraph { text: "abc", repeated: false, across: false }])["simhash"], 0xd696_3f7d_28e1_7f72_u64);
        let (a, b) = ([0xFF; 16], [0; 16]);
        assert_eq!(simhash(&[&a, &b]), 0);
        assert_eq!(simhash(&[&a, &b, &a]), u64::MAX);
    }
}
