#!/usr/bin/env python3
"""Measures how many honest pages with glossed letters are taken for cloaked ones.

    scripts/check-glosses.py target/release/jingwen [--kit ../shared] [--pages 300] [--seed 1]

Pages are paragraphs of the kit's corpus in traditional letters, 600 to 2,000 characters. An honest author
glosses what readers may not know: the 3, 5 or 8 rarest letters of the page that differ from their simplified form get their reading in
parentheses, at every place. A page is flagged when the program changes one byte of it. Printed are, too, pages whose glosses stand only at the
first place, those of letters drawn by chance, and how many cloaked pages of the same text (the kit's forward model, 25, 50 or 100 letters)
are noticed. Ends with 1 when more than 0, 3 or 10 % of the pages with 3, 5 or 8 glossed letters are flagged.

Without the kit there is nothing to measure: says so and ends with 0.
"""
import argparse
import collections
import json
import os
import random
import subprocess
import sys

BARS = {3: 0.0, 5: 0.03, 8: 0.10}
SOURCES = [("tw_talk", 30), ("wiki_drcd", 40), ("wiki_cmrc", 30)]


def lines(kit, name):
    path = os.path.join(kit, "corpus", name + ".txt.zst")
    try:
        raw = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
    except FileNotFoundError:
        import zstandard
        raw = zstandard.ZstdDecompressor().stream_reader(open(path, "rb")).read()
    return [l.strip() for l in raw.decode("utf-8").split("\n") if 40 <= len(l.strip()) <= 600]


def changed(program, pages):
    """Which of the pages the program does not give back as they are."""
    text = "".join(json.dumps({"id": str(i), "text": p}, ensure_ascii=False) + "\n" for i, p in enumerate(pages))
    run = subprocess.run([program, "repair", "--from", "jsonl", "--to", "jsonl"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    out = {d["id"]: d["text"] for d in map(json.loads, run.stdout.decode().split("\n")[:-1])}
    return [i for i, p in enumerate(pages) if out[str(i)] != p]


def glossed(text, letters, readings, once):
    seen, out = set(), []
    for c in text:
        out.append(c)
        if c in letters and not (once and c in seen):
            seen.add(c)
            out.append(f"({readings[c]})")
    return "".join(out)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("--kit", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared"))
    ap.add_argument("--pages", type=int, default=300)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    if not os.path.exists(os.path.join(a.kit, "README.md")):
        print("left out: the kit is not there")
        return 0
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(a.kit, "cloak"))
    import garble

    readings, to_traditional = garble.load_table("readings.tsv"), garble.load_table("s2t.tsv")
    pools = {n: ["".join(to_traditional.get(c, c) for c in l) for l in lines(a.kit, n)] for n, _ in SOURCES}
    common = collections.Counter(c for p in pools.values() for l in p[:4000] for c in l)
    rng = random.Random(a.seed)
    names = [n for n, w in SOURCES for _ in range(w)]
    pages = []
    while len(pages) < a.pages:
        pool, size, page = pools[rng.choice(names)], rng.randrange(600, 2000), []
        while sum(map(len, page)) < size:
            page.append(rng.choice(pool))
        pages.append("\n".join(page))
    can = [sorted({c for c in p if c in readings}, key=lambda c: (common[c], c)) for p in pages]

    failed = False
    for n in (3, 5, 8, 12):
        kinds = {
            "rarest, everywhere": [glossed(p, set(c[:n]), readings, False) for p, c in zip(pages, can)],
            "rarest, once": [glossed(p, set(c[:n]), readings, True) for p, c in zip(pages, can)],
            "by chance, once": [glossed(p, set(rng.sample(c, min(n, len(c)))), readings, True) for p, c in zip(pages, can)],
        }
        shares = {k: len(changed(a.program, v)) / len(pages) for k, v in kinds.items()}
        print(f"{n} letters glossed, flagged: " + ", ".join(f"{k} {s:.1%}" for k, s in shares.items()))
        failed |= shares["rarest, everywhere"] > BARS.get(n, 1)
    usual = [l[0] for l in open(os.path.join(a.kit, "cloak", "table.tsv"), encoding="utf-8") if l[0] != "#"]
    for n in (25, 50, 100):
        cloaked = [garble.garble(p, [c for c in usual[:n] if c in readings], readings) for p in pages]
        print(f"cloaked, {n} letters: noticed {len(changed(a.program, cloaked)) / len(pages):.1%}")
    print("bars: 3, 5, 8 letters at every place at most 0, 3, 10 %:", "missed" if failed else "met")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
