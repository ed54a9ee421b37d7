#!/bin/bash
# A loader that starts and hangs: after two such boots the machine gets the next of the list, and pxed why says what was seen.
. "$(dirname "$0")/common.sh"
export LAB_EFI=yes
for tool in grub-mkimage; do command -v $tool >/dev/null || { echo "skipped: $tool is missing"; exit 77; }; done
lab_begin hung
lab_net
lab_config
mkdir -p "$LAB/root/boot/os/debian-12"
head -c 200000 /dev/urandom >"$LAB/root/boot/os/debian-12/linux"
head -c 300000 /dev/urandom >"$LAB/root/boot/os/debian-12/initrd.gz"
printf 'echo THE LOADER HANGS\nsleep 3600\n' >"$LAB/hung.cfg"
grub-mkimage -O x86_64-efi -p /none -c "$LAB/hung.cfg" -o "$LAB/root/tftp/hung.efi" normal echo sleep || fail "a loader that hangs"
sed -i 's/^dns .*/&\nloader-efi-x64 = hung.efi auto/' "$LAB/pxed.ini"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 16M

for boot in 1 2; do
    FROM=$(lab_serial_size)
    lab_machine
    expect "boot $boot: the first of the list hangs" lab_wait_serial "$STAGE" "THE LOADER HANGS" "$FROM"
    expect "its journal has it" lab_wait 10 journal_has ' loader .*hung.efi'
    lab_stop machine
done
lab_machine
expect "boot 3: the next" lab_wait "$STAGE" journal_has ' ladder .*snponly.efi now: hung.efi was taken in 2 boots without a word after it'
expect "which asks for the script" lab_wait "$STAGE" journal_has 'script .*install=debian-12 loader=ipxe'
expect "pxed why says what it boots with" test "$(lab_ctl why web01 | grep -c 'snponly.efi, it boots with that')" = 1
echo "$CHECKS passed, 0 failed"
