#!/bin/bash
# The Windows chain on BIOS with real loaders: the card's iPXE ROM, home.php's script, lpxelinux, memdisk and an ISO over
# HTTP. The ISO is ours: isolinux reads a file from the CD by INT 13h and prints it. Then the same directly from iPXE.
. "$(dirname "$0")/common.sh"
lab_begin switch
lab_net
lab_config
echo "$LAB_MAC, windows-2008r2-x64, name=web01, ip=10.77.0.60, gateway=10.77.0.1" >"$LAB/host-os.conf"
sed -i '/^\[defaults\]/,$d' "$LAB/pxed.ini"
printf '[os-windows]\nshare = %s/share\n[os windows-2008r2-x64]\niso = pe.iso\n' "$LAB" >>"$LAB/pxed.ini"

SAID="read by INT 13h from the CD"
mkdir -p "$LAB/cd/isolinux"
modules=/usr/lib/syslinux/modules/bios
cp /usr/lib/ISOLINUX/isolinux.bin $modules/ldlinux.c32 $modules/cat.c32 $modules/libcom32.c32 $modules/libutil.c32 "$LAB/cd/isolinux"
printf 'SERIAL 0 115200\nDEFAULT say\nLABEL say\nCOM32 cat.c32\nAPPEND /isolinux/said.txt\n' >"$LAB/cd/isolinux/isolinux.cfg"
echo "$SAID" >"$LAB/cd/isolinux/said.txt"
xorriso -as mkisofs -quiet -o "$LAB/root/boot/os/pe.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot \
    -boot-load-size 4 -boot-info-table "$LAB/cd" >"$LAB/xorriso.log" 2>&1 || { cat "$LAB/xorriso.log"; fail "the ISO is made"; }
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M

run() { # WHAT: one machine until it has said what it read; what it asked for is in $LAB/asked
    rm -f "$LAB/serial.log"
    # only what begins with "GET ": acknowledgements of an ISO would fill its buffer on a loaded machine
    lab_spawn dump tcpdump -i tap0 -s 600 -B 4096 -U -w "$LAB/wire" 'dst port 80 and tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420'
    lab_wait 10 grep -q listening "$LAB/dump.log" || fail "the wire is watched"
    lab_machine
    expect "$1: the CD's file is read" lab_wait_serial "$STAGE" "$SAID"
    lab_stop machine
    sleep 1
    lab_stop dump
    rm -f "$LAB/dump.log"
    tcpdump -r "$LAB/wire" -A 2>/dev/null | grep -aoE 'GET /boot/[^ ]* HTTP/1.[01]' >"$LAB/asked"
}

run "iPXE, PXELINUX, memdisk"
expect "PXELINUX fetched its configuration itself" grep -qF "pxelinux.cfg/01-08-00-27-4d-4d-aa HTTP/1.0" "$LAB/asked"
expect "and the ISO" grep -qF "GET /boot/os/pe.iso HTTP/1.0" "$LAB/asked"
expect "the switch is in the journal" journal_has switch=pxelinux
expect "the arming is used up by the ISO" journal_has 'used up by os/pe.iso'
[ "$(lab_ctl machines --json | jq -r .install)" = installing ] || fail "it is being installed"
ok "it is being installed"

# The same directly: via = memdisk, and a fresh right.
sed -i 's/^iso = pe.iso/&\nvia = memdisk/' "$LAB/pxed.ini"
kill -HUP "$(sed -n 's/.* core ready pid=//p' "$LAB/pxed.log")"
expect "the new way is in force" lab_wait 20 grep -q ' core reloaded ' "$LAB/pxed.log"
lab_ctl arm web01 --yes >/dev/null || fail "armed again"
run "iPXE, memdisk"
expect "iPXE fetched the ISO" grep -qF "GET /boot/os/pe.iso HTTP/1.1" "$LAB/asked"
if grep -q pxelinux "$LAB/asked"; then fail "without PXELINUX"; fi
ok "without PXELINUX"
echo "$CHECKS passed, 0 failed"
