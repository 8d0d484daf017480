//! The verbs beside `clean`, help, progress, settings of a project.

use super::*;

#[test]
fn detect_says_which_charset() {
    let p = Place::new();
    p.file("a.txt", PLAIN);
    p.file("b.txt", GBK);
    let ran = p.run("detect --to jsonl b.txt a.txt", b"");
    let lines: Vec<serde_json::Value> = ran.text().lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!((lines[0]["path"].as_str(), lines[0]["encoding"].as_str()), (Some("b.txt"), Some("gb18030")));
    assert_eq!((lines[1]["path"].as_str(), lines[1]["encoding"].as_str()), (Some("a.txt"), Some("utf-8")));
    assert!(lines[1]["confidence"].as_f64().is_some_and(|c| c > 0.9) && lines[1]["why"].is_string());
    let ran = p.run("detect .", b"");
    assert!(ran.text().starts_with("./a.txt: utf-8  "), "{}", ran.text());
    assert_eq!(ran.text().lines().count(), 2);
}

#[test]
fn decode_gives_utf8() {
    let ran = Place::new().run("decode -", GBK);
    assert_eq!((ran.code, ran.text()), (0, "桥头的茶馆开了三十年，老板每天五点起床生火。\n"));
}

#[test]
fn explain_shows_fates_and_rules() {
    let p = Place::new();
    let line = "同一段话在这一页里出现了两次，第二次是贴的时候多贴上去的，和第一次一个字也不差，读的人看一遍就够了，应当去掉。";
    p.file("a.txt", format!("{line}\n\n{PLAIN}\n{line}\n"));
    let ran = p.run("explain a.txt", b"");
    assert_eq!(ran.code, 0);
    let text = ran.text();
    assert!(text.contains(&format!("     1 = {line}\n")) && text.contains(&format!("     7 - {line}\n")), "{text}");
    assert!(text.contains("first on line 1") && text.contains("3 kept, 1 removed") && !text.contains('\x1b'), "{text}");
    assert!(p.run("explain a.txt --color always", b"").text().contains("\x1b["));
    for l in p.run("explain a.txt --to jsonl", b"").text().lines() {
        serde_json::from_str::<serde_json::Value>(l).expect("JSON");
    }
}

#[test]
fn people_read_their_language() {
    let p = Place::new();
    p.file(
        "a.txt",
        "首页 | 新闻 | 体育 | 财经 | 娱乐\n\n这是正文的第一段，讲的是春天的事情。\n\n这是正文的第一段，讲的是春天的事情。\n".as_bytes(),
    );
    let text = p.run("explain a.txt --lang zh", b"").text().to_owned();
    assert!(text.contains("这一段在本页前面已经出现过（首次出现在第 3 行）") && text.contains("保留 "), "{text}");
    assert!(p.run("explain a.txt --lang en", b"").text().contains("(first on line 3)"));
    assert!(p.run("rules paragraph/repeat --lang zh", b"").text().contains("来源"));
    assert!(p.run("rules --lang zh", b"").text().contains("原文是 UTF-8 编码，被误当作 GBK 读取"));
    // the locale decides for people, not for programs
    let in_locale = |args: &[&str], locale: [(&str, &str); 3]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jingwen"));
        command.args(args).envs(locale).current_dir(p.0.path());
        String::from_utf8(command.output().expect("the program starts").stdout).expect("output is UTF-8")
    };
    let en = "stood earlier";
    let says = |locale| in_locale(&["rules", "paragraph/repeat"], locale);
    assert!(says([("LC_ALL", ""), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]).contains("出现过"));
    assert!(says([("LC_ALL", "C"), ("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "zh_CN.UTF-8")]).contains(en));
    assert!(says([("LC_ALL", ""), ("LC_MESSAGES", ""), ("LANG", "zh_TW")]).contains("出现过"));
    let zh_locale = [("LC_ALL", "zh_CN.UTF-8"), ("LC_MESSAGES", ""), ("LANG", "")];
    assert!(in_locale(&["rules", "paragraph/repeat", "--to", "jsonl"], zh_locale).contains(en));
    assert!(in_locale(&["rules", "paragraph/repeat", "--to", "jsonl", "--lang", "zh"], zh_locale).contains("出现过"));
}

#[test]
fn explain_shows_what_cannot_be_seen() {
    let text = "藏在文字里的控制字符\u{1b}[31m和私用字符\u{e123}都看得见。\n";
    let ran = Place::new().run("explain --color never", text.as_bytes());
    assert!(!ran.text().contains('\x1b') && !ran.text().contains('\u{e123}'), "{}", ran.text());
}

#[test]
fn rules_are_listed_one_by_one() {
    let p = Place::new();
    let all = p.run("rules", b"");
    assert!(all.text().lines().count() > 5 && all.text().contains("charset/malformed"));
    let one = p.run("rules charset/malformed", b"");
    assert!(["source", "fires", "spares"].iter().all(|w| one.text().contains(w)), "{}", one.text());
    let family = p.run("rules charset --to jsonl", b"");
    assert!(family.text().lines().all(|l| l.starts_with("{\"id\":\"charset/")), "{}", family.text());
    let none = p.run("rules charset/malformd", b"");
    assert_eq!(none.code, 2);
    assert!(none.err.contains("did you mean `charset/malformed`"), "{}", none.err);
}

#[test]
fn help_completions_and_manual() {
    let p = Place::new();
    for verb in ["clean", "repair", "detect", "decode", "explain", "rules"] {
        let help = p.run(&format!("{verb} --help"), b"");
        assert_eq!(help.code, 0);
        assert!(p.run("--help", b"").text().contains(verb));
        assert!(p.run(&format!("man {verb}"), b"").text().contains(".TH"));
    }
    assert!(p.run("clean --help", b"").text().contains("Examples:"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(p.run(&format!("completions {shell}"), b"").text().contains("jingwen"), "{shell}");
    }
    assert_eq!(p.run("man nosuch", b"").code, 2);
    assert_eq!(p.run("clean --nosuch", b"").code, 2);
    assert_eq!(p.run("clean --max-record 2G", b"").code, 2);
    assert_eq!(p.run("", b"").code, 2);
}

#[test]
fn progress_is_silent_in_a_pipe_and_there_when_asked_for() {
    let p = Place::new();
    p.file("in/a.txt", PLAIN);
    let ran = p.run("clean in -o out --progress json", b"");
    let line = ran.err.lines().find(|l| l.starts_with('{')).expect("a last line at least");
    let v: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!((v["records"].as_u64(), v["bytes"].as_u64()), (Some(1), Some(PLAIN.len() as u64)));
    let ran = p.run("clean in -o out --overwrite", b"");
    assert!(!ran.err.contains('\x1b') && !ran.err.contains('\r') && ran.err.lines().count() == 5, "{}", ran.err);
}

#[test]
fn the_program_starts_fast() {
    let p = Place::new();
    let best = (0..10)
        .map(|_| {
            let start = std::time::Instant::now();
            assert_eq!(p.run("--version", b"").code, 0);
            start.elapsed()
        })
        .min()
        .expect("ten runs");
    // 20 ms is the promise of the release build on an idle machine; a test machine is neither
    assert!(best.as_millis() < 200, "{best:?}");
}

#[test]
fn own_rules_and_settings_of_a_project() {
    let place = tempfile::tempdir().unwrap();
    let at = place.path();
    let text = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。";
    fs::write(at.join("a.txt"), format!("修路记\n{text}\n本店今日打折\n{text}路修好了。\n")).unwrap();
    fs::create_dir(at.join("rules")).unwrap();
    let row = "own/shop\ta line of the shop\tour pages\t修路记\\n本店\\n水\t他在本店\tbegin\t本店\tremove\n";
    fs::write(at.join("rules/own.tsv"), row).unwrap();
    let ran = |args: &str| {
        let ran = Command::new(env!("CARGO_BIN_EXE_jingwen")).args(args.split_whitespace()).current_dir(at).output().unwrap();
        (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    assert!(ran("clean a.txt").1.contains("本店"));
    assert!(!ran("clean a.txt --rules rules").1.contains("本店"));
    assert!(ran("rules --rules rules own").1.contains("a line of the shop"));
    let (code, out, _) = ran("rules test --rules rules a.txt");
    assert!(code == Some(0) && out.contains("own/shop  ok") && out.contains("own/shop  1 lines\n  a.txt: 本店今日打折"), "{out}");
    fs::write(at.join("rules/own.tsv"), row.replace("他在本店", "本店\\n水")).unwrap();
    let (code, out, _) = ran("rules test --rules rules");
    assert!(code == Some(1) && out.contains("fires on what it must spare"), "{out}");
    fs::write(at.join("rules/own.tsv"), row).unwrap();

    fs::write(at.join("jingwen.toml"), "[clean]\nrules = 'rules'\nno-title = true\n").unwrap();
    let (_, out, err) = ran("clean a.txt -v");
    assert!(!out.contains("本店") && !out.contains("修路记") && err.contains("jingwen.toml: --"), "{out}{err}");
    assert!(ran("clean a.txt --no-config").1.contains("本店"));
    assert!(ran("explain a.txt").1.contains("a line of the shop"), "what clean does is what explain explains");
    assert!(ran("diff a.txt").1.contains("own/shop"));
    // a run remembers them: in another folder, and only as long as they are the same
    fs::create_dir(at.join("in")).unwrap();
    fs::copy(at.join("a.txt"), at.join("in/a.txt")).unwrap();
    assert_eq!(ran("stage plan in -o out").0, Some(0));
    fs::write(at.join("rules/own.tsv"), row.replace("shop", "shops")).unwrap();
    let (code, _, err) = ran("stage scan out");
    assert!(code == Some(2) && err.contains("the rules have changed"), "{err}");
    fs::write(at.join("jingwen.toml"), "[clean]\nprofil = 'forum'\n").unwrap();
    let (code, _, err) = ran("clean a.txt");
    assert!(code == Some(2) && err.contains("jingwen.toml:2: unknown key `profil` in [clean]; did you mean `profile`?"), "{err}");
}
