//! The registry of rules: what a rule id means, in words, and where it comes from. How a rule decides lives with its stage;
//! the table format lives in `table`.

pub mod own;
mod sentences;
pub mod table;

use std::sync::OnceLock;

use crate::error::Error;

/// Number of a rule in its [`Rules`]; its stable name is [`Rule::id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// One rule, as `rules` and `explain` print it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Rule {
    /// `family/name`; never changes once released.
    pub id: Box<str>,
    /// One sentence a stranger understands.
    pub says: Box<str>,
    /// The standard, paper or measurement it comes from.
    pub source: Box<str>,
    /// A sample on which it fires: text with the escapes of [`table::unescape`], or `@NAME`, a folder of corpus-samples (of the family
    /// `record` a file of tests/records).
    pub fires: Box<str>,
    /// A sample on which it must not fire, in the same notation.
    pub spares: Box<str>,
}

/// All rules, in the order of their files and lines. Immutable once built.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    /// (id, number), ascending by id, for look-ups by name.
    by_id: Vec<(Box<str>, RuleId)>,
    /// What the user's own rules are about.
    own: Option<own::Lines>,
}

/// The rule files of the crate, one a family.
const FILES: &[(&str, &str)] = &[
    ("charset.tsv", include_str!("../data/rules/charset.tsv")),
    ("repair.tsv", include_str!("../data/rules/repair.tsv")),
    ("form.tsv", include_str!("../data/rules/form.tsv")),
    ("markup.tsv", include_str!("../data/rules/markup.tsv")),
    ("tidy.tsv", include_str!("../data/rules/tidy.tsv")),
    ("metadata.tsv", include_str!("../data/rules/metadata.tsv")),
    ("boilerplate.tsv", include_str!("../data/rules/boilerplate.tsv")),
    ("paragraph.tsv", include_str!("../data/rules/paragraph.tsv")),
    ("dump.tsv", include_str!("../data/rules/dump.tsv")),
    ("site.tsv", include_str!("../data/rules/site.tsv")),
    ("record.tsv", include_str!("../data/rules/record.tsv")),
];

impl Rules {
    /// The rules compiled into the crate; parsed once per process.
    ///
    /// # Panics
    /// Never in a released crate: the files are part of it and `tests/data.rs` parses them.
    pub fn builtin() -> &'static Rules {
        static BUILTIN: OnceLock<Rules> = OnceLock::new();
        BUILTIN.get_or_init(|| Rules::parse(FILES).unwrap_or_else(|e| panic!("built-in rules: {e}")))
    }

    /// Reads rule files given as (name, content). Columns: id, says, source, fires, spares.
    ///
    /// # Errors
    /// [`Error::Rule`] with file and line for a line that lacks a column, an id that is not `family/name`, or an id seen before.
    pub fn parse(files: &[(&str, &str)]) -> Result<Rules, Error> {
        let mut rules = Vec::new();
        let mut by_id: Vec<(Box<str>, RuleId)> = Vec::new();
        for (path, content) in files {
            for row in table::rows(path, content, 5) {
                let row = row?;
                let [id, says, source, fires, spares] = row.cells[..] else { continue };
                let rule = Rule { id: id.into(), says: says.into(), source: source.into(), fires: fires.into(), spares: spares.into() };
                add(&mut rules, &mut by_id, rule).map_err(|why| Error::Rule { path: (*path).to_owned(), line: row.line, why })?;
            }
        }
        Ok(Rules { rules, by_id, own: None })
    }

    /// What the user's own rules are about; `None` when there are none.
    pub fn own(&self) -> Option<&own::Lines> {
        self.own.as_ref()
    }

    /// The number of the rule called `id`, or `None`. One binary search.
    pub fn find(&self, id: &str) -> Option<RuleId> {
        self.by_id.binary_search_by(|(i, _)| (**i).cmp(id)).ok().map(|at| self.by_id[at].1)
    }

    /// The number of a rule that code of this crate names.
    ///
    /// # Panics
    /// When there is no such rule; `tests/data.rs` looks up every id named in `src`.
    pub(crate) fn rule(&self, id: &'static str) -> RuleId {
        self.find(id).unwrap_or_else(|| panic!("rule `{id}` is missing from src/data/rules"))
    }

    /// The rule behind a number of these rules.
    ///
    /// # Panics
    /// When the number belongs to other rules.
    pub fn get(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    /// All rules, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (RuleId, &Rule)> {
        self.rules.iter().enumerate().map(|(i, r)| (RuleId(i as u16), r))
    }
}

/// Puts a rule behind the others; says what is wrong with its id.
fn add(rules: &mut Vec<Rule>, by_id: &mut Vec<(Box<str>, RuleId)>, rule: Rule) -> Result<RuleId, String> {
    let id = &rule.id;
    if !id.split_once('/').is_some_and(|(f, n)| !f.is_empty() && !n.is_empty())
        || id.bytes().any(|b| !(b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'/' || b == b'-'))
    {
        return Err(format!("rule id `{id}` is not of the form family/name in a-z, 0-9 and -"));
    }
    let number = RuleId(u16::try_from(rules.len()).map_err(|_| "more than 65,536 rules".to_owned())?);
    match by_id.binary_search_by(|(i, _)| i.cmp(id)) {
        Ok(_) => return Err(format!("rule id `{id}` stands twice")),
        Err(at) => by_id.insert(at, (id.clone(), number)),
    }
    rules.push(rule);
    Ok(number)
}
