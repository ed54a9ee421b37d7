# shellcheck shell=bash
# DHCP: DISCOVER, OFFER, REQUEST, ACK for each of many clients, 64 of them at once, all through one relay. New clients, the same
# ones again, and new ones on a store that holds the leases of others after a restart. Leases must be distinct and as offered.
LOAD_TITLE="DHCP: leases, 64 clients at once"
LOAD_PEERS="kea kea-mt dnsmasq isc pxed"
LOAD_METRICS=(
    "+leases_s up leases/s"
    "+cpu_us down CPU us a lease"
    "p99_ms down p99 ms"
    "retrans down retransmissions"
    "pss_MB down memory MB"
)

dhcp_case() { # CASE CLIENTS FIRST
    bench_measure "$1" "$BENCH_BIN/dhcp-load" "${BENCH_RELAY[@]}" -n "$2" -b "$3" -t "$SECONDS_AT_MOST" || return
    bench_row leases_s "cpu_us=$(bench_cpu_per 1e6 leases)" p99_ms retrans naks leases "pss_MB=$(bench_memory)"
}

# Of as many only those whose rate does not fall to a few hundred a second.
dhcp_large() {
    case $BENCH_PEER:$BENCH_QUICK in
    kea: | kea-mt: | pxed:) ;;
    *) return ;;
    esac
    BENCH_POOL=131072 BENCH_CASE=new-50000
    bench_start "$BENCH_PEER" dhcp && bench_settled dhcp && dhcp_case new-50000 50000 0x4000000
}

load_run() {
    local SECONDS_AT_MOST=20 many=10000
    [ -z "$BENCH_QUICK" ] || many=2000
    # A pool of four times the clients: ISC's cost grows with the pool, not with its use.
    BENCH_POOL=4096
    BENCH_CASE=new-1000
    bench_start "$BENCH_PEER" dhcp && bench_settled dhcp && dhcp_case new-1000 1000 0x1000000
    BENCH_POOL=$((many * 4))
    BENCH_CASE=new-$many
    bench_start "$BENCH_PEER" dhcp && bench_settled dhcp || return
    dhcp_case new-$many $many 0x2000000
    dhcp_case again-$many $many 0x2000000
    bench_stop
    BENCH_CASE=held-$many
    bench_restart "$BENCH_PEER" dhcp && bench_settled dhcp && dhcp_case held-$many $many 0x3000000
    dhcp_large
}
