#!/bin/bash
# What each system gets, for each firmware and loader, compared with lines.golden.   usage: lines.sh PXED [--write]
set -u
PXED=$1 HERE=$(cd "$(dirname "$0")" && pwd)
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir -p "$T/boot/os"

image() { # OS-ID FILE...
    local id=$1 file
    shift
    for file; do mkdir -p "$(dirname "$T/boot/os/$id/$file")"; : >"$T/boot/os/$id/$file"; done
}
AMD64="platform/i86pc/kernel/amd64/unix platform/i86pc/amd64/boot_archive"
image solaris-10u11 boot/multiboot boot/x86.miniroot jumpstart/rules.ok
image solaris10u9 multiboot x86.miniroot jumpstart/rules.ok
# shellcheck disable=SC2086
for id in solaris-11.4 solaris11 smartos-20240101t000000z illumos-1; do image $id $AMD64; done
image omnios-r151050 platform/i86pc/kernel/amd64/unix miniroot omnios-r151050.zfs.xz
image omniosce-r151046-x86_64 boot/platform/i86pc/kernel/amd64/unix kayak/miniroot own.zfs.gz
image smartos-20250101t000000z $AMD64 platform/i86pc/amd64/boot_archive.hash
image solaris-11.4-sparc $AMD64
cat >"$T/pxed.ini" <<INI
[pxed]
plugins   = os-solaris http store-sqlite
interface = lo
name      = pxe-server
root      = $T
state     = $T/state
[os solaris-10u11]
nfs = 10.77.0.1:/srv/s10
[os solaris10u9]
nfs = nas:/s10
[os omniosce-r151046-x86_64]
media = own.zfs.gz
[os smartos-20240101t000000z]
live = yes
[os smartos-20250101t000000z]
live = yes
INI
shows() { # OS-ID VARIABLES FIRMWARE LOADER
    echo "08:00:27:4d:4d:aa, $1, name=web01${2:+, $2}" >"$T/host-os.conf"
    echo "== $1 $3 $4${2:+ $2}"
    "$PXED" explain -c "$T/pxed.ini" 08:00:27:4d:4d:aa --as armed --firmware "$3" --loader "$4" 2>&1 |
        sed -n '/^script, in /,/^file /p' | sed '1d; /^file /,$d; /^[^ ]/,$d; s/^  //'
}
{
    for id in solaris-10u11 solaris10u9 solaris-11.4 solaris11 omnios-r151050 omniosce-r151046-x86_64 smartos-20240101t000000z smartos-20250101t000000z illumos-1; do
        for way in "bios gpxe" "bios ipxe" "bios pxelinux" "bios grub" "bios pxegrub" "efi-x64 ipxe" "efi-x64 grub"; do
            # shellcheck disable=SC2086
            shows $id "" $way
        done
    done
    # a secret needs a token
    for id in solaris-10u11 solaris-11.4 omnios-r151050; do shows $id 'root-password-hash=$5$a$b, boot-console=ttya' bios ipxe; done
    shows solaris-11.4-sparc "" bios ipxe
} >"$T/lines"
if [ "${2:-}" = --write ]; then cp "$T/lines" "$HERE/lines.golden"; fi
diff -u "$HERE/lines.golden" "$T/lines" || exit 1
# what check says of what is missing
rm "$T/boot/os/solaris-10u11/jumpstart/rules.ok" "$T/boot/os/omnios-r151050/omnios-r151050.zfs.xz"
sed -i '/^nfs = 10/d' "$T/pxed.ini"
: >"$T/boot/os/omnios-r151050/miniroot.gz"
printf '08:00:27:4d:4d:aa, solaris-10u11, name=a\n08:00:27:4d:4d:ab, omnios-r151050, name=b\n08:00:27:4d:4d:ac, solaris-11.4-sparc, name=c\n08:00:27:4d:4d:ad, smartos-20240101t000000z, name=d, vlan=12, smartos-disks=some\n08:00:27:4d:4d:ae, smartos-20260101t000000z, name=e\n' >"$T/host-os.conf"
SAID=$("$PXED" check -c "$T/pxed.ini" 2>&1)
FAILED=0
for want in "over NFS, which pxed does not serve: a line \`$T/boot/os/solaris-10u11 \\*(ro" "has no jumpstart/rules.ok" \
    "has no omnios-r151050.zfs.xz" "gunzip it" "no plugin claims the OS id 'solaris-11.4-sparc'" \
    "conf:4: warning: vlan= has no effect on 'smartos-20240101t000000z'" "conf:4: smartos-disks = some: expected all" \
    "conf:5: warning: 'smartos-20260101t000000z' runs from memory and boots by network each time: .live = yes"; do
    grep -q -- "$want" <<<"$SAID" || { FAILED=1; echo "not ok - check says: $want"; }
done
if [ $FAILED = 0 ]; then echo "proves: solaris scripted"; else echo "$SAID"; fi
exit $FAILED
