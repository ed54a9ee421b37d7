#!/bin/bash
# OVMF as it comes, with IPv6: a host whose way to the disk goes through a loader. After the loader's `exit 1` the firmware tries PXE by
# IPv6 (refused at once: without an answer that takes a minute), HTTP Boot (the loader again), HTTP Boot by IPv6, and then its disk. Prints
# what each takes.
. "$(dirname "$0")/common.sh"
for tool in grub-mkimage mformat sfdisk; do command -v $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }; done
export LAB_EFI=yes LAB_IPV6=y
lab_begin exits
lab_net
lab_config
sed -i '/^hosts/a arm = command\nidle = local' "$LAB/pxed.ini"
lab_pxed || fail "pxed starts"
disk_efi "$LAB/disk.img" || fail "a disk for UEFI"
sent() { [ "$(lab_ctl log web01 | grep -c ' local .*NOT_ARMED')" -ge "$1" ]; } # TIMES
FROM=$SECONDS
lab_machine
expect "PXE: the loader, and it is sent to its disk" lab_wait "$STAGE" sent 1
echo "# power-on to the loader's exit: $((SECONDS - FROM)) s"
FROM=$SECONDS
expect "the firmware tries PXE by IPv6" lab_wait_serial "$STAGE" "Start PXE over IPv6"
expect "which is refused" lab_wait "$STAGE" grep -q 'ipv6-boot-refused mac=08:00:27:4d:4d:aa' "$LAB/pxed.log"
expect "HTTP Boot: the loader again, and to its disk" lab_wait "$STAGE" sent 2
echo "# from there to the next: $((SECONDS - FROM)) s"
expect "and it goes on to the disk" lab_wait_serial "$STAGE" "THE DISK BOOTS"
echo "# from the first exit to the disk: $((SECONDS - FROM)) s"
expect "the next entry of its boot order is no return" test "$(lab_ctl machines --json | jq -r 'select(.name == "web01") | .disk_back')" = 0
no_cause
echo "$CHECKS passed, 0 failed"
