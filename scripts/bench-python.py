#!/usr/bin/env python3
"""What the Python package costs over the kernel, and how threads of Python scale. Needs jingwen and pyarrow.

    scripts/bench-python.py FILE.jsonl [--mb 30] [--batch 1024] [--rounds 5] [--only "batch call"]

Prints CPU seconds and MB/s of text, all in one process, on the same documents:

    kernel            Kernel::page, the page dropped: nothing is written, not the clean text either
    kernel and rows   Passes::clean, what the kernel gives to those who move records themselves: the same, and what a row says made of it
                      (clean text, metadata, counts and what was removed as JSON), then dropped
    batch call        jingwen.clean_batch: Arrow columns in, Arrow columns out, as a caller gets them

"kernel and rows" computes what the batch call gives, so the difference is what Python and Arrow cost. CPU seconds, because a machine that
is shared tells little by the clock; the least of all rounds counts, and rounds take turns. Of threads the time counts in which they
ran or waited for each other, not that in which they waited for a core; two processes, which share nothing, tell what the machine can do.
Each of two does all batches, twice the work of one: shares of one set would be as unequal as its largest documents.
"By pairs" are the medians over all batches and rounds of the CPU seconds of both of one, other, other, one, one batch at a time: what a
busy machine adds it adds to both. Before each four the one runs once more, which is not counted: else only the first would read texts
that are in no cache. The kernel gets batches that were brought to Rust before; what the batch call takes for that is its own. With --only just that is done, for a counter of instructions (valgrind --tool=callgrind) to be
put around it.
"""

import argparse
import multiprocessing
import statistics
import threading
import time

import pyarrow as pa

import jingwen


def delay():
    """Seconds this thread has waited for a core so far (Linux)."""
    with open("/proc/thread-self/schedstat") as f:
        return int(f.read().split()[1]) / 1e9


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("file")
    p.add_argument("--mb", type=float, default=30)
    p.add_argument("--batch", type=int, default=1024, help="rows a batch")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--only", choices=["kernel", "kernel and rows", "batch call"])
    args = p.parse_args()
    texts, size = [], 0
    for batch in jingwen.read(args.file):
        for row in pa.table(batch).to_pylist():
            if row["error"] is None and row["body"] and size < args.mb * 1e6:
                texts.append(row["body"].decode() if row["is_text"] else row["body"])
                size += len(row["body"])
    batches = pa.table({"text": texts}).to_batches(max_chunksize=args.batch)
    held = [jingwen._native.taken(b) for b in batches]
    cleaner = jingwen.Cleaner()

    def cpu(work):
        before = time.process_time()
        work()
        return time.process_time() - before

    best = {}

    def keep(name, seconds):
        best[name] = min(seconds, best.get(name, 1e9))

    def bare(rows):
        for b in held:
            cleaner._bare(b, rows)

    def call(some):
        for b in some:
            cleaner.clean_batch(b)

    def timed(some):
        """Seconds without those in which this thread waited for a core: as on an idle one."""
        started, waited = time.time(), delay()
        call(some)
        return time.time() - started - (delay() - waited)

    def threads(n):
        """Seconds of the slowest of n threads."""
        took = [0.0] * n

        def work(i):
            took[i] = timed(batches)

        all_threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]
        [t.start() for t in all_threads], [t.join() for t in all_threads]
        return max(took)

    def processes(n):
        """Seconds of the slowest of n processes."""
        context = multiprocessing.get_context("fork")
        took = context.Array("d", n)
        ready = context.Barrier(n)

        def work(i):
            ready.wait()
            took[i] = timed(batches)

        all_processes = [context.Process(target=work, args=(i,)) for i in range(n)]
        [p.start() for p in all_processes], [p.join() for p in all_processes]
        return max(took)

    singles = {"kernel": lambda: bare(False), "kernel and rows": lambda: bare(True), "batch call": lambda: call(batches)}
    if args.only:
        for _ in range(args.rounds):
            singles[args.only]()
        return
    # before any process is forked: its pages are copied by whoever writes to them next
    for _ in range(args.rounds):
        for name, work in singles.items():
            keep(name + ", CPU", cpu(work))
    kernel = lambda b, h: cleaner._bare(h, False)  # noqa: E731
    rows = lambda b, h: cleaner._bare(h, True)  # noqa: E731
    batch = lambda b, h: cleaner.clean_batch(b)  # noqa: E731
    pairs = {
        "kernel and rows / kernel": (rows, kernel),
        "batch call / kernel": (batch, kernel),
        "batch call / kernel and rows": (batch, rows),
    }
    ratios = {name: [] for name in pairs}
    all_pairs = list(zip(batches, held))
    whole = [p for p in all_pairs if p[0].num_rows == args.batch] or all_pairs
    for _ in range(args.rounds):
        for b, h in whole:
            for name, (work, base) in pairs.items():
                base(b, h)
                one = cpu(lambda: base(b, h))
                other = cpu(lambda: work(b, h)) + cpu(lambda: work(b, h))
                ratios[name].append(other / (one + cpu(lambda: base(b, h))))
    for _ in range(args.rounds):
        for n in (1, 2):
            keep("%d thread%s, less waits" % (n, "s" * (n > 1)), threads(n))
            keep("%d process%s, less waits" % (n, "es" * (n > 1)), processes(n))
    print("%d texts, %.1f MB" % (len(texts), size / 1e6))
    for name, seconds in best.items():
        print("%-32s %8.3f s %8.1f MB/s" % (name, seconds, (1 + name.startswith("2")) * size / 1e6 / seconds))
    print("batch call / kernel               %.3f" % (best["batch call, CPU"] / best["kernel, CPU"]))
    print("batch call / kernel and rows      %.3f" % (best["batch call, CPU"] / best["kernel and rows, CPU"]))
    for name, all_ratios in ratios.items():
        print("%-40s %.3f" % (name + ", by pairs", statistics.median(all_ratios)))
    for one, two in (("1 thread", "2 threads"), ("1 process", "2 processes")):
        print("%-33s %.2f times one" % ("two " + two[2:], 2 * best[one + ", less waits"] / best[two + ", less waits"]))


if __name__ == "__main__":
    main()
