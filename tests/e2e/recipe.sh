#!/bin/bash
# The classic recipe's loader: gpxelinux.0 of Syslinux 4, which is gPXE 1.0.0 with PXELINUX inside. It speaks HTTP/1.0, takes
# the boot script's URL for its folder and encodes the slash of what it adds. Names as that loader sent them.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa MW=08:00:27:b2:40:3e
D1=08-00-27-4d-4d-aa DW=08-00-27-b2-40-3e
e2e_client lin $M1
e2e_client win $MW
e2e_address lin 10.77.0.60
e2e_address win 10.77.0.61
e2e_image centos-5.5-i386
e2e_image debian-12
mkdir -p "$E2E/root/tftp/pxelinux.cfg" "$E2E/root/tftp/grub"
echo "a WinPE" >"$E2E/root/boot/os/w2k8_pe_x64.iso"
echo "their menu" >"$E2E/root/boot/vesamenu.c32"
cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=lin
$MW, windows-2008r2-x64, name=win, admin-password=x
HOSTS
{ printf 'arm = any\nname = %s\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\n[os windows-2008r2-x64]\niso = w2k8_pe_x64.iso\n' $E2E_SERVER; } | e2e_ini
e2e_start
as_gpxe() { curl_as "$1" -0 -A gPXE/1.0.0 "${@:2}"; } # NAME ARGUMENTS...
code() { as_gpxe "$1" -o /dev/null -w '%{http_code}' "$2"; }
H=$U/home.php?mac=

has "a Linux host" "kernel http://$E2E_SERVER/boot/os/centos-5.5-i386/pxeboot/vmlinuz" "$(as_gpxe lin "$H$D1")"
is "a Windows host is switched" "#!gpxe
imgload pxelinux.0
boot pxelinux.0" "$(as_gpxe win "$H$DW")"

# --- what PXELINUX asks next, below gPXE
CFG=$(as_gpxe win "${H}pxelinux.cfg%2F01-$DW")
has "its configuration, the slash encoded" "kernel http://$E2E_SERVER/boot/os/memdisk" "$CFG"
has "and the ISO" "append iso initrd=http://$E2E_SERVER/boot/os/w2k8_pe_x64.iso" "$CFG"
is "the same with a plain slash" "$CFG" "$(as_gpxe win "${H}pxelinux.cfg/01-$DW")"
is "the same under its own name" "$CFG" "$(curl_as win "$U/pxelinux.cfg/01-$DW")"
is "the same by TFTP" "$CFG" "$(curl_as win "tftp://$E2E_SERVER/pxelinux.cfg/01-$DW")"
for name in memdisk os%2Fmemdisk pxelinux.0; do is "?mac=$name" 200 "$(code win "$H$name")"; done
is "a file of theirs" "their menu" "$(as_gpxe win "${H}vesamenu.c32")"
for name in pxelinux.cfg%2F564d2f4b-0c15-0000-0000-000000000000 pxelinux.cfg%2F0A4D003D pxelinux.cfg%2F0A4D003 pxelinux.cfg%2Fdefault gpxelinux.cfg%2F01-$DW \
    nothing.c32 no%2Fsuch%2Fname.bin; do is "?mac=$name: missing" 404 "$(code win "$H$name")"; done
for name in 08-00-27-b2-40-zz '' zz 08:00:27:4d:4d; do is "?mac=$name is no name and no MAC" 400 "$(code win "$H$name")"; done
has "BAD_MAC shows what was asked" 'home.php?mac=08-00-27-b2-40-zz' "$(e2e_pxed log win; cat "$E2E_LOG")"
no "nothing leaves root" grep -q root: <(as_gpxe win "${H}..%2F..%2F..%2F..%2Fetc%2Fpasswd")
is "nor the ini is had" 400 "$(code win "${H}os%2F..%2F..%2Fpxed.ini")"

# --- a ROM without a file API asks TFTP for the URL
is "TFTP takes the URL form of the server's address" "$(code win "$U/os/w2k8_pe_x64.iso")" "$(curl_as win -o "$E2E/iso" "tftp://$E2E_SERVER/http://$E2E_SERVER/boot/os/w2k8_pe_x64.iso" && cmp -s "$E2E/iso" "$E2E/root/boot/os/w2k8_pe_x64.iso" && echo 200)"
ok "memdisk too" curl_as win -f -o "$E2E/memdisk" "tftp://$E2E_SERVER/http://$E2E_SERVER/boot/os/memdisk"
no "not of another server" curl_as win -f -o /dev/null "tftp://$E2E_SERVER/http://10.77.0.9/boot/os/memdisk"

# --- the path prefix: for gPXE and iPXE, never for a plain ROM
has "210 for gPXE" "http://$E2E_SERVER/boot/" "$(dhcp_as win discover --mac $MW --firmware bios --loader gpxe | jq -c .)"
has "210 for iPXE" "http://$E2E_SERVER/boot/" "$(dhcp_as win discover --mac $MW --firmware bios --loader ipxe | jq -c .)"
lacks "none for the ROM" "$E2E_SERVER/boot/" "$(dhcp_as win discover --mac $MW --firmware bios | jq -c .)"

# --- an operator's own file of the old set-up: its plan while it is armed, and nothing else
printf 'default install\nlabel install\nkernel vmlinuz-old\nappend initrd=old.img\n' >"$E2E/root/tftp/pxelinux.cfg/01-$D1"
printf 'linux /vmlinuz-old\n' >"$E2E/root/tftp/grub/grub.cfg-01-$D1"
names() { for name in "pxelinux.cfg/01-$D1" "grub/grub.cfg-01-$D1"; do for via in "$U" "tftp://$E2E_SERVER"; do curl_as lin "$via/$name"; done; curl_as lin "${H}${name/\//%2F}"; done; }
is "while it is armed: on both protocols, under every name" 6 "$(names | grep -c vmlinuz-old)"
e2e_pxed disarm lin >/dev/null
is "not armed: never" 0 "$(names | grep -c vmlinuz-old)"
is "but its disk" 6 "$(names | grep -cE '^(localboot 0|exit|exit 1)$')"
has "the journal says why" OPERATOR_CONFIG "$(e2e_pxed log lin)"
e2e_pxed arm --yes lin >/dev/null
has "armed: it is used" vmlinuz-old "$(curl_as lin "tftp://$E2E_SERVER/pxelinux.cfg/01-$D1")"
is "its images" 200 "$(code_as lin "$U/os/centos-5.5-i386/pxeboot/vmlinuz")"
is "nothing is used up within the boot" armed "$(e2e_state $M1 install)"
dhcp_as lin lease --mac $M1 --firmware bios >/dev/null
curl_as lin -A iPXE "$H$D1" >/dev/null
is "the next power-on finds it spent" unconfirmed "$(e2e_state $M1 install)"
is "and gets its disk" 0 "$(names | grep -c vmlinuz-old)"
e2e_stop
e2e_done
