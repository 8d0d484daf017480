//! The report of a run: `run.json`, the table for people, the metrics for Prometheus. The only place that knows of time and machine.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::plan::Plan;
use super::sums::Sums;

/// How a run went.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this form.
    schema_version: u32,
    /// Version of jingwen.
    version: String,
    /// Hash of the plan.
    run: String,
    /// What came in and where it ended.
    pub sums: Sums,
    /// Inputs.
    inputs: usize,
    /// Files written.
    outputs: usize,
    /// Seconds in all.
    seconds: f64,
    /// Seconds a pass.
    passes: Vec<Pass>,
    /// Bytes of input a second.
    bytes_per_second: f64,
    threads: usize,
    memory: u64,
    /// Highest memory of the process, in bytes; `null` where the system does not say.
    peak_memory: Option<u64>,
    /// Where records removed whole are listed.
    #[serde(skip)]
    pub removed: Option<PathBuf>,
    /// Where records are kept that could not be read.
    #[serde(skip)]
    pub quarantine: PathBuf,
}

#[derive(Clone, Debug, Serialize)]
struct Pass {
    name: &'static str,
    seconds: f64,
}

impl Report {
    pub(super) fn new(plan: &Plan, sums: Sums, outputs: usize, removed: Option<PathBuf>, quarantine: &Path) -> Report {
        Report {
            schema_version: 1,
            version: plan.version.clone(),
            run: plan.id(),
            sums,
            inputs: plan.inputs.len(),
            outputs,
            seconds: 0.0,
            passes: Vec::new(),
            bytes_per_second: 0.0,
            threads: 0,
            memory: 0,
            peak_memory: None,
            removed,
            quarantine: quarantine.to_path_buf(),
        }
    }

    /// Adds how long it took and what it had.
    pub(super) fn took(&mut self, seconds: f64, passes: Vec<(&'static str, f64)>, threads: usize, memory: u64) {
        let rounded = |s: f64| (s * 1000.0).round() / 1000.0;
        self.seconds = rounded(seconds);
        self.passes = passes.into_iter().map(|(name, s)| Pass { name, seconds: rounded(s) }).collect();
        self.bytes_per_second = (self.sums.bytes_in as f64 / seconds.max(1e-3)).round();
        self.threads = if threads == 0 { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) } else { threads };
        self.memory = memory;
        self.peak_memory = peak_memory();
    }

    /// The content of `run.json`.
    pub fn json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// The numbers in the text format of Prometheus.
    pub fn prometheus(&self) -> String {
        let mut out = String::new();
        let mut metric = |name: &str, help: &str, values: &[(&str, f64)]| {
            out.push_str(&format!("# HELP jingwen_{name} {help}\n# TYPE jingwen_{name} gauge\n"));
            for (labels, v) in values {
                out.push_str(&format!("jingwen_{name}{labels} {v}\n"));
            }
        };
        let t = &self.sums.records;
        let ended = [
            ("{end=\"out\"}", t.out as f64),
            ("{end=\"removed\"}", t.removed as f64),
            ("{end=\"quarantined\"}", t.quarantined as f64),
            ("{end=\"skipped\"}", t.skipped as f64),
        ];
        metric("records_read", "Records that came in", &[("", t.read as f64)]);
        metric("records", "Records by how they ended", &ended);
        metric("bytes_in", "Bytes of the records as they came", &[("", self.sums.bytes_in as f64)]);
        metric("bytes_out", "Bytes written before compression", &[("", self.sums.bytes_out as f64)]);
        metric("duplicate_paragraphs", "Paragraphs that repeat one of another record", &[("", self.sums.duplicate_paragraphs as f64)]);
        metric("duplicate_records", "Records that repeat another one whole", &[("", self.sums.duplicate_records as f64)]);
        metric("seconds", "Duration of the run", &[("", self.seconds)]);
        if let Some(peak) = self.peak_memory {
            metric("peak_memory_bytes", "Highest memory of the process", &[("", peak as f64)]);
        }
        let rules: Vec<(String, f64)> = self.sums.rules.iter().map(|(r, n)| (format!("{{rule=\"{r}\"}}"), *n as f64)).collect();
        let rules: Vec<(&str, f64)> = rules.iter().map(|(r, n)| (&**r, *n)).collect();
        metric("rule_acts", "Edits, removals and notes by rule", &rules);
        out
    }
}

/// The highest memory this process has had, in bytes, where the system says so.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}
