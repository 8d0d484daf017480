#!/usr/bin/env python3
"""Cleans with --trace, restores, and compares byte by byte.

    check-restore.py BINARY [FOLDER...]     folders of pages; without, the samples of the repository
    check-restore.py --random N BINARY      N documents made of pieces, samples and changed bytes, too

Prints, for each folder and output format: files, how many came back, bytes of the trace, and the ratio of the trace to what was removed
and changed: bytes of the original that do not stand in the output, by a comparison of lines in the charset that `detect` names, and by
blocks of 16 bytes where it is one file in UTF-8. Ends with 1 if one byte differs.
"""

import argparse
import filecmp
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def run(*args, ok=(0, 1, 3)):
    done = subprocess.run([str(a) for a in args], capture_output=True)
    if done.returncode not in ok:
        sys.exit(f"{' '.join(map(str, args))}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done


def files(folder):
    return sorted(p for p in Path(folder).rglob("*") if p.is_file())


def changed(raw, clean):
    """Bytes of raw in blocks of 16 that do not stand in clean, however it is cut: an upper bound that is close for long stretches."""
    seen = {clean[i:i + 16] for i in range(0, max(len(clean) - 15, 0))}
    at, lost = 0, 0
    while at < len(raw):
        if raw[at:at + 16] in seen:
            at += 16
        else:
            at += 1
            lost += 1
    return lost


def check(binary, folder, form, work, sizes):
    clean, trace, back = work / "clean", work / "trace", work / "back"
    run(binary, "clean", "-q", folder, "-o", clean, "--to", form, "--trace", trace, "--on-bad", "quarantine")
    done = run(binary, "restore", clean, "--trace", trace, "-o", back, ok=(0,))
    wrong, same, absent = [], 0, 0
    for path in files(folder):
        name = path.relative_to(folder)
        got = back / name
        if not got.exists():
            absent += 1
        elif filecmp.cmp(path, got, shallow=False):
            same += 1
        else:
            wrong.append(name)
    extra = [p for p in files(back) if not (Path(folder) / p.relative_to(back)).exists()]
    print(f"{folder} --to {form}: {same} of {same + absent + len(wrong)} files came back, {absent} not in the trace, "
          f"{len(wrong)} differ, {len(extra)} too many, trace {trace.stat().st_size} bytes; {done.stderr.decode().strip()}")
    for name in wrong[:10]:
        print("  differs:", name)
    if sizes and form == "text":
        sizes_of(folder, clean, trace)
    return not wrong and not extra


def sizes_of(folder, clean, trace):
    raw = removed = 0
    for path in files(folder):
        name = path.relative_to(folder)
        there = [p for p in (clean / name.with_suffix(".txt"), clean / (str(name) + ".txt")) if p.exists()]
        if there:
            data = path.read_bytes()
            raw += len(data)
            removed += changed(data, there[0].read_bytes())
    size = trace.stat().st_size
    print(f"  {raw} bytes in, {removed} removed or changed, trace {size}: {size / max(removed, 1):.3f} of them")


def make_random(n, seed, folder):
    """Documents of pieces of samples, changed here and there."""
    rng = random.Random(seed)
    pool = [p.read_bytes() for p in files(HERE / "corpus-samples")]
    pool += [b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\r\n", b"<p>", b"</p>", b"<!--", b"&amp;", b"---\n", b"\xe4\xb8", b"\x81\x30",
             "春天来了，河里的冰化了。\n".encode(), "春天來了。".encode("big5"), "天気がいい。".encode("shift_jis"),
             "Größe: 5 €".encode("cp1252"), "пекарня".encode("koi8-r"), "<b>网页</b>".encode("gb18030"), "文本\n".encode("utf-16-le")]
    for i in range(n):
        parts = []
        for _ in range(rng.randint(1, 5)):
            piece = rng.choice(pool)
            if len(piece) > 40 and rng.random() < 0.7:
                a = rng.randrange(len(piece))
                piece = piece[a:a + rng.choice([20, 200, 2000])]
            parts.append(piece)
        data = bytearray(b"".join(parts))
        for _ in range(rng.choice([0, 0, 1, 5, 50])):
            if data:
                at = rng.randrange(len(data))
                what = rng.random()
                if what < 0.4:
                    data[at] = rng.randrange(256)
                elif what < 0.7:
                    del data[at:at + rng.randint(1, 8)]
                else:
                    data[at:at] = rng.randbytes(rng.randint(1, 4))
        name = folder / f"{i % 100:02}" / f"{i:05}{rng.choice(['.html', '.txt', '.md'])}"
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_bytes(bytes(data))


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--random", type=int, default=0, metavar="N")
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--sizes", action="store_true", help="measure what was removed; slow")
    args.add_argument("binary")
    args.add_argument("folder", nargs="*")
    args = args.parse_args()
    binary = os.path.abspath(args.binary)
    good = True
    with tempfile.TemporaryDirectory() as base:
        base = Path(base)
        folders = [Path(f) for f in args.folder] or [HERE / "corpus-samples"]
        if args.random:
            make_random(args.random, args.seed, base / "random")
            folders.append(base / "random")
        for n, folder in enumerate(folders):
            for form in ["text", "markdown", "jsonl"]:
                work = base / f"{n}-{form}"
                work.mkdir()
                good &= check(binary, folder, form, work, args.sizes)
                subprocess.run(["rm", "-rf", str(work)])
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
