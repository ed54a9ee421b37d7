# shellcheck shell=bash
# TFTP: lock-step and with windows, few clients and many, and one packet in a hundred lost. Every block is compared. Each client has an
# address of its own; `nat`: all have one.
LOAD_TITLE="TFTP"
LOAD_PEERS="dnsmasq tftpd-hpa atftpd pxed"
LOAD_METRICS=(
    "+MB_s up MB/s"
    "+cpu_ms_MB down CPU ms a MB"
    "p99_ms down p99 ms"
    "timeouts down time-outs"
)

tftp_start() { bench_start "$BENCH_PEER" tftp && bench_ready tftp loader; }

tftp_case() { # CASE FILE BLKSIZE WINDOW CLIENTS TRANSFERS [LOSS]
    local case=$1 file=$BENCH_DATA/tftp/$2 own=("${BENCH_OWN[@]}")
    shift
    case $case in *-nat) own=() ;; esac
    bench_measure "$case" "$BENCH_BIN/tftp-load" -s "$BENCH_SERVER" "${own[@]}" -f "$1" -R "$file" -b "$2" -w "$3" -c "$4" \
        -n "$5" -l "${6:-0}" -t 60 || { bench_alive || tftp_start; return; }
    bench_row MB_s "cpu_ms_MB=$(bench_cpu_per 1e3 MB)" files_s p50_ms p99_ms timeouts window
}

load_run() {
    local often=2
    [ -z "$BENCH_QUICK" ] || often=1
    BENCH_CASE=start
    tftp_start || return
    tftp_case 1MB-x128 megabyte 1428 1 128 $((128 * often))
    tftp_case 1MB-x16-window16 megabyte 1428 16 16 $((64 * often))
    tftp_case 70KB-x512 loader 1428 1 512 $((512 * often))
    [ -z "$BENCH_QUICK" ] || return 0
    tftp_case 1MB-x1-block512 megabyte 512 1 1 10
    tftp_case 1MB-x1 megabyte 1428 1 1 30
    tftp_case 1MB-x1-window16 megabyte 1428 16 1 60
    tftp_case 1MB-x16 megabyte 1428 1 16 96
    tftp_case 1MB-x128-window16 megabyte 1428 16 128 384
    tftp_case 70KB-x1000 loader 1428 1 1000 2000
    tftp_case 70KB-x512-nat loader 1428 1 512 1024
    tftp_case 1MB-x16-loss1% megabyte 1428 1 16 16 1
    tftp_case 1MB-x16-window16-loss1% megabyte 1428 16 16 16 1
}
