//! `jingwen completions` and `jingwen man`: what the command line knows of itself, for shells and manuals.

use clap::CommandFactory;

use super::{Outcome, args, print};
use crate::error::Error;

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell) -> Result<Outcome, Error> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut args::Cli::command(), "jingwen", &mut out);
    print(&out)
}

/// Prints the manual page of the program or of one verb.
pub fn man(verb: Option<&str>) -> Result<Outcome, Error> {
    let mut command = args::Cli::command();
    command.build();
    let mut title = "jingwen".to_owned();
    if let Some(verb) = verb {
        let Some(of_verb) = command.find_subcommand(verb) else {
            return Err(Error::Usage(format!("no verb `{verb}`; `jingwen --help` lists them")));
        };
        command = of_verb.clone();
        title = format!("jingwen-{verb}");
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(command).title(title).render(&mut out).map_err(Error::io("write", "the manual page"))?;
    print(&out)
}
