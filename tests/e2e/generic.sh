#!/bin/bash
# What no plugin knows boots as [os ID] says: a live system at every power-on without an arming, anything else once, when armed.
. "$(dirname "$0")/common.sh"
e2e_begin
ML=08:00:27:4d:4d:aa MI=08:00:27:4d:4d:bb MN=08:00:27:4d:4d:cc
DL=08-00-27-4d-4d-aa DI=08-00-27-4d-4d-bb DN=08-00-27-4d-4d-cc
for row in "live $ML 10.77.0.60" "inst $MI 10.77.0.61" "none $MN 10.77.0.62"; do
    read -r name mac ip <<<"$row"
    e2e_client "$name" "$mac"
    e2e_address "$name" "$ip"
done
OS=$E2E/root/boot/os
mkdir -p "$OS/rescue-11" "$OS/haiku-r1"
for file in rescue-11/vmlinuz rescue-11/ucode.img rescue-11/initrd.img haiku-r1/kernel haiku-r1/module; do head -c 3000 /dev/urandom >"$OS/$file"; done
printf 'for {{host.name}} from {{server.url}}\n' >"$E2E/their.answer"
cat >"$E2E/host-os.conf" <<HOSTS
$ML, rescue-11, name=live
$MI, haiku-r1, name=inst
$MN, beos-5, name=none
HOSTS
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
[os rescue-11]
kernel = vmlinuz
initrd = ucode.img
initrd = initrd.img
args = host={{host.name}} from={{os.url}} answer={{file.answer}}
answer = their.answer
live = yes
[os haiku-r1]
multiboot = kernel
initrd = module
INI
CHECK=$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)
has "what nobody knows is said, and how to boot it all the same" "no plugin claims the OS id 'beos-5'" "$CHECK"
has "with the keys" "name kernel =, iso =, efi = or multiboot = in [os beos-5]" "$CHECK"
lacks "the others are claimed" "claims the OS id 'rescue-11'" "$CHECK"
e2e_start
script() { curl_as "$1" -A "iPXE/1.21" "$U/home.php?mac=$2"; }
BASE=http://$E2E_SERVER/boot

# --- a live system
LIVE="#!gpxe
imgfree
kernel $BASE/os/rescue-11/vmlinuz host=live from=$BASE/os/rescue-11 answer=$BASE/hosts/$DL/answer"
for boot in first second third; do has "the $boot power-on" "$LIVE" "$(script live $DL)"; done
has "both initrds, in their order" "ucode.img
initrd $BASE/os/rescue-11/initrd.img" "$(script live $DL | sed 's/^initrd --name [^ ]* /initrd /; s/ [^ /]*$//')"
is "its answer file" "for live from http://$E2E_SERVER" "$(curl_as live "$U/hosts/$DL/answer")"
is "is its own" 403 "$(code_as none "$U/hosts/$DL/answer")"
for file in vmlinuz ucode.img initrd.img; do curl_as live -o /dev/null "$U/os/rescue-11/$file"; done
has "after all its files it boots again" "$LIVE" "$(script live $DL)"
is "it is no installation" live "$(e2e_state $ML install)"
has "in the table" "live: boots at every power-on" "$(e2e_pxed machines)"
has "in the journal" "live=rescue-11" "$(e2e_pxed log live)"
lacks "nothing is spent" spent "$(e2e_pxed log live)"
has "nobody arms it" OS_LIVE "$(e2e_pxed arm live --yes 2>&1)"
has "GRUB too" "linux /boot/os/rescue-11/vmlinuz host=live" "$(curl_as live "$U/grub/grub.cfg-01-$DL" | sed "s,[(][^)]*[)],,")"

# --- an installer that pxed cannot look into
lacks "a new line does not arm it" multiboot "$(script inst $DI)"
has "for a reason" ANSWER_UNGUARDED "$(e2e_pxed why inst)"
has "it wants the disk's name" DISK_NOT_NAMED "$(e2e_pxed arm inst --yes 2>&1)"
sed -i "s/name=inst/&, disk=\/dev\/vda/" "$E2E/host-os.conf"
until_true 10 grep -q 'core reloaded' "$E2E_LOG"
has "and says what that means" "erased unseen" "$(e2e_pxed arm inst --yes 2>&1)"
ARMED=$(script inst $DI)
has "armed: its kernel" "kernel $BASE/os/haiku-r1/kernel" "$ARMED"
has "and its module" "$BASE/os/haiku-r1/module" "$ARMED"
KERNEL=/boot/os/haiku-r1/kernel
has "GRUB as Solaris 11 asks" "multiboot $KERNEL $KERNEL" "$(curl_as inst "$U/grub.cfg.010800274D4DBB")"
has "GRUB 0.97 as Solaris 10 asks" "kernel $KERNEL
module /boot/os/haiku-r1/module" "$(curl_as inst "$U/menu.lst.010800274D4DBB")"
has "a stranger gets the disk under these names too" "chainloader +1" "$(curl_as none "$U/menu.lst.010800274D4DBB")"
curl_as inst -o /dev/null "$U/os/haiku-r1/kernel"
is "the kernel alone uses up nothing" armed "$(e2e_state $MI install)"
curl_as inst -o /dev/null "$U/os/haiku-r1/module"
is "the last file does" installing "$(e2e_state $MI install)"
lacks "the next power-on gets the disk" "haiku-r1" "$(script inst $DI)"
# on UEFI only GRUB loads it
dhcp_as inst discover --mac $MI --firmware efi-x64 >/dev/null
has "armed for UEFI" "erased unseen" "$(e2e_pxed arm inst --yes 2>&1)"
has "not by iPXE" "exit 1" "$(script inst $DI)"
has "by GRUB" "multiboot $KERNEL $KERNEL" "$(curl_as inst "$U/grub/grub.cfg-01-$DI")"
curl_as inst -o /dev/null "$U/os/haiku-r1/module"
is "the last file uses it up as well" installing "$(e2e_state $MI install)"

# --- nobody's
lacks "beos boots its disk" kernel "$(script none $DN)"
e2e_stop
e2e_done "proves: generic scripted"
