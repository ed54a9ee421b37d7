#!/bin/bash
# A file that a row puts into the initramfs (`*.iso=/medium.iso`, as Proxmox VE's installer wants it): a Debian kernel and an initramfs
# of busybox say what they find there, by the card's iPXE and by GRUB on BIOS, and by GRUB on UEFI.
. "$(dirname "$0")/common.sh"
KERNEL=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux
[ -e $KERNEL ] && command -v busybox >/dev/null || { echo "# skipped: no debian-installer-12-netboot-amd64 or busybox-static"; exit 77; }
lab_begin packed
lab_net
lab_config
sed -i '/^\[defaults\]/,$d' "$LAB/pxed.ini"
IMAGE=$LAB/root/boot/os/packed-1
mkdir -p "$IMAGE" "$LAB/os-linux.d" "$LAB/initramfs/bin" "$LAB/tree"
cp $KERNEL "$IMAGE/linux"
cp "$(command -v busybox)" "$LAB/initramfs/bin/busybox"
cat >"$LAB/initramfs/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /mnt
/bin/busybox mount -t proc proc /proc
echo "FOUND $(/bin/busybox md5sum /medium.iso) END"
/bin/busybox sleep 1000
INIT
chmod 755 "$LAB/initramfs/init"
(cd "$LAB/initramfs" && find . | cpio -o -H newc 2>/dev/null | gzip) >"$IMAGE/initrd.gz"
head -c 5000001 /dev/urandom >"$LAB/tree/data" # of no even length: the archive pads it
genisoimage -quiet -o "$IMAGE/any-name.iso" "$LAB/tree"
printf 'x' >>"$IMAGE/any-name.iso"
cat >"$LAB/os-linux.d/packed.ini" <<'INI'
[family]
title = a test
live  = yes
args  = console=ttyS0 name={{host.name}}
[claim packed]
family = packed
[boot one]
files   = linux initrd.gz *.iso=/medium.iso
loaders = ipxe gpxe grub
INI
printf '[http]\nscript = first\n' >>"$LAB/pxed.ini"
echo "$LAB_MAC, packed-1, name=web01, ip=10.77.0.60" >"$LAB/host-os.conf"
grub-mknetdir --net-directory="$LAB/root/tftp" --subdir=grub --directory=/usr/lib/grub/i386-pc >"$LAB/grub.log" 2>&1 &&
    grub-mknetdir --net-directory="$LAB/root/tftp" --subdir=grub --directory=/usr/lib/grub/x86_64-efi >>"$LAB/grub.log" 2>&1 ||
    { cat "$LAB/grub.log"; fail "GRUB's images are made"; }
rm -f "$LAB"/root/tftp/grub/*/grub.cfg # theirs reads grub/grub.cfg; without it GRUB does so itself
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M
SUM=$(md5sum <"$IMAGE/any-name.iso" | cut -d' ' -f1)

power_on() { # WHAT
    rm -f "$LAB/serial.log"
    lab_machine
    expect "$1: the whole ISO is a file of the initramfs" lab_wait_serial "$STAGE" "FOUND $SUM"
    lab_stop machine
}
power_on "the card's iPXE"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n#!gpxe\\nchain tftp://10.77.0.1/grub/i386-pc/core.0\\n"\n' >"$LAB/root/boot/first"
chmod 755 "$LAB/root/boot/first"
power_on "GRUB on BIOS"
rm "$LAB/root/boot/first"
export LAB_EFI=yes
sed -i 's/$/, loader=grub\/x86_64-efi\/core.efi/' "$LAB/host-os.conf"
sleep 2
power_on "GRUB on UEFI"
echo "$CHECKS passed, 0 failed"
