#!/bin/bash
# The disk of `state` fills up in the middle of a boot storm, and has room again: leases on disk run on, hosts with ip= are
# leased, nobody else is; afterwards all is well without a restart, and what was acknowledged is there after a crash.
. "$(dirname "$0")/common.sh"
e2e_begin
mount -t tmpfs -o size=8m,mode=700 tmpfs "$E2E/state" || { echo "skipped: no tmpfs can be mounted"; exit 77; }
trap 'CODE=$?; umount -l "$E2E/state"; (exit $CODE); e2e_end' EXIT
e2e_client crowd 02:ee:ff:00:00:01
e2e_client hosts 02:dd:ff:00:00:01
e2e_in server ip addr flush dev lan0
e2e_in server ip addr add $E2E_SERVER/16 dev lan0
for n in $(seq 0 29); do printf '02:dd:00:00:00:%02x, local, ip=10.77.100.%d\n' "$n" $((n + 1)); done >"$E2E/host-os.conf"
echo "02:dd:00:00:01:00, debian-12, name=armed" >>"$E2E/host-os.conf"
e2e_image debian-12
printf '[dhcp]\nmode = server\nrange = 10.77.4.0 - 10.77.7.255\ndns = 10.77.0.1\n' | e2e_ini
e2e_start

acked() { cat "$E2E/$1.acks" 2>/dev/null | wc -l; }
reached() { [ "$(acked "$1")" -ge "$2" ]; }
bound() { e2e_pxed leases --json | jq -r 'select(.state == "bound") | .ip + " " + .mac' | sort; }
bound_of() { bound | grep -F " $1"; }
fill() { head -c 20000000 /dev/zero >"$E2E/state/filler" 2>/dev/null || true; } # ends with ENOSPC
said() { jq -r '[.type, .yiaddr] | join(" ")'; }

ok "a hundred machines have a lease" dhcp_as crowd flood --count 100 --prefix 02:ea --out "$E2E/a.acks" --wait 60

# --- full, under load
e2e_mark
dhcp_as crowd flood --count 300 --prefix 02:ee --out "$E2E/b.acks" --wait 120 &
CROWD=$!
until_true 60 reached b 40
fill
ok "the log says that the store cannot write" until_true 20 logged 'store-failed'
ok "STORE_CANNOT_WRITE" until_true 10 e2e_counted STORE_CANNOT_WRITE
why_names store-full armed
until_true 1 false # what was on its way has come
BEFORE=$(acked b)
ok "every host with ip= is leased all the same" dhcp_as hosts flood --count 30 --prefix 02:dd --out "$E2E/r.acks" --wait 60
is "with its own address" 30 "$(grep -c '^10\.77\.100\.' "$E2E/r.acks")"
is "nobody else is leased" "$BEFORE" "$(acked b)"
cat "$E2E"/[ab].acks | sort >"$E2E/acked"
is "nor in the table" "" "$(bound | grep -v ' 02:dd:' | comm -13 "$E2E/acked" - | head -n 3)"
read -r IP MAC <"$E2E/a.acks"
EXPIRES=$(e2e_pxed leases --json | jq -r --arg mac "$MAC" 'select(.mac == $mac) | .expires_ms')
REPLY=$(dhcp_as crowd request --mac "$MAC" --ciaddr "$IP" --broadcast)
is "a lease on disk is renewed" "ack $IP" "$(said <<<"$REPLY")"
LEFT=$((EXPIRES / 1000 - $(date +%s)))
ok "and no longer than the disk holds it" test "$(jq -r .lease <<<"$REPLY")" -le $((LEFT + 1))
is "its end does not move" "$EXPIRES" "$(e2e_pxed leases --json | jq -r --arg mac "$MAC" 'select(.mac == $mac) | .expires_ms')"
REPLY=$(dhcp_as hosts request --mac 02:dd:00:00:00:03 --ciaddr 10.77.100.4 --broadcast)
is "a host with ip= gets the full time again" 3600 "$(jq -r .lease <<<"$REPLY")"

# --- room again
rm "$E2E/state/filler"
wait $CROWD
is "with room again all the others are leased, without a restart" 0 $?
cat "$E2E"/*.acks | sort >"$E2E/acked"
is "no address was given twice" "" "$(cut -d' ' -f1 "$E2E/acked" | uniq -d)"
on_disk() { # every acknowledged lease, the hosts' too, is in the database
    rm -f "$E2E"/copy.db*
    for file in pxed.db pxed.db-wal; do cp "$E2E/state/$file" "$E2E/copy${file#pxed}" 2>/dev/null; done
    [ "$(sqlite3 "$E2E/copy.db" "select count(*) from t_lease where cast(value as text) like '1 bound %'")" -ge 430 ]
}
ok "what was given meanwhile is written" until_true 15 on_disk
e2e_crash
e2e_start
bound >"$E2E/leases"
is "after a crash every acknowledged lease is there" "" "$(comm -23 "$E2E/acked" "$E2E/leases" | head -n 3)"
is "430 of them" 430 "$(wc -l <"$E2E/leases")"

e2e_stop && e2e_pass "it ends well"
e2e_done
