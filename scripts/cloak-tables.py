#!/usr/bin/env python3
"""Writes src/data/cloak-readings.tsv, the table behind cloak repair, from the kit beside the project.

  scripts/cloak-tables.py [KIT]        KIT: the folder with cloak/ and corpus/, ../shared unless told otherwise

Needs `pip install pypinyin` (its pinyin-data, MIT) for the other readings of a character, and the zstd command. Deterministic.
Sources: cloak/readings.tsv and cloak/s2t.tsv of the kit (from OpenCC's character tables, Apache-2.0, and pinyin-data, MIT);
ranks are counted on corpus/ (figures only).
"""
import collections, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
KIT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", "..", "shared")
OUT = os.path.join(HERE, "..", "src", "data", "cloak-readings.tsv")
from pypinyin.constants import PINYIN_DICT

# Characters taken of each file, so that no kind of text outweighs the others.
CAP = 2_000_000
TEXTS = ["lctt", "wiki_cmrc", "wiki_drcd", "wiki_udgsd", "story_cmrc19", "xquad_zh", "tw_talk", "laws_cn"]


def rows(name):
    for line in open(os.path.join(KIT, "cloak", name), encoding="utf8"):
        if not line.startswith("#"):
            yield line.rstrip("\n").split("\t")


def main():
    read = {f[0]: (f[1], f[2]) for f in rows("readings.tsv")}
    s2t = {f[0]: f[1] for f in rows("s2t.tsv")}
    order = [f[0] for f in rows("table.tsv")]
    variant = {f[0]: f[1].strip() for f in rows("table_variant_b.tsv")}
    count = collections.Counter()
    for name in TEXTS:
        path = os.path.join(KIT, "corpus", name + ".txt.zst")
        text = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout.decode()[:CAP]
        count.update(s2t.get(c, c) for c in text if "\u4e00" <= c <= "\u9fff")
    rank = {c: i + 1 for i, (c, _) in enumerate(sorted(count.items(), key=lambda x: (-x[1], x[0])))}
    back = collections.defaultdict(list)
    for s, t in s2t.items():
        back[t].append(s)
    with open(OUT, "w", encoding="utf8") as f:
        f.write("# char\treadings, the usual one first\tsimplified letters that are converted to it one to one, or -\trank by frequency, 0 = not seen\tplace in the order in which cloaked pages take characters, 0 = not seen\n")
        f.write("# Every GBK character whose simplified form differs. Written by scripts/cloak-tables.py: do not edit.\n")
        f.write("# Sources: OpenCC TSCharacters and STCharacters (Apache-2.0); pinyin-data (MIT); ranks counted on laws, encyclopedias, technology and talk, converted to traditional.\n")
        for c in sorted(read, key=ord):
            usual = read[c][0]
            more = [usual]
            for r in ([variant[c]] if c in variant else []) + PINYIN_DICT.get(ord(c), "").split(","):
                if r and r not in more and all(ord(x) < 0x1E00 for x in r):
                    more.append(r)
            place = order.index(c) + 1 if c in order else 0
            f.write(f"{c}\t{','.join(more)}\t{''.join(sorted(back.get(c, []))) or '-'}\t{rank.get(c, 0)}\t{place}\n")


main()
