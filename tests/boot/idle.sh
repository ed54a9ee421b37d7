#!/bin/bash
# A host that is known and not armed, network first, and nothing was seen of it: no boot file, and its firmware goes on to the disk.
# By BIOS and UEFI.
. "$(dirname "$0")/common.sh"
for tool in grub-mkimage mformat sfdisk; do command -v $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }; done
lab_begin idle
lab_net
lab_config
sed -i '/^hosts/a arm = command' "$LAB/pxed.ini"
lab_pxed || fail "pxed starts"
goes_on() { # FIRMWARE
    local from=$SECONDS
    lab_machine
    expect "$1: nothing was seen, no boot file" lab_wait "$STAGE" journal_has "IDLE_UNSEEN"
    expect "$1: the firmware goes on to the disk" lab_wait_serial "$STAGE" "THE DISK BOOTS"
    echo "# $1: $((SECONDS - from)) s"
    if journal_has ' loader  '; then fail "$1: no loader"; fi
    ok "$1: no loader"
    lab_stop machine
}
disk_in_use "$LAB/disk.img"
goes_on BIOS
rm -f "$LAB/serial.log"
disk_efi "$LAB/disk.img" || fail "a disk for UEFI"
export LAB_EFI=yes
goes_on UEFI
no_cause
echo "$CHECKS passed, 0 failed"
