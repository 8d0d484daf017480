"""One record: what comes out, where its changes stand, what is refused."""

import pickle
import threading

import pytest

import jingwen
from conftest import CHINESE, PNG


def test_bytes_in_any_charset_become_text():
    for charset in ("gbk", "utf-8", "big5-hkscs", "utf-16"):
        text = CHINESE if charset != "big5-hkscs" else "村口的老人告訴我們，這條路一到雨天就不好走，大家商量了幾次。"
        assert jingwen.clean(text.encode(charset)).text == text + "\n", charset
    assert jingwen.clean("春天来了。".encode("gbk")).charset.name == "gb18030"


def test_clean_text_has_no_edits():
    page = jingwen.clean(CHINESE)
    assert (page.text, page.edits, page.removed, page.reason) == (CHINESE + "\n", [], [], None)


def test_spans_are_code_points_of_the_text_and_bytes_of_the_input(html):
    page = jingwen.clean(html, id="a.html", url="http://a.example/")
    (edit,) = page.edits
    assert edit.rule == "repair/utf-8-as-windows-1252" and edit.stage == "repair" and edit.says
    start, end = edit.span
    assert page.text[start:end] == edit.now == "\u2019"
    assert html[slice(*edit.at)].decode() == edit.was
    # of a str, places in the input are code points too
    text = html.decode()
    (edit,) = jingwen.clean("\u4e2d\u4e2d" + text).edits
    assert ("\u4e2d\u4e2d" + text)[slice(*edit.at)] == edit.was


def test_links_stay_if_asked():
    line = "The old road to the %s was closed in the spring, and the people of the village mended it."
    page = ("<title>Road</title><p>" + line % '<a href="http://a.example/river">river</a>' + "</p>").encode()
    assert line % "[river](http://a.example/river)" in jingwen.clean(page, links=True).text
    assert line % "river" in jingwen.clean(page).text


def test_what_was_removed_is_told(html):
    page = jingwen.clean(html)
    assert [r.text for r in page.removed if r.rule.startswith("boilerplate/")] == ["HomeAbout", "Copyright 2020 x"]
    footer = page.removed[-1]
    assert b"Copyright 2020" in html[slice(*footer.at)] and footer.place == len(page.text)
    assert page.title == page.metadata["title"] == "A road in the hills"
    assert page.text.startswith(page.title) and not jingwen.clean(html, title=False).text.startswith(page.title)


def test_nothing_left_says_why():
    page = jingwen.clean("\n \n")
    assert page.text == "" and page.reason == "no text in it"


def test_repair_changes_nothing_else(html):
    page = jingwen.repair(html)
    assert page.text == html.decode().replace("\u00e2\u20ac\u2122", "\u2019")
    (edit,) = page.edits
    assert page.text[slice(*edit.span)] == "\u2019"


def test_detect_and_explain(html):
    found = jingwen.detect(CHINESE.encode("gbk"))
    assert found.name in ("gbk", "gb18030") and found.confidence > 0.9 and found.why
    told = jingwen.explain(html, id="a.html")
    assert "repair/utf-8-as-windows-1252" in told and "a.html" in told
    assert jingwen.explain(html, json=True).startswith('{"event":"page"')


def test_a_notebook_shows_text_not_markup(html):
    page = jingwen.clean("Look at <script>alert(1)</script> & this, it didn\u00e2\u20ac\u2122t work \u202e at all.", id="<b>")
    shown = page._repr_html_()
    assert "<script" not in shown and "<b>&lt;b&gt;</b>" in shown and "\u202e" not in shown
    shown = jingwen.clean(html)._repr_html_()
    assert ">HomeAbout</del>" in shown and "\u2019</ins>t take long" in shown


@pytest.mark.parametrize(
    "call, error, says",
    [
        (lambda: jingwen.clean(3), TypeError, "bytes or str, not int"),
        (lambda: jingwen.clean(b""), jingwen.RecordError, "0 bytes"),
        (lambda: jingwen.clean(PNG, id="a.png"), jingwen.RecordError, "a.png: binary"),
        (lambda: jingwen.clean(b"x" * 11, max_record=10), jingwen.RecordError, "limit is 10"),
        (lambda: jingwen.clean("half \ud800"), jingwen.RecordError, "surrogate pairs.*give its bytes"),
        (lambda: jingwen.clean("a", title="yes"), jingwen.OptionError, "title='yes': it must be True or False"),
        (lambda: jingwen.clean("a", profile=None), jingwen.OptionError, "profile=None: it must be a string"),
        (lambda: jingwen.clean("a", rules=3), jingwen.OptionError, "rules=3: it must be a path or None"),
        (lambda: jingwen.clean("a", max_record=-1), jingwen.OptionError, "max_record=-1: it must be a whole number, not below 0"),
        (lambda: jingwen.clean("a", max_record=1 << 70), jingwen.OptionError, "below 2\\*\\*63"),
        (lambda: jingwen.clean("a", id=None), jingwen.OptionError, "id=None: it must be a string of Unicode characters$"),
        (lambda: jingwen.explain("a", json="no"), jingwen.OptionError, "json='no'"),
        (lambda: jingwen.clean("a", profile="novel"), jingwen.OptionError, '"forum"'),
        (lambda: jingwen.clean("a", profil="forum"), jingwen.OptionError, "profile"),
        (lambda: jingwen.clean("boom", id="n-7", _fragile="boom"), jingwen.InternalError, "n-7: internal error"),
        (lambda: jingwen.explain(PNG), jingwen.RecordError, "binary"),
    ],
)
def test_what_cannot_be_is_an_exception(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_an_exception_names_the_record():
    with pytest.raises(jingwen.JingwenError) as caught:
        jingwen.clean(PNG, id="a.png")
    assert caught.value.id == "a.png" and caught.value.why.startswith("binary")


def test_any_bytes_are_a_text_or_an_exception():
    state = 1
    for n in range(300):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        data = state.to_bytes(8, "big") * (n % 40) + b"<p>" * (n % 3)
        try:
            assert isinstance(jingwen.clean(data).text, str)
        except jingwen.RecordError:
            pass


def test_one_cleaner_many_threads():
    cleaner = jingwen.Cleaner(profile="forum")
    assert pickle.loads(pickle.dumps(cleaner)).options == {"profile": "forum"}
    texts = [f"{CHINESE}{n}" for n in range(40)]
    out = [None] * 8

    def work(n):
        out[n] = [cleaner.clean(t).text for t in texts]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert all(o == [t + "\n" for t in texts] for o in out)
