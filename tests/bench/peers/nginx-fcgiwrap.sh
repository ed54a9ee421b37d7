# shellcheck shell=bash
# nginx with fcgiwrap, which starts a shell script for each request.
# shellcheck source=tests/bench/peers/nginx.sh
. "$BENCH_HERE/peers/nginx.sh"
peer_needs="nginx fcgiwrap"
peer_roles="script"
peer_script="/cgi/home.sh?mac=%s"
peer_start() {
    nginx_conf script
    bench_spawn fcgiwrap fcgiwrap -c $(($(nproc) * 2)) -s "unix:$BENCH_RUN/nginx/fastcgi"
    lab_wait 5 test -S "$BENCH_RUN/nginx/fastcgi" && chmod 666 "$BENCH_RUN/nginx/fastcgi"
    nginx_start script
}
