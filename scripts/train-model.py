#!/usr/bin/env python3
"""Trains the character model: reads a folder of clean text and counts of letters, writes src/data/model.bin.gz, the same bytes each time
but for how the zlib of this Python packs them.

    pip install brotli==1.2.1 && pip install --no-deps lingua-language-detector==1.3.5
    python3 scripts/train-model.py ../shared/corpus SITE-PACKAGES/lingua/language-models src/data/model.bin.gz

Needs numpy and either the zstd command or the module zstandard. What the file holds and how it is read: src/model/table.rs;
ngram_table.py makes its tables, word_counts.py reads the counts.
Every 20th line of every source is left out of training, so that src/data/model.md can tell quality on text not trained on.
"""
import os
import struct
import subprocess
import sys
import unicodedata

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gzip_members  # noqa: E402
from ngram_table import best, cost, first, grams, merge, table  # noqa: E402
from word_counts import BESIDE_TEXT, COUNTED, read_words  # noqa: E402

# --- settings ---------------------------------------------------------------------------------------------------------

# Chinese sources: (file, take every n-th line, weight). Encyclopedia and news are scarce and count more, laws less.
CHINESE = [
    ("laws_cn.txt.zst", 3, 1),
    ("laws_tw.txt.zst", 5, 1),
    ("lctt.txt.zst", 1, 1),
    ("tw_talk.txt.zst", 1, 1),
    ("wiki_cmrc.txt.zst", 1, 4),
    ("wiki_drcd.txt.zst", 1, 4),
    ("wiki_udgsd.txt.zst", 1, 4),
    ("xquad_zh.txt.zst", 1, 4),
    ("story_cmrc19.txt.zst", 1, 3),
    ("multilang/zho-CN.txt", 1, 4),
    ("multilang/zho-TW.txt", 1, 4),
]
# Sizes are slots of the hash tables, rounded up to whole buckets. Every n-gram that is worth something is offered and each bucket
# keeps its best: full buckets hold more than a table with spare room that is offered fewer.
# (table, slots of bigrams, of trigrams, discount)
HAN_SIZES = {"zho": (137_600, 116_000, 0.75), "jpn": (14_400, 6_800, 0.75), "kor": (10_800, 5_700, 0.75)}
# family: (languages, code point ranges, bigrams, trigrams offered to tables with SPARE slots to each)
FAMILIES = [
    ("Latin", "cat ces deu eng fin fra hun ind ita nld pol por ron spa swa swe tur vie".split(),
     [(0x41, 0x5A), (0x61, 0x7A), (0xAA, 0xAA), (0xBA, 0xBA), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x1E00, 0x1EFF)], 3600, 19_500),
    ("Cyrillic", "bul kaz mon rus srp-Cyrl ukr".split(), [(0x400, 0x52F), (0x1C80, 0x1C8F)], 1400, 7_000),
    ("Greek", ["ell"], [(0x370, 0x3FF), (0x1F00, 0x1FFF)], 700, 3_000),
    ("Armenian", ["hye"], [(0x530, 0x58F)], 700, 3_000),
    ("Georgian", ["kat"], [(0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)], 700, 3_000),
    ("Hebrew", ["heb"], [(0x590, 0x5FF), (0xFB1D, 0xFB4F)], 600, 2_500),
    ("Arabic", "arb fas urd".split(), [(0x600, 0x6FF), (0x750, 0x77F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)], 1300, 6_000),
    ("Devanagari", ["hin"], [(0x900, 0x97F), (0xA8E0, 0xA8FF)], 1400, 4_000),
    ("Bengali", ["ben"], [(0x980, 0x9FF)], 1000, 3_000),
    ("Tamil", ["tam"], [(0xB80, 0xBFF)], 700, 3_000),
    ("Thai", ["tha"], [(0xE00, 0xE7F)], 1300, 4_000),
    ("Lao", ["lao"], [(0xE80, 0xEFF)], 1000, 3_000),
    ("Khmer", ["khm"], [(0x1780, 0x17FF), (0x19E0, 0x19FF)], 1200, 4_000),
    ("Myanmar", ["mya"], [(0x1000, 0x109F), (0xAA60, 0xAA7F), (0xA9E0, 0xA9FF)], 1200, 4_000),
    ("Ethiopic", ["amh"], [(0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F)], 2600, 3_000),
]
BESIDE_SAY = 0.2        # what counts of words say beside the text of a language, which says 1
COUNTED_SIZE = 240_000  # characters the counts are brought to: as many as there are of the other languages
COUNTED_SAY = 0.35      # what each of these languages says in the family as a whole, the others 1
# (sample, written as, read as): what a frequent character must not be typical of
GARBLES = [(l, "utf-8", "cp1252") for l in "cat ces deu eng fin fra hun ita pol por ron spa swe tur vie rus ukr ell arb heb tha jpn kor zhs".split()] + [
    (l, "utf-8", "cp1250") for l in ("zhs", "rus", "pol", "ces")] + [
    (l, "utf-8", e) for l in ("zhs", "zht", "jpn", "kor", "rus") for e in ("gbk", "big5", "shift_jis", "euc_kr", "cp1251")] + [
    ("zhs", "gbk", e) for e in ("cp1252", "big5", "euc_kr", "euc_jp", "shift_jis")] + [
    ("zht", "big5", e) for e in ("cp1252", "gbk", "euc_kr", "shift_jis")] + [
    ("jpn", "euc_jp", "cp1252"), ("jpn", "shift_jis", "cp1252"), ("jpn", "shift_jis", "gbk"), ("kor", "euc_kr", "cp1252"), ("kor", "euc_kr", "gbk"),
    ("rus", "cp1251", "cp1252"), ("rus", "koi8_r", "cp1251"), ("rus", "cp1251", "gbk"), ("ell", "cp1253", "cp1252"), ("tha", "cp874", "cp1252")]
FREQUENT_SHARE = 2e-6  # of the characters of a language, at least
FREQUENT_MASS = 0.35   # of the characters of a garbled text must not be frequent ones: of 16 characters, 1 in 1,000 has none
FREQUENT_KEPT = 4e-4   # share in clean text from which a character is never given up
FREQUENT_RATIO = 20    # times its share in clean text that a character must have in garbled text to be given up for that
HOLD_OUT = 20  # every 20th line is not trained on
SPARE = 1.12   # slots of a letter table for each n-gram offered

# kinds of characters, as in src/model/chars.rs
UNASSIGNED, CONTROL, DAMAGE, PRIVATE, NEUTRAL, SYMBOL, IGNORABLE, RARE_HAN, COMMON, HAN, LETTER = range(11)
# flags of a character
UPPER, FREQUENT, KNOWN, ODD, WIDE = 1, 2, 4, 8, 16
# first token ids of the Han model
BOS, UNK, DIGIT, LATIN, OTHER, SPACE, FIRST = 0, 1, 2, 3, 4, 5, 6
# first symbols of the letter models
S_SPACE, S_PUNCT, S_RARE, S_FIRST = 0, 1, 2, 3
ABSENT = 255


# --- reading ----------------------------------------------------------------------------------------------------------

def lines(path):
    """(trained on, held out) lines of a file."""
    if path.endswith(".zst"):
        try:
            raw = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
        except FileNotFoundError:
            import zstandard
            raw = zstandard.ZstdDecompressor().stream_reader(open(path, "rb")).read()
    else:
        raw = open(path, "rb").read()
    all_lines = [l for l in raw.decode("utf-8").split("\n") if l]
    return [l for i, l in enumerate(all_lines) if i % HOLD_OUT != HOLD_OUT - 1]


def codes(ls):
    """Lines as one array of code points, each line ended by a newline."""
    return np.frombuffer(("\n".join(ls) + "\n").encode("utf-32-le"), dtype=np.uint32)


def read_fold(here):
    """Traditional -> simplified, one to one, from src/data/fold.tsv."""
    fold = {}
    for l in open(os.path.join(here, "..", "src", "data", "fold.tsv"), encoding="utf-8"):
        if not l.startswith("#") and l.strip():
            cells = l.rstrip("\n").split("\t")
            fold[cells[0]] = cells[1]
    return fold


# --- Han, kana, Hangul ------------------------------------------------------------------------------------------------

def ngrams(streams, vocabulary, sizes, salt):
    """Interpolated absolute discounting, pruned, as backoff tables. streams: [(token ids, weight)]."""
    slots2, slots3, discount = sizes
    n1 = np.zeros(vocabulary)
    for ids, w in streams:
        n1 += np.bincount(ids, minlength=vocabulary) * w
    seen = n1 > 0
    p1 = 0.999 * n1 / n1.sum() + 0.001 / vocabulary
    k2, r2, w2 = merge([grams(ids, 2, w) for ids, w in streams])
    a2 = w2 * np.maximum(r2 - discount, 0) / r2
    left, right = (k2 >> np.uint64(16)).astype(np.int64), (k2 & np.uint64(0xFFFF)).astype(np.int64)
    total = np.bincount(left, w2, vocabulary)
    back = 1 - np.bincount(left, a2, vocabulary) / np.maximum(total, 1e-9)
    p2 = a2 / total[left] + back[left] * p1[right]
    score2 = w2 * np.log(p2 / (back[left] * p1[right]))

    k3, r3, w3 = merge([grams(ids, 3, w) for ids, w in streams])
    a3 = w3 * np.maximum(r3 - discount, 0) / r3
    context = np.searchsorted(k2, k3 >> np.uint64(16))
    tail = np.searchsorted(k2, k3 & np.uint64(0xFFFFFFFF))
    total3 = np.bincount(context, w3, len(k2))
    back3 = 1 - np.bincount(context, a3, len(k2)) / np.maximum(total3, 1e-9)
    p3 = a3 / total3[context] + back3[context] * p2[tail]
    score3 = w3 * np.log(p3 / (back3[context] * p2[tail]))

    use2 = best(k2, score2, slots2, salt)
    bow1 = (1 - np.bincount(left[use2], p2[use2], vocabulary)) / np.maximum(1 - np.bincount(left[use2], p1[right[use2]], vocabulary), 1e-9)
    lower = np.where(use2, p2, bow1[left] * p1[right])  # what the pruned bigrams say
    use3 = best(k3, np.where(use2[context] & use2[tail], score3, 0), slots3, salt + 1)
    stored = np.bincount(context[use3], p3[use3], len(k2))
    bow2 = (1 - stored) / np.maximum(1 - np.bincount(context[use3], lower[tail[use3]], len(k2)), 1e-9)
    bow2 = np.clip(bow2, 1e-4, 1)

    uni = np.where(seen, np.minimum(cost(p1), 13 * 16), ABSENT).astype(np.uint8)
    leads = np.bincount(context[use3], minlength=len(k2)) > 0  # the reader takes 0 for: leads to no trigram
    back2 = np.where(leads, np.maximum(cost(bow2), 1), 0).astype(np.uint8)
    nb2, parts2 = table(k2[use2], slots2, [cost(p2[use2]), back2[use2]], salt)
    nb3, parts3 = table(k3[use3], slots3, [cost(p3[use3])], salt + 1)
    print(f"  {use2.sum()} of {len(k2)} bigrams, {use3.sum()} of {len(k3)} trigrams")
    return struct.pack("<II", nb2, nb3) + uni.tobytes() + cost(np.clip(bow1, 1e-4, 1)).tobytes() + b"".join(parts2) + b"".join(parts3)


# --- letters ----------------------------------------------------------------------------------------------------------

def counted(text, symbols):
    """Counts of a text's symbols: (each, pairs, how often, triples, how often)."""
    k2, c2, _ = grams(text, 2, 1)
    k3, c3, _ = grams(text, 3, 1)
    return np.bincount(text, minlength=symbols).astype(np.float64), k2, c2, k3, c3


def spread(words, symbol_of, texts, symbols):
    """Counts as `counted` gives them of a language of whose words alone something is known: blanks and marks between them stand as they do in `texts`."""
    classes = {}
    for t in texts:
        k, c, _ = grams(np.minimum(t, S_RARE), 3, 1)
        for key, n in zip(k.tolist(), c.tolist()):
            key = (key >> 32, key >> 16 & 0xFFFF, key & 0xFFFF)
            classes[key] = classes.get(key, 0) + n
    letter = S_RARE
    ends = sum(n for (a, b, c), n in classes.items() if b == letter and c != letter)
    begin = {m: sum(n for (a, b, _), n in classes.items() if (a, b) == (m, letter)) / ends for m in (S_SPACE, S_PUNCT)}
    end = {m: sum(n for (_, b, c), n in classes.items() if (b, c) == (letter, m)) / ends for m in (S_SPACE, S_PUNCT)}
    first, last, three = {}, {}, {}
    count_in = lambda d, k, n: d.__setitem__(k, d.get(k, 0) + n)
    for g, n in sorted(words.items()):
        s = [symbol_of(c) for c in g]
        if g[0] == " ":
            count_in(first, s[1], n)
        if g[2] == " ":
            count_in(last, s[1], n)
        for a in ([S_SPACE, S_PUNCT] if g[0] == " " else [s[0]]):
            for c in ([S_SPACE, S_PUNCT] if g[2] == " " else [s[2]]):
                count_in(three, (a, s[1], c), n * (begin[a] if g[0] == " " else 1) * (end[c] if g[2] == " " else 1))
    count = sum(first.values())
    for (a, b, c), n in sorted(classes.items()):
        if b != letter:
            for x, p in ([(x, m / count) for x, m in first.items()] if c == letter else [(c, 1)]):
                for y, q in ([(y, m / count) for y, m in last.items()] if a == letter else [(a, 1)]):
                    count_in(three, (y, b, x), n / ends * count * p * q)
    k3 = np.array(sorted(a << 32 | b << 16 | c for a, b, c in three), dtype=np.uint64)
    c3 = np.array([three[k >> 32, k >> 16 & 0xFFFF, k & 0xFFFF] for k in k3.tolist()])
    c3 *= COUNTED_SIZE / c3.sum()
    k2, at = np.unique(k3 & np.uint64(0xFFFFFFFF), return_inverse=True)
    c2 = np.bincount(at, c3)
    return np.bincount((k2 & np.uint64(0xFFFF)).astype(np.int64), c2, symbols), k2, c2, k3, c3


def add(one, other, say):
    """Counts of one text and those of another one, brought to `say` times its size."""
    say *= one[0].sum() / other[0].sum()
    k2, _, c2 = merge([(one[1], one[2], one[2]), (other[1], other[2], other[2] * say)])
    k3, _, c3 = merge([(one[3], one[4], one[4]), (other[3], other[4], other[4] * say)])
    return one[0] + other[0] * say, k2, c2, k3, c3


def letter_family(counts, weights, symbols, keep2, keep3, salt):
    """counts: of each language, as `counted` gives them. Column 0 is the family as a whole; it is the only one when there is one language.
    Two parts: what is asked of every text with such letters, and the costs in all columns."""
    size = [c[0].sum() for c in counts]
    counts = list(counts)
    if len(counts) > 1:  # the family: every language has its say
        c1 = sum(c[0] / s * w for c, s, w in zip(counts, size, weights)) * 100_000
        k2, _, c2 = merge([(c[1], c[2], c[2] / s * w * 100_000) for c, s, w in zip(counts, size, weights)])
        k3, _, c3 = merge([(c[3], c[4], c[4] / s * w * 100_000) for c, s, w in zip(counts, size, weights)])
        counts.insert(0, (c1, k2, c2, k3, c3))
    pool1 = counts[0][0] / counts[0][0].sum()
    all2 = np.unique(np.concatenate([c[1] for c in counts]))
    all3 = np.unique(np.concatenate([c[3] for c in counts]))
    columns = len(counts)
    d = 0.7
    l2, r2 = (all2 >> np.uint64(16)).astype(np.int64), (all2 & np.uint64(0xFFFF)).astype(np.int64)
    # a trigram's first and last pair always occur as bigrams of the same text
    context, tail = np.searchsorted(all2, all3 >> np.uint64(16)), np.searchsorted(all2, all3 & np.uint64(0xFFFFFFFF))
    p1s, p2s, p3s, s2, s3 = [], [], [], np.zeros(len(all2)), np.zeros(len(all3))
    for c1, k2, c2, k3, c3 in counts:
        p1 = 0.985 * c1 / c1.sum() + 0.01 * pool1 + 0.005 / symbols
        n2 = np.zeros(len(all2)); n2[np.searchsorted(all2, k2)] = c2
        n3 = np.zeros(len(all3)); n3[np.searchsorted(all3, k3)] = c3
        a2, a3 = np.maximum(n2 - d, 0), np.maximum(n3 - d, 0)
        t2 = np.bincount(l2, n2, symbols)
        b1 = np.where(t2 > 0, 1 - np.bincount(l2, a2, symbols) / np.maximum(t2, 1e-9), 1)
        p2 = a2 / np.maximum(t2, 1e-9)[l2] + b1[l2] * p1[r2]
        t3 = np.bincount(context, n3, len(all2))
        b2 = np.where(t3 > 0, 1 - np.bincount(context, a3, len(all2)) / np.maximum(t3, 1e-9), 1)
        p3 = a3 / np.maximum(t3, 1e-9)[context] + b2[context] * p2[tail]
        per = 100_000 / c1.sum()
        s2 = np.maximum(s2, per * n2 * np.log(p2 / (b1[l2] * p1[r2])))
        s3 = np.maximum(s3, per * n3 * np.log(p3 / (b2[context] * p2[tail])))
        p1s.append(p1); p2s.append(p2); p3s.append(p3)
    use2 = first(s2, keep2)
    use3 = first(np.where(use2[context], s3, 0), keep3)
    uni, bow1, bi, bow2, tri = [], [], [], [], []
    for p1, p2, p3 in zip(p1s, p2s, p3s):
        b1 = (1 - np.bincount(l2[use2], p2[use2], symbols)) / np.maximum(1 - np.bincount(l2[use2], p1[r2[use2]], symbols), 1e-9)
        b1 = np.clip(b1, 1e-4, 1)
        lower = np.where(use2, p2, b1[l2] * p1[r2])
        b2 = (1 - np.bincount(context[use3], p3[use3], len(all2))) / np.maximum(1 - np.bincount(context[use3], lower[tail[use3]], len(all2)), 1e-9)
        b2 = np.clip(b2, 1e-4, 1)
        uni.append(cost(p1)); bow1.append(cost(b1)); bi.append(cost(p2[use2])); bow2.append(cost(b2[use2])); tri.append(cost(p3[use3]))
    column = lambda arrays: np.stack(arrays, axis=1)
    slots2, slots3 = (int(n * SPARE) for n in (use2.sum(), use3.sum()))
    held2, held3 = best(all2[use2], s2[use2], slots2, salt), best(all3[use3], s3[use3], slots3, salt + 1)
    nb2, parts2 = table(all2[use2][held2], slots2, [column(bi)[held2], column(bow2)[held2]], salt)
    nb3, parts3 = table(all3[use3][held3], slots3, [column(tri)[held3]], salt + 1)
    print(f"  {symbols} symbols, {columns} columns, {use2.sum()} of {len(all2)} bigrams, {use3.sum()} of {len(all3)} trigrams")
    (keys2, *costs2), (keys3, *costs3) = parts2, parts3
    costs = [column(uni).tobytes(), column(bow1).tobytes(), *costs2, *costs3]
    one, back, two, two_back, three = [c[::columns] for c in costs]  # column 0 alone: all that a text in other letters asks for
    whole = struct.pack("<IIII", symbols, columns, nb2, nb3) + one + back + keys2 + two + two_back + keys3 + three
    return whole, b"".join(costs) if columns > 1 else b""


# --- all --------------------------------------------------------------------------------------------------------------

def main():
    corpus, words, target = sys.argv[1:4]
    here = os.path.dirname(os.path.abspath(__file__))
    fold = read_fold(here)
    texts = {}
    for name, step, weight in CHINESE:
        texts[name] = (codes(lines(os.path.join(corpus, name))[::step]), weight)
    multi = {}
    for _, languages, _, _, _ in FAMILIES:
        for l in languages:
            multi[l] = codes(lines(os.path.join(corpus, "multilang", l + ".txt")))
    for l in ("jpn", "kor"):
        multi[l] = codes(lines(os.path.join(corpus, "multilang", l + ".txt")))

    # canonical form of a character: full width to ASCII, quotes to one kind, traditional to simplified, half-width kana to full
    canon = np.arange(0x110000, dtype=np.uint32)
    flag = np.zeros(0x110000, np.uint8)
    for c in range(0xFF01, 0xFF5F):
        canon[c] = c - 0xFEE0
    for c in range(0xFF61, 0xFFA0):
        canon[c] = ord(unicodedata.normalize("NFKC", chr(c))[0])
        flag[c] |= ODD
    for c in range(0xFF10, 0xFF1A):
        flag[c] |= WIDE
    for c in list(range(0xFF21, 0xFF3B)) + list(range(0xFF41, 0xFF5B)):
        flag[c] |= WIDE
    canon[0x3000] = 0x20
    for a, b in ("「“", "」”", "『‘", "』’", "〝“", "〞”", "〟”", "｢“", "｣”"):
        canon[ord(a)] = ord(b)
    for t, s in fold.items():
        canon[ord(t)] = ord(s)

    family_of = np.full(0x110000, -1, np.int32)
    for f, (_, _, ranges, _, _) in enumerate(FAMILIES):
        for a, b in ranges:
            family_of[a:b + 1] = f

    def is_han(c):
        return 0x4E00 <= c <= 0x9FFF or c in (0x3005, 0x3007)

    # vocabulary of the Han model
    count = np.zeros(0x110000)
    for data, w in texts.values():
        count += np.bincount(canon[data], minlength=0x110000) * w
    japanese = np.bincount(canon[multi["jpn"]], minlength=0x110000)
    korean = np.bincount(canon[multi["kor"]], minlength=0x110000)
    jis1, ks = set(), set()
    for row in range(16, 48):
        for cell in range(1, 95):
            try:
                jis1.add(canon[ord(bytes([row + 160, cell + 160]).decode("euc_jp"))])
            except UnicodeDecodeError:
                pass
    for row in range(16, 41):
        for cell in range(1, 95):
            ks.add(ord(bytes([row + 160, cell + 160]).decode("euc_kr")))
    han = sorted(c for c in range(0x3000, 0xA000) if is_han(c) and canon[c] == c and (count[c] >= 12 or japanese[c] > 0 or c in jis1))
    kana = [c for c in list(range(0x3041, 0x3097)) + list(range(0x309B, 0x309F)) + list(range(0x30A1, 0x30FF))]
    hangul = sorted(c for c in range(0xAC00, 0xD7A4) if c in ks or korean[c] > 0)
    digits = set(range(0x30, 0x3A))
    special = {0x0A: BOS, 0x20: SPACE, 0xA0: SPACE, 0x09: SPACE}
    both = count + japanese * 20 + korean * 20
    marks = sorted(c for c in range(0x21, 0x10000) if both[c] >= 40 and family_of[c] < 0 and c not in digits and c not in special
                   and unicodedata.category(chr(c))[0] in "PS" and not 0x80 <= c < 0xA0 and c != 0xFFFD and c not in kana)
    token = np.full(0x110000, UNK, np.uint16)
    for i, c in enumerate(marks + kana + hangul + han):
        token[c] = FIRST + i
    vocabulary = FIRST + len(marks) + len(kana) + len(hangul) + len(han)
    first_kana = FIRST + len(marks)
    first_hangul = first_kana + len(kana)
    first_han = first_hangul + len(hangul)
    for c, t in special.items():
        token[c] = t
    for c in digits:
        token[c] = DIGIT
    token[family_of == 0] = LATIN
    token[family_of > 0] = OTHER
    print(f"vocabulary {vocabulary}: {len(marks)} marks, {len(kana)} kana, {len(hangul)} Hangul, {len(han)} Han")

    def stream(data):
        t = token[canon[data]]
        run = (t[1:] == t[:-1]) & np.isin(t[1:], (DIGIT, LATIN, OTHER, SPACE, BOS))
        return np.concatenate(([BOS], t[:1], t[1:][~run]))

    parts, families = [], []
    print("zho")
    parts.append(ngrams([(stream(d), w) for d, w in texts.values()], vocabulary, HAN_SIZES["zho"], 1))
    for l, salt in (("jpn", 3), ("kor", 5)):
        print(l)
        parts.append(ngrams([(stream(multi[l]), 1)], vocabulary, HAN_SIZES[l], salt))

    # letters
    lower = np.arange(0x110000, dtype=np.uint32)
    upper = np.zeros(0x110000, bool)
    for c in range(0x10000):
        if family_of[c] >= 0:
            low = chr(c).lower()
            if low != chr(c):
                upper[c] = True
                if len(low) == 1 and family_of[ord(low)] == family_of[c]:
                    lower[c] = ord(low)
    symbol = np.zeros(0x110000, np.uint16)
    space = np.array([0x20, 0x0A, 0x09, 0xA0, 0x202F])
    punct_count = np.zeros(0x110000)
    case = np.zeros((4, 2))    # after no letter, a small one, one capital, more of them: a small one, a capital
    for f, (name, languages, ranges, keep2, keep3) in enumerate(FAMILIES):
        n = np.zeros(0x110000)
        for l in languages:
            n += np.bincount(lower[multi[l]], minlength=0x110000)
        of_words = [read_words(words, codes.split()) for _, codes in COUNTED] if name == "Latin" else []
        for found in of_words:
            for g, share in found.items():
                n[ord(g[1])] += share * COUNTED_SIZE
        letters = [c for c in range(0x10000) if family_of[c] == f and n[c] >= 3 and lower[c] == c]
        symbol[family_of == f] = S_RARE
        for i, c in enumerate(letters):
            symbol[c] = S_FIRST + i
        symbol[family_of == f] = symbol[lower[family_of == f]]
        mine = []
        for l in languages:
            d = multi[l]
            s = np.where(family_of[d] == f, symbol[d], np.where(np.isin(d, space), S_SPACE, S_PUNCT)).astype(np.uint16)
            mine.append(np.concatenate(([S_SPACE, S_SPACE], s)).astype(np.uint16))
            punct_count += np.bincount(d[family_of[d] < 0], minlength=0x110000)
            if f < 4:
                cased = np.array([2 if u else 1 for u in upper[d]])
                cased[family_of[d] != f] = 0
                before = cased[:-1].copy()
                before[1:][(cased[:-2] == 2) & (cased[1:-1] == 2)] = 3
                for a in range(4):
                    for b in range(2):
                        case[a, b] += np.count_nonzero((before == a) & (cased[1:] == b + 1))
        print(name)
        symbols = S_FIRST + len(letters)
        counts = [counted(t, symbols) for t in mine]
        symbol_of = lambda c: int(symbol[ord(c)]) if c != " " else S_SPACE
        for i, l in enumerate(languages):
            if l in BESIDE_TEXT:
                counts[i] = add(counts[i], spread(read_words(words, [BESIDE_TEXT[l]]), symbol_of, mine, symbols), BESIDE_SAY)
        counts += [spread(found, symbol_of, mine, symbols) for found in of_words]
        weights = [1.0] * len(mine) + [COUNTED_SAY] * len(of_words)
        families.append(letter_family(counts, weights, symbols, keep2, keep3, 16 + 2 * f))
    parts += [whole for whole, _ in families] + [columns for _, columns in families]
    case = case + 1
    case_cost = cost(case / case.sum(axis=1, keepdims=True))

    # characters of alphabetic text that are no letters: (class, cost, token)
    commons, common_of = [], {}
    is_space = {0x20, 0x0A, 0x09, 0xA0, 0x202F}
    sums = {True: sum(punct_count[c] for c in is_space), False: sum(punct_count[c] for c in range(0x10000) if c not in is_space)}
    for c in range(0x10000):
        ascii_mark = 0x20 <= c < 0x7F and family_of[c] < 0
        known = punct_count[c] >= 3 and family_of[c] < 0 and unicodedata.category(chr(c))[0] in "PSNZ" and c < 0x2C00
        width_fold = canon[c] != c
        if (ascii_mark or known or c in is_space or (token[c] >= FIRST and token[c] < first_kana and c < 0x3000)) and not width_fold:
            s = c in is_space
            price = min(int(cost(np.array(max(punct_count[c], 0.3) / sums[s]))), 152)
            common_of[c] = len(commons)
            commons.append((0 if s else 1, price, int(token[c])))

    # frequent characters: common enough in some language, and not much commoner in text read in the wrong charset
    share = np.zeros(0x110000)
    for l, d in multi.items():
        n = np.bincount(d, minlength=0x110000)
        share = np.maximum(share, np.where(n >= 2, n / len(d), 0))
    for scripts in (("laws_cn", "lctt", "wiki_cmrc", "story", "xquad", "multilang/zho-CN"), ("laws_tw", "tw_talk", "wiki_drcd", "wiki_udgsd", "multilang/zho-TW")):
        n = sum(np.bincount(d, minlength=0x110000) * w for name, (d, w) in texts.items() if name.startswith(scripts))
        share = np.maximum(share, np.where(n >= 8, n / n.sum(), 0))
    frequent = share >= FREQUENT_SHARE
    frequent[0x80:0xA0] = False
    frequent[[0xAD, 0xC2, 0xC3, 0xFFFD]] = False  # first bytes of UTF-8 for the letters of Latin-1
    frequent[0xE000:0xF900] = False
    frequent[0x20:0x7F] = True
    frequent[[0x09, 0x0A, 0x0D]] = True
    text_of = lambda d, limit: d[:limit].astype("<u4").tobytes().decode("utf-32-le")
    sample = {l: text_of(d, 200_000) for l, d in multi.items()}
    sample["zhs"] = text_of(texts["wiki_cmrc.txt.zst"][0], 400_000)
    sample["zht"] = text_of(texts["wiki_drcd.txt.zst"][0], 400_000)
    for l, written, read in GARBLES:
        good = sample[l] if l.startswith("zh") else "".join(c for c in sample[l] if c > "\x7f")
        bad = good.encode(written, "ignore").decode(read, "replace")
        wrong = np.bincount(np.frombuffer(bad.encode("utf-32-le"), np.uint32), minlength=0x110000) / max(len(bad), 1)
        missing = FREQUENT_MASS - wrong[~frequent].sum()
        for c in np.lexsort((np.arange(0x110000), -np.round(wrong / (share + 1e-9), 6))):
            if missing <= 0 or wrong[c] < FREQUENT_RATIO * share[c]:
                break
            if frequent[c] and c > 0x7F and share[c] < FREQUENT_KEPT:
                frequent[c] = False
                missing -= wrong[c]

    # every character of the basic plane that is not of the default kind of its range
    chars, ranges = [], []
    previous = None
    for c in range(0x110000):
        ch = chr(c)
        cat = unicodedata.category(ch) if not 0xD800 <= c < 0xE000 else "Cs"
        value, kind, bits = 0, None, int(flag[c])
        k = int(canon[c])
        if c == 0xFFFD or 0x80 <= c < 0xA0:
            base = DAMAGE
        elif cat == "Co":
            base = PRIVATE
        elif cat == "Cn" or cat == "Cs":
            base = UNASSIGNED
        elif cat == "Cc":
            base = CONTROL
        elif cat == "Cf" or 0xFE00 <= c <= 0xFE0F or 0xE0100 <= c <= 0xE01EF:
            base = IGNORABLE
        elif 0x3400 <= c < 0xA000 or 0xF900 <= c < 0xFB00 or 0x20000 <= c < 0x40000:
            base = RARE_HAN
        elif cat[0] in "LM":
            base = NEUTRAL
        else:
            base = SYMBOL
        if 0xAC00 <= c <= 0xD7A3:
            base = RARE_HAN
        if c < 0x10000:
            if k in common_of and not (k != c and token[k] >= FIRST) and base not in (DAMAGE,):
                kind, value = COMMON, common_of[k]
            elif token[k] >= FIRST:
                kind, value = HAN, int(token[k])
            elif k != c and k in common_of:
                kind, value = HAN, int(token[k])
            elif family_of[k] >= 0 and cat != "Cn":
                kind, value = LETTER + int(family_of[k]), int(symbol[k])
                if upper[k]:
                    bits |= UPPER
            if frequent[c]:
                bits |= FREQUENT
            if kind is not None and not (kind >= LETTER and value == S_RARE):
                bits |= KNOWN
        if kind is not None:
            chars.append((c, kind, bits, value))
        elif bits:
            chars.append((c, base, bits, value))
        if base != previous:
            ranges.append((c, base))
            previous = base
    body = struct.pack("<IIIIIII", len(ranges), len(chars), len(commons), vocabulary, first_kana, first_hangul, first_han)
    body += b"".join(struct.pack("<I", c << 8 | k) for c, k in ranges)
    body += b"".join(struct.pack("<HH", c, v) for c, _, _, v in chars) + b"".join(struct.pack("<BB", k, b) for _, k, b, _ in chars)
    body += b"".join(struct.pack("<BBH", *c) for c in commons)
    body += case_cost.tobytes()
    head = b"JWM2" + struct.pack("<I", len(parts) + 1)
    for p in [body] + parts:
        head += struct.pack("<I", len(p))
    blob = head + body + b"".join(parts)
    with open(target, "wb") as f:
        f.write(gzip_members.pack(blob))
    sizes = [len(p) for p in [body] + parts]
    print(f"{len(ranges)} ranges, {len(chars)} characters, {len(commons)} commons, {int(frequent.sum())} frequent; case {case_cost.tolist()}")
    print(f"sizes {sizes}; {len(blob)} bytes")


main()
