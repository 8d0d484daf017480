#!/usr/bin/env bash
# The Python package: built from its sources into a fresh environment, tested, and a small dump through the engines that can be
# installed, which must give the hash of the command line: scripts/check-python.sh target/release/jingwen
# CARGO_TARGET_DIR is used when it is set, so that what another step has built is not built again.
set -euo pipefail
cd "$(dirname "$0")/.."
jingwen=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/env"
python="$work/env/bin/python"
pip() { "$python" -m pip install --quiet --disable-pip-version-check "$@"; }
# `pip install ./python` in two steps, so that the wheel can be looked at; python/platforms.tsv tells of other platforms
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work/wheels" ./python
ls -s --block-size=K "$work/wheels"
pip "$work"/wheels/*.whl
printf '<title>A road</title><p>It was a long road, and nobody in the village knew where it ended.' >"$work/page.html"
"$python" -c "import jingwen; print(jingwen.clean(open('$work/page.html', 'rb').read()).text)" | grep "nobody in the village" >/dev/null

pip pytest pyarrow
# engines and libraries are large and not ours: what cannot be installed is left out and said
engines=()
for library in polars pandas duckdb daft; do
    pip "$library" || echo "left out: $library cannot be installed"
done
"$python" -c 'import daft' 2>/dev/null && engines+=(--daft "$python")
if command -v java >/dev/null && pip 'pyspark>=3.5,<4'; then
    engines+=(--spark "$python")
else
    echo "left out: Spark needs Java and pyspark"
fi
JINGWEN=$jingwen "$python" -m pytest -q -rs python/tests
"$python" scripts/check-cluster.py "$jingwen" --docs 600 --work "$work/cluster" --runs cli-1,cli-8,local,daft "${engines[@]}"
