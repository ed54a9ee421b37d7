#!/bin/sh
# Image mode: runs in Debian's installer (preseed/early_command) instead of it, writes rootfs.tar.gz to the chosen disk and
# gives the system what belongs to this host. busybox sh; every failure is reported, then the machine restarts.
OS='{{os.url}}'
PASSWORD='{{host.root-password-hash}}'
LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
PACKAGES='{{host.packages}}' PROXY='{{host.proxy}}' REPO='{{host.repo}}'
ARGS='{{host.args-installed}}' LVM='{{#host.lvm}}lvm{{/host.lvm}}'

TARGET=/target
LOG=/tmp/pxed.log
exec </dev/null >>$LOG 2>&1 # what was standard input is debconf's

{{> report}}
{{> settings}}
{{> networkd}}
{{> ifupdown}}
{{> netplan}}

step() { pxed_say "$* at $(cut -d' ' -f1 /proc/uptime) s"; }
# This shell has no pipefail, so each part leaves a mark when it fails. A cut or damaged file fails gzip's checksum.
fetch() { if [ -e "/tmp/pxed-$1" ]; then cat "/tmp/pxed-$1"; else wget -q -O - "$OS/$1"; fi; } # FILE
unpack() { # FILE UNZIP TAR-ARGUMENTS...
    mark=/tmp/pxed-broken-$1 file=$1 unzip=$2
    shift 2
    rm -f "$mark"
    # shellcheck disable=SC2086
    { fetch "$file" || : >"$mark"; } | { $unzip || : >"$mark"; } | tar "$@" && [ ! -e "$mark" ]
}
die() { pxed_fail "$1" $LOG; }
# Whatever ends this script ends the installation; the installer itself must not go on.
trap 'die SCRIPT_FAILED' EXIT

# --- disk drivers and tools
step start
TOOLS=/pxed-tools
mkdir -p $TOOLS
{ unpack tools.tar.gz 'gunzip -c' -xpf - -C $TOOLS && : >/tmp/pxed-tools-ok; } &
unpack modules.tar.gz 'gunzip -c' -xpf - -C / || die MODULES_MISSING
# Every bus device names the driver it wants; one modprobe loads what there is.
# shellcheck disable=SC2046
modprobe -qab $(cat $(find /sys/devices -name modalias) 2>/dev/null | sort -u)
modprobe -qab sd_mod ext4 ${LVM:+dm_mod}
[ ! -d /sys/firmware/efi ] || modprobe -qab vfat nls_cp437 nls_ascii nls_iso8859-1
wait
[ -e /tmp/pxed-tools-ok ] || die TOOLS_MISSING
mount -o bind /dev $TOOLS/dev
mount -t proc proc $TOOLS/proc
mount -t sysfs sysfs $TOOLS/sys
sfdisk() { chroot $TOOLS /sbin/sfdisk "$@"; }
mke2fs() { chroot $TOOLS /sbin/mke2fs "$@"; }
wipefs() { chroot $TOOLS /sbin/wipefs "$@"; }
blkid() { chroot $TOOLS /sbin/blkid "$@"; }
# The installer's udev knows nothing of device mapper: lvm makes its nodes itself, and waits for nobody. By a filter it sees one
# partition alone: that of Ubuntu 22.04 has no --devices.
ONLY=
lvm() { # COMMAND ARGUMENTS...
    chroot $TOOLS /sbin/lvm "$@" --config "activation { udev_sync=0 udev_rules=0 }
        devices { obtain_device_list_from_udev=0 ${ONLY:+filter=[ \"a|^$ONLY\$|\", \"r|.*|\" ]} } backup { backup=0 archive=0 }"
}
[ -z "$LVM" ] || [ -x $TOOLS/sbin/lvm ] || { echo "tools.tar.gz holds no lvm: make the image anew with scripts/make-image"; die TOOLS_MISSING; }
udevadm settle
# NVMe and SAS disks may appear after their driver: choosing needs all of them. virtio's are there at once.
disks() { ls /sys/block /sys/class/nvme 2>/dev/null | tr '\n' ' '; }
if [ -n "$(ls /sys/class/scsi_host /sys/class/nvme /sys/class/mmc_host 2>/dev/null)" ]; then
    seen='' tries=0
    while [ "$(disks)" != "$seen" ] && [ $tries -lt 30 ]; do
        seen=$(disks) tries=$((tries + 1))
        sleep 1
        udevadm settle
    done
fi

# --- which disk; this stops the installation if there is any doubt
{{> disk-guard}}
step "disk $PXED_DISK"

# --- one root; with UEFI or beyond 2 TiB a GPT with room for both boot loaders; with layout=lvm it is a volume on that partition
UEFI=
[ ! -d /sys/firmware/efi ] || UEFI=yes
sectors=$(cat "/sys/block/$(echo "${PXED_DISK#/dev/}" | tr '/' '!')/size")
case $PXED_DISK in
*[0-9]) part=${PXED_DISK}p ;;
*) part=$PXED_DISK ;;
esac
type=L # a file system, or V: a physical volume
[ -z "$LVM" ] || type=V
if [ -n "$UEFI" ] || [ "$sectors" -ge 4294967296 ]; then
    label=gpt3 root=${part}3 esp=${part}2
    printf 'label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649\nsize=262144, type=U\ntype=%s\n' $type >/tmp/pxed-parts
else
    label=msdos1 root=${part}1 esp=
    printf 'label: dos\nstart=2048, type=%s, bootable\n' $type >/tmp/pxed-parts
fi
core=core-$label.img
[ -z "$LVM" ] || core=core-lvm.img

# --- everything that may fail is tried before the disk is touched
# The system's archive is read to its end. Where it fits into memory it stays there, so that the network carries it once.
room=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) # KiB; an old kernel does not tell
length=$(wget -S --spider "$OS/rootfs.tar.gz" 2>&1 | sed -n 's/^ *[Cc]ontent-[Ll]ength: *\([0-9]*\).*/\1/p' | sed -n '$p')
if [ "${length:-0}" -gt 0 ] && [ $((length / 1024 + 131072)) -lt "${room:-0}" ]; then
    { wget -q -O /tmp/pxed-rootfs.tar.gz "$OS/rootfs.tar.gz" && [ "$(wc -c </tmp/pxed-rootfs.tar.gz)" -eq "$length" ]; } ||
        rm -f /tmp/pxed-rootfs.tar.gz
fi
PIGZ="chroot $TOOLS /sbin/pigz -dc"
unpack rootfs.tar.gz "$PIGZ" -tvf - >/tmp/pxed-list || die ROOTFS_FAILED
# Bytes as a file system counts them, and the names.
needed=$(awk '{ sum += int(($3 + 8191) / 4096) * 4096 } END { printf "%.0f", sum * 1.1 }' /tmp/pxed-list)
awk '{ sub("^\\./", "", $6); print $6 }' /tmp/pxed-list >/tmp/pxed-names
if [ -n "$UEFI" ]; then boot="usr/lib/pxed/bootx64.efi usr/lib/grub/x86_64-efi/normal.mod"
else boot="usr/lib/pxed/boot.img usr/lib/pxed/$core usr/lib/grub/i386-pc/normal.mod"; fi
[ -z "$LVM" ] || boot="$boot usr/lib/pxed/core-lvm.img usr/sbin/lvm" # this core comes with a bootx64.efi that reads LVM
for name in etc/shadow $boot; do
    grep -qxF -e "$name" /tmp/pxed-names || { echo "rootfs.tar.gz holds no $name"; die ROOTFS_FAILED; }
done
[ $((sectors * 512)) -gt $((needed + 201326592)) ] ||
    { echo "the system takes $((needed / 1048576)) MiB and the boot loaders 192, the disk has $((sectors / 2048))"; die DISK_TOO_SMALL; }
sfdisk -q --no-act --wipe always --wipe-partitions always "$PXED_DISK" </tmp/pxed-parts || die PARTITION_FAILED
dd if=/dev/zero of=$TOOLS/tmp/try bs=1048576 count=1 2>/dev/null
mke2fs -q -F -t ext4 /tmp/try || die FORMAT_FAILED
grep -qw ext4 /proc/filesystems || { echo "the kernel knows no ext4"; die MOUNT_FAILED; }
if [ -n "$UEFI" ]; then
    chroot $TOOLS /sbin/mkfs.vfat /tmp/try >/dev/null || die FORMAT_FAILED
    grep -qw vfat /proc/filesystems || { echo "the kernel knows no vfat"; die MOUNT_FAILED; }
fi
rm -f $TOOLS/tmp/try
if [ -n "$LVM" ]; then # two groups of one name: the new system might start with the other one's root
    [ -e /dev/mapper/control ] || { echo "the kernel knows no device mapper"; die MOUNT_FAILED; }
    lvm vgs --noheadings -o pv_name -S vg_name=system 2>/dev/null | while read -r name; do
        case $name in "$part"[0-9]*) ;; *) echo "$name" ;; esac
    done >/tmp/pxed-others
    [ ! -s /tmp/pxed-others ] || { echo "another disk holds a volume group named system:" $(cat /tmp/pxed-others); die PARTITION_FAILED; }
fi
codename() { # FOLDER: the release that the image says it is; none before Debian 9
    sed -n 's/^VERSION_CODENAME="*\([a-z][a-z-]*\)"*$/\1/p' "$1/usr/lib/os-release" "$1/etc/os-release" 2>/dev/null | sed -n 1p
}
if [ -n "$PACKAGES" ]; then # then apt will ask these
    mkdir -p /tmp/pxed-try
    # shellcheck disable=SC2046
    unpack rootfs.tar.gz "$PIGZ" -xf - -C /tmp/pxed-try $(awk '{ print $6 }' /tmp/pxed-list |
        grep -E '^(\./)?(usr/lib/os-release|etc/apt/sources\.list|etc/apt/sources\.list\.d/.*\.list)$') || die ROOTFS_FAILED
    suite=$(codename /tmp/pxed-try)
    if [ -n "$REPO" ] && [ -n "$suite" ]; then
        echo "$REPO $suite"
    else
        cat /tmp/pxed-try/etc/apt/sources.list /tmp/pxed-try/etc/apt/sources.list.d/*.list 2>/dev/null |
            sed -n 's/\[[^]]*\]//; s/^deb[[:space:]][[:space:]]*\([^[:space:]]*\)[[:space:]][[:space:]]*\([^[:space:]]*\).*/\1 \2/p'
    fi | sort -u >/tmp/pxed-sources
    while read -r url suite; do
        case $suite in
        */) url=${url%/}/${suite}Release ;;
        *) url=${url%/}/dists/$suite/Release ;;
        esac
        pxed_reach "$url" "$PROXY" || { echo "the repository does not answer: $url"; die REPO_UNREACHABLE; }
    done </tmp/pxed-sources
    rm -rf /tmp/pxed-try
fi
step tried

# --- from here on the disk is written
pxed_event installing
pxed_clearing
[ "$PXED_RIGHT" != any ] || pxed_wipe
sfdisk -q --wipe always --wipe-partitions always "$PXED_DISK" </tmp/pxed-parts || die PARTITION_FAILED
udevadm settle
tries=0
while [ ! -b "$root" ] && [ $tries -lt 20 ]; do sleep 1; tries=$((tries + 1)); done
if [ -n "$LVM" ]; then
    ONLY=$root
    lvm pvcreate -q -ff -y "$root" && lvm vgcreate -q -y system "$root" && lvm lvcreate -q -y -W y -l 100%FREE -n root system ||
        die PARTITION_FAILED
    root=/dev/mapper/system-root
fi
UUID=$(cat /proc/sys/kernel/random/uuid)
mke2fs -q -F -t ext4 -U "$UUID" "$root" || die FORMAT_FAILED
if [ -n "$esp" ]; then chroot $TOOLS /sbin/mkfs.vfat -F 32 -n ESP "$esp" || die FORMAT_FAILED; fi
mkdir -p /target
mount -t ext4 -o noatime "$root" /target || die MOUNT_FAILED
step formatted

# --- the system
unpack rootfs.tar.gz "$PIGZ" -xpf - -C /target || die ROOTFS_FAILED
rm -f /tmp/pxed-rootfs.tar.gz
step unpacked

# --- what belongs to this host
cd /target || die MOUNT_FAILED
pxed_hosts
{ echo "UUID=$UUID / ext4 errors=remount-ro 0 1"
  [ -z "$esp" ] || echo "UUID=$(blkid -s UUID -o value "$esp") /boot/efi vfat umask=0077 0 1"; } >etc/fstab

# In the language of what the image starts: make-image -N.
if [ -x usr/sbin/netplan ]; then
    pxed_netplan
elif [ ! -e etc/systemd/system/multi-user.target.wants/systemd-networkd.service ] && [ -x usr/sbin/ifup ]; then
    pxed_ifupdown >etc/network/interfaces
    [ -z "$STATIC" ] || pxed_resolv >etc/resolv.conf
else
    pxed_networkd
fi
# Without a hash root stays locked, as it is in the image.
[ -z "$PASSWORD" ] || pxed_hash root "$PASSWORD" || die PASSWORD_FAILED
pxed_root_key
! pxed_zone || echo "$ZONE" >etc/timezone
[ -z "$KEYBOARD" ] || {
    printf 'XKBMODEL="pc105"\nXKBLAYOUT="%s"\nXKBVARIANT=""\nXKBOPTIONS=""\nBACKSPACE="guess"\n' "$KEYBOARD" >etc/default/keyboard
    rm -f etc/console-setup/cached_setup_keyboard.sh # of the image's layout; setupcon makes it again
}
case $LOCALE in
'') ;;
C.UTF-8 | en_US.UTF-8) echo "LANG=$LOCALE" >etc/default/locale ;;
*)
    echo "$LOCALE ${LOCALE##*.}" >>etc/locale.gen
    chroot . locale-gen || pxed_say "no locale $LOCALE"
    echo "LANG=$LOCALE" >etc/default/locale ;;
esac
pxed_timesyncd
# Another mirror of the same release; where the image does not say which one it is, its own sources stay.
SUITE=$(codename .)
if [ -n "$REPO" ] && [ -n "$SUITE" ]; then
    # with the components that the image has
    parts=$(sed -n 's/^deb \(\[[^]]*\] *\)*[^ ]* *[^ ]* *//p' etc/apt/sources.list 2>/dev/null | sed -n 1p)
    printf 'deb %s %s %s\n' "$REPO" "$SUITE" "${parts:-main}" >etc/apt/sources.list
elif [ -n "$REPO" ]; then pxed_say "the image does not tell its release: repo= is not written into it"; fi
[ -z "$PROXY" ] || printf 'Acquire::http::Proxy "%s";\n' "$PROXY" >etc/apt/apt.conf.d/50pxed-proxy
if [ -n "$PACKAGES" ]; then
    pxed_enter
    printf '#!/bin/sh\nexit 101\n' >usr/sbin/policy-rc.d # nothing starts in here
    chmod 755 usr/sbin/policy-rc.d
    # shellcheck disable=SC2086
    chroot . sh -c 'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && exec apt-get -qy install "$@"' sh $PACKAGES </dev/null ||
        die PACKAGES_FAILED
    rm -f usr/sbin/policy-rc.d
    pxed_leave
    step packages
fi

# --- boot loader: the image carries it ready made, so installing it is copying. A later update-grub writes grub.cfg its own way.
[ -z "$ARGS" ] || {
    escaped=$(printf '%s' "$ARGS" | sed 's/[\\"$`|&]/\\&/g')
    sed -i "s|^\(GRUB_CMDLINE_LINUX=\".*\)\"\$|\1 $escaped\"|" etc/default/grub
}
kernel_root=UUID=$UUID
[ -z "$LVM" ] || kernel_root=$root # the initramfs makes ready the volume that it is told
at= # Debian has the newest kernel's links in /, Ubuntu in /boot
[ ! -L boot/vmlinuz ] || at=/boot
title=$(sed -n 's/^PRETTY_NAME="*\([^"'"'"']*\)"*$/\1/p' etc/os-release 2>/dev/null)
mkdir -p boot/grub
cat >boot/grub/grub.cfg <<GRUB
# written by pxed; update-grub replaces it
set timeout=1
serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
menuentry '${title:-Linux}' {
    search --no-floppy --fs-uuid --set=root $UUID
    linux $at/vmlinuz root=$kernel_root ro console=tty0 console=ttyS0,115200 $ARGS
    initrd $at/initrd.img
}
GRUB
write() { dd of="$PXED_DISK" conv=notrunc "$@" 2>/dev/null || die BOOTLOADER_FAILED; }
if [ -n "$UEFI" ]; then
    mkdir -p boot/efi boot/grub/x86_64-efi
    cp usr/lib/grub/x86_64-efi/*.mod usr/lib/grub/x86_64-efi/*.lst boot/grub/x86_64-efi/
    mount -t vfat "$esp" boot/efi || die BOOTLOADER_FAILED
    # The fallback path needs no firmware variable: the order stays network first, and the server decides.
    mkdir -p boot/efi/EFI/BOOT
    cp usr/lib/pxed/bootx64.efi boot/efi/EFI/BOOT/BOOTX64.EFI || die BOOTLOADER_FAILED
    printf 'search --no-floppy --fs-uuid --set=root %s\nset prefix=($root)/boot/grub\nconfigfile /boot/grub/grub.cfg\n' "$UUID" \
        >boot/efi/EFI/BOOT/grub.cfg
    umount boot/efi
else
    mkdir -p boot/grub/i386-pc
    cp usr/lib/grub/i386-pc/*.mod usr/lib/grub/i386-pc/*.lst boot/grub/i386-pc/
    cp "usr/lib/pxed/$core" boot/grub/i386-pc/core.img || die BOOTLOADER_FAILED
    # The first 440 bytes of the disk are the boot code; it reads the core behind it (DOS) or from its own partition (GPT).
    write if=usr/lib/pxed/boot.img bs=440 count=1
    if [ $label = msdos1 ]; then
        write if=boot/grub/i386-pc/core.img bs=512 seek=1
    else
        write if=boot/grub/i386-pc/core.img bs=512 seek=2048
        printf '\000\010\000\000\000\000\000\000' | write bs=1 seek=92 # the core is at 2048,
        printf '\001\010\000\000\000\000\000\000' | write bs=1 seek=1049076 # the rest of it at 2049
    fi
fi
step "boot loader"
# The fallback path of the boot loader has no entry: the firmware's order is as it was.
pxed_users
pxed_run
cd /
sync
pxed_unmount || die UNMOUNT_FAILED
sync
wait
step done
pxed_event installed '' $LOG
pxed_say "installed; restarting"
pxed_reboot
