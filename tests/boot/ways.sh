#!/bin/bash
# UEFI firmware takes its loader in each way that it may be told: an ordinary lease, "use this file", port 4011, a menu; from
# pxed alone, and beside another DHCP server.
. "$(dirname "$0")/common.sh"
command -v dnsmasq >/dev/null || { echo "skipped: dnsmasq is missing"; exit 77; }
export LAB_EFI=yes
lab_begin ways
ip -n "$LAB_NS" link add br0 type bridge
ip -n "$LAB_NS" link set br0 up
ip -n "$LAB_NS" addr add 10.77.0.1/24 dev br0
ip -n "$LAB_NS" tuntap add tap0 mode tap
ip -n "$LAB_NS" link set tap0 master br0 up
OTHER=${LAB_NS}o
ip netns add "$OTHER"
trap 'lab_end; ip netns del "$OTHER"' EXIT
ip -n "$LAB_NS" link add veth0 type veth peer name eth0 netns "$OTHER"
ip -n "$LAB_NS" link set veth0 master br0 up
ip -n "$OTHER" link set lo up
ip -n "$OTHER" addr add 10.77.0.2/24 dev eth0
ip -n "$OTHER" link set eth0 up
lab_disk "$LAB/disk.img" 16M

firmware_takes() { # KEY WAY
    lab_config
    sed -i 's/tap0/br0/; /^hosts/a idle = local' "$LAB/pxed.ini"
    printf '[quirk one]\narch = efi-x64\n%s = %s\n' "$1" "$2" >>"$LAB/pxed.ini"
    echo "$LAB_MAC, local, name=web01" >"$LAB/host-os.conf"
    rm -rf "$LAB/state"
    mkdir "$LAB/state"
    : >"$LAB/pxed.log"
    lab_pxed || fail "pxed starts"
    expect "$LAB_MODE, $2: it is the way" grep -q "told as    $2 (quirk one)" <(lab_ctl explain --firmware efi-x64 web01)
    local from=$SECONDS
    lab_machine
    expect "the firmware fetches its loader" lab_wait 300 journal_has ' loader '
    echo "# $LAB_MODE, $2: $((SECONDS - from)) s"
    lab_stop machine
    lab_stop pxed
}
LAB_MODE=server
for way in plain file 4011 menu; do firmware_takes ways $way; done
ip netns exec "$OTHER" dnsmasq -k --conf-file=/dev/null --port=0 --bind-interfaces --interface=eth0 --no-ping \
    --dhcp-range=10.77.0.100,10.77.0.150,255.255.255.0,1h --dhcp-leasefile="$LAB/leases" >"$LAB/dnsmasq.log" 2>&1 &
LAB_PIDS[dnsmasq]=$!
LAB_MODE=proxy
for way in 4011 file menu; do firmware_takes ways-proxy $way; done
echo "$CHECKS passed, 0 failed"
