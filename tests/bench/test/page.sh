#!/bin/bash
# bench-page: the page out of recorded lines is what it was, and the HTML needs nothing from elsewhere. usage: page.sh
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
DATA=$HERE/../../data/bench
OUT=$(mktemp -d "${TMPDIR:-/tmp}/pxed-bench-page.XXXXXX")
trap 'rm -rf "$OUT"' EXIT
python3 -B "$HERE/../page.py" --html "$OUT/page.html" "$DATA/raw" >"$OUT/page.txt" || exit 1
diff -u "$DATA/page.txt" "$OUT/page.txt" || { echo "not ok - the text differs; tests/data/bench/page.txt is what a person has checked"; exit 1; }
python3 -B "$HERE/check_html.py" "$OUT/page.html"
