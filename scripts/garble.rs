//! Cloaks a text, to make samples: `cargo run --example garble -- [OPTIONS] < clean.txt > page.txt`
//!
//!   --chars 數內區     the characters to annotate (default: the 25 that cloaked pages take first)
//!   --first N          the N characters that cloaked pages take first
//!   --all              every character that can be annotated
//!   --convert          the text is simplified: convert it letter by letter, as cloaking kits do
//!   --markers PERCENT  a marker before so many of the punctuation marks
//!   --visible          markers show as commas
//!   --browser          decode as browsers do: U+FFFD, ASCII kept
//!   --aligned          only whole characters are annotated, nothing is torn
//!   --strip            remove tags that are still whole, as scrapers do
//!   --seed N           for the markers

use std::io::{Read, Write};

use jingwen::repair::cloak::channel::{self, Decoder, Set, Shown};

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (mut set, mut shown, mut percent, mut seed) = (Set::first(25), Shown::default(), 0, 1u64);
    let (mut convert, mut strip, mut aligned) = (false, false, false);
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        match arg.as_str() {
            "--first" => set = Set::first(number() as usize),
            "--all" => set = Set::first(usize::MAX),
            "--markers" => percent = number(),
            "--seed" => seed = number().max(1),
            "--chars" => set = Set::of(&args.next().unwrap_or_default()),
            "--convert" => convert = true,
            "--visible" => shown.visible = true,
            "--browser" => shown.decoder = Decoder::Replacing,
            "--aligned" => aligned = true,
            "--strip" => strip = true,
            other => {
                writeln!(std::io::stderr(), "unknown option {other}")?;
                std::process::exit(2);
            }
        }
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    if convert {
        text = channel::converted(&text);
    }
    let mark = || {
        // xorshift: the same samples for the same seed on every machine
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % 100 < percent
    };
    let mut out = if aligned { channel::annotate(&text, &set) } else { channel::garble(&text, &set, shown, mark) };
    if strip {
        out = stripped(&out);
    }
    std::io::stdout().write_all(out.as_bytes())
}

/// Without whole tags such as `<p>` and `</p>`.
fn stripped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let end = rest[at + 1..].find('>').map(|end| at + 1 + end);
        let name = end.map(|end| rest[at + 1..end].trim_start_matches('/'));
        out.push_str(&rest[..at]);
        match (end, name) {
            (Some(end), Some(name)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()) => rest = &rest[end + 1..],
            _ => {
                out.push('<');
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}
