"""Files as batches of records: formats, damage, streams, and the order of records."""

import gzip
import io
import json
import os

import pytest

import jingwen
from conftest import CHINESE, HTML, OTHER

pa = pytest.importorskip("pyarrow")

LINES = [json.dumps({"id": "a", "text": CHINESE}), '{"text": nul', "", json.dumps({"text": OTHER, "url": "http://b.example/"}), '{"text": null}']


def rows(*args, **kwargs):
    return [row for batch in jingwen.read(*args, **kwargs) for row in pa.table(batch).to_pylist()]


def test_lines_are_rows_in_order_and_damage_is_a_row(tmp_path):
    path = tmp_path / "b.jsonl"
    path.write_text("\n".join(LINES), encoding="utf-8")
    out = rows(path, file=3, name="b.jsonl")
    assert [r["record"] for r in out] == [1, 2, 4, 5] and [r["order"] for r in out] == [3 << 32 | n for n in (1, 2, 4, 5)]
    assert [r["id"] for r in out] == ["a", "b.jsonl", "b.jsonl", "b.jsonl"] and out[2]["url"] == "http://b.example/"
    assert out[0]["body"].decode() == CHINESE and out[0]["is_text"]
    assert "not valid JSON" in out[1]["error"] and out[1]["body"] == LINES[1].encode()
    assert "null" in out[3]["error"]


def test_a_stream_is_read_as_a_file_is(tmp_path):
    data = gzip.compress("\n".join(LINES).encode())
    path = tmp_path / "b.jsonl.gz"
    path.write_bytes(data)
    streamed = rows(io.BytesIO(data), path=str(path), batch_rows=2)
    assert streamed == rows(path) and len(streamed) == 4


def test_a_page_is_one_row(tmp_path):
    path = tmp_path / "p.html"
    path.write_text(HTML, encoding="utf-8")
    (row,) = rows(path)
    assert row["body"].decode() == HTML and not row["is_text"]


def test_what_cannot_be_read_says_why(tmp_path):
    with pytest.raises(jingwen.JingwenError, match="none.jsonl: cannot be read"):
        rows(tmp_path / "none.jsonl")
    with pytest.raises(jingwen.OptionError, match="warc"):
        rows(tmp_path / "none.jsonl", kind="csv")

    class Broken:
        def read(self, n):
            raise OSError("the line is down")

    with pytest.raises(jingwen.JingwenError, match="the line is down"):
        rows(Broken(), path="s3://x")


def test_a_damaged_table_is_one_bad_row(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"id": [str(n) for n in range(99)], "text": [CHINESE + str(n) for n in range(99)]}), path, compression="snappy")
    data = bytearray(path.read_bytes())
    for at in range(600, 700):
        data[at] ^= 0x5A
    path.write_bytes(data)
    out = rows(path, kind="parquet")
    assert any(r["error"] for r in out)


def test_files_have_the_order_of_the_command_line(tmp_path):
    for name in ("b/2.txt", "a.txt", "b/1.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [name for _, name, _ in jingwen.sources(tmp_path)] == ["a.txt", "b/1.txt", "b/2.txt"]


def test_names_that_are_no_unicode_do_not_hinder(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.jsonl"
    try:
        with open(path, "wb") as f:
            f.write(b'{"text":"a long road"}\n')
    except OSError:
        pytest.skip("the system has no such names")
    (row,) = [row for batch in jingwen.read(os.fsdecode(path)) for row in pa.table(batch).to_pylist()]
    assert (row["body"], row["path"][-7:]) == (b"a long road", "\ufffd.jsonl")


@pytest.mark.parametrize(
    "given, says",
    [
        (dict(source=3), "source=3: it must be a path"),
        (dict(source="a.jsonl", batch_rows=-1), "batch_rows=-1: it must be a whole number"),
        (dict(source="a.jsonl", column=b"text"), "column=b'text'"),
        (dict(source=io.BytesIO(b"a")), "path=None: it must be a string"),
    ],
)
def test_what_cannot_be_is_an_exception(given, says):
    with pytest.raises(jingwen.OptionError, match=says):
        jingwen.read(given.pop("source"), **given)
