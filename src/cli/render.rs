//! What a verb makes of one page or one record: the kernel's stages it wants, and the form of the result.

use crate::io::document::{self, Details};
use crate::io::jsonl::Record;
use crate::kernel::Kernel;
use crate::options::Options;
use crate::page::{Format, Page, RawDoc};

use super::args::To;

/// A verb that writes texts.
#[derive(Debug)]
pub struct Render {
    kernel: Kernel,
    verb: Verb,
    #[cfg(test)]
    fragile: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Clean { title: bool },
    Repair,
}

/// How a page ended.
#[derive(Debug)]
pub enum Fate {
    /// Written; with the reason when nothing of it stays.
    Out {
        /// What to write.
        bytes: Vec<u8>,
        /// Why nothing stays.
        reason: Option<String>,
    },
    /// No text at all.
    Unreadable(String),
}

/// Sums over records that were read.
#[derive(Debug, Default)]
pub struct Counts {
    /// Records with text.
    pub out: u64,
    /// Records with at least one edit that is not markup.
    pub edited: u64,
    /// Edits, marks and notes by number of their rule; short when the last rules never acted.
    pub rules: Vec<u64>,
}

impl Counts {
    /// Adds other sums.
    pub fn add(&mut self, other: &Counts) {
        self.out += other.out;
        self.edited += other.edited;
        self.rules.resize(self.rules.len().max(other.rules.len()), 0);
        for (sum, n) in self.rules.iter_mut().zip(&other.rules) {
            *sum += n;
        }
    }

    /// Counts a page by whether anything of it stays.
    fn page(&mut self, page: &Page<'_>, stays: bool) {
        use crate::layer::Stage;
        self.out += u64::from(stays);
        self.edited += u64::from(page.layers.iter().any(|l| l.stage != Stage::Markup && !l.edits.is_empty()));
        // by number: pages have thousands of edits, and a map of names would cost as much as the stages
        let edits = page.layers.iter().flat_map(|l| l.edits.iter().map(|e| e.rule));
        let marks = page.marks.iter().map(|m| m.rule);
        let notes = page.notes.iter().map(|n| n.rule);
        for rule in edits.chain(marks).chain(notes) {
            let n = usize::from(rule.0);
            if n >= self.rules.len() {
                self.rules.resize(n + 1, 0);
            }
            self.rules[n] += 1;
        }
    }
}

impl Render {
    /// `jingwen clean`.
    pub fn clean(title: bool) -> Render {
        Render {
            kernel: Kernel::new(Options::default()),
            verb: Verb::Clean { title },
            #[cfg(test)]
            fragile: None,
        }
    }

    /// `jingwen repair`.
    pub fn repair() -> Render {
        Render {
            kernel: Kernel::new(Options::default()),
            verb: Verb::Repair,
            #[cfg(test)]
            fragile: None,
        }
    }

    /// A verb that panics over a text that holds `word`: what the guards are tested with.
    #[cfg(test)]
    pub fn fragile(word: &'static str) -> Render {
        Render { fragile: Some(word), ..Render::repair() }
    }

    /// Where [`Render::fragile`] breaks.
    fn probe(&self, text: &[u8]) {
        #[cfg(test)]
        if let Some(word) = self.fragile
            && memchr::memmem::find(text, word.as_bytes()).is_some()
        {
            panic!("a test of the guards");
        }
        #[cfg(not(test))]
        let _ = text;
    }

    /// True when a file keeps its name: repaired HTML is HTML.
    pub fn keeps_names(&self) -> bool {
        self.verb == Verb::Repair
    }

    /// A file.
    pub fn page(&self, raw: RawDoc<'_>, to: To, counts: &mut Counts) -> Fate {
        self.probe(raw.bytes);
        let page = match self.verb {
            Verb::Clean { .. } => self.kernel.page(raw),
            Verb::Repair => self.kernel.repaired(raw),
        };
        if page.charset.name == "binary" {
            return Fate::Unreadable(format!("binary: {}; jingwen reads text", page.charset.why));
        }
        let cleaned;
        let text = match self.verb {
            Verb::Clean { title } => {
                cleaned = page.clean().to_text(title);
                &cleaned
            }
            Verb::Repair => page.text(),
        };
        let reason = (text.is_empty() && self.verb != Verb::Repair).then(|| self.reason(&page));
        let bytes = match to {
            To::Text => text.as_bytes().to_vec(),
            To::Jsonl => {
                let details = Details::new(&page, text.len(), self.kernel.rules()).members();
                document::line(&page, text, &details, reason.as_deref())
            }
        };
        counts.page(&page, reason.is_none());
        Fate::Out { bytes, reason }
    }

    /// A JSON line: appended to `out`, with the reason when nothing of its text stays.
    pub fn record(&self, record: &Record<'_>, details: bool, counts: &mut Counts, out: &mut Vec<u8>) -> Option<String> {
        self.probe(record.text.as_bytes());
        let raw = RawDoc { id: record.id.unwrap_or(""), url: record.url, ..RawDoc::default() };
        let (page, cleaned);
        let text = match self.verb {
            Verb::Clean { title } => {
                page = self.kernel.page_of_text(raw, &record.text);
                if page.format == Format::Text {
                    // it goes back to its place in the line: paragraphs stay as far apart as they were
                    cleaned = page.clean_in_place(title);
                    &*cleaned
                } else {
                    cleaned = page.clean().to_text(title).into();
                    if record.text.ends_with('\n') { &*cleaned } else { cleaned.trim_end_matches('\n') }
                }
            }
            Verb::Repair => {
                page = self.kernel.repaired_text(raw, &record.text);
                page.text()
            }
        };
        let reason = (text.is_empty() && !record.text.is_empty() && self.verb != Verb::Repair).then(|| self.reason(&page));
        let add = if details {
            let reason = reason.as_deref().map(|r| format!("{},", document::reason_member(r))).unwrap_or_default();
            format!("\"jingwen\":{{{reason}{}}}", Details::new(&page, text.len(), self.kernel.rules()).members())
        } else {
            reason.as_deref().map(|r| format!("\"jingwen\":{{{}}}", document::reason_member(r))).unwrap_or_default()
        };
        record.write(text, &add, out);
        counts.page(&page, reason.is_none());
        reason
    }

    /// The rule that took most of the page, and its sentence.
    fn reason(&self, page: &Page<'_>) -> String {
        let mut bytes = std::collections::BTreeMap::new();
        for m in &page.marks {
            *bytes.entry(m.rule).or_insert(0usize) += page.outline.blocks[m.block as usize].span.len();
        }
        match bytes.iter().max_by_key(|(rule, n)| (**n, std::cmp::Reverse(**rule))) {
            None => "no text in it".to_owned(),
            Some((rule, _)) => {
                let rule = self.kernel.rules().get(*rule);
                format!("{}: {}", rule.id, rule.says)
            }
        }
    }
}
