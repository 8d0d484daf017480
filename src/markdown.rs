//! Markdown with front matter to text and blocks; HTML inside it is left to `html`.

use crate::layer::Layer;
use crate::rules::Rules;
use crate::tree::Outline;

/// True when the text begins with a front matter block, blank lines before it allowed.
pub fn has_front_matter(text: &str) -> bool {
    let _ = text;
    false
}

/// Reads Markdown: front matter to fields, headings and lists to kinds.
pub fn outline(text: &str, rules: &Rules) -> (Vec<Layer<'static>>, Outline) {
    let _ = rules;
    (Vec::new(), crate::plain::outline(text))
}
