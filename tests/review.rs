//! `jingwen review` in a pseudo-terminal: keys in, a screen out; what it writes, how it ends, and that the terminal is as it was before.
#![cfg(all(feature = "cli", any(target_os = "linux", target_os = "macos")))]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use tempfile::TempDir;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

const PAGE: &str = "修路记\n山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。\n他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n分享到：微博 微信 QQ空间\n";

/// A program in a pseudo-terminal.
struct Terminal {
    child: Child,
    keys: File,
    out: Receiver<Vec<u8>>,
    /// All that was written.
    seen: Vec<u8>,
    /// Bytes of it that were waited for already.
    at: usize,
    reader: std::thread::JoinHandle<()>,
    /// The side of the program, to ask how the terminal is set.
    theirs: File,
}

impl Terminal {
    fn start(folder: &Path, args: &[&str], (columns, rows): (u16, u16)) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        // the program must not hold our side open itself
        fcntl_setfd(&ours, FdFlags::CLOEXEC).expect("it stays with us");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it can be used");
        tcsetwinsize(&ours, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("it has a size");
        let name = ptsname(&ours, Vec::new()).expect("its other side has a name").into_string().expect("it is text");
        let theirs = File::options().read(true).write(true).open(name).expect("the other side opens");
        let side = || Stdio::from(theirs.try_clone().expect("it can be had twice"));
        let child = Command::new(env!("CARGO_BIN_EXE_jingwen"))
            .args(args)
            .current_dir(folder)
            .env("TERM", "xterm")
            .env("LC_ALL", "C")
            .env("NO_COLOR", "1")
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("the program starts");
        let keys = File::from(ours);
        let mut read = keys.try_clone().expect("it can be had twice");
        let (send, out) = channel();
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = read.read(&mut buffer) {
                if send.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { child, keys, out, seen: Vec::new(), at: 0, reader, theirs }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("keys can be sent");
    }

    /// Waits until this is written, behind all that was waited for before.
    fn wait(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let new = &self.seen[self.at..];
            if let Some(at) = new.windows(text.len()).position(|w| w == text.as_bytes()) {
                self.at += at + text.len();
                return;
            }
            match self.out.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(more) => self.seen.extend(more),
                Err(e) => panic!("`{text}` does not come ({e}):\n{}", String::from_utf8_lossy(&self.seen[self.at..])),
            }
        }
    }

    /// Waits until nothing is written any more.
    fn settle(&mut self) {
        while let Ok(more) = self.out.recv_timeout(Duration::from_millis(500)) {
            self.seen.extend(more);
        }
    }

    /// Waits for the end: how it ended, and all that was written.
    fn end(mut self) -> (ExitStatus, String) {
        let status = ended(&mut self.child);
        let modes = tcgetattr(&self.theirs).expect("the terminal tells its modes").local_modes;
        assert!(modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG), "the terminal is not as it was: {modes:?}");
        while let Ok(more) = self.out.recv_timeout(Duration::from_millis(200)) {
            self.seen.extend(more);
        }
        let all = String::from_utf8_lossy(&self.seen).into_owned();
        if all.contains("\u{1B}[?1049h") {
            let last = |on: &str, off: &str| all.rfind(on) < all.rfind(off);
            assert!(last("\u{1B}[?1049h", "\u{1B}[?1049l"), "the other screen is not left");
            assert!(last("\u{1B}[?25l", "\u{1B}[?25h"), "the cursor stays hidden");
            assert!(last("\u{1B}[?7l", "\u{1B}[?7h"), "lines are not wrapped any more");
        }
        (status, all)
    }
}

fn ended(child: &mut Child) -> ExitStatus {
    let until = Instant::now() + PATIENCE;
    loop {
        match child.try_wait().expect("its state is known") {
            Some(status) => return status,
            None if Instant::now() > until => {
                let _ = child.kill();
                panic!("it does not end");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn folder() -> TempDir {
    let t = TempDir::new().expect("a folder");
    fs::create_dir(t.path().join("in")).expect("a folder");
    fs::write(t.path().join("in/a.txt"), PAGE).expect("a file");
    fs::write(t.path().join("in/b.txt"), PAGE).expect("a file");
    t
}

const ALL: [&str; 6] = ["review", "in", "--baseline", "known.jsonl", "--rules", "own"];

fn check(folder: &Path, args: &[&str]) -> (i32, String) {
    let done =
        Command::new(env!("CARGO_BIN_EXE_jingwen")).args(args).current_dir(folder).env("LC_ALL", "C").output().expect("the program starts");
    (done.status.code().unwrap_or(-1), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
}

#[test]
fn decisions_are_written_and_not_asked_for_again() {
    let t = folder();
    let mut terminal = Terminal::start(t.path(), &ALL, (100, 30));
    terminal.wait("1/2");
    terminal.wait("in/a.txt:3:11");
    terminal.wait("repair/utf-8-as-windows-1252");
    terminal.wait("cafÃ©");
    terminal.wait("1 more of the same: in/b.txt:3:11");
    terminal.press("k");
    terminal.wait("no rule can keep this");
    terminal.press("a");
    terminal.wait("2/2");
    terminal.wait("boilerplate/share");
    terminal.press("k");
    terminal.wait("all findings are gone through");
    terminal.press("q");
    let (status, seen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{seen}");
    assert!(seen.contains("1 accepted, 1 kept, 0 by rules, 0 left"), "{seen}");
    let table = fs::read_to_string(t.path().join("own/review.tsv")).expect("a table");
    assert!(table.ends_with("\twhole\t分享到：微博 微信 QQ空间\tkeep\n"), "{table}");

    assert_eq!(check(t.path(), &["check", "in", "--baseline", "known.jsonl", "--rules", "own"]).0, 0);
    let (code, told) = check(t.path(), &["rules", "test", "--rules", "own", "in"]);
    assert!(code == 0 && told.contains("ok\n") && told.contains("2 lines"), "{told}");
    assert_eq!(check(t.path(), &["clean", "in", "-o", "out", "--rules", "own", "-q"]).0, 0);
    let clean = fs::read_to_string(t.path().join("out/a.txt")).expect("a clean text");
    assert!(clean.contains("分享到") && clean.contains("café"), "{clean}");

    let again = Terminal::start(t.path(), &ALL, (100, 30));
    let (status, seen) = again.end();
    assert!(status.code() == Some(0) && seen.contains("nothing to review"), "{seen}");
}

#[test]
fn a_rule_is_made_and_taken_back() {
    let t = folder();
    let mut terminal = Terminal::start(t.path(), &["review", "in", "--rules", "own/mine.tsv", "--rule", "boilerplate/"], (100, 30));
    terminal.wait("boilerplate/share");
    // to the words: begin, without the last nine characters
    terminal.press("r\t\u{1B}[C\t");
    terminal.wait("begins with this");
    terminal.press(&"\u{7F}".repeat(9));
    terminal.wait("it decides 1 of");
    terminal.press("\r");
    terminal.wait("all findings are gone through");
    terminal.press("u");
    terminal.wait("taken back");
    terminal.press("q");
    let (status, _) = terminal.end();
    assert!(status.success() && !t.path().join("own").exists(), "nothing was decided, so nothing is written");

    let mut terminal = Terminal::start(t.path(), &["review", "in", "--rules", "own/mine.tsv", "--rule", "boilerplate/"], (100, 30));
    terminal.wait("boilerplate/share");
    terminal.press("r\r");
    terminal.wait("all findings are gone through");
    // Ctrl-C ends it as `q` does
    terminal.press("\u{3}");
    assert!(terminal.end().0.success());
    let table = fs::read_to_string(t.path().join("own/mine.tsv")).expect("a table");
    assert_eq!(table.lines().filter(|l| l.ends_with("\tkeep")).count(), 1, "{table}");
}

#[test]
fn a_signal_ends_it_and_loses_nothing() {
    let t = folder();
    let mut terminal = Terminal::start(t.path(), &ALL, (100, 30));
    terminal.wait("1/2");
    terminal.press("a");
    terminal.wait("2/2");
    let process = rustix::process::Pid::from_child(&terminal.child);
    rustix::process::kill_process(process, rustix::process::Signal::TERM).expect("a signal can be sent");
    let (status, seen) = terminal.end();
    assert_eq!(status.signal(), Some(15), "{seen}");
    assert_eq!(fs::read_to_string(t.path().join("known.jsonl")).expect("a baseline").lines().count(), 2);
}

#[test]
fn decisions_are_written_while_one_goes_on_and_a_review_is_taken_up_again() {
    let t = folder();
    let mut terminal = Terminal::start(t.path(), &ALL, (100, 30));
    terminal.wait("1/2");
    terminal.press("a");
    terminal.wait("2/2");
    let until = Instant::now() + PATIENCE;
    while !t.path().join("known.jsonl").exists() {
        assert!(Instant::now() < until, "nothing is written");
        std::thread::sleep(Duration::from_millis(5));
    }
    // SIGKILL: nothing can be done any more
    terminal.child.kill().expect("it can be killed");
    ended(&mut terminal.child);
    let mut terminal = Terminal::start(t.path(), &ALL, (100, 30));
    terminal.wait("1/1");
    terminal.wait("boilerplate/share");
    // a line that somebody else writes meanwhile stays
    terminal.press("a");
    terminal.wait("all findings are gone through");
    let known = fs::read_to_string(t.path().join("known.jsonl")).expect("a baseline");
    let other = known.lines().nth(1).expect("a finding").replace("\"fingerprint\":\"", "\"fingerprint\":\"0");
    fs::write(t.path().join("known.jsonl"), format!("{known}{other}\n")).expect("a file");
    terminal.press("q");
    assert!(terminal.end().0.success());
    let known = fs::read_to_string(t.path().join("known.jsonl")).expect("a baseline");
    assert!(known.lines().count() == 4 && known.contains(&other), "{known}");
}

#[test]
fn a_terminal_that_goes_away_ends_it_and_loses_nothing() {
    let t = folder();
    let mut terminal = Terminal::start(t.path(), &ALL, (100, 30));
    terminal.wait("1/2");
    terminal.press("a");
    terminal.wait("2/2");
    let Terminal { mut child, mut keys, out, reader, theirs, .. } = terminal;
    // the thread that reads holds the terminal open, too, until it finds that nobody listens
    drop(out);
    keys.write_all(b"?").expect("keys can be sent");
    reader.join().expect("it ends");
    drop((keys, theirs));
    let status = ended(&mut child);
    assert_eq!(status.code(), Some(3));
    assert_eq!(fs::read_to_string(t.path().join("known.jsonl")).expect("a baseline").lines().count(), 2);
}

#[test]
fn a_screen_may_be_small_and_change() {
    let t = folder();
    let mut terminal = Terminal::start(t.path(), &ALL, (20, 6));
    terminal.wait("1/2");
    terminal.press("?");
    terminal.wait("any key goes back");
    terminal.press("x\u{1B}[B\u{1B}[B\u{1B}[6~/caf\rr");
    for (columns, rows) in [(1, 1), (200, 3), (100, 30)] {
        tcsetwinsize(&terminal.keys, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("it has a size");
        let process = rustix::process::Pid::from_child(&terminal.child);
        rustix::process::kill_process(process, rustix::process::Signal::WINCH).expect("a signal can be sent");
    }
    // Escape goes by itself, when the form is there: with a key behind it in one read it would be that key with Alt. And when all sizes are drawn:
    // the library that reads keys hears of one that comes with a signal only with the next one.
    terminal.wait("\u{1B}[30;1H\u{1B}[2KEnter makes it");
    terminal.settle();
    terminal.press("\u{1B}");
    terminal.wait("repair/utf-8-as-windows-1252 [edited");
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn page_text_cannot_command_the_terminal() {
    let t = folder();
    let evil = format!("{}\u{1B}]0;owned\u{7}\u{1B}[2J\u{202E}evil cafÃ© au lait 路上下起了雨。\n", &PAGE[..PAGE.find('他').unwrap_or(0)]);
    fs::write(t.path().join("in/a.txt"), evil).expect("a file");
    let mut terminal = Terminal::start(t.path(), &ALL, (100, 40));
    terminal.wait("1/");
    for _ in 0..8 {
        terminal.press("n");
    }
    terminal.wait("this is the last one");
    terminal.press("q");
    let (_, seen) = terminal.end();
    assert!(seen.contains("\\u{1B}") && !seen.contains("\u{1B}]0;") && !seen.contains("\u{202E}"), "{seen:?}");
    // without colours nothing but the screen is set
    for code in seen.split("\u{1B}[").skip(1) {
        assert_ne!(code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').chars().next(), Some('m'), "{seen:?}");
    }
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let t = folder();
    let (code, told) = check(t.path(), &ALL);
    assert_eq!(code, 2);
    assert!(told.contains("review needs a terminal") && told.contains("jingwen check"), "{told}");
    fs::write(t.path().join("known.jsonl"), "{}\n").expect("a file");
    let (status, seen) = Terminal::start(t.path(), &ALL, (80, 24)).end();
    assert!(status.code() == Some(2) && seen.contains("no baseline"), "{seen}");
}
