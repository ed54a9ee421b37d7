#!/bin/bash
# `pxed doctor` beside real DHCP servers: dnsmasq, Kea, ISC dhcpd, each set up well and badly.
. "$(dirname "$0")/common.sh"
for program in dnsmasq kea-dhcp4 dhcpd; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
e2e_begin
e2e_client one 08:00:27:4d:4d:aa
for i in 2 3 4; do e2e_client "d$i" 02:00:0a:4d:00:0$i; e2e_address "d$i" 10.77.0.$i; done
doctor() { e2e_in server "$E2E_BIN" doctor -c "$E2E/pxed.ini" "$@"; }
look() { TOLD=$(doctor 2>&1); CODE=$?; }
proxy() { printf '[dhcp]\nmode = proxy\n' | e2e_ini; }
server() { printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.59\n' | e2e_ini; }
dnsmasq_on() { # NAME ARGUMENTS...
    e2e_spawn "dnsmasq-$1" "$1" dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root \
        --dhcp-leasefile="$E2E/$1.leases" --pid-file= "${@:2}"
    until_true 10 grep -q 'dnsmasq-dhcp' "$E2E/dnsmasq-$1.log"
}
pool="--dhcp-range=10.77.0.100,10.77.0.150,1h"
proxy

# --- nobody, and one that leases
look
is "no server at all: a fault in proxy mode" "1 NO_DHCP" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
server
look
is "in server mode it is well" "0" "$CODE"
has "and is said" "no other server answers" "$TOLD"
dnsmasq_on d2 $pool # it looks for 3 s whether an address is in use
look
is "another one in server mode" "1 OTHER_DHCP" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
has "named" "10.77.0.2 leases addresses, too" "$TOLD"
proxy
look
is "one that leases, in proxy mode: well" 0 "$CODE"
has "and named" "10.77.0.2 leases addresses (offers 10.77.0.1" "$TOLD"
is "JSON: one server, no fault" '{"interface":"lan0","server":"10.77.0.2","leases":true,"boot_server":false,"file":"","mac":"02:00:0a:4d:00:02"}' "$(doctor --json | jq -c 'select(.check == null)')"

# --- the running daemon of this machine is no stranger
e2e_start
look
is "pxed itself is not counted" "0 1" "$CODE $(grep -c 'leases addresses\|boot server' <<<"$TOLD")"
e2e_stop
e2e_kill dnsmasq-d2

# --- dnsmasq set up badly
dnsmasq_on d2 $pool --no-ping --dhcp-boot=pxelinux.0,other,10.77.0.9
look
is "a boot file for everybody" "1 FILE_FOR_ALL" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
has "which" "'pxelinux.0' to everybody" "$TOLD"
e2e_kill dnsmasq-d2
dnsmasq_on d2 $pool --no-ping --dhcp-option-force=60,PXEClient
look
is "it says PXEClient itself" "1 PXE_CLASS" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
has "and what follows" "firmware then asks port 4011 of that server" "$TOLD"
e2e_kill dnsmasq-d2
dnsmasq_on d2 $pool --no-ping --dhcp-match=set:pxe,option:client-arch --dhcp-boot=tag:pxe,other.0,other,10.77.0.9
look
is "another server's boot file for firmware" "1 OTHER_BOOT" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
has "from where" "'other.0' from 10.77.0.9" "$TOLD"
e2e_kill dnsmasq-d2
e2e_in server "$E2E_BIN" snippet -c "$E2E/pxed.ini" dnsmasq >"$E2E/pxed.conf"
dnsmasq_on d2 $pool --no-ping --conf-file="$E2E/pxed.conf"
look
is "pxed's own snippet is well" 0 "$CODE"
has "the file is seen" "boot file undionly.kpxe from $E2E_SERVER" "$TOLD"
dnsmasq_on d3 --dhcp-range=10.77.0.0,proxy --pxe-service=x86PC,theirs,their.0
look
is "a second boot server (proxy)" "1 PXE_CLASS" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
has "is named as one" "10.77.0.3 is a boot server" "$TOLD"
e2e_kill dnsmasq-d3

# --- ISC dhcpd, which looks for a second whether an address is in use
{ printf 'authoritative;\nsubnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.160 10.77.0.170; filename "everybody.0"; }\n'; } >"$E2E/isc.conf"
: >"$E2E/isc.leases"
e2e_spawn isc d3 dhcpd -f -cf "$E2E/isc.conf" -lf "$E2E/isc.leases" --no-pid eth0
until_true 10 grep -q 'Server starting' "$E2E/isc.log"
look
is "two servers that lease" "1 FILE_FOR_ALL TWO_DHCP" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD" | xargs)"
has "ISC by name" "10.77.0.3 leases addresses (offers 10.77.0.1" "$TOLD"
has "its file" "10.77.0.3 sends the boot file 'everybody.0'" "$TOLD"
e2e_kill dnsmasq-d2
e2e_kill isc

# --- Kea
mkdir -p "$E2E/kea"
cat >"$E2E/kea.json" <<'JSON'
{ "Dhcp4": { "interfaces-config": { "interfaces": ["eth0"] }, "lease-database": { "type": "memfile", "persist": false },
  "option-data": [ { "name": "vendor-class-identifier", "data": "PXEClient", "always-send": true } ],
  "subnet4": [ { "subnet": "10.77.0.0/24", "pools": [ { "pool": "10.77.0.180 - 10.77.0.190" } ] } ],
  "loggers": [ { "name": "kea-dhcp4", "severity": "INFO", "output_options": [ { "output": "stdout" } ] } ] } }
JSON
e2e_spawn kea d4 env KEA_PIDFILE_DIR="$E2E/kea" KEA_LOCKFILE_DIR="$E2E/kea" kea-dhcp4 -c "$E2E/kea.json"
until_true 10 grep -q DHCP4_STARTED "$E2E/kea.log"
look
is "Kea that says PXEClient" "1 PXE_CLASS" "$CODE $(sed -n 's/.*FAULT \([A-Z_]*\):.*/\1/p' <<<"$TOLD")"
has "by name" "10.77.0.4 says PXEClient itself" "$TOLD"
is "as JSON, the fault" "PXE_CLASS 10.77.0.4" "$(doctor --json | jq -r 'select(.fault) | "\(.fault) \(.server)"')"
e2e_kill kea

# --- this machine itself
server
look
has "this machine is well" "room, time, MTU and name are well" "$TOLD"
has "what check says is there, too" "configuration, ports, loaders, images, rights:" "$TOLD"
here() { doctor --json | jq -r 'select(.fault and .interface == null) | "\(.fault): \(.text)"'; }
e2e_in server ip link set lan0 mtu 1400
has "a small MTU" "MTU: lan0 has MTU 1400" "$(here)"
e2e_in server ip link set lan0 mtu 1500
touch -d '+2 days' "$E2E/host-os.conf"
has "a clock that is behind its own files" "CLOCK: by this machine's clock $E2E/host-os.conf was changed" "$(here)"
touch "$E2E/host-os.conf"
printf 'name = pxe-server.invalid\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.59\n' | e2e_ini
has "a name that leads nowhere" "NAME: [pxed] name = pxe-server.invalid" "$(here)"
printf 'name = localhost\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.59\n' | e2e_ini
has "or elsewhere" "leads to no address of a served interface" "$(here)"
printf 'no-such-key = 1\n' | e2e_ini
look
is "an error of the configuration" 1 "$CODE"
server
if mount -t tmpfs -o size=8m tmpfs "$E2E/state"; then
    has "no room" "DISK_SPACE: state = $E2E/state has" "$(here)"
    umount "$E2E/state"
fi
look
is "and well again" 0 "$CODE"

# --- who may
chmod 755 "$E2E"
has "without root it says so" "only root may listen to a network" "$(e2e_in server setpriv --reuid 65534 --regid 65534 --clear-groups "$E2E_BIN" doctor -c "$E2E/pxed.ini" 2>&1)"
e2e_done
