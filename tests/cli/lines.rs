//! JSON lines in, JSON lines out.

use super::*;

#[test]
fn pages_as_json_lines() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    p.file("in/b/c.html", "<title>茶馆</title><p>桥头的茶馆开了三十年，老板每天五点起床生火。</p>");
    assert_eq!(p.run("clean in -o out --to jsonl", b"").code, 0);
    let text = p.read("out/documents.jsonl");
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0]["id"].as_str(), lines[0]["text"].as_str()), (Some("a.txt"), Some(PLAIN)));
    assert_eq!(lines[0]["charset"]["name"], "utf-8");
    assert_eq!(lines[0]["counts"]["bytes_in"], PLAIN.len());
    assert_eq!(lines[1]["metadata"]["title"], "茶馆");
    assert!(lines[1]["removed"].is_array() && lines[1]["url"].is_null());
    // the same as one stream
    assert_eq!(p.run("clean in --to jsonl", b"").text(), text);
    assert_eq!(p.run("clean in -o all.jsonl", b"").code, 0);
    assert_eq!(p.read("all.jsonl"), text);
}

#[test]
fn what_is_left_out_is_named_with_its_rule() {
    let p = Place::new();
    let line = "同一段话在这一页里出现了两次，第二次是贴的时候多贴上去的，和第一次一个字也不差，读的人看一遍就够了，应当去掉。";
    p.file("a.txt", format!("{line}\n\n{PLAIN}\n{line}\n"));
    let ran = p.run("clean a.txt --to jsonl", b"");
    let v: serde_json::Value = serde_json::from_str(ran.text()).expect("JSON");
    assert_eq!(v["removed"].as_array().map(Vec::len), Some(1), "{v}");
    assert_eq!(v["removed"][0]["text"], line);
    assert!(v["removed"][0]["rule"].as_str().is_some_and(|r| r.contains('/')));
    assert_eq!(v["removed"][0]["first"][0], 0);
}

// --- JSON lines --------------------------------------------------------------------------------------------------------

#[test]
fn lines_keep_their_order_and_their_bytes() {
    let mut input = String::new();
    for n in 0..300 {
        input.push_str(&format!(
            "{{ \"n\":{n}.00 ,\"text\": \"第{n}行的正文没有什么要改。\",\"x\":[1,{{\"text\":null}}],\"half\":\"\\ud83d\"}}\r\n"
        ));
        if n % 50 == 0 {
            input.push('\n');
        }
    }
    input.push_str("{\"text\":\"最后一行没有换行符。\"}");
    for verb in ["repair", "clean"] {
        let ran = Place::new().run(&format!("{verb} --from jsonl --to jsonl"), input.as_bytes());
        assert_eq!((ran.code, &*ran.err), (0, ""));
        assert!(ran.text() == input, "{verb} changed a clean line");
    }
}

#[test]
fn only_the_text_of_a_line_changes() {
    // UTF-8 read as windows-1252
    let line = "{\"k\" : 1e2, \"content\":\"The price is â‚¬5 â€“ donâ€™t wait.\", \"z\":\"\\u00e9\"}\n";
    let ran = Place::new().run("repair --from jsonl --text-field content", line.as_bytes());
    assert_eq!(ran.text(), "{\"k\" : 1e2, \"content\":\"The price is €5 – don’t wait.\", \"z\":\"\\u00e9\"}\n");
}

#[test]
fn form_and_what_is_left_of_lost_text_change_only_when_asked() {
    let line = "{\"text\":\"Ｔｅｌ：０１０ cafe\u{301} 春天锟斤拷来了\"}\n";
    let run = |args: &str| Place::new().run(&format!("repair --from jsonl {args}"), line.as_bytes()).text().to_owned();
    assert_eq!(run(""), line);
    assert!(run("--width").contains("Tel：010 cafe\u{301} 春天锟斤拷来了"));
    assert!(run("--normalize nfc").contains("Ｔｅｌ：０１０ caf\u{e9} 春天锟斤拷来了"));
    assert!(run("--remove-lost").contains("cafe\u{301} 春天来了"));
    assert_eq!(
        Place::new().run("clean --width --normalize nfkc --remove-lost", "Ｔｅｌ 春天锟斤拷来了".as_bytes()).text(),
        "Tel 春天来了\n"
    );
}

#[test]
fn a_page_removed_whole_keeps_its_line_and_says_why() {
    let ran = Place::new().run("clean --from jsonl", b"{\"id\":7,\"text\":\"<script>x()</script>\"}\n{\"text\":\"\"}\n");
    let lines: Vec<serde_json::Value> = ran.text().lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!((lines[0]["id"].as_u64(), lines[0]["text"].as_str()), (Some(7), Some("")));
    assert!(lines[0]["jingwen"]["reason"].is_string(), "{}", ran.text());
    assert_eq!(lines[1], serde_json::json!({"text": ""}), "an empty text was empty before");
}

#[test]
fn details_are_added_when_asked_for() {
    let ran = Place::new().run("clean --from jsonl --details", "{\"text\":\"没有什么要改的一行正文。\"}".as_bytes());
    let v: serde_json::Value = serde_json::from_str(ran.text()).expect("JSON");
    assert_eq!(v["text"], "没有什么要改的一行正文。");
    assert_eq!(v["jingwen"]["charset"]["name"], "utf-8");
    assert_eq!(v["jingwen"]["counts"]["blocks"], 1);
}
