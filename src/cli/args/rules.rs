//! The options of `rules` and of `rules test`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Content, Inputs, To, findings_codes};

/// What `rules test --help` says below the options.
pub const HELP: &str = concat!(
    "\
Examples:
  jingwen rules test --rules rules/            every rule on its own samples
  jingwen rules test --rules rules/ dump       ... and which lines of pages it takes
  jingwen clean dump -o out --rules rules/     use them

A table of own rules is a text file NAME.tsv of eight cells a line, between tabs:
  id       family/name in a-z, 0-9 and -; not a family of jingwen: own/shop-line
  says     one sentence that a stranger understands; explain prints it
  source   where you have it from
  fires    a text on which the rule fires, and ...
  spares   ... one on which it must not; both are cleaned as pages
  match    whole, begin, end, within: of a line, by words; regex: by a pattern;
           class: of an element, by a word in its class, id or role
  pattern  the words, or the pattern (syntax of the Rust crate regex). A word of
           a class counts anywhere in a name, one of fewer than four letters or
           with a dot behind it only alone: ad, promo.
  does     remove: the line, or all in the element, is left out; keep: it stays,
           whatever other rules say; nav, login, share, related, comments,
           footer, contact, notice: the line says what it is, as the words we
           know do, and goes where such lines go
In words and samples \\n \\t \\s \\\\ \\xHH \\u{HEX} stand for characters. Lines
that begin with # are skipped. A rule that keeps wins over one that removes.

",
    findings_codes!()
);

/// Arguments of `rules`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RulesArgs {
    /// Something to do with own rules.
    #[command(subcommand)]
    pub task: Option<RulesTask>,
    /// A rule (`family/name`) or the beginning of its id (`family`); none for the list of all
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// Own rules besides the built-in ones: a folder with tables, or one table
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
}

/// What can be done with own rules.
#[derive(Debug, Subcommand)]
pub enum RulesTask {
    /// Run own rules on their samples, and say which lines of pages they take
    #[command(after_long_help = HELP)]
    Test(RulesTest),
}

/// Arguments of `rules test`.
#[derive(Debug, Args)]
pub struct RulesTest {
    /// What is cleaned with the rules; nothing if nothing is said.
    #[command(flatten)]
    pub inputs: Inputs,
    /// The rules, and what else stays.
    #[command(flatten)]
    pub content: Content,
    /// Lines shown of each rule
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub show: usize,
}
