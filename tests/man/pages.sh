#!/bin/sh
# pages.sh BUILD: the man pages are without faults, and every command, option, variable and step that the programs know has
# its row in them.
set -u
build=$1 man=$1/share/man passed=0 failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

check() { # TEXT COMMAND...
    text=$1
    shift
    if "$@" >"$tmp/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $text"
        sed 's/^/    /' "$tmp/out"
    fi
}
has() { grep -qxF -e "$2" "$man/$1"; } # PAGE LINE
escaped() { printf '%s' "$1" | sed 's/\\/\\e/g; s/-/\\-/g'; }
row() { grep -q -e "^\\\\fB$(escaped "$2" | sed 's/\\/\\\\/g')\\\\fR" "$man/$1"; } # PAGE KEY

for page in man8/pxed.8 man5/pxed.ini.5 man5/pxed-hosts.5 man1/pxed-winpe.1; do
    [ "$page" != man1/pxed-winpe.1 ] || [ -x "$build/bin/pxed-winpe" ] || continue
    check "$page: lint" mandoc -T lint -W style "$man/$page"
    check "$page: a placeholder is left" sh -c "! grep -n '@[A-Z]*@' '$man/$page'"
done

"$build/sbin/pxed" options >"$tmp/options"
"$build/sbin/pxed" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' >"$tmp/commands"
check "commands" [ -s "$tmp/commands" ]
while read -r command; do
    check "pxed(8) lacks the command $command" row man8/pxed.8 "$command"
    "$build/sbin/pxed" "$command" --help | grep -o -e '--[a-z-]*' | sort -u >"$tmp/flags"
    while read -r flag; do
        check "pxed(8) lacks $command $flag" grep -q -e "^.fB$command.fR.*.fB$(escaped "$flag" | sed 's/\\/./g').fR" "$man/man8/pxed.8"
    done <"$tmp/flags"
done <"$tmp/commands"

# Sections and keys of the options: rows of three lines, the third of them the kind.
awk '/^Variables of hosts/ { section = "hosts" }
     /^\[/ { section = $1; print "section", section }
     /^  [^ ]/ { key = $1; lines = 0 }
     /^      / { lines++; if (lines == 2) print "option", key; if (lines == 1 && section == "hosts") print "variable", key }
     /^  reports the step / { print "step", $4 }
     /^[^ [V]/ { section = "other" }' "$tmp/options" >"$tmp/rows"
for kind in section option variable; do
    check "no $kind in pxed options" grep -q "^$kind " "$tmp/rows"
done
while read -r kind key; do
    case $kind in
    section) check "pxed.ini(5) lacks the section $key" has man5/pxed.ini.5 ".SS $key" ;;
    option) check "pxed.ini(5) lacks the key $key" row man5/pxed.ini.5 "$key" ;;
    variable) check "pxed-hosts(5) lacks the variable $key" row man5/pxed-hosts.5 "$key" ;;
    step) check "pxed-hosts(5) lacks the step $key" grep -qw -e "$key" "$man/man5/pxed-hosts.5" ;;
    esac
done <"$tmp/rows"
check "pxed.ini(5) has another number of keys" \
    [ "$(grep -c '^option ' "$tmp/rows")" = "$(sed -n '/^\.SS \[pxed\]/,/^\.SH /p' "$man/man5/pxed.ini.5" | grep -c '^\.TP$')" ]

if [ -x "$build/bin/pxed-winpe" ]; then
    for flag in $("$build/bin/pxed-winpe" --help | sed -n 's/^  \(--[a-z]*\) .*/\1/p'); do
        check "pxed-winpe(1) lacks $flag" row man1/pxed-winpe.1 "$flag"
    done
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
