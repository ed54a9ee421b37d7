#!/bin/sh
# The programs of preseed.cfg: early.sh start | disk | late. Runs in Debian's installer (busybox sh).
REPO='{{host.repo}}'
LVM='{{#host.lvm}}lvm{{/host.lvm}}' RAID1='{{#host.raid1}}raid{{/host.raid1}}' RAID1_LVM='{{#host.raid1-lvm}}lvm{{/host.raid1-lvm}}'

TARGET=${PXED_TARGET:-/target}
{{> report}}
{{> settings}}
{{> ifupdown}}

# debconf speaks with this script on standard input and descriptor 3. Only its own programs may read there: whatever else
# does takes words out of a conversation, and a program that finds a file there instead waits for an answer in vain.
exec 9<&0 </dev/null

answers() { # FILE of "OWNER QUESTION TYPE VALUE" lines: each an answer, and no further question
    debconf-set-selections "$1" <&9 || pxed_fail PRESEED_FAILED "$1"
    # That tool is content with an answer that debconf did not keep.
    while read -r owner question type value; do
        [ "$(answer "$question")" = "$value" ] || pxed_fail PRESEED_FAILED "$1"
    done <"$1"
}

answer() { debconf-get "$1" <&9 2>/dev/null; } # QUESTION

mirror_answers() { # http://host[:port]/directory
    rest=${REPO#*://}
    cat <<X
d-i mirror/protocol string ${REPO%%://*}
d-i mirror/${REPO%%://*}/hostname string ${rest%%/*}
d-i mirror/${REPO%%://*}/directory string /${rest#*/}
X
}

disk_answers() {
    cat <<X
d-i partman-auto/disk string $PXED_DISKS
d-i partman-auto/method string ${RAID1:-${LVM:-regular}}
d-i partman-basicfilesystems/no_swap boolean false
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman-partitioning/choose_label string gpt
d-i partman/default_filesystem string ext4
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
d-i partman-efi/non_efi_system boolean true
d-i grub-installer/bootdev string $PXED_DISKS
X
    [ -n "$RAID1" ] || echo 'd-i partman-auto/choose_recipe select atomic'
    [ -z "$RAID1" ] || raid1_answers
    [ -z "$LVM" ] || cat <<X
d-i partman-lvm/device_remove_lvm boolean true
d-i partman-lvm/confirm boolean true
d-i partman-lvm/confirm_nooverwrite boolean true
d-i partman-auto-lvm/guided_size string max
X
}

both() { # NUMBER: that partition of both disks, in partman-auto-raid's words
    for disk in $PXED_DISKS; do
        case $disk in *[0-9]) disk=${disk}p ;; esac
        printf '%s%s' "${hash-}" "$disk$1"
        hash='#'
    done
    unset hash
}

raid1_answers() { # both disks alike: the boot loader's partition, /boot, the rest; all primary, so that their numbers are known
    loader='1 1 1 free $primary{ } method{ biosgrub }'
    [ ! -d "${PXED_EFI:-/sys/firmware/efi}" ] || loader='538 538 1075 free $primary{ } method{ efi } format{ }'
    volume='' root="ext4 /"
    [ -z "$RAID1_LVM" ] || {
        volume=' 4096 8192 1000000000 ext4 $defaultignore{ } $lvmok{ } lv_name{ root } method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } .'
        root="lvm -"
    }
    cat <<X
d-i partman-partitioning/default_label string gpt
d-i partman-auto/expert_recipe string pxed :: $loader . 1024 1024 1024 raid \$primary{ } method{ raid } . 4096 8192 1000000000 raid \$primary{ } method{ raid } .$volume
d-i partman-auto-raid/recipe string 1 2 0 ext4 /boot $(both 2) . 1 2 0 $root $(both 3) .
d-i partman-md/device_remove_md boolean true
d-i partman-md/confirm boolean true
d-i partman-md/confirm_nooverwrite boolean true
d-i mdadm/boot_degraded boolean true
X
    [ -z "$RAID1_LVM" ] || printf 'd-i partman-lvm/%s boolean true\n' device_remove_lvm confirm confirm_nooverwrite
}

mirror_reached() {
    protocol=$(answer mirror/protocol) suite=$(answer mirror/codename)
    [ -n "$suite" ] || suite=$(answer mirror/suite)
    directory=$(answer "mirror/$protocol/directory")
    url=$protocol://$(answer "mirror/$protocol/hostname")/${directory#/}
    url=${url%/}/dists/$suite/Release
    echo "the mirror does not answer: $url" >/tmp/pxed-reason
    pxed_reach "$url" "$(answer "mirror/$protocol/proxy")" || pxed_fail REPO_UNREACHABLE /tmp/pxed-reason
}

case $1 in
start)
    [ -z "$REPO" ] || { mirror_answers >/tmp/pxed-answers; answers /tmp/pxed-answers; }
    exit 0 ;;

disk) # partman's first act; the disk drivers are loaded
    udevadm settle 2>/dev/null
    [ -z "$RAID1" ] || PXED_NEED=2
{{> disk-guard}}
    # Everything that may fail, before the first thing that destroys.
    disk_answers >/tmp/pxed-answers
    answers /tmp/pxed-answers
    mirror_reached
    pxed_event installing
    pxed_clearing
    [ "$PXED_RIGHT" != any ] || pxed_wipe
    exit 0 ;;

late) # the system is in /target
    # A card that is not found keeps what the installer wrote.
    if [ -n "$STATIC$ADDRESS6$BOND$VLAN" ] && [ -n "$(pxed_card "$MAC")" ]; then pxed_ifupdown >"$TARGET/etc/network/interfaces"; fi
    if [ -n "$STATIC" ]; then
        pxed_resolv >"$TARGET/etc/resolv.conf"
        sed -i "s/^127\.0\.1\.1.*/$ADDRESS ${DOMAIN:+$NAME.$DOMAIN }$NAME/" "$TARGET/etc/hosts"
    fi
    pxed_root_key
    pxed_finish
    pxed_event installed
    exit 0 ;;
esac
