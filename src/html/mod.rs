//! HTML to text, blocks and elements: markup is one more layer of edits. Which blocks matter is decided in `boilerplate`.

use crate::layer::Layer;
use crate::rules::Rules;
use crate::tree::Outline;

/// True when the text is an HTML page or fragment, judged by its beginning and its tags.
pub fn looks_like_html(text: &str) -> bool {
    let _ = text;
    false
}

/// Reads HTML: one layer whose edits are tags, entities and hidden parts, and the outline over that layer's text.
pub fn outline(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    let _ = rules;
    (Vec::new(), crate::plain::outline(text))
}
