#!/bin/bash
# U-Boot as firmware: DHCP, and the tree of PXELINUX configurations by TFTP, with the kernel of an armed host.
. "$(dirname "$0")/common.sh"
ROM=/usr/lib/u-boot/qemu-x86/u-boot.rom
[ -e $ROM ] || { echo "skipped: u-boot-qemu is missing"; exit 77; }
lab_begin uboot
lab_net
lab_config
IMAGE=$LAB/root/boot/os/debian-12
mkdir -p "$IMAGE"
head -c 200000 /dev/urandom >"$IMAGE/linux"
head -c 300000 /dev/urandom >"$IMAGE/initrd.gz"
lab_pxed || fail "pxed starts"
lab_spawn machine qemu-system-x86_64 -name pxed-lab -machine pc -accel tcg -m 512 -display none -no-reboot -bios $ROM \
    -serial "unix:$LAB/serial,server=on,wait=off" -netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
    -device "e1000,netdev=n0,mac=$LAB_MAC"
lab_wait 10 test -S "$LAB/serial" || fail "the machine starts"

# Types the commands at U-Boot's prompt, one after the other; what it says goes to serial.log.
timeout $STAGE python3 - "$LAB/serial" "$LAB/serial.log" \
    'setenv autoload no' 'dhcp' 'setenv bootfile' 'setenv pxefile_addr_r 0x2000000' 'setenv kernel_addr_r 0x3000000' \
    'setenv ramdisk_addr_r 0x4000000' 'pxe get' 'pxe boot' <<'PY'
import socket, sys, time
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.settimeout(0.1)
log = open(sys.argv[2], "wb", buffering=0)


def at_prompt(heard):
    """It echoes the spaces that came too late for its countdown."""
    return heard.rstrip(b" ").endswith(b"=>")


def listen(nudge=b""):
    """Until the prompt stands alone at the end for a tenth of a second, or for ten minutes."""
    heard = b""
    end = time.monotonic() + 600
    nudged = 0
    while time.monotonic() < end:
        try:
            heard += line.recv(4096)
        except socket.timeout:
            if at_prompt(heard):
                break
        if nudge and time.monotonic() - nudged > 0.1:  # also while it speaks: beside other work its two seconds are short
            line.sendall(nudge)
            nudged = time.monotonic()
    log.write(heard)
    return at_prompt(heard)


if not listen(b" "):  # any key stops its countdown
    sys.exit("no prompt")
for command in sys.argv[3:]:
    line.sendall(b"\x15" + command.encode() + b"\r")
    if not listen():
        sys.exit("no prompt after " + command)
PY
expect "its prompt comes and comes back" test $? = 0
SAID=$(tr -d '\r' <"$LAB/serial.log")
expect "DHCP: the host's address" grep -q 'DHCP client bound to address 10.77.0.60' <<<"$SAID"
expect "and this server's" grep -q 'TFTP from server 10.77.0.1' <<<"$SAID"
expect "its configuration is found" grep -q 'Config file .*found' <<<"$SAID"
expect "by its MAC" journal_has ' script .*install=debian-12 loader=pxelinux'
expect "its kernel is fetched by TFTP under its URL" grep -qE 'tftp-sent .*file=http://10.77.0.1/boot/os/debian-12/linux bytes=200000' "$LAB/pxed.log"
expect "which its journal has" journal_has ' kernel .*os/debian-12/linux'
echo "$CHECKS passed, 0 failed"
