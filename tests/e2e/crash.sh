#!/bin/bash
# 200 times (or KILLS) kill -9 while machines of four nets, three of them behind relays, get their leases: what was acknowledged is
# known after the restart, no address is given twice, no lease lies in another net. With POWER=1 each kill is a power cut, and what
# no sync covered is gone with it (tests/power).
. "$(dirname "$0")/common.sh"
KILLS=${KILLS:-200}
EACH=60 # machines a net and round
e2e_begin
e2e_in server ip addr flush dev lan0
e2e_in server ip addr add "$E2E_SERVER/16" dev lan0
e2e_in server ip route add 10.80.0.0/12 dev lan0
NETS="77 81 82 83"
for net in $NETS; do e2e_client "c$net" "02:ee:ff:00:00:$net"; done
if [ -n "${POWER:-}" ]; then
    [ -e "$E2E_BUILD/tests/power/power-cut.so" ] || { echo "skipped: a sanitizer wants to be loaded first"; exit 77; }
    export PXED_POWER_OF=$E2E/state PXED_POWER_DISK=$E2E/disk
    mkdir -m 777 "$E2E/disk"
    E2E_ENV=LD_PRELOAD=$E2E_BUILD/tests/power/power-cut.so
fi
{
    [ -z "${POWER:-}" ] || echo 'sandbox = log' # the notes lie beside the state
    printf '[dhcp]\nmode = server\nrange = 10.77.100.0 - 10.77.199.255\ndns = 10.77.0.1\n'
    for net in 81 82 83; do printf '[subnet 10.%s.0.0/16]\nrelay = 10.%s.0.1\nrange = 10.%s.100.0 - 10.%s.199.255\n' $net $net $net $net; done
} | e2e_ini
e2e_start

leases() { e2e_pxed leases --json | jq -r 'select(.state == "bound") | .ip + " " + .mac' | sort; }
check() { # WHAT
    sort -u "$E2E"/*.acks >"$E2E/acked"
    leases >"$E2E/leases"
    is "$1: every acknowledged lease is there" "" "$(comm -23 "$E2E/acked" "$E2E/leases" | head -n 3)"
    is "$1: no address was given twice" "" "$(cut -d' ' -f1 "$E2E/acked" | uniq -d)"
    is "$1: no machine has two" "" "$(cut -d' ' -f2 "$E2E/acked" | sort | uniq -d)"
    is "$1: each lies in the net of its relay" "" "$(for net in $NETS; do grep -hv "^10\.$net\.1[0-9][0-9]\." "$E2E/$net.acks"; done | head -n 3)"
}
lines() { [ "$(cat "$E2E"/*.acks 2>/dev/null | wc -l)" -ge "$1" ]; }
AMID=0
for round in $(seq "$KILLS"); do
    PIDS=() before=$(cat "$E2E"/*.acks 2>/dev/null | wc -l)
    for net in $NETS; do
        [ "$net" = 77 ] && far=() || far=(--giaddr "10.$net.0.1" --unicast $E2E_SERVER)
        dhcp_as "c$net" flood --mac "02:ee:ff:00:00:$net" --count $EACH --first $((round * EACH)) --prefix "02:$net" "${far[@]}" --out "$E2E/$net.acks" --wait 90 &
        PIDS+=($!)
    done
    until_true 30 lines $((before + RANDOM % (EACH * 4)))
    e2e_crash
    [ -z "${POWER:-}" ] || "$E2E_HERE/../power/power_cut.py" "$E2E/state" "$E2E/disk" >>"$E2E/cuts" || e2e_die "a power cut"
    after=$(cat "$E2E"/*.acks | wc -l)
    [ $((after - before)) -ge $((EACH * 4)) ] || AMID=$((AMID + 1))
    e2e_start
    LOST=0
    for pid in "${PIDS[@]}"; do wait "$pid" || LOST=$((LOST + 1)); done
    [ $LOST = 0 ] || is "round $round: all machines have an address in the end" 0 $LOST
    [ $((round % 20)) != 0 ] || check "after $round kills"
done
check "at the end"
ok "$AMID of $KILLS kills came while machines waited for their leases" [ $((AMID * 4)) -gt "$KILLS" ]
[ -z "${POWER:-}" ] || is "each was a power cut" "$KILLS" "$(wc -l <"$E2E/cuts")"
is "each machine has its lease" $((KILLS * EACH * 4)) "$(wc -l <"$E2E/acked")"
e2e_stop
is "the store is whole" ok "$(sqlite3 "$E2E/state/pxed.db" 'pragma integrity_check' 2>&1)"
e2e_done
