#!/bin/bash
# A multiboot kernel with two modules through each loader: the card's iPXE, PXELINUX with mboot.c32 and GRUB on BIOS, GRUB on
# UEFI. The kernel is ours (multiboot.c): it prints the command lines as the loader gave them.
. "$(dirname "$0")/common.sh"
HERE=$(dirname "$(readlink -f "$0")")
lab_begin multiboot
lab_net
lab_config
sed -i '/^\[defaults\]/,$d' "$LAB/pxed.ini"
IMAGE=$LAB/root/boot/os/kernel-1
mkdir -p "$IMAGE/platform"
gcc -m32 -O1 -ffreestanding -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -nostdlib -static \
    -Wl,--build-id=none,-T,"$HERE/multiboot.ld" -o "$IMAGE/platform/unix" "$HERE/multiboot.c" 2>"$LAB/gcc.log" ||
    { cat "$LAB/gcc.log"; fail "the kernel is built"; }
printf 'the first module' >"$IMAGE/one"
head -c 300000 /dev/zero | tr '\0' x >"$IMAGE/two"
cat >>"$LAB/pxed.ini" <<'INI'
[http]
script = first
[os kernel-1]
multiboot = platform/unix
initrd = one
initrd = two
args = -B console=ttya,name={{host.name}},url={{server.url}}/x?
live = yes
INI
echo "$LAB_MAC, kernel-1, name=web01, ip=10.77.0.60" >"$LAB/host-os.conf"
grub-mknetdir --net-directory="$LAB/root/tftp" --subdir=grub --directory=/usr/lib/grub/i386-pc >"$LAB/grub.log" 2>&1 &&
    grub-mknetdir --net-directory="$LAB/root/tftp" --subdir=grub --directory=/usr/lib/grub/x86_64-efi >>"$LAB/grub.log" 2>&1 ||
    { cat "$LAB/grub.log"; fail "GRUB's images are made"; }
rm -f "$LAB"/root/tftp/grub/*/grub.cfg # theirs reads grub/grub.cfg; without it GRUB does so itself
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 64M
ARGS="-B console=ttya,name=web01,url=http://10.77.0.1/x?"

power_on() { # WHAT KERNEL-LINE MODULE-LINE...
    local what=$1 line
    shift
    rm -f "$LAB/serial.log"
    lab_machine
    expect "$what: the kernel runs" lab_wait_serial "$STAGE" "END OF MULTIBOOT"
    for line; do expect "  $line" grep -qF -- "$line" "$LAB/serial.log"; done
    [ "$(grep -ac '^MODULE ' "$LAB/serial.log")" = "$(printf '%s\n' "$@" | grep -c '^MODULE ')" ] || fail "$what: no other modules"
    lab_stop machine
}
first_script() { # LINE...: what the card's iPXE is told by the operator's own script
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\ncat <<END\n#!gpxe\n' >"$LAB/root/boot/first"
    printf '%s\n' "$@" END >>"$LAB/root/boot/first"
    chmod 755 "$LAB/root/boot/first"
}

B=http://10.77.0.1/boot/os/kernel-1
power_on "the card's iPXE" "KERNEL 1 [$B/platform/unix $ARGS]" "MODULE 16 the firs [$B/one]" "MODULE 300000 xxxxxxxx [$B/two]"

first_script "imgload pxelinux.0" "boot pxelinux.0"
power_on "PXELINUX" "KERNEL 1 [$B/platform/unix $ARGS]" "MODULE 16 the firs [$B/one]" "MODULE 300000 xxxxxxxx [$B/two]"

first_script "chain tftp://10.77.0.1/grub/i386-pc/core.0"
P=/boot/os/kernel-1
power_on "GRUB on BIOS" "KERNEL 1 [$P/platform/unix $ARGS]" "MODULE 16 the firs []" "MODULE 300000 xxxxxxxx []"

rm "$LAB/root/boot/first"
export LAB_EFI=yes
sed -i 's/$/, loader=grub\/x86_64-efi\/core.efi/' "$LAB/host-os.conf"
sleep 2
power_on "GRUB on UEFI" "KERNEL 1 [$P/platform/unix $ARGS]" "MODULE 16 the firs []" "MODULE 300000 xxxxxxxx []"

# A system whose row says Multiboot 2 on UEFI and gives its module arguments: SmartOS, by os-solaris
IMAGE=$LAB/root/boot/os/smartos-1
mkdir -p "$IMAGE/platform/i86pc/kernel/amd64" "$IMAGE/platform/i86pc/amd64"
cp "$LAB/root/boot/os/kernel-1/platform/unix" "$IMAGE/platform/i86pc/kernel/amd64/unix"
cp "$LAB/root/boot/os/kernel-1/one" "$IMAGE/platform/i86pc/amd64/boot_archive"
printf '[os smartos-1]\nlive = yes\n' >>"$LAB/pxed.ini"
echo "$LAB_MAC, smartos-1, name=web01, ip=10.77.0.60, loader=grub/x86_64-efi/core.efi" >"$LAB/host-os.conf"
kill -HUP "$(sed -n 's/.* core ready pid=//p' "$LAB/pxed.log")"
sleep 2
P=/boot/os/smartos-1/platform/i86pc WORDS="type=rootfs name=ramdisk"
# What is this machine's own comes as a module, too.
OWN=hosts/$(echo "$LAB_MAC" | tr : -)/answers.json
ip netns exec "$LAB_NS" curl -fsS -o "$LAB/answers" "http://10.77.0.1/boot/$OWN" && jq -e .admin_nic "$LAB/answers" >/dev/null || fail "the server shows the answers"
MODULE="MODULE $(wc -c <"$LAB/answers") $(head -c 8 "$LAB/answers")" AS="type=file name=answers.json]"
power_on "Multiboot 2 by GRUB on UEFI" "KERNEL 2 [$P/kernel/amd64/unix -B console=text,smartos=true]" "MODULE 16 the firs [$P/amd64/boot_archive $WORDS]" \
    "$MODULE [/boot/$OWN $AS"
unset LAB_EFI
power_on "module's arguments by iPXE" "KERNEL 1 [${B%/*}/smartos-1/platform/i86pc/kernel/amd64/unix -B console=text,smartos=true]" \
    "MODULE 16 the firs [${B%/*}/smartos-1/platform/i86pc/amd64/boot_archive $WORDS]" "$MODULE [${B%/os/*}/$OWN $AS"
first_script "imgload pxelinux.0" "boot pxelinux.0"
power_on "by PXELINUX" "MODULE 16 the firs [${B%/*}/smartos-1/platform/i86pc/amd64/boot_archive $WORDS]" "$MODULE [${B%/os/*}/$OWN $AS"
[ "$(lab_ctl machines --json | jq -r .install)" = live ] || fail "nothing was installed"
ok "nothing was installed"
no_cause
echo "$CHECKS passed, 0 failed"
echo "proves: generic booted"
