//! `jingwen.toml`: what a project has settled, as options of the verbs. Fills in what was not said on the command line and decides nothing
//! itself; what the options mean lives in `args`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::ValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};
use toml::de::{DeTable, DeValue};

use super::args::Cli;
use crate::error::Error;

/// The file that is read from the current folder when none is named.
pub const NAME: &str = "jingwen.toml";
/// Verbs that do what `clean` does in another way: `[clean]` is about them too, as far as they have its options.
const AS_CLEAN: [&str; 6] = ["stage", "diff", "check", "review", "explain", "rules"];
/// Options that are about the file itself, or that only a person says.
const NOT_HERE: [&str; 4] = ["config", "no-config", "help", "version"];

/// The arguments, and what `jingwen.toml` adds to them.
pub struct Settled {
    /// All arguments.
    pub args: Vec<OsString>,
    /// Those that were added, and where they stand; `None` when nothing was.
    pub added: Option<(PathBuf, Vec<OsString>)>,
}

/// Adds the options of the settings file that were not said. Arguments that do not parse come back as they are: whoever parses them next
/// says why.
///
/// # Errors
/// [`Error::Usage`] with file and line for an unknown table or key or a value that fits no option; [`Error::Io`].
pub fn settle(args: Vec<OsString>) -> Result<Settled, Error> {
    let nothing = |args| Ok(Settled { args, added: None });
    let command = Cli::command();
    let Ok(matches) = command.clone().try_get_matches_from(&args) else { return nothing(args) };
    if matches.get_flag("no_config") {
        return nothing(args);
    }
    let path = match matches.get_one::<PathBuf>("config") {
        Some(path) => path.clone(),
        None if Path::new(NAME).is_file() => PathBuf::from(NAME),
        None => return nothing(args),
    };
    let content = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let file = File { path: &path, content: &content };
    let table = DeTable::parse(&content).map_err(|e| Error::Usage(format!("{}: {}", path.display(), e.to_string().trim_end())))?;
    let table = table.into_inner();
    file.check(&table, &command)?;
    let mut added = Vec::new();
    if let Some((verb, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(verb)
    {
        // of the passes of `stage` only the first one takes the options of `clean`
        let (command, matches) = match matches.subcommand() {
            Some((sub, inner)) => match command.find_subcommand(sub) {
                Some(c) => (c, inner),
                None => (command, matches),
            },
            None => (command, matches),
        };
        let mut said: Vec<&str> = Vec::new();
        for name in [Some(verb), AS_CLEAN.contains(&verb).then_some("clean")].into_iter().flatten() {
            let Some(DeValue::Table(keys)) = table.get(name).map(|v| v.get_ref()) else { continue };
            for (key, value) in keys {
                let key: &str = key.get_ref();
                let Some(option) = option(command, key).filter(|o| !is_said(matches, o)) else { continue };
                if said.contains(&key) {
                    continue;
                }
                said.push(key);
                file.arguments(key, option, value, &mut added)?;
            }
        }
    }
    if added.is_empty() {
        return nothing(args);
    }
    let mut all = args;
    let end = all.iter().position(|a| a == "--").unwrap_or(all.len());
    all.splice(end..end, added.iter().cloned());
    Ok(Settled { args: all, added: Some((path, added)) })
}

/// The option `--key` of a verb.
fn option<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|a| a.get_long() == Some(key) && !NOT_HERE.contains(&key))
}

/// True when the user said it.
fn is_said(matches: &ArgMatches, option: &Arg) -> bool {
    let id = option.get_id().as_str();
    matches.try_contains_id(id).is_ok() && matches.value_source(id) == Some(ValueSource::CommandLine)
}

struct File<'f> {
    path: &'f Path,
    content: &'f str,
}

impl File<'_> {
    /// A complaint about what stands at a byte of the file.
    fn wrong(&self, at: usize, why: &str) -> Error {
        let before = self.content.as_bytes().get(..at).unwrap_or_default();
        Error::Usage(format!("{}:{}: {why}", self.path.display(), memchr::memchr_iter(b'\n', before).count() + 1))
    }

    /// Looks at all tables, also those of other verbs: a slip is told where it is made.
    fn check(&self, tables: &DeTable<'_>, command: &Command) -> Result<(), Error> {
        let verbs: Vec<&str> = command.get_subcommands().map(Command::get_name).filter(|n| *n != "help").collect();
        for (name, value) in tables {
            let (at, verb): (usize, &str) = (name.span().start, name.get_ref());
            let DeValue::Table(keys) = value.get_ref() else {
                return Err(self.wrong(at, &format!("`{verb}` stands in no table; options stand in the table of their verb: [clean]")));
            };
            let Some(command) = command.find_subcommand(verb).filter(|_| verbs.contains(&verb)) else {
                return Err(self.wrong(at, &format!("unknown table [{verb}]{}", near(verb, verbs.iter().copied()))));
            };
            for (key, _) in keys {
                let (at, key): (usize, &str) = (key.span().start, key.get_ref());
                if option(command, key).is_none() {
                    let known = command.get_arguments().filter_map(Arg::get_long).filter(|k| !NOT_HERE.contains(k));
                    return Err(self.wrong(at, &format!("unknown key `{key}` in [{verb}]{}", near(key, known))));
                }
            }
        }
        Ok(())
    }

    /// What one key stands for on the command line.
    fn arguments(&self, key: &str, option: &Arg, value: &toml::Spanned<DeValue<'_>>, out: &mut Vec<OsString>) -> Result<(), Error> {
        let flag = matches!(option.get_action(), ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count);
        let wrong = |why: &str| self.wrong(value.span().start, &format!("`{key}` {why}"));
        let path = option.get_value_parser().type_id() == ValueParser::path_buf().type_id();
        let mut push = |v: &str| {
            let v = match (path && v != "-", self.path.parent()) {
                // paths are meant from the file they stand in
                (true, Some(folder)) => folder.join(v).into_os_string(),
                _ => v.into(),
            };
            let mut argument = OsString::from(format!("--{key}="));
            argument.push(v);
            out.push(argument);
        };
        let plain = |v: &DeValue<'_>| match v {
            DeValue::String(s) => Some(s.to_string()),
            DeValue::Integer(n) => Some(n.as_str().to_owned()),
            DeValue::Float(n) => Some(n.as_str().to_owned()),
            _ => None,
        };
        match (flag, value.get_ref()) {
            (true, DeValue::Boolean(true)) => out.push(format!("--{key}").into()),
            (true, DeValue::Boolean(false)) => {}
            (true, _) => return Err(wrong("is true or false")),
            (false, DeValue::Array(values)) if matches!(option.get_action(), ArgAction::Append) => {
                for v in values {
                    push(&plain(v.get_ref()).ok_or_else(|| wrong("holds strings and numbers"))?);
                }
            }
            (false, DeValue::Array(_)) => return Err(wrong("takes one value")),
            (false, v) => push(&plain(v).ok_or_else(|| wrong("is a string or a number"))?),
        }
        Ok(())
    }
}

/// `; did you mean …?`, or all there are when they are few.
fn near<'k>(wanted: &str, known: impl Iterator<Item = &'k str>) -> String {
    let best = known.map(|k| (strsim::levenshtein(k, wanted), k)).min();
    match best {
        Some((d, k)) if d <= 1 + wanted.len() / 3 => format!("; did you mean `{k}`?"),
        _ => "; see `jingwen VERB --help`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(toml: &str, args: &str) -> Result<Vec<String>, String> {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("x.toml");
        fs::write(&path, toml).unwrap();
        let mut all: Vec<OsString> = args.split_whitespace().map(OsString::from).collect();
        all.push(format!("--config={}", path.display()).into());
        let folder = format!("{}/", place.path().display());
        let settled = settle(all).map_err(|e| e.to_string().replace(&folder, ""))?;
        let added = settled.added.map(|a| a.1).unwrap_or_default();
        Ok(added.iter().map(|a| a.to_string_lossy().replace(&folder, "@/")).collect())
    }

    #[test]
    fn options_are_filled_in_that_were_not_said() {
        let toml =
            "[clean]\nprofile = 'forum'\njobs = 2\ndetails = true\noverwrite = false\ninclude = ['*.html', '*.txt']\nquarantine = 'q'\n";
        let all = ["--profile=forum", "--jobs=2", "--details", "--include=*.html", "--include=*.txt", "--quarantine=@/q"];
        let mut found = settled(toml, "jingwen clean in -o out").unwrap();
        found.sort();
        let mut want: Vec<&str> = all.to_vec();
        want.sort_unstable();
        assert_eq!(found, want);
        let said = settled(toml, "jingwen clean in -o out --profile recall -j 1 --include x").unwrap();
        assert!(!said.iter().any(|a| a.starts_with("--profile") || a.starts_with("--jobs") || a.starts_with("--include")), "{said:?}");
        assert!(settled(toml, "jingwen repair in -o out").unwrap().is_empty());
        assert!(settled(toml, "jingwen stage plan in -o out").unwrap().contains(&"--profile=forum".to_owned()));
        assert!(settled(toml, "jingwen clean in --no-config").unwrap().is_empty());
    }

    #[test]
    fn slips_are_told_with_their_line() {
        for (toml, why) in [
            ("[clean]\n\nprofil = 'forum'", "x.toml:3: unknown key `profil` in [clean]; did you mean `profile`?"),
            ("[cleen]\n", "x.toml:1: unknown table [cleen]; did you mean `clean`?"),
            ("profile = 'forum'", "x.toml:1: `profile` stands in no table"),
            ("[clean]\ndetails = 'yes'", "x.toml:2: `details` is true or false"),
            ("[clean]\nprofile = ['forum']", "x.toml:2: `profile` takes one value"),
            ("[clean]\nprofile = true", "x.toml:2: `profile` is a string or a number"),
            ("[clean\n", "x.toml: TOML parse error at line 1"),
            ("[detect]\nprofil = 1", "x.toml:2: unknown key `profil` in [detect]"),
        ] {
            let told = settled(toml, "jingwen clean in -o out").unwrap_err();
            assert!(told.starts_with(why), "{told}");
        }
    }
}
