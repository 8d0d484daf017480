//! What the rules say in other languages than English. The English sentences stand with the rules.

use std::sync::OnceLock;

use super::{Rule, Rules, table};
use crate::lang::Lang;

/// Chinese sentences of the built-in rules: of single rules by id, and of families of rules that differ in two names.
const ZH: &str = include_str!("../data/zh/rules.tsv");

impl Rule {
    /// What the rule says, in a language; in English where there is no translation, or the rule is not the built-in one of its id.
    pub fn sentence(&self, lang: Lang) -> &str {
        let builtin = Rules::builtin();
        let own = || builtin.find(&self.id).filter(|id| builtin.get(*id).says == self.says);
        match lang {
            Lang::En => &self.says,
            Lang::Zh => own().and_then(|id| chinese()[usize::from(id.0)].as_deref()).unwrap_or(&self.says),
        }
    }
}

/// Chinese sentences of the built-in rules, by number.
fn chinese() -> &'static [Option<Box<str>>] {
    static CHINESE: OnceLock<Vec<Option<Box<str>>>> = OnceLock::new();
    CHINESE.get_or_init(|| {
        let rows: Vec<(&str, &str)> = table::rows("zh/rules.tsv", ZH, 2).filter_map(Result::ok).map(|r| (r.cells[0], r.cells[1])).collect();
        let sentence = |rule: &Rule| {
            if let Some((_, says)) = rows.iter().find(|(id, _)| *id == &*rule.id) {
                return Some((*says).into());
            }
            let (written, read) = rule.says.strip_prefix("written in ")?.split_once(", read as ")?;
            let (_, says) = rows.iter().find(|(id, _)| id.strip_suffix('*').is_some_and(|i| rule.id.starts_with(i)))?;
            Some(says.replace("{1}", written).replace("{2}", read).into())
        };
        Rules::builtin().iter().map(|(_, rule)| sentence(rule)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_speaks_chinese() {
        let silent: Vec<&str> = (Rules::builtin().iter())
            .filter(|(_, r)| {
                !r.sentence(Lang::Zh).chars().any(|c| ('\u{4E00}'..'\u{A000}').contains(&c)) || r.sentence(Lang::Zh).contains('{')
            })
            .map(|(_, r)| &*r.id)
            .collect();
        assert!(silent.is_empty(), "no Chinese sentence in src/data/zh/rules.tsv for {silent:?}");
    }

    #[test]
    fn every_sentence_belongs_to_a_rule() {
        for row in table::rows("zh/rules.tsv", ZH, 2) {
            let row = row.expect("the table is sound");
            let id = row.cells[0];
            let stem = id.strip_suffix('*');
            let belongs = |r: &Rule| stem.map_or(*r.id == *id, |s| r.id.starts_with(s));
            assert!(Rules::builtin().iter().any(|(_, r)| belongs(r)), "line {}: there is no rule {id}", row.line);
        }
    }

    #[test]
    fn pairs_name_their_charsets() {
        let rules = Rules::builtin();
        let rule = rules.get(rules.rule("repair/gb18030-as-windows-1252"));
        assert_eq!(rule.sentence(Lang::Zh), "原文是 GBK 编码，被误当作 windows-1252 读取");
        assert_eq!(rule.sentence(Lang::En), "written in GBK, read as windows-1252");
    }

    #[test]
    fn a_rule_of_another_table_keeps_its_own_sentence() {
        let line = "charset/bom\tsomething else\ta source\tx\ty\n";
        let rules = Rules::parse(&[("own.tsv", line)]).expect("a sound line");
        let (_, rule) = rules.iter().next().expect("one rule");
        assert_eq!(rule.sentence(Lang::Zh), "something else");
    }
}
