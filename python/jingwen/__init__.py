"""jingwen (净文, "clean text"): dirty scraped pages in, clean UTF-8 text out, every change recorded.

>>> import jingwen
>>> jingwen.clean("春天来了。".encode("gbk")).text
'春天来了。\\n'

`clean`, `repair`, `detect`, `explain` take one record; `clean_batch` takes Arrow columns; `read` opens dumps. Options are those of
`Cleaner`. For clusters see `jingwen.spark` and `jingwen.daft`.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from typing import Any, Iterable, Iterator

from ._native import (
    COLUMNS,
    SCHEMA_VERSION,
    Batch,
    BatchTooLarge,
    Charset,
    ColumnError,
    Document,
    Edit,
    InternalError,
    JingwenError,
    OptionError,
    RecordError,
    Removed,
    __version__,
)
from . import _arguments, _native

__all__ = [
    "COLUMNS",
    "SCHEMA_VERSION",
    "Batch",
    "BatchTooLarge",
    "Charset",
    "Cleaner",
    "ColumnError",
    "Document",
    "Edit",
    "InternalError",
    "JingwenError",
    "OptionError",
    "RecordError",
    "Removed",
    "__version__",
    "clean",
    "clean_batch",
    "detect",
    "explain",
    "read",
    "repair",
    "restore",
    "run",
    "sources",
]


class Cleaner(_native.Cleaner):
    """Options once, then records and batches from any thread.

    profile: "article" (one main text), "forum" (many texts by many people), "recall" (all that is not certainly boilerplate),
        "precision" (only what is certainly main content).
    title: the title stands in the text, as its first line. links: where links of HTML and Markdown lead is kept, as `[text](address)`.
    dedup: "page" leaves out paragraphs that repeat an earlier one of the record, "off" does not.
    normalize: "nfc", "nfkc", "nfd" or "nfkd"; width: full-width Latin becomes narrow; remove_lost: U+FFFD and the like go.
    max_record: largest record, in bytes. rules: a folder or table of own rules, as `--rules` of the command line. site_facts: a table
        of lines that recur on the pages of a host, as `run(learn_sites=True)` writes it; of records with an address they are left out.

    Immutable, can be pickled and shared by threads; Python's lock is released while it works.
    """

    def __new__(cls, **options: Any) -> "Cleaner":
        _check(options)
        try:
            self = super().__new__(cls, **options)
        except _arguments.RAW:
            # a run has the same options, by the same names
            _arguments.explain(run, options)
            raise
        self.options = options
        return self

    def __init__(self, **options: Any) -> None:
        pass

    def __reduce__(self) -> tuple:
        return (functools.partial(type(self), **self.options), ())

    def __repr__(self) -> str:
        return "Cleaner(%s)" % ", ".join("%s=%r" % o for o in sorted(self.options.items()))


#: The options of a cleaner, as its native part has them.
_OPTIONS = tuple(inspect.signature(_native.Cleaner).parameters)


#: Options of a whole run that somebody may look for here, and where they are.
_ELSEWHERE = {
    "near": "what is nearly the same is found by a whole run: jingwen.run(…, near=…), jingwen clean --near",
    "near_threshold": "what is nearly the same is found by a whole run: jingwen.run(…, near=…), jingwen clean --near",
    "learn_sites": "lines of hosts are learnt by a whole run: jingwen.run(…, learn_sites=True), jingwen clean --learn-sites; the table it "
    "writes, site-facts.tsv, is used here with site_facts=",
    "keep_index": "an index is kept by a whole run: jingwen.run(…, keep_index=…), jingwen clean --keep-index",
    "against": "an index is read by dedup() of jingwen.spark and jingwen.daft and by jingwen.run(…, against=…)",
}


def _check(options: dict[str, Any]) -> None:
    """Options that there are not raise, with those there are, and with where to find what needs more than one record."""
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        known = [name for name in _OPTIONS if not name.startswith("_")]
        elsewhere = "".join("; %s: %s" % (name, _ELSEWHERE[name]) for name in unknown if name in _ELSEWHERE)
        raise OptionError("no option %s; there are %s%s" % (", ".join(unknown), ", ".join(known), elsewhere))
    if options.get("dedup") == "dump":
        raise OptionError(
            'dedup="dump" needs all records, here it is "page" or "off": dedup() of jingwen.spark and jingwen.daft, '
            'jingwen.run(…, dedup="dump") and jingwen clean --dedup dump compare a dump'
        )


@functools.lru_cache(maxsize=16)
def _cached(**options: Any) -> Cleaner:
    return Cleaner(**options)


def _cleaner(options: dict[str, Any]) -> Cleaner:
    """Cleaners are built once for each set of options."""
    try:
        return _cached(**options)
    except TypeError:
        # what cannot be hashed is no option's value, which is said there
        return Cleaner(**options)


def clean(data: bytes | str, *, id: str = "", url: str | None = None, label: str | None = None, **options: Any) -> Document:
    """Cleans one record: charset, mojibake and cloak, main content, metadata.

    data: the bytes of a page as it was fetched, in any charset, or text that is Unicode already. id: its name; the extension is a
    hint for the format. url: its address. label: the charset that HTTP claimed. options: those of `Cleaner`.

    Raises RecordError for what is no text (empty, binary, over max_record), TypeError for other types than bytes and str.
    """
    try:
        return _cleaner(options).clean(data, id=id, url=url, label=label)
    except _arguments.RAW:
        _arguments.explain(clean, locals())
        raise


def repair(data: bytes | str, *, id: str = "", url: str | None = None, label: str | None = None, **options: Any) -> Document:
    """Decodes and repairs, and changes nothing else: clean text comes back as it is, with no edit. As `clean` otherwise."""
    try:
        return _cleaner(options).repair(data, id=id, url=url, label=label)
    except _arguments.RAW:
        _arguments.explain(repair, locals())
        raise


def detect(data: bytes | str, *, id: str = "", label: str | None = None) -> Charset:
    """Which charset bytes are in: name, confidence 0 to 1, what decided, language, runners-up."""
    try:
        return _native.Cleaner.detect(data, id=id, label=label)
    except _arguments.RAW:
        _arguments.explain(detect, locals())
        raise


def explain(data: bytes | str, *, id: str = "", url: str | None = None, label: str | None = None, json: bool = False, all: bool = False, **options: Any) -> str:
    """What became of each line and by which rule, as text; json: as JSON lines. all: markup too, and nothing cut."""
    try:
        return _cleaner(options).explain(data, id=id, url=url, label=label, json=json, all=all)
    except _arguments.RAW:
        _arguments.explain(explain, locals())
        raise


def clean_batch(
    data: Any,
    column: str | None = None,
    *,
    id: str | None = None,
    url: str | None = None,
    label: str | None = None,
    others: bool = True,
    trace: bool = False,
    on_bad: str = "quarantine",
    threads: int = 1,
    max_batch: int = 1 << 30,
    **options: Any,
) -> Any:
    """Cleans a column of strings or bytes. A row in is a row out, in the same order.

    data: a table, record batch or column of pyarrow, polars or pandas, a Hugging Face dataset, a duckdb relation, or anything else
    with __arrow_c_array__ or __arrow_c_stream__; read without a copy. column: the one with the texts; guessed by its name or type.
    id, url, label: columns with name, address and HTTP's charset of each row; the first two are guessed by their names.

    Comes back as the kind of table it was (a column as a table; of other kinds a `jingwen.Batch`), with the columns of the Parquet
    writer (docs/schema/parquet.md), `error`, with trace=True `trace` (JSON lines, as `explain(json=True)`), and with others=True all
    other columns of the input; one named like an own one is called input_NAME.

    A null text stays null, with `reason` "record/null: …". A row that is no text, or in which jingwen failed, has no text and says
    why in `error`; on_bad="fail" raises RecordError or InternalError instead, with the row. threads: 0 for all cores. max_batch:
    most bytes of text in one record batch, without texts over max_record, of which only `error` is left; above it, and when the rows
    that come out have more than 2 GiB, BatchTooLarge is raised.
    """
    cleaner = _cleaner(options)
    try:
        return cleaner.clean_batch(
            data, column, id=id, url=url, label=label, others=others, trace=trace, on_bad=on_bad, threads=threads, max_batch=max_batch
        )
    except _arguments.RAW:
        _arguments.explain(clean_batch, locals())
        raise


def sources(*paths: str | os.PathLike) -> list[tuple[str, str, int]]:
    """The files under some files and folders as (path, name, bytes), in the order of a run of the command line: the bytes of their
    paths. The place in this list is the number of the file in the dump."""
    some = _arguments.paths("sources", paths)
    return [(os.fspath(p), os.fspath(n), size) for p, n, size in _native.sources(some)]


def read(
    source: Any,
    *,
    path: str | None = None,
    name: str | None = None,
    file: int = 0,
    kind: str = "auto",
    column: str | None = None,
    batch_rows: int = 1024,
    batch_bytes: int = 16 << 20,
    max_record: int = 1 << 28,
) -> Iterator[Batch]:
    """The records of a file in Arrow batches: WARC, WET, JSON lines, Parquet, zip, tar, one page; plain, gzip or zstd.

    source: a path, or a binary stream with read(n), for which path= gives the name. name: id of records that have none. file: number
    of the file in the dump. kind: "auto", "page", "jsonl", "warc" or "parquet". column: member or column with the texts.

    Columns: order (int64: file << 32 | record), path, entry (of an archive), record (from 1), offset (bytes), id, url, label, fetched, body (binary),
    is_text (body is Unicode), extra (other members of a JSON line), reason (left aside: an image, a request, …), error (cannot be read: body holds its bytes). Damage is
    a row, never the end: reading goes on at the next record.
    """
    if hasattr(source, "read"):
        if path is None:
            _arguments.wrong("path", path, "a string: it names the stream")
    else:
        (source,) = _arguments.paths("source", [source])
    # bytes of a file's name that are no UTF-8 do not hinder, and are told as the command line tells them
    where = os.fsencode(source).decode("utf-8", "replace") if path is None else path
    options = dict(name=name, file=file, kind=kind, column=column, batch_rows=batch_rows, batch_bytes=batch_bytes, max_record=max_record)
    try:
        return _native.Reader(source, path=where, **options)
    except _arguments.RAW:
        _arguments.explain(read, locals())
        raise


def run(
    inputs: str | os.PathLike | Iterable[str | os.PathLike],
    output: str | os.PathLike,
    *,
    kind: str = "auto",
    to: str = "jsonl",
    column: str | None = None,
    details: bool = False,
    dedup: str = "page",
    near: str | None = None,
    near_threshold: float = 0.8,
    against: str | os.PathLike | None = None,
    keep_index: str | os.PathLike | None = None,
    learn_sites: bool = False,
    site_facts: str | os.PathLike | None = None,
    rules: str | os.PathLike | None = None,
    trace: str | os.PathLike | None = None,
    report: str | os.PathLike | None = None,
    profile: str = "article",
    title: bool = True,
    links: bool = False,
    normalize: str | None = None,
    width: bool = False,
    remove_lost: bool = False,
    compress: str | None = None,
    max_record: int = 1 << 28,
    block: int = 64 << 20,
    limit: int | None = None,
    on_bad: str = "quarantine",
    quarantine: str | os.PathLike | None = None,
    resume: bool = False,
    overwrite: bool = False,
    threads: int = 0,
    memory: int = 1 << 30,
    temp: str | os.PathLike | None = None,
) -> dict[str, Any]:
    """Cleans files and folders on this machine, as `jingwen clean INPUTS -o OUTPUT` does, with the same bytes.

    inputs: a path or several. output: a folder. The options are those of the command line (`jingwen clean --help`): kind is --from
    (auto, page, jsonl, warc, parquet), to is text, markdown, jsonl, parquet or mnbvc, column is --text-field. dedup: off, page or dump;
    with dump, near ("paragraphs", "documents" or "both") leaves out what is nearly the same, against an index of earlier dumps what
    stands in them, and keep_index keeps one of this dump. learn_sites leaves out lines that recur on the pages of a host and writes
    them to OUTPUT/site-facts.tsv, before duplicates of the dump are looked for. trace: a file for `restore`. threads: 0 for all cores; memory: bytes.

    Gives the report of the run (run.json) as a dict, with what was said on the way in "messages". Ctrl-C ends a run between two batches; it
    goes on with resume=True, as after any kill. Raises OptionError for what does not go together, JingwenError for what cannot be read or written.
    """
    _arguments.explain(run, locals())
    form = dict(normalize=normalize, width=width, remove_lost=remove_lost)
    settings: dict[str, Any] = {
        "from": kind, "to": to, "text_field": column, "details": details, "dedup": dedup, "near": near, "learn_sites": learn_sites,
        "verb": {"clean": {"title": title, "profile": profile, "links": links}}, "form": form, "compress": compress, "max_record": max_record,
        "block": block, "limit": limit, "on_bad": on_bad,
    }  # fmt: skip
    if near is not None:
        if not 0 <= near_threshold <= 1:
            _arguments.wrong("near_threshold", near_threshold, "a share of shingles, 0 to 1")
        settings["near_threshold"] = round(near_threshold * 1000)
    paths = dict(
        against=against, keep_index=keep_index, site_facts=site_facts, rules=rules, trace=trace, report=report, quarantine=quarantine, temp=temp
    )
    paths = {name: os.fspath(path) for name, path in paths.items() if path is not None}
    inputs = [inputs] if isinstance(inputs, (str, os.PathLike, bytes)) or not hasattr(inputs, "__iter__") else inputs
    some = _arguments.paths("inputs", inputs)
    told, messages = _native.run(some, os.fspath(output), json.dumps(settings), paths, resume, overwrite, threads, memory)
    return {**json.loads(told), "messages": messages}


def restore(
    clean: str | os.PathLike, trace: str | os.PathLike, output: str | os.PathLike | None = None, *, overwrite: bool = False
) -> dict[str, Any]:
    """The original bytes of a run, from what it wrote (`clean`, a folder or file) and its trace (`run(trace=…)`, `clean --trace`).

    They go to the folder output; without one it is only looked whether they can be had. What was edited since is told and left out: no
    wrong byte is written. Gives the numbers of documents restored, their bytes, documents refused and records absent from the trace
    (they are in the quarantine), and what was said of them in "messages".
    """
    _arguments.explain(restore, locals())
    to = None if output is None else os.fspath(output)
    numbers, messages = _native.restore(os.fspath(clean), os.fspath(trace), to, overwrite)
    return {**dict(zip(("documents", "bytes", "refused", "absent"), numbers)), "messages": messages}


def _arrow(data: Any, column: str | None) -> tuple[tuple[str, Any], Any]:
    """Which library data is of, with the names it has for its rows, and data as something with Arrow's interface that holds named columns."""
    kind = type(data).__module__.split(".")[0]
    if kind == "datasets":
        return (kind, None), data.with_format("arrow")[:]
    if kind in ("polars", "pandas") and hasattr(data, "to_frame"):
        data = data.to_frame(data.name or column or "text")
    if kind == "pandas" and hasattr(data, "index"):
        import pyarrow

        # an index is no column, and what is put beside these rows is put there by it
        try:
            return (kind, data.index), pyarrow.Table.from_pandas(data, preserve_index=False)
        except (pyarrow.ArrowException, ValueError) as e:
            raise ColumnError("the frame cannot become an Arrow table: %s" % "; ".join(str(a) for a in e.args)) from e
    if kind == "polars" and hasattr(data, "collect"):
        data = data.collect()
    if kind == "pyarrow" and type(data).__name__ == "ChunkedArray":
        data = sys.modules["pyarrow"].table({column or "text": data})
    if isinstance(data, (str, bytes, list, tuple, dict)):
        raise TypeError(
            f"clean_batch() takes a table or a column of Arrow data, not {type(data).__name__}: pyarrow.array(texts) makes one of a list, "
            "clean() takes a single text"
        )
    return (kind, None), data


def _like(of: tuple[str, Any], batch: Batch) -> Any:
    """A batch as the kind of table it came from."""
    kind, index = of
    if kind == "pyarrow":
        return _native.table(batch)
    if kind == "polars":
        import polars

        return polars.DataFrame(batch)
    if kind == "pandas":
        return _native.table(batch).to_pandas().set_axis(index, axis=0)
    if kind == "datasets":
        import datasets

        return datasets.Dataset(_native.table(batch))
    return batch
