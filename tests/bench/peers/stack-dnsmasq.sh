# shellcheck shell=bash
# The whole chain of a boot from dnsmasq, nginx and php-fpm.
# shellcheck source=tests/bench/peers/nginx-fpm.sh
. "$BENCH_HERE/peers/nginx-fpm.sh"
# shellcheck source=tests/bench/peers/dnsmasq.sh
. "$BENCH_HERE/peers/dnsmasq.sh"
peer_needs="dnsmasq nginx php-fpm8.2"
peer_roles="stack"
peer_script="/cgi/home.php?mac=%s"
peer_version() { echo "dnsmasq, nginx, php-fpm"; }
peer_start() {
    dnsmasq_start dhcp+tftp
    nginx_fpm_start
}
