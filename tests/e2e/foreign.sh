#!/bin/bash
# Other DHCP servers on the wire: told once, shown, and with foreign = stop no start. dnsmasq is the other one.
. "$(dirname "$0")/common.sh"
for program in dnsmasq; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
e2e_begin
e2e_client d2 02:00:0a:4d:00:02
e2e_address d2 10.77.0.2
e2e_client d3 02:00:0a:4d:00:03
e2e_address d3 10.77.0.3
e2e_client one 08:00:27:4d:4d:aa
dnsmasq_on() { # NAME ARGUMENTS...
    e2e_spawn "dnsmasq-$1" "$1" dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root \
        --dhcp-leasefile="$E2E/$1.leases" --pid-file= "${@:2}"
    until_true 10 grep -q 'dnsmasq-dhcp' "$E2E/dnsmasq-$1.log"
}
pool="--dhcp-range=10.77.0.100,10.77.0.150,1h"
ini() { printf '[pxed]\nplugins = store-sqlite api dhcp http os-linux\n[dhcp]\n%s\n' "$1" | e2e_ini; }
server=$'mode = server\nrange = 10.77.0.50 - 10.77.0.59\ndns = 10.77.0.1'
lines() { e2e_news | grep -c "$1"; }
status() { e2e_in server curl -s --max-time 5 "http://$E2E_SERVER/$1"; }
health() { e2e_in server curl -s --max-time 5 --unix-socket "$E2E/state/pxed.sock" http://x/api/v1/health; }

# --- server mode: another one that leases, heard although it looks for 3 s whether its address is in use
dnsmasq_on d2 $pool
ini "$server"
e2e_mark
e2e_start
is "machines are served meanwhile" 10.77.0.50 "$(dhcp_as one discover --mac 08:00:27:4d:4d:aa | jq -r .yiaddr)"
ok "it is told, a warning" until_true 8 logged 'warning dhcp foreign-dhcp .*ip=10.77.0.2 .*OTHER_DHCP'
ok "with address and MAC" logged 'mac=02:00:0a:4d:00:02 ip=10.77.0.2 interface=lan0 10.77.0.2 leases addresses'
has "it is in /status" "other_dhcp lan0 10.77.0.2 OTHER_DHCP" "$(status status)"
has "and in the metrics" 'pxed_other_dhcp{interface="lan0",server="10.77.0.2",fault="OTHER_DHCP"} 1' "$(status metrics)"
is "and in the health of API and page" "false stop one of the two, or set [dhcp] mode = proxy" "$(health | jq -r '.[] | select(.name == "OTHER_DHCP") | "\(.good) \(.cure)"')"
e2e_kill dnsmasq-d2
dnsmasq_on d2 $pool --no-ping
for n in 1 2 3; do dhcp_as d3 discover --mac 02:ab:00:00:00:0$n --broadcast >/dev/null; done
sleep 1.5
is "its further offers are no further lines" 1 "$(lines foreign-dhcp)"

# --- a second one that comes later is overheard
dnsmasq_on d3 --dhcp-range=10.77.0.0,proxy --pxe-service=x86PC,theirs,their.0
dhcp_as one discover --mac 02:ab:00:00:00:09 --firmware bios >/dev/null
ok "a boot server that comes later is overheard" until_true 8 logged 'foreign-dhcp .*ip=10.77.0.3 .*PXE_CLASS'
has "both are in /status" "10.77.0.3 PXE_CLASS" "$(status status)"
has "and what it means" "firmware then asks port 4011 of that server" "$(health | jq -r '.[] | select(.name == "PXE_CLASS").text')"
e2e_kill dnsmasq-d3
e2e_stop

# --- proxy mode: one that leases is as it should be
ini "mode = proxy"
e2e_mark
e2e_start
ok "named, no warning" until_true 8 logged 'info dhcp other-dhcp .*ip=10.77.0.2 interface=lan0 10.77.0.2 leases addresses'
is "nor a fault" 0 "$(lines foreign-dhcp)"
has "it is shown" "other_dhcp lan0 10.77.0.2 none" "$(status status)"
e2e_stop

# --- foreign = stop
refuses() { # CONFIGURATION: `pxed run` ends by itself, with exit status 1
    ini "$1"
    e2e_mark
    timeout 30 ip netns exec "${E2E_SPACES[server]}" "$E2E_BIN" run -c "$E2E/pxed.ini" >>"$E2E_LOG" 2>&1
}
refuses "$server"$'\nforeign = stop'
is "stop: the start ends" 1 "$?"
ok "with the server and the cure" logged 'foreign = stop on lan0, and 10.77.0.2 leases addresses, too.*MAC 02:00:0a:4d:00:02.*cure: stop one of the two'
no "it was not in force" logged 'core ready'
refuses "$server"$'\n[subnet 10.77.0.0/24]\nforeign = stop'
is "in a [subnet], too" 1 "$?"
ini $'mode = proxy\nforeign = stop'
e2e_start
ok "in proxy mode the site's server stops nothing" e2e_ready
e2e_stop
e2e_kill dnsmasq-d2
ini "$server"$'\nforeign = stop'
e2e_start
ok "nobody there: it starts" e2e_ready
dnsmasq_on d2 $pool --no-ping
e2e_mark
dhcp_as one discover --mac 02:ab:00:00:00:08 --broadcast >/dev/null
ok "one that comes while it runs is told" until_true 8 logged 'foreign-dhcp .*OTHER_DHCP'
ok "and ends nothing" e2e_alive pxed
e2e_stop
has "a net behind a relay hears nobody" "behind a relay no other server is heard" "$(printf '[dhcp]\nmode = proxy\n[subnet 10.20.0.0/24]\nrelay = 10.20.0.1\nforeign = stop\n' | e2e_ini; "$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
e2e_done
