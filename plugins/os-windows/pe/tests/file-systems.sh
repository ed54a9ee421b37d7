#!/bin/bash
# Disk images as the real tools make them, and every signature that the guard for Linux installers knows: none of them is
# blank to pxed.exe.   usage: file-systems.sh LOOK DISK-GUARD
# Needs: ntfs-3g dosfstools e2fsprogs fdisk (sfdisk, mkswap: util-linux), genisoimage.
set -u
look=$1 guard=$2
export PATH=$PATH:/usr/sbin:/sbin
for tool in mkntfs mkfs.vfat mkfs.ext4 mkswap sfdisk genisoimage; do
    command -v $tool >/dev/null || { echo "not ok - $tool is missing"; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
disk=$work/disk
good=0 bad=0
say() { # NAME, CONDITION as a command
    local name=$1
    shift
    if "$@"; then
        good=$((good + 1))
        echo "ok $((good + bad)) - $name"
    else
        bad=$((bad + 1))
        echo "not ok $((good + bad)) - $name: $(tr '\n' ' ' <"$work/out")"
    fi
}
new() { rm -f "$disk"; truncate -s "${1:-64M}" "$disk"; }
run() { "$look" "$disk" >"$work/out"; }
is_blank() { "$look" "$disk" >"$work/out" && [ ! -s "$work/out" ]; }
holds() { run; [ $? = 1 ] && grep -qx -- "$1" "$work/out"; }
zero() { dd if=/dev/zero of="$disk" bs=512 seek="$1" count="$2" conv=notrunc 2>/dev/null; } # SECTOR COUNT

# --- what tools make
new; say "zeros are blank" is_blank
new 1; say "a byte is blank" is_blank
new 512; say "a sector is blank" is_blank
head -c 64M /dev/zero | tr '\0' '\377' >"$disk"; say "ones are blank" is_blank
new; mkntfs -F -Q -q "$disk" >/dev/null 2>&1; say "NTFS" holds NTFS
zero 0 64; say "NTFS, its begin wiped" holds NTFS-copy
for fat in 12 16 32; do
    new $([ $fat = 12 ] && echo 8M || echo 64M); mkfs.vfat -I -F $fat "$disk" >/dev/null 2>&1
    say "FAT$fat" holds $([ $fat = 32 ] && echo FAT32 || echo FAT)
done
zero 0 1; say "FAT32, its first sector wiped" holds FAT32-copy
for fs in ext2 ext3 ext4; do
    new; mkfs.ext4 -q -F -t $fs "$disk" >/dev/null 2>&1; say $fs holds ext
done
new; mkfs.ext4 -q -F -b 1024 "$disk" >/dev/null 2>&1; say "ext4, blocks of 1024" holds ext
for page in 4096 8192 16384 65536; do
    new; mkswap -p $page "$disk" >/dev/null 2>&1; say "swap, pages of $page" holds swap
done
new; echo ',,7,*' | sfdisk -q --label dos "$disk" 2>/dev/null; say "MBR with a partition" holds MBR-partition
printf '\0\0' | dd of="$disk" bs=1 seek=510 conv=notrunc 2>/dev/null; say "MBR without its signature" holds MBR-partition
new; echo 'label: dos' | sfdisk -q "$disk" 2>/dev/null; say "MBR without partitions" holds MBR-or-boot-sector
new; echo ',,' | sfdisk -q --label gpt "$disk" 2>/dev/null
say "GPT" holds GPT; say "GPT's second header" holds GPT-backup
zero 0 2048; say "GPT, the first MiB wiped" holds GPT-backup
new; echo 'label: sun' | sfdisk -q "$disk" 2>/dev/null; say "Sun label" holds Sun-label
new; echo 'label: sgi' | sfdisk -q "$disk" 2>/dev/null; say "SGI label" holds SGI-label
mkdir "$work/tree"; echo hello >"$work/tree/file"
genisoimage -quiet -o "$disk" "$work/tree" 2>/dev/null; say "ISO 9660" holds iso9660
genisoimage -quiet -udf -o "$disk" "$work/tree" 2>/dev/null; say "UDF bridge" holds iso9660

# --- the same signatures as in the guard for Linux: WHAT OFFSET MAGIC, in which \001 may stand for a zero byte
table() { sed -n "/^pxed_$1() /,/^MAGICS/p" "$guard" | grep -E '^[^ ]+ [0-9]+ [^ ]+$'; }
put() { printf "$2" | dd of="$disk" bs=1 seek="$1" conv=notrunc 2>/dev/null; } # OFFSET BYTES
known() { # OFFSET MAGIC: as it stands, with zeros, with a zero at its end
    local magic
    for magic in "$2" "${2//\\001/\\000}" "${2%\\001}\\000"; do
        new; put "$1" "$magic"; run
        [ ! -s "$work/out" ] || return 0
    done
    return 1
}
rows=0
while read -r what at magic; do
    say "head: $what at $at" known "$at" "$magic"
    rows=$((rows + 1))
done <<<"$(table head)"
while read -r what at magic; do
    say "tail: $what at -$at" known $((64 * 1048576 - at)) "$magic"
    rows=$((rows + 1))
done <<<"$(table tail)"
for magic in '\015\320\001\300' '\136\361\253\057'; do
    say "VMFS at 1 MiB" known 1048576 "$magic"
    say "VMFS at 2 MiB" known 2097152 "$magic"
done
say "the guard's table was read ($rows rows)" [ $rows -gt 70 ]

echo "$good passed, $bad failed"
[ $bad = 0 ]
