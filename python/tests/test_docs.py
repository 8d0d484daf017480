"""The recipes of docs/python.md, run as they stand."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

import jingwen
from conftest import HTML

DOCS = pathlib.Path(__file__).parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"(?:<!-- needs: (\S+) -->\n)?```(python|sh)\n(.*?)```", re.S)
BLOCKS = [m.groups() for m in BLOCK.finditer(DOCS.read_text(encoding="utf-8")) if m[2] == "python" or m[1]]


@pytest.mark.parametrize("needs, language, code", BLOCKS, ids=[f"{n}-{b[0] or b[1]}" for n, b in enumerate(BLOCKS)])
def test_a_recipe_runs(needs, language, code, tmp_path):
    if needs == "jingwen-binary":
        if not os.environ.get("JINGWEN"):
            pytest.skip("JINGWEN does not name the program")
    else:
        pytest.importorskip("pyarrow")
        if needs:
            pytest.importorskip(needs)
    (tmp_path / "page.html").write_text(HTML, encoding="utf-8")
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.jsonl").write_text('{"text":"It was a long road, and nobody knew where it ended."}\n' * 3)
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-euc", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr


def test_the_example_of_the_package():
    assert jingwen.clean("春天来了。".encode("gbk")).text == "春天来了。\n"
