#!/usr/bin/env python3
"""Counts which byte of ASCII stands behind a character of two bytes, by the characters on both sides: src/data/cloak-ascii.tsv.

    python3 scripts/count-ascii.py ../shared/corpus > src/data/cloak-ascii.tsv

Some ten seconds, the same bytes each time; needs either the zstd command or the module zstandard. A cloak destroys such a byte with the
second byte of the character before it; which it was is a choice among those that stand there in clean text. Lines shorter than 40
characters are left out, as are all bytes from 40 on: those survive. Every 20th line of every source is left out, as in
scripts/train-model.py. How the file is read: src/repair/cloak/ascii.rs.
"""
import collections
import importlib
import os
import sys

# (file, weight): prose counts more than laws and articles on technology, as in scripts/train-contexts.py.
SOURCES = [("laws_cn.txt.zst", 0.3), ("lctt.txt.zst", 0.8), ("tw_talk.txt.zst", 0.6), ("wiki_cmrc.txt.zst", 4), ("wiki_drcd.txt.zst", 4),
           ("wiki_udgsd.txt.zst", 4), ("xquad_zh.txt.zst", 4), ("story_cmrc19.txt.zst", 5), ("multilang/zho-CN.txt", 5), ("multilang/zho-TW.txt", 4)]
BYTES = "\n 0\"#$%&'()*+,-./:;"  # the order of src/repair/cloak/ascii.rs; 0 is any digit
SHORTEST = 40
KINDS = [("end", "。!?…"), ("close", "”’」》)』】"), ("mark", "、,;:"), ("open", "“‘「《(『【")]
NAMES = ["han", "end", "close", "mark", "open", "digit", "latin", "other"]
# Counts that each place is taken to have had, spread as those behind the same character are: few were seen in some.
SMOOTHING = 20
WHOLE = 100_000


def kind(c):
    if "\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff":
        return "han"
    c = chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c
    named = next((name for name, all_of_it in KINDS if c in all_of_it), None)
    return named or ("digit" if c in "0123456789" else "latin" if c.isascii() and c.isalpha() else "other")


def main():
    neighbours = importlib.import_module("train-neighbours")
    counts = collections.defaultdict(float)
    for name, weight in SOURCES:
        lines = [l.strip() for l in neighbours.lines(os.path.join(sys.argv[1], name), {19})]
        text = "\n".join(l for l in lines if len(l) >= SHORTEST)
        for before, byte, behind in zip(text, text[1:], text[2:]):
            if byte < "@" and before > "\x7f":
                byte = "0" if byte.isdigit() else byte
                if byte in BYTES:
                    counts[kind(before), kind(behind), byte] += weight
    print("# Bytes of ASCII behind a character of two bytes, in 100,000, by the kinds of that character and of the next one. Counts by")
    print("# scripts/count-ascii.py, of the texts of model.md (their licences: there), every 20th line left out; no text is in the file.")
    print("# before", "behind", *("line blank digit".split() + list(BYTES[3:])), sep="\t")
    for before in NAMES:
        alone = [sum(counts[before, behind, b] for behind in NAMES) + 0.5 for b in BYTES]
        for behind in NAMES:
            here = [counts[before, behind, b] + SMOOTHING * n / sum(alone) for b, n in zip(BYTES, alone)]
            print(before, behind, *(max(1, round(WHOLE * n / sum(here))) for n in here), sep="\t")


if __name__ == "__main__":
    main()
