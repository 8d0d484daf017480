#!/usr/bin/env python3
"""Writes src/data/entity-names.tsv: the 252 character references of HTML 4.01 (and `apos`), name and code point, ascending by name.

Source: Python's html.entities, which lists HTML 4.01 section 24 (W3C). Facts, no licence.
"""
import html.entities
import os

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "data", "entity-names.tsv")
names = dict(html.entities.name2codepoint, apos=0x27)
legacy = {n for n in html.entities.html5 if not n.endswith(";")}
with open(OUT, "w", encoding="utf-8") as f:
    f.write("# Character references of HTML 4.01, section 24, and `apos`; written by scripts/entity-names.py. `bare`: HTML also reads it without semicolon.\n")
    f.write("# name\tcode point\tbare\n")
    for n in sorted(names):
        f.write(f"{n}\t{names[n]:X}\t{'bare' if n in legacy else '-'}\n")
