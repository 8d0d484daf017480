#!/usr/bin/env python3
"""Measures titles, dates and authors of HTML pages against the golds of the development kit.

    scripts/check-metadata.py target/release/jingwen [--sets a,b] [--half 0|1] [--list title,date,author] [--what wrong,missing] [--addresses] [--kit DIR]

Cleans every page of the kit whose gold says a title, date or author and prints, by set and field, how many answers are
  exact     the same characters, runs of blanks taken as one; of a date the same day
  folded    the same letters and digits: quotes, dashes, entities, case and blanks differ
  wrong     something else
  missing   nothing
and of pages without a gold date or author how many come with one (`more`: the golds leave much unsaid).

An author is exact when all names of the gold are there and no other. `--half` takes the sites of one half, by the hash of their names: read the misses of one
half, judge a change by the other. `--list` prints the misses, `--addresses` gives each page its address, as a crawl does; else the pages are
files and say themselves where they stand. The golds of mozilla_readability are what another extractor makes of its own test pages.
Without the kit it says so and ends with 0.
"""

import argparse
import collections
import gzip
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata

KIT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared", "extract")
FIELDS = ["title", "date", "author"]
VERDICTS = ["exact", "folded", "wrong", "missing"]


def gold_of(row, field):
    keys = {"title": ["title"], "date": ["publish_date", "publishedTime", "date"], "author": ["author", "byline"]}[field]
    meta = row.get("meta") or {}
    return next((str(meta[k]).strip() for k in keys if meta.get(k)), "")


def site(row):
    """The name under which the site is registered: of a host the last two labels, of `co.uk` and the like three."""
    match = re.match(r"\w+://([^/:]+)", row.get("url") or "")
    if not match:
        return row["id"]
    host = match.group(1).lower().split(".")
    return ".".join(host[-3:] if len(host) > 2 and len(host[-2]) <= 3 else host[-2:])


def half(row):
    return int(hashlib.md5(site(row).encode()).hexdigest(), 16) % 2


def squeezed(text):
    return " ".join(text.split())


def folded(text):
    text = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).casefold()
    return "".join(c for c in text if c.isalnum())


def names(text):
    text = re.sub(r"^\s*(by|von|par|por)\s+", "", text, flags=re.I)
    return {folded(n) for n in re.split(r",|;|&|/|\||、|\band\b|\bund\b", text) if folded(n)}


def verdict(field, gold, own):
    if not own:
        return "missing"
    if field == "date":
        return "exact" if own[:10] == gold[:10] else "wrong"
    if field == "author":
        exact = squeezed(", ".join(own)) == squeezed(gold)
        same = set().union(*map(names, own)) == names(gold)
        return "exact" if exact else "folded" if same else "wrong"
    if squeezed(own) == squeezed(gold):
        return "exact"
    return "folded" if folded(own) == folded(gold) else "wrong"


def name(row):
    return row["id"].replace("/", "__") + ".html"


def address(row):
    return row.get("url") or "about:" + row["id"]


def record(target, page):
    """A WARC response."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: %s\r\nContent-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n"
    return (head % (target, len(http))).encode() + http + b"\r\n\r\n"


def answers(program, kit, rows, addresses):
    """Metadata by the name of the page."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = os.path.join(folder, "pages"), os.path.join(folder, "out.jsonl")
        if addresses:
            source += ".warc"
            with open(source, "wb") as f:
                for row in rows:
                    f.write(record(address(row), gzip.open(os.path.join(kit, row["html_path"])).read()))
        else:
            os.mkdir(source)
            for row in rows:
                with open(os.path.join(source, name(row)), "wb") as f:
                    f.write(gzip.open(os.path.join(kit, row["html_path"])).read())
        subprocess.run([program, "clean", source, "--to", "jsonl", "-q", "-o", out], check=True)
        with open(out, encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
    if addresses:
        by_address = {line["url"]: line["metadata"] for line in lines}
        return {name(row): by_address.get(address(row), {}) for row in rows}
    return {os.path.basename(line["id"]): line["metadata"] for line in lines}


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("program")
    p.add_argument("--kit", default=KIT)
    p.add_argument("--sets", help="only these sets, between commas")
    p.add_argument("--half", type=int, choices=[0, 1], help="only the sites of this half")
    p.add_argument("--list", default="", help="print the misses of these fields, between commas")
    p.add_argument("--what", default="folded,wrong,missing", help="which misses to print")
    p.add_argument("--addresses", action="store_true", help="tell the program the address of each page")
    args = p.parse_args()
    manifest = os.path.join(args.kit, "manifest.jsonl")
    if not os.path.exists(manifest):
        print("skipped: there is no kit at", args.kit)
        return
    with open(manifest, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    rows = [r for r in rows if any(gold_of(r, field) for field in FIELDS)]
    if args.sets:
        rows = [r for r in rows if r["set"] in args.sets.split(",")]
    if args.half is not None:
        rows = [r for r in rows if half(r) == args.half]
    own = answers(args.program, args.kit, rows, args.addresses)
    counts, more, without = collections.defaultdict(collections.Counter), collections.Counter(), collections.Counter()
    for row in rows:
        said = own.get(name(row), {})
        for field in FIELDS:
            gold, answer = gold_of(row, field), said.get(field)
            if not gold:
                without[row["set"], field] += 1
                more[row["set"], field] += bool(answer)
                continue
            result = verdict(field, gold, answer)
            counts[row["set"], field][result] += 1
            if field in args.list.split(",") and result in args.what.split(","):
                print("%-7s %-8s %s\n    gold %s\n    own  %s" % (field, result, row["id"], gold, answer))
    for field in FIELDS:
        for (group, _), count in sorted((k, v) for k, v in counts.items() if k[1] == field):
            total = sum(count.values())
            cells = "  ".join("%s %d" % (v, count[v]) for v in VERDICTS)
            share, fold = (100 * sum(count[v] for v in good) / total for good in (["exact"], ["exact", "folded"]))
            print("%-7s %-20s %4d pages  exact %5.1f %%, with folded %5.1f %%   (%s; more %d of %d)"
                  % (field, group, total, share, fold, cells, more[group, field], without[group, field]))


if __name__ == "__main__":
    main()
