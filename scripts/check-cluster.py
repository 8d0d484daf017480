#!/usr/bin/env python3
"""One dump through the command line, Spark and Daft, workers killed in the middle: the same SHA-256 each time.

    scripts/check-cluster.py target/release/jingwen --docs 200000 --spark PYTHON [--spark PYTHON …] --daft PYTHON --work DIR

PYTHON is an interpreter whose environment has jingwen and the engine (pyspark, or daft). The dump is made by dirty-jsonl.py: files in
JSON lines, plain and gzip, with damage, and with pages and paragraphs that stand in several files. What is hashed: all 14 columns of
all documents in the order of the dump, then every record that could not be read, with its reason, then those left aside. Prints a
line a run, and exits with 1 when two differ. Needs pyarrow where it runs itself.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("jingwen")
    p.add_argument("--docs", type=int, default=2000)
    p.add_argument("--spark", action="append", default=[], metavar="PYTHON")
    p.add_argument("--daft", action="append", default=[], metavar="PYTHON")
    p.add_argument("--work", default="/tmp/jingwen-cluster")
    p.add_argument("--runs", help="only these, by commas: cli-1, cli-8, local, cluster, killed, files, daft")
    p.add_argument("--inner", help=argparse.SUPPRESS)
    p.add_argument("--out", help=argparse.SUPPRESS)
    args = p.parse_args()
    dump = os.path.join(args.work, "dump")
    if args.inner:
        return INNER[args.inner.split(":")[0]](args, dump)
    jingwen = os.path.abspath(args.jingwen)
    wanted = set(args.runs.split(",")) if args.runs else None
    make(dump, args.docs)
    found = {}

    def run(name, kind, does):
        if wanted and kind not in wanted:
            return
        out = os.path.join(args.work, "out-" + name.replace(" ", "-"))
        shutil.rmtree(out, ignore_errors=True)
        started, before = time.time(), os.times()
        told = does(out)
        seconds, after = time.time() - started, os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        found[name] = told["sha256"]
        print("%-24s %s  %7.1f s %7.1f CPU-s  %s" % (name, told["sha256"][:16], seconds, cpu, told["what"]), flush=True)

    for threads in (1, 8):
        run("cli -j%d" % threads, "cli-%d" % threads, lambda out: cli(jingwen, dump, out, threads))
    for python in args.spark:
        version = subprocess.run([python, "-c", "import pyspark; print(pyspark.__version__)"], capture_output=True, text=True).stdout.strip()
        for kind in ("local", "cluster", "killed", "files"):
            run("spark %s %s" % (version, kind), kind, lambda out: inner(args, python, "spark:" + kind, out))
    for python in args.daft:
        run("daft", "daft", lambda out: inner(args, python, "daft", out))
    if len(set(found.values())) > 1:
        sys.exit("NOT THE SAME: %s" % found)
    if len(found) < 2:
        sys.exit("nothing to compare")
    print("the same %d times: %s" % (len(found), next(iter(found.values()))))


def make(dump, docs):
    """Six files: two that repeat pages of others, one gzip with damaged members."""
    mark = os.path.join(dump, ".docs")
    if os.path.exists(mark) and open(mark).read() == str(docs):
        return
    shutil.rmtree(dump, ignore_errors=True)
    os.makedirs(dump)
    # short records, one in a hundred broken and one odd; damaged members lose some
    whole = docs * 2500 / 1e6
    files = [("a.jsonl", 1, 0.22, 0), ("b.jsonl", 2, 0.22, 0), ("c.jsonl.gz", 3, 0.2, 0.03), ("d.jsonl", 1, 0.08, 0), ("e.jsonl", 4, 0.22, 0), ("f.jsonl.gz", 2, 0.11, 0)]
    for name, seed, share, members in files:
        more = ["--members", str(members)] if members else []
        path = os.path.join(dump, name)
        command = [sys.executable, os.path.join(HERE, "dirty-jsonl.py"), path, "--mb", "%.3f" % (whole * share), "--damage", "0.01", "--paragraphs", "2", "--seed", str(seed)]
        subprocess.run(command + more, check=True, stdout=subprocess.DEVNULL)
        os.remove(path + ".truth.jsonl")
    with open(mark, "w") as f:
        f.write(str(docs))


def cli(jingwen, dump, out, threads):
    command = [jingwen, "clean", dump, "-o", out, "--to", "parquet", "--dedup", "dump", "-j", str(threads), "--progress", "none", "--exclude", ".*"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s\n%s" % (" ".join(command), done.stderr))
    import pyarrow.parquet as pq

    hashed = Hashed()
    number = {}
    for n, name in enumerate(names(dump)):
        number[os.path.join(dump, name)] = n
        for batch in pq.ParquetFile(os.path.join(out, name.split(".")[0] + ".parquet")).iter_batches(512):
            for row in batch.to_pylist():
                hashed.document(row)
    for line in lines(os.path.join(out, "quarantine", "index.jsonl")):
        hashed.bad.append((number[line["path"]], line["record"], line["reason"]))
    for line in lines(os.path.join(out, "removed.jsonl")):
        if line["reason"].startswith("record/"):
            hashed.left.append((number[line["path"]], line["record"], line["reason"]))
    return hashed.done()


def names(dump):
    return sorted(n for n in os.listdir(dump) if not n.startswith("."))


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


class Hashed:
    """All that came out, as one hash."""

    COLUMNS = ["id", "url", "text", "title", "author", "date", "language", "charset", "charset_confidence", "reason", "metadata", "removed", "counts", "extra"]

    def __init__(self):
        self.hash, self.documents, self.copies, self.bad, self.left = hashlib.sha256(), 0, 0, [], []

    def document(self, row):
        self.documents += 1
        self.copies += (row["removed"] or "").count('"rule":"dump/')
        self.hash.update(json.dumps([row[c] for c in self.COLUMNS], ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")

    def row(self, row):
        """A row of an engine."""
        at = (row["order"] >> 32, row["record"])
        if row["error"] is not None:
            self.bad.append((*at, row["error"]))
        elif row["text"] is None:
            self.left.append((*at, row["reason"]))
        else:
            self.document(row)

    def done(self):
        for rows in (sorted(self.bad), sorted(self.left)):
            self.hash.update(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        what = "%d documents, %d copies, %d bad, %d left aside" % (self.documents, self.copies, len(self.bad), len(self.left))
        return {"sha256": self.hash.hexdigest(), "what": what}


def inner(args, python, kind, out):
    """Runs this script under another interpreter."""
    here = [python, os.path.abspath(__file__), args.jingwen, "--work", args.work, "--inner", kind, "--out", out]
    environment = dict(os.environ, PYSPARK_PYTHON=python, PYSPARK_DRIVER_PYTHON=python, PYTHONUNBUFFERED="1")
    log = out + ".log"
    with open(log, "w") as f:
        done = subprocess.run(here, stdout=subprocess.PIPE, stderr=f, text=True, env=environment)
    if done.returncode != 0:
        sys.exit("%s failed, see %s:\n%s" % (kind, log, "".join(open(log).readlines()[-15:])))
    return json.loads(done.stdout.splitlines()[-1])


def spark(args, dump):
    from pyspark.sql import SparkSession

    from jingwen import spark as jw

    kind = args.inner.split(":")[1]
    master = "local[2,4]" if kind in ("local", "files") else "local-cluster[2,1,1600]"
    builder = SparkSession.builder.master(master).appName("check-cluster")
    settings = {
        "spark.ui.enabled": "true" if kind == "local" else "false",
        "spark.driver.memory": "2g",
        "spark.executor.memory": "1200m",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1024",
        "spark.local.dir": os.path.join(args.work, "local"),
        "spark.task.maxFailures": "8",
        "spark.python.worker.faulthandler.enabled": "true",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    if kind == "killed":
        threading.Thread(target=kill, args=(session,), daemon=True).start()
    docs = jw.read(session, *[os.path.join(dump, n) for n in names(dump)])
    work = args.out + ".work" if kind == "files" else None
    shutil.rmtree(args.out + ".work", ignore_errors=True)
    jw.dedup(docs, work=work).write.parquet(args.out)
    shuffled = (shuffle(session) if kind == "local" else "") + ", %.1f CPU-s of Spark" % spent(session.sparkContext._gateway.proc.pid)
    session.stop()
    told = collected(args.out)
    told["what"] += shuffled + (", killed: %s" % ", ".join(KILLED) if KILLED else "")
    print(json.dumps(told))


KILLED = []


def kill(session):
    """Kills Python workers and one executor, each with -9, while the job runs."""
    java = session.sparkContext._gateway.proc.pid
    seen = 0
    deadline = time.time() + 600
    while time.time() < deadline and len(KILLED) < 3:
        time.sleep(1.5)
        workers = [pid for pid, command in children(java) if "pyspark" in command and "daemon" in command]
        executors = [pid for pid, command in children(java) if "CoarseGrainedExecutorBackend" in command]
        forked = [pid for w in workers for pid, command in children(w)]
        if not forked:
            continue
        seen += 1
        if seen in (2, 5):
            os.kill(forked[0], signal.SIGKILL)
            KILLED.append("worker")
        if seen == 4 and executors:
            os.kill(executors[0], signal.SIGKILL)
            KILLED.append("executor")


def spent(pid):
    """CPU seconds of a process and all below it, those that have ended included where their parents live."""
    ticks = 0
    for p in [pid] + [p for p, _ in children(pid)]:
        try:
            with open("/proc/%d/stat" % p) as f:
                ticks += sum(int(n) for n in f.read().rsplit(")", 1)[1].split()[11:15])
        except OSError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def children(pid):
    """All processes below one: (pid, command)."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout.splitlines()[1:]
    rows = [line.split(None, 2) for line in listed]
    below, out = {pid}, []
    # parents come before children in the listing only by chance
    for _ in range(6):
        for p, parent, command in rows:
            if int(parent) in below and int(p) not in below:
                below.add(int(p))
                out.append((int(p), command))
    return out


def shuffle(session):
    """Bytes and rows of the exchange by hash, from Spark's own interface."""
    import urllib.request

    base = "%s/api/v1/applications/%s" % (session.sparkContext.uiWebUrl, session.sparkContext.applicationId)
    try:
        stages = json.load(urllib.request.urlopen(base + "/stages", timeout=10))
    except OSError as e:
        return ", no metrics: %s" % e
    written = [(s["shuffleWriteRecords"], s["shuffleWriteBytes"]) for s in stages if s["shuffleWriteRecords"]]
    rows, size = max(written, default=(0, 0))
    return ", shuffle: %d rows, %.1f bytes each" % (rows, size / max(rows, 1))


def collected(out):
    """What an engine has written, in the order of the dump."""
    import pyarrow.dataset as ds

    hashed = Hashed()
    table = ds.dataset(out, format="parquet", exclude_invalid_files=False)
    orders = table.to_table(columns=["order"])["order"].to_numpy()
    import numpy as np

    rank = np.argsort(orders, kind="stable")
    if len(np.unique(orders)) != len(orders):
        sys.exit("an order comes twice")
    all_rows = table.to_table().take(rank)
    for batch in all_rows.to_batches(512):
        for row in batch.to_pylist():
            hashed.row(row)
    return hashed.done()


def daft(args, dump):
    from jingwen import daft as jw

    docs = jw.read(*[os.path.join(dump, n) for n in names(dump)])
    jw.dedup(docs).write_parquet(args.out)
    print(json.dumps(collected(args.out)))


INNER = {"spark": spark, "daft": daft}

if __name__ == "__main__":
    main()
