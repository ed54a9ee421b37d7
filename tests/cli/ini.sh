#!/bin/bash
# ini.sh BUILD: the shipped pxed.ini shows every key that there is, in its section, and none that there is not.
set -u
pxed=$1/sbin/pxed ini=$(dirname "$0")/../../etc/pxed.ini
keys_of_program() { "$pxed" options | awk '
    /^Variables of hosts/ { exit }
    /^[a-z[]/ { section = $1; gsub(/[][]/, "", section) }
    /^  [a-z0-9-]+ =/ { print section " " $1 }'; }
keys_of_file() { awk '
    /^;?\[[a-z-]+( [^]]*)?\]/ { section = $1; gsub(/[;[\]]/, "", section) }
    /^;?[a-z0-9-]+ =/ { key = $1; sub(/^;/, "", key); print section " " key }' "$ini"; }
if ! difference=$(diff <(keys_of_program | sort -u) <(keys_of_file | grep -vE '^(os-|defaults|group|os )' | sort -u)); then
    echo "$difference" | sed -n 's/^</missing in etc\/pxed.ini: /p; s/^>/unknown to pxed options: /p'
    exit 1
fi
echo "pxed.ini shows all $(keys_of_program | wc -l) keys"
