# shellcheck shell=bash
# Machines that boot at once, each through the whole chain: DHCP, its loader by TFTP (70 KB), DHCP as iPXE, script, kernel (8 MB)
# and initrd (40 MB) by HTTP. The first word of a case is how many; the second, how much of each image they take. None may fail.
LOAD_TITLE="Boot storm"
LOAD_PEERS="stack-dnsmasq stack-kea pxed"
LOAD_METRICS=(
    "+all_s down seconds for all"
    "+cpu_ms down CPU ms a boot"
    "boot_p99_ms down boot p99 ms"
    "retrans down retransmissions"
    "pss_MB down memory MB"
)

storm_case() { # CASE MACHINES BYTES
    local image=$BENCH_DATA/boot
    BENCH_CASE=$1
    bench_start "$BENCH_PEER" stack && bench_settled dhcp && bench_ready tftp loader &&
        bench_ready http "${peer_script//%s/$(bench_host 9990)}" || return
    bench_measure "$1" "$BENCH_BIN/boot-storm" "${BENCH_RELAY[@]}" -n "$2" -b "$BENCH_FIRST_HOST" -u "$peer_script" \
        -f loader -L "$BENCH_DATA/tftp/loader" -K "$image/vmlinuz" -I "$image/initrd.img" -k "$3" -t 100 || return
    bench_row all_s "cpu_ms=$(bench_cpu_per 1e3 booted)" boot_p50_ms boot_p99_ms retrans naks moved "pss_MB=$(bench_memory)"
}

load_run() {
    BENCH_POOL=16384
    storm_case 1000-64KiB 1000 65536
    storm_case 100-4MiB 100 4194304
    [ -z "$BENCH_QUICK" ] || return 0
    storm_case 100-whole 100 0
    storm_case 1000-whole 1000 0
    storm_case 3500-64KiB 3500 65536
}
