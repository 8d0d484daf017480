//! `Options`: what a caller may choose about cleaning. Choices about files, threads and output live with the command line.

use crate::form::Form;

/// How much of a page counts as content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Profile {
    /// One main text; boilerplate around it left out.
    #[default]
    Article,
    /// Many texts by many people: threads, comments, questions and answers. What stands outside the element of the main text stays
    /// from the same certainty on as what stands inside.
    Forum,
    /// Everything is kept that is not certainly boilerplate; a text without elements loses no more than lines of the closed classes.
    Recall,
    /// Only what is certainly main content.
    Precision,
}

/// Choices of the kernel; the default is what `jingwen clean` does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How much of a page counts as content.
    pub profile: Profile,
    /// Undo cloak and mojibake.
    pub repair: bool,
    /// Leave out boilerplate, bylines and the like.
    pub boilerplate: bool,
    /// Leave out paragraphs that repeat an earlier one of the page.
    pub duplicates: bool,
    /// Keep where links lead: `[text](address)`.
    pub links: bool,
    /// What to change beyond that; nothing by default.
    pub form: Form,
}

impl Default for Options {
    fn default() -> Options {
        Options { profile: Profile::Article, repair: true, boilerplate: true, duplicates: true, links: false, form: Form::default() }
    }
}
