#!/bin/bash
# OVMF's HTTP Boot straight into a UKI: no loader of ours, no script. Then, armed no more, a loader that sends it to its disk.
. "$(dirname "$0")/common.sh"
export LAB_EFI=yes
STUB=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
NETBOOT=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
for file in $STUB $NETBOOT/linux; do [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps loaders, demo)"; exit 77; }; done
command -v busybox >/dev/null || { echo "# skipped: busybox is missing (scripts/deps demo)"; exit 77; }
lab_begin uki
lab_net
lab_config
OS=$LAB/root/boot/os/setup-1
mkdir -p "$OS" "$LAB/tree"
# Its init says so on the serial line, with what the kernel was told: the command line inside the UKI.
cp /bin/busybox "$LAB/tree/busybox"
mkdir "$LAB/tree/proc"
printf '#!/busybox sh\n/busybox mount -t proc proc /proc\nread -r line </proc/cmdline\necho "THE UKI RUNS WITH $line"\n/busybox sleep 3600\n' >"$LAB/tree/init"
chmod +x "$LAB/tree/init"
(cd "$LAB/tree" && find . | busybox cpio -o -H newc 2>/dev/null | gzip) >"$LAB/initrd"
printf 'console=ttyS0 word=inside' >"$LAB/cmdline"
objcopy --add-section .cmdline="$LAB/cmdline" --change-section-vma .cmdline=0x30000 \
    --add-section .linux=$NETBOOT/linux --change-section-vma .linux=0x2000000 \
    --add-section .initrd="$LAB/initrd" --change-section-vma .initrd=0x3000000 $STUB "$OS/uki.efi" || fail "a UKI is made"
sed -i '/^\[defaults\]/,$d' "$LAB/pxed.ini"
printf '[os setup-1]\nefi = uki.efi\n' >>"$LAB/pxed.ini"
echo "$LAB_MAC, setup-1, name=web01, ip=10.77.0.60, disk=/dev/vda" >"$LAB/host-os.conf"
lab_pxed || fail "pxed starts"
lab_ctl arm web01 --yes >/dev/null || fail "pxed arm"
disk_efi "$LAB/disk.img" || fail "a disk for UEFI"
lab_machine -fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n # HTTP boot is the first that it tries
expect "the firmware boots by HTTP" lab_wait "$STAGE" journal_has firmware=http-x64
expect "and fetches the UKI itself" lab_wait "$STAGE" journal_has 'kernel .*os/setup-1/uki.efi'
expect "which runs, with its own command line" lab_wait_serial "$STAGE" "THE UKI RUNS WITH console=ttyS0 word=inside"
expect "the arming is used up" journal_has ' spent '
if journal_has ' script  '; then fail "no script was asked for"; fi
ok "no script was asked for"
FROM=$(lab_serial_size)
lab_monitor system_reset
expect "started again it is sent to its disk" lab_wait "$STAGE" journal_has ' local  '
expect "which boots" lab_wait_serial "$STAGE" "THE DISK BOOTS" "$FROM"
echo "$CHECKS passed, 0 failed"
