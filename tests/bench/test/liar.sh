# shellcheck shell=bash
# A peer of the test bench-quick: dnsmasq, but one byte of its megabyte is another.
# shellcheck source=tests/bench/peers/dnsmasq.sh
. "$BENCH_HERE/peers/dnsmasq.sh"
peer_roles="tftp"

peer_start() {
    local honest=$BENCH_DATA BENCH_DATA=$BENCH_RUN/lies
    mkdir -p "$BENCH_DATA/tftp"
    cp "$honest"/tftp/* "$BENCH_DATA/tftp/"
    printf 'a byte that differs' | dd of="$BENCH_DATA/tftp/megabyte" bs=1 seek=1000000 conv=notrunc status=none
    dnsmasq_start tftp
}
