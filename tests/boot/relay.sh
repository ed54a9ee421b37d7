#!/bin/bash
# Two nets behind a router with a relay: a machine there installs. The relay is ISC's, pxed leases the addresses; with RELAY=proxy
# it is dnsmasq's, and another DHCP server leases them: relay_proxy.sh.
. "$(dirname "$0")/common.sh"
RELAY=${RELAY:-server}
export LAB_MODE=$RELAY
. "$(dirname "$0")/relay_net.sh"
relay_begin "relay_$RELAY"

# --- pxed
HASH='$6$saltsalt$EJg17WAqCGMwU7Bt4jOTxiFibKR9d2ehxYbTF/ME0mZ5ZKzgER.76dtVzvRy7B3ooSxRzbOuBgJ62xUuQzl0s1'
# On a loaded machine systemd's 90 seconds for the serial line are too short (install.sh).
echo 'mkdir -p /etc/systemd/system.conf.d && printf "[Manager]\nDefaultDeviceTimeoutSec=15min\nDefaultTimeoutStartSec=15min\n" >/etc/systemd/system.conf.d/slow.conf' >"$LAB/run.sh"
[ "$RELAY" = server ] && ADDRESS=10.20.0.60 || ADDRESS=
relay_pxed "$ADDRESS" "root-password-hash=$HASH, run=@run.sh"

# --- the relay, and the other server
if [ "$RELAY" = server ]; then relay_isc; else relay_foreign; fi

# --- the other hall: its own addresses
expect "in the other hall a machine gets an address of that hall" next_door

# --- the machine
lab_disk "$LAB/disk.img" 3G
LAB_NS=$ROUTER lab_machine
expect "the machine is installed behind the relay" until_stage installed
if [ "$RELAY" = server ]; then
    lab_ctl leases | grep -F "$LAB_MAC" | grep -qF "$ADDRESS " || fail "pxed leased its ip="
    ok "pxed leased its ip="
else
    grep -q "$LAB_MAC 10.20.0" "$LAB/leases" || fail "the other server leased its address"
    ok "the other server leased its address"
    if lab_ctl leases | grep -qF "$LAB_MAC"; then fail "pxed leased none"; fi
    ok "pxed leased none"
fi
if grep -qF "$HASH" "$LAB/pxed.log" || lab_ctl log web01 | grep -qF "$HASH"; then fail "the secret is in no log"; fi
ok "the secret is in no log"
FROM=$(lab_serial_size)
expect "it is sent to its disk" until_stage local
expect "the disk's own login prompt" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
[ "$(lab_ctl log web01 --json | grep -c '"what": *"installing"')" = 1 ] || fail "one installation only wrote the disk"
ok "one installation only wrote the disk"
no_cause
echo "$CHECKS passed, 0 failed"
