"""jingwen on Spark (3.5 and 4): the same function on the same bytes as on one machine; Spark only moves rows.

>>> from jingwen import spark as jw
>>> docs = jw.read(spark, "/dumps/2024")             # WARC, JSON lines, Parquet, zip …: one row a record
>>> jw.dedup(docs).write.parquet("/clean/2024")      # the rows of `jingwen clean --dedup dump --to parquet`

docs/spark.md tells the settings that matter.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType
from pyspark.sql.window import Window
from pyspark.storagelevel import StorageLevel

import jingwen
from jingwen import _native

from ._engine import BATCH_BYTES, READ, Step, apply_step, arguments, index, index_rows, open_any, ordered, read_all, scan_step

__all__ = ["clean", "dedup", "keys", "read", "verdicts"]


def read(
    spark: SparkSession,
    *paths: str,
    kind: str = "auto",
    column: str | None = None,
    files: Iterable[tuple[str, str]] | None = None,
    open: Callable[[str], Any] | None = None,
    partitions: int | None = None,
    **limits: int,
) -> DataFrame:
    """The records of files as rows: the columns of `jingwen.read`, with `order` as the command line numbers records.

    paths: files and folders that driver and executors see under the same path; walked on the driver in the command line's order.
    files: instead, (path, name) pairs that are taken in the given order, for object stores (s3://…, hdfs://…: opened with
    pyarrow.fs) or with open=, a function from path to binary stream. Each file is read by one task, streaming. partitions: tasks,
    by default one a file. limits: batch_rows, batch_bytes, max_record.
    """
    if files is None:
        files = [(path, name) for path, name, _ in jingwen.sources(*paths)]
    rows = [(n, path, name) for n, (path, name) in enumerate(files)]
    fields = [StructField("file", IntegerType()), StructField("path", StringType()), StructField("name", StringType())]
    table = spark.createDataFrame(rows, StructType(fields)).repartitionByRange(partitions or max(1, len(rows)), "file")
    options = dict(kind=kind, column=column, **limits)

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                yield from read_all(row["path"], row["name"], row["file"], open or open_any, options)

    return table.mapInArrow(run, from_arrow_schema(pa.schema(_native.Reader.schema())))


def clean(df: DataFrame, column: str | None = None, *, batch_bytes: int = BATCH_BYTES, **arguments_and_options: Any) -> DataFrame:
    """Cleans a column. No shuffle.

    Arguments (id, url, label, others, trace, on_bad), columns and errors are those of `jingwen.clean_batch`, options those of
    `jingwen.Cleaner`. Wrong columns and options raise here, not in a task. batch_bytes: a batch of Spark's is cut into pieces of about
    so many bytes.
    """
    given, options = arguments(df.columns, column, arguments_and_options)
    return _map(df, Step("clean", given, options, batch_bytes))


def dedup(
    df: DataFrame,
    column: str | None = None,
    *,
    order: str = "order",
    paths: Iterable[str] | None = None,
    against: str | None = None,
    work: str | None = None,
    storage: StorageLevel | None = StorageLevel.DISK_ONLY,
    batch_bytes: int = BATCH_BYTES,
    **arguments_and_options: Any,
) -> DataFrame:
    """Cleans a column and leaves out paragraphs and records that stand earlier in the dump: `clean --dedup dump`. Arguments and options
    are those of `clean`.

    order: a column of int64, different for each row and the same in every attempt: the least order keeps its copy. `read` gives it;
    of other frames see docs/spark.md ("An order"). Through the shuffle go rows of (hash, order, block), never text.

    paths: names of the files by their number (order >> 32), to name first copies in `removed`; of a frame of `read` they are
    collected. against: an index of earlier dumps (`clean --keep-index`), a folder that driver and executors see; what stands in it goes,
    too. work: a folder that driver and executors see; drafts and verdicts are kept there as Parquet and nothing is
    broadcast: for dumps with more than some ten millions of copies. Without it drafts are persisted (`storage`; None: not at all,
    they are made twice) and what is known of copies is broadcast.
    """
    given, options = arguments(df.columns, column, arguments_and_options)
    scanned = ordered(df.columns, order)
    if paths is None:
        paths = _paths(df) if set(READ) <= set(df.columns) else []
    scan = _map(df, scan_step(given, order, options, batch_bytes))
    order = scanned
    earlier, rows = index(against) if against is not None else ([], 0)
    apply = apply_step(order, [*earlier, *paths], given, options, batch_bytes)
    if work is not None:
        scan.write.parquet(work + "/scan")
        scan = df.sparkSession.read.parquet(work + "/scan")
        copies = _copies(scan, order, against, len(earlier), rows).select("order", "block", "first", "first_block")
        copies.repartitionByRange("order").sortWithinPartitions("order").write.parquet(work + "/verdicts")
        return _map(scan.drop("keys"), apply.with_verdicts(work + "/verdicts"))
    if storage is not None:
        scan = scan.persist(storage)
    copies = _copies(scan, order, against, len(earlier), rows).groupBy("order").agg(
        F.collect_list(F.struct("block", "first", "first_block")).alias("verdicts")
    )
    copies = copies.withColumnRenamed("order", "_order")
    joined = scan.drop("keys").join(F.broadcast(copies), F.col(order) == F.col("_order"), "left").drop("_order")
    return _map(joined, apply)


def keys(scan: DataFrame, order: str = "order") -> DataFrame:
    """The rows of a scan by which records are compared: hi, lo (the hash), order, block."""
    rows = scan.select(F.col(order).alias("order"), F.explode("keys").alias("k"))
    return rows.select("k.hi", "k.lo", "order", "k.block")


def verdicts(keys: DataFrame) -> DataFrame:
    """Of each row that has an earlier copy: where the first one stands. The least (order, block) of a hash wins."""
    window = Window.partitionBy("hi", "lo").orderBy("order", "block")
    first = [F.first(name).over(window).alias(new) for name, new in (("order", "first"), ("block", "first_block"))]
    rows = keys.select("order", "block", *first)
    return rows.where((F.col("order") != F.col("first")) | (F.col("block") != F.col("first_block")))


def _copies(scan: DataFrame, order: str, against: str | None, earlier: int, rows: int) -> DataFrame:
    """What is known of the copies in a scan. Files of earlier dumps are numbered before those of this one, in `first` too."""
    found = keys(scan, order)
    if against is None:
        return verdicts(found)
    some = 1 << 16

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from index_rows(against, (n * some for n in batch.column(0).to_pylist()), some)

    old = scan.sparkSession.range(-(-rows // some)).mapInArrow(read, "hi long, lo long, order long, block long")
    base = earlier << 32
    both = found.withColumn("order", F.col("order") + F.lit(base)).unionByName(old)
    return verdicts(both).where(F.col("order") >= base).withColumn("order", F.col("order") - F.lit(base))


def _paths(df: DataFrame) -> list[str]:
    """Paths of the files of a frame of `read`, by number."""
    rows = df.select(F.shiftright("order", 32).alias("file"), "path").groupBy("file").agg(F.min("path").alias("path")).collect()
    paths = [""] * (1 + max((r["file"] for r in rows), default=-1))
    for row in rows:
        paths[row["file"]] = row["path"]
    return paths


def _map(df: DataFrame, step: Step) -> DataFrame:
    """A step over a frame; its schema, and what is wrong with columns and options, is found out here on an empty batch."""
    empty = to_arrow_schema(df.schema).empty_table()
    schema = from_arrow_schema(pa.schema(step.batch(empty)))
    return df.mapInArrow(step, schema)
