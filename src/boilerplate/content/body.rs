//! The text of the article as the page says it in JSON-LD (`articleBody`), and which blocks agree with it. How likely a block is by its
//! own features is the trees'.

use crate::tree::Outline;

use super::measure::Measure;

/// Letters and digits in a row that two texts share by chance too seldom to count: some four words.
const GRAM: usize = 16;
/// Bytes of a body that says the text; a shorter one is a teaser.
const LEAST: usize = 500;
/// Share of the body that must stand in the blocks: else it is that of another text.
const FOUND: f32 = 0.6;
/// Share of a block that stands in the body, from which on it is of the text, and under which it is not.
const INSIDE: f32 = 0.7;
const OUTSIDE: f32 = 0.3;
/// How likely a block of the body is at least, and how much less likely another becomes: headings, captions, tables and quotations are
/// often left out of a body. Pages with a body, sites left out, three seeds of training: all pages +.001, articles of magazines +.003.
const SURE: f32 = 0.9;
const LESS: f32 = 0.7;

/// Changes how likely the blocks are by the longest body the page says, when that is the text of its blocks. Linear in both.
pub(super) fn agree(text: &str, outline: &Outline, measures: &[Measure], likely: &mut [f32]) {
    let bodies = outline.fields.iter().filter(|f| &*f.key == "jsonld:articlebody" && f.value.len() >= LEAST);
    let Some(body) = bodies.max_by_key(|f| f.value.len()) else { return };
    let mut grams: Vec<u64> = Vec::new();
    each_gram(&body.value, |gram| grams.push(gram));
    grams.sort_unstable();
    grams.dedup();
    let mut found = vec![false; grams.len()];
    let shares: Vec<Option<f32>> = outline
        .blocks
        .iter()
        .map(|b| {
            let (mut all, mut inside) = (0u32, 0u32);
            each_gram(b.span.of(text), |gram| {
                all += 1;
                if let Ok(at) = grams.binary_search(&gram) {
                    inside += 1;
                    found[at] = true;
                }
            });
            (all > 0).then(|| inside as f32 / all as f32)
        })
        .collect();
    if (found.iter().filter(|f| **f).count() as f32) < FOUND * grams.len() as f32 {
        return;
    }
    for ((p, share), m) in likely.iter_mut().zip(shares).zip(measures) {
        match share {
            Some(share) if share >= INSIDE => *p = p.max(SURE),
            Some(share) if share < OUTSIDE && m.units > 0.0 => *p *= LESS,
            _ => {}
        }
    }
}

/// Hands over a hash of each run of [`GRAM`] letters or digits of a text, whatever stands between them; tags count as nothing.
pub(super) fn each_gram(text: &str, mut take: impl FnMut(u64)) {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    let leading = (1..GRAM).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let (mut ring, mut n, mut hash) = ([0u64; GRAM], 0usize, 0u64);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && let Some(end) = rest.as_bytes().iter().take(400).position(|b| *b == b'>')
        {
            rest = &rest[end + 1..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if !c.is_alphanumeric() {
            continue;
        }
        let code = u64::from(u32::from(c));
        let at = n % GRAM;
        hash = hash.wrapping_sub(ring[at].wrapping_mul(leading)).wrapping_mul(BASE).wrapping_add(code);
        ring[at] = code;
        n += 1;
        if n >= GRAM {
            take(hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boilerplate::content::survey::Survey;
    use crate::{html, rules::Rules};

    const TEXT: &str = "The road was washed away in the spring, and the village mended it in summer. It took five days in all, and a \
                        hundred people came to help with stones, carts and bread. ";
    const NEXT: &str = "The bridge of the next valley is closed for the winter, as the council told the paper on Monday morning.";

    fn likely(body: &str, blocks: &str) -> Vec<f32> {
        let page = format!(
            "<script type='application/ld+json'>{{\"@type\": \"NewsArticle\", \"articleBody\": \"{body}\"}}</script><body>{blocks}"
        );
        let (layers, outline) = html::outline(&page, Rules::builtin());
        let text = &layers[0].text;
        let mut likely = vec![0.5; outline.blocks.len()];
        agree(text, &outline, &Survey::of(text, &outline).measures, &mut likely);
        likely
    }

    #[test]
    fn blocks_of_the_body_are_text_and_others_less_likely() {
        let paragraphs: Vec<String> = (0..4).map(|i| format!("{i} {TEXT}")).collect();
        let blocks = format!("<p>{}</p><h2>A day</h2><p>{NEXT}</p>", paragraphs.join("</p><p>"));
        let body = paragraphs.join("\\n");
        assert_eq!(likely(&body, &blocks), [0.9, 0.9, 0.9, 0.9, 0.5, 0.35]);
        // markup and signs differ
        assert_eq!(likely(&format!("&lt;p&gt;{}&lt;/p&gt;", body.replace(',', "&lt;b&gt;,&lt;/b&gt;")), &blocks)[0], 0.9);
    }

    #[test]
    fn a_teaser_and_another_text_say_nothing() {
        assert_eq!(likely(TEXT, &format!("<p>{TEXT}</p><p>{NEXT}</p>")), [0.5, 0.5]);
        assert_eq!(likely(&TEXT.repeat(4), &format!("<p>{NEXT}</p>")), [0.5]);
    }
}
