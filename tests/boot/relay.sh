#!/bin/bash
# Two nets behind a router with a relay: a machine there installs. The relay is ISC's, pxed leases the addresses; with RELAY=proxy
# it is dnsmasq's, and another DHCP server leases them: relay_proxy.sh.
. "$(dirname "$0")/common.sh"
RELAY=${RELAY:-server}
for program in dhcrelay dnsmasq udhcpc; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
LAB_MODE=$RELAY
lab_begin "relay_$RELAY"
ROUTER=${LAB_NS}r OTHER=${LAB_NS}o NEXT=${LAB_NS}n
trap 'lab_end; for space in "$ROUTER" "$OTHER" "$NEXT"; do ip netns del "$space" 2>/dev/null; done' EXIT

# --- the servers' wire, and the router with a hall at each of two further cards
ip -n "$LAB_NS" link add br0 type bridge
ip -n "$LAB_NS" link set br0 address 02:00:0a:4d:00:01 up
ip -n "$LAB_NS" addr add 10.77.0.1/24 dev br0
for space in "$ROUTER" "$OTHER"; do
    ip netns add "$space"
    ip -n "$space" link set lo up
    ip -n "$LAB_NS" link add "v_${space: -1}" type veth peer name eth0 netns "$space"
    ip -n "$LAB_NS" link set "v_${space: -1}" master br0 up
    ip -n "$space" link set eth0 up
done
ip -n "$ROUTER" addr add 10.77.0.254/24 dev eth0
ip -n "$OTHER" addr add 10.77.0.2/24 dev eth0
ip netns exec "$ROUTER" sysctl -qw net.ipv4.ip_forward=1
for hall in 1:20 2:30; do
    ip -n "$ROUTER" link add "hall${hall%:*}" type bridge
    ip -n "$ROUTER" addr add "10.${hall#*:}.0.1/24" dev "hall${hall%:*}"
    ip -n "$ROUTER" link set "hall${hall%:*}" up
    for space in "$LAB_NS" "$OTHER"; do ip -n "$space" route add "10.${hall#*:}.0.0/24" via 10.77.0.254; done
done
ip -n "$ROUTER" tuntap add tap0 mode tap
ip -n "$ROUTER" link set tap0 master hall1 up
ip netns add "$NEXT" # a machine in the other hall
ip -n "$NEXT" link set lo up
ip -n "$ROUTER" link add p_next type veth peer name eth0 netns "$NEXT"
ip -n "$ROUTER" link set p_next master hall2 up
ip -n "$NEXT" link set eth0 up

# --- pxed
HASH='$6$saltsalt$EJg17WAqCGMwU7Bt4jOTxiFibKR9d2ehxYbTF/ME0mZ5ZKzgER.76dtVzvRy7B3ooSxRzbOuBgJ62xUuQzl0s1'
# On a loaded machine systemd's 90 seconds for the serial line are too short (install.sh).
echo 'mkdir -p /etc/systemd/system.conf.d && printf "[Manager]\nDefaultDeviceTimeoutSec=15min\nDefaultTimeoutStartSec=15min\n" >/etc/systemd/system.conf.d/slow.conf' >"$LAB/run.sh"
lab_config "root-password-hash=$HASH, run=@run.sh"
sed -i 's/tap0/br0/' "$LAB/pxed.ini"
cat >>"$LAB/pxed.ini" <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
range = 10.20.0.50 - 10.20.0.99
[subnet 10.30.0.0/24]
relay = 10.30.0.1
range = 10.30.0.50 - 10.30.0.99
INI
[ "$RELAY" = server ] && ADDRESS=10.20.0.60 || ADDRESS=
sed -i "s/, ip=10.77.0.60/${ADDRESS:+, ip=$ADDRESS}/" "$LAB/host-os.conf"
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"

# --- the relay, and the other server
in_router() { LAB_NS=$ROUTER lab_spawn "$@"; }
if [ "$RELAY" = server ]; then
    in_router relay dhcrelay -4 -d --no-pid -id hall1 -id hall2 -iu eth0 10.77.0.1
else
    LAB_NS=$OTHER lab_spawn dnsmasq dnsmasq -k --conf-file=/dev/null --port=0 --bind-interfaces --interface=eth0 --no-ping --user=root \
        --dhcp-range=10.20.0.100,10.20.0.150,255.255.255.0,1h --dhcp-range=10.30.0.100,10.30.0.150,255.255.255.0,1h \
        --dhcp-option=6,10.77.0.2 --dhcp-leasefile="$LAB/leases"
    in_router relay dnsmasq -d --conf-file=/dev/null --port=0 --user=root --leasefile-ro --interface=hall1 --interface=hall2 \
        --dhcp-relay=10.20.0.1,10.77.0.1 --dhcp-relay=10.20.0.1,10.77.0.2 \
        --dhcp-relay=10.30.0.1,10.77.0.1 --dhcp-relay=10.30.0.1,10.77.0.2
fi

# --- the other hall: its own addresses
next_door() { ip netns exec "$NEXT" timeout 20 udhcpc -i eth0 -s /bin/true -f -n -q -t 5 -T 2 2>&1 | grep -o 'lease of 10\.30\.0\.[0-9]*'; }
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
