"""Spark and Daft: the same columns, errors and verdicts as without them. That a whole dump comes out byte for byte as from the command
line is the business of scripts/check-cluster.py."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import jingwen
from conftest import CHINESE, OTHER, PNG

pa = pytest.importorskip("pyarrow")
pytest.importorskip("pyarrow.parquet")

#: order, text, and what is left of it
ROWS = [
    (1 << 32 | 1, CHINESE, CHINESE + "\n"),
    (1 << 32 | 2, OTHER + "\n" + CHINESE, OTHER + "\n"),
    (0 << 32 | 9, CHINESE + "\n" + "它是第一个，不管它站在哪里，谁先读到它都不要紧。", None),
    (1 << 32 | 3, None, None),
    (1 << 32 | 4, "one boom", None),
]


def table():
    return pa.table({"order": [r[0] for r in ROWS], "text": [r[1] for r in ROWS], "n": list(range(len(ROWS)))})


class Spark:
    def __init__(self):
        pytest.importorskip("pyspark")
        if shutil.which("java") is None:
            pytest.skip("Spark needs Java")
        # workers run what runs the tests
        os.environ["PYSPARK_PYTHON"] = sys.executable
        from pyspark.sql import SparkSession

        import jingwen.spark as adapter

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
        self.session, self.adapter = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate(), adapter

    def frame(self):
        # partitions that do not follow the order
        return self.session.createDataFrame(table().to_pylist(), "order long, text string, n long").repartition(2, "n")

    def rows(self, frame):
        return sorted((row.asDict() for row in frame.collect()), key=lambda row: row["order"])

    def read(self, path):
        return self.adapter.read(self.session, path)


class Daft:
    def __init__(self):
        daft = pytest.importorskip("daft")

        import jingwen.daft as adapter

        self.daft, self.adapter = daft, adapter

    def frame(self):
        return self.daft.from_arrow(table())

    def rows(self, frame):
        return sorted(frame.to_pylist(), key=lambda row: row["order"])

    def read(self, path):
        return self.adapter.read(path)


@pytest.fixture(scope="module", params=[Spark, Daft], ids=["spark", "daft"])
def engine(request):
    return request.param()


def test_clean_is_the_batch_call(engine):
    rows = engine.rows(engine.adapter.clean(engine.frame(), "text", _fragile="boom"))
    want = sorted(jingwen.clean_batch(table(), "text", _fragile="boom").to_pylist(), key=lambda row: row["order"])
    for row in (*rows, *want):
        row.pop("id")  # a number in its batch, for lack of a name
    assert rows == want and "internal error" in rows[-1]["error"] and rows[-2]["text"] is None


def test_the_least_order_stays(engine, tmp_path):
    for work in (None, str(tmp_path / "work")):
        rows = engine.rows(engine.adapter.dedup(engine.frame(), "text", work=work, _fragile="boom", paths=["a", "b"]))
        texts = {row["order"]: row["text"] for row in rows}
        # the first copy stands in file 0; of the record that is nothing else, nothing stays
        assert texts[9].startswith(CHINESE) and texts[1 << 32 | 1] == "" and texts[1 << 32 | 2] == OTHER + "\n"
        assert texts[1 << 32 | 3] is None and "internal error" in rows[-1]["error"]
        assert '"first":{"path":"a","record":9,"block":0}' in rows[1]["removed"] and rows[1]["reason"].startswith("dump/paragraph")
        assert [row["n"] for row in rows] == [2, 0, 1, 3, 4]


def test_what_an_earlier_dump_has_goes(engine, tmp_path):
    for name, texts in (("old", [CHINESE]), ("new", [OTHER + "\n" + CHINESE, OTHER])):
        (tmp_path / name).mkdir()
        lines = "".join(json.dumps({"text": t}) + "\n" for t in texts)
        (tmp_path / name / (name + ".jsonl")).write_text(lines, encoding="utf-8")
    index = str(tmp_path / "index")
    jingwen.run(tmp_path / "old", tmp_path / "out-old", dedup="dump", keep_index=index)
    jingwen.run(tmp_path / "new", tmp_path / "out", to="parquet", dedup="dump", against=index)
    want = pa.parquet.read_table(tmp_path / "out" / "new.parquet").to_pylist()
    for work in (None, str(tmp_path / "work")):
        rows = engine.rows(engine.adapter.dedup(engine.read(str(tmp_path / "new")), against=index, work=work))
        assert [{name: row[name] for name in want[0]} for row in rows] == want
    assert rows[0]["text"] == OTHER + "\n" and "old.jsonl" in rows[0]["removed"] and rows[1]["text"] == ""


def test_archives_of_the_web_come_out_as_from_the_command_line(engine, tmp_path):
    (tmp_path / "in").mkdir()
    for n, name in enumerate(("a.warc.gz", "b.warc")):
        script = pathlib.Path(__file__).parents[2] / "scripts" / "dirty-warc.py"
        command = [sys.executable, str(script), str(tmp_path / name), "--mb", "0.2", "--seed", str(n + 1)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        os.rename(tmp_path / name, tmp_path / "in" / name)
    for dedup in ("page", "dump"):
        out = tmp_path / dedup
        report = jingwen.run(tmp_path / "in", out, to="parquet", dedup=dedup)
        want = [row for name in ("a", "b") for row in pa.parquet.read_table(out / (name + ".parquet")).to_pylist()]
        docs = engine.read(str(tmp_path / "in"))
        done = engine.adapter.dedup(docs) if dedup == "dump" else engine.adapter.clean(docs)
        rows = engine.rows(done)
        got = [{name: row[name] for name in want[0]} for row in rows if row["text"] is not None]
        assert got == want and len(want) > 20
        assert sum(row["error"] is not None for row in rows) == report["sums"]["records"]["quarantined"] > 0


def test_what_cannot_be_is_said_before_anything_runs(engine):
    with pytest.raises(jingwen.ColumnError, match='"order" .*"text" .*"n"'):
        engine.adapter.clean(engine.frame(), "txt")
    with pytest.raises(jingwen.ColumnError, match="there are order, text, n"):
        engine.adapter.dedup(engine.frame(), "text", order="at")
    with pytest.raises(jingwen.OptionError, match="profil"):
        engine.adapter.clean(engine.frame(), "text", profil="forum")
    # what engines do not do says who does
    for call in (engine.adapter.clean, engine.adapter.dedup):
        for option, says in ((dict(near="documents"), "no option near.*jingwen.run"), (dict(learn_sites=True), "site_facts=")):
            with pytest.raises(jingwen.OptionError, match=says):
                call(engine.frame(), "text", **option)


def test_files_are_read_by_the_library(engine, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text":"%s"}\n{"text":\n' % CHINESE, encoding="utf-8")
    (tmp_path / "b.png").write_bytes(PNG)
    (tmp_path / "c.txt").write_text(CHINESE, encoding="utf-8")
    docs = engine.read(str(tmp_path))
    rows = engine.rows(engine.adapter.dedup(docs))
    assert [(row["order"] >> 32, row["record"]) for row in rows] == [(0, 1), (0, 2), (1, 1), (2, 1)]
    assert rows[0]["text"] == CHINESE + "\n" and "JSON" in rows[1]["error"] and rows[3]["text"] == ""
    assert rows[3]["reason"].startswith("dump/record") and str(tmp_path / "a.jsonl") in rows[3]["removed"]
    assert "input_id" not in rows[0]
