//! What a run will read and write, decided before anything is touched and frozen in `plan.json`, whose hash is the name of the run.
//! Finding the inputs lives in `io/source`, reading them in `feed`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::settings::{Compression, From, OnBad, Settings, To, Verb};
use crate::error::Error;
use crate::io::compress::Codec;
use crate::io::output;
use crate::io::quarantine::Quarantine;
pub use crate::io::source::{REPORT, STATE};
use crate::io::source::{Source, Unreadable};
use crate::rules::Rules;
use crate::site::host_name;

/// Pages that are one unit of work.
const PAGES: usize = 4096;
/// Bytes at either end of an input that are hashed, to know it again on resume.
const ENDS: u64 = 1 << 16;
/// All pages of a tree as one file.
const DOCUMENTS: &str = "documents";
/// What was removed whole or left aside.
pub const REMOVED: &str = "removed.jsonl";
/// What was learnt of sites.
pub const SITE_FACTS: &str = "site-facts.tsv";
/// Where records go that cannot be read.
pub const QUARANTINE: &str = "quarantine";

/// A run, before it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of jingwen; another one may clean differently.
    pub version: String,
    /// The form in which the passes leave records for each other: its version and the rules it refers to.
    #[serde(default)]
    pub form: String,
    /// What decides the bytes.
    pub settings: Settings,
    /// Inputs in order; a record's order in the dump is (number of its input, number in the input).
    pub inputs: Vec<Input>,
    /// Files that are made of several records, relative to the output folder.
    #[serde(with = "paths")]
    pub parts: Vec<PathBuf>,
    /// The index of earlier dumps whose copies win.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
}

/// An index of earlier dumps, as a plan knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// Its folder, as the user named it.
    #[serde(with = "path")]
    pub path: PathBuf,
    /// Inputs of the earlier dumps: those of this one are numbered after them.
    pub inputs: u32,
    /// Hash of the size and ends of its rows, to see on resume that it is the same.
    pub mark: String,
}

/// A file to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// As the user named it.
    #[serde(with = "path")]
    pub path: PathBuf,
    /// Relative to the folder the user named.
    #[serde(with = "path")]
    pub name: PathBuf,
    /// Bytes.
    pub size: u64,
    /// What it is.
    pub kind: From,
    /// Hash of its size and ends, to see on resume that it is the same; empty for pages, of which there may be millions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark: String,
    /// Why it cannot be read, if that is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Number of the part its records go to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// The text file, or the folder of text files, its records go to, relative to the output folder.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_path")]
    pub target: Option<PathBuf>,
}

impl Input {
    /// How it is named to people.
    pub fn shown(&self) -> PathBuf {
        if self.path.as_os_str() == "-" { PathBuf::from("<stdin>") } else { self.path.clone() }
    }
}

/// What is worked on as a whole: one input of many records, or some pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Numbers of its inputs.
    pub inputs: Range<usize>,
    /// Number of the part it goes to.
    pub part: Option<u32>,
    /// Its inputs are pages.
    pub pages: bool,
}

/// Version of what the passes leave for each other: drafts, rows, verdicts, the journal. A change of any of them makes it another.
const FORM: u32 = 6;

/// The form in which this program leaves records: the version of the form, and a hash of the names of the rules, to whose numbers it refers.
fn form() -> String {
    let mut rules = Xxh3::new();
    for (_, rule) in Rules::builtin().iter() {
        rules.update(rule.id.as_bytes());
        rules.update(b"\n");
    }
    format!("{FORM}-{:08x}", rules.digest() as u32)
}

impl Plan {
    /// Says how what the passes of the run have left differs in its form from what this program reads; `None` when it does not.
    pub fn other_form(&self) -> Option<String> {
        let (was, now) = (if self.form.is_empty() { "1" } else { &self.form }, form());
        (was != now).then(|| format!("it was begun by another jingwen, which leaves records in the form {was}, and this one reads {now}"))
    }

    /// Decides what becomes of the inputs.
    ///
    /// # Errors
    /// What the system says about an input that must be looked at is kept with the input; there is none.
    pub fn new(settings: Settings, found: Vec<Source>, unreadable: Vec<Unreadable>) -> Plan {
        let mut inputs: Vec<Input> = (found.into_iter().map(|s| input(s, &settings)))
            .chain(unreadable.into_iter().map(|u| Input {
                path: u.path,
                name: u.name,
                size: 0,
                kind: From::Page,
                mark: String::new(),
                why: Some(u.why),
                part: None,
                target: None,
            }))
            .collect();
        let mut parts = Vec::new();
        let to = settings.to;
        // records of JSON lines stay JSON lines beside a tree of texts
        let whole = |i: &Input| i.kind != From::Page && !(to.is_tree() && i.kind != From::Jsonl);
        let chosen: Vec<usize> = (0..inputs.len()).filter(|i| whole(&inputs[*i]) && inputs[*i].why.is_none()).collect();
        let names: Vec<PathBuf> = chosen.iter().map(|i| bare(&inputs[*i].name)).collect();
        let names: Vec<&Path> = names.iter().map(PathBuf::as_path).collect();
        let extension = |i: &Input| match to {
            To::Parquet => "parquet".to_owned(),
            _ if i.kind == From::Jsonl => format!("jsonl{}", settings.compress.unwrap_or_else(|| compression(&i.name)).extension()),
            _ => format!("jsonl{}", settings.compress.unwrap_or(Compression::None).extension()),
        };
        // the names are all different without what compression adds, so they are with it
        for (i, name) in chosen.iter().zip(output::names(&names, Some("jsonl"), &RESERVED)) {
            let name = name.with_extension(extension(&inputs[*i]));
            inputs[*i].part = Some(parts.len() as u32);
            parts.push(name);
        }
        let rest: Vec<usize> = (0..inputs.len()).filter(|i| inputs[*i].part.is_none() && inputs[*i].why.is_none()).collect();
        if to.is_tree() {
            let names: Vec<&Path> = rest.iter().map(|i| &*inputs[*i].name).collect();
            let extension = (settings.verb != Verb::Repair).then_some(to.extension());
            let names = output::names(&names, extension, &RESERVED);
            for (i, name) in rest.iter().zip(names) {
                let folder = inputs[*i].kind != From::Page;
                inputs[*i].target = Some(if folder { name.with_extension("") } else { name });
            }
        } else if !rest.is_empty() {
            let extension = match to {
                To::Parquet => "parquet".to_owned(),
                _ => format!("jsonl{}", settings.compress.unwrap_or(Compression::None).extension()),
            };
            rest.iter().for_each(|i| inputs[*i].part = Some(parts.len() as u32));
            parts.push(PathBuf::from(format!("{DOCUMENTS}.{extension}")));
        }
        Plan { version: env!("CARGO_PKG_VERSION").to_owned(), form: form(), settings, inputs, parts, against: None }
    }

    /// The units, in order.
    pub fn units(&self) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        let mut bytes = 0;
        for (n, i) in self.inputs.iter().enumerate() {
            let pages = i.kind == From::Page;
            match units.last_mut() {
                Some(u) if pages && u.pages && u.part == i.part && u.inputs.len() < PAGES && bytes < self.settings.block => {
                    u.inputs.end += 1;
                }
                _ => {
                    units.push(Unit { inputs: n..n + 1, part: i.part, pages });
                    bytes = 0;
                }
            }
            bytes += i.size;
        }
        units
    }

    /// The name of the run.
    pub fn id(&self) -> String {
        format!("{:032x}", xxh3_128(self.json().as_bytes()))
    }

    /// The content of `plan.json`.
    pub fn json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("plain data with string keys");
        json.push('\n');
        json
    }

    /// Order in the dump, and in all dumps before it, of record `number` of input `input`.
    pub fn order(&self, input: usize, number: u64) -> u64 {
        (self.base() + input as u64) << 32 | number.min(u64::from(u32::MAX))
    }

    /// About how many blocks there will be, by the sizes of the inputs: an estimate, as packed ones grow.
    pub fn blocks(&self) -> u64 {
        let size = |u: &Unit| self.inputs[u.inputs.clone()].iter().map(|i| i.size).sum::<u64>();
        self.units().iter().map(|u| size(u).div_ceil(self.settings.block.max(1)).max(1)).sum()
    }

    /// Inputs of earlier dumps.
    fn base(&self) -> u64 {
        self.against.as_ref().map_or(0, |a| u64::from(a.inputs))
    }

    /// The host of a record of this order: that of its address, or of a page without one the first folder of its path.
    pub fn host(&self, url: Option<&str>, order: u64) -> Option<String> {
        let input = self.inputs.get(usize::try_from((order >> 32).wrapping_sub(self.base())).ok()?)?;
        let path = if input.kind == From::Page { input.name.to_string_lossy() } else { "".into() };
        host_name(url, &path).map(str::to_lowercase)
    }

    /// Where the record of this order stands: path of its input and number in it. `earlier` are the inputs of earlier dumps.
    pub fn place(&self, order: u64, earlier: &[String]) -> (String, u64) {
        let (input, number) = (order >> 32, order & u64::from(u32::MAX));
        let path = match usize::try_from(input.wrapping_sub(self.base())).ok().and_then(|n| self.inputs.get(n)) {
            Some(input) => input.shown().display().to_string(),
            None => earlier.get(input as usize).cloned().unwrap_or_default(),
        };
        (path, number)
    }

    /// Says how `other`, the plan of the run that lies in the output folder, differs; `None` when it is the same.
    pub fn differs(&self, other: &Plan) -> Option<String> {
        if self.version != other.version {
            return Some(format!("it was made by jingwen {}, this is {}", other.version, self.version));
        }
        if let Some(how) = other.other_form() {
            return Some(how);
        }
        if self.settings != other.settings {
            let value = |p: &Plan| serde_json::to_value(&p.settings).unwrap_or_default();
            let (a, b) = (value(self), value(other));
            let keys: Vec<&str> = a.as_object().into_iter().flatten().filter(|(k, v)| b[k.as_str()] != **v).map(|(k, _)| &**k).collect();
            return Some(format!("other settings: {}", keys.join(", ").replace('_', "-")));
        }
        if self.against != other.against {
            return Some("another index to compare with, or it has changed".to_owned());
        }
        if self.inputs.len() != other.inputs.len() {
            return Some(format!("it has {} inputs, now there are {}", other.inputs.len(), self.inputs.len()));
        }
        let changed = self.inputs.iter().zip(&other.inputs).find(|(a, b)| a != b);
        changed.map(|(a, b)| match a.path == b.path {
            true => format!("{} has changed", a.path.display()),
            false => format!("{} stands where {} stood", a.path.display(), b.path.display()),
        })
    }

    /// Refuses what would destroy something: an output that is an input, files that are there without `overwrite`.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn refuse_to_harm(&self, folder: &Path, quarantine: &Path, overwrite: bool) -> Result<(), Error> {
        let mut targets: Vec<PathBuf> = self.parts.iter().map(|p| folder.join(p)).collect();
        targets.extend(self.inputs.iter().filter_map(|i| Some(folder.join(i.target.as_ref()?))));
        targets.push(folder.join(REMOVED));
        if self.settings.learn_sites {
            targets.push(folder.join(SITE_FACTS));
        }
        if self.settings.on_bad == OnBad::Quarantine {
            targets.extend(Quarantine::FILES.map(|f| quarantine.join(f)));
        }
        targets.retain(|t| t.symlink_metadata().is_ok());
        if targets.is_empty() {
            return Ok(());
        }
        let inputs: HashSet<PathBuf> = self.inputs.iter().filter_map(|i| i.path.canonicalize().ok()).collect();
        if let Some(same) = targets.iter().find(|t| t.canonicalize().is_ok_and(|t| inputs.contains(&t))) {
            return Err(Error::Usage(format!("{} is an input and would be written over; choose another OUT", same.display())));
        }
        if overwrite {
            return Ok(());
        }
        let more = if targets.len() > 1 { format!(" (and {} more files)", targets.len() - 1) } else { String::new() };
        Err(Error::Usage(format!("{} exists{more}; --overwrite replaces it", targets[0].display())))
    }
}

/// Names in the output folder that no input gets.
const RESERVED: [&str; 7] =
    ["documents.jsonl", "documents.parquet", REMOVED, SITE_FACTS, "quarantine/index.jsonl", "quarantine/records.bin", REPORT];

/// An input as the plan has it.
fn input(source: Source, settings: &Settings) -> Input {
    let kind = match settings.from {
        From::Auto => match kind(&source.path) {
            From::Page if !is_page(&source.path) => sniff(&source.path),
            named => named,
        },
        told => told,
    };
    let mut input =
        Input { path: source.path, name: source.name, size: source.size, kind, mark: String::new(), why: None, part: None, target: None };
    if kind != From::Page {
        match if input.path.as_os_str() == "-" { Ok(String::new()) } else { fingerprint(&input.path) } {
            Ok(mark) => input.mark = mark,
            Err(e) => input.why = Some(e.to_string()),
        }
    }
    input
}

/// What a file is, by its name.
pub fn kind(path: &Path) -> From {
    let bare = bare(path);
    let is = |e: &str| bare.extension().is_some_and(|x| x.eq_ignore_ascii_case(e));
    match () {
        () if is("jsonl") || is("ndjson") => From::Jsonl,
        () if is("warc") || is("wet") => From::Warc,
        () if is("parquet") => From::Parquet,
        () if is("zip") || is("tar") || is("tgz") || compression(path) != Compression::None => From::Archive,
        () => From::Page,
    }
}

/// Extensions of pages: not looked into before they are read, as there may be millions.
const PAGES_ARE: [&str; 19] = [
    "html", "htm", "xhtml", "shtml", "mht", "php", "asp", "aspx", "jsp", "xml", "txt", "text", "md", "markdown", "mdx", "csv", "tsv",
    "log", "rst",
];

fn is_page(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| PAGES_ARE.iter().any(|p| e.eq_ignore_ascii_case(p)))
}

/// What a file is whose name says nothing, by its first bytes. What cannot be read is a page: whoever opens it says so.
fn sniff(path: &Path) -> From {
    let mut head = Vec::new();
    match File::open(path).and_then(|f| f.take(8).read_to_end(&mut head)) {
        Ok(_) if head.starts_with(b"WARC/") => From::Warc,
        Ok(_) if head.starts_with(b"PAR1") => From::Parquet,
        Ok(_) if head.starts_with(b"PK\x03\x04") || Codec::of_bytes(&head) != Codec::Plain => From::Archive,
        _ => From::Page,
    }
}

/// A name without what compression adds to it.
pub(super) fn bare(name: &Path) -> PathBuf {
    if compression(name) == Compression::None { name.to_path_buf() } else { name.with_extension("") }
}

/// How a file is compressed, by its name.
pub fn compression(name: &Path) -> Compression {
    match name.extension().map(|e| e.to_ascii_lowercase()) {
        Some(e) if e == "gz" => Compression::Gz,
        Some(e) if e == "zst" => Compression::Zst,
        _ => Compression::None,
    }
}

/// Hash of the size and both ends of a file.
pub fn fingerprint(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut hash = Xxh3::new();
    hash.update(&size.to_le_bytes());
    let mut bytes = Vec::new();
    (&mut file).take(ENDS).read_to_end(&mut bytes)?;
    if size > ENDS {
        file.seek(SeekFrom::Start(size.saturating_sub(ENDS)))?;
        file.take(ENDS).read_to_end(&mut bytes)?;
    }
    hash.update(&bytes);
    Ok(format!("{:016x}", hash.digest()))
}

/// A path in JSON: a string, or its bytes in hexadecimal when it is not UTF-8.
pub mod path {
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    pub(super) enum Form {
        Text(String),
        Bytes { bytes: String },
    }

    pub(super) fn form(path: &Path) -> Form {
        match path.to_str() {
            Some(text) => Form::Text(text.to_owned()),
            None => Form::Bytes { bytes: crate::io::quarantine::hex(path.as_os_str().as_encoded_bytes()) },
        }
    }

    pub(super) fn of(form: Form) -> Option<PathBuf> {
        Some(match form {
            Form::Text(text) => text.into(),
            Form::Bytes { bytes } => {
                let byte = |i: usize| u8::from_str_radix(bytes.get(i..i + 2)?, 16).ok();
                let bytes: Option<Vec<u8>> = (0..bytes.len()).step_by(2).map(byte).collect();
                from_bytes(bytes?)
            }
        })
    }

    #[cfg(unix)]
    fn from_bytes(bytes: Vec<u8>) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        std::ffi::OsString::from_vec(bytes).into()
    }

    #[cfg(not(unix))]
    fn from_bytes(bytes: Vec<u8>) -> PathBuf {
        String::from_utf8_lossy(&bytes).into_owned().into()
    }

    /// Writes a path.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
        form(path).serialize(s)
    }

    /// Reads a path.
    ///
    /// # Errors
    /// What is no path.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<PathBuf, D::Error> {
        of(Form::deserialize(d)?).ok_or_else(|| serde::de::Error::custom("a path is a string, or its bytes in hexadecimal"))
    }
}

/// A path in JSON, or nothing.
pub mod optional_path {
    use std::path::PathBuf;

    use serde::{Deserializer, Serialize, Serializer};

    /// Writes a path, or nothing.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option)]
    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, s: S) -> Result<S::Ok, S::Error> {
        path.as_deref().map(super::path::form).serialize(s)
    }

    /// Reads a path.
    ///
    /// # Errors
    /// What is no path.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<PathBuf>, D::Error> {
        super::path::deserialize(d).map(Some)
    }
}

mod paths {
    use std::path::PathBuf;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::path::{Form, form, of};

    pub fn serialize<S: Serializer>(paths: &[PathBuf], s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(paths.iter().map(|p| form(p)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<PathBuf>, D::Error> {
        let forms = Vec::<Form>::deserialize(d)?;
        forms.into_iter().map(of).collect::<Option<_>>().ok_or_else(|| serde::de::Error::custom("not a path"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(names: &[&str]) -> Vec<Source> {
        names.iter().map(|n| Source { path: PathBuf::from(format!("in/{n}")), name: PathBuf::from(n), size: 10 }).collect()
    }

    fn plan(to: To, names: &[&str]) -> Plan {
        Plan::new(Settings { to, from: From::Page, ..Settings::default() }, sources(names), Vec::new())
    }

    #[test]
    fn pages_are_grouped_and_keep_their_order() {
        let p = plan(To::Text, &["a.html", "b.md"]);
        assert_eq!(p.units(), [Unit { inputs: 0..2, part: None, pages: true }]);
        assert_eq!(p.inputs[1].target.as_deref(), Some(Path::new("b.txt")));
        let many: Vec<String> = (0..2 * PAGES + 1).map(|n| format!("{n}.html")).collect();
        let many: Vec<&str> = many.iter().map(|n| &**n).collect();
        assert_eq!(plan(To::Jsonl, &many).units().len(), 3);
    }

    #[test]
    fn a_plan_survives_its_file() {
        let mut p = plan(To::Jsonl, &["a.html"]);
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            p.inputs[0].name = PathBuf::from(std::ffi::OsStr::from_bytes(b"\xB1\xB1.html"));
        }
        let back: Plan = serde_json::from_str(&p.json()).unwrap();
        assert_eq!((back.id(), &back), (p.id(), &p));
        assert_eq!(p.differs(&back), None);
        let older = Plan { form: String::new(), ..back.clone() };
        assert!(p.differs(&older).unwrap().contains("in the form 1, and this one reads 6-"));
        p.inputs[0].size += 1;
        assert!(p.differs(&back).unwrap().contains("a.html has changed"));
        p.settings.details = true;
        assert!(p.differs(&back).unwrap().contains("settings: details"));
    }

    #[test]
    fn orders_name_their_records() {
        let mut p = plan(To::Jsonl, &["a.html", "b.html"]);
        assert_eq!(p.place(p.order(1, 7), &[]), ("in/b.html".to_owned(), 7));
        p.against = Some(Against { path: "i".into(), inputs: 1, mark: String::new() });
        assert_eq!(p.place(p.order(1, 7), &["old".to_owned()]), ("in/b.html".to_owned(), 7));
        assert_eq!(p.place(3, &["old".to_owned()]), ("old".to_owned(), 3));
    }
}
