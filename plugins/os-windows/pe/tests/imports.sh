#!/bin/sh
# What a program imports must exist on the oldest Windows that runs it.   usage: imports.sh PROGRAM ALLOWED
# ALLOWED: lines `library.dll function...`, `#` begins a comment. Needs: binutils (objdump).
set -eu
[ -s "$1" ] && [ -s "$2" ]
objdump -p "$1" | awk '
    FNR == NR { if ($1 !~ /^#/) for (i = 2; i <= NF; i++) allowed[tolower($1) " " $i] = 1; next }
    /^The Import Tables/ { on = 1 }
    /^The (Export|Function)/ { on = 0 }
    on && /DLL Name:/ { dll = tolower($3) }
    on && NF == 3 && $2 ~ /^[0-9]+$/ {
        seen++
        if (!((dll " " $3) in allowed)) { print "not ok - " dll " " $3; bad = 1 }
    }
    on && NF == 2 && $2 ~ /^[0-9]+$/ { print "not ok - by number: " $0; bad = 1 }
    END {
        if (seen < 20) { print "not ok - only " seen + 0 " imports were read"; bad = 1 }
        if (!bad) print "ok - " seen " imports"
        exit bad
    }' "$2" -
