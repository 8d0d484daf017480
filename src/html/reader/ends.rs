//! Where elements end: by their end tags, by start tags that imply them, and by the end of what holds them. Every search of the stack
//! is bounded.

use crate::tag::Tag;

use super::numbers::is_list;
use super::{Open, Reader, is_code};

/// Open elements an end tag looks through before it counts as stray. Design paper, section 3.
const REACH: usize = 64;

impl Reader<'_> {
    /// Index of the innermost open element that `wanted` accepts, at most [`REACH`] deep and not beyond one that `wall` accepts.
    fn find(&self, wanted: impl Fn(&Open) -> bool, wall: impl Fn(Tag) -> bool) -> Option<usize> {
        for (i, o) in self.open.iter().enumerate().skip(1).rev().take(REACH) {
            if wanted(o) {
                return Some(i);
            }
            if wall(o.tag) {
                return None;
            }
        }
        None
    }

    fn close(&mut self, wanted: impl Fn(&Open) -> bool, wall: impl Fn(Tag) -> bool) -> bool {
        let found = self.find(wanted, wall);
        if let Some(i) = found {
            self.pop_to(i);
        }
        found.is_some()
    }

    /// A drawing without its end tag ends at the first HTML element in it, as the standard says; `<foreignObject>` may hold some.
    pub(super) fn leave_drawing(&mut self, tag: Tag) {
        const FOREIGN_OBJECT: u64 = crate::tag::key(b"foreignobject");
        let html = tag.is_block()
            || matches!(tag, Tag::SPAN | Tag::B | Tag::I | Tag::EM | Tag::STRONG | Tag::SMALL | Tag::IMG | Tag::BR | Tag::CODE);
        let Some(from) = self.hidden_from.checked_sub(1) else { return };
        if html && self.open[from].tag == Tag::SVG && !self.open[from..].iter().rev().take(REACH).any(|o| o.key == FOREIGN_OBJECT) {
            self.pop_to(from);
        }
    }

    /// Ends that a start tag implies.
    pub(super) fn close_implied(&mut self, tag: Tag) {
        if self.p_open > 0 && tag.closes_p() {
            self.close(|o| o.tag == Tag::P, |t| t.is_scope() || t == Tag::BUTTON);
        }
        let lone = |t: Tag| t.is_block() && !matches!(t, Tag::DIV | Tag::P | Tag::ADDRESS);
        match tag {
            Tag::LI => _ = self.close(|o| o.tag == Tag::LI, lone),
            Tag::DT | Tag::DD => _ = self.close(|o| matches!(o.tag, Tag::DT | Tag::DD), lone),
            Tag::TD | Tag::TH => _ = self.close(|o| matches!(o.tag, Tag::TD | Tag::TH), |t| matches!(t, Tag::TR | Tag::TABLE)),
            Tag::TR => _ = self.close(|o| o.tag == Tag::TR, |t| t == Tag::TABLE),
            Tag::TBODY | Tag::THEAD | Tag::TFOOT => {
                _ = self.close(|o| matches!(o.tag, Tag::TBODY | Tag::THEAD | Tag::TFOOT), |t| t == Tag::TABLE);
            }
            Tag::OPTION => _ = self.close(|o| o.tag == Tag::OPTION, |t| t != Tag::OPTION),
            Tag::BUTTON => _ = self.close(|o| o.tag == Tag::BUTTON, Tag::is_scope),
            Tag::A if self.a_open > 0 => self.end_link(),
            _ if tag.heading().is_some() && self.top().tag.heading().is_some() => self.pop_to(self.open.len() - 1),
            _ => {}
        }
    }

    /// `</a>`: the link ends, elements opened inside it stay open.
    fn end_link(&mut self) {
        let Some(i) = self.find(|o| o.tag == Tag::A && o.key != 0, Tag::is_scope) else { return };
        if i + 1 == self.open.len() {
            return self.pop_to(i);
        }
        let before = self.open[i - 1].flow.link;
        for o in &mut self.open[i..] {
            o.flow.link = before;
        }
        self.open[i].key = 0;
    }

    pub(super) fn end(&mut self, tag: Tag, key: u64, at: usize) {
        let seen = self.hidden_from == 0;
        // inline elements are on the stack only inside hidden ones; unknown names only when they are custom elements
        let followed = !seen || tag.is_block() || tag == Tag::OTHER || tag == Tag::A;
        if seen && (tag.is_block() || tag == Tag::BR) && !matches!(tag, Tag::TD | Tag::TH) {
            self.writer.line();
        }
        self.writer.code_inside &= !(seen && is_code(tag));
        if !followed || matches!(tag, Tag::HTML | Tag::BODY) || tag.is_void() {
            return self.skip(at);
        }
        if self.beyond > 0 && tag.is_block() {
            self.beyond -= usize::from(!end_is_optional(tag));
            return self.skip(at);
        }
        // the end tag of a hidden element is hidden with it
        self.skip(at);
        match tag {
            Tag::A if seen => {
                if self.a_open > 0 {
                    self.end_link();
                }
            }
            Tag::FORM => {
                if let Some(i) = self.find(|o| o.tag == Tag::FORM && o.key != 0, Tag::is_scope) {
                    if i + 1 == self.open.len() {
                        self.pop_to(i);
                    } else {
                        self.open[i].key = 0;
                    }
                }
            }
            Tag::TABLE => _ = self.close(|o| o.tag == Tag::TABLE, |_| false),
            Tag::TD | Tag::TH | Tag::TR | Tag::TBODY | Tag::THEAD | Tag::TFOOT | Tag::CAPTION => {
                self.close(|o| o.tag == tag, |t| t == Tag::TABLE);
            }
            _ if tag.heading().is_some() => _ = self.close(|o| o.tag.heading().is_some(), Tag::is_scope),
            _ => {
                let known = tag != Tag::OTHER;
                self.close(|o| if known { o.tag == tag } else { o.key == key }, Tag::is_scope);
            }
        }
    }

    /// Closes the open elements from number `i` on.
    pub(super) fn pop_to(&mut self, i: usize) {
        while self.open.len() > i {
            let Some(o) = self.open.pop() else { return };
            self.p_open -= u32::from(o.tag == Tag::P);
            self.a_open -= u32::from(o.tag == Tag::A);
            if o.made {
                self.tree.end[o.flow.node as usize] = self.tree.len() as u32;
                match o.tag {
                    Tag::TABLE => _ = self.covered.pop(),
                    tag if is_list(tag) => _ = self.lists.pop(),
                    _ => {}
                }
                match o.tag {
                    Tag::TR => self.end_row(o.flow.node),
                    _ if o.tag.is_block() && !matches!(o.tag, Tag::TD | Tag::TH) => self.writer.line(),
                    _ => {}
                }
            }
            if self.open.len() < self.hidden_from {
                self.hidden_from = 0;
            }
        }
    }
}

/// Elements whose end tag may be left out: they do not count beyond the depth cap, where nobody tracks them.
pub(super) fn end_is_optional(tag: Tag) -> bool {
    matches!(tag, Tag::P | Tag::LI | Tag::DT | Tag::DD | Tag::TR | Tag::TD | Tag::TH | Tag::TBODY | Tag::THEAD | Tag::TFOOT | Tag::OPTION)
        || !tag.is_block()
}
