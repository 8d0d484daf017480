//! Single-byte charsets read a window abreast: the first of them reads all of it, the others only what they read differently and the
//! characters behind until both stand alike again. What all read alike costs all the same.

use super::lane::{Lane, Steps};
use super::pages::{Pages, bit};
use crate::model::Model;

/// The lane in front, byte by byte.
#[derive(Debug, Default)]
pub(super) struct Abreast {
    /// What it was before each byte it read, and after the last.
    places: Vec<Lane>,
    /// Which of these bytes are beyond ASCII, and the set of them.
    high: Vec<usize>,
    present: u128,
    /// The other lanes that read all of it, before and after.
    done: Vec<(Lane, Lane)>,
}

impl Abreast {
    /// Lets all `lanes` that read byte by byte read on until `limit` bytes of the window are behind them. One that passes `room` more
    /// than the cheapest of them, or more than `best`, stops where it is.
    pub fn read(&mut self, lanes: &mut [Lane], steps: &mut Steps, window: &[u8], limit: usize, mut best: u32, room: u32) {
        let model = Model::shared();
        let limit = limit.min(window.len());
        let Some(leader) = lanes.iter().position(|l| l.reads_bytes() && !l.composes()) else {
            lanes.iter_mut().for_each(|l| l.read(model, steps, window, limit, best.saturating_add(room), true));
            return;
        };
        let (before, rest) = lanes.split_at_mut(leader);
        let Some((first, after)) = rest.split_first_mut() else { return };
        let mut others = before.iter_mut().chain(after).filter(|l| l.reads_bytes()).peekable();
        if others.peek().is_none() {
            return first.read(model, steps, window, limit, best.saturating_add(room), true);
        }
        let from = first.at;
        self.places.clear();
        self.high.clear();
        self.present = 0;
        while first.at < limit {
            self.places.push(*first);
            let byte = window[first.at];
            if byte >= 0x80 {
                self.high.push(first.at);
                self.present |= bit(byte);
            }
            first.read_byte(model, steps, byte);
        }
        self.places.push(*first);
        best = best.min(first.cost);
        self.done.clear();
        for lane in others {
            if lane.at == from {
                let before = *lane;
                if !self.repeat(lane) {
                    self.follow(lane, model, steps, window, limit, best.saturating_add(room));
                    if lane.at == limit {
                        self.done.push((before, *lane));
                    }
                }
            } else {
                lane.read(model, steps, window, limit, best.saturating_add(room), true);
            }
            best = best.min(lane.cost);
        }
    }

    /// Lets a lane pay what another one paid that reads all of it alike; false when there is none.
    fn repeat(&self, lane: &mut Lane) -> bool {
        let pages = Pages::get();
        let same = |other: &Lane| {
            pages.modelled_differ(other.page, lane.page) & self.present == 0 && other.composes() == lane.composes() && other.alike(lane)
        };
        match self.done.iter().find(|(before, _)| same(before)) {
            Some((before, after)) => {
                lane.pay_like(before, after);
                true
            }
            None => false,
        }
    }

    /// Lets one lane read what the one in front read.
    fn follow(&self, lane: &mut Lane, model: &Model, steps: &mut Steps, window: &[u8], limit: usize, ceiling: u32) {
        let Some(front) = self.places.first() else { return };
        let from = front.at;
        let differ = Pages::get().modelled_differ(front.page, lane.page);
        let mut high =
            self.high.iter().copied().filter(|_| differ & self.present != 0).filter(|&at| differ & bit(window[at]) != 0).peekable();
        // A tone mark belongs to the letter before it.
        let reach = usize::from(lane.composes());
        while lane.at < limit && lane.hope() < ceiling {
            let here = &self.places[lane.at - from];
            if lane.alike(here) {
                while high.next_if(|&at| at < lane.at).is_some() {}
                let next = high.peek().map_or(limit, |&at| at.saturating_sub(reach).max(lane.at));
                lane.pay_like(here, &self.places[next - from]);
            }
            if lane.at < limit {
                lane.read_byte(model, steps, window[lane.at]);
            }
        }
        lane.end(model, steps, window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::candidates;

    #[test]
    fn abreast_costs_what_each_costs_alone() {
        let model = Model::shared();
        // Letters of several scripts by charset, a tone mark of Vietnamese behind a vowel and at the start, undefined bytes.
        let windows: [&[u8]; 4] =
            [b"le caf\xE9 du coin, o\xF9 l'on boit", b"\xECa\xF2i c\xE1\xEC", b"\x81\xA1 x \xD2\xFF", b"no high byte"];
        for window in windows {
            let singles = candidates::narrow().iter().filter(|c| c.row.is_some());
            let mut together: Vec<Lane> = singles.map(|c| Lane::new(c.codec, 0, c.prior, model)).collect();
            let alone = together.clone();
            let mut abreast = Abreast::default();
            let mut steps = Steps::of(together.len());
            for limit in [5, window.len()] {
                abreast.read(&mut together, &mut steps, window, limit, u32::MAX, u32::MAX);
            }
            for (lane, mut other) in together.iter().zip(alone) {
                other.read(model, &mut Steps::default(), window, window.len(), u32::MAX, true);
                let counted = |l: &Lane| (l.codec, l.cost, l.chars, l.errors, l.controls, l.beyond, l.credit, l.at);
                assert_eq!(counted(lane), counted(&other), "{}", String::from_utf8_lossy(window));
            }
        }
    }
}
