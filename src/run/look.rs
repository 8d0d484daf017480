//! A plan gone through without writing: every record is read and cleaned as a run would, and shown to a [`Look`]; what it makes of them
//! comes back in order. For diff, check and reports.

use std::cell::Cell;
use std::collections::HashSet;
use std::path::Path;

use super::IN_FLIGHT;
use super::feed::Feed;
use super::html::{self, Teller};
use super::plan::Plan;
use super::render::Render;
use super::settings::{Means, OnBad, Watch};
use super::sums::Sums;
use super::work::{Done, Worker};
use crate::batch::{Limits, ordered};
use crate::draft::Draft;
use crate::error::Error;
use crate::io::quarantine::{Bad, Raw};
use crate::page::Page;
use crate::rules::Rules;

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file as the user named it, with the entry of an archive behind it; `<stdin>` for standard input.
    pub path: &'a Path,
    /// Number of the record in the file, from 1.
    pub record: u64,
    /// The file is the record.
    pub alone: bool,
}

impl std::fmt::Display for Place<'_> {
    /// `path`, or `path#record` in a file of several.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.alone { Ok(()) } else { write!(f, "#{}", self.record) }
    }
}

/// Is shown every record that is cleaned, on any thread.
pub trait Look: Sync {
    /// What is to be known of a record, in bytes that only the caller of [`look`] reads; nothing for nothing. `rules` are those of the page.
    fn look(&self, at: Place<'_>, page: &Page<'_>, draft: &Draft<'_>, rules: &Rules) -> Vec<u8>;

    /// The same of a record that cannot be read; nothing unless it is said.
    fn bad(&self, bad: &Bad) -> Vec<u8> {
        let _ = bad;
        Vec::new()
    }
}

/// Shows all records of a plan to `to`; `each` gets what it makes of them, in the order of the records, on the calling thread. What
/// cannot be read is told, counted as skipped, and shown to nobody.
///
/// # Errors
/// Those of `each`; those of own rules; [`Error::Conservation`].
pub fn look(
    plan: &Plan,
    means: &Means,
    watch: &mut dyn Watch,
    to: &dyn Look,
    each: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>,
) -> Result<Sums, Error> {
    watch.expect("look", plan.inputs.iter().map(|i| (i.path.as_os_str() != "-").then_some(i.size)).sum());
    let read = Cell::new(0);
    let done = HashSet::new();
    let mut feed = Feed::new(plan, (0u32..).zip(plan.units()).collect(), &done, 0, &read);
    let rules = plan.settings.read_rules()?;
    let render = Render::new(&plan.settings, rules).with_sites(plan.settings.read_site_facts()?, None);
    let worker = Worker { look: Some(to), ..Worker::new(plan, &render) };
    let limits = Limits { threads: means.threads, weight: IN_FLIGHT.min(means.memory / 4).max(1 << 20) };
    let mut sums = Sums::default();
    let mut teller = Teller::begin(plan.settings.report.as_deref())?;
    let mut take = |mut done: Done| -> Result<(), Error> {
        if let Some(teller) = &mut teller {
            done.told.drain(..).try_for_each(|told| teller.take(told))?;
            done.bad.iter().try_for_each(|bad| teller.take(html::told(bad, &plan.inputs[done.input], true)))?;
        }
        done.seen.drain(..).filter(|seen| !seen.is_empty()).try_for_each(&mut *each)?;
        for bad in &done.bad {
            if plan.settings.on_bad == OnBad::Fail {
                return Err(bad.error());
            }
            sums.unreadable += u64::from(matches!(bad.raw, Raw::None));
            sums.records.skipped += 1;
            Some(to.bad(bad)).filter(|seen| !seen.is_empty()).map_or(Ok(()), &mut *each)?;
            watch.warn(&format!("{} [not looked at]", bad.error()));
        }
        let more = done.counter.finish(rules);
        watch.advance(more.bytes_in, more.records.read);
        sums.add(&more);
        Ok(())
    };
    ordered(limits, std::iter::from_fn(|| feed.job()), |job| worker.work(job), |done| take(done?))?;
    watch.finish();
    if sums.records.read != read.get() {
        return Err(Error::Conservation(format!("{} records were read, {} were looked at", read.get(), sums.records.read)));
    }
    sums.records.check()?;
    if let Some(teller) = teller {
        teller.finish(&sums, plan.inputs.len(), rules, means.lang)?;
    }
    Ok(sums)
}
