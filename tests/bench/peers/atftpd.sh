# shellcheck shell=bash
# atftpd: a thread for each transfer. Its package conflicts with tftpd-hpa, so scripts/deps only unpacks it.
ATFTPD=/usr/local/lib/pxed/bench/usr/sbin/atftpd
peer_needs=$ATFTPD
peer_roles="tftp"
peer_version() { $ATFTPD --version | head -n 1; }
peer_start() {
    bench_spawn atftpd $ATFTPD --daemon --no-fork --bind-address "$BENCH_SERVER" --port 69 --maxthread 2000 --user nobody.nogroup \
        --tftpd-timeout 0 --retry-timeout 1 --no-multicast --verbose=3 --logfile "$BENCH_RUN/atftpd.log" "$BENCH_DATA/tftp"
}
