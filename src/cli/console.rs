//! Standard error: messages, the progress of a long run, the summary of a finished one. Results never go here.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{Progress, Speech, Talk, When};
use crate::lang::Lang;

/// A run this long gets a bar.
const LONG: Duration = Duration::from_millis(800);
/// Messages of one kind that are printed without `-v`.
const ENOUGH: u64 = 20;

/// True when text for `stream` gets colours.
pub fn colored(when: When, stream: &impl IsTerminal) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    }
}

/// The language the user reads: the one that was asked for; else, when people read it, that of the locale. Programs get English.
pub fn lang(talk: &Talk, people: bool) -> Lang {
    match talk.lang {
        Some(Speech::En) => Lang::En,
        Some(Speech::Zh) => Lang::Zh,
        None if people => {
            // the first of them that is set decides, as POSIX has it
            let set = ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).unwrap_or_default());
            Lang::of_locale(set.iter().find(|v| !v.is_empty()).map_or("", |v| v))
        }
        None => Lang::En,
    }
}

/// Where messages go.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    /// The user wants to know more.
    pub verbose: bool,
    /// The language the user reads.
    pub lang: Lang,
    color: bool,
    progress: Progress,
    messages: u64,
    bar: Option<ProgressBar>,
    /// The program.
    started: Instant,
    /// The pass at hand, and when it began.
    pass: &'static str,
    passed: Instant,
    told: Instant,
    /// Bytes there are to do, if that is known.
    total: Option<u64>,
    done: u64,
    records: u64,
}

impl Console {
    /// As the user wants it.
    pub fn new(talk: &Talk) -> Console {
        let stderr = io::stderr();
        let progress = match talk.progress {
            Progress::Auto if talk.quiet || !stderr.is_terminal() => Progress::None,
            p => p,
        };
        Console {
            quiet: talk.quiet,
            verbose: talk.verbose,
            lang: lang(talk, true),
            color: colored(talk.color, &stderr),
            progress,
            messages: 0,
            bar: None,
            started: Instant::now(),
            pass: "",
            passed: Instant::now(),
            told: Instant::now(),
            total: None,
            done: 0,
            records: 0,
        }
    }

    fn say(&self, line: &str) {
        // a closed standard error is no reason to stop
        let print = || _ = writeln!(io::stderr().lock(), "{line}");
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// `text` in `style`, if colours are wanted.
    fn styled(&self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Something is wrong with a record; after [`ENOUGH`] of them only `-v` shows more.
    pub fn warn(&mut self, message: &str) {
        self.messages += 1;
        let say = !self.quiet && (self.verbose || self.messages <= ENOUGH);
        if say {
            self.say(&format!("{} {message}", self.styled(AnsiColor::Yellow.on_default().bold(), "jingwen:")));
        } else if !self.quiet && self.messages == ENOUGH + 1 {
            self.say("jingwen: more records are bad; -v shows all of them");
        }
    }

    /// Something worth knowing for who asked with `-v`.
    pub fn note(&self, message: &str) {
        if self.verbose {
            self.say(message);
        }
    }

    /// A line for all who did not ask for silence.
    pub fn tell(&self, message: &str) {
        if !self.quiet {
            self.say(message);
        }
    }

    /// A pass begins; says how many bytes there are to do.
    pub fn expect(&mut self, pass: &'static str, bytes: Option<u64>) {
        self.pass = pass;
        self.total = bytes;
        (self.done, self.records) = (0, 0);
        self.passed = Instant::now();
    }

    /// More is done.
    pub fn advance(&mut self, bytes: u64, records: u64) {
        self.done += bytes;
        self.records += records;
        match self.progress {
            Progress::None => {}
            Progress::Auto => {
                if self.bar.is_none() && self.passed.elapsed() > LONG {
                    self.bar = Some(bar(self.total));
                }
                if let Some(bar) = &self.bar {
                    bar.set_position(self.done);
                    bar.set_prefix(self.pass);
                    bar.set_message(format!("{} records", HumanCount(self.records)));
                }
            }
            Progress::Plain if self.told.elapsed() > Duration::from_secs(5) => self.plain(),
            Progress::Json if self.told.elapsed() > Duration::from_secs(1) => self.json(),
            Progress::Plain | Progress::Json => {}
        }
    }

    /// Bytes a second so far, and seconds left.
    fn pace(&self) -> (f64, Option<f64>) {
        let rate = self.done as f64 / self.passed.elapsed().as_secs_f64().max(1e-9);
        (rate, self.total.map(|t| t.saturating_sub(self.done) as f64 / rate.max(1.0)))
    }

    fn plain(&mut self) {
        let (rate, left) = self.pace();
        let of = self.total.map(|t| format!(" of {}", HumanBytes(t))).unwrap_or_default();
        let left = left.map(|s| format!(", {s:.0} s left")).unwrap_or_default();
        self.say(&format!("{}: {}{of}, {} records, {}/s{left}", self.pass, HumanBytes(self.done), self.records, HumanBytes(rate as u64)));
        self.told = Instant::now();
    }

    fn json(&mut self) {
        let (rate, left) = self.pace();
        let line = serde_json::json!({"pass": self.pass, "bytes": self.done, "total": self.total, "records": self.records,
            "bytes_per_second": rate.round(), "seconds_left": left.map(f64::round)});
        self.say(&line.to_string());
        self.told = Instant::now();
    }

    /// The pass is over: the bar goes, the others get their last line.
    pub fn finish(&mut self) {
        match self.progress {
            Progress::Plain => self.plain(),
            Progress::Json => self.json(),
            _ => {}
        }
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let style = match total {
        Some(_) => "{prefix} {bar:30} {percent:>3} %  {bytes} of {total_bytes}  {msg}  {bytes_per_sec}  {eta} left",
        None => "{prefix} {spinner} {bytes}  {msg}  {bytes_per_sec}  {elapsed}",
    };
    // the templates above are right, as the test below shows
    bar.with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_templates_parse() {
        use indicatif::ProgressStyle;
        for total in [None, Some(5)] {
            let style = super::bar(total);
            assert_eq!(style.length(), total);
        }
        assert!(
            ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} %  {bytes} of {total_bytes}  {msg}  {bytes_per_sec}  {eta} left")
                .is_ok()
        );
    }
}
