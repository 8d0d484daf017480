//! `jingwen review`: findings one by one in a terminal, and the files that decisions go to. What keys do lives in [`crate::review`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::args;
use super::console::{Console, colored};
use super::{Outcome, inputs, terminal};
use crate::check::Finding;
use crate::check::baseline::Baseline;
use crate::draft::Draft;
use crate::error::Error;
use crate::io::output;
use crate::io::quarantine::Bad;
use crate::page::Page;
use crate::review::item::{Item, items};
use crate::review::walk::Verdict;
use crate::review::{Means, Walk, store};
use crate::rules::Rules;
use crate::run::look::{Look, Place, look};

/// Findings gone through at a time: nobody decides about more in one go, and the next time goes on behind them.
const MOST: usize = 10_000;
/// The table that rules go to in a folder of rules.
const TABLE: &str = "review.tsv";

/// Runs the verb.
pub fn run(args: &args::Review, console: &mut Console, color: args::When) -> Result<Outcome, Error> {
    let stdout = io::stdout();
    if !stdout.is_terminal() || std::env::var_os("TERM").is_some_and(|t| t == "dumb") {
        return Err(Error::Usage("review needs a terminal; `jingwen check` tells the same findings without one".to_owned()));
    }
    if args.inputs.input.is_empty() && args.inputs.files_from.is_none() && io::stdin().is_terminal() {
        return Err(Error::Usage("what is to be reviewed? Name files or folders: jingwen review INPUT".to_owned()));
    }
    let table = args.content.rules.as_deref().map(table);
    // rules that are to be made need not be there
    let there = table.as_ref().is_none_or(|t| holds_rules(args.content.rules.as_deref().unwrap_or(t)));
    let content = args::Content { rules: args.content.rules.clone().filter(|_| there), ..args.content };
    // what is written here is no input of it
    let written = [args.baseline.as_deref(), table.as_deref()];
    let written = written.into_iter().flatten().filter_map(|p| p.canonicalize().ok()).collect();
    let plan = inputs::plan_without(&args.inputs, &content, args.dedup.into(), written, console)?;
    let rules = plan.settings.read_rules()?;
    for prefix in &args.rule {
        if !rules.iter().any(|(_, r)| r.id.starts_with(&**prefix)) && !"record/unreadable".starts_with(&**prefix) {
            return Err(Error::Usage(format!("no rule begins with `{prefix}`; `jingwen rules` lists all")));
        }
    }
    let mut files = Files::read(args.baseline.as_deref(), table.as_deref())?;
    let mut gathered = Gathered { known: files.baseline(), ..Gathered::default() };
    let own = |id: &str| rules.find(id).is_some_and(|r| rules.own().is_some_and(|o| o.has(r)));
    let looker =
        Looker { wanted: &|rule| if args.rule.is_empty() { !own(rule) } else { args.rule.iter().any(|p| rule.starts_with(&**p)) } };
    let sums = look(&plan, &inputs::means(&args.inputs), console, &looker, &mut |seen| {
        // written by the looker below
        postcard::from_bytes::<Vec<Item>>(&seen).expect("written by the looker below").into_iter().for_each(|item| gathered.take(item));
        Ok(())
    })?;
    let documents = sums.records.out + sums.records.removed + sums.records.skipped;
    let outcome = if sums.unreadable > 0 { Outcome::Unreadable } else { Outcome::Done };
    let (lang, Gathered { items, over, silent, .. }) = (console.lang, gathered);
    let mut line = lang.fill(if documents == 1 { "{} document looked at" } else { "{} documents looked at" }, &[&documents]);
    if silent > 0 {
        line += &lang.fill(", {} findings known from the baseline", &[&silent]);
    }
    if items.is_empty() {
        console.tell(&format!("{line}{}", lang.say("; nothing to review")));
        return Ok(outcome);
    }
    let ids: BTreeSet<String> = rules.iter().map(|(_, r)| r.id.to_string()).collect();
    let means = Means { baseline: args.baseline.is_some(), rules: table.is_some(), ids };
    let mut walk = Walk::new(items, means, lang);
    let show = || terminal::show(&mut walk, rules, colored(color, &stdout), &mut |walk| files.write(walk));
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(show));
    // whatever ended it, what was decided is written before anything else is said
    let written = files.write(&walk);
    console.tell(&told(&walk, line, over, args.baseline.as_deref(), table.as_deref()));
    written?;
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?.raise()?;
    Ok(outcome)
}

/// How it ended, for who reads standard error.
fn told(walk: &Walk, mut line: String, over: u64, baseline: Option<&Path>, table: Option<&Path>) -> String {
    let lang = walk.lang;
    let n = |v| walk.count(Some(v));
    line += &lang.fill(
        ": {} accepted, {} kept, {} by rules, {} left",
        &[&n(Verdict::Accepted), &n(Verdict::Kept), &n(Verdict::Ruled), &(walk.count(None) + n(Verdict::Later))],
    );
    if over > 0 {
        line += &lang.fill("; {} findings more, to be shown the next time", &[&over]);
    }
    for (path, wrote) in [(baseline, !walk.known().is_empty()), (table, !walk.rules().is_empty())] {
        if let (Some(path), true) = (path, wrote) {
            line += &lang.fill("; written: {}", &[&path.display()]);
        }
    }
    line
}

/// The table that rules made go to.
fn table(rules: &Path) -> PathBuf {
    let is_table = rules.is_file() || !rules.exists() && rules.extension().is_some_and(|e| e == "tsv");
    if is_table { rules.to_path_buf() } else { rules.join(TABLE) }
}

/// Whether rules can be read from a path: it is there, and no folder without a table.
fn holds_rules(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.any(|e| e.is_ok_and(|e| e.path().extension().is_some_and(|x| x == "tsv"))),
        Err(_) => path.exists(),
    }
}

/// Findings as they come: each rule and line once.
#[derive(Default)]
struct Gathered {
    known: Baseline,
    items: Vec<Item>,
    /// By fingerprint, where it stands.
    seen: BTreeMap<String, usize>,
    /// Findings beyond [`MOST`].
    over: u64,
    /// Findings that the baseline knows.
    silent: u64,
}

impl Gathered {
    fn take(&mut self, item: Item) {
        if self.known.knows(&item.finding) {
            self.silent += 1 + u64::from(item.more);
        } else if let Some(n) = self.seen.get(&item.finding.fingerprint) {
            self.items[*n].also(item);
        } else if self.items.len() == MOST {
            self.over += 1;
        } else {
            self.seen.insert(item.finding.fingerprint.clone(), self.items.len());
            self.items.push(item);
        }
    }
}

struct Looker<'w> {
    wanted: &'w (dyn Fn(&str) -> bool + Sync),
}

impl Look for Looker<'_> {
    fn look(&self, at: Place<'_>, page: &Page<'_>, draft: &Draft<'_>, rules: &Rules) -> Vec<u8> {
        let found = items(&at.path.to_string_lossy(), (!at.alone).then_some(at.record), page, draft, rules, self.wanted, MOST);
        if found.is_empty() { Vec::new() } else { postcard::to_stdvec(&found).expect("plain data in memory") }
    }

    fn bad(&self, bad: &Bad) -> Vec<u8> {
        let record = Some(bad.record).filter(|n| *n > 1 || bad.offset > 0);
        let finding = Finding::unreadable(bad.path.to_string_lossy().into_owned(), record, &bad.why);
        if (self.wanted)(&finding.rule) {
            postcard::to_stdvec(&vec![Item::unreadable(finding)]).expect("plain data in memory")
        } else {
            Vec::new()
        }
    }
}

/// A file that decisions go to.
struct File {
    path: PathBuf,
    /// Its content without what was decided here.
    before: String,
    /// Its content as it was read or written last; `None` while there is no such file.
    last: Option<String>,
    /// There was none before.
    new: bool,
}

impl File {
    fn read(path: &Path) -> Result<File, Error> {
        let last = read(path)?;
        Ok(File { path: path.to_path_buf(), before: last.clone().unwrap_or_default(), new: last.is_none(), last })
    }

    /// Writes it anew if it becomes another one. What somebody else wrote to it since stays.
    fn write(&mut self, with: impl Fn(&str) -> Result<String, Error>, nothing: bool) -> Result<(), Error> {
        let now = read(&self.path)?;
        if now != self.last {
            self.before = now.clone().unwrap_or_default();
        }
        let text = match (nothing, self.new && self.before.is_empty()) {
            (true, true) => None,
            (true, false) => Some(self.before.clone()),
            (false, _) => Some(with(&self.before)?),
        };
        match &text {
            _ if text == now => {}
            Some(text) => output::write_whole(&self.path, text.as_bytes()).map_err(Error::io("write", &self.path))?,
            // all was taken back
            None => std::fs::remove_file(&self.path).map_err(Error::io("remove", &self.path))?,
        }
        self.last = text;
        Ok(())
    }
}

/// A text file; `None` when there is none.
fn read(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", path)(e)),
    }
}

/// The files that decisions go to.
struct Files {
    baseline: Option<File>,
    table: Option<File>,
}

impl Files {
    fn read(baseline: Option<&Path>, table: Option<&Path>) -> Result<Files, Error> {
        let files = Files { baseline: baseline.map(File::read).transpose()?, table: table.map(File::read).transpose()? };
        if let Some(file) = &files.baseline {
            parsed(&file.path, &file.before)?;
        }
        Ok(files)
    }

    /// What is known.
    fn baseline(&self) -> Baseline {
        let file = self.baseline.as_ref();
        file.and_then(|f| parsed(&f.path, &f.before).ok()).unwrap_or_default()
    }

    /// Writes what was decided.
    fn write(&mut self, walk: &Walk) -> Result<(), Error> {
        if let Some(file) = &mut self.table {
            file.write(|before| Ok(store::table(before, walk.rules())), walk.rules().is_empty())?;
        }
        if let Some(file) = &mut self.baseline {
            let (known, path) = (walk.known(), file.path.clone());
            file.write(|before| Ok(store::baseline(&parsed(&path, before)?, &known)), known.is_empty())?;
        }
        Ok(())
    }
}

/// A baseline; nothing at all is one that knows nothing.
fn parsed(path: &Path, text: &str) -> Result<Baseline, Error> {
    if text.trim().is_empty() {
        return Ok(Baseline::default());
    }
    Baseline::parse(text).map_err(|why| Error::Usage(format!("{}: {why}", path.display())))
}
