# shellcheck shell=bash
# The boot script by hardware address: 10,000 hosts, each asks once after the start (`first`), then a random one for each request. Each
# script must name the answer file of the machine that asked.
LOAD_TITLE="Boot scripts by hardware address, 10,000 hosts"
LOAD_PEERS="nginx-fpm nginx-fcgiwrap lighttpd-cgi pxed"
LOAD_METRICS=(
    "+requests_s up scripts/s"
    "+cpu_us down CPU us a script"
    "p99_ms down p99 ms"
    "pss_MB down memory MB"
)

script_case() { # CASE CONNECTIONS [-o]
    bench_measure "$1" "$BENCH_BIN/http-load" -s "$BENCH_SERVER" "${BENCH_OWN[@]}" -u "$peer_script" -E "linux-ks/%s." \
        -m "$BENCH_FIRST_HOST" -n "$BENCH_HOSTS" -c "$2" -t "$SCRIPT_SECONDS" ${3:+"$3"} || return
    bench_row requests_s "cpu_us=$(bench_cpu_per 1e6 answers)" p99_ms share "pss_MB=$(bench_memory)"
}

load_run() {
    local SCRIPT_SECONDS=5
    [ -z "$BENCH_QUICK" ] || SCRIPT_SECONDS=2
    BENCH_CASE=start
    bench_start "$BENCH_PEER" script && bench_ready http "${peer_script//%s/$(bench_host 7)}" || return
    SCRIPT_SECONDS=10 script_case first-x16 16 -o
    script_case x16 16
    [ -n "$BENCH_QUICK" ] || script_case x1 1
    script_case x64 64
}
