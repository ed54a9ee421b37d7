#!/bin/sh
# The programs of preseed.cfg: early.sh start | disk | late. Runs in Debian's installer (busybox sh).
REPO='{{host.repo}}'
LVM='{{#host.lvm}}lvm{{/host.lvm}}'

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
d-i partman-auto/disk string $PXED_DISK
d-i partman-auto/method string ${LVM:-regular}
d-i partman-auto/choose_recipe select atomic
d-i partman-basicfilesystems/no_swap boolean false
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman-partitioning/choose_label string gpt
d-i partman/default_filesystem string ext4
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
d-i partman-efi/non_efi_system boolean true
d-i grub-installer/bootdev string $PXED_DISK
X
    [ -z "$LVM" ] || cat <<X
d-i partman-lvm/device_remove_lvm boolean true
d-i partman-lvm/confirm boolean true
d-i partman-lvm/confirm_nooverwrite boolean true
d-i partman-auto-lvm/guided_size string max
X
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
