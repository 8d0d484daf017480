//! The last pass: the outputs of all blocks put together, each once, the sums checked, the work in progress taken away. How bytes get
//! into a file of the output lives in `part`, `assemble` and `table`.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::assemble::Assembly;
use super::blocks::Stage;
use super::journal::{At, Block, Entry, Output};
use super::plan::{REMOVED, REPORT, SITE_FACTS, Unit};
use super::report::Report;
use super::settings::{Dedup, OnBad, To};
use super::sums::Sums;
use super::{Run, applied, assemble, grown, html, index, part, remove};
use crate::error::Error;
use crate::io::output::AtomicFile;
use crate::io::quarantine::Quarantine;

impl Run {
    /// Puts the outputs together, checks the sums, and takes the work in progress away.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Conservation`]; [`Error::Usage`] when a pass is missing.
    pub fn finish(&self) -> Result<Report, Error> {
        let entries = self.entries()?;
        let scanned = self.all_scanned(&entries)?;
        let applied: BTreeMap<At, &Block> = entries.iter().filter_map(applied).map(|b| (b.at, b)).collect();
        let dump = self.plan.settings.dedup == Dedup::Dump;
        if self.plan.settings.stores() && scanned.iter().any(|b| !b.written && !applied.contains_key(&b.at)) {
            return Err(Error::Usage("not all is written yet; run `jingwen stage apply` over all shares first".to_owned()));
        }
        let mut sums = Sums::default();
        for b in &scanned {
            sums.add(&b.sums);
        }
        applied.values().for_each(|b| sums.add(&b.sums));
        sums.records.check()?;

        let mut outputs: Vec<Output> =
            entries.iter().filter_map(|e| if let Entry::Output(o) = e { Some(o.clone()) } else { None }).collect();
        let there: HashSet<PathBuf> = outputs.iter().map(|o| o.path.clone()).collect();
        let mut journal = self.journal("journal")?;
        let units: Vec<(u32, Unit)> = self.units().collect();
        let begun = self.begun();
        let grown = grown(scanned.iter().chain(applied.values().copied()));
        let mut keep = |o: Output| -> Result<(), Error> {
            journal.note(&Entry::Output(o.clone()))?;
            outputs.push(o);
            Ok(())
        };
        let mut wait = Vec::new();
        // units and blocks of each part: there may be as many parts as inputs
        let mut of = vec![(Vec::new(), Vec::new()); self.plan.parts.len()];
        let part_of = |unit: u32| units.get(unit as usize).and_then(|(_, u)| u.part).map(|p| p as usize);
        for (unit, part) in units.iter().filter_map(|(n, _)| Some((*n, part_of(*n)?))) {
            of[part].0.push(unit);
        }
        for (at, part) in scanned.iter().filter_map(|b| Some((b.at, part_of(b.at.0)?))) {
            of[part].1.push(at);
        }
        for (n, (part, (units, blocks))) in (0u32..).zip(self.plan.parts.iter().zip(of)) {
            if self.plan.settings.to == To::Parquet {
                if there.contains(part) {
                    continue;
                }
                keep(assemble::table(&self.plan, n, &self.work, &begun, &blocks, &self.folder)?)?;
                for at in blocks {
                    self.work.remove(at, Stage::Out)?;
                }
                continue;
            }
            let files: Vec<(PathBuf, u64)> = units.into_iter().filter_map(|u| Some((self.work.unit(u), *grown.get(&u)?))).collect();
            if let [(file, length)] = &files[..] {
                if !there.contains(part) {
                    keep(part::whole(file, *length, part)?)?;
                }
                wait.push((file.clone(), *length, part));
            } else if !there.contains(part) {
                keep(part::concatenate(&files, &begun, &self.folder, part)?)?;
                files.iter().try_for_each(|(file, _)| remove(file))?;
            }
        }
        // all of them in the journal before one has its name: a run killed between gives them their names when it goes on
        journal.sync()?;
        for (file, length, part) in wait {
            part::place(&file, length, &begun, &self.folder, part)?;
        }
        let mut keep = |o: Output| -> Result<(), Error> {
            journal.add(&Entry::Output(o.clone()))?;
            outputs.push(o);
            Ok(())
        };
        let all: Vec<At> = scanned.iter().map(|b| b.at).collect();
        if !there.contains(Path::new(REMOVED)) {
            assemble::concatenate(&self.work, &begun, &all, Stage::Removed, &self.folder, Path::new(REMOVED))?
                .map(&mut keep)
                .transpose()?;
        }
        if self.plan.settings.learn_sites && !there.contains(Path::new(SITE_FACTS)) {
            keep(self.write_facts()?)?;
        }
        if self.plan.settings.on_bad == OnBad::Quarantine {
            let name = self.quarantine.strip_prefix(&self.folder).unwrap_or(&self.quarantine).to_path_buf();
            if !there.contains(&name.join(Quarantine::FILES[0])) {
                let create = |path: PathBuf| match path.starts_with(&self.folder) {
                    true => Assembly::create(&begun, path),
                    false => Assembly::create_outside(&self.plan.id(), path),
                };
                // the first of the two files may be in the journal without the other
                let files = assemble::quarantine(&self.work, create, &all, &self.quarantine, &name)?;
                files.into_iter().filter(|o| !there.contains(&o.path)).try_for_each(&mut keep)?;
            }
        }
        // what is made of the work in progress is made once: killed while that is taken away, a run goes on with a part of it
        if let Some(path) = self.plan.settings.trace.as_ref().filter(|_| !entries.contains(&Entry::Traced)) {
            let documents = scanned.iter().chain(applied.values().copied()).map(|b| b.traced).sum();
            assemble::trace(&self.work, &all, &self.plan.id(), path, documents)?;
            journal.add(&Entry::Traced)?;
        }
        if let Some(to) = self.plan.settings.report.as_ref().filter(|_| !entries.contains(&Entry::Reported)) {
            let files = scanned.iter().flat_map(|b| [Stage::Told, Stage::ToldLast].map(|s| self.work.path(b.at, s))).collect();
            let write = |to: &Path| {
                let file = AtomicFile::create_again(to, &self.plan.id()).map_err(Error::io("write", &to))?;
                html::write(&sums, self.plan.inputs.len(), self.rules, self.means.lang, html::Source::Blocks(files), file, to)
            };
            if to.symlink_metadata().is_err() {
                write(to)?;
            } else {
                // since the plan somebody put it there; or this run did, and was killed before it could say so
                let ours = begun.join(REPORT).with_extension("html");
                write(&ours)?;
                let same = fs::read(to).ok() == Some(fs::read(&ours).map_err(Error::io("read", &ours))?);
                if !same {
                    let name = to.display();
                    return Err(Error::Usage(format!("{name} came there since the run was planned; move it away and finish again")));
                }
            }
            journal.add(&Entry::Reported)?;
        }
        if let Some(to) = self.plan.settings.keep_index.as_ref().filter(|_| dump && !entries.contains(&Entry::Indexed)) {
            index::keep(&self.plan, &self.work.folder, to)?;
            journal.add(&Entry::Indexed)?;
        }
        drop(journal);
        for folder in [&self.work.folder, &self.work.begun, &begun] {
            match fs::remove_dir_all(folder) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::io("clear", folder)(e)),
                _ => {}
            }
        }
        if let (Some(_), Some(own)) = (&self.means.temp, self.work.folder.parent()) {
            // the folder of this run in the one for temporary files; when something else lies in it, it stays
            let _ = fs::remove_dir(own);
        }
        let listed = self.folder.join(REMOVED).exists().then(|| self.folder.join(REMOVED));
        let texts: usize = scanned.iter().chain(applied.into_values()).map(|b| b.files.len()).sum();
        Ok(Report::new(&self.plan, sums, outputs.len() + texts, listed, &self.quarantine))
    }
}
