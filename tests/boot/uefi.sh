#!/bin/bash
# UEFI firmware: its own PXE client, iPXE (snponly.efi) by TFTP, the script by HTTP, the installer; then, network first
# again, the firmware goes on to the disk.
. "$(dirname "$0")/common.sh"
export LAB_EFI=yes
lab_begin uefi
lab_net
lab_config
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 3G
lab_machine
expect "the firmware is told apart and fetches a loader" lab_wait "$STAGE" journal_has firmware=efi-x64
expect "the machine is installed" until_stage installed
FROM=$(lab_serial_size)
expect "it is sent to its disk" until_stage local
expect "the disk's own login prompt" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
no_cause
echo "$CHECKS passed, 0 failed"
echo "proves: debian installed (image mode, UEFI)"
