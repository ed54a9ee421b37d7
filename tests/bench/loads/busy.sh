# shellcheck shell=bash
# How long a DISCOVER waits for its OFFER: with an idle server, and while 64 clients fetch files of 40 MB from the same machine. The
# clients of HTTP run at low priority, so that they do not delay the clock that is looked at.
LOAD_TITLE="DISCOVER to OFFER, while large files are sent"
LOAD_PEERS="stack-dnsmasq stack-kea pxed"
LOAD_METRICS=(
    "+p50_ms down p50 ms"
    "+p99_ms down p99 ms"
    "max_ms down max ms"
    "retrans down retransmissions"
    "files_MB_s up files MB/s"
)

busy_case() { # CASE FIRST
    bench_measure "$1" "$BENCH_BIN/dhcp-load" "${BENCH_RELAY[@]}" -n $((BUSY_SECONDS * 200)) -r 200 -b "$2" -d
}

busy_row() { # [KEY=VALUE...]
    bench_row p50_ms p90_ms p99_ms max_ms retrans "$@"
}

load_run() {
    local BUSY_SECONDS=10 files answered
    [ -z "$BENCH_QUICK" ] || BUSY_SECONDS=3
    BENCH_CASE=idle BENCH_POOL=65536
    bench_start "$BENCH_PEER" stack && bench_settled dhcp && bench_ready http /boot/small || return
    busy_case idle 0x5000000 && busy_row
    bench_client nice -n 10 timeout 60 "$BENCH_BIN/http-load" -s "$BENCH_SERVER" "${BENCH_OWN[@]}" -u /boot/initrd.img \
        -R "$BENCH_DATA/boot/initrd.img" -c 64 -t $((BUSY_SECONDS + 1)) >"$LAB/files" 2>&1 &
    files=$!
    sleep 0.5
    busy_case sending 0x6000000
    answered=$?
    wait $files || { bench_error "HTTP: $(sed -n 's/.* why=//p' "$LAB/files")"; return; }
    [ $answered = 0 ] && busy_row "files_MB_s=$(sed -n 's/.* MB_s=\([^ ]*\).*/\1/p' "$LAB/files")"
}
