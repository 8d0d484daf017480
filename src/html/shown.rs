//! Texts of JSON-LD that stand on the page as text beside an article's body: ingredients and steps of a recipe, answers, posts, what is
//! said of goods or a job. Fields that describe the page are `fields`'; which blocks agree with these texts is `boilerplate`'s.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::entities;

/// Ends of types, and the members of such objects whose texts the page shows. Schema.org; left out is what was mostly no content on the
/// development pages (`reviewBody`, descriptions of firms, people and films: half of them stand there or less).
const SHOWN: [(&str, &[&str]); 6] = [
    ("recipe", &["recipeIngredient", "ingredients", "recipeInstructions"]),
    ("howto", &["step"]),
    ("question", &["name", "text", "acceptedAnswer", "suggestedAnswer"]),
    ("forumposting", &["text", "comment"]),
    ("product", &["description"]),
    ("jobposting", &["description"]),
];

/// The members in which objects below hold their text and their parts.
const PARTS: [&str; 4] = ["name", "text", "itemListElement", "comment"];

/// Bytes of a tag at most.
const TAG: usize = 400;

/// Tags that end a line.
const ENDS: [&str; 8] = ["br", "p", "/p", "li", "/li", "div", "/div", "/h"];

/// Adds the texts of an object of these types to `out`, a line each, as long as that holds fewer than `longest` bytes.
pub(super) fn texts(kinds: &[String], object: &Map<String, Value>, longest: usize, out: &mut String) {
    let members = SHOWN.iter().filter(|(end, _)| kinds.iter().any(|k| k.ends_with(end))).flat_map(|(_, members)| *members);
    let mut todo: Vec<&Value> = members.filter_map(|m| object.get(*m)).collect();
    todo.reverse();
    while let Some(value) = todo.pop() {
        if out.len() >= longest {
            return;
        }
        match value {
            Value::String(text) => lines(&entities::resolved(text), out),
            Value::Array(items) => todo.extend(items.iter().rev()),
            Value::Object(part) => todo.extend(PARTS.iter().rev().filter_map(|m| part.get(*m))),
            _ => {}
        }
    }
}

/// Adds the lines of a text that may hold markup, without it, blanks collapsed.
fn lines(text: &str, out: &mut String) {
    let marked_up: Cow<'_, str> = if text.contains('&') { entities::resolved(text) } else { Cow::Borrowed(text) };
    let mut rest = &*marked_up;
    let mut line = String::new();
    loop {
        let end = memchr::memchr2(b'<', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        line.push_str(&rest[..end]);
        rest = &rest[end..];
        let close = memchr::memchr(b'>', &rest.as_bytes()[..rest.len().min(TAG)]);
        let ends = match close {
            _ if rest.is_empty() => true,
            Some(close) if rest[1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()) => {
                let tag = &rest[1..close];
                let ends = ENDS.iter().any(|t| tag.get(..t.len()).is_some_and(|start| start.eq_ignore_ascii_case(t)));
                rest = &rest[close + 1..];
                ends
            }
            _ => {
                let ends = rest.starts_with('\n');
                if !ends {
                    line.push('<');
                }
                rest = &rest[1..];
                ends
            }
        };
        if ends {
            let mut words = line.split_whitespace().peekable();
            if words.peek().is_some() {
                for word in words {
                    out.push_str(word);
                    out.push(' ');
                }
                out.pop();
                out.push('\n');
            }
            line.clear();
            if rest.is_empty() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: &str, json: &str) -> String {
        let Ok(Value::Object(object)) = serde_json::from_str(json) else { panic!("{json}") };
        let mut out = String::new();
        texts(&[kind.to_owned()], &object, 1000, &mut out);
        out
    }

    #[test]
    fn steps_stand_in_texts_lists_and_parts() {
        let recipe = r#"{"name": "Soup", "recipeIngredient": ["1 leek", "2&nbsp;potatoes &amp; salt"], "recipeInstructions": [
            {"@type": "HowToSection", "name": "Before", "itemListElement": [{"@type": "HowToStep", "text": "Wash all."}]}, "Cook."]}"#;
        assert_eq!(shown("recipe", recipe), "1 leek\n2 potatoes & salt\nBefore\nWash all.\nCook.\n");
        assert_eq!(shown("newsarticle", recipe), "");
    }

    #[test]
    fn markup_ends_lines_and_goes() {
        let goods = r#"{"description": "&lt;p&gt;A <b>red</b> bag.</p><ul><li>3 < 4, or 4 > 3</li>\n<LI>cotton"}"#;
        assert_eq!(shown("product", goods), "A red bag.\n3 < 4, or 4 > 3\ncotton\n");
        assert_eq!(shown("product", r#"{"description": "a <"}"#), "a <\n");
        assert_eq!(shown("product", r#"{"description": ""}"#), "");
    }

    #[test]
    fn answers_and_posts() {
        let question = r#"{"name": "Is it open?", "acceptedAnswer": {"@type": "Answer", "text": "Yes.", "author": {"name": "Li"}}}"#;
        assert_eq!(shown("question", question), "Is it open?\nYes.\n");
        let post = r#"{"text": "First.", "comment": [{"text": "Second.", "comment": {"text": "Third."}}]}"#;
        assert_eq!(shown("discussionforumposting", post), "First.\nSecond.\nThird.\n");
    }
}
