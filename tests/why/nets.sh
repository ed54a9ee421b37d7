#!/bin/bash
# Faults of the wire and of addresses: other servers, relays, pools, declined addresses.
. "$(dirname "$0")/../e2e/common.sh"
command -v dnsmasq >/dev/null || { echo "skipped: dnsmasq is missing"; exit 77; }
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad M5=08:00:27:4d:4d:ae M6=08:00:27:4d:4d:b0 M7=08:00:27:4d:4d:b1
e2e_client one $M1
e2e_client squatter 02:00:0a:4d:00:70
e2e_client d2 02:00:0a:4d:00:02
e2e_address d2 10.77.0.2
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=relayed
$M2, debian-12, name=crowded
$M6, debian-12, name=other1
$M7, debian-12, name=other2
$M3, debian-12, name=taken, ip=10.77.0.70
$M4, debian-12, name=beside
$M5, debian-12, name=risc
HOSTS
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.51\ndns = 10.77.0.1\n' | e2e_ini
e2e_start

# Another server that leases and says PXEClient; it is overheard, and the machine takes its offer.
e2e_dnsmasq d2 --dhcp-range=10.77.0.100,10.77.0.150,1h --dhcp-option-force=60,PXEClient
e2e_mark
dhcp_as one discover --mac $M4 --firmware bios --broadcast --all --wait 2 >/dev/null
ok "it is overheard" until_true 10 logged 'foreign-dhcp .*10.77.0.2'
dhcp_as one request --mac $M4 --firmware bios --ip 10.77.0.101 --server 10.77.0.2 --wait 1 >/dev/null
why_names other-pxeclient beside
has "which" 10.77.0.2 "$(e2e_pxed why beside)"
e2e_kill d2

# A relay whose address no [subnet] holds.
e2e_address one 10.77.0.3
dhcp_as one discover --mac $M1 --firmware bios --giaddr 10.99.0.1 --unicast $E2E_SERVER --source 10.77.0.3 --wait 1 >/dev/null
why_names giaddr-unknown relayed
has "with the relay's address" 10.99.0.1 "$(e2e_pxed why relayed)"
e2e_in one ip addr flush dev eth0

# A firmware for which nobody has brought a loader.
dhcp_as one discover --mac $M5 --firmware efi-riscv64 --wait 1 >/dev/null
why_names loader-none risc

# The reserved address is another machine's already.
e2e_address squatter 10.77.0.70
dhcp_as one discover --mac $M3 --firmware bios --wait 2 >/dev/null
GOT=$(dhcp_as one lease --mac $M3 --firmware bios --wait 2 | jq -r .yiaddr)
dhcp_as one decline --mac $M3 --ip 10.77.0.70 --server $E2E_SERVER --wait 1 >/dev/null
echo "# it was given $GOT"
why_names address-in-use taken 5
e2e_in squatter ip addr flush dev eth0

# Every address of the range is leased.
is "hosts without ip= have them" "ack ack" "$(for m in $M6 $M7; do dhcp_as one lease --mac $m | jq -r .type; done | xargs)"
dhcp_as one discover --mac $M2 --firmware bios --wait 1 >/dev/null
why_names pool-empty crowded

e2e_stop && e2e_pass "it ends well"
e2e_done
