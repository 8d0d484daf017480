#!/usr/bin/env python3
"""Writes src/data/decoder-variants.tsv: pairs of bytes that widespread decoders read otherwise than the WHATWG ones.

Source: the codecs of Python (gb18030, cp950, cp932, euc_jp), asked for the rows where they are known to differ: Big5 rows C6 and C7
(kana, Cyrillic and signs as in the consortium's old BIG5.TXT), the 20 characters GB18030 moved in 2005 and 2022, four single bytes of
Shift_JIS, six signs of EUC-JP. Facts, no licence.
"""
import os

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "data", "decoder-variants.tsv")
GB = "a3a0 a6d9 a6da a6db a6dc a6dd a6de a6df a6ec a6ed a6f3 a8bc fe59 fe61 fe66 fe67 fe6d fe7e fe90 fea0".split()
BIG5 = [f"{a:02x}{t:02x}" for a in (0xC6, 0xC7) for t in range(0x40, 0xFF)]
SJIS = "a0 fd fe ff".split()
EUC = "a1c1 a1c2 a1dd a1f1 a1f2 a2cc".split()
with open(OUT, "w", encoding="utf-8") as f:
    f.write("# Bytes that other decoders read otherwise than WHATWG's; written by scripts/decoder-variants.py from the codecs of Python.\n")
    f.write("# charset\tbytes\tcode point\n")
    for name, codec, pairs in (("gb18030", "gb18030", GB), ("big5", "cp950", BIG5), ("shift_jis", "cp932", SJIS), ("euc-jp", "euc_jp", EUC)):
        for p in pairs:
            try:
                c = bytes.fromhex(p).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(c) == 1 and not (name == "big5" and 0x4E00 <= ord(c) <= 0x9FFF):
                f.write(f"{name}\t{p}\t{ord(c):X}\n")
