#!/bin/bash
# Beside a foreign DHCP server that knows nothing of booting: the same machine, the same installation.
. "$(dirname "$0")/common.sh"
LAB_MODE=proxy
lab_begin proxy
ip -n "$LAB_NS" link add br0 type bridge
ip -n "$LAB_NS" link set br0 up
ip -n "$LAB_NS" addr add 10.77.0.1/24 dev br0
ip -n "$LAB_NS" tuntap add tap0 mode tap
ip -n "$LAB_NS" link set tap0 master br0 up
OTHER=${LAB_NS}o
ip netns add "$OTHER"
trap 'lab_end; ip netns del "$OTHER"' EXIT
ip -n "$OTHER" link set lo up
ip -n "$LAB_NS" link add veth0 type veth peer name eth0 netns "$OTHER"
ip -n "$LAB_NS" link set veth0 master br0 up
ip -n "$OTHER" addr add 10.77.0.2/24 dev eth0
ip -n "$OTHER" link set eth0 up
# A secret: the answer file comes by a token, and holds the hash.
HASH='$6$saltsalt$EJg17WAqCGMwU7Bt4jOTxiFibKR9d2ehxYbTF/ME0mZ5ZKzgER.76dtVzvRy7B3ooSxRzbOuBgJ62xUuQzl0s1'
lab_config "root-password-hash=$HASH"
sed -i 's/tap0/br0/; s/, ip=10.77.0.60//' "$LAB/pxed.ini" "$LAB/host-os.conf"
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"
ip netns exec "$OTHER" dnsmasq -k --conf-file=/dev/null --port=0 --bind-interfaces --interface=eth0 --no-ping \
    --dhcp-range=10.77.0.100,10.77.0.150,255.255.255.0,1h --dhcp-option=6,10.77.0.2 --dhcp-leasefile="$LAB/leases" \
    >"$LAB/dnsmasq.log" 2>&1 &
LAB_PIDS[dnsmasq]=$!
lab_disk "$LAB/disk.img" 3G
lab_machine
expect "the machine is installed beside another DHCP server" until_stage installed
if grep -qF "$HASH" "$LAB/pxed.log" || lab_ctl log web01 | grep -qF "$HASH"; then fail "the secret is in no log"; fi
ok "the secret is in no log"
FROM=$(lab_serial_size)
expect "and boots its disk" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
grep -q "$LAB_MAC" "$LAB/leases" || fail "the other server leased the address"
ok "the other server leased the address"
no_cause
echo "$CHECKS passed, 0 failed"
