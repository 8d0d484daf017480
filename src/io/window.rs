//! `Window`: an unpacked stream seen through a buffer that can be looked into before it is consumed, and that knows where packed
//! members begin. What is looked for lives in the readers.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::compress::{Codec, Damage, Next, Stream};

/// The next bytes of a stream.
#[derive(Debug)]
pub struct Window {
    stream: Stream,
    bytes: Vec<u8>,
    at: usize,
    /// Position in the unpacked stream of `bytes[0]`.
    base: u64,
    /// Where members begin: position in the unpacked stream, offset in the packed one; the first is that of the present byte.
    members: VecDeque<(u64, u64)>,
    damage: Option<Damage>,
    end: bool,
}

impl Window {
    /// Over a stream from its beginning.
    pub fn new(stream: Stream) -> Window {
        Window { stream, bytes: Vec::new(), at: 0, base: 0, members: VecDeque::new(), damage: None, end: false }
    }

    /// How the stream is packed.
    pub fn codec(&self) -> Codec {
        self.stream.codec()
    }

    /// Whether damaged members are wanted from their first byte; see [`Stream::open`].
    pub fn set_whole(&mut self, whole: bool) {
        self.stream.set_whole(whole);
    }

    /// The bytes that are here and not consumed.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Reads until `n` bytes are here; false when the stream stops before that, at a damage or its end.
    ///
    /// # Errors
    /// What the system says.
    pub fn fill(&mut self, n: usize) -> io::Result<bool> {
        while self.bytes.len() - self.at < n && !self.stops() {
            self.more()?;
        }
        Ok(self.bytes.len() - self.at >= n)
    }

    fn more(&mut self) -> io::Result<()> {
        if self.at > 0 && self.at >= self.bytes.len() - self.at {
            self.bytes.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
        }
        let position = self.base + self.bytes.len() as u64;
        match self.stream.read(&mut self.bytes)? {
            Next::Data => {
                let member = self.stream.member();
                if self.codec() != Codec::Plain && self.members.back().is_none_or(|m| m.1 != member) {
                    self.members.push_back((position, member));
                }
            }
            Next::Damage(damage) => self.damage = Some(damage),
            Next::End => self.end = true,
        }
        Ok(())
    }

    /// Nothing comes behind the bytes that are here: a damage does, or the end.
    pub fn stops(&self) -> bool {
        self.end || self.damage.is_some()
    }

    /// The damage behind the bytes that are here.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Takes the damage, and the stream goes on. Bytes before it that were not consumed stay.
    pub fn take_damage(&mut self) -> Option<Damage> {
        self.damage.take()
    }

    /// Moves on by `n` of the bytes that are here.
    pub fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.bytes.len());
        let position = self.position();
        while self.members.get(1).is_some_and(|m| m.0 <= position) {
            self.members.pop_front();
        }
    }

    /// Bytes of the unpacked stream that were consumed.
    pub fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Byte offset in the packed stream of the member the next byte comes from; of the byte itself when nothing is packed.
    pub fn offset(&self) -> u64 {
        match self.member() {
            _ if self.codec() == Codec::Plain => self.position(),
            Some(m) if !self.rest().is_empty() => m.1,
            _ => self.stream.next(),
        }
    }

    /// The member the next byte is from.
    fn member(&self) -> Option<&(u64, u64)> {
        let position = self.position();
        // the next may have become known after the last byte was consumed
        self.members.iter().take_while(|m| m.0 <= position).last()
    }

    /// Index in [`Window::rest`] of the first place behind its first byte where a member begins.
    pub fn next_member(&self) -> Option<usize> {
        let position = self.position();
        self.members.iter().find(|m| m.0 > position).map(|m| (m.0 - position) as usize)
    }

    /// A member begins at the next byte.
    pub fn at_member(&self) -> bool {
        self.member().is_some_and(|m| m.0 == self.position())
    }
}

/// Ends at a damage, and goes on when that was taken.
impl Read for Window {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.fill(1)?;
        let n = to.len().min(self.rest().len());
        to[..n].copy_from_slice(&self.rest()[..n]);
        self.consume(n);
        Ok(n)
    }
}
