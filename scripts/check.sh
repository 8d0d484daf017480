#!/usr/bin/env bash
# Everything CI checks, in the order in which it is cheapest to fail. Run it before you push: scripts/check.sh
# `scripts/check.sh quick` leaves out the fresh clone and the board.
set -euo pipefail
cd "$(dirname "$0")/.."
quick=${1:-}
step() { printf '\n== %s\n' "$*"; }

step "format"
cargo fmt --all --check

step "lints, warnings are errors"
cargo clippy --quiet --all-targets -- -D warnings
cargo clippy --quiet --no-default-features --lib -- -D warnings
cargo clippy --quiet -p jingwen-python -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps

step "fuzz targets build"
cargo build --quiet --manifest-path tests/fuzz/Cargo.toml

step "benches build"
cargo bench --quiet --no-run

if [ "$quick" = quick ]; then
    step "tests"
    cargo test
    exit
fi

step "the two commands of the README, on a fresh clone"
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet . "$clone/jingwen"
# A working tree that is not committed is checked as it stands.
git diff --quiet HEAD || git diff --binary HEAD | git -C "$clone/jingwen" apply
# Tests that compare with the optional kit find it beside the clone, as they would beside the project.
[ ! -f ../shared/README.md ] || ln -s "$(cd ../shared && pwd)" "$clone/shared"
(
    cd "$clone/jingwen"
    export CARGO_TARGET_DIR="$clone/target"
    cargo run --quiet --release -- clean corpus-samples -o clean
    [ "$(find clean -name '*.txt' | wc -l)" -ge 40 ] || { echo "fewer than 40 clean texts came out"; exit 1; }
    cargo test
    # A million random inputs of detection; optimised, it takes half a minute.
    cargo test --quiet --release --lib charset::tests::a_million -- --ignored
)

step "dirty dumps of known truth"
python3 scripts/check-dump.py "$clone/target/release/jingwen" --mb 3
python3 scripts/check-restore.py --random 300 "$clone/target/release/jingwen"

step "runs killed at calls that change the file system"
python3 scripts/check-kills.py "$clone/target/release/jingwen" --every 41

step "the report, in a browser"
python3 scripts/check-report.py "$clone/target/release/jingwen"

step "the Python package"
CARGO_TARGET_DIR="$clone/target" scripts/check-python.sh "$clone/target/release/jingwen"

if [ -f ../shared/README.md ] && [ -f ../shared/score/board.py ]; then
    step "the board, and honest pages with glosses"
    if python3 -c 'import rapidfuzz, lxml' 2>/dev/null && { command -v zstd >/dev/null || python3 -c 'import zstandard' 2>/dev/null; }; then
        python3 ../shared/score/board.py "$clone/target/release/jingwen" --quick
        python3 scripts/check-glosses.py "$clone/target/release/jingwen" --pages 100
    else
        echo "left out: it needs rapidfuzz, lxml and zstd"
    fi
fi
