//! The options that say what of a page is content: of `clean` and of all verbs that show or check what it would do.

use std::path::PathBuf;

use clap::Args;

use crate::options::Profile;
use crate::run::settings::Verb;

/// What counts as content.
#[derive(Debug, Args)]
pub struct Content {
    /// Leave the title out of the text
    #[arg(long)]
    pub no_title: bool,
    /// How much of a page counts as content
    #[arg(long, value_enum, default_value_t = Profile::Article, value_name = "WHICH")]
    pub profile: Profile,
    /// Keep where links lead, as Markdown writes it: the text in brackets, the address behind it in parentheses
    #[arg(long)]
    pub links: bool,
    /// Own rules besides the built-in ones: a folder with tables, or one table; see `jingwen rules test --help`
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
}

impl Content {
    /// What is done with a record.
    pub fn verb(&self) -> Verb {
        Verb::Clean { title: !self.no_title, profile: self.profile, links: self.links }
    }
}
