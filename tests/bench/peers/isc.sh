# shellcheck shell=bash
# ISC dhcpd. Without its ping before an offer, which is its fastest setting; it syncs each lease.
peer_needs="dhcpd"
peer_roles="dhcp nets"
peer_version() { echo "ISC $(dhcpd --version 2>&1 | sed 's/^isc-//')"; }

isc_nets() { # ROLE
    local n net
    echo "subnet 10.100.0.0 netmask 255.252.0.0 {"
    echo "  range $BENCH_POOL_FIRST $(bench_pool_last "${BENCH_POOL:-}"); option routers $BENCH_SERVER;"
    echo "}"
    [ "$1" = nets ] || return 0
    for n in {0..999}; do
        net=10.$((104 + n / 256)).$((n % 256))
        echo "subnet $net.0 netmask 255.255.255.0 { range $net.10 $net.250; }"
    done
}

peer_start() {
    {
        printf 'authoritative;\nping-check false;\ndefault-lease-time 43200;\nmax-lease-time 43200;\nnext-server %s;\n' "$BENCH_SERVER"
        printf 'if option user-class = "iPXE" { filename "http://%s/cgi/home.php"; } else { filename "loader"; }\n' "$BENCH_SERVER"
        isc_nets "$1"
    } >"$BENCH_RUN/isc.conf"
    [ -e "$BENCH_RUN/isc.leases" ] || : >"$BENCH_RUN/isc.leases"
    bench_spawn isc dhcpd -4 -f -q -cf "$BENCH_RUN/isc.conf" -lf "$BENCH_RUN/isc.leases" --no-pid ve0
}
