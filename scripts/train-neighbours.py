#!/usr/bin/env python3
"""Counts what stands beside the characters that a cloak loses: reads a folder of clean text, writes src/data/cloak-neighbours.bin.

    python3 scripts/train-neighbours.py ../shared/corpus src/data/cloak-neighbours.bin

The same bytes each time. Needs numpy and either the zstd command or the module zstandard. A marker can tear a character only if
its second byte in GBK is A1 or A3; these are some 140 letters and marks (after folding to simplified), and few enough to know
their neighbours well: the first n-grams counted here have one of them in a fixed place. A character that lost its second byte
mostly stands before punctuation: the others are n-grams that punctuation follows. How the file is read: src/repair/cloak/neighbours.rs.
Every 20th line of every source is left out, as in scripts/train-model.py. --also-out N,N leaves more out (line number modulo 20),
to measure.
"""
import os
import struct
import subprocess
import sys

import numpy as np

# (file, take every n-th line, weight). As for the character model, but what cloaked pages are not, laws and articles on
# technology, counts less, and prose more.
SOURCES = [
    ("laws_cn.txt.zst", 3, 0.4),
    ("laws_tw.txt.zst", 5, 0.4),
    ("lctt.txt.zst", 1, 0.8),
    ("tw_talk.txt.zst", 1, 1),
    ("wiki_cmrc.txt.zst", 1, 5),
    ("wiki_drcd.txt.zst", 1, 5),
    ("wiki_udgsd.txt.zst", 1, 5),
    ("xquad_zh.txt.zst", 1, 5),
    ("story_cmrc19.txt.zst", 1, 6),
    ("multilang/zho-CN.txt", 1, 6),
    ("multilang/zho-TW.txt", 1, 6),
]
TRAILS = (0xA1, 0xA3)
KEPT = 44_000      # n-grams kept of each of the three large kinds around characters that can be torn
ENDS = {0: 0, 1: 68_000, 2: 58_000, 3: 8_000}  # and of the kinds before punctuation
BACKOFF = 0.9      # nats that an n-gram not kept costs beyond the shorter one
UNSEEN = 6.0       # nats of a second neighbour that was not seen
DISCOUNT = 0.5
STEPS = 8          # a nat in units of the file
BUCKETS = 14       # bits of the hash that choose a bucket; the next 16 are kept
# kinds of n-grams, as in src/repair/cloak/neighbours.rs; x is the character that can be torn, - its neighbours
X, LX, LLX, XR, LXR, XRR, REST, E, LE, LLE, ER = range(11)
MARKS = "、。！？；，\n"  # a marker is put before them; the end of a line is lost as often


def lines(path, out):
    if path.endswith(".zst"):
        try:
            raw = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
        except FileNotFoundError:
            import zstandard
            raw = zstandard.ZstdDecompressor().stream_reader(open(path, "rb")).read()
    else:
        raw = open(path, "rb").read()
    return [l for i, l in enumerate(l for l in raw.decode("utf-8").split("\n") if l) if i % 20 not in out]


def canonical(here):
    """Folded as src/repair/cloak/neighbours.rs does: full width to ASCII, quotes to one kind, digits and Latin letters to one each,
    traditional to simplified."""
    canon = np.arange(0x110000, dtype=np.uint32)
    for c in range(0xFF01, 0xFF5F):
        canon[c] = c - 0xFEE0
    for c in list(range(0x30, 0x3A)) + list(range(0xFF10, 0xFF1A)):
        canon[c] = 0x30
    for a, z in ((0x41, 0x5A), (0x61, 0x7A), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)):
        canon[a:z + 1] = 0x41
    canon[0x3000] = 0x20
    for a, b in ("「“", "」”", "『‘", "』’"):
        canon[ord(a)] = ord(b)
    canon[0x10000:] = 0xFFFD
    for l in open(os.path.join(here, "..", "src", "data", "fold.tsv"), encoding="utf-8"):
        if not l.startswith("#") and l.strip():
            cells = l.rstrip("\n").split("\t")
            canon[ord(cells[0])] = ord(cells[1])
    return canon


def tearable(canon):
    found = set()
    for trail in TRAILS:
        for lead in range(0x81, 0xFF):
            try:
                c = bytes([lead, trail]).decode("gbk")
            except UnicodeDecodeError:
                continue
            found.add(int(canon[ord(c)]))
    return np.array(sorted(found))


def key(*tokens):
    k = np.zeros(len(tokens[0]), np.uint64)
    for t in tokens:
        k = k << np.uint64(16) | t.astype(np.uint64)
    return k


def count(streams, is_x):
    """{kind: (keys ascending, weighted counts)}"""
    parts = {k: [] for k in (X, LX, LLX, XR, LXR, XRR, E, LE, LLE, ER)}
    is_mark = np.zeros(0x10000, bool)
    is_mark[[ord(c) - 0xFEE0 if c > "\uFF00" else ord(c) for c in MARKS]] = True
    for t, weight in streams:
        t = np.concatenate(([10, 10], t, [10, 10])).astype(np.uint32)
        at = np.flatnonzero(is_x[t[2:-2]]) + 2
        l2, l1, x, r1, r2 = (t[at + i] for i in (-2, -1, 0, 1, 2))
        for kind, tokens in ((X, (x,)), (LX, (l1, x)), (LLX, (l2, l1, x)), (XR, (x, r1)), (LXR, (l1, x, r1)), (XRR, (x, r1, r2))):
            keys, n = np.unique(key(*tokens), return_counts=True)
            parts[kind].append((keys, n.astype(float) * weight))
        at = np.flatnonzero(is_mark[t[3:-1]] & (t[2:-2] >= 0x4E00) & (t[2:-2] < 0xA000)) + 2
        l2, l1, x, r1 = (t[at + i] for i in (-2, -1, 0, 1))
        for kind, tokens in ((E, (x,)), (LE, (l1, x)), (LLE, (l2, l1, x)), (ER, (x, r1))):
            keys, n = np.unique(key(*tokens), return_counts=True)
            parts[kind].append((keys, n.astype(float) * weight))
    counts = {}
    for kind, all_parts in parts.items():
        k = np.concatenate([p[0] for p in all_parts])
        n = np.concatenate([p[1] for p in all_parts])
        keys, back = np.unique(k, return_inverse=True)
        counts[kind] = keys, np.bincount(back, n)
    return counts


def prices(keys, n):
    """Nats of each n-gram given all but its last token."""
    _, back = np.unique(keys >> np.uint64(16), return_inverse=True)
    total = np.bincount(back, n)[back]
    return np.round(-np.log(np.maximum(n - DISCOUNT, 0.3) / total), 6)


def at(keys, values, wanted, absent):
    i = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[i] == wanted, values[i], absent)


def main():
    corpus, target = sys.argv[1], sys.argv[2]
    out = {19}
    if "--also-out" in sys.argv:
        out |= {int(n) for n in sys.argv[sys.argv.index("--also-out") + 1].split(",")}
    here = os.path.dirname(os.path.abspath(__file__))
    canon = canonical(here)
    xs = tearable(canon)
    is_x = np.zeros(0x10000, bool)
    is_x[xs] = True
    streams = []
    for name, step, weight in SOURCES:
        text = "\n".join(lines(os.path.join(corpus, name), out)[::step])
        streams.append((canon[np.frombuffer(text.encode("utf-32-le"), np.uint32)], weight))
    counts = count(streams, is_x)

    kept = []  # (kind, keys, nats)
    keys, n = counts[X]
    alone = np.full(0x10000, 0.2)
    alone[keys.astype(np.int64)] += n
    alone = np.round(-np.log(alone / alone[xs].sum()), 6)
    kept.append((X, xs.astype(np.uint64), alone[xs]))
    shorter = {}
    for kind in (LX, XR):
        keys, n = counts[kind]
        p = prices(keys, n)
        shorter[kind] = keys, p
        kept.append((kind, keys, p))
    # what the neighbours share that were not seen
    keys, n = counts[XR]
    owner = (keys >> np.uint64(16)).astype(np.int64)
    rest = -np.log(np.bincount(owner, minlength=0x10000)[xs].clip(1) * 0.75 / np.bincount(owner, n, 0x10000)[xs].clip(1))
    kept.append((REST, xs.astype(np.uint64), np.round(rest.clip(0), 6)))
    two = np.uint64(0xFFFFFFFF)
    for kind, lower in ((LLX, LX), (LXR, XR), (XRR, None)):
        keys, n = counts[kind]
        p = prices(keys, n)
        backed = UNSEEN if lower is None else BACKOFF + at(*shorter[lower], keys & two, 12)
        score = np.round(n * np.abs(p - backed), 6)
        best = np.sort(np.lexsort((keys, -score))[:KEPT])
        kept.append((kind, keys[best], p[best]))

    keys, n = counts[E]
    ends = keys, np.round(-np.log(n / n.sum()), 6)
    kept.append((E, *ends))
    for kind, lower, mask in ((LE, ends, np.uint64(0xFFFF)), (LLE, None, two), (ER, None, None)):
        keys, n = counts[kind]
        p = prices(keys, n)
        if kind == LE:
            lower_prices = 2 * BACKOFF + at(*lower, keys & mask, 12)
            shorter[LE] = keys, p
        elif kind == LLE:
            lower_prices = BACKOFF + at(*shorter[LE], keys & mask, 12)
        else:
            lower_prices = np.full(len(p), 3.0)
        score = np.round(n * np.abs(p - lower_prices), 6)
        best = np.sort(np.lexsort((keys, -score))[:ENDS[kind - E]])
        kept.append((kind, keys[best], p[best]))

    hashes, values = [], []
    for kind, keys, p in kept:
        with np.errstate(over="ignore"):
            h = (keys | np.uint64(kind + 1) << np.uint64(48)) * np.uint64(0x9E3779B97F4A7C15)
            h ^= h >> np.uint64(32)
            h *= np.uint64(0xD6E8FEB86659FD93)
        hashes.append(h >> np.uint64(64 - BUCKETS - 16))
        values.append(np.clip(np.round(p * STEPS), 0, 255).astype(np.uint8))
        print(kind, len(keys))
    h, v = np.concatenate(hashes), np.concatenate(values)
    order = np.argsort(h, kind="stable")
    h, v = h[order], v[order]
    first = np.concatenate(([True], h[1:] != h[:-1]))
    h, v = h[first], v[first]
    sizes = np.bincount((h >> np.uint64(16)).astype(np.int64), minlength=1 << BUCKETS)
    assert sizes.max() < 256
    with open(target, "wb") as f:
        f.write(b"JWN1" + struct.pack("<I", len(h)) + sizes.astype(np.uint8).tobytes())
        f.write((h & np.uint64(0xFFFF)).astype("<u2").tobytes() + v.tobytes())
    print(len(xs), "characters,", len(h), "n-grams,", os.path.getsize(target), "bytes")


if __name__ == "__main__":
    main()
