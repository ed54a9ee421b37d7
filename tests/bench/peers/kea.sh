# shellcheck shell=bash
# Kea with its memfile and one thread. It writes each lease, but never syncs the file.
peer_needs="kea-dhcp4"
peer_roles="dhcp nets"
peer_version() { echo "Kea $(kea-dhcp4 -v)"; }

kea_subnets() { # ROLE
    local n net
    printf '{"id": 1, "subnet": "10.100.0.0/14", "pools": [{"pool": "%s - %s"}]}' \
        "$BENCH_POOL_FIRST" "$(bench_pool_last "${BENCH_POOL:-}")"
    [ "$1" = nets ] || return 0
    for n in {0..999}; do
        net=10.$((104 + n / 256)).$((n % 256))
        printf ',\n{"id": %d, "subnet": "%s.0/24", "pools": [{"pool": "%s.10 - %s.250"}]}' $((n + 2)) $net $net $net
    done
}

kea_start() { # ROLE [THREADS]
    local many=false
    [ -z "${2:-}" ] || many=true
    cat >"$BENCH_RUN/kea.json" <<JSON
{"Dhcp4": {
  "interfaces-config": {"interfaces": ["ve0"], "dhcp-socket-type": "udp"},
  "lease-database": {"type": "memfile", "persist": true, "name": "$BENCH_RUN/kea.csv", "lfc-interval": 0},
  "multi-threading": {"enable-multi-threading": $many, "thread-pool-size": ${2:-1}, "packet-queue-size": 64},
  "valid-lifetime": 43200,
  "option-data": [{"name": "routers", "data": "$BENCH_SERVER"}],
  "client-classes": [
    {"name": "ipxe", "test": "option[77].hex == 'iPXE'", "boot-file-name": "http://$BENCH_SERVER/cgi/home.php"},
    {"name": "rom", "test": "not (option[77].hex == 'iPXE')", "boot-file-name": "loader", "next-server": "$BENCH_SERVER"}],
  "subnet4": [$(kea_subnets "$1")],
  "loggers": [{"name": "kea-dhcp4", "output_options": [{"output": "$BENCH_RUN/kea.log"}], "severity": "ERROR"}]
}}
JSON
    bench_spawn kea env KEA_PIDFILE_DIR="$BENCH_RUN" KEA_LOCKFILE_DIR="$BENCH_RUN" kea-dhcp4 -c "$BENCH_RUN/kea.json"
}
peer_start() { kea_start "$1"; }
