#!/usr/bin/env python3
"""What the Python package costs over the kernel, and how threads of Python scale. Needs jingwen and pyarrow.

    scripts/bench-python.py FILE.jsonl [--column text] [--mb 50] [--rounds 5]

Prints CPU seconds and MB/s of text: of the kernel alone, of the kernel with its rows, of the batch call, and of one thread and two. CPU
seconds, because a machine that is shared tells little by the clock. The least of all rounds counts, and rounds take turns. Of threads the time counts in which they
ran or waited for each other, not that in which they waited for a core.
"""

import argparse
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
    p.add_argument("--batch", type=int, default=256, help="rows a batch")
    p.add_argument("--rounds", type=int, default=5)
    args = p.parse_args()
    texts, size = [], 0
    for batch in jingwen.read(args.file):
        for row in pa.table(batch).to_pylist():
            if row["error"] is None and row["body"] and size < args.mb * 1e6:
                texts.append(row["body"].decode() if row["is_text"] else row["body"])
                size += len(row["body"])
    batches = pa.table({"text": texts}).to_batches(max_chunksize=args.batch)
    cleaner = jingwen.Cleaner()

    def cpu(work):
        before = time.process_time()
        work()
        return time.process_time() - before

    best = {}

    def keep(name, seconds):
        best[name] = min(seconds, best.get(name, 1e9))

    def bare(rows):
        for b in batches:
            cleaner._bare(b, rows)

    def call(some):
        for b in some:
            cleaner.clean_batch(b)

    def threads(n):
        """Seconds of the slowest of n threads, without the time it waited for a core: as on idle cores."""
        took = [0.0] * n

        def work(i):
            started, waited = time.time(), delay()
            call(batches[i::n])
            took[i] = time.time() - started - (delay() - waited)

        all_threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]
        [t.start() for t in all_threads], [t.join() for t in all_threads]
        return max(took)

    for _ in range(args.rounds):
        keep("kernel, CPU", cpu(lambda: bare(False)))
        keep("kernel and rows, CPU", cpu(lambda: bare(True)))
        keep("batch call, CPU", cpu(lambda: call(batches)))
        for n in (1, 2):
            keep("%d thread%s, less waits" % (n, "s" * (n > 1)), threads(n))
    print("%d texts, %.1f MB" % (len(texts), size / 1e6))
    for name, seconds in best.items():
        print("%-32s %8.3f s %8.1f MB/s" % (name, seconds, size / 1e6 / seconds))
    print("batch call / kernel               %.3f" % (best["batch call, CPU"] / best["kernel, CPU"]))
    print("batch call / kernel and rows      %.3f" % (best["batch call, CPU"] / best["kernel and rows, CPU"]))
    print("two threads                       %.2f times one" % (best["1 thread, less waits"] / best["2 threads, less waits"]))


if __name__ == "__main__":
    main()
