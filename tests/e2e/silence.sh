#!/bin/bash
# Machines that fall silent in the middle of a boot: the journal says after what. Waits for minutes, computes nothing.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad M5=08:00:27:4d:4d:ae M6=08:00:27:4d:4d:af M7=08:00:27:99:20:09
N=0
for c in one:$M1 two:$M2 three:$M3 four:$M4 five:$M5 six:$M6 seven:$M7; do
    e2e_client "${c%%:*}" "${c#*:}"
    e2e_address "${c%%:*}" 10.77.0.6$N
    N=$((N + 1))
done
e2e_image centos-5.5-i386
cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=web01, ip=10.77.0.60
$M2, centos-5.5-i386, name=web02, ip=10.77.0.61
$M3, centos-5.5-i386, name=web03, ip=10.77.0.62
$M4, centos-5.5-i386, name=web04, ip=10.77.0.63, loader=snponly.efi
$M5, centos-5.5-i386, name=web05, ip=10.77.0.64, loader=undionly.kpxe
$M6, centos-5.5-i386, name=web06, ip=10.77.0.65
08:00:27:99:20:07, centos-5.5-i386, name=moved, ip=10.99.0.5
08:00:27:99:20:08, centos-5.5-i386, name=late
$M7, centos-5.5-i386, name=deaf, ip=10.77.0.66
HOSTS
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini
truncate -s 60000000 "$E2E/root/boot/os/centos-5.5-i386/pxeboot/initrd.img"
e2e_start
has_step() { e2e_journal "$1" | grep -qE "$2"; }
IMAGE=$U/os/centos-5.5-i386/pxeboot

curl_as one -o /dev/null "tftp://$E2E_SERVER/undionly.kpxe"
curl_as two -o /dev/null "$U/home.php?mac=$M2"
curl_as three -o /dev/null "$U/home.php?mac=$M3"
curl_as three -o /dev/null "$IMAGE/vmlinuz"
curl_as three --limit-rate 200k --max-time 1 -o /dev/null "$IMAGE/initrd.img"
dhcp_as four lease --mac $M4 --firmware efi-x64 >/dev/null
curl_as four -o /dev/null "tftp://$E2E_SERVER/snponly.efi"
dhcp_as five lease --mac $M5 --firmware efi-x64 >/dev/null
curl_as five -o /dev/null "tftp://$E2E_SERVER/undionly.kpxe"
curl_as six -o /dev/null "$U/home.php?mac=$M6"
curl_as six -o /dev/null "$IMAGE/vmlinuz-of-another-name"
dhcp_as six lease --mac 08:00:27:99:20:07 --firmware bios >/dev/null
dhcp_as six discover --secs 36 --mac 08:00:27:99:20:08 --firmware bios >/dev/null
dhcp_as seven lease --mac $M7 --firmware bios >/dev/null
curl_as seven -o /dev/null "tftp://$E2E_SERVER/undionly.kpxe"
dhcp_as seven lease --mac $M7 --firmware bios --loader ipxe >/dev/null
ok "a transfer that broke off" until_true 5 has_step web03 'broken-off.*initrd.img.*% of 60000000 bytes: the client closed'
why_names initrd-cut web03
ok "an initrd that was asked for is a step" has_step web03 '^initrd .*pxeboot/initrd.img'
lacks "nobody is silent yet" silent "$(e2e_pxed log web01; e2e_pxed log web02)"
ok "after its script" until_true 80 has_step web02 'silent .*after script'
has "with its reason" SCRIPT_SILENT "$(e2e_pxed why web02)"
has "and a cure" 'pxed explain web02' "$(e2e_pxed why web02)"
code_of() { curl_as one -o /dev/null "tftp://$E2E_SERVER/$1"; }
code_of revocations.efi
ok "after its loader" until_true 60 has_step web01 'silent .*after loader undionly.kpxe; asked in vain: name="revocations.efi"'
has "with its reason" LOADER_SILENT "$(e2e_pxed why web01)"
curl_as one -o /dev/null "$U/home.php?mac=$M1"
lacks "a step forward: it is well again" LOADER_SILENT "$(e2e_pxed machines --json | jq -r --arg m $M1 'select(.mac == $m) | .reason')"
why_names kernel-404 web06
has "the name is said" vmlinuz-of-another-name "$(e2e_pxed why web06)"
ok "an EFI loader is silent" until_true 30 has_step web04 'silent .*after loader snponly.efi'
why_names loader-unsigned web04
ok "and another" until_true 30 has_step web05 'silent .*after loader undionly.kpxe'
why_names loader-cpu web05
has "both are said" "undionly.kpxe: for bios, not signed; the firmware: efi-x64" "$(e2e_pxed why web05)"
why_names script-unused web02
why_names wrong-net moved 60
has "in which" "it asks in 10.77.0.0/24 (lan0), ip=10.99.0.5" "$(e2e_pxed why moved)"
why_names script-not-asked deaf 60
has "of whom" "of 10.77.0.1" "$(e2e_pxed why deaf)"
why_names link-late late 30
has "how late" "for 36 seconds" "$(e2e_pxed why late)"
e2e_stop
e2e_done
