# shellcheck shell=bash
# lighttpd: files, TLS, and scripts by CGI.
peer_needs="lighttpd"
peer_roles="http tls"
peer_version() { lighttpd -v | sed -n 's/^\(lighttpd\/[^ ]*\).*/\1/p'; }

lighttpd_conf() { # ROLE
    cat <<CONF
server.modules = ("mod_alias", "mod_cgi")
server.document-root = "$BENCH_DATA"
server.bind = "$BENCH_SERVER"
server.port = 80
server.max-fds = 16384
server.max-connections = 8192
server.listen-backlog = 4096
server.max-keep-alive-requests = 1000000
server.network-backend = "sendfile"
server.username = "www-data"
server.groupname = "www-data"
server.errorlog = "$BENCH_RUN/lighttpd.log"
alias.url = ("/cgi/" => "$LAB/cgi/")
\$HTTP["url"] =~ "^/cgi/" { cgi.assign = (".sh" => "/bin/sh") }
CONF
    [ "$1" != tls ] || cat <<CONF
server.modules += ("mod_openssl")
\$SERVER["socket"] == "$BENCH_SERVER:443" {
    ssl.engine = "enable"
    ssl.pemfile = "$LAB/tls/server.pem"
    ssl.privkey = "$LAB/tls/server.key"
}
CONF
}

lighttpd_start() { # ROLE
    lighttpd_conf "$1" >"$BENCH_RUN/lighttpd.conf"
    : >"$BENCH_RUN/lighttpd.log"
    chmod 666 "$BENCH_RUN/lighttpd.log"
    bench_spawn lighttpd lighttpd -D -f "$BENCH_RUN/lighttpd.conf"
}
peer_start() { lighttpd_start "$1"; }
