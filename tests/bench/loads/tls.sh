# shellcheck shell=bash
# TLS 1.3 with a certificate of RSA 2048: files, and a handshake for each request. Every byte is compared, the certificate is checked.
LOAD_TITLE="HTTP with TLS"
LOAD_PEERS="nginx lighttpd pxed"
LOAD_METRICS=(
    "+MB_s up MB/s"
    "+cpu_s_GB down CPU s a GB"
    "+requests_s up requests/s"
    "+cpu_us down CPU us a request"
    "p99_ms down p99 ms"
)

tls_certificate() { # made once: a CA and what it signed
    local own=$LAB/tls
    [ ! -e "$own/server.pem" ] || return 0
    mkdir -p "$own"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=bench CA" -keyout "$own/ca.key" -out "$own/ca.pem" 2>/dev/null &&
        openssl req -newkey rsa:2048 -nodes -subj /CN=pxe-server -addext "subjectAltName=IP:$BENCH_SERVER" \
            -keyout "$own/server.key" -out "$own/server.csr" 2>/dev/null &&
        openssl x509 -req -in "$own/server.csr" -CA "$own/ca.pem" -CAkey "$own/ca.key" -days 30 -copy_extensions copy \
            -out "$own/server.pem" 2>/dev/null
}

tls_measure() { # CASE PATH CONNECTIONS [-C]
    bench_measure "$1" "$BENCH_BIN/http-load" -s "$BENCH_SERVER" "${BENCH_OWN[@]}" -p 443 -A "$LAB/tls/ca.pem" -u "/$2" \
        -R "$BENCH_DATA/$2" -c "$3" -t "$TLS_SECONDS" ${4:+"$4"}
}

tls_file() { # CASE PATH CONNECTIONS
    tls_measure "$@" && bench_row MB_s "cpu_s_GB=$(bench_cpu_per 1e3 MB)" share
}

tls_small() { # CASE PATH CONNECTIONS [-C]
    tls_measure "$@" && bench_row requests_s "cpu_us=$(bench_cpu_per 1e6 answers)" p99_ms share
}

load_run() {
    local TLS_SECONDS=4
    [ -z "$BENCH_QUICK" ] || TLS_SECONDS=1
    BENCH_CASE=start
    tls_certificate || { bench_error "no certificate could be made"; return; }
    bench_start "$BENCH_PEER" tls && bench_ready http /boot/small || return
    tls_file 8MB-x1 boot/vmlinuz 1
    tls_file 8MB-x8 boot/vmlinuz 8
    tls_file 40MB-x64 boot/initrd.img 64
    tls_small 600B-x64 boot/small 64
    tls_small 600B-x8-one-each boot/small 8 -C
}
