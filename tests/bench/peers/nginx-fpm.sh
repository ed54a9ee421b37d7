# shellcheck shell=bash
# nginx with php-fpm, as the classic recipe for scripts by hardware address.
# shellcheck source=tests/bench/peers/nginx.sh
. "$BENCH_HERE/peers/nginx.sh"
peer_needs="nginx php-fpm8.2"
peer_roles="script"
peer_script="/cgi/home.php?mac=%s"
peer_version() { echo "$(nginx -v 2>&1 | sed 's/.*: //'), $(php-fpm8.2 -v | sed -n 's/^\(PHP [^ ]*\).*/\1/p')"; }

nginx_fpm_start() {
    nginx_conf script
    cat >"$BENCH_RUN/fpm.conf" <<CONF
[global]
error_log = $BENCH_RUN/fpm.log
daemonize = no
[www]
user = www-data
listen = $BENCH_RUN/nginx/fastcgi
listen.mode = 0666
listen.backlog = 4096
pm = static
pm.max_children = $(($(nproc) * 2))
CONF
    bench_spawn fpm php-fpm8.2 -F -y "$BENCH_RUN/fpm.conf"
    nginx_start script
}
peer_start() { nginx_fpm_start; }
