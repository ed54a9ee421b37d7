#!/bin/sh
# The programs of autoyast.xml: autoyast.sh pre | disk | late. Runs in YaST's installation system (bash); the new system is
# in /mnt.
LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
REPO='{{os.tree}}' RAID1='{{#host.raid1}}yes{{/host.raid1}}'
PROFILE=${PXED_PROFILE:-/tmp/profile}
TARGET=${PXED_TARGET:-/mnt}

{{> report}}
{{> settings}}

profile() { # the profile with the disks' names in it; AutoYaST reads modified.xml again when this script has ended
    mkdir -p "$PROFILE"
    second=${PXED_DISKS#* }
    sed "s,<device>/dev/pxed-chooses</device>,<device>$PXED_DISK</device>,; s,<device>/dev/pxed-chooses-too</device>,<device>$second</device>," \
        "$PROFILE/autoinst.xml" >"$PROFILE/pxed.xml" || return 1
    for disk in $PXED_DISKS; do
        [ "$(grep -c "<device>$disk</device>" "$PROFILE/pxed.xml")" = 1 ] || return 1
    done
    ! grep -q /dev/pxed-chooses "$PROFILE/pxed.xml" && mv "$PROFILE/pxed.xml" "$PROFILE/modified.xml"
}

repository() { # what a tree of SUSE has at its top: one of these
    for file in media.1/media content repodata/repomd.xml; do
        pxed_reach "${REPO%/}/$file" && return 0
    done
    echo "the repository does not answer, or is none: $REPO" >"$PXED_TMP/pxed-reason"
    pxed_fail REPO_UNREACHABLE "$PXED_TMP/pxed-reason"
}

settings() { # what YaST would take only in words of its own
    if [ -n "$KEYBOARD" ]; then
        sed -i '/^KEYMAP=/d' "$TARGET/etc/vconsole.conf" 2>/dev/null
        printf 'KEYMAP=%s\n' "$KEYBOARD" >>"$TARGET/etc/vconsole.conf"
    fi
    if [ -n "$LOCALE" ]; then
        sed -i '/^LANG=/d' "$TARGET/etc/locale.conf" 2>/dev/null
        printf 'LANG=%s\n' "$LOCALE" >>"$TARGET/etc/locale.conf"
        # 12 knows this file alone.
        [ ! -e "$TARGET/etc/sysconfig/language" ] ||
            { sed -i '/^RC_LANG=/d' "$TARGET/etc/sysconfig/language" && printf "RC_LANG='%s'\n" "$LOCALE" >>"$TARGET/etc/sysconfig/language"; }
    fi
}

case $1 in
pre)
    udevadm settle 2>/dev/null
    # Whatever ends this script ends the installation.
    trap 'pxed_fail SCRIPT_FAILED' EXIT
    [ -z "$RAID1" ] || PXED_NEED=2
{{> disk-guard}}
    repository
    profile || { echo "the profile does not name <device>/dev/pxed-chooses</device>${RAID1:+ and <device>/dev/pxed-chooses-too</device>} once" >"$PXED_TMP/pxed-reason"; pxed_fail PROFILE_FAILED "$PXED_TMP/pxed-reason"; }
    trap - EXIT
    pxed_event installing
    exit 0 ;;
{{> suse-ends}}
esac
