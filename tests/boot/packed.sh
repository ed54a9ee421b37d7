#!/bin/bash
# A file that a row puts into the initramfs (`*.iso=/medium.iso`, as Proxmox VE's installer wants it): a Debian kernel and an initramfs
# of busybox say what they find there, booted by the card's iPXE.
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
python3 - "$LAB/initramfs" <<'PY' | gzip >"$IMAGE/initrd.gz"
import os, sys
def entry(name, mode, data=b""):
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    out = b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
    out += bytes(-len(out) % 4) + data
    return out + bytes(-len(data) % 4)
top = sys.argv[1]
archive = entry("bin", 0o40755) + entry("dev", 0o40755)
for name in ("bin/busybox", "init"):
    archive += entry(name, 0o100755, open(os.path.join(top, name), "rb").read())
sys.stdout.buffer.write(archive + entry("TRAILER!!!", 0))
PY
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
loaders = ipxe gpxe
INI
echo "$LAB_MAC, packed-1, name=web01, ip=10.77.0.60" >"$LAB/host-os.conf"
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
echo "$CHECKS passed, 0 failed"
echo "proves: proxmox scripted"
