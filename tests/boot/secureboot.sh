#!/bin/bash
# Secure Boot with Microsoft's keys, as firmware comes: snponly.efi is refused, Debian's shim, GRUB and kernel are not. What GRUB asks
# (its second stage under shim's name, its configuration) is served to it by pxed.
. "$(dirname "$0")/common.sh"
lab_begin secureboot
lab_net
lab_config
mkdir -p "$LAB/root/boot/os/debian-12"
cp /usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/{linux,initrd.gz} "$LAB/root/boot/os/debian-12"
sed -i 's/^\[dhcp\]/[dhcp]\nloader-efi-x64 = shimx64.efi/' "$LAB/pxed.ini"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M
export LAB_EFI=secure
lab_machine
expect "the kernel runs, and says that Secure Boot is on" lab_wait_serial "$STAGE" 'secureboot: Secure boot enabled'
expect "by shim" journal_has 'loader .*shimx64.efi'
expect "and GRUB" journal_has 'script .*loader=grub'
expect "with its initrd" journal_has 'initrd .*initrd.gz'
lab_stop machine
echo "$CHECKS passed, 0 failed"
