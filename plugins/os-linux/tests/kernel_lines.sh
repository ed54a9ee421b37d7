#!/bin/bash
# What each family and version gets on its kernel line. usage: kernel_lines.sh PXED
set -u
PXED=$1
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
FAILED=0 N=0
cat >"$T/pxed.ini" <<INI
[pxed]
plugins   = os-linux http store-sqlite
interface = lo
name      = pxe-server
root      = $T
state     = $T/state
INI

image() { # OS-ID FILE...
    local id=$1 file
    shift
    for file in "$@"; do mkdir -p "$(dirname "$T/boot/os/$id/$file")"; : >"$T/boot/os/$id/$file"; done
}

expect() { # OS-ID VARIABLES FIRMWARE LINE
    local got
    N=$((N + 1))
    echo "08:00:27:4d:4d:aa, $1${2:+, $2}" >"$T/host-os.conf"
    got=$("$PXED" explain -c "$T/pxed.ini" 08:00:27:4d:4d:aa --firmware "$3" 2>&1 | sed -n 's/^  kernel //p' | head -1)
    if [ "$got" = "$4" ]; then
        echo "ok $N - $1 $3"
    else
        FAILED=1
        printf 'not ok %s - %s %s\n  expected %s\n  got      %s\n' "$N" "$1" "$3" "$4" "$got"
    fi
}

B=http://pxe-server/boot
KS=$B/hosts/linux-ks/08-00-27-4d-4d-aa.txt
image centos-5.5-i386 pxeboot/vmlinuz pxeboot/initrd.img
image centos-6.9-x86_64 isolinux/vmlinuz isolinux/initrd.img
image rocky-9 images/pxeboot/vmlinuz images/pxeboot/initrd.img
image fedora-40-amd64 images/pxeboot/vmlinuz images/pxeboot/initrd.img
image debian-12 linux initrd.gz
image debian-11-amd64 debian-installer/amd64/linux debian-installer/amd64/initrd.gz

expect centos-5.5-i386 "" bios "$B/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=$KS"
expect centos-5.5-i386 "" efi-x64 "$B/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=$KS initrd=initrd.img"
expect centos-6.9-x86_64 "args=console=ttyS0" bios "$B/os/centos-6.9-x86_64/isolinux/vmlinuz ksdevice=link ks=$KS console=ttyS0"
for id in rocky-9 fedora-40-amd64; do
    expect $id "" bios "$B/os/$id/images/pxeboot/vmlinuz inst.ks=$KS inst.repo=$B/os/$id/ ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa"
done
expect rocky-9 repo=http://mirror/rocky/9/ bios \
    "$B/os/rocky-9/images/pxeboot/vmlinuz inst.ks=$KS inst.repo=http://mirror/rocky/9/ ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa"
AUTO="auto=true priority=critical interface=auto"
URL=url=$B/hosts/08-00-27-4d-4d-aa/preseed.cfg
expect debian-12 "name=web01, domain=lab.test" bios "$B/os/debian-12/linux $AUTO hostname=web01 domain=lab.test $URL"
expect debian-12 "name=web01, domain=lab.test" efi-x64 "$B/os/debian-12/linux $AUTO hostname=web01 domain=lab.test $URL initrd=initrd.gz"
expect debian-11-amd64 "" bios "$B/os/debian-11-amd64/debian-installer/amd64/linux $AUTO hostname=pxe-4d4daa domain= $URL"
# Ubuntu: the ISO itself travels; cloud-init appends user-data to the folder
image ubuntu-22.04 casper/vmlinuz casper/initrd x.iso
expect ubuntu-22.04 "" bios "$B/os/ubuntu-22.04/casper/vmlinuz root=/dev/ram0 ramdisk_size=4000000 ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa \
url=$B/os/ubuntu-22.04/x.iso autoinstall cloud-config-url=/dev/null ds=nocloud-net;s=$B/hosts/08-00-27-4d-4d-aa/"
# with rootfs.tar.gz: image mode, by Debian's installer
image ubuntu-24.04 linux initrd.gz rootfs.tar.gz
expect ubuntu-24.04 "name=web01, domain=lab.test" bios "$B/os/ubuntu-24.04/linux $AUTO hostname=web01 domain=lab.test $URL"
# live systems
IF=BOOTIF=01-08-00-27-4d-4d-aa
image systemrescue-11 sysresccd/boot/x86_64/vmlinuz sysresccd/boot/x86_64/sysresccd.img
expect systemrescue-11 "" bios "$B/os/systemrescue-11/sysresccd/boot/x86_64/vmlinuz archisobasedir=sysresccd \
archiso_http_srv=$B/os/systemrescue-11/ ip=dhcp $IF nofirewall"
LIVE="boot=live union=overlay components config username=user noeject ip=dhcp $IF"
image clonezilla-live-3.1.2-22-amd64 live/vmlinuz live/initrd.img live/filesystem.squashfs
expect clonezilla-live-3.1.2-22-amd64 "" bios "$B/os/clonezilla-live-3.1.2-22-amd64/live/vmlinuz $LIVE \
ocs_live_run=ocs-live-general ocs_live_batch=no fetch=$B/os/clonezilla-live-3.1.2-22-amd64/live/filesystem.squashfs"
image debian-live-12.5.0-amd64 live/vmlinuz-6.1.0-18-amd64 live/initrd.img-6.1.0-18-amd64 live/filesystem.squashfs
expect debian-live-12.5.0-amd64 "" efi-x64 "$B/os/debian-live-12.5.0-amd64/live/vmlinuz-6.1.0-18-amd64 $LIVE \
fetch=$B/os/debian-live-12.5.0-amd64/live/filesystem.squashfs initrd=initrd.img-6.1.0-18-amd64"
image grml64-small-2024.02 boot/grml64small/vmlinuz boot/grml64small/initrd.img live/grml64-small/grml64-small.squashfs
expect grml64-small-2024.02 "" bios "$B/os/grml64-small-2024.02/boot/grml64small/vmlinuz $LIVE \
fetch=$B/os/grml64-small-2024.02/live/grml64-small/grml64-small.squashfs"
image linuxmint-21.3 casper/vmlinuz casper/initrd.lz mint.iso
expect linuxmint-21.3 "" bios "$B/os/linuxmint-21.3/casper/vmlinuz boot=casper ip=dhcp $IF url=$B/os/linuxmint-21.3/mint.iso"
image fedora-workstation-live-40 images/pxeboot/vmlinuz images/pxeboot/initrd.img
expect fedora-workstation-live-40 "" bios "$B/os/fedora-workstation-live-40/images/pxeboot/vmlinuz \
root=live:$B/os/fedora-workstation-live-40/LiveOS/squashfs.img rd.live.image rd.neednet=1 ip=dhcp $IF"
image gentoo-live boot/gentoo boot/gentoo.igz image.squashfs
expect gentoo-live "" bios "$B/os/gentoo-live/boot/gentoo dokeymap root=/dev/ram0 init=/linuxrc looptype=squashfs loop=/system.img cdroot"
image gentoo-live-20250101 boot/gentoo boot/gentoo.igz image.squashfs boot/grub/grub.cfg
echo "linux /boot/gentoo dokeymap root=live:CDLABEL=Gentoo rd.live.dir=/" >"$T/boot/os/gentoo-live-20250101/boot/grub/grub.cfg"
expect gentoo-live-20250101 "" efi-x64 "$B/os/gentoo-live-20250101/boot/gentoo dokeymap root=live:/system.img rd.live.image initrd=initrd.magic"
# no installer: said, with the way out
echo "08:00:27:4d:4d:aa, amazon-2023" >"$T/host-os.conf"
N=$((N + 1))
if "$PXED" check -c "$T/pxed.ini" 2>&1 | grep -q "'amazon-2023' has no network installer.*plugin = os-generic"; then
    echo "ok $N - no installer"
else
    FAILED=1
    echo "not ok $N - no installer"
fi
image sles-11-sp4 boot/x86_64/loader/linux boot/x86_64/loader/initrd suse/setup/descr/packages.gz
expect sles-11-sp4 "" bios "$B/os/sles-11-sp4/boot/x86_64/loader/linux install=$B/os/sles-11-sp4/ \
autoyast=$B/hosts/08-00-27-4d-4d-aa/autoyast.xml netsetup=dhcp $IF self_update=0 textmode=1"
image memtest-7.20 mt86plus/x memtest64.bin memtest64.efi
expect memtest-7.20 "" bios "$B/os/memtest-7.20/memtest64.bin"
# an ISO is booted whole, and only by memdisk
printf '[os debian-13]\niso = live.iso\n' >>"$T/pxed.ini"
mkdir -p "$T/boot/os/debian-13" && : >"$T/boot/os/live.iso"
echo "08:00:27:4d:4d:aa, debian-13" >"$T/host-os.conf"
N=$((N + 1))
if "$PXED" explain -c "$T/pxed.ini" 08:00:27:4d:4d:aa --loader pxelinux 2>&1 | sed 's/^  //' |
    grep -A1 -Fx "kernel $B/os/memdisk" | grep -qFx "append iso initrd=$B/os/live.iso"; then
    echo "ok $N - iso by memdisk"
else
    FAILED=1
    echo "not ok $N - iso by memdisk"
fi
# a secret puts a token into the URL of the file that holds it, and nowhere else
expect centos-5.5-i386 'root-password-hash=$6$a$b' bios \
    "$B/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=$B/s/***/hosts/linux-ks/08-00-27-4d-4d-aa.txt"
[ $FAILED != 0 ] || cat <<'END'
proves: redhat scripted
proves: debian scripted
proves: ubuntu scripted
proves: rescue scripted
proves: gentoo-live scripted
END
exit $FAILED
