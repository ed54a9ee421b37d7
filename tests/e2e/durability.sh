#!/bin/bash
# kill -9 in the middle of many leases: what was acknowledged is known after the restart, and nobody else's.
. "$(dirname "$0")/common.sh"
e2e_begin
e2e_client crowd 02:ee:ff:00:00:01
e2e_in server ip addr flush dev lan0
e2e_in server ip addr add $E2E_SERVER/16 dev lan0
for n in $(seq 0 99); do printf '02:dd:00:00:00:%02x, local, ip=10.77.100.%d\n' "$n" $((n + 1)); done >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.4.0 - 10.77.11.255\ndns = 10.77.0.1\n' | e2e_ini
e2e_start

leases() { e2e_pxed leases --json | jq -r 'select(.state == "bound") | .ip + " " + .mac' | sort; }
lines() { [ "$(cat "$E2E"/*.acks 2>/dev/null | wc -l)" -ge "$1" ]; }
check() { # WHAT
    sort -u "$E2E"/*.acks >"$E2E/acked" # first: the crowd goes on meanwhile
    leases >"$E2E/leases"
    is "$1: every acknowledged lease is there" "" "$(comm -23 "$E2E/acked" "$E2E/leases" | head -n 3)"
    is "$1: no address was given twice" "" "$(cut -d' ' -f1 "$E2E/acked" | uniq -d)"
    is "$1: no machine has two" "" "$(cut -d' ' -f2 "$E2E/acked" | sort | uniq -d)"
    is "$1: the store is whole" ok "$(sqlite3 "file:$E2E/copy.db?mode=ro" 'pragma integrity_check' 2>&1)"
}

# unknown machines and reserved ones at once; three crashes at different moments
dhcp_as crowd flood --count 600 --prefix 02:ee --out "$E2E/a.acks" --wait 150 &
CROWD=$!
dhcp_as crowd flood --count 100 --prefix 02:dd --out "$E2E/b.acks" --wait 150 &
RESERVED=$!
for at in 40 200 450; do
    until_true 60 lines "$at"
    e2e_crash
    COUNT=$(cat "$E2E"/*.acks | wc -l)
    rm -f "$E2E"/copy.db*
    for end in '' -wal; do cp "$E2E/state/pxed.db$end" "$E2E/copy.db$end" 2>/dev/null; done
    e2e_start
    check "killed after $COUNT leases"
done
wait $CROWD
is "all 600 machines have an address in the end" 0 $?
wait $RESERVED
is "and all with ip=" 0 $?
check "at the end"
is "700 leases" 700 "$(wc -l <"$E2E/acked")"
while read -r ip mac; do
    case $mac in 02:dd:*) [ "$ip" = "10.77.100.$((16#${mac##*:} + 1))" ] || echo "$ip $mac" ;; esac
done <"$E2E/acked" >"$E2E/strayed"
is "each reservation is its own" "" "$(cat "$E2E/strayed")"
for mac in $(shuf -n 10 --random-source=/etc/services "$E2E/acked" | cut -d' ' -f2); do
    is "$mac comes back to its address" "$(sed -n "s/ $mac//p" "$E2E/acked")" "$(dhcp_as crowd lease --mac "$mac" | jq -r .yiaddr)"
done

# a bad page: the file is moved aside, what it still tells is taken over
e2e_stop
PAGE=$(grep -abo '1-02ee' "$E2E/state/pxed.db" | sed -n '$s/:.*//p')
dd if=/dev/urandom of="$E2E/state/pxed.db" bs=4096 seek=$((PAGE / 4096)) count=1 conv=notrunc status=none
e2e_mark
e2e_start
ok "it starts with a damaged store" logged 'store-damaged .*the damaged file lies in .*pxed.db.damaged-[0-9TZ]*, a fresh one was made with [0-9]+ rows of lease'
ok "the damaged file is kept" test -s "$(echo "$E2E"/state/pxed.db.damaged-*Z)"
leases >"$E2E/leases"
ok "most leases are there ($(wc -l <"$E2E/leases"))" test "$(wc -l <"$E2E/leases")" -gt 550
is "as they were" "" "$(comm -13 "$E2E/acked" "$E2E/leases" | head -n 3)"
e2e_stop
is "the fresh store is whole" ok "$(sqlite3 "$E2E/state/pxed.db" 'pragma integrity_check' 2>&1)"
e2e_start
e2e_stop && e2e_pass "it ends well"
e2e_done
