#!/bin/bash
# A new line may fill a blank disk only, and only a disk that is clearly meant.
. "$(dirname "$0")/common.sh"
lab_begin safe
lab_net
lab_config
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"

disk_in_use "$LAB/disk.img"
BEFORE=$(sha256sum <"$LAB/disk.img")
lab_machine
expect "the installer refuses the disk" lab_wait "$STAGE" journal_has DISK_NOT_BLANK
FROM=$(lab_serial_size)
expect "the machine boots its disk" lab_wait_serial "$STAGE" 'THE DISK BOOTS' "$FROM"
lab_stop machine
[ "$(sha256sum <"$LAB/disk.img")" = "$BEFORE" ] || fail "nothing was written"
ok "nothing was written"
lab_ctl why web01 | grep -q 'pxed arm' || fail "why names the command that would erase it"
ok "why names the command that would erase it"

# two blank disks, and nobody says which
lab_stop pxed
rm -rf "$LAB/state"
lab_disk "$LAB/disk.img" 2G
lab_disk "$LAB/second.img" 2G
BEFORE=$(cat "$LAB/disk.img" "$LAB/second.img" | sha256sum)
lab_pxed || fail "pxed starts"
LAB_DISKS="-drive if=virtio,format=raw,file=$LAB/disk.img -drive if=virtio,format=raw,file=$LAB/second.img" lab_machine
expect "two disks and no disk=: the installer refuses" lab_wait "$STAGE" journal_has DISK_AMBIGUOUS
lab_stop machine
[ "$(cat "$LAB/disk.img" "$LAB/second.img" | sha256sum)" = "$BEFORE" ] || fail "nothing was written to either"
ok "nothing was written to either"
echo "$CHECKS passed, 0 failed"
