#!/usr/bin/env python3
"""Cleans dirty dumps of known truth and checks that nothing is lost.

    scripts/check-dump.py target/release/jingwen [--mb 20] [--seed 1] [--dir DIR] [--only warc.gz,jsonl] [-- more arguments for clean]

Writes the inputs with dirty-warc.py and dirty-jsonl.py, runs `jingwen clean INPUT -o OUT --to jsonl --compress none` over each, and reads OUT/*.jsonl,
OUT/removed.jsonl and OUT/quarantine/index.jsonl. Ends with 1 when a bar is missed:
- of WARC, 99 % of the recoverable records come out, and every other is left aside or in quarantine, at its place in the file;
- of JSON lines, every sound line comes out with all bytes but its text as they were, every broken one is in quarantine;
- no panic.
"""

import argparse
import bisect
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
KEY = re.compile(rb"K\d{7,}X\d{4}")
# files of a run that are no output
NO_OUTPUT = {"removed.jsonl"}


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def truth(path):
    with open(path + ".truth.jsonl", encoding="utf-8") as f:
        for line in f:
            yield json.loads(line)


def outputs(out):
    for path in sorted(glob.glob(os.path.join(out, "**", "*.jsonl*"), recursive=True)):
        name = os.path.relpath(path, out)
        if name not in NO_OUTPUT and not name.startswith(("quarantine", "_jingwen", ".")):
            yield path


class Check:
    def __init__(self):
        self.failed = []

    def bar(self, name, value, good):
        print("  %-58s %s%s" % (name, value, "" if good else "   <-- missed"))
        if not good:
            self.failed.append(name)


def run(check, program, source, out, more):
    start = time.time()
    command = [program, "clean", source, "-o", out, "--to", "jsonl", "--compress", "none"] + more
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    seconds = time.time() - start
    size = os.path.getsize(source)
    print("%s: %.1f MB in %.1f s, exit code %d" % (os.path.basename(source), size / 1e6, seconds, done.returncode))
    if done.returncode != 0:
        print("  " + " ".join(command))
        print("  " + "\n  ".join(done.stdout.strip().splitlines()[-8:]))
    index = lines(os.path.join(out, "quarantine", "index.jsonl"))
    panics = done.stdout.count("panicked") + sum("internal error" in b["reason"] for b in index)
    check.bar("exit code 0", done.returncode, done.returncode == 0)
    check.bar("panics", panics, panics == 0)
    return index


def removed_ids(out):
    removed = lines(os.path.join(out, "removed.jsonl"))
    return removed, {r.get("id") for r in removed} | {(r.get("record")) for r in removed}


def warc(check, program, source, out, more):
    index = run(check, program, source, out, more)
    found, sentences = collections.Counter(), set()
    for path in outputs(out):
        with unpacked(path) as f:
            for line in f:
                # the text only: a removed paragraph stands in the details
                document = json.loads(line)
                keys = KEY.findall(document["text"].encode())
                found.update(set(keys))
                sentences.update(k for k in set(keys) if document["text"])
    removed, _ = removed_ids(out)
    aside = {r.get("id") for r in removed}
    bad = sorted((b["offset"], b["offset"] + max(1, b.get("length") or 1), b["record"]) for b in index)
    starts = [b[0] for b in bad]
    wanted, missed, exact = 0, collections.Counter(), 0
    unaccounted, other = collections.Counter(), 0

    def quarantined(t):
        at = bisect.bisect_left(starts, t["offset"] + t["length"])
        return any(b[1] > t["offset"] for b in bad[max(0, at - 4) : at])

    for t in truth(source):
        key = t.get("key", "").encode()
        what = t["damage"] or t["kind"]
        if t["expect"] == "out" and found[key] == 1:
            wanted += 1
            continue
        if t["expect"] == "out":
            wanted += 1
            missed[what] += 1
        other += 1
        if not (found[key] == 1 or quarantined(t) or t["id"] in aside):
            unaccounted[what] += 1
    share = 100 * (1 - sum(missed.values()) / max(1, wanted))
    check.bar("recoverable records that come out", "%.3f %% of %d" % (share, wanted), share >= 99)
    if missed:
        print("    missed:", dict(missed))
    check.bar("records that come out twice", sum(n > 1 for n in found.values()), all(n == 1 for n in found.values()))
    check.bar("others without a reason", "%d of %d" % (sum(unaccounted.values()), other), not unaccounted)
    if unaccounted:
        print("    unaccounted:", dict(unaccounted))
    reasons = collections.Counter(b["reason"].split(":")[0][:60] for b in index)
    print("    quarantined %d:" % len(index), dict(reasons.most_common(6)))
    print("    left aside %d:" % len(removed), dict(collections.Counter(r.get("rule") or r.get("reason") for r in removed).most_common(8)))


def unpacked(path):
    if path.endswith(".gz"):
        import gzip

        return gzip.open(path, "rb")
    if path.endswith(".zst"):
        import io

        import zstandard

        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(open(path, "rb"), read_across_frames=True, closefd=True))
    return open(path, "rb")


def jsonl(check, program, source, out, more):
    index = run(check, program, source, out, more)
    whole = not any(t["expect"] == "lost" for t in truth(source))
    got = collections.defaultdict(list)
    total = 0
    for path in outputs(out):
        with unpacked(path) as f:
            for line in f:
                m = KEY.search(line)
                total += bool(line.strip())
                if m:
                    got[m.group()].append(line)
    bad = {b["record"] for b in index}
    sound, same, lost, wrong = 0, 0, 0, collections.Counter()
    source_lines = {}
    if whole:
        with unpacked(source) as f:
            source_lines = dict(enumerate(f.read().split(b"\n"), 1)) if os.path.getsize(source) < 300e6 else {}
    unaccounted = collections.Counter()
    for t in truth(source):
        if t["expect"] == "bad":
            if whole and t["n"] not in bad:
                unaccounted[t["kind"]] += 1
            continue
        if t["expect"] == "lost":
            lost += "key" in t and t["key"].encode() in got
            continue
        sound += 1
        mine = got.get(t["key"].encode(), [])
        if len(mine) != 1:
            wrong["missing: " + t["kind"]] += 1
            continue
        line = source_lines.get(t["n"])
        if line is None:
            continue
        start, stop = (len(line.decode()[:at].encode()) for at in t["at"])
        prefix, suffix = line[:start], line[stop:] + b"\n"
        literal = LITERAL.match(mine[0], start)
        rest = mine[0][literal.end() :] if literal else b""
        # details stand behind the last member
        close = suffix.rindex(b"}")
        as_it_was = rest == suffix or (rest.startswith(suffix[:close] + b',"') and rest.endswith(suffix[close:]))
        if mine[0][:start] == prefix and as_it_was:
            same += 1
        else:
            wrong["other bytes: " + t["kind"]] += 1
    check.bar("sound lines that come out", "%d of %d" % (sound - sum(wrong.values()), sound), not wrong)
    if wrong:
        print("    wrong:", dict(wrong))
    if source_lines:
        check.bar("with all other bytes as they were", "%d of %d" % (same, sound), same == sound)
    check.bar("broken lines without a reason", sum(unaccounted.values()), not unaccounted)
    if unaccounted:
        print("    unaccounted:", dict(unaccounted))
    if not whole:
        print("    in damaged members: %d lines came out all the same" % lost)
    print("    quarantined %d:" % len(index), dict(collections.Counter(re.sub(r"[0-9]+", "N", b["reason"])[:50] for b in index).most_common(6)))


def main():
    argv, more = sys.argv[1:], []
    if "--" in argv:
        at = argv.index("--")
        argv, more = argv[:at], argv[at + 1 :]
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("program")
    p.add_argument("--mb", default="10")
    p.add_argument("--seed", default="1")
    p.add_argument("--dir", help="where inputs and outputs go; kept")
    p.add_argument("--only", default="warc.gz,warc,jsonl,jsonl.gz", help="kinds of input; warc.zst and jsonl.zst need the module zstandard")
    args = p.parse_args(argv)
    check = Check()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.dir or temporary
        os.makedirs(folder, exist_ok=True)
        for kind in args.only.split(","):
            source = os.path.join(folder, "dirty." + kind)
            script = "dirty-warc.py" if kind.startswith("warc") else "dirty-jsonl.py"
            extra = ["--members", "0.1"] if kind in ("jsonl.gz", "jsonl.zst") else []
            subprocess.run([sys.executable, os.path.join(HERE, script), source, "--mb", args.mb, "--seed", args.seed, "--cut"] + extra, check=True)
            out = tempfile.mkdtemp(prefix="out-" + kind + "-", dir=folder)
            (warc if kind.startswith("warc") else jsonl)(check, args.program, source, out, more)
    if check.failed:
        print("missed: " + "; ".join(check.failed))
        sys.exit(1)
    print("all bars met")


if __name__ == "__main__":
    main()
