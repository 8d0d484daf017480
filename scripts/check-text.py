#!/usr/bin/env python3
"""How much of pages taken as plain text comes out: content kept, boilerplate removed, by language and set.

  scripts/check-text.py target/release/jingwen [--kit ../shared/extract] [--lost] [--left]

Pages of the kit with a full gold text are turned into lines, one a block, as a WET file has them, with lxml (`pip install lxml`). A line is
content when it is a line of the gold or eight in ten of its rows of three words stand there, boilerplate when two in ten or fewer do, else it is
not judged; pages whose gold is not in their lines are left out. The lines are cleaned as one text a page. --lost and --left print what went
wrong. Nothing of the pages is kept.
"""
import argparse, collections, gzip, json, os, re, subprocess, sys, tempfile, unicodedata

BLOCKS = set("""address article aside blockquote body br button center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3
h4 h5 h6 header hr legend li main menu nav ol option p pre section select summary table tbody td tfoot th thead tr ul""".split())
SILENT = set("script style noscript template head iframe svg textarea".split())
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|\w+")


def lines_of(root):
    """The text of a tree, a line a block. No recursion: pages nest deep."""
    out, now, todo = [], [], [("in", root)]

    def flush():
        line = " ".join("".join(now).split())
        now.clear()
        if line:
            out.append(line)

    while todo:
        what, x = todo.pop()
        if what == "text":
            now.append(x)
        elif what == "end":
            flush()
        elif isinstance(x.tag, str) and x.tag not in SILENT:
            if x.tag in BLOCKS:
                flush()
            inside = [("text", x.text or "")]
            for child in x:
                inside += [("in", child), ("text", child.tail or "")]
            if x.tag in BLOCKS:
                inside.append(("end", None))
            todo.extend(reversed(inside))
    flush()
    return out


def decoded(raw):
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        said = re.search(rb"charset=[\"' ]*([\w-]+)", raw[:4000])
        label = said.group(1).decode().lower() if said else "cp1252"
        return raw.decode({"gb2312": "gb18030"}.get(label, label), "replace")


def tokens(text):
    return TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def rows(words):
    return list(zip(words, words[1:], words[2:]))


def case(page, kit):
    """Lines and labels of a page, or None when its gold cannot be found in them."""
    import lxml.html

    read = lambda path: (gzip.open if path.endswith(".gz") else open)(os.path.join(kit, path), "rb").read()
    try:
        html = re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded(read(page["html_path"])))
        lines, gold = lines_of(lxml.html.fromstring(html)), read(page["gold_path"]).decode("utf-8")
    except (lxml.etree.ParserError, ValueError, LookupError):
        return None
    known, words = set(rows(tokens(gold))), set(tokens(gold))
    whole = {tuple(tokens(line)) for line in gold.splitlines()}
    labels, seen, content = "", set(), 0
    for line in lines:
        said = tokens(line)
        seen.update(rows(said))
        if not said or line.startswith('{"'):
            label = "-"
        elif tuple(said) in whole:
            label = "C"
        elif len(said) < 3:
            label = "-" if set(said) <= words else "B"
        else:
            share = sum(r in known for r in rows(said)) / len(rows(said))
            label = "C" if share >= 0.8 else "B" if share <= 0.2 else "-"
        labels += label
        content += len(line) * (label == "C")
    if not known or len(known & seen) < 0.9 * len(known) or content < 200:
        return None
    return dict(id=page["id"], groups=[page["lang"], page["set"], "type " + (page.get("page_type") or "-"), "Chinese" if page["lang"] in ("zh", "wuu") else "not Chinese"], lines=lines, labels=labels)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("program")
    options.add_argument("--kit", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared/extract"))
    options.add_argument("--lost", action="store_true", help="print content that went")
    options.add_argument("--left", action="store_true", help="print boilerplate that stayed")
    said = options.parse_args()
    manifest = os.path.join(said.kit, "manifest.jsonl")
    if not os.path.exists(manifest):
        sys.exit(f"{manifest} is not there: the pages are not part of the repository; name the folder that has them with --kit")
    pages = [json.loads(line) for line in open(manifest)]
    cases = [c for c in (case(p, said.kit) for p in pages if p.get("gold_path") and p["gold_kind"] != "snippets") if c]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "in.jsonl"), "w") as out:
            for c in cases:
                print(json.dumps({"id": c["id"], "text": "\n".join(c["lines"])}, ensure_ascii=False), file=out)
        to = os.path.join(folder, "out")
        subprocess.run([said.program, "clean", out.name, "--to", "jsonl", "-o", to, "-q"], check=True, stdout=subprocess.DEVNULL)
        texts = {r["id"]: r["text"] for r in map(json.loads, open(os.path.join(to, "in.jsonl")))}
    sums = collections.defaultdict(collections.Counter)
    for c in cases:
        text = texts.get(c["id"], "")
        kept_lines = {" ".join(line.split()) for line in text.split("\n")}
        for line, label in zip(c["lines"], c["labels"]):
            # a longer line may have been joined to another
            kept = line in kept_lines or len(line) > 15 and line in text
            for group in c["groups"]:
                sums[group].update({label: len(line), label + "kept": len(line) * kept})
            if label == "C" and not kept and said.lost or label == "B" and kept and said.left:
                print(f"{c['id']}\t{line[:200]}")
    print(f"{'':24}{'content kept':>14}{'boilerplate removed':>22}{'characters of each':>24}")
    for group, n in sorted(sums.items()):
        print(f"{group:24}{n['Ckept'] / max(1, n['C']):14.4f}{1 - n['Bkept'] / max(1, n['B']):22.4f}{n['C']:>14} {n['B']:>9}")


if __name__ == "__main__":
    main()
