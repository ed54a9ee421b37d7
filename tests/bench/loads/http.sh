# shellcheck shell=bash
# HTTP: small and large files on 1 to 2,000 connections (x64), kept alive or one for each request, from below boot and boot/os.
# Every byte is compared; `share`: of an equal part, what the least served connection got; 0 is one that got nothing.
# Each connection comes from an address of its own; `nat`: all from one.
LOAD_TITLE="HTTP: files"
LOAD_PEERS="nginx lighttpd pxed"
LOAD_METRICS=(
    "+requests_s up requests/s"
    "+cpu_us down CPU us a request"
    "+MB_s up MB/s"
    "+cpu_s_GB down CPU s a GB"
    "p99_ms down p99 ms"
    "share up least share"
)
HTTP_IMAGE=boot/os/centos-5.5-i386/pxeboot

http_case() { # CASE PATH CONNECTIONS [-C]
    local own=("${BENCH_OWN[@]}")
    case $1 in *-nat) own=() ;; esac
    bench_measure "$1" "$BENCH_BIN/http-load" -s "$BENCH_SERVER" "${own[@]}" -u "/$2" -R "$BENCH_DATA/$2" -c "$3" \
        -t "$HTTP_SECONDS" ${4:+"$4"} || return
    case $2 in
    *small) bench_row requests_s "cpu_us=$(bench_cpu_per 1e6 answers)" p99_ms share ;;
    *) bench_row MB_s "cpu_s_GB=$(bench_cpu_per 1e3 MB)" share ;;
    esac
}

load_run() {
    local HTTP_SECONDS=4
    [ -z "$BENCH_QUICK" ] || HTTP_SECONDS=1
    BENCH_CASE=start
    bench_start "$BENCH_PEER" http && bench_ready http /boot/small || return
    http_case 600B-x64 boot/small 64
    http_case 600B-x64-boot/os $HTTP_IMAGE/small 64
    http_case 600B-x64-one-each boot/small 64 -C
    http_case 8MB-x64 $HTTP_IMAGE/vmlinuz 64
    http_case 40MB-x64 $HTTP_IMAGE/initrd.img 64
    [ -z "$BENCH_QUICK" ] || return 0
    http_case 600B-x1 boot/small 1
    http_case 600B-x512 boot/small 512
    http_case 600B-x2000 boot/small 2000
    http_case 600B-x512-nat boot/small 512
    http_case 8MB-x1 boot/vmlinuz 1
    http_case 40MB-x1 boot/initrd.img 1
    http_case 40MB-x512 $HTTP_IMAGE/initrd.img 512
}
