#!/bin/bash
# A new line may fill a blank disk only.
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
why_names disk-not-blank
lab_ctl why web01 | grep -q 'pxed arm' || fail "why names the command that would erase it"
ok "why names the command that would erase it"

echo "$CHECKS passed, 0 failed"
