#!/bin/bash
# The first look at an address, and the rest of its probe: who asks for one that nobody probed ahead of time is offered it after the first
# look; it is acknowledged after the whole probe, and refused if another machine answers late.
. "$(dirname "$0")/common.sh"
e2e_begin
e2e_client one 02:ee:00:00:00:01
e2e_client two 02:ee:00:00:00:02
e2e_client three 02:ee:00:00:00:03
e2e_client late 02:aa:aa:aa:aa:aa
# Only the first 256 of a pool are probed ahead of time.
e2e_in server ip addr flush dev lan0
e2e_in server ip addr add $E2E_SERVER/22 dev lan0
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.3.200\ndns = 10.77.0.1\n' | e2e_ini
cat >"$E2E/script" <<'SH'
#!/bin/sh
exit 0
SH
chmod 755 "$E2E/script"
udhcp() { e2e_in "$1" timeout 30 udhcpc -i eth0 -s "$E2E/script" -f -n -q -t 5 -T 2 "${@:2}" 2>&1; }
obtained() { grep -o 'lease of [0-9.]* obtained' | cut -d' ' -f3; }
isc() { # CLIENT ADDRESS: dhclient wants this one
    printf 'timeout 30;\nsend dhcp-requested-address %s;\n' "$2" >"$E2E/$1.conf"
    e2e_in "$1" timeout 40 dhclient -4 -1 -v -sf "$E2E/script" -lf "$E2E/$1.leases" -pf "$E2E/$1.pid" -cf "$E2E/$1.conf" eth0 2>&1
    kill -9 "$(cat "$E2E/$1.pid")"
}
took() { # COMMAND...: its milliseconds are in MS, its output in TEXT
    local begun
    begun=$(date +%s%N)
    TEXT=$("$@")
    MS=$((($(date +%s%N) - begun) / 1000000))
}

# --- nobody is there
e2e_start
e2e_spawn late late "$(dirname "$0")/late.py" eth0 150 10.77.3.110
TEXT=$(dhcp_as one discover --mac 02:ee:00:00:00:11 --ip 10.77.3.101)
is "an address that nobody probed ahead of time is offered" 10.77.3.101 "$(jq -r .yiaddr <<<"$TEXT")"
ok "after the first look: in $(jq .ms <<<"$TEXT") ms" jq -e '.ms < 350' <<<"$TEXT"
took udhcp one -r 10.77.3.102
is "udhcpc gets it" 10.77.3.102 "$(obtained <<<"$TEXT")"
ok "after the whole probe: $MS ms" test $MS -ge 450
took dhcp_as one lease --mac 02:ee:00:00:00:12 --ip 10.77.3.103
is "so does who asks at once" "ack 10.77.3.103" "$(jq -r '[.type, .yiaddr] | join(" ")' <<<"$TEXT")"
ok "after the whole probe: $MS ms" test $MS -ge 450
took isc three 10.77.3.104
has "dhclient gets it, too" "bound to 10.77.3.104" "$TEXT"
ok "after the whole probe: $MS ms" test $MS -ge 450
TEXT=$(dhcp_as one lease --mac 02:ee:00:00:00:12)
is "a second time it has its lease" 10.77.3.103 "$(jq -r .yiaddr <<<"$TEXT")"
ok "without waiting: $(jq .ms <<<"$TEXT") ms" jq -e '.ms < 350' <<<"$TEXT"

# --- somebody answers late
e2e_mark
TEXT=$(udhcp two -r 10.77.3.110)
has "udhcpc is offered an address, and refused" 'NAK' "$TEXT"
GOT=$(obtained <<<"$TEXT")
ok "it gets another one" test -n "$GOT" -a "$GOT" != 10.77.3.110
ok "the log names the machine that has it" logged 'in-use mac=.* ip=10.77.3.110 '
ok "a reason is counted" e2e_counted DHCP_TAKEN
has "the address is kept back" declined "$(e2e_pxed leases | grep -F '10.77.3.110 ')"
e2e_stop && e2e_pass "it ends well"
e2e_done
