//! Jobs as they go wrong, and samples.

use super::*;
use crate::io::lines::Lines;
use crate::io::source::Source;
use crate::run::journal::At;
use crate::run::settings::{From, Settings};

fn plan(settings: Settings) -> Plan {
    Plan::new(settings, vec![Source { path: "a".into(), name: "a".into(), size: 1 }], Vec::new())
}

fn record(number: u64, text: &str) -> Record {
    let body = Body::Text(text.to_owned());
    Record::new(number, 0, body)
}

#[test]
fn a_panic_in_one_record_puts_it_aside_and_leaves_no_trace_of_it() {
    let plan = plan(Settings { from: From::Page, ..Settings::default() });
    let mut render = Render::new(&plan.settings, crate::rules::Rules::builtin());
    render.fragile = Some("boom");
    let worker = Worker::new(&plan, &render);
    let records = vec![record(1, "河边有一座桥。"), record(2, "boom"), record(3, "桥下有水。")];
    let done = worker.work(Job { at: At(0, 0), input: 0, work: Work::Records(records) }).unwrap();
    assert_eq!(done.bad.len(), 1);
    assert!(done.bad[0].record == 2 && done.bad[0].why.contains("internal error: a test of the guards"), "{}", done.bad[0].why);
    let out = String::from_utf8(done.out).unwrap();
    assert!(out.contains("河边") && out.contains("桥下") && !out.contains("boom"), "{out}");
    let t = done.counter.sums.records;
    assert_eq!((t.read, t.out, t.removed), (3, 2, 0));
    assert_eq!(done.counter.sums.charsets.values().sum::<u64>(), 2, "what panicked is not counted");
    // the same in JSON lines
    let bytes = b"{\"text\":\"good\"}\n{\"text\":\"boom\"}\n{\"text\":\"good\"}\n".to_vec();
    let lines = Lines { record: 1, offset: 0, bytes };
    let done = worker.work(Job { at: At(0, 0), input: 0, work: Work::Lines(lines, None) }).unwrap();
    assert_eq!((done.bad.len(), &*done.out), (1, &b"{\"text\":\"good\"}\n{\"text\":\"good\"}\n"[..]));
}

#[test]
fn a_sample_is_a_share_and_the_same_each_time() {
    let plan = plan(Settings { from: From::Page, sample: Some(300_000), ..Settings::default() });
    let render = Render::new(&plan.settings, crate::rules::Rules::builtin());
    let worker = Worker::new(&plan, &render);
    let all: Vec<bool> = (0..1000).map(|n| worker.sampled(None, 0, n)).collect();
    let taken = all.iter().filter(|s| **s).count();
    assert!((250..350).contains(&taken), "{taken} of 1000");
    assert!((0..1000).all(|n| worker.sampled(None, 0, n) == all[n as usize]));
    assert_eq!(worker.sampled(Some("x"), 0, 1), worker.sampled(Some("x"), 0, 2));
}
