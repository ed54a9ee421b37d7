#!/bin/bash
# OVMF's HTTP Boot with Microsoft's keys, Secure Boot on, and nothing configured: it refuses what is not signed; then Debian's shim and
# GRUB come on a disk, which GRUB reads to find its server.
. "$(dirname "$0")/common.sh"
export LAB_EFI=secure
NETBOOT=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
for file in $NETBOOT/linux /usr/lib/shim/shimx64.efi.signed /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed; do
    [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps loaders, demo)"; exit 77; }
done
lab_begin http_secure
lab_net
lab_config
mkdir -p "$LAB/root/boot/os/debian-12"
cp $NETBOOT/linux "$LAB/root/boot/os/debian-12/"
head -c 100000 /dev/zero | gzip >"$LAB/root/boot/os/debian-12/initrd.gz" # the kernel's own words are all that is looked for
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 16M
for boot in 1 2; do
    FROM=$(lab_serial_size)
    lab_machine -fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n # HTTP boot is the first that it tries
    expect "boot $boot: the firmware refuses what is not signed" lab_wait_serial "$STAGE" "Access Denied" "$FROM"
    expect "which it got by HTTP" journal_has firmware=http-x64
    lab_stop machine
done
lab_machine -fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n
expect "it is told the pair as a disk" lab_wait "$STAGE" journal_has ' loader .*shimx64.img'
expect "GRUB asks for its configuration" lab_wait "$STAGE" journal_has "script .*install=debian-12 loader=grub"
expect "the kernel is one that its firmware has believed" lab_wait_serial "$STAGE" "secureboot: Secure boot enabled"
expect "the rung counts as one that works" test "$(lab_ctl why web01 | grep -c 'shimx64.efi, it boots with that')" = 1
if journal_has ' missing '; then fail "no name was asked in vain"; fi
ok "no name was asked in vain"
echo "$CHECKS passed, 0 failed"
