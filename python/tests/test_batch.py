"""Arrow in, Arrow out: columns, nulls, bad rows, limits, and the libraries tables come from."""

import gc
import struct
import threading

import pytest

import jingwen
from conftest import CHINESE, HTML, OTHER, PNG

pa = pytest.importorskip("pyarrow")

TEXTS = [HTML, None, CHINESE, ""]
#: what each of TEXTS becomes
CLEAN = [jingwen.clean(HTML).text, None, CHINESE + "\n", ""]


def table(**columns):
    return pa.table({"id": ["a.html", "b", "c", "d"], **columns})


def test_the_schema_is_that_of_the_parquet_writer():
    out = jingwen.clean_batch(table(text=TEXTS), others=False)
    assert out.column_names == jingwen.COLUMNS == [
        "id", "url", "text", "title", "author", "date", "language", "charset", "charset_confidence", "reason", "metadata", "removed", "counts", "extra", "error"
    ]  # fmt: skip
    assert out.schema.metadata == {b"schema_version": str(jingwen.SCHEMA_VERSION).encode()}
    assert {str(f.type) for f in out.schema if f.name != "charset_confidence"} == {"string"}
    empty = jingwen.clean_batch(table(text=TEXTS).slice(0, 0), others=False)
    assert empty.schema == out.schema and len(empty) == 0


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "binary", "large_binary", "binary_view"])
def test_every_kind_of_text_column(kind):
    texts = TEXTS if "string" in kind else [t.encode() if t else t for t in TEXTS[:3]] + [b" "]
    column = pa.array(texts).cast(getattr(pa, kind)())
    for data in (table(text=column), table(text=column).to_batches()[0], table(text=column).slice(1), column):
        out = jingwen.clean_batch(data)
        assert out["text"].to_pylist() == CLEAN[4 - len(data) :]


def test_nulls_stay_null_and_bad_rows_say_why():
    cleaner = jingwen.Cleaner()
    rows = table(html=[HTML.encode(), None, PNG, b""])
    out = cleaner.clean_batch(rows, "html")
    assert out["text"].to_pylist() == [CLEAN[0], None, None, None]
    assert out["reason"].to_pylist() == [None, "record/null: the text is null", None, None]
    assert [e and e.split(":")[0] for e in out["error"].to_pylist()] == [None, None, "binary", "empty"]
    assert cleaner.counts == {"rows": 4, "nulls": 1, "errors": 2}
    with pytest.raises(jingwen.RecordError, match=r"c: binary: .*row 2"):
        jingwen.clean_batch(rows, "html", on_bad="fail")


def test_a_panic_is_one_row():
    rows = table(text=["one boom", CHINESE, None, "two"])
    out = jingwen.clean_batch(rows, _fragile="boom")
    assert out["text"].to_pylist()[1:] == [CHINESE + "\n", None, "two\n"]
    assert "internal error" in out["error"][0].as_py()
    with pytest.raises(jingwen.InternalError, match="a.html: internal error.*row 0"):
        jingwen.clean_batch(rows, _fragile="boom", on_bad="fail")


@pytest.mark.parametrize(
    "call, error, says",
    [
        (lambda t: jingwen.clean_batch(t, "txt"), jingwen.ColumnError, 'no column "txt".*"html" \\(Utf8\\), "n" \\(Int64\\)'),
        (lambda t: jingwen.clean_batch(t, "n"), jingwen.ColumnError, "Int64, it must hold strings or bytes"),
        (lambda t: jingwen.clean_batch(t.select(["n"])), jingwen.ColumnError, "no column holds strings"),
        (lambda t: jingwen.clean_batch(t.rename_columns(["x", "y", "n"])), jingwen.ColumnError, "which column"),
        (lambda t: jingwen.clean_batch(t, "html", url="n"), jingwen.ColumnError, "for the addresses"),
        (lambda t: jingwen.clean_batch(t.set_column(2, "n", t["n"].cast("uint8")), "html", id="n"), jingwen.ColumnError, "names .* UInt8, it must hold"),
        (lambda t: jingwen.clean_batch(t, "html", max_batch=100), jingwen.BatchTooLarge, "rows 0 to 4 hold"),
        (lambda t: jingwen.clean_batch(t, "html", max_batch=1 << 40), jingwen.OptionError, "max_batch"),
        (lambda t: jingwen.clean_batch([1, 2]), TypeError, "not list"),
        (lambda t: jingwen.clean_batch(t, "html", on_bad="ignore"), jingwen.OptionError, '"quarantine", "fail"'),
        (lambda t: jingwen.clean_batch(t, "html", threads=-1), jingwen.OptionError, "threads=-1: it must be a whole number, not below 0"),
        (lambda t: jingwen.clean_batch(t, "html", threads=1025), jingwen.OptionError, "threads=1025: 0 for all cores, or 1 to 1024"),
        (lambda t: jingwen.clean_batch(t, "html", threads=float("nan")), jingwen.OptionError, "threads=nan"),
        (lambda t: jingwen.clean_batch(t, b"html"), jingwen.OptionError, "column=b'html': it must be a string of Unicode characters or None"),
        (lambda t: jingwen.clean_batch(t, "html", others=0), jingwen.OptionError, "others=0: it must be True or False"),
        (lambda t: jingwen.clean_batch(t.append_column("html", t["html"]), "html"), jingwen.ColumnError, '2 columns are called "html"'),
        (lambda t: jingwen.clean_batch(t.append_column("html", t["html"])), jingwen.ColumnError, "2 columns are called .* the texts: rename"),
        (lambda t: jingwen.clean_batch(t["html"].dictionary_encode()), jingwen.ColumnError, "cast it .*Dictionary"),
        (lambda t: jingwen.clean_batch(pa.nulls(3)), jingwen.ColumnError, "cast it"),
    ],
)
def test_what_cannot_be_is_an_exception(call, error, says):
    with pytest.raises(error, match=says):
        call(table(html=TEXTS, n=[1, 2, 3, 4]))


def test_a_null_row_of_structs_is_null():
    rows = pa.array([{"text": TEXTS[0], "n": 1}, None])
    out = jingwen.clean_batch(rows)
    assert (out["text"].null_count, out["n"].to_pylist()) == (1, [1, None])
    assert out["reason"].to_pylist()[1].startswith("record/null")


def test_a_frame_that_is_no_table_says_why():
    pandas = pytest.importorskip("pandas")
    for frame, says in ((pandas.DataFrame({"text": ["a", 1]}), "column text"), (pandas.DataFrame([["a", "b"]], columns=["x", "x"]), "Duplicate")):
        with pytest.raises(jingwen.ColumnError, match=says):
            jingwen.clean_batch(frame)


def same(text, rows, kind="string_view"):
    """A column of views of one text: as many bytes as one likes, and the memory of one."""
    data, view = pa.py_buffer(text), struct.pack("<i4sii", len(text), text[:4], 0, 0)
    return pa.Array.from_buffers(getattr(pa, kind)(), rows, [None, pa.py_buffer(view * rows), data])


def test_a_batch_of_more_than_two_gigabytes_is_an_exception():
    large = same(bytes(64 << 20), 40)
    for most in (1 << 30, (1 << 31) - 1):
        with pytest.raises(jingwen.BatchTooLarge, match=r"rows 0 to 40 hold 2684354560 bytes of text.*cut it"):
            jingwen.clean_batch(large, max_batch=most)
    # names that come out as they are; in a scan, too
    short = pa.array([CHINESE] * 40)
    rows = pa.table({"id": large, "text": short, "order": range(40)})
    with pytest.raises(jingwen.BatchTooLarge, match="become 2684354560 bytes, a batch holds 2147483647; give fewer rows"):
        jingwen.clean_batch(rows, "text")
    with pytest.raises(jingwen.BatchTooLarge, match="become 2684354560 bytes"):
        jingwen.Cleaner()._batch("scan", rows, column="text", order="order")
    # texts that are not read do not count: each is one row
    out = jingwen.clean_batch(large, max_record=1 << 20)
    assert out["error"][39].as_py().startswith("67108864 bytes, the limit is 1048576") and out["text"].null_count == 40


def test_rows_that_become_too_large_are_an_exception():
    rows = pa.table({"text": [CHINESE] * 200 + [PNG], "order": range(201)})
    cleaner = jingwen.Cleaner()
    whole = cleaner.clean_batch(rows)
    columns = (whole[name].combine_chunks() for name in jingwen.COLUMNS if name != "charset_confidence")
    bytes = sum(c.buffers()[2].size for c in columns if c.null_count < len(c))
    for threads in (1, 3):
        assert cleaner.clean_batch(rows, threads=threads, _most=bytes).equals(whole)
        for most in (bytes - 1, bytes // 2, 1):
            with pytest.raises(jingwen.BatchTooLarge, match=f"become {bytes} bytes, a batch holds {most};"):
                cleaner.clean_batch(rows, threads=threads, _most=most)
    with pytest.raises(jingwen.BatchTooLarge, match="a batch holds 1000; give fewer rows"):
        cleaner._batch("scan", rows, column="text", order="order", _most=1000)
    # an engine gives fewer rows of itself
    from jingwen._engine import Step

    step = Step("clean", {"column": "text", "id": "order", "_most": bytes // 3}, {})
    done = pa.Table.from_batches(step(rows.to_batches()))
    assert done.combine_chunks().drop_columns("id").equals(whole.combine_chunks().drop_columns("id"))
    assert done["id"].to_pylist() == [str(n) for n in range(201)]
    with pytest.raises(jingwen.BatchTooLarge):
        list(Step("clean", {"column": "text", "_most": 1}, {})(rows.to_batches()))


@pytest.mark.parametrize(
    "option, says",
    [
        (dict(near="documents"), "no option near; there are .*jingwen.run.*near"),
        (dict(learn_sites=True), "no option learn_sites; there are .*jingwen.run.*site_facts="),
        (dict(keep_index="x"), "jingwen.run.*keep_index"),
        (dict(against="x"), "dedup.*jingwen.run"),
        (dict(dedup="dump"), "dedup.*of jingwen.spark and jingwen.daft.*jingwen.run"),
        (dict(nearly=1), "no option nearly; there are profile, .*site_facts$"),
    ],
)
def test_what_needs_a_whole_dump_says_where_it_is(option, says):
    for call in (lambda: jingwen.clean_batch(pa.table({"text": ["x"]}), **option), lambda: jingwen.Cleaner(**option)):
        with pytest.raises(jingwen.OptionError, match=says):
            call()


def test_a_column_outlives_its_batch():
    # columns that are alone in the world, and those of others, are as they were when other batches have been made since
    texts = [f"{CHINESE}{n}\n" * 40 for n in range(100)]
    kept = [jingwen.clean_batch(pa.table({"text": texts[n::2], "n": [[n]] * 50}))["text"] for n in (0, 1)]
    other = jingwen.clean_batch(pa.table({"text": [OTHER * 40] * 100, "n": [[i, None] for i in range(100)]}))
    nested = other.slice(40, 3)["n"]
    del other
    gc.collect()
    for _ in range(3):
        jingwen.clean_batch(pa.table({"text": texts[::-1]}), threads=2)
    for n in (0, 1):
        kept[n].validate(full=True)
        assert kept[n].to_pylist() == [jingwen.clean(t).text for t in texts[n::2]]
    assert nested.to_pylist() == [[40, None], [41, None], [42, None]]
    # Arrow's C interface by hand: of a batch that is not taken, of one twice, of a part
    batch = jingwen.Cleaner()._batch("clean", pa.table({"text": texts}))
    batch.__arrow_c_array__()
    one, two = pa.record_batch(batch), pa.record_batch(batch).slice(1, 2)
    del batch
    assert one.slice(1, 2).equals(two) and one.validate(full=True) is None


def test_a_damaged_column_is_an_exception():
    good = pa.array(["one", "two"])
    _, offsets, data = good.buffers()
    wrong = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(bytes([0, 0, 0, 0, 9, 0, 0, 0, 6, 0, 0, 0])), data])
    with pytest.raises(jingwen.ColumnError):
        jingwen.clean_batch(wrong)
    wrong = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(bytes([3, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0])), data])
    with pytest.raises(jingwen.ColumnError, match='column "text" is damaged'):
        jingwen.clean_batch(wrong)
    # a string that is no UTF-8 is read as bytes are
    wrong = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(bytes([0, 0, 0, 0, 8, 0, 0, 0])), pa.py_buffer("春天来了".encode("gbk"))])
    assert jingwen.clean_batch(wrong)["text"].to_pylist() == ["春天来了\n"]


def test_other_columns_come_along():
    out = jingwen.clean_batch(table(text=TEXTS, charset=["x"] * 4, n=[[1], None, [], [2, 3]]))
    assert out["input_charset"].to_pylist() == ["x"] * 4 and out["n"].to_pylist() == [[1], None, [], [2, 3]]
    assert "input_text" not in out.column_names and out["id"].to_pylist() == ["a.html", "b", "c", "d"]
    numbered = jingwen.clean_batch(pa.table({"id": [7, 8], "text": [CHINESE, OTHER]}))
    assert numbered["id"].to_pylist() == ["7", "8"]


def test_threads_and_batches_change_nothing():
    rows = pa.table({"text": [f"{CHINESE}{n}" if n % 3 else None for n in range(500)]})
    one = jingwen.clean_batch(rows)
    assert jingwen.clean_batch(rows, threads=3).equals(one)
    assert jingwen.clean_batch(rows, threads=3, trace=True).equals(jingwen.clean_batch(rows, trace=True))
    # the first row that cannot be read is told, whichever thread is first
    bad = pa.table({"text": [b"x"] * 200 + [PNG] + [b"x"] * 200 + [PNG]})
    for threads in (1, 3):
        with pytest.raises(jingwen.RecordError, match="row 200"):
            jingwen.clean_batch(bad, threads=threads, on_bad="fail")
    cut = pa.Table.from_batches(rows.to_batches(max_chunksize=37))
    assert jingwen.clean_batch(cut).combine_chunks().equals(one.combine_chunks())
    out = [None] * 4

    def work(n):
        out[n] = jingwen.clean_batch(rows)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert all(o.equals(one) for o in out)


def test_rows_that_outgrow_their_columns_are_whole():
    # a legacy charset has fewer bytes than UTF-8; of a text that says the same again and again nearly all is removed; and a panic between them
    legacy = [(CHINESE + str(i)).encode("gbk") * 40 for i in range(60)]
    repeated = [(CHINESE + "%d \"\\\n" % i) * 400 for i in range(5)]
    clean = [(CHINESE + str(i)).encode() for i in range(300)]
    texts = legacy[:30] + clean[:280] + [t.encode() for t in repeated] + clean[280:290] + [b"PANIC"] + clean[290:] + [None] + legacy[30:]
    cleaner = jingwen.Cleaner(_fragile="PANIC")
    for threads in (1, 2):
        out = cleaner.clean_batch(pa.table({"text": texts}), threads=threads)
        assert out["error"].null_count == len(texts) - 1
        for text, row in zip(texts, out.to_pylist()):
            if text is None or text == b"PANIC":
                assert row["text"] is row["counts"] is row["removed"] is None
                continue
            alone = cleaner.clean_batch(pa.table({"text": [text]})).to_pylist()[0]
            assert {**row, "id": "0"} == alone
    assert sum(len(r or "") for r in out["removed"].to_pylist()) > sum(len(t) for t in repeated)


def test_rows_of_pandas_keep_their_index():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"html": [CHINESE + str(i) for i in range(6)], "n": range(6)}, index=list("uvwxyz"))
    for some in (frame[::2], frame[frame.n > 3], frame.reset_index(drop=True)[1::2], frame.sort_values("n", ascending=False), frame[:0]):
        out = jingwen.clean_batch(some, "html")
        assert out.index.equals(some.index) and list(out["n"]) == list(some["n"])
        # neither a column of the index nor one that is guessed to hold the texts
        assert list(out.columns) == [*jingwen.clean_batch(pa.table({"html": []}, schema=pa.schema({"html": pa.string()})), "html").column_names, "n"]
        assert all(text.strip() == html for text, html in zip(jingwen.clean_batch(some["html"])["text"], some["html"]))
        # put beside the rows it was made of
        assert all(row.text.strip() == row.html for row in some.assign(text=jingwen.clean_batch(some["html"])["text"]).itertuples())


@pytest.mark.parametrize("data", [["a"], ("a",), "a", b"a", {"text": ["a"]}])
def test_what_is_no_column_says_how_to_make_one(data):
    with pytest.raises(TypeError, match="pyarrow.array"):
        jingwen.clean_batch(data)


def test_a_trace_is_the_story_of_each_record():
    out = jingwen.clean_batch(table(text=TEXTS), trace=True)
    first, null, *_ = out["trace"].to_pylist()
    assert null is None and first == jingwen.explain(HTML, id="a.html", json=True)
    out = jingwen.clean_batch(table(text=TEXTS, trace=["x"] * 4), trace=True)
    assert out["input_trace"].to_pylist() == ["x"] * 4 and out["trace"].to_pylist()[0] == first


def test_rows_that_say_little_are_those_of_the_long_way():
    # with a trace every row is made by itself; without, plain ones in runs, which other rows, other charsets and other languages end
    plain = [CHINESE.encode(), b"The road was long, and nobody knew where it ended that day.", "Дорога была длинной, и никто не знал, где она кончится.".encode()]
    texts = [plain[i // 7 % 3] + str(i).encode() for i in range(600)]
    texts[100], texts[101], texts[300], texts[450] = None, HTML, PNG, CHINESE.encode("gbk") * 4
    rows = pa.table({"text": texts, "id": [None if i % 5 else "n%d" % i for i in range(600)], "url": [None if i % 3 else "http://a.example/%d" % i for i in range(600)]})
    for given in (rows, rows.select(["text"]), rows.set_column(0, "text", [["%s%d" % (CHINESE, i) for i in range(600)]])):
        for threads in (1, 2):
            out = jingwen.clean_batch(given, "text", threads=threads)
            assert out.equals(jingwen.clean_batch(given, "text", threads=threads, trace=True).drop_columns(["trace"]))


def test_the_batch_agrees_with_single_records():
    out = jingwen.clean_batch(table(text=TEXTS))
    for text, row in zip(TEXTS, out.to_pylist()):
        if text:
            page = jingwen.clean(text, id=row["id"])
            assert (page.text, page.title, page.charset.name) == (row["text"], row["title"], row["charset"])


@pytest.mark.parametrize("library", ["polars", "pandas", "datasets", "duckdb"])
def test_tables_of_other_libraries(library):
    module = pytest.importorskip(library)
    rows = {"text": TEXTS[:3], "n": [1, 2, 3]}
    if library == "polars":
        data, texts = module.DataFrame(rows), lambda t: t["text"].to_list()
        assert texts(jingwen.clean_batch(data["text"])) == CLEAN[:3]
        assert texts(jingwen.clean_batch(data.lazy())) == CLEAN[:3]
    elif library == "pandas":
        data, texts = module.DataFrame(rows), lambda t: [x if isinstance(x, str) else None for x in t["text"]]
        assert texts(jingwen.clean_batch(data["text"])) == CLEAN[:3]
    elif library == "datasets":
        data, texts = module.Dataset.from_dict(rows), lambda t: t["text"]
    else:
        given = pa.table(rows)  # noqa: F841 (duckdb finds it by its name)
        data, texts = module.sql("select * from given"), lambda t: pa.table(t)["text"].to_pylist()
    out = jingwen.clean_batch(data, "text")
    assert list(texts(out)) == CLEAN[:3]
    if library != "duckdb":
        assert type(out) is type(data)
