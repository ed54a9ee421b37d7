# shellcheck shell=bash
# nginx with a worker for each processor: files, TLS, and scripts by php-fpm or fcgiwrap.
peer_needs="nginx"
peer_roles="http tls"
peer_version() { nginx -v 2>&1 | sed 's/.*: //'; }

nginx_tls() {
    [ "$1" != tls ] || cat <<CONF
        listen $BENCH_SERVER:443 ssl backlog=4096;
        ssl_certificate $LAB/tls/server.pem; ssl_certificate_key $LAB/tls/server.key;
CONF
}

nginx_conf() { # ROLE
    local own=$BENCH_RUN/nginx
    mkdir -p "$own"
    chmod 777 "$own"
    cat >"$BENCH_RUN/nginx.conf" <<CONF
daemon off; pid $own/pid; error_log $own/error.log error; user www-data;
worker_processes auto; worker_rlimit_nofile 20000;
events { worker_connections 8192; }
http {
    access_log off; sendfile on; tcp_nopush on; keepalive_timeout 65; keepalive_requests 1000000;
    default_type application/octet-stream;
    client_body_temp_path $own/a; proxy_temp_path $own/b; fastcgi_temp_path $own/c; uwsgi_temp_path $own/d; scgi_temp_path $own/e;
    server {
        listen $BENCH_SERVER:80 backlog=4096;
$(nginx_tls "$1")
        root $BENCH_DATA;
        location /cgi/ {
            root $LAB; include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_pass unix:$own/fastcgi;
        }
    }
}
CONF
}

nginx_start() { # ROLE
    nginx_conf "$1"
    bench_spawn nginx nginx -c "$BENCH_RUN/nginx.conf" -e "$BENCH_RUN/nginx/error.log"
}
peer_start() { nginx_start "$1"; }
