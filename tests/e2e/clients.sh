#!/bin/bash
# Clients of operating systems beside those of the other tests: dhcpcd, systemd-networkd, and perfdhcp as a relay's many machines.
. "$(dirname "$0")/common.sh"
NETWORKD=/lib/systemd/systemd-networkd
for program in dhcpcd perfdhcp $NETWORKD; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client one $M1
e2e_client two $M2
e2e_client many 02:00:0a:4d:00:77
e2e_address many 10.77.0.2
printf '%s, local, name=web01, ip=10.77.0.61\n%s, local, name=web02, ip=10.77.0.62\n' $M1 $M2 >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.249\ndns = 10.77.0.1\nrouter = 10.77.0.254\nlease-time = 20s\noption = domain-search lab.test\n' | e2e_ini
e2e_start
address_of() { e2e_in "$1" ip -4 -o addr show dev eth0 | awk '{ print $4 }'; }
has_address() { [ "$(address_of "$1")" = "$2" ]; }
lease_of() { e2e_pxed leases --json | jq -r --arg mac "$1" 'select(.mac == $mac) | "\(.ip) \(.state)"'; }
leases() { e2e_pxed leases --json | jq -r 'select(.state == "bound") | .ip' | grep -cE '10\.77\.0\.(1|2)[0-9][0-9]$'; } # of the range
# Own places for what a client keeps: nothing of it stays, and it finds nothing of the machine's.
apart() { e2e_in "$1" unshare -m bash -c "mount -t tmpfs run /run && mount -t tmpfs lib /var/lib && $2"; }

# --- dhcpcd: its client id is FF, IAID and DUID; it looks by ARP whether anybody has the address
printf '#!/bin/sh\n[ "$reason" != BOUND ] || env >%s/told\n' "$E2E" >"$E2E/hook"
chmod 755 "$E2E/hook"
GOT=$(apart one "mkdir -p /var/lib/dhcpcd && timeout 40 dhcpcd -4 -1 -B -t 30 -f /dev/null -c $E2E/hook eth0" 2>&1)
has "dhcpcd: the host's address, by its MAC" "leased 10.77.0.61 for 20 seconds" "$GOT"
is "it is a lease" "10.77.0.61 bound" "$(lease_of $M1)"
TOLD=$(cat "$E2E/told")
has "its router" "new_routers=10.77.0.254" "$TOLD"
has "its name servers" "new_domain_name_servers=10.77.0.1" "$TOLD"
has "its search domains" "new_domain_search=lab.test" "$TOLD"

# --- systemd-networkd: a DISCOVER shorter than BOOTP's 300 bytes, FF, IAID and DUID-EN
apart two "mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp &&
    mount -o remount,bind,ro /sys && printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\nLinkLocalAddressing=no\n' >/run/systemd/network/e.network &&
    chown -R systemd-network /run/systemd && exec timeout 60 $NETWORKD" >"$E2E/networkd.log" 2>&1 &
E2E_PIDS[networkd]=$!
ok "systemd-networkd: the host's address" until_true 30 has_address two 10.77.0.62/24
is "it is a lease" "10.77.0.62 bound" "$(lease_of $M2)"
is "its router" 10.77.0.254 "$(e2e_in two ip -4 route show default | cut -d' ' -f3)"
before() { e2e_pxed leases --json | jq -r --arg mac $M2 'select(.mac == $mac) | .expires'; }
FIRST=$(before)
later() { [ "$(before)" != "$FIRST" ]; }
ok "and is renewed" until_true 25 later
e2e_kill networkd

# --- perfdhcp: many machines behind a relay of this net
GOT=$(e2e_in many timeout 60 perfdhcp -4 -l eth0 -n 100 -r 100 -R 100 -s 1 10.77.0.1 2>&1)
count() { awk -v what="$1" -F': ' '$1 == what { printf "%s%s", sep, $2; sep = " " }' <<<"$GOT"; } # of DISCOVER, of REQUEST
ACKS=$(count 'received packets' | cut -d' ' -f2)
SENT=$(count 'sent packets' | cut -d' ' -f2)
ok "perfdhcp: its machines ask" test "${SENT:-0}" -ge 95
ok "and get ACKs; it does not wait for the last ones ($ACKS of $SENT)" test "${ACKS:-0}" -ge $((SENT - 3)) -a "${ACKS:-0}" -le "$SENT"
is "none refused, none that nobody asked for, none twice" "0 0,0 0,0 0" "$(count 'rejected leases'),$(count orphans),$(count 'non unique addresses')"
as_many() { [ "$(leases)" = "$SENT" ]; }
ok "each REQUEST is a lease" until_true 5 as_many
e2e_done
