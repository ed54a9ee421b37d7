# shellcheck shell=bash
# Kea with a thread for each processor.
# shellcheck source=tests/bench/peers/kea.sh
. "$BENCH_HERE/peers/kea.sh"
peer_version() { echo "Kea $(kea-dhcp4 -v), $(nproc) threads"; }
peer_start() { kea_start "$1" "$(nproc)"; }
