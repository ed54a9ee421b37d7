#!/bin/bash
# Secure Boot with Microsoft's keys, and nothing configured: the firmware refuses what is not signed, which the ladder sees; at the
# next power-on shim, the signed GRUB and the signed kernel.
. "$(dirname "$0")/common.sh"
export LAB_EFI=secure
for file in /usr/share/OVMF/OVMF_CODE_4M.secboot.fd /usr/lib/shim/shimx64.efi.signed /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed; do
    [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps loaders)"; exit 77; }
done
lab_begin refused
lab_net
lab_config
mkdir -p "$LAB/root/boot/os/debian-12"
cp /usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux "$LAB/root/boot/os/debian-12/"
head -c 100000 /dev/zero | gzip >"$LAB/root/boot/os/debian-12/initrd.gz" # the kernel's own words are all that is looked for
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M
silent() { [ "$(lab_ctl machines --json | jq -r .loader_silent)" = "$1" ]; }
taken() { [ "$(lab_ctl log web01 | grep -c 'loader .*snponly.efi')" -ge "$1" ]; }

lab_machine
expect "the firmware refuses what is not signed" lab_wait_serial "$STAGE" "Access Denied"
expect "it goes on to HTTP boot, and the ladder has seen one silent boot" lab_wait "$STAGE" silent 1
expect "which it refuses too" lab_wait "$STAGE" taken 2
sleep 3
lab_stop machine
lab_machine
expect "switched on again it gets shim" lab_wait "$STAGE" journal_has "shimx64.efi now: snponly.efi was taken in 2 boots"
expect "shim starts GRUB" lab_wait_serial "$STAGE" "Welcome to GRUB"
expect "GRUB starts the kernel" lab_wait_serial "$STAGE" "UEFI Secure Boot is enabled"
expect "in lockdown" lab_wait_serial "$STAGE" "secureboot: Secure boot enabled"
lab_stop machine
lab_ctl why web01 | grep -q 'loader: shimx64.efi, it boots with that' || fail "why says with what it boots"
ok "why says with what it boots"

if command -v sbattach >/dev/null; then # a kernel that nobody has signed is refused before the machine loads it
    cp /usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux "$LAB/linux"
    chmod u+w "$LAB/linux"
    sbattach --remove "$LAB/linux" >/dev/null 2>&1
    cp "$LAB/linux" "$LAB/root/boot/os/debian-12/linux"
    kill -HUP "$(sed -n 's/.* core ready pid=//p' "$LAB/pxed.log")"
    not_ready() { lab_ctl machines --json | grep -q SECURE_UNSIGNED; }
    expect "a kernel without a signature: not ready" lab_wait 20 not_ready
    lab_machine
    expect "GRUB's screen says why" lab_wait_serial "$STAGE" "SECURE_UNSIGNED"
    lab_stop machine
    [ "$(lab_ctl log web01 | grep -c 'kernel  ')" = 1 ] || fail "it has loaded one kernel"
    ok "it has loaded one kernel"
fi
echo "$CHECKS passed, 0 failed"
