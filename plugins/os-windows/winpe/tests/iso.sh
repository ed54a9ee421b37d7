#!/bin/bash
# ISOs: from folders, from ISO 9660 and UDF media, from a bare WIM with and without boot files. What xorriso finds in
# them: the boot catalogue, the tree.   usage: iso.sh PROGRAM
. "$(dirname "$0")/common.sh"
command -v genisoimage >/dev/null || { echo "the tool genisoimage is missing"; exit 1; }
source_wim "$WORK/boot.wim" || { echo "no source WIM"; exit 1; }
OUT=$WORK/out
mkdir "$OUT"
make() { # NAME STATUS ARGUMENTS...: classic mode, no helper needed
    local name=$1 status=$2
    shift 2
    "$PROGRAM" --classic --share '\\10.77.0.1\windows-media' "$@" >"$WORK/said" 2>&1
    is "$name" $? "$status"
    [ "$status" = 0 ] && [ "$(tail -1 "$WORK/said" | grep -c 'pxed-winpe:')" = 1 ] && cat "$WORK/said"
    return 0
}
boots() { xorriso -indev "$1" -report_el_torito plain 2>/dev/null | sed -n 's/^El Torito boot img : *[0-9]* *//p' |
    awk '{ print $1, $2, $3, $6 }'; } # platform, bootable, emulation, sectors
tree() { xorriso -indev "$1" -find / -type f 2>/dev/null | tr -d "'" | sort; }
out() { # ISO NAME FILE
    rm -f "$3"
    xorriso -osirrox on -indev "$1" -extract "$2" "$3" >/dev/null 2>&1
}

# --- a copied medium
MEDIUM=$WORK/medium
media "$MEDIUM"
cp "$WORK/boot.wim" "$MEDIUM/sources/boot.wim"
BEFORE=$(find "$MEDIUM" -type f -exec sha256sum {} + | sort | sha256sum)
make "a folder" 0 --label "PXED 1" "$MEDIUM" "$OUT/a.iso"
has "it says what it starts on" "$WORK/said" "starts on BIOS and UEFI"
only "nothing but the ISO is left" "$OUT" a.iso
is "the medium is untouched" "$(find "$MEDIUM" -type f -exec sha256sum {} + | sort | sha256sum)" "$BEFORE"
boots "$OUT/a.iso" >"$WORK/boots"
is "boots by BIOS: no emulation, 8 sectors" "$(sed -n 1p "$WORK/boots")" "BIOS y none 8"
is "boots by UEFI: no emulation, the whole image" "$(sed -n 2p "$WORK/boots" | cut -d' ' -f1-3)" "UEFI y none"
is "two entries" "$(wc -l <"$WORK/boots")" 2
is "the label" "$(xorriso -indev "$OUT/a.iso" -pvd_info 2>/dev/null | sed -n 's/^Volume Id *: *//p')" "PXED 1"
tree "$OUT/a.iso" >"$WORK/tree"
for f in bootmgr boot/bcd boot/boot.sdi boot/etfsboot.com boot/fonts/wgl4_boot.ttf efi/boot/bootx64.efi \
    efi/microsoft/boot/bcd efi/microsoft/boot/efisys.bin sources/boot.wim; do
    is "has $f" "$(grep -cix "/$f" "$WORK/tree")" 1
done
is "no bootfix.bin: it would ask for a key" "$(grep -ci bootfix "$WORK/tree")" 0
out "$OUT/a.iso" "$(grep -i efisys "$WORK/tree")" "$WORK/efisys"
is "the EFI image that asks for no key" "$(sum "$WORK/efisys")" "$(sum "$MEDIUM/efi/microsoft/boot/efisys_noprompt.bin")"
out "$OUT/a.iso" "$(grep -i sources/boot.wim "$WORK/tree")" "$WORK/got.wim"
is "the WIM in it is sound" "$(wimlib-imagex verify "$WORK/got.wim" >/dev/null 2>&1; echo $?)" 0
in_wim "$WORK/got.wim" /Windows/System32/startnet.cmd >"$WORK/startnet.cmd"
has "and ours" "$WORK/startnet.cmd" 'net use J: "\\10.77.0.1\windows-media"'
# What a boot manager sees that knows nothing of Rock Ridge: short names, no version numbers.
isoinfo -i "$OUT/a.iso" -f >"$WORK/plain" 2>/dev/null
is "plain names" "$(grep -cx '/BOOTMGR\|/BOOT/BCD\|/BOOT/BOOT.SDI\|/SOURCES/BOOT.WIM\|/EFI/MICROSOFT/BOOT/BCD' "$WORK/plain")" 5

# --- the same medium as an ISO
genisoimage -quiet -J -r -o "$WORK/joliet.iso" "$MEDIUM" 2>/dev/null
make "an ISO with Joliet" 0 "$WORK/joliet.iso" "$OUT/b.iso"
is "boots both ways" "$(boots "$OUT/b.iso" | cut -d' ' -f1 | tr '\n' ' ')" "BIOS UEFI "
genisoimage -quiet -iso-level 3 -o "$WORK/plain.iso" "$MEDIUM" 2>/dev/null
make "an ISO with ISO 9660 names alone" 0 "$WORK/plain.iso" "$OUT/c.iso"
is "boots both ways" "$(boots "$OUT/c.iso" | cut -d' ' -f1 | tr '\n' ' ')" "BIOS UEFI "
# As Microsoft makes them: ISO 9660 shows nothing but a readme, the rest is UDF.
mkdir "$WORK/hidden"
echo 'This disc contains a "UDF" file system' >"$MEDIUM/readme.txt"
genisoimage -quiet -udf -o "$WORK/udf.iso" -hide bootmgr -hide boot -hide efi -hide sources "$MEDIUM" 2>/dev/null
is "the source hides its files from ISO 9660" "$(isoinfo -i "$WORK/udf.iso" -f | grep -ci 'boot')" 0
UDF=$(sum "$WORK/udf.iso")
make "an ISO with UDF" 0 "$WORK/udf.iso" "$OUT/d.iso"
is "boots both ways" "$(boots "$OUT/d.iso" | cut -d' ' -f1 | tr '\n' ' ')" "BIOS UEFI "
is "the ISO is untouched" "$(sum "$WORK/udf.iso")" "$UDF"
make "a WIM out of it" 0 "$WORK/udf.iso" "$OUT/d.wim"
is "and it is sound" "$(wimlib-imagex verify "$OUT/d.wim" >/dev/null 2>&1; echo $?)" 0
"$PROGRAM" --list "$WORK/udf.iso" >"$WORK/list" 2>/dev/null
is "--list looks into it" "$(wc -l <"$WORK/list")" 4

# --- a bare WIM
make "without boot files there is no ISO" 1 "$WORK/boot.wim" "$OUT/e.iso"
has "what is missing is named" "$WORK/said" "no BIOS boot: missing bootmgr, boot/bcd, boot/etfsboot.com, boot/boot.sdi"
has "for UEFI too" "$WORK/said" "no UEFI boot: missing boot/boot.sdi, efi/boot/bootx64.efi"
has "and where to get it" "$WORK/said" "--media"
make "--media folder" 0 --media "$MEDIUM" "$WORK/boot.wim" "$OUT/f.iso"
make "--media ISO" 0 --media "$WORK/udf.iso" "$WORK/boot.wim" "$OUT/g.iso"
is "boots both ways" "$(boots "$OUT/g.iso" | cut -d' ' -f1 | tr '\n' ' ')" "BIOS UEFI "
rm -r "$MEDIUM/efi"
make "a medium of BIOS days" 0 --media "$MEDIUM" "$WORK/boot.wim" "$OUT/h.iso"
has "what it will not start on" "$WORK/said" "will not start on UEFI: missing efi/boot/bootx64.efi"
is "one entry" "$(boots "$OUT/h.iso")" "BIOS y none 8"
make "arm64 has no BIOS" 1 --arch arm64 --media "$MEDIUM" "$WORK/boot.wim" "$OUT/i.iso"

# --- copype: media/ and fwfiles/
mkdir -p "$WORK/copype/fwfiles" "$WORK/copype/media"
media "$WORK/copype/media"
mv "$WORK/copype/media/boot/etfsboot.com" "$WORK/copype/fwfiles/"
mv "$WORK/copype/media/efi/microsoft/boot/"efisys*.bin "$WORK/copype/fwfiles/"
cp "$WORK/boot.wim" "$WORK/copype/media/sources/boot.wim"
mv "$WORK/copype/media/boot" "$WORK/copype/media/Boot"
make "what ADK's copype makes" 0 "$WORK/copype" "$OUT/j.iso"
is "boots both ways" "$(boots "$OUT/j.iso" | cut -d' ' -f1 | tr '\n' ' ')" "BIOS UEFI "

# --- a WIM that carries its boot files, as those of Windows 7 and later do
mkdir -p "$WORK/two/Windows/Boot/PCAT" "$WORK/two/Windows/Boot/DVD/PCAT" "$WORK/two/Windows/Boot/DVD/EFI/en-US" \
    "$WORK/two/Windows/Boot/EFI"
echo bootmgr >"$WORK/two/Windows/Boot/PCAT/bootmgr"
echo bcd >"$WORK/two/Windows/Boot/DVD/PCAT/BCD"
echo sdi >"$WORK/two/Windows/Boot/DVD/PCAT/boot.sdi"
head -c 4096 /dev/urandom >"$WORK/two/Windows/Boot/DVD/PCAT/etfsboot.com"
echo bcd-efi >"$WORK/two/Windows/Boot/DVD/EFI/BCD"
head -c 1474560 /dev/zero >"$WORK/two/Windows/Boot/DVD/EFI/en-US/efisys.bin"
echo bootmgfw >"$WORK/two/Windows/Boot/EFI/bootmgfw.efi"
wimlib-imagex capture "$WORK/two" "$WORK/full.wim" PE --boot --compress=XPRESS --image-property WINDOWS/ARCH=9 >/dev/null
make "a WIM with its own boot files" 0 "$WORK/full.wim" "$OUT/k.iso"
is "boots both ways" "$(boots "$OUT/k.iso" | cut -d' ' -f1 | tr '\n' ' ')" "BIOS UEFI "
out "$OUT/k.iso" "$(tree "$OUT/k.iso" | grep -i bootx64)" "$WORK/bootx64"
is "bootmgfw.efi is the EFI loader" "$(cat "$WORK/bootx64")" bootmgfw
only "nothing else is left beside OUTPUT" "$OUT" a.iso b.iso c.iso d.iso d.wim f.iso g.iso h.iso j.iso k.iso
finish
