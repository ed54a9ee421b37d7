# shellcheck shell=bash
# DHCP through relays: 10,000 clients in 1,000 nets, each with its own giaddr and pool. Each lease must be of its relay's net.
LOAD_TITLE="DHCP: 1,000 relayed nets"
LOAD_PEERS="kea-mt dnsmasq isc pxed"
LOAD_METRICS=(
    "+leases_s up leases/s"
    "+cpu_us down CPU us a lease"
    "p99_ms down p99 ms"
    "retrans down retransmissions"
)

load_run() {
    local many=10000
    [ -z "$BENCH_QUICK" ] || many=2000
    BENCH_CASE=nets-1000 BENCH_POOL=4096
    bench_start "$BENCH_PEER" nets && bench_settled dhcp || return
    bench_measure nets-1000 "$BENCH_BIN/dhcp-load" -s "$BENCH_SERVER" -g "$BENCH_HALLS" -N 1000 -n "$many" -b 0x4000000 \
        -t 20 || return
    bench_row leases_s "cpu_us=$(bench_cpu_per 1e6 leases)" p99_ms retrans leases
}
