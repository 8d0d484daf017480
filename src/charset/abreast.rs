//! Single-byte charsets read a window abreast: the first of them reads all of it, the others only what they read differently and the
//! characters behind until both stand alike again. What all read alike costs all the same.

use super::lane::{Lane, Steps};
use super::pages::Pages;
use crate::model::Model;

/// The lane in front, byte by byte.
#[derive(Debug, Default)]
pub(super) struct Abreast {
    /// What it was before each byte it read, and after the last.
    places: Vec<Lane>,
    /// Which of these bytes are beyond ASCII.
    high: Vec<usize>,
}

impl Abreast {
    /// Lets all `lanes` that read byte by byte read on until `limit` bytes of the window are behind them. One that passes `room` more
    /// than the cheapest of them, or more than `best`, stops where it is.
    pub fn read(&mut self, lanes: &mut [Lane], model: &Model, steps: &mut Steps, window: &[u8], limit: usize, mut best: u32, room: u32) {
        let limit = limit.min(window.len());
        let mut bytewise = lanes.iter_mut().filter(|l| l.reads_bytes());
        let Some(first) = bytewise.next() else { return };
        let Some(second) = bytewise.next() else {
            return first.read(model, steps, window, limit, best.saturating_add(room), true);
        };
        let from = first.at;
        self.places.clear();
        self.high.clear();
        while first.at < limit {
            self.places.push(*first);
            if window[first.at] >= 0x80 {
                self.high.push(first.at);
            }
            first.read_byte(model, steps, window[first.at]);
        }
        self.places.push(*first);
        best = best.min(first.cost);
        for lane in std::iter::once(second).chain(bytewise) {
            if lane.at == from {
                self.follow(lane, model, steps, window, limit, best.saturating_add(room));
            } else {
                lane.read(model, steps, window, limit, best.saturating_add(room), true);
            }
            best = best.min(lane.cost);
        }
    }

    /// Lets one lane read what the one in front read.
    fn follow(&self, lane: &mut Lane, model: &Model, steps: &mut Steps, window: &[u8], limit: usize, ceiling: u32) {
        let pages = Pages::get();
        let Some(front) = self.places.first() else { return };
        let (from, leader, own) = (front.at, front.page, lane.page);
        let mut high = self.high.iter().copied().filter(|&at| !pages.alike(leader, own, window[at])).peekable();
        while lane.at < limit && lane.hope() < ceiling {
            let here = &self.places[lane.at - from];
            if lane.alike(here) {
                while high.next_if(|&at| at < lane.at).is_some() {}
                let next = high.peek().map_or(limit, |&at| at);
                lane.pay_like(here, &self.places[next - from]);
            }
            if lane.at < limit {
                lane.read_byte(model, steps, window[lane.at]);
            }
        }
    }
}
