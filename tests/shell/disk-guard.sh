#!/bin/sh
# Runs the partial disk-guard on disks that are files and a /sys that is a folder, in every shell an installer may have.
# Each signature is tried with blkid and wipefs, and with the raw look alone.   usage: disk-guard.sh [pattern]
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
templates=$here/plugins/os-linux/share
only=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
good=0 bad=0

# A PATH without the tools that know signatures; busybox would run its own, so plain names only.
mkdir "$work/bare"
for tool in cat cp dd tr wc sed grep sort readlink rm tail head sleep mktemp echo printf seq cut; do
    ln -s "$(command -v $tool 2>/dev/null | grep / || echo /bin/$tool)" "$work/bare/$tool"
done
bare=$work/bare full=$PATH

# --- the world: sysfs and /dev
world() { rm -rf "$work/sys" "$work/dev" "$work/tmp"; mkdir -p "$work/sys/block" "$work/sys/class/scsi_host" "$work/dev" "$work/tmp"; }
disk() { # NAME SIZE PATH-BELOW-DEVICES [ATTRIBUTE=VALUE...]: a blank one
    d=$1 p=$work/sys/devices/$3
    truncate -s "$2" "$work/dev/$d"
    mkdir -p "$p" "$work/sys/block/$d/holders"
    ln -s "$p" "$work/sys/block/$d/device"
    echo $(($(stat -c %s "$work/dev/$d") / 512)) >"$work/sys/block/$d/size"
    echo 0 >"$work/sys/block/$d/removable"
    echo 0 >"$work/sys/block/$d/ro"
    shift 3
    for a in "$@"; do
        mkdir -p "$(dirname "$work/sys/block/$d/${a%%=*}")"
        printf '%s\n' "${a#*=}" >"$work/sys/block/$d/${a%%=*}"
    done
}
put() { printf "$3" | dd of="$work/dev/$1" bs=1 seek="$2" conv=notrunc 2>/dev/null; } # DISK OFFSET BYTES

# --- the guard: prints "DISK /dev/x" or the reason; its report goes to a file instead of a server
guard() { # SHELL PATH WANT RIGHT
    sed -e "s#{{host.disk|shell}}#$3#; s#{{arm.right|shell}}#$4#; s#{{event.url|shell}}#http://server/boot/event?mac=x#" \
        "$templates/report" "$templates/disk-guard" >"$work/guard"
    sed -i 's|^pxed_guard$|pxed_post() { echo "$1" >"$PXED_TMP/event"; cat "$2" >"$PXED_TMP/body"; }\npxed_guard\necho "$PXED_DISKS" >"$PXED_TMP/chosen"|' "$work/guard"
    rm -f "$work/tmp/event" "$work/tmp/chosen"
    # shellcheck disable=SC2086
    PXED_NEED=${NEED:-} PXED_TEST=1 PXED_PAUSE=0 PXED_SYSFS=$work/sys PXED_DEV=$work/dev PXED_TMP=$work/tmp PATH=$2 $1 "$work/guard" >"$work/tmp/out" 2>"$work/tmp/err"
    [ ! -s "$work/tmp/err" ] || sed 's/^/# stderr: /' "$work/tmp/err"
    if [ -e "$work/tmp/event" ]; then sed 's/.*&stage=failed&reason=//' "$work/tmp/event"; else echo "DISK $(cat "$work/tmp/chosen" 2>/dev/null)"; fi
}
say() { # NAME GOT WANTED
    if [ "$2" = "$3" ]; then
        good=$((good + 1))
        echo "ok $((good + bad)) - $1"
    else
        bad=$((bad + 1))
        echo "not ok $((good + bad)) - $1: got '$2', wanted '$3'"
    fi
}
shells="dash:/bin/sh bash:$(command -v bash)"
if command -v busybox >/dev/null; then shells="$shells busybox:$(command -v busybox)"; fi
with=raw # what `each` tries beside the tools: nothing where only the choice of a disk is asked, which no tool is asked for
each() { # NAME WANT RIGHT EXPECTED: in every shell by the raw look, and with the tools (which are programs: one shell is enough)
    case $1 in *"$only"*) ;; *) return ;; esac
    for s in $shells; do
        program=${s#*:}
        [ "${s%%:*}" != busybox ] || program="$program sh"
        [ "$with" = nothing ] || say "$1 (${s%%:*}, raw)" "$(guard "$program" "$bare" "$2" "$3")" "$4"
        [ "$with" != nothing ] && [ "${s%%:*}" != dash ] || say "$1 (${s%%:*}, tools)" "$(guard "$program" "$full" "$2" "$3")" "$4"
    done
}

# --- a mirror: two disks, and both are judged
PCI=pci0000:00/0000:00:05.0
NEED=2
world
disk sda 8M $PCI/ata1/host1/target1:0:0/1:0:0:0 device/serial=A
each "two: there is one" "" blank DISK_NOT_FOUND
disk sdb 8M $PCI/ata2/host2/target2:0:0/2:0:0:0 device/serial=B
each "two: without disk=" "" blank "DISK /dev/sda /dev/sdb"
each "two: named, in any order" "serial:B /dev/sda" blank "DISK /dev/sda /dev/sdb"
each "two: one is named twice" "serial:A /dev/sda" blank DISK_NOT_FOUND
each "two: one of the words means none" "/dev/sda /dev/sdz" blank DISK_NOT_FOUND
each "two: one word for one" "/dev/sda" blank DISK_NOT_FOUND
NEED=
each "one: two are named" "/dev/sda /dev/sdb" blank DISK_AMBIGUOUS
NEED=2
disk sdc 8M $PCI/ata3/host3/target3:0:0/3:0:0:0 device/serial=A
each "two: there are three" "" blank DISK_AMBIGUOUS
each "two: a word that means two" "serial:A serial:B" blank DISK_NOT_FOUND
each "two of three" "/dev/sda /dev/sdb" blank "DISK /dev/sda /dev/sdb"
put sdb 512 'EFI\040PART'
each "two: the second is not blank" "/dev/sda /dev/sdb" blank DISK_NOT_BLANK
each "two: the second is not blank, right any" "/dev/sda /dev/sdb" any "DISK /dev/sda /dev/sdb"
each "two: the other one" "/dev/sda /dev/sdc" blank "DISK /dev/sda /dev/sdc"
put sda 512 'EFI\040PART'
each "two: the first is not blank" "/dev/sda /dev/sdc" blank DISK_NOT_BLANK
guard /bin/sh "$full" "/dev/sda /dev/sdb" any >/dev/null
sed -i 's/^pxed_guard$/PXED_DISKS="\/dev\/sda \/dev\/sdb"/; s/^echo "$PXED_DISKS".*/pxed_wipe/' "$work/guard"
PXED_TEST=1 PXED_SYSFS=$work/sys PXED_DEV=$work/dev PXED_TMP=$work/tmp sh "$work/guard" >/dev/null 2>&1
say "both are wiped" "$(cat "$work/dev/sda" "$work/dev/sdb" | tr -d '\000' | wc -c)" 0
NEED=

# --- which disk
with=nothing
PCI=pci0000:00/0000:00:05.0
world
each "no disk" "" blank DISK_NONE
disk vda 8M $PCI/virtio1
each "one blank disk" "" blank "DISK /dev/vda"
each "path" /dev/vda blank "DISK /dev/vda"
each "path of no disk" /dev/vdb blank DISK_NOT_FOUND
each "a word that means nothing" largest blank DISK_NOT_FOUND
each "size without number" size:x blank DISK_NOT_FOUND
mkdir -p "$work/dev/disk/by-id"
ln -s ../../vda "$work/dev/disk/by-id/virtio-1"
each "path by id" /dev/disk/by-id/virtio-1 blank "DISK /dev/vda"
for other in loop0 ram0 zram0 sr0 fd0 md0 dm-0 nbd0 mmcblk0boot0; do disk $other 8M virtual/block/$other; done
each "what is no disk is skipped" "" blank "DISK /dev/vda"
disk sdu 8M $PCI/usb1/1-1/1-1:1.0/host8/target8:0:0/8:0:0:0
disk sdr 8M $PCI/ata1/host1/target1:0:0/1:0:0:0 removable=1
disk sdi 8M platform/host3/session1/target3:0:0/3:0:0:0
disk sdf 8M $PCI/host4/rport-4:0-0/target4:0:0/4:0:0:0
disk nvme1n1 8M virtual/nvme-fabrics/ctl/nvme1 device/transport=tcp
disk mmcblk1 8M platform/mmc1/mmc1:0001 device/type=SD
disk sdo 8M $PCI/ata9/host9/target9:0:0/9:0:0:0 ro=1
disk sdz 0 $PCI/ata6/host6/target6:0:0/6:0:0:0
disk sdq 8M $PCI/host7/target7:0:0/7:0:0:0
mkdir -p "$work/sys/class/scsi_host/host7"
echo qla4xxx >"$work/sys/class/scsi_host/host7/proc_name"
each "removable and remote disks are not taken" "" blank "DISK /dev/vda"
each "but by name" /dev/sdi blank "DISK /dev/sdi"
rm -r "$work/sys/block/vda"
each "only removable and remote ones" "" blank DISK_NONE
say "the report lists them" "$(grep -c 'removable\|remote\|read-only' "$work/tmp/body")" 9

world
disk sda 8M $PCI/ata1/host1/target1:0:0/1:0:0:0 device/wwid=naa.5000c500a1b2c3d4 device/model=BigDisk
disk sdb 16M $PCI/ata2/host2/target2:0:0/2:0:0:0 device/wwid=naa.5000c500a1b2c3d5
disk nvme0n1 32M $PCI/nvme/nvme0 device/serial=S4EV/123 wwid=eui.0025385b71b00f1e device/transport=pcie
printf '\000\200\000\010WD-X1234' >"$work/sys/block/sdb/device/vpd_pg80"
each "several disks" "" blank DISK_AMBIGUOUS
say "the report lists them with their names" "$(grep -c '/dev/sda 8 MB local.*BigDisk\|/dev/sdb 16 MB local serial:WD-X1234 wwn:5000c500a1b2c3d5\|nvme0n1.*S4EV' "$work/tmp/body")" 3
each "several disks, right any" "" any DISK_AMBIGUOUS
each "serial of SCSI" serial:WD-X1234 blank "DISK /dev/sdb"
each "serial of NVMe" serial:S4EV/123 blank "DISK /dev/nvme0n1"
each "part of a serial" serial:WD-X123 blank DISK_NOT_FOUND
each "wwn" wwn:0x5000C500A1B2C3D4 blank "DISK /dev/sda"
each "wwn, kernel's spelling" wwn:eui.0025385b71b00f1e blank "DISK /dev/nvme0n1"
each "smallest" smallest blank "DISK /dev/sda"
each "size" size:15M-17M blank "DISK /dev/sdb"
each "size of label and of programs" size:16M-16M blank "DISK /dev/sdb"
each "size fits two" size:1M-20M blank DISK_AMBIGUOUS
each "size fits none" size:1G-2T blank DISK_NOT_FOUND
rm -r "$work/sys/block/sda"
disk sdc 16M $PCI/ata3/host3/target3:0:0/3:0:0:0
each "smallest, two of the same" smallest blank DISK_AMBIGUOUS
world
disk 'cciss!c0d0' 8M $PCI/cciss0/c0d0
mkdir "$work/dev/cciss"
mv "$work/dev/cciss!c0d0" "$work/dev/cciss/c0d0"
each "a disk in a folder of /dev" "" blank "DISK /dev/cciss/c0d0"

# --- is it blank: what is written by hand
with=raw
S=8388608
one() { world; disk vda $S $PCI/virtio1; }
sign() { # NAME OFFSET BYTES
    one
    put vda "$2" "$3"
    each "$1" "" blank DISK_NOT_BLANK
}
one
put vda 300000 'only data'
put vda 1000 'of an old file'
each "data without a signature" "" blank "DISK /dev/vda"
sign MBR 510 '\125\252'
sign "GPT" 512 'EFI PART'
sign "GPT on 4K sectors" 4096 'EFI PART'
sign "GPT backup only" $((S - 512)) 'EFI PART'
sign "GPT backup on 4K sectors" $((S - 4096)) 'EFI PART'
sign LVM2 512 'LABELONE'
sign "LVM2 in sector 0" 0 'LABELONE'
sign "LVM2 in sector 3" 1536 'LABELONE'
sign "md 1.1" 0 '\374N+\251'
sign "md 1.2" 4096 '\374N+\251'
sign "md 1.0" $((S - 8192)) '\374N+\251'
sign "md 0.90" $((S - 65536)) '\374N+\251'
sign ext 1080 'S\357'
sign xfs 0 XFSB
sign btrfs 65600 '_BHRfS_M'
sign ntfs 3 'NTFS    '
sign fat 54 'FAT16   '
sign fat32 82 'FAT32   '
sign exfat 3 'EXFAT   '
sign luks 0 'LUKS\272\276'
sign "LUKS2, second header" 16384 'SKUL\272\276'
sign bitlocker 3 '\055FVE-FS-'
sign swap 4086 SWAPSPACE2
sign reiserfs 65588 'ReIsEr2Fs'
sign jfs 32768 JFS1
sign bcache 4120 '\306\205\163\366\116\032\105\312'
sign f2fs 1024 '\020\040\365\362'
sign ufs2 66908 '\031\001\124\031'
sign zfs 16500 '\000\000\000\011pool_guid\000\000\000'
sign "zfs label at the end" $((S - 262144 + 17000)) '\000\000\000\011pool_guid\000\000\000'
sign DDF $((S - 512)) '\336\021\336\021'
sign "Intel RAID" $((S - 1024)) 'Intel Raid ISM Cfg Sig. 1.1.00'
sign "LSI RAID" $((S - 512)) '$XIDE$'
sign "Promise RAID" $((S - 32256)) 'Promise Technology, Inc.'
sign VMFS 1048576 '\015\320\001\300'
sign "Oracle ASM" 32 ORCLDISK
sign iso9660 32769 CD001
one
put vda 510 '\125\252'
each "right any asks nothing" "" any "DISK /dev/vda"
each "an empty right is blank" "" "" DISK_NOT_BLANK
one
mkdir "$work/sys/block/vda/vda1"
echo 2048 >"$work/sys/block/vda/vda1/start"
each "a partition the kernel knows" "" blank DISK_NOT_BLANK
one
mkdir "$work/sys/block/vda/holders/dm-0"
each "a disk something else holds" "" blank DISK_NOT_BLANK
one
rm "$work/dev/vda"
each "a disk that cannot be read" "" blank DISK_UNREADABLE
one
truncate -s 4M "$work/dev/vda"
each "a disk whose end cannot be read" "" blank DISK_UNREADABLE
world
disk vda 8389120 $PCI/virtio1 # an odd number of sectors: md's places are rounded down
put vda $(((16385 - 16) / 8 * 8 * 512)) '\374N+\251'
each "md 1.0, odd size" "" blank DISK_NOT_BLANK

# --- the same by the programs that write them, where they are
made() { # NAME PROGRAM ARGUMENTS... (the disk's file is the last)
    name=$1
    shift
    command -v "$1" >/dev/null || { echo "# skipped: $name, no $1"; return; }
    world
    disk vda 134217728 $PCI/virtio1
    "$@" "$work/dev/vda" >/dev/null 2>&1 </dev/null || { echo "# skipped: $name does not work here"; return; }
    each "made: $name" "" blank DISK_NOT_BLANK
}
made ext4 mke2fs -q -F -t ext4
made swap mkswap
made vfat mkfs.vfat
made xfs mkfs.xfs -q
made btrfs mkfs.btrfs -q
made ntfs mkfs.ntfs -qF
# shellcheck disable=SC2016
made "DOS label" sh -c 'echo ,,L | sfdisk -q "$0"'
# shellcheck disable=SC2016
made "GPT" sh -c 'printf "label: gpt\n,,L\n" | sfdisk -q "$0"'
# shellcheck disable=SC2016
made "GPT, its first MiB lost" sh -c 'printf "label: gpt\n,,L\n" | sfdisk -q "$0"; dd if=/dev/zero of="$0" bs=1M count=1 conv=notrunc'

# --- pxed_wipe leaves nothing of the old system
if command -v sfdisk >/dev/null; then
    one
    printf 'label: gpt\nstart=2048,size=4096,type=L\nstart=6144,type=L\n' | sfdisk -q "$work/dev/vda" >/dev/null 2>&1
    mkdir "$work/sys/block/vda/vda1" "$work/sys/block/vda/vda2"
    echo 2048 >"$work/sys/block/vda/vda1/start" && echo 4096 >"$work/sys/block/vda/vda1/size"
    echo 6144 >"$work/sys/block/vda/vda2/start" && echo 10200 >"$work/sys/block/vda/vda2/size"
    for at in 1048576 3145728; do put vda $((at + 1080)) 'S\357'; done
    guard /bin/sh "$full" "" any >/dev/null
    sed -i 's|^echo "$PXED_DISKS".*|pxed_wipe|' "$work/guard"
    PXED_TEST=1 PXED_SYSFS=$work/sys PXED_DEV=$work/dev PXED_TMP=$work/tmp /bin/sh "$work/guard" >/dev/null 2>&1
    rm -r "$work/sys/block/vda/vda1" "$work/sys/block/vda/vda2"
    each "wiped" "" blank "DISK /dev/vda"
    say "wiped: no file system in the old partitions" "$(dd if="$work/dev/vda" bs=1 skip=1049656 count=2 2>/dev/null | tr -d '\000' | wc -c)" 0
fi

echo "1..$((good + bad))"
[ $bad = 0 ] || { echo "# $bad of $((good + bad)) failed"; exit 1; }
