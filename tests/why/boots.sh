#!/bin/bash
# Boots that end between the first offer and the installer, side by side: each waits for the minutes after which silence is one.
. "$(dirname "$0")/../e2e/common.sh"
SHIM=/usr/lib/shim/shimx64.efi.signed
for file in $SHIM /usr/bin/sbattach /usr/sbin/dnsmasq; do [ -e "$file" ] || { echo "skipped: $file is missing (scripts/deps test)"; exit 77; }; done
e2e_begin
N=0
declare -A MACS=()
host() { # NAME OS [FURTHER]: a declared machine, its namespace, and $MAC, $IP
    N=$((N + 1))
    MAC=08:00:27:4d:4d:$(printf %02x $N) IP=10.77.0.$((60 + N))
    e2e_client "$1" "$MAC"
    e2e_address "$1" $IP
    echo "$MAC, $2, name=$1, ip=$IP${3:+, $3}" >>"$E2E/host-os.conf"
    MACS[$1]=$MAC
}
e2e_image debian-12
truncate -s 60000000 "$E2E/root/boot/os/debian-12/initrd.gz"
mkdir -p "$E2E/root/boot/os/debian-11/install.amd" "$E2E/root/boot/os/rocky-9/images/pxeboot"
echo kernel >"$E2E/root/boot/os/debian-11/install.amd/vmlinuz"
echo initrd >"$E2E/root/boot/os/debian-11/install.amd/initrd.gz"
cp $SHIM "$E2E/root/tftp/one.efi" # Microsoft's two CAs have signed it; of the signatures one is left
chmod u+w "$E2E/root/tftp/one.efi"
sbattach --signum 2 --remove "$E2E/root/tftp/one.efi" >/dev/null 2>&1
host oneca debian-12 loader=one.efi
host mute debian-12 loader=undionly.kpxe
host named debian-12
host half debian-12
host robbed debian-12
host small debian-12
host cd debian-11
host odd nosuch-1
host later debian-12
host rival debian-12
host both debian-12
e2e_client d2 02:00:0a:4d:00:02
e2e_address d2 10.77.0.2
e2e_client d3 02:00:0a:4d:00:03
e2e_address d3 10.77.0.3
printf 'name = pxe-server\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.59\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
T=tftp://$E2E_SERVER
on() { dhcp_as "$1" lease --mac "${MACS[$1]}" "${@:2}" >/dev/null; } # NAME ARGUMENTS...: switched on
script() { curl_as "$1" -A iPXE/1.21 -o "$E2E/script" "$U/home.php?mac=${MACS[$1]}"; }

# A second DHCP server for some machines, and a second boot server.
beside() { # NAME HOSTS ARGUMENTS...
    local args=() host
    for host in $2; do args+=("--dhcp-mac=set:mine,${MACS[$host]}"); done
    e2e_dnsmasq "$1" --dhcp-ignore=tag:!mine "${args[@]}" "${@:3}"
}
on later --firmware bios
curl_as later -o /dev/null "$T/undionly.kpxe"
beside d2 "later both" --dhcp-range=10.77.0.100,10.77.0.150,1h
beside d3 rival --dhcp-range=10.77.0.0,proxy --pxe-service=x86PC,other,other
takes_other later "${MACS[later]}" --firmware bios --loader ipxe
on rival --firmware bios --broadcast
dhcp_as both discover --mac "${MACS[both]}" --firmware bios --broadcast --all --wait 2 >/dev/null
dhcp_as both request --mac "${MACS[both]}" --firmware bios --ip $IP --server $E2E_SERVER --wait 1 >/dev/null
has "two servers answer it" "DHCP_OTHER_ANSWERS OTHER_DHCP: server 10.77.0.2, MAC 02:00:0a:4d:00:02" "$(e2e_journal both)"
curl_as both -o /dev/null "$T/undionly.kpxe"
script both
for name in linux initrd.gz; do curl_as both -o /dev/null "$U/os/debian-12/$name"; done
curl_as both -o /dev/null "$U/hosts/${MACS[both]//:/-}/preseed.cfg"
on oneca --firmware efi-x64
curl_as oneca -o "$E2E/got" "$T/one.efi"
ok "it takes what Microsoft's CA of 2011 alone has signed" cmp "$E2E/got" "$E2E/root/tftp/one.efi"
on mute --firmware bios
curl_as mute -o /dev/null "$T/undionly.kpxe"
on named --firmware bios
curl_as named -o /dev/null "$T/undionly.kpxe"
on named --firmware bios --loader ipxe
on half --firmware bios
script half
curl_as half -o /dev/null "$U/os/debian-12/linux"
on robbed --firmware bios
script robbed
for name in linux initrd.gz; do curl_as robbed -o /dev/null "$U/os/debian-12/$name"; done
e2e_client further 08:00:27:99:00:01 # its installer has chosen another card
e2e_address further 10.77.0.90
is "the other card is refused" 403 "$(code_as further "$U/hosts/${MACS[robbed]//:/-}/preseed.cfg")"
why_names answer-foreign robbed
has "which card" 08:00:27:99:00:01 "$(e2e_pxed why robbed)"
# iPXE tells its memory with the script's URL; 32 MiB do not hold the initrd, so it ends the transfer.
on small --firmware bios
curl_as small -A iPXE/1.21 -o "$E2E/script" "$U/home.php?mac=${MACS[small]}&product=PowerEdge%20R640&serial=XY-4711&memory=32"
curl_as small -o /dev/null "$U/os/debian-12/linux"
curl_as small --limit-rate 200k --max-time 1 -o /dev/null "$U/os/debian-12/initrd.gz"
why_names memory-small small 5
has "how small" "of 60000000 bytes: the client closed; its memory: 33554432 bytes" "$(e2e_pxed why small)"
has "what it is" "hardware: PowerEdge R640, serial XY-4711, 32 MiB of memory" "$(e2e_pxed why small)"
is "found by a part of its serial number" "${MACS[small]}" "$(e2e_pxed find xy-47 --json | jq -r .mac)"
is "and of its model" "${MACS[small]}" "$(e2e_pxed find R640 --json | jq -r .mac)"
curl_as robbed -o /dev/null "$U/home.php?mac=${MACS[small]}&serial=FORGED"
is "not by what another says" 1 "$(e2e_pxed find FORGED >/dev/null; echo $?)"
why_names cd-initrd cd
has "and what would be needed" "looked for linux + initrd.gz" "$(e2e_pxed why cd)"
why_names os-unknown odd

why_names server-rival rival 70
has "which" "PXE_CLASS: server 10.77.0.3, MAC 02:00:0a:4d:00:03" "$(e2e_pxed why rival)"
is "another server's answer alone is no cause" "" "$(cause_of both)"
why_names loader-silent mute 130
why_names server-later later 60
has "which" "server 10.77.0.2, MAC 02:00:0a:4d:00:02" "$(e2e_pxed why later)"
why_names loader-one-ca oneca 60
has "for which firmware" "one.efi: for x64, signed; the firmware: efi-x64" "$(e2e_pxed why oneca)"
why_names name-unresolved named 60
has "the name" "of pxe-server" "$(e2e_pxed why named)"
why_names initrd-not-asked half 60
has "which" debian-12/initrd.gz "$(e2e_pxed why half)"
e2e_stop && e2e_pass "it ends well"
e2e_start
is "its hardware is known after a restart" "${MACS[small]}" "$(e2e_pxed find XY-4711 --json | jq -r .mac)"
e2e_stop
e2e_done
