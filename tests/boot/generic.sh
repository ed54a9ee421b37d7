#!/bin/bash
# Memtest86+, a live system, by real loaders: as what no plugin knows, a kernel on BIOS and a program on UEFI; and as os-linux' rescue
# family knows it. It boots at each power-on and is never armed.
. "$(dirname "$0")/common.sh"
CACHE=${XDG_CACHE_HOME:-/var/cache}/pxed/memtest
mkdir -p "$CACHE"
if [ ! -e "$CACHE/boot/memtest86+x64.efi" ]; then # its package would change the boot menu of this machine
    (cd "$CACHE" && apt-get -qq download memtest86+ && dpkg -x memtest86+_*.deb .) >/dev/null 2>&1 ||
        { echo "# skipped: apt delivers no memtest86+"; exit 77; }
fi
lab_begin generic
lab_net
lab_config
sed -i '/^\[defaults\]/,$d' "$LAB/pxed.ini"
mkdir -p "$LAB/root/boot/os/ramtest-6"
cp "$CACHE"/boot/memtest86+x64.{bin,efi} "$LAB/root/boot/os/ramtest-6"
printf '[os ramtest-6]\nkernel = memtest86+x64.bin\nargs = console=ttyS0,115200\nlive = yes\n' >>"$LAB/pxed.ini"
echo "$LAB_MAC, ramtest-6, name=web01, ip=10.77.0.60" >"$LAB/host-os.conf"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M

power_on() { # WHAT
    rm -f "$LAB/serial.log"
    lab_machine
    expect "$1" lab_wait_serial "$STAGE" "Memtest86+"
    lab_stop machine
}
way() { # INI-LINES: another way to boot it
    sed -i '/^\[os ramtest-6\]/,$d' "$LAB/pxed.ini"
    printf '[os ramtest-6]\nargs = console=ttyS0,115200\nlive = yes\n%s\n' "$1" >>"$LAB/pxed.ini"
    kill -HUP "$(sed -n 's/.* core ready pid=//p' "$LAB/pxed.log")"
    sleep 2
}
power_on "as a kernel, by the card's iPXE"
power_on "at the next power-on again"
lab_ctl log web01 | grep -q 'live=ramtest-6' || fail "the journal says so"
ok "the journal says so"
export LAB_EFI=yes
way 'efi = memtest86+x64.efi'
power_on "as a program of UEFI, by snponly"
lab_ctl explain web01 | grep -q '^profile: os-generic' || fail "that was os-generic"

mkdir -p "$LAB/root/boot/os/memtest86plus-6"
cp "$CACHE"/boot/memtest86+x64.{bin,efi} "$LAB/root/boot/os/memtest86plus-6"
echo "$LAB_MAC, memtest86plus-6, name=web01, ip=10.77.0.60, args=\"console=ttyS0,115200\"" >"$LAB/host-os.conf"
sleep 2
lab_ctl explain web01 | grep -q '^profile: os-linux, rescue' || fail "this is os-linux"
power_on "by the rescue family on UEFI"
unset LAB_EFI
power_on "and on BIOS"
[ "$(lab_ctl machines --json | jq -r .install)" = live ] || fail "nothing was installed"
ok "nothing was installed"
cmp -s -n 67108864 "$LAB/disk.img" /dev/zero || fail "the disk is untouched"
ok "the disk is untouched"
no_cause
echo "$CHECKS passed, 0 failed"
echo "proves: generic booted"
echo "proves: rescue booted (memtest86+)"
