//! The terminal of `review`: raw mode and the other screen, keys in, rows out; and the way back to how it was, whatever ends it. What is
//! drawn lives in [`crate::review`].

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, queue, terminal};

use super::diff::painted;
use crate::error::Error;
use crate::review::{Key, Walk, draw};
use crate::rules::Rules;

/// How long nothing has to happen before decisions are written, and how often signals are looked for.
const IDLE: Duration = Duration::from_millis(150);

/// How the walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By a key.
    Key,
    /// By this signal.
    Signal(i32),
    /// The terminal is gone.
    Closed,
}

impl Ended {
    /// Ends the program as the signal would have, now that everything is in order.
    ///
    /// # Errors
    /// That of a terminal that is gone.
    pub fn raise(self) -> Result<(), Error> {
        match self {
            Ended::Key => Ok(()),
            #[cfg(unix)]
            Ended::Signal(signal) => signal_hook::low_level::emulate_default_handler(signal).map_err(Error::io("end by", "a signal")),
            #[cfg(not(unix))]
            Ended::Signal(_) => Ok(()),
            Ended::Closed => Err(Error::io("read", "the terminal")(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// Shows a walk until a key, a signal or the terminal ends it. `write` is called when decisions were made and nothing happens for a while.
///
/// # Errors
/// When the terminal does not do what it is told; those of `write`. The terminal is as it was before in every case.
pub fn show(walk: &mut Walk, rules: &Rules, color: bool, write: &mut dyn FnMut(&Walk) -> Result<(), Error>) -> Result<Ended, Error> {
    let signals = Signals::new().map_err(Error::io("watch for", "signals"))?;
    let _screen = Screen::enter()?;
    // Reading stands in a thread of its own: it does not come back when the terminal goes away.
    let (send, keys) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok(event) = event::read()
            && send.send(event).is_ok()
        {}
    });
    let mut written = walk.steps();
    loop {
        paint(walk, rules, color).map_err(Error::io("write", "the terminal"))?;
        let mut event = loop {
            if let Some(signal) = signals.seen() {
                return Ok(Ended::Signal(signal));
            }
            match keys.recv_timeout(IDLE) {
                Ok(event) => break event,
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(Ended::Closed),
                Err(mpsc::RecvTimeoutError::Timeout) if !io::stdout().is_terminal() => return Ok(Ended::Closed),
                Err(mpsc::RecvTimeoutError::Timeout) if walk.steps() != written => {
                    write(walk)?;
                    written = walk.steps();
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
        };
        // all that came meanwhile before anything is drawn again
        loop {
            if let Some(key) = key(&event)
                && !walk.press(key)
            {
                return Ok(Ended::Key);
            }
            match keys.try_recv() {
                Ok(next) => event = next,
                Err(_) => break,
            }
        }
    }
}

/// Draws the walk in one piece.
fn paint(walk: &mut Walk, rules: &Rules, color: bool) -> io::Result<()> {
    let size = terminal::size().unwrap_or((80, 24));
    let picture = draw(walk, rules, size, color);
    walk.scroll = walk.scroll.min(picture.most);
    let painted = painted(color);
    let mut out = Vec::with_capacity(1 << 13);
    queue!(out, terminal::BeginSynchronizedUpdate)?;
    for (n, row) in (0u16..).zip(&picture.rows) {
        queue!(out, cursor::MoveTo(0, n), terminal::Clear(terminal::ClearType::CurrentLine))?;
        for (tone, text) in row {
            out.extend_from_slice(painted(*tone, text).as_bytes());
        }
    }
    queue!(out, terminal::Clear(terminal::ClearType::FromCursorDown), terminal::EndSynchronizedUpdate)?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(&out)?;
    stdout.flush()
}

/// The key of an event, if it is one that was pressed.
fn key(event: &Event) -> Option<Key> {
    let Event::Key(key) = event else { return None };
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Key::Interrupt,
        KeyCode::Char('u') if control => Key::Clear,
        KeyCode::Char('a') if control => Key::Home,
        KeyCode::Char('e') if control => Key::End,
        KeyCode::Char(_) if control || key.modifiers.contains(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        _ => return None,
    })
}

/// The terminal while it is ours.
struct Screen;

/// It is to be given back.
static OURS: AtomicBool = AtomicBool::new(false);

impl Screen {
    fn enter() -> Result<Screen, Error> {
        terminal::enable_raw_mode()
            .map_err(|e| Error::Usage(format!("review needs a terminal to read keys from ({e}); `jingwen check` needs none")))?;
        OURS.store(true, Ordering::SeqCst);
        let screen = Screen;
        // whatever goes wrong, the message is to stand on a terminal that is in order
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            leave();
            before(info);
        }));
        execute!(io::stdout(), terminal::EnterAlternateScreen, terminal::DisableLineWrap, cursor::Hide)
            .map_err(Error::io("write", "the terminal"))?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back, once.
fn leave() {
    if OURS.swap(false, Ordering::SeqCst) {
        // it may be gone: then there is nothing to give back
        let _ = execute!(io::stdout(), cursor::Show, terminal::EnableLineWrap, terminal::LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

/// Signals that end the walk.
struct Signals {
    seen: Arc<AtomicUsize>,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        let seen = Arc::new(AtomicUsize::new(0));
        #[cfg(unix)]
        for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register_usize(signal, Arc::clone(&seen), signal as usize)?;
        }
        Ok(Signals { seen })
    }

    fn seen(&self) -> Option<i32> {
        i32::try_from(self.seen.load(Ordering::SeqCst)).ok().filter(|s| *s != 0)
    }
}
