//! The visible text of a page against html5ever's: the same characters, whatever their order. Own samples always; pages of the
//! development kit (../shared) when it is there.

#![allow(clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use html5ever::tendril::TendrilSink;
use html5ever::{Attribute, ParseOpts, parse_document};
use jingwen::{Rules, html};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// Elements whose content is never visible, as the reader has it.
const UNSEEN: [&str; 18] = [
    "script", "style", "noscript", "template", "iframe", "svg", "select", "datalist", "option", "textarea", "title", "object", "audio",
    "video", "canvas", "applet", "noembed", "noframes",
];

/// Parts that open on click or are streamed stay visible; the words are the reader's.
const FOLDED: [&str; 12] = [
    "accordion",
    "collaps",
    "tabpanel",
    "tab-pane",
    "tab__content",
    "tab-content",
    "tabcontent",
    "spoiler",
    "faq",
    "expandable",
    "expander",
    "acd-",
];

/// Names of what stands over a page until it is shut; the words are the reader's.
const SHUT: [&str; 17] = [
    "modal",
    "popup",
    "pop-up",
    "dialog",
    "overlay",
    "menu",
    "nav",
    "canvas",
    "drawer",
    "tooltip",
    "toast",
    "cookie",
    "consent",
    "cloned",
    "duplicate",
    "login",
    "search",
];

/// Elements inside a line.
const INLINE: [&str; 12] = ["span", "i", "b", "em", "strong", "small", "sup", "sub", "u", "label", "font", "bdi"];

/// What `aria-hidden` hides: what stands inside a line, over the page, or holds no line of prose.
fn is_unread(node: &Handle, name: &str, attributes: &[Attribute]) -> bool {
    let get = |n: &str| attributes.iter().find(|a| &*a.name.local == n).map(|a| a.value.to_ascii_lowercase());
    let named = |words: &[&str]| ["class", "id", "role"].iter().any(|n| get(n).is_some_and(|v| words.iter().any(|w| v.contains(w))));
    get("aria-hidden").is_some_and(|v| v == "true") && !named(&FOLDED) && (INLINE.contains(&name) || named(&SHUT) || !holds_prose(node))
}

fn holds_prose(node: &Handle) -> bool {
    let mut todo = vec![node.clone()];
    while let Some(node) = todo.pop() {
        match &node.data {
            NodeData::Text { contents } if contents.borrow().trim().len() >= 60 => return true,
            NodeData::Element { name, .. } if matches!(&*name.local, "script" | "style") => continue,
            _ => {}
        }
        todo.extend(node.children.borrow().iter().cloned());
    }
    false
}

fn is_hidden(name: &str, attributes: &[Attribute]) -> bool {
    let get = |n: &str| attributes.iter().find(|a| &*a.name.local == n).map(|a| a.value.to_ascii_lowercase());
    if name == "html" || name == "body" {
        return false;
    }
    let style = get("style").unwrap_or_default();
    let none = style
        .split(';')
        .any(|d| d.split_once(':').is_some_and(|(p, v)| p.trim() == "display" && v.split('!').next().is_some_and(|v| v.trim() == "none")));
    let hides = none || get("hidden").is_some_and(|v| v != "false" && v != "until-found");
    let opens = get("id").is_some_and(|v| v.starts_with("s:"))
        || ["class", "id", "role"].iter().any(|n| get(n).is_some_and(|v| FOLDED.iter().any(|w| v.contains(w))));
    hides && !opens
}

/// The children of an element that are elements.
fn elements(node: &Handle) -> Vec<Handle> {
    node.children.borrow().iter().filter(|c| matches!(c.data, NodeData::Element { .. })).cloned().collect()
}

fn name_of(node: &Handle) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

/// Prose right below a heading opens on click.
fn is_folded_section(node: &Handle, attributes: &[Attribute], below: &str) -> bool {
    let named =
        |w: &&str| attributes.iter().any(|a| matches!(&*a.name.local, "class" | "id" | "role") && a.value.to_ascii_lowercase().contains(w));
    ["h2", "h3", "h4", "h5", "h6", "dt", "summary"].contains(&below) && !SHUT.iter().chain(&["form"]).any(named) && holds_prose(node)
}

/// The TeX of a formula.
fn tex(math: &Handle) -> Option<String> {
    let mut todo = elements(math);
    while let Some(node) = todo.pop() {
        if let NodeData::Element { attrs, .. } = &node.data
            && name_of(&node) == "annotation"
            && attrs.borrow().iter().any(|a| a.value.contains("application/x-tex"))
            && let Some(NodeData::Text { contents }) = node.children.borrow().first().map(|c| &c.data)
        {
            return Some(contents.borrow().to_string());
        }
        todo.extend(elements(&node));
    }
    None
}

/// Counts of the characters html5ever shows, white space aside. A work list, no recursion.
fn oracle(text: &str) -> BTreeMap<char, i64> {
    let mut options = ParseOpts::default();
    options.tree_builder.scripting_enabled = true;
    let dom = parse_document(RcDom::default(), options).one(text);
    let mut counts = BTreeMap::new();
    // each with the name of the element it stands right below
    let mut todo: Vec<(Handle, String)> = vec![(dom.document.clone(), String::new())];
    while let Some((node, below)) = todo.pop() {
        match &node.data {
            NodeData::Text { contents } => count(&contents.borrow(), &mut counts),
            NodeData::Element { name, attrs, .. } => {
                let name = &*name.local;
                if name == "math"
                    && let Some(tex) = tex(&node)
                {
                    count(&tex, &mut counts);
                    continue;
                }
                let formula = elements(&node).first().is_some_and(|e| name_of(e) == "math");
                let closed_dialog = name == "dialog" && !attrs.borrow().iter().any(|a| &*a.name.local == "open");
                if UNSEEN.contains(&name)
                    || name == "annotation"
                    || closed_dialog
                    || (is_hidden(name, &attrs.borrow()) && !formula && !is_folded_section(&node, &attrs.borrow(), &below))
                    || is_unread(&node, name, &attrs.borrow())
                {
                    continue;
                }
            }
            _ => {}
        }
        let mut below = String::new();
        for child in node.children.borrow().iter() {
            todo.push((child.clone(), below.clone()));
            match &child.data {
                NodeData::Text { contents } if contents.borrow().trim().is_empty() => {}
                _ => below = name_of(child).to_owned(),
            }
        }
    }
    counts
}

fn count(text: &str, counts: &mut BTreeMap<char, i64>) {
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '\0') {
        *counts.entry(c).or_default() += 1;
    }
}

/// (characters that differ, characters of the oracle).
fn difference(text: &str) -> (i64, i64) {
    let (layers, outline) = html::outline(text, Rules::builtin());
    let out = layers.first().map_or(text, |l| &*l.text);
    let mut ours = BTreeMap::new();
    for b in &outline.blocks {
        count(b.span.of(out), &mut ours);
    }
    let theirs = oracle(text);
    let total = theirs.values().sum();
    let mut off = 0;
    for c in theirs.keys().chain(ours.keys().filter(|c| !theirs.contains_key(c))) {
        off += (theirs.get(c).unwrap_or(&0) - ours.get(c).unwrap_or(&0)).abs();
    }
    (off, total)
}

#[test]
fn own_pages_show_the_same_characters() {
    let pages = [
        "<!doctype html><title>t</title><p>One<p>Two<ul><li>a<li>b</ul><table><tr><td>1<td>2</table>&copy; &amp;c &notin; &#150;",
        "<div><a href=x>link <b>bold<div>inner</a> after</b></div></div><form><div></form>x</div><svg><p>out of the drawing",
        "<p>a<script>var x = '</p>';</script><style>b{}</style><!-- c --><textarea>d</textarea><noscript>e</noscript>f",
        "<select><option>1</select><dl><dt>t<dd>d<dt>u</dl><h2>h</h3>i<br/>j</br>k<img alt=x><hr>l<xmp><b></xmp>",
        "<b><p>x</b>y</p>z</i><td>cell</td><option>o</option></body></html>more<html><body>again",
        "a < b && c > d <3 </3 <!doctype x> <?php echo ?> </ x> &unknown; &ampx &lt",
        "<p>a <span style='display:none'><math><mi>x</mi><annotation encoding='application/x-tex'>x^{2}</annotation></math></span><math><mi>y",
        "<div hidden>no<div>no</div></div><div style='display:none'>no</div><p aria-hidden=true>no</p><dialog>no</dialog>yes",
    ];
    for page in pages {
        let (off, total) = difference(page);
        assert_eq!(off, 0, "{off} of {total} characters differ: {page}");
    }
}

#[test]
fn own_samples_show_the_same_characters() {
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-samples"), &mut files);
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "html" || e == "htm")) {
        let text = String::from_utf8_lossy(&std::fs::read(file).expect("samples are readable")).into_owned();
        if !html::looks_like_html(&text) {
            continue;
        }
        let (off, total) = difference(&text);
        assert!(off * 50 <= total + 50, "{}: {off} of {total} characters differ", file.display());
    }
}

#[test]
fn pages_of_the_kit_show_nearly_the_same_characters() {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/extract");
    if !kit.join("../README.md").exists() {
        eprintln!("skipped: no ../shared");
        return;
    }
    let mut files = Vec::new();
    for set in [
        "gne_zh",
        "magic_article",
        "cleanportaleval",
        "trafilatura",
        "wcxb_dev",
        "magic_forum",
        "mozilla_readability",
        "llmwebkit_bench",
        "newspaper4k",
    ] {
        let mut of_set = Vec::new();
        walk(&kit.join(set).join("html"), &mut of_set);
        files.extend(of_set.into_iter().step_by(5).take(8));
    }
    let (mut off, mut total, mut far, mut pages) = (0, 0, 0, 0);
    for file in &files {
        let Ok(out) = std::process::Command::new("gzip").arg("-dc").arg(file).output() else {
            eprintln!("skipped: no gzip");
            return;
        };
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let (o, t) = difference(&text);
        if o * 50 > t {
            far += 1;
            eprintln!("{}: {o} of {t}", file.display());
        }
        off += o;
        total += t;
        pages += 1;
    }
    eprintln!("{pages} pages, {total} characters, {off} differ, {far} pages differ by more than 2 %");
    assert!(off * 50 <= total, "{off} of {total} characters differ");
    assert!(far * 20 <= pages, "{far} of {pages} pages differ by more than 2 %");
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}
