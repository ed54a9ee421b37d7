#!/bin/bash
# Real firmware starts what pxed-winpe made: SeaBIOS reads the whole etfsboot.com (ours is 8 sectors, and the last of them
# speaks), OVMF starts the EFI program of efisys.bin (ours holds iPXE). Both speak on the serial line.
#   usage: boot.sh PROGRAM
. "$(dirname "$0")/common.sh"
for tool in gcc ld mkfs.vfat mmd mcopy qemu-system-x86_64; do
    command -v $tool >/dev/null || { echo "the tool $tool is missing"; exit 1; }
done
for file in /usr/share/OVMF/OVMF_CODE.fd /usr/lib/ipxe/snponly.efi; do
    [ -e $file ] || { echo "$file is missing"; exit 1; }
done
QEMU=
cleanup() {
    [ -z "$QEMU" ] || kill "$QEMU" 2>/dev/null
    rm -rf "$WORK"
}
source_wim "$WORK/boot.wim" || { echo "no source WIM"; exit 1; }
MEDIUM=$WORK/medium
media "$MEDIUM"

# The first sector jumps to the eighth. Relative addresses: firmware may start it as 0000:7C00 or 07C0:0000.
cat >"$WORK/etfs.S" <<'EOF'
.code16
        jmp     last
        .org    0xe00
last:   call    1f
        .asciz  "the eighth sector was read\r\n"
1:      pop     %si
        mov     $0x3f8, %dx
2:      mov     %cs:(%si), %al
        inc     %si
        test    %al, %al
        jz      3f
        outb    %al, %dx
        jmp     2b
3:      cli
        hlt
        jmp     3b
        .org    0x1000
EOF
gcc -m32 -c -o "$WORK/etfs.o" "$WORK/etfs.S" &&
    ld -m elf_i386 -Ttext 0x0 --oformat binary -e 0 -o "$MEDIUM/boot/etfsboot.com" "$WORK/etfs.o" || exit 1
is "our boot program has 8 sectors" "$(stat -c %s "$MEDIUM/boot/etfsboot.com")" 4096
rm "$MEDIUM"/efi/microsoft/boot/efisys*.bin
mkfs.vfat -C "$MEDIUM/efi/microsoft/boot/efisys.bin" 1440 >/dev/null || exit 1
export MTOOLS_SKIP_CHECK=1
mmd -i "$MEDIUM/efi/microsoft/boot/efisys.bin" ::EFI ::EFI/BOOT &&
    mcopy -i "$MEDIUM/efi/microsoft/boot/efisys.bin" /usr/lib/ipxe/snponly.efi ::EFI/BOOT/BOOTX64.EFI || exit 1
"$PROGRAM" --quiet --classic --share '\\10.77.0.1\windows-media' --media "$MEDIUM" "$WORK/boot.wim" "$WORK/winpe.iso"
is "an ISO" $? 0

speaks() { # NAME SECONDS TEXT QEMU-ARGUMENTS...
    local name=$1 most=$2 text=$3
    shift 3
    rm -f "$WORK/serial"
    qemu-system-x86_64 -nodefaults -display none -net none -serial "file:$WORK/serial" -cdrom "$WORK/winpe.iso" -boot d \
        "$@" >"$WORK/qemu" 2>&1 &
    QEMU=$!
    for _ in $(seq $((most * 5))); do
        grep -qa "$text" "$WORK/serial" 2>/dev/null && break
        kill -0 $QEMU 2>/dev/null || break
        sleep 0.2
    done
    grep -qa "$text" "$WORK/serial" 2>/dev/null
    ok "$name" $? "$(tail -c 300 "$WORK/serial" 2>/dev/null; cat "$WORK/qemu")"
    kill $QEMU 2>/dev/null
    wait $QEMU 2>/dev/null
    QEMU=
}
speaks "BIOS" 60 "the eighth sector was read" -m 64
speaks "UEFI" 120 "iPXE initialising devices" -m 256 \
    -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd
finish
