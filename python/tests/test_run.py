"""Whole dumps from Python: the run of the command line, the way back, and what earlier dumps are remembered by."""

import json

import pytest

import jingwen
from conftest import CHINESE, HTML, OTHER


def dump(folder, **texts):
    folder.mkdir()
    for name, lines in texts.items():
        (folder / (name + ".jsonl")).write_text("".join(json.dumps({"text": t}) + "\n" for t in lines), encoding="utf-8")
    return folder


def texts(out):
    return [json.loads(line)["text"] for path in sorted(out.glob("*.jsonl")) if path.name != "removed.jsonl" for line in path.open(encoding="utf-8")]


def test_a_run_leaves_out_what_stood_before(tmp_path):
    report = jingwen.run(dump(tmp_path / "in", a=[CHINESE, "x"], b=[OTHER + "\n" + CHINESE]), tmp_path / "out", dedup="dump", threads=2)
    assert texts(tmp_path / "out") == [CHINESE, "x", OTHER]
    assert report["sums"]["records"]["out"] == 3 and report["sums"]["duplicate_paragraphs"] == 1 and report["messages"] == []
    # a finished run is not written into unasked, and a run that is another one does not go on
    with pytest.raises(jingwen.OptionError, match="finished run"):
        jingwen.run(tmp_path / "in", tmp_path / "out", dedup="dump")
    with pytest.raises(jingwen.OptionError, match="another one"):
        jingwen.run(tmp_path / "in", tmp_path / "out", resume=True)
    assert jingwen.run([tmp_path / "in"], tmp_path / "out", dedup="dump", overwrite=True)["run"] == report["run"]


def test_an_index_remembers_earlier_dumps(tmp_path):
    jingwen.run(dump(tmp_path / "old", a=[CHINESE]), tmp_path / "out-old", dedup="dump", keep_index=tmp_path / "index")
    jingwen.run(dump(tmp_path / "new", b=[OTHER + "\n" + CHINESE]), tmp_path / "out", dedup="dump", against=tmp_path / "index")
    assert texts(tmp_path / "out") == [OTHER]


def test_what_is_nearly_the_same_goes_when_asked(tmp_path):
    long = "".join(f"第{n}天他们又往前修了一段，路边的石头都搬到了河岸上，{w}也来帮忙。" for n, w in enumerate(["老人", "孩子", "木匠", "邻村的人", "船夫"]))
    folder = dump(tmp_path / "in", a=[long], b=[long.replace("木匠", "木匠们")])
    for near, left in ((None, 2), ("documents", 1)):
        out = tmp_path / str(near)
        jingwen.run(folder, out, dedup="dump", near=near)
        assert len([t for t in texts(out) if t]) == left


def test_a_run_comes_back_byte_for_byte(tmp_path):
    (tmp_path / "in").mkdir()
    pages = {"a.html": HTML.encode(), "b.txt": (CHINESE + "\r\n").encode("gbk")}
    for name, data in pages.items():
        (tmp_path / "in" / name).write_bytes(data)
    jingwen.run(tmp_path / "in", tmp_path / "out", to="text", trace=tmp_path / "trace")
    told = jingwen.restore(tmp_path / "out", tmp_path / "trace", tmp_path / "back")
    assert (told["documents"], told["refused"], told["absent"]) == (2, 0, 0)
    assert {name: (tmp_path / "back" / name).read_bytes() for name in pages} == pages
    # an output that was edited is told, and nothing wrong is written
    (tmp_path / "out" / "b.txt").write_text("edited", encoding="utf-8")
    told = jingwen.restore(tmp_path / "out", tmp_path / "trace")
    assert (told["documents"], told["refused"]) == (1, 1) and "b.txt" in told["messages"][0]
    with pytest.raises(jingwen.OptionError, match="no trace"):
        jingwen.restore(tmp_path / "out", tmp_path / "in" / "a.html")


def test_lines_of_a_host_are_known_by_a_table(tmp_path):
    texts = [f"{CHINESE}{n}\n\n关注我们的公众号第一时间看到新文章\n\n{OTHER}{n}" for n in range(2)]
    pages = [(f"http://a.example/{n}", t) for n, t in enumerate(texts)]
    facts = tmp_path / "facts.tsv"
    facts.write_text("a.example\t9\t9\t关注我们的公众号第一时间看到新文章\n", encoding="utf-8")
    cleaner = jingwen.Cleaner(site_facts=str(facts))
    for url, text in pages:
        page = cleaner.clean(text, url=url)
        assert "公众号" not in page.text and "site/recurring-line" in [r.rule for r in page.removed]
        assert "site/recurring-line" not in [r.rule for r in cleaner.clean(text, url="http://b.example/").removed]
    with pytest.raises(jingwen.OptionError, match="site_facts=.*none.tsv"):
        jingwen.Cleaner(site_facts=str(tmp_path / "none.tsv"))


def test_own_rules_leave_lines_out(tmp_path):
    rules = tmp_path / "own.tsv"
    rules.write_text("own/river\twillows\tus\t%s\t%s\twhole\t%s\tremove\n" % (OTHER, CHINESE, OTHER), encoding="utf-8")
    page = jingwen.clean(OTHER + "\n\n" + CHINESE, rules=str(rules))
    assert page.text == CHINESE + "\n" and [r.rule for r in page.removed] == ["own/river"]
    jingwen.run(dump(tmp_path / "in", a=[OTHER + "\n" + CHINESE]), tmp_path / "out", rules=rules)
    assert texts(tmp_path / "out") == [CHINESE]
    rules.write_text("own/river\n", encoding="utf-8")
    with pytest.raises(jingwen.OptionError, match="rules=.*own.tsv:1: "):
        jingwen.Cleaner(rules=str(rules))
    with pytest.raises(jingwen.OptionError, match="own.tsv:1: "):
        jingwen.run(tmp_path / "in", tmp_path / "out-2", rules=rules)


@pytest.mark.parametrize(
    "options, error, says",
    [
        (dict(near="documents"), jingwen.OptionError, "--dedup dump"),
        (dict(dedup="dump", near="documents", near_threshold=0.2), jingwen.OptionError, "0.5 to 1"),
        (dict(dedup="all"), jingwen.OptionError, 'dedup="all".*`page`'),
        (dict(to="docx"), jingwen.OptionError, 'to="docx".*`parquet`'),
        (dict(profile="novel"), jingwen.OptionError, "`forum`"),
        (dict(dedup="dump", against="/nowhere"), jingwen.OptionError, "is no index"),
        (dict(to="parquet", trace="trace"), jingwen.OptionError, "--trace"),
        (dict(nothing=1), TypeError, "nothing"),
        (dict(threads=-1), jingwen.OptionError, "threads=-1: it must be a whole number, not below 0"),
        (dict(threads=1 << 20), jingwen.OptionError, "threads=1048576: 0 for all cores, or 1 to 1024"),
        (dict(trace=3), jingwen.OptionError, "trace=3: it must be a path or None"),
        (dict(near="both", dedup="dump", near_threshold="much"), jingwen.OptionError, "near_threshold='much': it must be a number"),
        (dict(limit="ten"), jingwen.OptionError, "limit='ten'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(tmp_path, options, error, says):
    dump(tmp_path / "in", a=[CHINESE])
    with pytest.raises(error, match=says):
        jingwen.run(tmp_path / "in", tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_the_report_tells_of_what_cannot_be_read(tmp_path):
    dump(tmp_path / "in", a=[CHINESE])
    (tmp_path / "in" / "b.jsonl").write_text('{"text":\n', encoding="utf-8")
    report = jingwen.run(tmp_path / "in", tmp_path / "out")
    assert report["sums"]["records"] == {**report["sums"]["records"], "read": 2, "out": 1, "quarantined": 1}
