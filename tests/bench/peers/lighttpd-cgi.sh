# shellcheck shell=bash
# lighttpd that starts a shell script for each request.
# shellcheck source=tests/bench/peers/lighttpd.sh
. "$BENCH_HERE/peers/lighttpd.sh"
peer_roles="script"
peer_script="/cgi/home.sh?mac=%s"
