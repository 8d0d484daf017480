#!/usr/bin/env python3
"""Writes src/data/entities.tsv: the named character references of the HTML standard.

Source: Python's html.entities.html5, which is the WHATWG list (https://html.spec.whatwg.org/entities.json,
BSD-3-Clause / CC BY 4.0). Facts only: name, whether it may lack its semicolon, code points.
"""
from html.entities import html5

rows = {}
for name, text in html5.items():
    bare = name.rstrip(";")
    rows.setdefault(bare, [text, False])
    rows[bare][1] |= not name.endswith(";")
with open("src/data/entities.tsv", "w", encoding="ascii", newline="\n") as out:
    out.write("# Named character references. Made by scripts/entities.py from the WHATWG list (CC BY 4.0); do not edit.\n")
    out.write("# name (no & and ;)\tbare: may stand without its semicolon, or -\tcode points, hexadecimal\n")
    for name in sorted(rows):
        text, bare = rows[name]
        out.write("%s\t%s\t%s\n" % (name, "bare" if bare else "-", " ".join("%X" % ord(c) for c in text)))
