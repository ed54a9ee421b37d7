#!/bin/bash
# tests/why/faults is true: each row's cause stands in docs/causes.md, its test stages it and is run by CTest, no test stages what has
# no row, and there are 40 faults, 30 of them real. Then each of these is broken in a copy, which must be found.
# Usage: check.sh BUILD_FOLDER
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
TESTS=$(dirname "$HERE") CAUSES=$HERE/../../docs/causes.md
LISTED=$(ctest --test-dir "${1:?usage: $0 BUILD_FOLDER}" -N 2>/dev/null) # Test #1: e2e-causes
PASSED=0 FAILED=0

judge() { # FAULTS: a line for each thing that is wrong
    local key cause kind test fault rows=0 real=0 seen=" "
    while IFS='|' read -r key cause kind test fault; do
        read -r key <<<"$key" && read -r cause <<<"$cause" && read -r kind <<<"$kind" && read -r test <<<"$test"
        case $key in '' | '#'*) continue ;; esac
        rows=$((rows + 1))
        case $seen in *" $key "*) echo "$key: twice" ;; esac
        seen+="$key "
        [ -n "${fault// /}" ] || echo "$key: no fault"
        grep -q "^| \`$cause\` |" "$CAUSES" || echo "$key: $cause is no cause of docs/causes.md"
        case $kind in
        real) real=$((real + 1)) ;;
        replayed | record) ;;
        *) echo "$key: $kind is no kind" ;;
        esac
        case $test in
        e2e/*.sh | why/*.sh | boot/*.sh) ;;
        *) echo "$key: $test is no test that asks pxed why" && continue ;;
        esac
        grep -qE "\\bwhy_names $key\\b" "$TESTS/$test" 2>/dev/null || echo "$key: tests/$test does not stage it"
        name=${test%.sh}
        case $LISTED in *": ${name/\//-}"$'\n'* | *": ${name/\//-}") ;; *) echo "$key: CTest has no ${name/\//-}" ;; esac
    done <"$1"
    for key in $(grep -ohE '\bwhy_names [a-z0-9-]+' "$TESTS"/{e2e,why,boot}/*.sh | cut -d' ' -f2 | sort -u); do
        grep -q "^$key *|" "$1" || echo "$key: staged, and in no row"
    done
    [ $rows -ge 40 ] || echo "$rows faults, not 40"
    [ $real -ge 30 ] || echo "$real are real, not 30"
    SUM="$rows faults, $real real"
}

check() { # WHAT EXPECTED GOT
    if [ "$2" = "$3" ]; then
        PASSED=$((PASSED + 1)) && echo "ok - $1"
    else
        FAILED=$((FAILED + 1)) && printf 'not ok - %s\n    expected: %s\n    got:      %s\n' "$1" "$2" "$3"
    fi
}

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
judge "$HERE/faults" >"$WORK/wrong"
check "the table ($SUM)" "" "$(cat "$WORK/wrong")"
broken() { # WHAT SED EXPECTED: a copy so edited has this to say first
    sed "$2" "$HERE/faults" >"$WORK/faults"
    judge "$WORK/faults" >"$WORK/wrong"
    check "found: $1" "$3" "$(head -n 1 "$WORK/wrong")"
}
broken "a cause that is none" '/^boots-again /s/| boots-again /| boots-twice /' "boots-again: boots-twice is no cause of docs/causes.md"
broken "a kind that is none" '/^boots-again /s/| real |/| surely |/' "boots-again: surely is no kind"
broken "another test" '/^boots-again /s/causes.sh/silence.sh/' "boots-again: tests/e2e/silence.sh does not stage it"
broken "a file that is no test" '/^boots-again /s/causes.sh/common.sh/' "boots-again: tests/e2e/common.sh does not stage it"
broken "a fault without a row" '/^boots-again /d' "boots-again: staged, and in no row"
broken "a row twice" '/^boots-again /p' "boots-again: twice"
broken "too few" '/| real /s/| real /| record /' "0 are real, not 30"
echo "$PASSED passed, $FAILED failed"
[ $FAILED = 0 ]
