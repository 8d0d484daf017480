//! The files of `docs/ci` as far as they can be run here: they are YAML, and every command in them does what it says, on a repository
//! that is as it should be and on one that is not.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const FILES: [&str; 3] = ["github.yml", "pre-commit.yaml", "gitlab.yml"];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The commands of a file: what stands behind `run:`, `entry:` or a dash and begins with the program's name.
fn commands(yaml: &str) -> Vec<String> {
    let command = |line: &str| {
        let line = line.trim();
        let line = ["- ", "run: ", "entry: "].iter().fold(line, |l, start| l.strip_prefix(start).unwrap_or(l));
        line.starts_with("jingwen ").then(|| line.to_owned())
    };
    yaml.lines().filter_map(command).collect()
}

/// Runs a command in `folder` as a runner would, with the program on the path.
fn sh(folder: &Path, command: &str) -> (i32, String) {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_jingwen"));
    let path = format!("{}:{}", program.parent().expect("it lies in a folder").display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .output()
        .expect("a shell starts");
    let text = [done.stdout, done.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
    (done.status.code().unwrap_or(-1), text)
}

/// A repository with texts, a baseline, raw pages and what is made of them.
fn repository() -> TempDir {
    let t = TempDir::new().expect("a folder");
    let put = |name: &str, text: &str| {
        let path = t.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    put("docs/a.txt", "河边有一座老桥，桥下的水很清。\n分享到：微博 微信 QQ空间\n");
    put("raw/b.html", "<p>桥是石头的，很久以前就有了。</p>\n");
    for command in ["jingwen check docs --write-baseline jingwen-baseline.jsonl", "jingwen clean raw -o clean"] {
        let (code, text) = sh(t.path(), command);
        assert_eq!(code, 0, "{command}: {text}");
    }
    t
}

#[test]
fn each_file_is_yaml_and_has_its_commands() {
    for (name, n) in FILES.iter().zip([3, 2, 2]) {
        let text = read(name);
        assert_eq!(commands(&text).len(), n, "{name}");
        for event in saphyr_parser::Parser::new_from_str(&text) {
            event.unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}

#[test]
fn the_commands_pass_where_all_is_as_it_should_be() {
    let t = repository();
    for name in FILES {
        for mut command in commands(&read(name)) {
            if name == "pre-commit.yaml" && !command.contains("--expect") {
                // pre-commit adds the names of the files
                command.push_str(" docs/a.txt");
            }
            let (code, text) = sh(t.path(), &command);
            assert_eq!(code, 0, "{name}: {command}: {text}");
            assert!(text.contains("looked at"), "{name}: {command}: {text}");
        }
    }
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(t.path().join(name)).expect("it was written")).expect("it is JSON")
    };
    assert_eq!(json("jingwen.sarif")["version"], "2.1.0");
    assert_eq!(json("gl-code-quality-report.json"), serde_json::json!([]));
    assert!(fs::read_to_string(t.path().join("summary.md")).expect("it was written").contains("### jingwen check"));
}

#[test]
fn the_commands_fail_where_something_is_wrong() {
    let t = repository();
    fs::write(t.path().join("docs/new.txt"), "他去喝了一杯 cafÃ© au lait 才回家，路上下起了雨。\n").expect("a file can be written");
    fs::write(t.path().join("clean/b.txt"), "桥是木头的。\n").expect("a file can be written");
    for name in FILES {
        for mut command in commands(&read(name)) {
            if name == "pre-commit.yaml" && !command.contains("--expect") {
                command.push_str(" docs/new.txt");
            }
            let (code, text) = sh(t.path(), &command);
            // SARIF is uploaded whatever it holds
            assert_eq!(code, i32::from(!command.ends_with("|| true")), "{name}: {command}: {text}");
        }
    }
}
