//! HTTP messages: a head or none, a body or a reason, within the limits.
#![cfg_attr(fuzzing, no_main)]

use jingwen::io::http::{Head, body, unwanted};

fn run(bytes: &[u8]) {
    let Some(head) = Head::parse(bytes) else { return };
    assert!(head.length <= bytes.len());
    let limits = jingwen_fuzz::limits();
    if let Ok(body) = body(&head, &bytes[head.length..], &limits) {
        assert!(body.len() <= limits.record.max(bytes.len()));
        let _ = unwanted(&head.media(), &body);
    }
    let _ = head.label();
}

jingwen_fuzz::target!(run);
