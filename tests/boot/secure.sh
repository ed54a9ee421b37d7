#!/bin/bash
# Secure Boot, and a system whose kernel is signed by another key than Debian's: shim and GRUB come out of its own ISO. The
# distribution is one of our own: the key that this firmware holds (OVMF's, for tests) has signed all three.
. "$(dirname "$0")/common.sh"
export LAB_EFI=secure
KERNEL=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux
KEY=/usr/share/ovmf/PkKek-1-snakeoil
for file in /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd $KEY.key /usr/lib/shim/shimx64.efi.signed /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed \
    $KERNEL /usr/bin/sbsign /usr/bin/xorriso; do
    [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps test)"; exit 77; }
done
lab_begin secure
lab_net
lab_config
cp /usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd "$LAB/vars.fd"
openssl rsa -in $KEY.key -passin pass:snakeoil -out "$LAB/key" 2>/dev/null || fail "the key of the test firmware"
signed() { sbsign --key "$LAB/key" --cert $KEY.pem --output "$2" "$1" >/dev/null 2>&1 || fail "$2 is signed"; } # FILE TO
OS=$LAB/root/boot/os/debian-12
mkdir -p "$OS" "$LAB/medium/EFI/BOOT"
head -c 100000 /dev/zero | gzip >"$OS/initrd.gz" # the kernel's own words are all that is looked for
cp $KERNEL "$LAB/bare"
chmod u+w "$LAB/bare"
sbattach --remove "$LAB/bare" >/dev/null 2>&1
signed "$LAB/bare" "$OS/linux"
printf 'sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\ngrub,5,Free Software Foundation,grub,2.06,https://www.gnu.org/software/grub/\n' >"$LAB/sbat"
grub-mkimage -O x86_64-efi -p /EFI/BOOT --sbat "$LAB/sbat" -o "$LAB/grub.efi" normal configfile efinet tftp linux echo sleep test || fail "a GRUB is made"
signed "$LAB/grub.efi" "$LAB/medium/EFI/BOOT/grubx64.efi"
signed /usr/lib/shim/shimx64.efi "$LAB/medium/EFI/BOOT/BOOTX64.EFI"
printf 'echo THE MENU OF THE CD\n' >"$LAB/medium/EFI/BOOT/grub.cfg"
xorriso -as mkisofs -quiet -J -R -o "$OS/medium.iso" "$LAB/medium" 2>/dev/null || fail "an ISO is made"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M
taken() { [ "$(lab_ctl log web01 | grep -c 'loader .*snponly.efi')" -ge "$1" ]; }

lab_machine
expect "the firmware refuses what is not signed" lab_wait_serial "$STAGE" "Access Denied"
expect "by HTTP, too" lab_wait "$STAGE" taken 2
sleep 3
lab_stop machine
lab_machine
expect "switched on again it gets the ISO's shim" lab_wait "$STAGE" journal_has "loader .*EFI/BOOT/BOOTX64.EFI"
expect "which gets the ISO's GRUB, which asks for its configuration" lab_wait "$STAGE" journal_has "script .*install=debian-12 loader=grub"
expect "the kernel, in lockdown" lab_wait_serial "$STAGE" "Kernel is locked down from EFI Secure Boot"
expect "which its firmware has believed" lab_wait_serial "$STAGE" "secureboot: Secure boot enabled"
if grep -aq "THE MENU OF THE CD" "$LAB/serial.log"; then fail "not the medium's own menu"; fi
ok "not the medium's own menu"
lab_stop machine

cp "$LAB/bare" "$OS/linux"
kill -HUP "$(sed -n 's/.* core ready pid=//p' "$LAB/pxed.log")"
not_ready() { lab_ctl machines --json | grep -q SECURE_UNSIGNED; }
expect "the kernel without a signature: refused before the machine loads it" lab_wait 20 not_ready
lab_ctl arm web01 --yes 2>&1 | grep -q SECURE_UNSIGNED || fail "and pxed arm says so"
ok "and pxed arm says so"
echo "$CHECKS passed, 0 failed"
