#!/usr/bin/env python3
"""Writes src/data/cloak-words.bin: words of Chinese and how common they are, from the dictionary of the package jieba.

    pip install jieba==0.42.1
    python3 scripts/train-words.py SITE-PACKAGES/jieba/dict.txt src/data/cloak-words.bin

The same bytes each time. A line of the dictionary is a word, how often it was counted, and its kind; no text. Words are folded to
simplified as src/model/fold.rs does. Kept are all single characters, the words that are worth most (share of all text times what the word saves
over its characters), and those with a character that a marker can tear. How the file is read: src/repair/cloak/words.rs.
"""
import math
import os
import struct
import sys

KEPT = 40_000       # words that are worth most
LONGEST = 4         # characters a word has at most
STEPS = 8           # a nat in units of the file
DEAREST = 18.0      # nats of a character that the list does not have
NO_WORD = 255       # what is only the beginning of a word
TRAILS = (0xA1, 0xA3)  # second bytes in GBK that a marker can tear


def is_han(c):
    return "\u3400" <= c <= "\u9fff"


def read_fold(here):
    fold = {}
    for l in open(os.path.join(here, "..", "src", "data", "fold.tsv"), encoding="utf-8"):
        if not l.startswith("#") and l.strip():
            cells = l.rstrip("\n").split("\t")
            fold[cells[0]] = cells[1]
    return fold


def tearable(fold):
    found = set()
    for trail in TRAILS:
        for lead in range(0x81, 0xFF):
            try:
                c = bytes([lead, trail]).decode("gbk")
            except UnicodeDecodeError:
                continue
            found.add(fold.get(c, c))
    return found


def main():
    source, target = sys.argv[1], sys.argv[2]
    fold = read_fold(os.path.dirname(os.path.abspath(__file__)))
    counts = {}
    with open(source, encoding="utf-8") as f:
        for line in f:
            w, n, _ = line.split(" ")
            w = "".join(fold.get(c, c) for c in w)
            counts[w] = counts.get(w, 0) + int(n)
    whole = sum(counts.values())
    share = {w: n / whole for w, n in counts.items() if len(w) <= LONGEST and all(map(is_han, w))}
    nats = {w: round(min(DEAREST, -math.log(s)), 6) for w, s in share.items()}
    worth = {w: round(share[w] * (sum(nats.get(c, DEAREST) for c in w) - nats[w]), 15) for w in share if len(w) > 1}
    torn = tearable(fold)
    best = sorted(worth, key=lambda w: (-worth[w], w))[:KEPT]
    kept = set(best) | {w for w in worth if not torn.isdisjoint(w)} | {w for w in share if len(w) == 1}

    cost = {w: round(nats[w] * STEPS) for w in kept}
    levels = [sorted({w[:n] for w in kept if len(w) >= n}) for n in range(1, LONGEST + 1)]
    children = [{} for _ in levels]
    for n in range(1, LONGEST):
        for p in levels[n]:
            children[n - 1][p[:-1]] = children[n - 1].get(p[:-1], 0) + 1
    with open(target, "wb") as f:
        f.write(b"JWW1" + struct.pack("<4I", *map(len, levels)))
        for n, prefixes in enumerate(levels):
            f.write(b"".join(struct.pack("<H", ord(p[-1])) for p in prefixes))
            f.write(bytes(cost.get(p, NO_WORD) for p in prefixes))
            if n < LONGEST - 1:
                f.write(b"".join(struct.pack("<H", children[n].get(p, 0)) for p in prefixes))
    print(len(kept) - sum(len(w) == 1 for w in kept), "words,", sum(map(len, levels)), "nodes,", os.path.getsize(target), "bytes")


if __name__ == "__main__":
    main()
