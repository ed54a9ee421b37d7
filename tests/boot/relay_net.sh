# shellcheck shell=bash
# Two nets behind a router with a relay; the machine is in the first. Sourced after common.sh.

relay_begin() { # NAME: the servers' wire, and the router with a hall at each of two further cards
    local space hall
    for space in dhcrelay dnsmasq udhcpc; do command -v $space >/dev/null || { echo "skipped: $space is missing"; exit 77; }; done
    lab_begin "$1"
    ROUTER=${LAB_NS}r OTHER=${LAB_NS}o NEXT=${LAB_NS}n
    trap 'lab_end; for space in "$ROUTER" "$OTHER" "$NEXT"; do ip netns del "$space" 2>/dev/null; done' EXIT
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
}

relay_pxed() { # IP [FURTHER HOST VARIABLES]: with this ip=, or none
    lab_config "${@:2}"
    sed -i 's/tap0/br0/' "$LAB/pxed.ini"
    cat >>"$LAB/pxed.ini" <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
range = 10.20.0.50 - 10.20.0.99
[subnet 10.30.0.0/24]
relay = 10.30.0.1
range = 10.30.0.50 - 10.30.0.99
INI
    sed -i "s/, ip=10.77.0.60/${1:+, ip=$1}/" "$LAB/host-os.conf"
    lab_image >/dev/null || fail "the image could not be built"
    lab_pxed || fail "pxed starts"
}

in_router() { LAB_NS=$ROUTER lab_spawn "$@"; }
relay_isc() { in_router relay dhcrelay -4 -d --no-pid -id hall1 -id hall2 -iu eth0 10.77.0.1; }
relay_foreign() { # dnsmasq's, and another DHCP server that leases the addresses
    LAB_NS=$OTHER lab_spawn dnsmasq dnsmasq -k --conf-file=/dev/null --port=0 --bind-interfaces --interface=eth0 --no-ping --user=root \
        --dhcp-range=10.20.0.100,10.20.0.150,255.255.255.0,1h --dhcp-range=10.30.0.100,10.30.0.150,255.255.255.0,1h \
        --dhcp-option=6,10.77.0.2 --dhcp-leasefile="$LAB/leases"
    in_router relay dnsmasq -d --conf-file=/dev/null --port=0 --user=root --leasefile-ro --interface=hall1 --interface=hall2 \
        --dhcp-relay=10.20.0.1,10.77.0.1 --dhcp-relay=10.20.0.1,10.77.0.2 \
        --dhcp-relay=10.30.0.1,10.77.0.1 --dhcp-relay=10.30.0.1,10.77.0.2
}
# In the other hall.
next_door() { ip netns exec "$NEXT" timeout 20 udhcpc -i eth0 -s /bin/true -f -n -q -t 5 -T 2 2>&1 | grep -o 'lease of 10\.30\.0\.[0-9]*'; }
