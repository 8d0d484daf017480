//! The options of `rules`.

use clap::Args;

use super::To;

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// A rule (`family/name`) or the beginning of its id (`family`); none for the list of all
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// What to write
    #[arg(long, value_enum, default_value_t = To::Text)]
    pub to: To,
}
