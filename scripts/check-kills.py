#!/usr/bin/env python3
"""Kills runs of a small dump at every call that changes the file system, once before it and once half through what it writes, lets each go on
with --resume, and compares every byte of every file with a run that was never killed: for each way of running in CASES.

    check-kills.py BIN [--every N] [--case NAME]

--every: only every N-th call, another share of them in each case. Linux, with a C compiler, as the linker of Rust needs it; kill-at.c beside this
file does the killing. run.json is compared without what it says of time. Ends with 1 when anything differs.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# with one thread the calls come in the same order each time
COMMON = "--block 1K -j 1 -q"
CASES = {
    "text": "--to text --dedup page",
    "lines": "--details --compress zst",
    "quarantine elsewhere": "--quarantine ../bad",
    "table": "--to parquet --dedup dump",
    "dump": "--dedup dump --details",
    "work elsewhere": "--dedup dump --temp ../temp --compress gz",
    "near": "--dedup dump --near both --near-threshold 0.6",
    "sites": "--learn-sites",
    "sites and dump": "--learn-sites --dedup dump --details",
    "sites and near": "--learn-sites --dedup dump --near both --near-threshold 0.6",
    "report and trace": "--dedup dump --report ../report.html --trace ../trace.zst",
    "index": "--dedup dump --keep-index ../index",
    "index and near": "--dedup dump --near both --near-threshold 0.6 --learn-sites --keep-index ../index --report ../report.html --trace ../trace.zst",
    "table of sites": "--to parquet --learn-sites --dedup dump --report ../report.html",
    "metrics": "--to markdown --metrics ../metrics.prom",
}
WHO = ["村里的人", "桥头的茶馆", "镇上的邮局", "山坡上的羊群", "新来的医生"]
WHAT = ["一早就出了门", "修好了门前的路", "把旧账本收了起来", "在河边种了树"]


def story(n):
    return f"{WHO[n % 5]}{WHAT[n // 5 % 4]}，这是第{n}次，大家都记得很清楚，还有人把它写进了日记里。"


def dump(folder):
    """A dump with copies, near copies, damage, lines of hosts, records that cannot be read and records of which nothing stays."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    number = 0
    for file in range(3):
        lines = []
        for page in range(9):
            own = [story(number * 3 % 40), story(100 + number), story(number % 7)]
            body = [f"栏目{file}首页", f"频道{file}新闻", *own, f"第{file}报社的地址在桥头"]
            record = {"id": f"{file}-{page}", "url": f"http://news{file}.example/{page}.html", "text": "\n".join(body)}
            if page == 4:
                record["text"] = "\n".join([*body[:2], *(story(200 + n) + "！" * (file > 0) for n in range(4)), body[-1]])
            if page == 6:
                record["text"] = "锟斤拷" if file else story(300).encode().decode("gbk", "replace")
            lines.append(json.dumps(record, ensure_ascii=False))
            number += 1
        lines.insert(5, '{"broken')
        (folder / f"{file}.jsonl").write_text("\n".join(lines) + "\n")
    for page in range(3):
        body = "".join(f"<p>{story(n)}</p>\n" for n in range(page, page + 4))
        (pages / f"{page}.html").write_text(f"<html><body><article>\n{body}</article></body></html>")
    (pages / "empty.html").write_bytes(b"")


def tree(root):
    """Every file below but the input, with its bytes."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "run.json":
                told = json.loads(content)
                content = json.dumps({k: v for k, v in told.items() if k not in ("seconds", "passes", "bytes_per_second", "peak_memory")}).encode()
            if path.name.startswith("journal") or path.suffix == ".prom":
                # in which order things were done depends on where the run before ended; and numbers of a run are of its time
                content = b""
            found[str(path.relative_to(root))] = content
    return found


class Case:
    def __init__(self, binary, shim, dump_folder, place, options):
        self.binary, self.shim, self.dump, self.place = binary, shim, dump_folder, place
        self.options = options

    def run(self, more="", **env):
        """Runs, or goes on; what it ended with and what it said."""
        folder = self.place / "run"
        (folder / "at").mkdir(parents=True, exist_ok=True)
        command = [self.binary, "clean", str(self.dump), "-o", "out", *self.options.split(), *COMMON.split(), *more.split()]
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", **env}
        if len(env) > 2:
            env["LD_PRELOAD"] = str(self.shim)
        ran = subprocess.run(command, cwd=folder / "at", env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        return ran.returncode, ran.stderr.strip()

    def clear(self):
        shutil.rmtree(self.place / "run")

    def check(self, every, first):
        """Numbers of calls, of kills, and what went wrong."""
        count = self.place / "calls"
        code, said = self.run(KILL_COUNT=str(count))
        if code:
            return 0, 0, [f"the run that is not killed ends with {code}: {said}"]
        whole, calls, kills, wrong = tree(self.place / "run"), int(count.read_text()), 0, []
        self.clear()
        for at in range(1 + first % every, calls + 1, every):
            for half in (False, True):
                env = {"KILL_AT": str(at), **({"KILL_HALF": "1"} if half else {})}
                code, said = self.run(**env)
                if code != -signal.SIGKILL:
                    if code:
                        wrong.append(f"call {at}: ends with {code}: {said}")
                    self.clear()
                    break
                kills += 1
                # killed again as soon after, now and then, before it ends
                if at % 3 == 0:
                    self.run("--resume", KILL_AT=str(1 + at % 17))
                    kills += 1
                code, said = self.run("--resume")
                after = tree(self.place / "run")
                what = f"killed at call {at} of {calls}{', half of it done' if half else ''}"
                if code:
                    wrong.append(f"{what}: going on ends with {code}: {said}")
                elif after != whole:
                    names = sorted(n for n in set(after) | set(whole) if after.get(n) != whole.get(n))
                    wrong.append(f"{what}: other bytes in {', '.join(names)}")
                self.clear()
        return calls, kills, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--case", choices=CASES)
    args = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shim = folder / "kill-at.so"
        source = Path(__file__).with_name("kill-at.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
        dump(folder / "in")
        for number, (name, options) in enumerate(CASES.items()):
            if args.case not in (None, name):
                continue
            place = folder / f"case-{number}"
            calls, kills, wrong = Case(os.path.abspath(args.binary), shim, folder / "in", place, options).check(args.every, number)
            print(f"{name}: {calls} calls, {kills} kills, {len(wrong)} wrong", flush=True)
            for line in wrong:
                print(f"  {line}", flush=True)
            failed |= bool(wrong) or not kills
            shutil.rmtree(place, ignore_errors=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
