# shellcheck shell=bash
# The whole chain of a boot from Kea with a thread for each processor, tftpd-hpa, nginx and php-fpm.
# shellcheck source=tests/bench/peers/nginx-fpm.sh
. "$BENCH_HERE/peers/nginx-fpm.sh"
# shellcheck source=tests/bench/peers/tftpd-hpa.sh
. "$BENCH_HERE/peers/tftpd-hpa.sh"
# shellcheck source=tests/bench/peers/kea.sh
. "$BENCH_HERE/peers/kea.sh"
peer_needs="kea-dhcp4 in.tftpd nginx php-fpm8.2"
peer_roles="stack"
peer_script="/cgi/home.php?mac=%s"
peer_version() { echo "Kea, tftpd-hpa, nginx, php-fpm"; }
peer_start() {
    kea_start dhcp "$(nproc)"
    tftpd_hpa_start
    nginx_fpm_start
}
