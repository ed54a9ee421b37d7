#!/bin/bash
# iPXE on UEFI is told the shim of a signed kernel. Debian's iPXE, of 2019, does not know that command: it says so and boots on.
. "$(dirname "$0")/common.sh"
export LAB_EFI=yes
NETBOOT=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
for file in $NETBOOT/linux /usr/lib/shim/shimx64.efi.signed /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed; do
    [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps loaders, demo)"; exit 77; }
done
lab_begin shim
lab_net
lab_config
mkdir -p "$LAB/root/boot/os/debian-12"
cp $NETBOOT/linux "$LAB/root/boot/os/debian-12/"
head -c 100000 /dev/zero | gzip >"$LAB/root/boot/os/debian-12/initrd.gz" # the kernel's own words are all that is looked for
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 16M
lab_machine
expect "the script is asked for" lab_wait "$STAGE" journal_has "script .*install=debian-12 loader=ipxe"
expect "it has the command, which this iPXE does not know" lab_wait_serial "$STAGE" "shim: command not found"
expect "the kernel runs all the same" lab_wait_serial "$STAGE" "Linux version"
echo "$CHECKS passed, 0 failed"
