#!/usr/bin/env python3
"""Writes JSON lines with damage of known kinds, and the truth about each of them.

    scripts/dirty-jsonl.py OUT.jsonl[.gz|.zst] --mb 50 --damage 0.05 --seed 1

Beside it OUT….truth.jsonl has one line a record: `n` (number of the line, from 1), `kind`, `expect` (`out`, `bad` or `lost`: in a
damaged member, which may keep some of its lines), and for a sound line `id`, `key`, `sentence`, and `at`, the range of characters of the
text's literal in the line: all other bytes of the line must come out as they are. Streams; the texts are our own (dirty_text.py). .zst
needs the module zstandard.
"""

import argparse
import json
import os
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dirty_text  # noqa: E402

# kinds of broken lines, which are bad; and of odd ones, which are sound
BROKEN = [
    "cut",
    "no-end-quote",
    "lone-surrogate",
    "nul-byte",
    "raw-tab",
    "text-null",
    "text-number",
    "text-list",
    "text-missing",
    "text-twice",
    "not-utf-8",
    "two-on-a-line",
    "an-array",
    "garbage-behind",
    "python-dict",
    "no-json",
    "bad-escape",
    "binary",
]
ODD = [
    "carriage-return",
    "blank-lines-around",
    "surrogate-elsewhere",
    "numbers",
    "escaped-name",
    "deep",
    "name-twice",
    "much-space",
    "escaped-slashes",
    "all-ascii",
    "long",
    "nul-escaped",
    "odd-names",
]


class Writer:
    def __init__(self, args):
        self.rng = dirty_text.rng(args.seed)
        self.texts = dirty_text.Texts(self.rng)
        self.out = open(args.out, "wb")
        self.truth = open(args.out + ".truth.jsonl", "w", encoding="utf-8")
        self.packed = "gz" if args.out.endswith(".gz") else "zst" if args.out.endswith(".zst") else None
        if self.packed == "zst":
            import zstandard

            self.zstd = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self.members = args.members if self.packed else 0
        self.paragraphs = args.paragraphs
        self.size = 0
        self.line = 1
        self.buffer, self.waiting = [], []
        self.count = 0

    def sound(self, kind=None):
        rng = self.rng
        name, key, sentence, paragraphs = self.texts.text(self.line)
        text = "\n".join(paragraphs[: self.paragraphs])
        literal = json.dumps(text, ensure_ascii=kind == "all-ascii")
        if kind == "escaped-slashes":
            literal = literal[:-1] + ' \\/ \\u0041"'
        elif kind == "nul-escaped":
            literal = literal[:-1] + ' \\u0000"'
        elif kind == "long":
            literal = json.dumps(text + "\n" + "\n".join(rng.choice(self.texts.pool[name]) for _ in range(2000)), ensure_ascii=False)
        ident = "%s-%d" % (name, self.line)
        prefix, suffix = '{"id": "%s", "text": ' % ident, ', "url": "http://site%d.example/%d", "score": %.3f}' % (self.line % 97, self.line, rng.random())
        if kind == "surrogate-elsewhere":
            suffix = ', "emoji": "half \\ud83d of it", "\\udc00": 1}'
        elif kind == "numbers":
            suffix = ', "a": 1.0e+5, "b": -0, "c": 12345678901234567890123, "d": 1E400, "e": 0.10}'
        elif kind == "escaped-name":
            prefix = '{"id":"%s","te\\u0078t":' % ident
        elif kind == "deep":
            suffix = ', "deep": %s%s}' % ("[" * 400, "]" * 400)
        elif kind == "name-twice":
            suffix = ', "x": 1, "x": 2, "x": {"text": "another"}}'
        elif kind == "much-space":
            prefix, suffix = '  {\t"id" : "%s" ,  "text"\t:  ' % ident, '  ,   "list" : [ 1 ,2, 3 ]  }  '
        elif kind == "odd-names":
            suffix = ', "": null, "文本": "x", "a\\"b": true, "\\/": [{}, [], ""]}'
        end = "\r\n" if kind == "carriage-return" else "\n"
        line = prefix + literal + suffix
        truth = {"kind": kind or "sound", "expect": "out", "id": ident, "key": key, "sentence": sentence, "at": [len(prefix), len(prefix) + len(literal)]}
        return line + end, truth

    def broken(self, kind):
        rng = self.rng
        line, truth = self.sound()
        line = line.rstrip("\n")
        start, stop = truth["at"]
        if kind == "cut":
            line = line[: rng.randint(start + 5, stop - 1)]
        elif kind == "no-end-quote":
            line = line[: stop - 1] + line[stop:].replace('"', "")
        elif kind == "lone-surrogate":
            line = line[: stop - 1] + rng.choice(["\\ud83d", "\\ude00", "\\ud83d\\u0041"]) + line[stop - 1 :]
        elif kind == "nul-byte":
            line = line[: start + 9] + "\0" + line[start + 9 :]
        elif kind == "raw-tab":
            line = line[: start + 9] + "\t" + line[start + 9 :]
        elif kind.startswith("text-"):
            value = {"text-null": "null", "text-number": "17.5", "text-list": '["a"]'}.get(kind)
            if kind == "text-missing":
                line = line.replace('"text"', '"words"', 1)
            elif kind == "text-twice":
                line = line[:stop] + ', "text": "again"' + line[stop:]
            else:
                line = line[:start] + value + line[stop:]
        elif kind == "two-on-a-line":
            line += line
        elif kind == "an-array":
            line = "[" + line + "]"
        elif kind == "garbage-behind":
            line += " }];"
        elif kind == "python-dict":
            line = line.replace('"', "'")
        elif kind == "no-json":
            line = "ERROR 503 service unavailable " + truth["key"]
        elif kind == "bad-escape":
            line = line[: stop - 1] + "\\x41" + line[stop - 1 :]
        data = line.encode("utf-8")
        if kind == "not-utf-8":
            data = data[: data.index(b'"text": "') + 9] + b"\xd6\xd0\xce\xc4" + data[data.index(b'"text": "') + 9 :]
        elif kind == "binary":
            data = bytes(b for b in rng.randbytes(rng.randint(20, 400)) if b not in (10, 13)) + b"\xff"
        return data + b"\n", {"kind": kind, "expect": "bad"}

    def put(self, data, truth):
        truth["n"] = self.line
        self.line += data.count(b"\n") or 1
        self.buffer.append(data)
        self.waiting.append(truth)
        self.count += 1
        self.size += len(data)

    def flush(self, broken=False):
        data = b"".join(self.buffer)
        if self.packed == "gz":
            c = zlib.compressobj(6, zlib.DEFLATED, 31)
            data = c.compress(data) + c.flush()
        elif self.packed == "zst":
            data = self.zstd.compress(data)
        if broken and len(data) > 200:
            how = self.rng.randrange(3)
            if how == 0:
                data = data[: len(data) * 2 // 3]
            elif how == 1:
                data = b"\0\0" + data[2:]
            else:
                at = len(data) // 2
                data = data[:at] + bytes(b ^ 0x5A for b in data[at : at + 40]) + data[at + 40 :]
            for truth in self.waiting:
                truth["expect"] = "lost"
        self.out.write(data)
        for truth in self.waiting:
            self.truth.write(json.dumps(truth, ensure_ascii=False) + "\n")
        self.buffer, self.waiting = [], []


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out")
    p.add_argument("--mb", type=float, default=10, help="size of the lines, unpacked")
    p.add_argument("--damage", type=float, default=0.05, help="share of broken lines; as many are odd but sound")
    p.add_argument("--members", type=float, default=0, help="share of damaged gzip members or zstd frames, of about 1 MB each")
    p.add_argument("--paragraphs", type=int, default=8, help="of a record, at most; the second, which all have, holds its key")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--cut", action="store_true", help="the file ends in its last line")
    args = p.parse_args()
    w = Writer(args)
    rng = w.rng
    turns = [0, 0]
    chunk = 0
    while w.size < args.mb * 1e6:
        dice = rng.random()
        if dice < args.damage:
            w.put(*w.broken(BROKEN[turns[0] % len(BROKEN)]))
            turns[0] += 1
        elif dice < 2 * args.damage:
            kind = ODD[turns[1] % len(ODD)]
            turns[1] += 1
            if kind == "blank-lines-around":
                blank = b"\n \n"
                w.buffer.append(blank)
                w.line += 2
            line, truth = w.sound(kind)
            w.put(line.encode("utf-8"), truth)
        else:
            line, truth = w.sound()
            w.put(line.encode("utf-8"), truth)
        if w.size - chunk > 1e6:
            chunk = w.size
            w.flush(broken=w.packed is not None and rng.random() < args.members)
    if args.cut:
        line, truth = w.sound()
        w.put(line.encode("utf-8")[: len(line) // 2].rstrip(b"\n") + b"", {"kind": "file-cut", "expect": "bad"})
    w.flush()
    w.out.close()
    w.truth.close()
    print("%s: %d records, %d bytes unpacked" % (args.out, w.count, w.size))


if __name__ == "__main__":
    main()
