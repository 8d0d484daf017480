#!/usr/bin/env python3
"""Derives src/data/fold.tsv from the character tables of the kit.

    python3 scripts/fold-table.py ../shared/cloak src/data/fold.tsv
"""
import os
import sys

HEAD = """\
# traditional	simplified	way   Sorted by code point: every GBK character whose simplified form differs and is in the basic plane; way: `=` when the simplified one has this traditional form
# and no other meaning (one to one), `>` when it only leads to the simplified one (several traditional forms, or one that stays).
# Source: OpenCC character tables TSCharacters and STCharacters (Apache-2.0). Made by scripts/fold-table.py.
"""


def main():
    kit, target = sys.argv[1], sys.argv[2]
    rows = lambda name: [l.rstrip("\n").split("\t") for l in open(os.path.join(kit, name), encoding="utf-8") if not l.startswith("#")]
    back = {s: t for s, t in rows("s2t.tsv")}
    lines = []
    for t, _, s in rows("readings.tsv"):
        if t != s and len(t) == len(s) == 1 and s <= "\uffff":
            lines.append((t, s, "=" if back.get(s) == t else ">"))
    lines.sort()
    with open(target, "w", encoding="utf-8") as f:
        f.write(HEAD)
        f.writelines("\t".join(l) + "\n" for l in lines)
    print(len(lines), sum(l[2] == "=" for l in lines))


main()
