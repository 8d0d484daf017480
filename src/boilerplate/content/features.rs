//! The features a block is judged by: its text, its neighbours, its place, and the elements around it. What they weigh is data.

use crate::block::Kind;
use crate::tree::Outline;

use super::choose::Page;
use super::slots::{self, Slots};
use super::survey::{self, Survey};
use super::words;

/// Takes numbers under names: with the names for training, else the numbers alone.
pub(super) trait Row {
    /// The next number. `name` costs nothing where nobody reads it.
    fn put(&mut self, name: impl std::fmt::Display, value: f32);
}

/// Numbers and their names.
#[cfg(test)]
#[derive(Default)]
pub(super) struct Named {
    pub(super) values: Vec<f32>,
    pub(super) names: Vec<String>,
}

#[cfg(test)]
impl Row for Named {
    fn put(&mut self, name: impl std::fmt::Display, value: f32) {
        self.values.push(value);
        self.names.push(name.to_string());
    }
}

/// What the whole page says, needed by every block of it.
pub(super) struct Place {
    /// Element around the densest prose, and its blocks.
    pub(super) core: u32,
    /// Block that repeats the page's title, `blocks` when there is none.
    title: usize,
    /// Units before each block.
    before: Vec<f32>,
    /// Of each block: how many blocks of the page have its text.
    copies: Vec<u16>,
    /// Prose before each block, and how many runs of prose began.
    prose_before: Vec<(f32, u16)>,
    /// Of each block: blocks since the last prose.
    since_prose: Vec<u16>,
    /// Element of the first prose after the title, or of the first prose.
    anchor: u32,
    /// Of the page's prose, the share in elements called comment or forum post.
    talk: f32,
    /// What the page says it is: an article, a forum.
    says_article: f32,
    says_forum: f32,
    /// Says that it is an article, or of which day it is.
    pub(super) says_article_or_day: bool,
    /// Or goods, a list of other pages, the site as such, and no day.
    says_shop: bool,
    /// Blocks in the same place of the template.
    pub(super) slots: [Slots; 2],
}

impl Place {
    /// True for a page that names itself a forum, and for one whose prose is posts and comments.
    pub(super) fn is_forum(&self) -> bool {
        /// Share of the prose.
        const MOSTLY: f32 = 0.7;
        self.says_forum > 0.0 || (self.talk > MOSTLY && self.says_article == 0.0)
    }

    /// What the page is: by its own word, or by its prose.
    pub(super) fn page(&self) -> Page {
        if self.is_forum() {
            Page::Forum
        } else if self.says_shop {
            Page::Shop
        } else {
            Page::Other
        }
    }

    pub(super) fn of(text: &str, outline: &Outline, survey: &Survey) -> Place {
        let mut before = Vec::with_capacity(survey.measures.len() + 1);
        let mut sum = 0.0;
        for m in &survey.measures {
            before.push(sum);
            sum += m.units;
        }
        before.push(sum);
        let mut by_hash: Vec<(u64, u32)> = survey.hashes.iter().zip(0..).map(|(h, i)| (*h, i)).collect();
        by_hash.sort_unstable();
        let mut copies = vec![1; survey.measures.len()];
        for run in by_hash.chunk_by(|a, b| a.0 == b.0) {
            for (_, i) in run {
                copies[*i as usize] = run.len().min(u16::MAX as usize) as u16;
            }
        }
        let title = title(text, outline);
        let mut prose_before = Vec::with_capacity(survey.measures.len());
        let mut since_prose = Vec::with_capacity(survey.measures.len());
        let (mut units, mut runs, mut gap, mut talk) = (0.0, 0u16, u16::MAX, 0.0);
        let mut anchor = None;
        for (i, m) in survey.measures.iter().enumerate() {
            prose_before.push((units, runs));
            since_prose.push(gap);
            if survey::reads_like_prose(m, survey.links[i]) {
                // a sub-heading, a caption, a picture credit do not part a text
                const PARTS: u16 = 4;
                runs = runs.saturating_add(u16::from(gap >= PARTS));
                gap = 0;
                units += m.units;
                if survey.groups[survey.nodes[i] as usize] & TALK != 0 {
                    talk += m.units;
                }
                if anchor.is_none() || (title < outline.blocks.len() && i > title && anchor.is_some_and(|a| a < title)) {
                    anchor = Some(i);
                }
            } else {
                gap = gap.saturating_add(1);
            }
        }
        let says = |words: &[&str], keys: &[&str]| {
            let says = |f: &crate::tree::Field| keys.contains(&&*f.key) && words.iter().any(|w| f.value.to_ascii_lowercase().contains(w));
            f32::from(u8::from(outline.fields.iter().any(says)))
        };
        let says_article = says(&["article", "posting", "report"], &["jsonld:@type", "meta:og:type"]);
        let goods = says(&["product", "offer"], &["jsonld:@type", "meta:og:type"]) > 0.0;
        let list = says(&["collectionpage", "itemlist", "searchresults"], &["jsonld:@type"]) > 0.0;
        let website = says_article == 0.0 && says(&["website"], &["meta:og:type"]) > 0.0;
        let dated = says(&[""], &["jsonld:datepublished", "meta:article:published_time", "itemprop:datepublished"]) > 0.0;
        Place {
            says_article_or_day: says_article > 0.0 || dated,
            says_shop: goods || list || website && !dated,
            slots: slots::of(outline, survey),
            core: core(outline, survey),
            title,
            before,
            copies,
            prose_before,
            since_prose,
            anchor: anchor.map_or(0, |i| survey.nodes[i]),
            talk: talk / units.max(1.0),
            says_article,
            says_forum: says(
                &[
                    "forum",
                    "qapage",
                    "question",
                    "discourse",
                    "phpbb",
                    "vbulletin",
                    "xenforo",
                    "discuz",
                    "bbs",
                    "ipb",
                    "smf",
                    "mybb",
                    "nodebb",
                    "flarum",
                    "thread",
                    "论坛",
                    "論壇",
                ],
                &["jsonld:@type", "meta:generator", "meta:application-name", "meta:og:site_name", "title"],
            ),
        }
    }
}

/// Groups whose prose is talk: comment, forum.
const TALK: u32 = 0b1100;

/// The element whose prose outweighs what else it holds by most. A simple first guess the features refer to.
fn core(outline: &Outline, survey: &Survey) -> u32 {
    let n = outline.tree.len();
    let mut own = vec![0f32; n.max(1)];
    for (i, m) in survey.measures.iter().enumerate() {
        let link = survey.links[i];
        let plain = m.units * (1.0 - link);
        let groups = survey.groups[survey.nodes[i] as usize];
        let against = groups & (survey::IN_NAV | survey::IN_FOOTER | survey::IN_ASIDE | words::CONSENT | 0b10_0111_0000) != 0;
        let score =
            if m.marks >= 1.0 && plain >= 30.0 { plain.min(600.0) } else { 0.2 * plain.min(80.0) } - 20.0 - 0.7 * m.units.min(100.0) * link;
        own[survey.nodes[i] as usize] += if against { score.min(0.0) - 10.0 } else { score };
    }
    for i in (1..n).rev() {
        // a part that costs more than it gives would be left out again
        let gain = own[i].max(0.0).max(own[i] * 0.3);
        own[outline.tree.parent[i] as usize] += gain.max(own[i] * 0.5);
    }
    let mut best = 0;
    for i in 1..n {
        // deeper elements win ties: what the ancestor adds must be worth something
        if own[i] >= own[best] * 0.95 {
            best = if own[i] > own[best] || outline.tree.is_inside(i as u32, best as u32) { i } else { best };
        }
    }
    best as u32
}

/// The first heading or short block that the page's title begins with or contains.
fn title(text: &str, outline: &Outline) -> usize {
    let title = outline.fields.iter().find(|f| &*f.key == "title").map_or("", |f| &*f.value);
    let none = outline.blocks.len();
    if title.chars().count() < 4 {
        return none;
    }
    let fits = |b: &crate::block::Block| {
        let t = b.span.of(text);
        t.len() >= 8 && t.len() <= title.len() + 40 && (title.contains(t) || (t.contains(title)))
    };
    let heading = outline.blocks.iter().position(|b| matches!(b.kind, Kind::Heading(_)) && fits(b));
    heading.or_else(|| outline.blocks.iter().position(|b| b.link_bytes == 0 && fits(b) && b.span.len() * 3 > title.len())).unwrap_or(none)
}

/// The features of block `i`.
pub(super) fn of_block(i: usize, outline: &Outline, s: &Survey, place: &Place, row: &mut impl Row) {
    let b = &outline.blocks[i];
    let tree = &outline.tree;
    let node = s.nodes[i];
    let m = &s.measures[i];
    let total = place.before.last().copied().unwrap_or(0.0).max(1.0);
    let n = s.measures.len();

    // its text
    row.put("units", m.units);
    row.put("link", s.links[i]);
    row.put("marks", m.marks);
    row.put("mark_rate", 100.0 * m.marks / m.units.max(1.0));
    row.put("ends", f32::from(u8::from(m.ends)));
    row.put("digits", m.digits / m.units.max(1.0));
    row.put("parts", m.parts);
    row.put("capitals", m.capitals / m.words.max(1.0));
    row.put("wide", m.wide * 2.0 / m.units.max(1.0));
    row.put("signs", m.signs);
    row.put("copies", f32::from(place.copies[i]));
    row.put(
        "kind",
        match b.kind {
            Kind::Paragraph => 0.0,
            Kind::Heading(l) => 10.0 - f32::from(l),
            Kind::ListItem => 1.0,
            Kind::TableRow => 2.0,
            Kind::Code => 3.0,
            Kind::Quote => 4.0,
            Kind::Caption => -1.0,
        },
    );
    // its place
    row.put("position", (place.before[i] + m.units / 2.0) / total);
    row.put("index", i as f32 / n.max(1) as f32);
    row.put("from_end", (n - i) as f32);
    row.put("total", total);
    row.put("page_blocks", n as f32);
    row.put(
        "after_title",
        if place.title == n { 0.0 } else { (i as f32 - place.title as f32).signum() * ((i as f32 - place.title as f32).abs()) },
    );
    row.put("is_title", f32::from(u8::from(place.title == i)));
    // its neighbours
    for (name, step) in [("p1", -1isize), ("p2", -2), ("n1", 1), ("n2", 2), ("n3", 3)] {
        let j = i as isize + step;
        let (units, link, ends, kind) = match usize::try_from(j).ok().filter(|j| *j < n) {
            Some(j) => ((s.measures[j].units), s.links[j], s.measures[j].ends, matches!(outline.blocks[j].kind, Kind::Heading(_))),
            None => (-1.0, -1.0, false, false),
        };
        row.put(format_args!("{name}_units"), units);
        row.put(format_args!("{name}_link"), link);
        row.put(format_args!("{name}_ends"), f32::from(u8::from(ends)));
        row.put(format_args!("{name}_heading"), f32::from(u8::from(kind)));
    }
    for (name, from, to) in [("before8", i.saturating_sub(8), i), ("after8", (i + 1).min(n), (i + 9).min(n))] {
        let (mut units, mut plain, mut prose) = (0.0, 0.0, 0.0);
        for j in from..to {
            let u = s.measures[j].units;
            units += u;
            plain += u * (1.0 - s.links[j]);
            if s.measures[j].ends {
                prose += u;
            }
        }
        row.put(format_args!("{name}_units"), units);
        row.put(format_args!("{name}_link"), 1.0 - plain / units.max(1.0));
        row.put(format_args!("{name}_ends"), prose / units.max(1.0));
    }
    // the elements around it
    row.put("depth", f32::from(s.depth.get(node as usize).copied().unwrap_or(0)));
    let mut at = node;
    let all = s.sums[0];
    let mut twins = 1u16;
    for level in 0..5 {
        let sums = s.sums[at as usize];
        row.put(format_args!("a{level}_plain"), sums.plain);
        row.put(format_args!("a{level}_link"), sums.link_density());
        row.put(format_args!("a{level}_blocks"), sums.blocks);
        row.put(format_args!("a{level}_mean"), sums.units / sums.blocks.max(1.0));
        row.put(format_args!("a{level}_share"), sums.plain / all.plain.max(1.0));
        row.put(format_args!("a{level}_prose"), sums.prose / sums.units.max(1.0));
        row.put(format_args!("a{level}_paragraphs"), sums.paragraphs);
        // twins anywhere between this level and the next
        let next = s.wider.get(at as usize).copied().unwrap_or(0);
        let mut t = s.twins.get(at as usize).copied().unwrap_or(1);
        let mut climb = at;
        while climb != 0 && climb > next {
            t = t.max(s.twins[climb as usize]);
            climb = tree.parent[climb as usize];
        }
        twins = twins.max(t);
        row.put(format_args!("a{level}_position"), {
            let (first, last) = (s.first[at as usize] as f32, s.last[at as usize] as f32);
            (i as f32 - first) / (last - first).max(1.0)
        });
        row.put(format_args!("a{level}_twins"), f32::from(t));
        at = next;
    }
    row.put("twins", f32::from(twins));
    // what they are called, and how near
    let groups = s.groups.get(node as usize).copied().unwrap_or(0);
    let own = s.own.get(node as usize).copied().unwrap_or(0);
    let near = {
        let (mut g, mut at) = (0, node);
        for _ in 0..3 {
            g |= s.own.get(at as usize).copied().unwrap_or(0);
            at = tree.parent.get(at as usize).copied().unwrap_or(0);
        }
        g
    };
    for (bit, name) in words::NAMES.iter().enumerate() {
        let flag = |g: u32| f32::from(u8::from(g & (1 << bit) != 0));
        row.put(format_args!("w_{name}"), flag(groups) + flag(near) + flag(own));
    }
    for (bit, name) in [
        (survey::IN_NAV, "nav"),
        (survey::IN_ASIDE, "aside"),
        (survey::IN_FOOTER, "footer"),
        (survey::IN_HEADER, "header"),
        (survey::IN_ARTICLE, "article"),
        (survey::IN_MAIN, "main"),
        (survey::IN_FORM, "form"),
        (survey::IN_LIST, "list"),
        (survey::IN_TABLE, "table"),
        (survey::IN_BUTTON, "button"),
    ] {
        row.put(format_args!("t_{name}"), f32::from(u8::from(groups & bit != 0)));
    }
    // where it stands in the page's prose
    let (prose, runs) = place.prose_before[i];
    let all_prose = all.prose.max(1.0);
    row.put("prose_before", prose / all_prose);
    row.put("prose_runs", f32::from(runs).min(30.0));
    row.put("since_prose", f32::from(place.since_prose[i]).min(1000.0));
    row.put("all_prose", all.prose);
    row.put("prose_share", all.prose / all.units.max(1.0));
    row.put("all_link", all.link_density());
    row.put("talk", place.talk);
    row.put("says_article", place.says_article);
    row.put("says_forum", place.says_forum);
    let common = if tree.is_empty() { 0 } else { tree.common(node, place.anchor) };
    row.put("anchor_up", f32::from(s.depth[place.anchor as usize] - s.depth[common as usize]));
    row.put("anchor_down", f32::from(s.depth[node as usize] - s.depth[common as usize]));
    row.put("anchor_common", s.sums[common as usize].plain / all.plain.max(1.0));
    // what the template puts beside it
    for slots in &place.slots {
        slots.put(i, row);
    }
    // where it stands to the core
    let core = place.core;
    let inside = tree.is_inside(node, core) || tree.is_empty();
    row.put("in_core", f32::from(u8::from(inside)));
    let sums = s.sums[core as usize];
    row.put("core_share", sums.plain / all.plain.max(1.0));
    row.put("core_link", sums.link_density());
    row.put("core_paragraphs", sums.paragraphs);
    let (first, last) = (s.first[core as usize] as f32, s.last[core as usize] as f32);
    let at = i as f32;
    row.put("core_before", first - at);
    row.put("core_after", at - last + 1.0);
    row.put("core_position", ((at - first) / (last - first).max(1.0)).clamp(-1.0, 2.0));
    let common = if tree.is_empty() { 0 } else { tree.common(node, core) };
    row.put("core_up", f32::from(s.depth[core as usize] - s.depth[common as usize]));
    row.put("core_down", f32::from(s.depth[node as usize] - s.depth[common as usize]));
}
