# shellcheck shell=bash
# From the start of a server to its first right answer, its memory then, and the CPU it uses while nobody asks. About 8 ms of the
# first figure are the harness's own: shell, ip netns, the probe's start.
LOAD_TITLE="Start-up and idle; pxed has 10,000 hosts, but none for DHCP and TFTP"
LOAD_PEERS="kea dnsmasq isc tftpd-hpa atftpd nginx lighttpd nginx-fpm nginx-fcgiwrap lighttpd-cgi stack-dnsmasq stack-kea pxed"
LOAD_METRICS=(
    "+first_ms down first answer ms"
    "+pss_MB down memory MB"
    "idle_cpu_ms_s down idle CPU ms a second"
    "processes down processes"
)

startup_case() { # ROLE KIND [WHAT]
    local begun what=${3:-}
    BENCH_CASE=$1
    bench_stop
    begun=$(date +%s%N)
    bench_start "$BENCH_PEER" "$1" || return
    bench_ready "$2" ${what:+"${what//%s/$(bench_host 7)}"} || return
    begun=$(bench_calc "($(date +%s%N) - $begun) / 1e6" %.1f)
    sleep 1
    bench_clock
    sleep 2
    bench_stop_clock
    bench_row "first_ms=$begun" "pss_MB=$(bench_memory)" "processes=$(bench_pids | wc -l)" \
        "idle_cpu_ms_s=$(bench_calc "$BENCH_CPU * 1e3 / $BENCH_SECONDS" %.3f)"
}

load_run() {
    local role
    BENCH_POOL=16384
    bench_source_peer "$BENCH_PEER"
    for role in $peer_roles; do
        case $role in
        dhcp) startup_case dhcp dhcp ;;
        tftp) startup_case tftp tftp loader ;;
        http) startup_case http http /boot/small ;;
        script | stack) startup_case "$role" http "$peer_script" ;;
        esac
    done
}
