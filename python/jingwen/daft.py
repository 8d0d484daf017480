"""jingwen on Daft: the same two functions as `jingwen.spark`, with the same result byte for byte.

>>> from jingwen import daft as jw
>>> docs = jw.read("/dumps/2024")
>>> jw.dedup(docs).write_parquet("/clean/2024")
"""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable

import daft
import pyarrow as pa
from daft import DataFrame, DataType, Window, col
from daft.io.source import DataSource, DataSourceTask
from daft.recordbatch import RecordBatch
from daft.schema import Schema

import jingwen
from jingwen import _native

from ._engine import BATCH_BYTES, READ, Step, apply_step, arguments, index, index_rows, open_any, ordered, read_all, scan_step, verdict_type

__all__ = ["clean", "dedup", "read"]

#: Rows a call gets at once.
BATCH_ROWS = 1024


def read(
    *paths: str,
    kind: str = "auto",
    column: str | None = None,
    files: Iterable[tuple[str, str]] | None = None,
    open: Callable[[str], Any] | None = None,
    **limits: int,
) -> DataFrame:
    """The records of files as rows, one task a file; arguments and columns are those of `jingwen.spark.read`."""
    if files is None:
        files = [(path, name) for path, name, _ in jingwen.sources(*paths)]
    return _Files(list(files), open or open_any, dict(kind=kind, column=column, **limits)).read()


def clean(df: DataFrame, column: str | None = None, *, batch_rows: int = BATCH_ROWS, **arguments_and_options: Any) -> DataFrame:
    """Cleans a column; arguments, columns and errors are those of `jingwen.clean_batch`, options those of `jingwen.Cleaner`."""
    given, options = arguments(df.column_names, column, arguments_and_options)
    return _map(df, Step("clean", given, options), batch_rows)


def dedup(
    df: DataFrame,
    column: str | None = None,
    *,
    order: str = "order",
    paths: Iterable[str] | None = None,
    against: str | None = None,
    work: str | None = None,
    batch_rows: int = BATCH_ROWS,
    **arguments_and_options: Any,
) -> DataFrame:
    """Cleans a column and leaves out what stands earlier in the dump; arguments are those of `jingwen.spark.dedup`.

    work: a folder for the drafts, as Parquet; without it they stay in memory, as the rows of an index do (32 bytes each).
    """
    given, options = arguments(df.column_names, column, arguments_and_options)
    scanned = ordered(df.column_names, order)
    scan = _map(df, scan_step(given, order, options, BATCH_BYTES), batch_rows)
    order = scanned
    if work is not None:
        scan.write_parquet(os.path.join(work, "scan"))
        scan = daft.read_parquet(os.path.join(work, "scan", "*.parquet"))
    else:
        scan = scan.collect()
    if paths is None:
        paths = _paths(scan, order) if set(READ) <= set(df.column_names) else []
    keys = scan.select(col(order).alias("_order"), col("keys")).explode("keys")
    keys = keys.where(col("keys").not_null())
    keys = keys.select(col("_order"), *[col("keys").get(name).alias(name) for name in ("hi", "lo", "block")])
    earlier: list[str] = []
    if against is not None:
        earlier, rows = index(against)
        old = [pa.Table.from_batches([batch]) for batch in index_rows(against, range(0, max(rows, 1), 1 << 16))]
        keys = keys.with_column("_order", col("_order") + (len(earlier) << 32))
        keys = keys.concat(daft.from_arrow(old).select(col("order").alias("_order"), "hi", "lo", "block"))
    all_rows = Window.unbounded_preceding, Window.unbounded_following
    window = Window().partition_by("hi", "lo").order_by("_order", "block").rows_between(*all_rows)
    copies = keys.select(
        col("_order"), col("block"), col("_order").first_value().over(window).alias("first"), col("block").first_value().over(window).alias("first_block")
    )
    copies = copies.where((col("_order") != col("first")) | (col("block") != col("first_block")))
    if against is not None:
        # files of earlier dumps are numbered before those of this one, in `first` too
        copies = copies.where(col("_order") >= (len(earlier) << 32)).with_column("_order", col("_order") - (len(earlier) << 32))
    fields = {name: col(name) for name in ("block", "first", "first_block")}
    copies = copies.select(col("_order"), daft.functions.to_struct(**fields).alias("verdicts")).groupby("_order").agg(col("verdicts").list_agg())
    joined = scan.exclude("keys").join(copies, left_on=order, right_on="_order", how="left")
    if "_order" in joined.column_names:
        joined = joined.exclude("_order")
    joined = joined.with_column("verdicts", col("verdicts").cast(DataType.from_arrow_type(verdict_type())))
    return _map(joined, apply_step(order, [*earlier, *paths], given, options, BATCH_BYTES), batch_rows)


def _paths(df: DataFrame, order: str) -> list[str]:
    """Paths of the files of a frame of `read`, by number."""
    found: dict[int, str] = {}
    for batch in df.select(col(order), col("path")).to_arrow().to_batches():
        for at, path in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist()):
            file = at >> 32
            found[file] = min(found.get(file, path), path)
    paths = [""] * (1 + max(found, default=-1))
    for file, path in found.items():
        paths[file] = path
    return paths


def _map(df: DataFrame, step: Step, batch_rows: int) -> DataFrame:
    """A step over a frame; what is wrong with columns and options is found out here on an empty batch."""
    names = df.column_names
    schema = pa.schema(step.batch(df.schema().to_pyarrow_schema().empty_table()))
    struct = pa.struct(list(schema))

    def run(*columns):
        table = pa.table([c.to_arrow() for c in columns], names=names)
        pieces = [piece.to_struct_array() for piece in step(table.combine_chunks().to_batches())]
        return pa.concat_arrays(pieces) if pieces else pa.array([], struct)

    call = daft.func.batch(return_dtype=DataType.from_arrow_type(struct), batch_size=batch_rows)(run)
    return df.select(call(*[col(n) for n in names]).alias("_row")).select(col("_row").unnest())


class _Files(DataSource):
    """Files, one task each."""

    def __init__(self, files: list[tuple[str, str]], open: Callable[[str], Any], options: dict[str, Any]) -> None:
        self.files, self.open, self.options = files, open, options

    @property
    def name(self) -> str:
        return "jingwen"

    @property
    def schema(self) -> Schema:
        return Schema.from_pyarrow_schema(pa.schema(_native.Reader.schema()))

    async def get_tasks(self, pushdowns: Any):
        for n, (path, name) in enumerate(self.files):
            yield _File(path, name, n, self.open, self.options)


class _File(DataSourceTask):
    """One file."""

    def __init__(self, path: str, name: str, file: int, open: Callable[[str], Any], options: dict[str, Any]) -> None:
        self.args = (path, name, file, open, options)

    @property
    def schema(self) -> Schema:
        return Schema.from_pyarrow_schema(pa.schema(_native.Reader.schema()))

    async def read(self):
        for batch in read_all(*self.args):
            yield RecordBatch.from_arrow_record_batches([batch], batch.schema)
