#!/usr/bin/env bash
# Makes the folders of a new sample from a file: scripts/new-sample.sh GROUP/NAME FILE
# GROUP: synthetic (something we repair or strip), negative (looks dirty and is right), known-failures (we cannot yet).
# Samples are your own writing, also when they imitate a page.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ $# -ne 2 ] || [ ! -f "$2" ] || ! [[ "$1" =~ ^(synthetic|negative|known-failures)/[a-z0-9-]+$ ]]; then
    echo "usage: scripts/new-sample.sh synthetic|negative|known-failures/NAME FILE   (NAME in a-z, 0-9 and -)" >&2
    exit 2
fi
raw=corpus-samples/$1 golden=tests/golden/$1
[ -e "$raw" ] && { echo "$raw exists already" >&2; exit 2; }
mkdir -p "$raw" "$golden"
name=$(basename "$2") ext=${2##*.}
[ "$ext" = "$name" ] && ext=txt
cp "$2" "$raw/page.$ext"
printf 'note = "say in one line what this sample shows"\n' >"$golden/case.toml"
case $1 in
    known-failures/*) echo "now write the text you want to $golden/clean.txt, and the note in case.toml" ;;
    *) echo "now write the note in $golden/case.toml, run: UPDATE=1 cargo test --test golden   and read the diff" ;;
esac
