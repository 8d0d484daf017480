#!/usr/bin/env python3
"""Fits the weights of src/data/cloak-contexts.bin: which character a cloak has lost, by those around it.

    pip install jieba==0.42.1
    python3 scripts/train-contexts.py ../shared/corpus SITE-PACKAGES/jieba/dict.txt src/data/cloak-contexts.bin

Some ten minutes; needs numpy and either the zstd command or the module zstandard. A cloak loses the first byte of a character that a marker
tears (the second is A1 or A3, and the first byte of the next character makes punctuation with it), or the second byte of one before
punctuation, a line end or a blank. The places of clean text where it could are the examples: which of the characters with the byte that is
left stands there is a choice, and its weights are fitted to all examples at once (conditional log-linear model, AdaGrad). Words of the
dictionary are examples too, with nothing known around them: they count by how often they were counted. Contexts are hashed; kept are the
weights worth most. How the file is read: src/repair/cloak/contexts.rs.
Every 20th line of every source is left out, as in scripts/train-model.py; the last lines printed tell how many choices are right there.
"""
import importlib
import os
import struct
import sys

import numpy as np

# (file, take every n-th line, weight of an example). Prose counts more than laws and articles on technology.
SOURCES = [
    ("laws_cn.txt.zst", 6, 0.3),
    ("lctt.txt.zst", 1, 0.8),
    ("tw_talk.txt.zst", 2, 0.6),
    ("wiki_cmrc.txt.zst", 1, 4),
    ("wiki_drcd.txt.zst", 1, 4),
    ("wiki_udgsd.txt.zst", 1, 4),
    ("xquad_zh.txt.zst", 1, 4),
    ("story_cmrc19.txt.zst", 1, 5),
    ("multilang/zho-CN.txt", 1, 5),
    ("multilang/zho-TW.txt", 1, 4),
]
MARKS = "、。!?;,"
UNKNOWN, LOST, LINE = 0, 1, 10  # tokens: nobody knows; a character lost with this one; a line end
TORN = 256          # groups are first bytes, and second bytes of torn characters plus this
ELSEWHERE = 0.3     # weight of places where the next character would not let a marker tear this one
WORDS = 0.2         # weight of a word of the dictionary: this times its count to the power of
POWER = 0.75
ROUNDS = {True: 5, False: 3}  # over the examples of torn characters, of the others
AGAIN = 1           # rounds over them with the weights that are kept: these make up for those that are not
RATE = 0.4
SLOTS = 24          # bits of a hash while fitting
BUCKETS = 16        # bits of a hash that choose a bucket of the file; the next 16 are kept
STEPS = 16          # a nat in units of the file
KEPT = {True: 250_000, False: 430_000}
RAREST = 3          # weighted count from which a character is a choice
KINDS = 14
U = np.uint64
neighbours = importlib.import_module("train-neighbours")


def pairs_of(here, canon):
    """First and second byte in GBK of each token, in the letters that cloaked pages have."""
    traditional = {}
    for l in open(os.path.join(here, "..", "src", "data", "cloak-readings.tsv"), encoding="utf-8"):
        if not l.startswith("#") and l.strip():
            cells = l.rstrip("\n").split("\t")
            traditional.update((s, cells[0]) for s in cells[2] if s != "-")
    first, second = np.zeros(0x10000, np.uint8), np.zeros(0x10000, np.uint8)
    for c in range(0x21, 0x10000):
        ch = chr(c + 0xFEE0) if c < 0x7F else chr(c)
        if 0xD800 <= c < 0xE000 or canon[ord(ch)] != c or ch.isascii():
            continue
        try:
            b = traditional.get(ch, ch).encode("gbk")
        except UnicodeEncodeError:
            continue
        if len(b) == 2:
            first[c], second[c] = b
    return first, second


def can_tear(second, next_first):
    return (second == 0xA1) & ((next_first == 0xA2) | (next_first == 0xA3)) | (second == 0xA3) & (
        (next_first == 0xA1) | (next_first == 0xBB) | (next_first == 0xBF) | (next_first == 0xAC))


def examples(t, w, first, second, rng):
    """(group, character, three tokens to the left and three to the right, weight) of the places of a text."""
    n = len(t)
    p, at = np.concatenate(([LINE] * 4, t, [LINE] * 5)).astype(np.uint16), np.arange(n) + 4
    w = np.concatenate(([0] * 4, w)).astype(np.float32)
    x, r1, r2 = p[at], p[at + 1], p[at + 2]
    a, b = first[x], second[x]
    is_mark = np.zeros(0x10000, bool)
    is_mark[[ord(c) for c in MARKS]] = True
    han = (x >= 0x3400) & (x < 0xA000)

    def around(pos):
        return np.stack([p[pos + d] for d in (-1, -2, -3, 1, 2, 3)], 1)

    torn = can_tear(b, first[r1])
    out = []
    for where, weight in ((torn, 1.0), (((b == 0xA1) | (b == 0xA3)) & ~torn & (r1 != LINE), ELSEWHERE)):
        pos = at[where]
        out.append((second[p[pos]].astype(np.int32) + TORN, p[pos], around(pos), w[pos] * weight))
    pos = at[is_mark[r1] & (a >= 0x81) & han & (rng.random(n) < 0.3)]
    out.append((first[p[pos]].astype(np.int32), p[pos], around(pos), w[pos] * 0.8))
    pos = at[(a >= 0x81) & (r1 == LINE)]
    c, known = around(pos), rng.random(len(pos)) < 0.4
    c[~known, 3] = LOST
    c[known, 4:] = UNKNOWN
    c[~known, 5] = UNKNOWN
    out.append((first[p[pos]].astype(np.int32), p[pos], c, w[pos]))
    pos = at[(a >= 0x81) & (r1 == 0x20) & (r2 < 0x80)]
    c = around(pos)
    c[:, 3] = LOST
    out.append((first[p[pos]].astype(np.int32), p[pos], c, w[pos] * 0.5))
    return [np.concatenate(part) for part in zip(*out)]


def words(path, canon, first, second):
    """The same of the words of a dictionary."""
    out = []
    for line in open(path, encoding="utf-8"):
        word, n, _ = line.split(" ")
        if not 2 <= len(word) <= 4 or max(word) > "\uffff":
            continue
        t = [int(canon[ord(c)]) for c in word]
        weight = WORDS * min(int(n), 20_000) ** POWER
        for k, x in enumerate(t):
            c = [t[k - d] if k >= d else UNKNOWN for d in (1, 2, 3)] + [t[k + d] if k + d < len(t) else UNKNOWN for d in (1, 2, 3)]
            last = k + 1 == len(t)
            if second[x] in (0xA1, 0xA3):
                fits = last or can_tear(second[x], first[t[k + 1]])
                out.append((int(second[x]) + TORN, x, c, weight * (1 if fits else ELSEWHERE)))
            if last and first[x] >= 0x81:
                out.append((int(first[x]), x, c, weight * 0.3))
    g, x, c, w = zip(*out)
    return [np.array(g, np.int32), np.array(x, np.uint16), np.array(c, np.uint16), np.array(w, np.float32)]


def sort(t):
    """The kind of a token."""
    k = np.full(len(t), 4, np.uint64)
    k[(t >= 0x3400) & (t < 0xA000)] = 0
    k[t == 0x41] = 1
    k[t == 0x30] = 2
    k[t == LOST] = 5
    k[t == LINE] = 6
    return k


def contexts(c):
    """A hash of each kind of context, and where it is known."""
    l1, l2, l3, r1, r2, r3 = (c[:, i].astype(U) for i in range(6))
    all_known = [(t, t != 0) for t in (l1, l2, l3, r1, r2, r3)]
    l1, l2, l3, r1, r2, r3 = all_known
    s2 = sort(c[:, 4]), c[:, 4] != 0
    kinds = [(), (l1,), (l2, l1), (l3, l2, l1), (r1,), (r1, r2), (r1, r2, r3), (l1, r1), (l2, l1, r1), (l1, r1, r2), (l2,), (r2,),
             (r1, s2), (l2, l1, r1, r2)]
    keys, known = [], []
    for number, parts in enumerate(kinds):
        v, k = np.full(len(c), number, U), np.ones(len(c), bool)
        for token, is_known in parts:
            v = v * U(0x9E3779B97F4A7C15) + token + U(0x632BE59BD9B4E019)
            v ^= v >> U(29)
            k &= is_known
        keys.append(v)
        known.append(k)
    return np.stack(keys, 1), np.stack(known, 1)


def hashed(keys, x):
    h = (keys ^ x.astype(U) * U(0xD6E8FEB86659FD93)) * U(0xBF58476D1CE4E5B9)
    h ^= h >> U(31)
    return h * U(0x94D049BB133111EB)


def fit(data, choices, rounds, kept, rng):
    """(hashes, weights) of the weights that are worth most, fitted again without the others; and how many there were"""
    g, x, c, w = data
    seen = np.zeros(1 << SLOTS, np.float32)
    hashes = []
    for s in range(0, len(g), 100_000):
        keys, known = contexts(c[s:s + 100_000])
        h = hashed(keys, x[s:s + 100_000, None])[known]
        seen += np.bincount((h >> U(64 - SLOTS)).astype(np.int64), minlength=1 << SLOTS)
        hashes.append(np.unique(h))
    hashes = np.unique(np.concatenate(hashes))
    # A slot of its own for what no right choice has: it stays at nothing.
    weights, squares = np.zeros(1 << SLOTS, np.float32), np.full(1 << SLOTS, 1e-2, np.float32)
    usable = seen > 0
    at, left = (hashes >> U(64 - SLOTS)).astype(np.int64), None
    for turn in range(rounds + AGAIN):
        if turn == rounds:
            alone = np.isin(hashes, hashed(contexts(np.zeros((1, 6), np.uint16))[0][:, :1], np.concatenate(list(choices.values()))[None, :]))
            worth = np.where(alone, np.inf, np.abs(weights[at]) * np.sqrt(seen[at]))
            left = np.sort(np.lexsort((hashes, -worth))[:kept])
            usable = np.zeros(1 << SLOTS, bool)
            usable[at[left]] = True
            weights = np.where(usable, weights, 0).astype(np.float32)
        batches = [(group, part) for group in choices
                   for m in [rng.permutation(np.flatnonzero(g == group))] for part in np.array_split(m, len(m) // 1500 + 1)]
        rng.shuffle(batches)
        loss = whole = 0.0
        for group, part in batches:
            own = choices[group]
            part = part[np.isin(x[part], own)]
            if not len(part):
                continue
            keys, known = contexts(c[part])
            slots = (hashed(keys[:, :, None], own[None, None, :]) >> U(64 - SLOTS)).astype(np.int32)
            score = np.where(known[:, :, None], weights[slots], 0).sum(1)
            score -= score.max(1, keepdims=True)
            share = np.exp(score)
            share /= share.sum(1, keepdims=True)
            right = own[None, :] == x[part][:, None]
            loss -= float((np.log(np.maximum(1e-9, (share * right).sum(1))) * w[part]).sum())
            whole += float(w[part].sum())
            slope = (share - right) * np.sqrt(w[part])[:, None]
            i, j = np.nonzero(np.abs(slope) > 0.003)
            slot, use = slots[i, :, j], known[i]
            use &= usable[slot]
            steps = np.broadcast_to(slope[i, j][:, None], slot.shape)[use]
            moved, back = np.unique(slot[use], return_inverse=True)
            step = np.bincount(back, steps).astype(np.float32)
            squares[moved] += step * step
            weights[moved] -= RATE * (step + 1e-3 * weights[moved]) / np.sqrt(squares[moved])
        print("round", turn + 1, "nats", round(loss / whole, 4), flush=True)
    return hashes[left], weights[at[left]], len(hashes)


def main():
    corpus, dictionary, target = sys.argv[1:4]
    here = os.path.dirname(os.path.abspath(__file__))
    canon = neighbours.canonical(here)
    first, second = pairs_of(here, canon)
    rng = np.random.default_rng(1)

    def read(out):
        parts = []
        for name, step, weight in SOURCES:
            text = "\n".join(neighbours.lines(os.path.join(corpus, name), out)[::step]) + "\n"
            t = canon[np.frombuffer(text.encode("utf-32-le"), np.uint32)].astype(np.uint16)
            parts.append((t, np.full(len(t), weight, np.float32)))
        return [np.concatenate(p) for p in zip(*parts)]

    t, w = read({19})
    common = np.bincount(t, weights=w, minlength=0x10000)
    places, dictionary = examples(t, w, first, second, rng), words(dictionary, canon, first, second)
    data = [np.concatenate(both) for both in zip(places, dictionary)]
    keep = data[3] > 0
    data = [part[keep] for part in data]
    left_out = examples(*read(set(range(19))), first, second, rng)
    kept = []
    for torn in (True, False):
        choices = {}
        for group in np.unique(data[0]):
            if (group >= TORN) == torn:
                own = np.flatnonzero(second == group - TORN) if torn else np.flatnonzero(first == group)
                own = own[common[own] >= RAREST]
                choices[int(group)] = own[np.lexsort((own, -common[own]))][:110].astype(np.uint16)
        mine = (data[0] >= TORN) == torn
        h, weight, n = fit([part[mine] for part in data], choices, ROUNDS[torn], KEPT[torn], rng)
        value = np.clip(np.round(weight * STEPS), -127, 127).astype(np.int8)
        alone = np.isin(h, hashed(contexts(np.zeros((1, 6), np.uint16))[0][:, :1], np.concatenate(list(choices.values()))[None, :]))
        h, value = h[(value != 0) | alone], value[(value != 0) | alone]
        print(n, "contexts,", len(h), "kept")
        kept.append((h, value))
        g, x, c, _ = left_out
        order = np.argsort(h)
        sorted_h, table = h[order], value[order].astype(np.float32)
        right = all_places = 0
        for group, own in choices.items():
            m = np.flatnonzero(g == group)
            for part in np.array_split(m, len(m) // 2000 + 1):
                keys, known = contexts(c[part])
                hh = hashed(keys[:, :, None], own[None, None, :])
                i = np.minimum(np.searchsorted(sorted_h, hh), len(sorted_h) - 1)
                score = np.where((sorted_h[i] == hh) & known[:, :, None], table[i], 0).sum(1)
                right += int((own[score.argmax(1)] == x[part]).sum())
                all_places += len(part)
        print("torn" if torn else "others", "left out:", round(100 * right / all_places, 2), "% of", all_places, flush=True)

    h, v = (np.concatenate(p) for p in zip(*kept))
    h = h >> U(64 - BUCKETS - 16)
    order = np.argsort(h, kind="stable")
    h, v = h[order], v[order]
    only = np.concatenate(([True], h[1:] != h[:-1]))
    h, v = h[only], v[only]
    sizes = np.bincount((h >> U(16)).astype(np.int64), minlength=1 << BUCKETS)
    assert sizes.max() < 256
    with open(target, "wb") as f:
        f.write(b"JWC1" + struct.pack("<I", len(h)) + sizes.astype(np.uint8).tobytes())
        f.write((h & U(0xFFFF)).astype("<u2").tobytes() + v.tobytes())
    print(len(h), "weights,", os.path.getsize(target), "bytes")


if __name__ == "__main__":
    main()
