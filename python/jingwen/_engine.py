"""What the adapters of engines have in common: batches cut to size, files opened, steps that can be sent to workers."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, Callable, Iterable, Iterator

import pyarrow as pa

import jingwen
from jingwen import _native

#: Bytes of a piece that is cleaned at once: a batch of an engine may hold thousands of pages, and a page megabytes.
BATCH_BYTES = 64 << 20

#: Columns by which a frame of `read` is known.
READ = ("order", "path", "record", "body", "is_text", "reason", "error")


#: What `jingwen.clean_batch` is told of columns and rows; an engine decides about threads and sizes.
ARGUMENTS = tuple(
    name
    for name, p in inspect.signature(jingwen.clean_batch).parameters.items()
    if p.kind is p.KEYWORD_ONLY and name not in ("threads", "max_batch")
)

#: Columns of a scan. One of the frame with such a name comes along under another.
SCAN = tuple(_native.SCAN)


def arguments(columns: Iterable[str], column: str | None, more: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Splits what was said into arguments of the batch call and options of the cleaner. Of a frame of `read` the columns are known."""
    given = {"column": column, **{name: more[name] for name in ARGUMENTS if name in more}}
    options = {name: value for name, value in more.items() if name not in ARGUMENTS}
    if set(READ) <= set(columns) and column in (None, "body"):
        given.update(column="body", id="id", url="url", label="label", read=True)
    return given, options


def ordered(columns: Iterable[str], order: str) -> str:
    """The name under which the order of the records comes out of a scan."""
    if order not in columns:
        raise jingwen.ColumnError("no column %r for the order of the records; there are %s" % (order, ", ".join(columns)))
    return "input_" + order if order in SCAN else order


def index(folder: str) -> tuple[list[str], int]:
    """The inputs of earlier dumps, which come first in the numbers of files, and how many rows their index has."""
    return _native.index_names(folder)


def index_rows(folder: str, starts: Iterable[int], most: int = 1 << 16) -> Iterator[pa.RecordBatch]:
    """Rows (hi, lo, order, block) of an index of earlier dumps, `most` from each of the starts."""
    for start in starts:
        yield pa.record_batch(_native.index_rows(folder, start, most))


def verdict_type() -> pa.DataType:
    """Of a record: its blocks that have an earlier copy, and where the first one stands."""
    return pa.list_(pa.struct([(name, pa.int64()) for name in ("block", "first", "first_block")]))


@dataclasses.dataclass(frozen=True)
class Step:
    """One pass over batches; can be pickled, and builds its cleaner where it runs."""

    what: str
    given: dict[str, Any]
    options: dict[str, Any]
    batch_bytes: int = BATCH_BYTES
    #: A Parquet folder with verdicts (order, block, first, first_block), sorted by order; else they are a column.
    verdicts: str | None = None

    def with_verdicts(self, folder: str) -> "Step":
        return dataclasses.replace(self, verdicts=folder)

    def batch(self, table: Any) -> jingwen.Batch:
        if self.verdicts is not None:
            table = self.joined(table)
        return jingwen._cleaner(self.options)._batch(self.what, table, **self.given)

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for piece in cut(batch, self.batch_bytes):
                yield from self.done(piece)

    def done(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The rows of a batch; in several, when they are too large for one."""
        try:
            table = _native.table(self.batch(batch))
        except jingwen.BatchTooLarge:
            if batch.num_rows <= 1:
                raise
        else:
            yield from table.to_batches()
            return
        half = batch.num_rows // 2
        yield from self.done(batch.slice(0, half))
        yield from self.done(batch.slice(half))

    def joined(self, table: Any) -> pa.Table:
        """The rows with what is known of their copies."""
        table = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
        orders = table[self.given["order"]].to_pylist()
        lists: dict[int, list] = {order: [] for order in orders}
        if orders:
            import pyarrow.dataset as ds

            found = ds.dataset(self.verdicts, format="parquet", filesystem=None)
            rows = found.to_table(filter=(ds.field("order") >= min(orders)) & (ds.field("order") <= max(orders)))
            columns = [rows[c].to_pylist() for c in ("order", "block", "first", "first_block")]
            for order, block, first, first_block in zip(*columns):
                if order in lists:
                    lists[order].append({"block": block, "first": first, "first_block": first_block})
        return table.append_column("verdicts", pa.array([lists[o] for o in orders], verdict_type()))


def scan_step(given: dict[str, Any], order: str, options: dict[str, Any], batch_bytes: int) -> Step:
    """Drafts, and rows of hashes."""
    return Step("scan", {**given, "order": order}, options, batch_bytes)


def apply_step(order: str, paths: list[str], given: dict[str, Any], options: dict[str, Any], batch_bytes: int) -> Step:
    """Drafts and verdicts to clean records."""
    rows = {name: given[name] for name in ("others", "on_bad") if name in given}
    given = dict(column="draft", id="id", url="url", read=True, order=order, verdicts="verdicts", paths=paths, **rows)
    return Step("apply", given, options, batch_bytes)


def cut(batch: pa.RecordBatch, most: int) -> Iterator[pa.RecordBatch]:
    """A batch in pieces of at most so many bytes, or single rows."""
    if batch.num_rows <= 1 or batch.get_total_buffer_size() <= most or batch.nbytes <= most:
        yield batch
        return
    half = batch.num_rows // 2
    yield from cut(batch.slice(0, half), most)
    yield from cut(batch.slice(half), most)


def open_any(path: str) -> Any:
    """A path as it is; an address (s3://, hdfs://, …) as a stream, by pyarrow.fs."""
    if "://" not in path:
        return path
    from pyarrow import fs

    filesystem, inner = fs.FileSystem.from_uri(path)
    return filesystem.open_input_stream(inner, compression=None)


def read_all(path: str, name: str, file: int, open: Callable[[str], Any], options: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    """The records of one file. One that cannot be opened is one bad record, as on the command line."""
    try:
        reader = jingwen.read(open(path), path=path, name=name, file=file, **options)
    except (jingwen.JingwenError, OSError) as e:
        if isinstance(e, (jingwen.OptionError, jingwen.InternalError)):
            raise
        why = str(e).removeprefix(path + ": ")
        why = why if why.startswith("cannot be read") else "cannot be read: " + why
        schema = pa.schema(_native.Reader.schema())
        row = dict.fromkeys(schema.names) | dict(
            order=file << 32 | 1, path=path, record=1, offset=0, id=name, is_text=False, error=why
        )
        yield pa.RecordBatch.from_pylist([row], schema=schema)
        return
    for batch in reader:
        yield pa.record_batch(batch)
