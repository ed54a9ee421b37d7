#!/bin/bash
# bench-quick: scripts/bench with one load, from start to page: figures of those that serve what they should, an error for the one that
# changes a byte, and nothing left behind. usage: quick.sh BUILD_FOLDER
set -u
BUILD=${1:?usage: $0 BUILD_FOLDER}
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../../.." && pwd)
[ "$(id -u)" = 0 ] || { echo "skipped: root is needed to make network namespaces"; exit 77; }
OUT=$(mktemp -d "${TMPDIR:-/tmp}/pxed-bench-test.XXXXXX")
trap 'rm -rf "$OUT"' EXIT
FAILED=0

check() { # WHAT CMD...
    local what=$1
    shift
    if "$@"; then
        echo "ok - $what"
    else
        echo "not ok - $what"
        FAILED=1
    fi
}
# shellcheck disable=SC2317
row() { grep -E "^row load=tftp case=$1 peer=$2 round=1 .*$3" "$OUT/out/raw" >/dev/null; } # CASE PEER WHAT

mkdir "$OUT/tmp"
TMPDIR=$OUT/tmp BENCH_BUILD=$BUILD timeout 240 "$TOP/scripts/bench" --quick --rounds 1 --out "$OUT/out" --html "$OUT/page.html" \
    --peers "pxed dnsmasq $HERE/liar.sh" --cases '1MB-*' tftp >"$OUT/log" 2>&1 || { cat "$OUT/log"; echo "not ok - it ends well"; exit 1; }
cat "$OUT/log"
for case in 1MB-x128 1MB-x16-window16; do
    check "pxed has a figure of $case" row "$case" pxed 'MB_s=[1-9][0-9.]* cpu_ms_MB=[0-9.]*[1-9]'
done
check "its CPU is counted, not nothing" row 1MB-x128 dnsmasq 'cpu_ms_MB=[0-9.]*[1-9]'
check "one changed byte is an error" row 1MB-x128 liar 'error=content_differs'
check "without figures" eval '! row 1MB-x128 liar MB_s='
check "a case that was not asked for has no row" eval '! row 70KB-x512 pxed load_before='
check "the page names the error" grep -q 'liar: error in 1 of 1: content differs' "$OUT/out/page.txt"
check "and who pxed is" grep -q '^  pxed  *pxed [0-9]' "$OUT/out/page.txt"
check "the HTML page has pictures" grep -q '<svg' "$OUT/page.html"
check "no file is left" test -z "$(ls -A "$OUT/tmp")"
NAMESPACE=$(sed -n 's/^namespace //p' "$OUT/log")
check "the namespaces had a name" test -n "$NAMESPACE"
check "none of them is left" test -z "$(ip netns list 2>/dev/null | grep -E "^$NAMESPACE(_c)?( |\$)")"
check "no control group is left" test -z "$(ls -d /sys/fs/cgroup/{,cpuacct/,unified/}"$NAMESPACE" 2>/dev/null)"
exit $FAILED
