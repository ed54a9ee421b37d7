#!/bin/bash
# The API on the console's listener: tokens and scopes, doors, every route against its OpenAPI document, viewers. The page: page.sh.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client m1 $M1
e2e_address m1 10.77.0.61
e2e_client m3 08:00:27:00:00:99
e2e_image debian-12
{
    printf '%s\n' "$M1, debian-12, name=web01, ip=10.77.0.61, group=web, disk=/dev/vda" "$M2, debian-12, name=db01, ip=10.77.0.62, group=db" "08:00:27:4d:4d:ac, rocky-9, name=db02, group=db"
    for i in $(seq 0 297); do printf '08:00:28:00:%02x:%02x, debian-12, name=rack-%05d\n' $((i / 256)) $((i % 256)) "$i"; done
} >"$E2E/host-os.conf"
e2e_ini <<INI
plugins = store-sqlite api console dhcp tftp http os-linux
arm = command
[dhcp]
mode = server
range = 10.77.0.100 - 10.77.0.199
dns = 10.77.0.1
[console]
listen = 127.0.0.1:8080
listen = [::1]:8080
viewers = 30
[group web]
[group db]
INI
e2e_start
C=http://127.0.0.1:8080
ask() { e2e_in server curl -s --max-time 20 "$@"; }
status() { ask -o "$E2E/body" -w '%{http_code}' "$@"; }
bearer() { echo "Authorization: Bearer $1"; }

# --- tokens
ALL=$(e2e_pxed token add boss --scope read,operate,arm 2>/dev/null)
READ=$(e2e_pxed token add grafana --scope read 2>/dev/null)
WEB=$(e2e_pxed token add web-team --scope operate --scope arm --hosts group:web 2>/dev/null)
has "a token is printed, and nothing else" "pxed_" "$READ"
is "its length" 45 ${#READ}
has "it is listed" "web-team operate arm web" "$(e2e_pxed token list | tr -s " ")"
has "by whom it was made" "uid 0 (root)" "$(e2e_pxed token list)"
lacks "without itself" "${READ#pxed_}" "$(e2e_pxed token list --json)"
lacks "nor is it in the store" "${READ#pxed_}" "$(strings -a "$E2E"/state/*.db* 2>/dev/null)"
lacks "or the log" "${READ#pxed_}" "$(cat "$E2E_LOG")"
is "an unknown scope" 2 "$(e2e_pxed token add x --scope root >/dev/null 2>&1; echo $?)"
is "no scope" 2 "$(e2e_pxed token add x >/dev/null 2>&1; echo $?)"
is "a name twice" 1 "$(e2e_pxed token add boss --scope read >/dev/null 2>&1; echo $?)"

# --- doors
is "no token: 401" 401 "$(status $C/api/v1/machines)"
has "and how to get in" 'Bearer realm="pxed"' "$(ask -i $C/api/v1/machines)"
is "a wrong one: 401" 401 "$(status -H "$(bearer pxed_0000000000000000000000000000000000000000)" $C/api/v1/machines)"
is "a right one" 200 "$(status -H "$(bearer "$READ")" $C/api/v1/machine?host=web01)"
is "IPv6, too" 200 "$(status -H "$(bearer "$READ")" "http://[::1]:8080/api/v1/machine?host=web01")"
is "reading is not arming" 403 "$(status -H "$(bearer "$READ")" -d '{"hosts":["web01"]}' $C/api/v1/arm)"
has "the scope is named" "arm needs the scope arm; the token grafana has read" "$(cat "$E2E/body")"
is "other hosts are not there" 404 "$(status -H "$(bearer "$WEB")" -d '{"hosts":["db01"]}' $C/api/v1/arm)"
is "one group's machines alone" 1 "$(ask -H "$(bearer "$WEB")" "$C/api/v1/machines" | jq length)"
is "stopping is the socket's" 403 "$(status -H "$(bearer "$ALL")" -d '{}' $C/api/v1/stop)"
has "metrics" 'pxed_hosts 301' "$(ask -H "$(bearer "$READ")" $C/metrics)"
is "not without a token" 401 "$(status $C/metrics)"
has "an image that lacks" "NO_IMAGE" "$(ask -H "$(bearer "$READ")" $C/api/v1/images | jq -r '.[] | select(.os == "rocky-9") | .reason')"
has "says what was looked for" "vmlinuz" "$(ask -H "$(bearer "$READ")" $C/api/v1/images | jq -r '.[] | select(.os == "rocky-9") | .text')"
is "the boot port has no API" 404 "$(status "http://$E2E_SERVER/api/v1/machines")"
is "nor has the page boot files" 404 "$(status $C/boot/home.php)"
is "a program arms" 200 "$(status -H "$(bearer "$WEB")" -d '{"hosts":["web01"]}' $C/api/v1/arm)"
has "by its name" "token web-team" "$(e2e_pxed log web01 --json)"
is "a cookie from another page does not disarm" 403 "$(status -b "pxed=$ALL" -H 'Origin: http://evil.example' -d '{"hosts":["web01"]}' $C/api/v1/disarm)"
is "our page's does" 200 "$(status -b "pxed=$ALL" -H "Origin: $C" -d '{"hosts":["web01"]}' $C/api/v1/disarm)"
is "by form: wrong" 403 "$(status -H "Origin: $C" -d token=x $C/login)"
has "by form: right" "HttpOnly; SameSite=Strict" "$(ask -i -H "Origin: $C" -d "token=$READ" $C/login)"
is "65 KiB are too much" 413 "$(head -c 70000 /dev/zero | status -H "$(bearer "$ALL")" --data-binary @- $C/api/v1/arm)"
has "without script the table can be read and searched" "rack-00042" "$(ask -b "pxed=$READ" "$C/?q=rack-00042")"
lacks "and nothing else is in it" "rack-00043" "$(ask -b "pxed=$READ" "$C/?q=rack-00042")"

# --- what is not encrypted is not offered to a wire
sed 's/^listen = 127.0.0.1:8080/listen = 10.77.0.1:8080/' "$E2E/pxed.ini" >"$E2E/open.ini"
has "check names the cure" "ssh -L 8080:127.0.0.1:8080 SERVER" "$("$E2E_BIN" check -c "$E2E/open.ini" 2>&1)"
is "and fails" 1 "$("$E2E_BIN" check -c "$E2E/open.ini" >/dev/null 2>&1; echo $?)"

sed 's/^listen = 127.0.0.1:8080/listen = 127.0.0.1:8099/' "$E2E/pxed.ini" >"$E2E/held.ini"
e2e_spawn holder server nc -l 127.0.0.1 8099
until_true 5 eval 'e2e_in server ss -ltn | grep -q 127.0.0.1:8099'
has "check sees who holds the port" "here: TCP port 8099 of [console] is held by nc" "$(e2e_in server "$E2E_BIN" check -c "$E2E/held.ini" 2>&1)"
lacks "and itself is no other" "here: TCP port 8080" "$(e2e_in server "$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
e2e_kill holder

# --- every route as the document says
dhcp_as m1 lease --mac $M1 --firmware bios >/dev/null
ok "each answer fits the OpenAPI document" e2e_in server /usr/bin/python3 "$E2E_HERE/console_api.py" $C "$ALL"

# --- viewers
e2e_spawn viewers server bash -c "for i in \$(seq 30); do curl -sN --max-time 25 -H 'Authorization: Bearer $READ' $C/api/v1/events >'$E2E/viewer'\$i & done; wait"
sleep 1
is "30 look on; one more is told so" 503 "$(status -H "$(bearer "$ALL")" $C/api/v1/events)"
cpu() { awk '{print $14 + $15}' "/proc/$(e2e_pid)/stat"; }
before=$(cpu)
sleep 2
after=$(cpu)
ok "at rest they cost under 2 % of a core (4 ticks in 2 s)" test $((after - before)) -le 4
dhcp_as m3 lease --mac 08:00:27:00:00:99 --firmware bios >/dev/null
dhcp_as m1 lease --mac $M1 --firmware bios >/dev/null
ok "what happens is told" until_true 5 grep -q '"what":"discovered"' "$E2E/viewer7"
ok "with the machine as it is now" until_true 5 grep -q '^event: machine' "$E2E/viewer30"
echo "08:00:27:4d:4d:ad, debian-12, name=late" >>"$E2E/host-os.conf"
ok "a new line is told" until_true 10 grep -q '^event: lost' "$E2E/viewer9"
e2e_pxed token remove grafana >/dev/null
ok "without their token they end" until_true 5 eval '! e2e_alive viewers'
is "and it opens nothing" 401 "$(status -H "$(bearer "$READ")" $C/api/v1/machines)"

e2e_stop
e2e_done
