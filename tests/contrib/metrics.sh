#!/bin/bash
# contrib/prometheus and contrib/grafana against a running daemon and a running Prometheus: /metrics is as promtool wants it, rules and
# dashboard name only what is exported, and each alert fires on its fault. usage: metrics.sh BUILD_FOLDER
. "$(dirname "$0")/../e2e/common.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
RULES=$TOP/contrib/prometheus/pxed.rules.yml
TESTS=$TOP/contrib/prometheus/pxed.rules.test.yml
DASHBOARD=$TOP/contrib/grafana/pxed.json
look() { python3 "$HERE/metrics.py" "$@"; }
command -v promtool >/dev/null || { echo "skipped: no promtool (package prometheus)"; exit 77; }

e2e_begin
e2e_client one 08:00:27:4d:4d:aa
e2e_image debian-12
printf '08:00:27:4d:4d:aa, debian-12, name=one\n08:00:27:4d:4d:bb, debian-13\n' >"$E2E/host-os.conf"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=10.77.0.1 -addext subjectAltName=IP:10.77.0.1 \
    -keyout "$E2E/key.pem" -out "$E2E/cert.pem" 2>/dev/null
e2e_ini <<INI
plugins = store-sqlite api dhcp tftp http os-linux console hooks
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
[http]
listen = 10.77.0.1:8443 tls
cert = cert.pem
key = key.pem
[console]
listen = 127.0.0.1:8080
[hook nobody]
url = http://127.0.0.1:1/
INI
e2e_start
metrics() { curl_as server "http://$E2E_SERVER/metrics"; }
metrics >"$E2E/metrics"

# --- what is exported
ok "promtool check metrics" promtool check metrics <"$E2E/metrics"
lacks "and it has nothing to remark" pxed_ "$(promtool check metrics <"$E2E/metrics" 2>&1)"
ok "rules, dashboard and docs/monitoring.md name what is exported" \
    look exported "$E2E/metrics" "$RULES" "$DASHBOARD" "$TOP/docs/monitoring.md"
sed 's/pxed_store_writable/pxed_store_writes/' "$RULES" >"$E2E/wrong.yml"
no "a name that is not exported is seen" look exported "$E2E/metrics" "$E2E/wrong.yml" "$DASHBOARD" "$TOP/docs/monitoring.md"
sed 's/LOGIN_RATE/LOGIN_RATES/' "$RULES" >"$E2E/wrong.yml"
no "and a value of a label" look exported "$E2E/metrics" "$E2E/wrong.yml" "$DASHBOARD" "$TOP/docs/monitoring.md"

# --- what the numbers say
value() { metrics | sed -n "s/^$1 //p"; } # a sample's name and labels, as a pattern
is_value() { [ "$(value "$1")" = "$2" ]; }
is "declared machines" 2 "$(value pxed_hosts)"
is "an image that is missing" 1 "$(value 'pxed_hosts_unready{reason="NO_IMAGE"}')"
is "a range" 50 "$(value 'pxed_pool_addresses{net="10.77.0.0\/24",behind="lan0",mode="server"}')"
is "nobody has an address" 0 "$(value 'pxed_pool_addresses_used{net="10.77.0.0\/24",behind="lan0",mode="server"}')"
is "until when the certificate is valid" "$(date -d "$(openssl x509 -in "$E2E/cert.pem" -noout -enddate | cut -d= -f2)" +%s)" \
    "$(metrics | sed -n 's/^pxed_certificate_expiry_timestamp_seconds{.*} //p')"
is "the store is written" 1 "$(value pxed_store_writable)"
is "the configuration is in force" 1 "$(value pxed_config_load_success)"
ok "it was started just now" [ "$(($(date +%s) - $(value pxed_start_time_seconds)))" -lt 60 ]
ok "one has an address" dhcp_as one --loader=gpxe lease
is "so one is used" 1 "$(value 'pxed_pool_addresses_used{net="10.77.0.0\/24",behind="lan0",mode="server"}')"
e2e_address one "$(e2e_state 08:00:27:4d:4d:aa ip)"
is "nothing was sent by HTTP to a machine but the page itself" 0 "$(value 'pxed_transfer_bytes_total{via="tftp"}')"
before=$(value 'pxed_transfer_bytes_total{via="http"}')
head -c 1000000 /dev/zero >"$E2E/root/boot/os/debian-12/big"
curl_as one -o /dev/null "$U/os/debian-12/big"
ok "a megabyte is counted" [ "$(($(value 'pxed_transfer_bytes_total{via="http"}') - before))" -ge 1000000 ]
is "no installation has failed" 0 "$(value 'pxed_steps_total{step="failed"}')"
e2e_pxed event one failed WHY >/dev/null
is "until one does" 1 "$(value 'pxed_steps_total{step="failed"}')"
cp "$E2E/host-os.conf" "$E2E/good.conf"
echo 'not a MAC, debian-12' >>"$E2E/host-os.conf"
ok "a line that cannot be read: not in force" until_true 10 is_value pxed_config_load_success 0
cp "$E2E/good.conf" "$E2E/host-os.conf"
ok "and mended" until_true 10 is_value pxed_config_load_success 1

# --- rules and dashboard by themselves
ok "promtool check rules" promtool check rules "$RULES"
ok "promtool test rules" promtool test rules "$TESTS"
ok "each alert has a test" look alerts "$RULES" "$TESTS"
ok "the dashboard's form" look dashboard "$DASHBOARD"
look rules "$DASHBOARD" >"$E2E/dashboard.yml"
ok "the dashboard's expressions" promtool check rules "$E2E/dashboard.yml"

# --- a real Prometheus, through the console's port and its token
e2e_pxed token add prometheus --scope read --json | jq -r .token >"$E2E/token"
cat >"$E2E/prometheus.yml" <<YML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$RULES]
scrape_configs:
  - job_name: pxed
    authorization: {credentials_file: $E2E/token}
    static_configs: [{targets: ["127.0.0.1:8080"]}]
YML
ok "its configuration" promtool check config "$E2E/prometheus.yml"
e2e_spawn prometheus server prometheus --config.file="$E2E/prometheus.yml" --storage.tsdb.path="$E2E/tsdb" \
    --web.listen-address=127.0.0.1:9090 --log.level=warn
ask() { curl_as server -G "http://127.0.0.1:9090/api/v1/$1" "${@:2}"; }
scraped() { [ "$(ask query --data-urlencode 'query=count_over_time(up{job="pxed"}[1m]) > 3' | jq '.data.result | length')" = 1 ]; }
ok "it reads the daemon's numbers" until_true 30 scraped
is "and calls it up" 1 "$(ask query --data-urlencode 'query=up{job="pxed"}' | jq -r '.data.result[0].value[1]')"
well() { [ "$(ask rules | jq '[.data.groups[].rules[] | select(.health == "ok")] | length')" = "$(grep -c 'alert: ' "$RULES")" ]; }
ok "it has taken each rule" until_true 20 well
ok "and answers each expression" e2e_in server python3 "$HERE/metrics.py" ask http://127.0.0.1:9090 "$RULES" "$DASHBOARD"
alerts() { ask alerts | jq -r '.data.alerts[] | "\(.labels.alertname) \(.state)"'; }
has "a missing image is pending for its ten minutes" "PxedNoImage pending" "$(alerts)"
e2e_kill prometheus
e2e_stop
e2e_done
