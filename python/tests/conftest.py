"""Texts of our own that several tests use."""

import pytest

HTML = """<html><head><title>A road in the hills</title></head><body><nav><a href=/>Home</a><a href=/b>About</a></nav><article>
<h1>A road in the hills</h1>
<p>The road into the hills was never good when it rained, and the people of the village talked about it for years.</p>
<p>It didn\u00e2\u20ac\u2122t take long before they had decided to build a new one from the gate of the village down to the river.</p>
</article><footer>Copyright 2020 <a href=/x>x</a></footer></body></html>"""
CHINESE = "山里的路一到雨天就不好走，村里人商量了几次，决定自己动手修一条，从村口一直修到河边。"
OTHER = "河边的柳树又发了新芽，孩子们在树下玩耍，老人坐在石头上看着他们，谁也没有说话。"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"


@pytest.fixture
def html():
    return HTML.encode()
