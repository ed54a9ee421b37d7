#!/bin/bash
# `pxed snippet`: the lines are read by the real dnsmasq, Kea and ISC dhcpd, and behind each of them firmware and iPXE get
# the right file. The lines for devices are looked at as text only: nobody had the devices.
. "$(dirname "$0")/common.sh"
for program in dnsmasq kea-dhcp4 dhcpd; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac
e2e_client one $M1
e2e_client dhcpd 02:00:0a:4d:00:02
e2e_address dhcpd 10.77.0.2
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.60
$M2, debian-12, name=db01
HOSTS
printf '[dhcp]\nmode = proxy\nloader-efi-ia32 = ipxe32.efi\nloader-efi-arm64 = snponly-arm64.efi\n' | e2e_ini
snippet() { e2e_in server "$E2E_BIN" snippet -c "$E2E/pxed.ini" "$@"; }
SCRIPT="http://$E2E_SERVER/boot/home.php?mac=\${net0/mac}"

# Who asks and what it is told: FILE NEXT-SERVER [CLASS]
told() { # MAC FIRMWARE [LOADER]
    dhcp_as one discover --mac "$1" --firmware "$2" ${3:+--loader "$3"} --wait 5 | jq -r '"\(.file) \(.siaddr) \(.class)"' | sed 's/ *$//'
}
boots() { # SERVER MAC
    is "$1: BIOS" "undionly.kpxe $E2E_SERVER" "$(told "$2" bios)"
    is "$1: UEFI x64" "snponly.efi $E2E_SERVER" "$(told "$2" efi-x64)"
    is "$1: UEFI ia32" "ipxe32.efi $E2E_SERVER" "$(told "$2" efi-ia32)"
    is "$1: UEFI arm64" "snponly-arm64.efi $E2E_SERVER" "$(told "$2" efi-arm64)"
    is "$1: HTTP boot" "http://$E2E_SERVER/boot/snponly.efi $E2E_SERVER HTTPClient" "$(told "$2" http-x64)"
    is "$1: iPXE on BIOS" "$SCRIPT $E2E_SERVER" "$(told "$2" bios ipxe)"
    is "$1: iPXE on UEFI" "$SCRIPT $E2E_SERVER" "$(told "$2" efi-x64 ipxe)"
    has "$1: iPXE does not wait for another server" 175 "$(dhcp_as one discover --mac "$2" --firmware bios --loader ipxe --opt 55=0143af --no-list --wait 5 | jq -c .options)"
    is "$1: who does not boot gets no file" "" "$(dhcp_as one discover --mac "$2" --wait 5 | jq -r .file)"
}
address() { dhcp_as one lease --mac "$1" --wait 5 | jq -r .yiaddr; }

# --- dnsmasq
with_dnsmasq() { # [HOST...]
    snippet dnsmasq "$@" >"$E2E/pxed.conf" || return 1
    e2e_spawn dnsmasq dhcpd dnsmasq --no-daemon --conf-file="$E2E/pxed.conf" --port=0 --interface=eth0 --bind-interfaces --user=root --no-ping \
        --dhcp-authoritative --dhcp-range=10.77.0.100,10.77.0.150,1h --dhcp-leasefile="$E2E/dnsmasq.leases" --pid-file=
    until_true 10 grep -q 'dnsmasq-dhcp' "$E2E/dnsmasq.log"
}
snippet dnsmasq >"$E2E/pxed.conf"
ok "dnsmasq --test" dnsmasq --test --conf-file="$E2E/pxed.conf"
with_dnsmasq
boots dnsmasq 02:02:02:02:02:02
is "dnsmasq: ip= is reserved" 10.77.0.60 "$(address $M1)"
e2e_kill dnsmasq
with_dnsmasq db01
is "dnsmasq, one host: it" "undionly.kpxe $E2E_SERVER" "$(told $M2 bios)"
is "iPXE of it" "$SCRIPT $E2E_SERVER" "$(told $M2 efi-x64 ipxe)"
is "another gets no file" " 10.77.0.2" "$(told $M1 bios)"
e2e_kill dnsmasq

# --- Kea
with_kea() {
    { printf '{ "Dhcp4": {\n<?include "%s"?>,\n' "$E2E/pxed.json"
      printf '"interfaces-config": { "interfaces": ["eth0"] }, "lease-database": { "type": "memfile", "persist": false },\n'
      printf '"subnet4": [ { "subnet": "10.77.0.0/24", "pools": [ { "pool": "10.77.0.100 - 10.77.0.150" } ] } ],\n'
      printf '"loggers": [ { "name": "kea-dhcp4", "severity": "INFO", "output_options": [ { "output": "stdout" } ] } ] } }\n'; } >"$E2E/kea.json"
    snippet kea "$@" >"$E2E/pxed.json" || return 1
    mkdir -p "$E2E/kea"
    e2e_spawn kea dhcpd env KEA_PIDFILE_DIR="$E2E/kea" KEA_LOCKFILE_DIR="$E2E/kea" kea-dhcp4 -c "$E2E/kea.json"
    until_true 10 grep -q DHCP4_STARTED "$E2E/kea.log"
}
with_kea
ok "kea-dhcp4 -t" env KEA_PIDFILE_DIR="$E2E/kea" KEA_LOCKFILE_DIR="$E2E/kea" kea-dhcp4 -t "$E2E/kea.json"
boots Kea 02:02:02:02:02:02
is "Kea: ip= is reserved" 10.77.0.60 "$(address $M1)"
e2e_kill kea
: >"$E2E/kea.log"
with_kea db01 web01
is "Kea, two hosts: one" "undionly.kpxe $E2E_SERVER" "$(told $M2 bios)"
is "the other" "$SCRIPT $E2E_SERVER" "$(told $M1 efi-x64 ipxe)"
is "a third gets no file" "" "$(told $M3 bios | sed 's/ 0.0.0.0//')"
e2e_kill kea

# --- ISC dhcpd
with_isc() {
    snippet isc "$@" >"$E2E/isc-pxed.conf" || return 1
    { printf 'authoritative;\nping-check false;\ninclude "%s";\n' "$E2E/isc-pxed.conf"
      printf 'subnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.100 10.77.0.150; }\n'; } >"$E2E/isc.conf"
    : >"$E2E/isc.leases"
    e2e_spawn isc dhcpd dhcpd -f -cf "$E2E/isc.conf" -lf "$E2E/isc.leases" -pf "$E2E/isc.pid" --no-pid eth0
    until_true 10 grep -q 'Server starting' "$E2E/isc.log"
}
with_isc
ok "dhcpd -t" e2e_in dhcpd dhcpd -t -cf "$E2E/isc.conf"
boots ISC 02:02:02:02:02:02
is "ISC: ip= is reserved" 10.77.0.60 "$(address $M1)"
e2e_kill isc
: >"$E2E/isc.log"
with_isc db01
is "ISC, one host: it" "undionly.kpxe $E2E_SERVER" "$(told $M2 bios)"
is "another gets no file" "" "$(told $M1 bios | sed 's/ 0.0.0.0\| 10.77.0.2//')"
e2e_kill isc

# --- devices, as text
TEXT=$(snippet windows)
has "windows: nothing is changed at first" '$try = $true' "$TEXT"
is "windows: each line that changes something can be tried" 0 "$(grep -E '^(# )?(Add|Set|Remove)-' <<<"$TEXT" | grep -vc -- '-WhatIf:$try')"
is "windows: all that is added can be removed" "$(grep -oE "^Add-DhcpServerv4(Class|Policy) -Name '[^']*'" <<<"$TEXT" | sed 's/Add/Remove/' | sort)" \
    "$(grep -oE "Remove-DhcpServerv4(Class|Policy) -Name '[^']*'" <<<"$TEXT" | sort)"
has "windows: the scope" "ScopeId = '10.77.0.0'" "$TEXT"
has "windows: reservations" "-IPAddress 10.77.0.60 -ClientId '08-00-27-4d-4d-aa' -Name 'web01'" "$TEXT"
has "windows: named hosts by MAC" "-MacAddress EQ,'0800274d4dab'" "$(snippet windows db01)"
has "mikrotik: UEFI by a matcher" 'value="PXEClient:Arch:00007" option-set=pxed-efi-x64' "$(snippet mikrotik)"
has "mikrotik: the script's URL" "mac=\\\${net0/mac}'" "$(snippet mikrotik)"
has "opnsense" "Set x64 UEFI/EBC (64-bit) filename   snponly.efi" "$(snippet opnsense)"
has "cisco: the relay" "ip helper-address $E2E_SERVER" "$(snippet cisco)"
has "cisco: a reservation" "client-identifier 0108.0027.4d4d.aa" "$(snippet cisco web01)"
has "juniper" "server-group pxed $E2E_SERVER" "$(snippet juniper)"
for kind in windows mikrotik opnsense cisco juniper; do has "$kind says that nobody tried it" "ever tried" "$(snippet $kind)"; done

# --- pxed without its dhcp plugin: the defaults
printf 'plugins = store-sqlite api tftp http os-linux\n' | e2e_ini
has "without the dhcp plugin its defaults hold" "tag:pxed-bios,undionly.kpxe" "$(snippet dnsmasq)"
printf '[dhcp]\nmode = proxy\n' | e2e_ini

# --- refusals
has "an unknown kind" "did you mean 'dnsmasq'" "$(snippet dnsmask 2>&1)"
has "an unknown host" "'web99'" "$(snippet isc web99 2>&1)"
no "is none" snippet isc web99
has "no kind" "usage: pxed snippet" "$(snippet 2>&1)"
printf '[dhcp]\nloader-bios = a"b.0\n' | e2e_ini
has "a loader's name that would end a quote" 'loader-bios = a"b.0' "$(snippet isc 2>&1)"
sed -i 's/^interface.*/interface = nowhere/' "$E2E/pxed.ini"
has "no address known" "set [pxed] address" "$(snippet cisco 2>&1)"
e2e_done
