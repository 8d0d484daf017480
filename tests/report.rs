//! `clean --report` from outside: the same page for any number of threads, nothing of a document as markup, nothing replaced unasked. How it
//! looks and acts in a browser is tested by `scripts/check-report.py`.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Command;

const UGLY: &str = "</script><script>harmed()</script><!-- \u{202E}";

fn jingwen(folder: &Path, args: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jingwen"));
    let done = command.args(args.split(' ')).current_dir(folder).env("LC_ALL", "C").output().expect("the program starts");
    (done.status.code().unwrap_or(-1), String::from_utf8_lossy(&done.stderr).into_owned())
}

/// Forty pages; one of them ugly, one no text, each with a paragraph that the one before has, too.
fn dump() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("in");
    fs::create_dir(&folder).expect("a folder");
    for n in 0..40 {
        let shared = |n: u32| format!("这是第{n}段公共的文字，前后两篇文章里都有，所以第二次出现的时候应当略去。");
        let own = format!("第{n}篇文章讲的是河边的一座老桥，镇上的人每年都要把它修一遍。");
        let ugly = if n == 7 { UGLY } else { "" };
        let text = format!("{own}\n\n{}\n\n{}\n\n这句话里有一个标记{ugly}，它只是文字。\n", shared(n), shared(n + 1));
        fs::write(folder.join(format!("{n:02}.txt")), text).expect("a page");
    }
    fs::write(folder.join("no text"), (0..=255u8).cycle().take(9000).collect::<Vec<u8>>()).expect("bytes");
    place
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    let place = dump();
    for dedup in ["page", "dump"] {
        let report = |threads: usize| {
            let args = format!("clean in -o out --overwrite -q --dedup {dedup} --block 4K -j {threads} --report r.html");
            assert_eq!(jingwen(place.path(), &args), (0, String::new()));
            fs::read_to_string(place.path().join("r.html")).expect("a report")
        };
        let one = report(1);
        assert_eq!(one, report(8));
        assert!((0..40).all(|n| one.contains(&format!("\"{n:02}.txt\""))) && one.contains("\"no text\",\"\",2,"), "a record has no row");
        assert_eq!(dedup == "dump", one.contains("\"dump/paragraph\",\"a paragraph that stood"));
    }
}

#[test]
fn what_a_page_says_is_never_markup() {
    let place = dump();
    fs::write(place.path().join(format!("in/{}.txt", UGLY.replace('/', ""))), "名字也是别人起的，所以也只是文字。").expect("a page");
    assert_eq!(jingwen(place.path(), "clean in -o out -q --report r.html").0, 0);
    let report = fs::read_to_string(place.path().join("r.html")).expect("a report");
    assert!(report.contains("\\u003cscript\\u003eharmed()"));
    assert!(!report.contains("<script>harmed") && !report.contains('\u{202E}'));
    assert_eq!(report.matches("<script").count(), report.matches("</script>").count());
}

#[test]
fn a_stream_has_a_report_too() {
    let place = dump();
    assert_eq!(jingwen(place.path(), "clean in/03.txt --report r.html").0, 0);
    let report = fs::read_to_string(place.path().join("r.html")).expect("a report");
    assert!(report.contains("\"03.txt\"") && report.contains("id=\"view-0\""));
    assert_eq!(jingwen(place.path(), "clean in --to jsonl -o all.jsonl -q --lang zh --report zh.html").0, 0);
    assert!(fs::read_to_string(place.path().join("zh.html")).expect("a report").contains("<html lang=\"zh\">"));
}

#[test]
fn a_diff_is_a_report_when_asked() {
    let place = dump();
    let args = "diff in -q --stat --html d.html";
    assert_eq!(jingwen(place.path(), args).0, 0, "nothing is wrong with these pages");
    let report = fs::read(place.path().join("d.html")).expect("a report");
    assert!((0..40).all(|n| memchr::memmem::find(&report, format!("\"{n:02}.txt\"").as_bytes()).is_some()));
    // its own report it replaces, another file it does not
    assert_eq!(jingwen(place.path(), args).0, 0);
    assert!(fs::read(place.path().join("d.html")).expect("a report") == report);
    fs::write(place.path().join("d.html"), "mine").expect("a file");
    assert_eq!(jingwen(place.path(), args).0, 2);
}

#[test]
fn a_report_is_not_replaced_unasked_nor_on_resume() {
    let place = dump();
    fs::write(place.path().join("r.html"), "mine").expect("a file");
    let (code, why) = jingwen(place.path(), "clean in -o out -q --report r.html");
    assert!(code == 2 && why.contains("r.html exists; --overwrite replaces it"), "{why}");
    assert_eq!(fs::read_to_string(place.path().join("r.html")).expect("a file"), "mine");
    let (code, why) = jingwen(place.path(), "clean in -o out -q --overwrite --report in/03.txt");
    assert!(code == 2 && why.contains("is a folder or an input"), "{why}");
    assert_eq!(jingwen(place.path(), "clean in -o out -q --overwrite --report r.html").0, 0);
    let before = fs::read(place.path().join("r.html")).expect("a report");
    // a finished run that is resumed has nothing left to tell, and leaves the report as it is
    assert_eq!(jingwen(place.path(), "clean in -o out -q --resume --report r.html").0, 0);
    assert!(fs::read(place.path().join("r.html")).expect("a report") == before);
}

#[test]
fn passes_one_by_one_give_the_same_report() {
    let place = dump();
    assert_eq!(jingwen(place.path(), "clean in -o out -q --dedup dump --report r.html").0, 0);
    let whole = fs::read(place.path().join("r.html")).expect("a report");
    fs::remove_file(place.path().join("r.html")).expect("it was there");
    assert_eq!(jingwen(place.path(), "stage plan in -o run -q --dedup dump --report r.html").0, 0);
    for pass in ["scan", "resolve", "apply"] {
        for share in ["2/2", "1/2"] {
            assert_eq!(jingwen(place.path(), &format!("stage {pass} run -q --share {share}")).0, 0);
        }
    }
    assert_eq!(jingwen(place.path(), "stage finish run -q").0, 0);
    assert!(fs::read(place.path().join("r.html")).expect("a report") == whole);
}

#[test]
fn what_came_to_its_place_since_the_plan_is_not_written_over() {
    let place = dump();
    let at = place.path().join("r.html");
    assert_eq!(jingwen(place.path(), "stage plan in -o out --report r.html").0, 0);
    assert_eq!(jingwen(place.path(), "stage scan out").0, 0);
    fs::write(&at, "mine").expect("a file");
    let (code, told) = jingwen(place.path(), "stage finish out");
    assert!(code == 2 && told.contains("since the run was planned"), "{told}");
    assert_eq!(fs::read_to_string(&at).expect("it is there"), "mine");
    fs::remove_file(&at).expect("it was there");
    let (code, told) = jingwen(place.path(), "stage finish out");
    assert!(code == 0 && at.exists(), "{told}");
    // a run anew takes it away, and one that finds it there without being told to says so at once
    assert_eq!(jingwen(place.path(), "clean in -o other --resume -q --report r.html").0, 2);
    assert_eq!(jingwen(place.path(), "clean in -o out --overwrite -q --report r.html").0, 0);
}
