#!/usr/bin/env python3
"""Measures --near: how much of what is nearly the same goes, and how much of what goes is.

    scripts/check-near.py target/release/jingwen [--n 20000] [--seed 1] [--threshold 0.8] [--dir DIR] [-- more arguments for clean]

Texts of our own: paragraphs of made-up words, Chinese and English, each once as it is and once, in another place of the dump, changed in a
known way. Some changes make a near copy (marks, a head or a tail, a clause left out, slips, destroyed characters); others make another fact
that looks like one (another number, name or side, a denial, half a text, a form filled in again). The truth of a pair is its kind and the
true share of its shingles, counted here by the definition (5 characters of Han, else 3 words; case, width, marks and blanks do not count),
not by the program.

Recall: near copies at or above the threshold that go. Precision: of what goes, near copies and what shares that much with an earlier text and
says nothing else. Ends with 1 below the bars: recall 0.9, precision 0.99, for paragraphs and for documents.
"""

import argparse
import collections
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unicodedata

RECALL, PRECISION = 0.9, 0.99
NUMERALS = set("一二三四五六七八九十百千万亿〇零两壹贰叁肆伍陆柒捌玖拾佰仟")
# what one character can tell apart; slips are made of others
TELLING = set("甲乙丙丁戊己庚辛壬癸上下左右东西南北中内外男女父母前后正副大小多少高低早晚增减升降进出买卖省市县区州乡镇村国不未没无非勿否第初周期拜年月日号时秒条章节项届元岁")


def vocabulary(rng):
    han = [chr(c) for c in range(0x4E10, 0x4E10 + 7 * 1400, 7)]
    han = [c for c in han if c not in NUMERALS and c not in TELLING]
    words = ["".join(rng.choices(han, k=rng.choice([1, 2, 2, 2, 3]))) for _ in range(6000)]
    letters = [c + v for c in "bcdfghklmnprstvw" for v in "aeiou"]
    latin = ["".join(rng.choices(letters, k=rng.choice([1, 2, 2, 3]))) for _ in range(6000)]
    return han, words, [w for w in latin if w not in ("no", "not", "un", "never", "nt")]


class Maker:
    """Paragraphs as lists of clauses, clauses as lists of words."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.han, self.zh, self.en = vocabulary(self.rng)

    def clause(self, lang):
        words = self.zh if lang == "zh" else self.en
        return self.rng.choices(words, k=self.rng.randint(4, 9))

    def paragraph(self, lang):
        return [self.clause(lang) for _ in range(self.rng.randint(8, 30) if lang == "zh" else self.rng.randint(7, 20))]

    def text(self, lang, clauses, comma=None, stop=None):
        comma, stop = comma or ("，" if lang == "zh" else ", "), stop or ("。" if lang == "zh" else ". ")
        blank = "" if lang == "zh" else " "
        out = "".join(blank.join(c) + (stop if n % 3 == 2 or n + 1 == len(clauses) else comma) for n, c in enumerate(clauses))
        return out.strip()

    def slips(self, lang, clauses, n):
        clauses = [list(c) for c in clauses]
        for _ in range(n):
            clause = self.rng.choice(clauses)
            at = self.rng.randrange(len(clause))
            word = clause[at]
            k = self.rng.randrange(len(word))
            other = self.rng.choice(self.han) if lang == "zh" else self.rng.choice("bdgklmprst")
            clause[at] = word[:k] + other + word[k + 1 :]
        return clauses

    def number(self):
        return str(self.rng.randint(12, 9800))

    def pair(self, kind, lang):
        """The first text and the later one."""
        rng, text = self.rng, self.text
        clauses = self.paragraph(lang)
        whole = text(lang, clauses)
        zh = lang == "zh"
        if kind == "marks":
            return whole, text(lang, clauses, comma="," if zh else "; ", stop="；" if zh else "! ")
        if kind == "head":
            return whole, ("本报讯 记者报道 " if zh else "From our correspondent: ") + whole
        if kind == "tail":
            return whole, text(lang, clauses[: -max(1, len(clauses) // 14)])
        if kind == "left out":
            at = rng.randrange(1, len(clauses) - 1)
            return whole, text(lang, clauses[:at] + clauses[at + 1 :])
        if kind == "added":
            return whole, text(lang, clauses + [self.clause(lang)])
        if kind == "slips":
            return whole, text(lang, self.slips(lang, clauses, max(1, len(whole) // (120 if zh else 300))))
        if kind == "destroyed":
            later = list(whole)
            for _ in range(max(1, len(whole) // 120)):
                later[rng.randrange(len(later))] = "\ufffd"
            return whole, "".join(later)
        at = rng.randrange(1, len(clauses))
        put = lambda word: text(lang, clauses[:at] + [[word] + clauses[at]] + clauses[at + 1 :])
        if kind == "number":
            a, b = self.number(), self.number()
            return put(a), put(b if b != a else b + "1")
        if kind == "name":
            names = self.zh if zh else self.en
            a, b = (rng.choice(names) + rng.choice(names) for _ in range(2))
            return put(a), put(b)
        if kind == "side":
            a, b = rng.sample("甲乙丙丁" if zh else ["buyer", "seller", "lessor", "lessee"], 2)
            return put(a), put(b)
        if kind == "denial":
            return whole, put("不" if zh else "not")
        if kind == "half":
            half = len(clauses) // 2
            return whole, text(lang, clauses[:half] + self.paragraph(lang)[:half])
        if kind == "form":
            form = lambda: text(lang, [[c[0], self.number()] + c[1:] if n % 6 == 0 else c for n, c in enumerate(clauses)])
            return form(), form()
        raise ValueError(kind)


COPIES = ["marks", "head", "tail", "left out", "added", "slips", "destroyed"]
OTHERS = ["number", "name", "side", "denial", "half", "form"]


def shingles(text):
    """By the definition: letters and digits, small and narrow."""
    tokens, word, single = [], "", 0
    for c in unicodedata.normalize("NFKC", text).lower() + " ":
        han = "\u3400" <= c <= "\u9fff"
        if c.isalnum() and not han:
            word += c
            continue
        if word:
            tokens.append(word)
            word = ""
        if han:
            tokens.append(c)
            single += 1
    n = 5 if single * 2 >= len(tokens) else 3
    if len(tokens) < (40 if n == 5 else 25):
        return set()
    return {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}


def similarity(a, b):
    a, b = shingles(a), shingles(b)
    return len(a & b) / max(1, len(a | b))


def paragraphs(maker, n, files):
    """Records of one paragraph that is told of and one that is nobody's; id of the later -> (kind, language, similarity)."""
    truth, lines = {}, [[] for _ in range(files)]
    for i in range(n):
        lang = "zh" if maker.rng.random() < 0.7 else "en"
        kind = maker.rng.choice(COPIES if maker.rng.random() < 0.5 else OTHERS)
        first, later = maker.pair(kind, lang)
        truth["later-%d" % i] = (kind, lang, similarity(first, later))
        a, b = sorted(maker.rng.sample(range(files), 2))
        for at, name, text in ((a, "first", first), (b, "later", later)):
            own = maker.text(lang, maker.paragraph(lang)[:5])
            lines[at].append({"id": "%s-%d" % (name, i), "text": text + "\n" + own})
    return truth, lines


def documents(maker, n, files):
    truth, lines = {}, [[] for _ in range(files)]
    for i in range(n):
        lang = "zh" if maker.rng.random() < 0.7 else "en"
        parts = [maker.text(lang, maker.paragraph(lang)) for _ in range(maker.rng.randint(6, 20))]
        own = lambda: maker.text(lang, maker.paragraph(lang)[:6])
        kind = maker.rng.choice(["other lines around", "left out", "slips", "order", "half", "number"])
        later = list(parts)
        if kind == "other lines around":
            later = [maker.text(lang, maker.paragraph(lang)[:3])] + later + [maker.text(lang, maker.paragraph(lang)[:3])]
        elif kind == "left out":
            del later[maker.rng.randrange(len(later))]
        elif kind == "slips":
            later = [p[:-6] + p[-3:] if maker.rng.random() < 0.4 else p for p in later]
        elif kind == "order":
            at = maker.rng.randrange(1, len(later))
            later = later[at:] + later[:at]
        elif kind == "half":
            later = later[: len(later) // 2] + [own() for _ in range(len(later) // 2)]
        else:
            later[-1] += maker.number()
        truth["later-%d" % i] = (kind, lang, similarity("\n".join(parts), "\n".join(later)))
        a, b = sorted(maker.rng.sample(range(files), 2))
        lines[a].append({"id": "first-%d" % i, "text": "\n".join(parts)})
        lines[b].append({"id": "later-%d" % i, "text": "\n".join(later)})
    return truth, lines


def gone(program, folder, what, rule, lines, threshold, more):
    """Ids of the records of which the rule took something."""
    source, out = os.path.join(folder, what), os.path.join(folder, what + "-out")
    os.makedirs(source, exist_ok=True)
    for n, part in enumerate(lines):
        with open(os.path.join(source, "%02d.jsonl" % n), "w", encoding="utf-8") as f:
            for line in part:
                f.write(json.dumps(line, ensure_ascii=False) + "\n")
    start = time.time()
    command = [program, "clean", source, "-o", out, "--dedup", "dump", "--near", what, "--near-threshold", str(threshold), "--details", "-q"]
    subprocess.run(command + more, check=True)
    print("%s: %.1f s" % (what, time.time() - start))
    ids = set()
    for path in sorted(glob.glob(os.path.join(out, "*.jsonl"))):
        with open(path, encoding="utf-8") as f:
            for line in f:
                line = json.loads(line)
                if any(r["rule"] == rule for r in line.get("jingwen", {}).get("removed", [])):
                    ids.add(line["id"])
    return ids


def tell(what, truth, ids, copies, threshold):
    wanted, took, below, stayed = (collections.Counter() for _ in range(4))
    for name, (kind, lang, share) in truth.items():
        near = kind in copies and share >= threshold
        key = kind + ", " + lang
        (wanted if near else stayed)[key] += 1
        if name in ids:
            (took if near else below)[key] += 1
    firsts = [i for i in ids if not i.startswith("later-")]
    found, all_wanted, wrong = sum(took.values()), sum(wanted.values()), sum(below.values()) + len(firsts)
    recall, precision = found / max(1, all_wanted), found / max(1, found + wrong)
    print("  recall %.4f (%d of %d), precision %.4f (%d of %d)" % (recall, found, all_wanted, precision, found, found + wrong))
    for key in sorted(wanted):
        print("    goes   %-26s %d of %d" % (key, took[key], wanted[key]))
    for key in sorted(stayed):
        print("    stays  %-26s %d of %d" % (key, stayed[key] - below[key], stayed[key]))
    if firsts:
        print("    wrong: first ones", firsts[:5])
    return recall >= RECALL and precision >= PRECISION


def main():
    argv, more = sys.argv[1:], []
    if "--" in argv:
        at = argv.index("--")
        argv, more = argv[:at], argv[at + 1 :]
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("program")
    p.add_argument("--n", type=int, default=20000, help="pairs of paragraphs; of documents a tenth")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threshold", type=float, default=0.8)
    p.add_argument("--dir", help="where inputs and outputs go; kept")
    args = p.parse_args(argv)
    fine = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.dir or temporary
        maker = Maker(args.seed)
        truth, lines = paragraphs(maker, args.n, 8)
        ids = gone(args.program, folder, "paragraphs", "dump/near-paragraph", lines, args.threshold, more)
        fine &= tell("paragraphs", truth, ids, COPIES, args.threshold)
        truth, lines = documents(maker, args.n // 10, 8)
        ids = gone(args.program, folder, "documents", "dump/near-record", lines, args.threshold, more)
        copies = ["other lines around", "left out", "slips", "order"]
        fine &= tell("documents", truth, ids, copies, args.threshold)
    print("all bars met" if fine else "a bar is missed")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
