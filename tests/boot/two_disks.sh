#!/bin/bash
# Two blank disks, and nobody says which: the installer refuses and writes to neither.
. "$(dirname "$0")/common.sh"
lab_begin two
lab_net
lab_config
lab_image >/dev/null || fail "the image could not be built"
lab_disk "$LAB/disk.img" 2G
lab_disk "$LAB/second.img" 2G
BEFORE=$(cat "$LAB/disk.img" "$LAB/second.img" | sha256sum)
lab_pxed || fail "pxed starts"
LAB_DISKS="-drive if=virtio,format=raw,file=$LAB/disk.img -drive if=virtio,format=raw,file=$LAB/second.img" lab_machine
expect "two disks and no disk=: the installer refuses" lab_wait "$STAGE" journal_has DISK_AMBIGUOUS
why_names disks-two
lab_stop machine
[ "$(cat "$LAB/disk.img" "$LAB/second.img" | sha256sum)" = "$BEFORE" ] || fail "nothing was written to either"
ok "nothing was written to either"
echo "$CHECKS passed, 0 failed"
