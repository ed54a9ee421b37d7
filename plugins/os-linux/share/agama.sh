#!/bin/sh
# The programs of agama.json: agama.sh [disk | late]. Agama runs it first by inst.script, without a word; the new system is
# in /mnt.
PROFILE='{{file.agama_json}}'
REPO='{{#host.repo}}{{host.repo}}{{/host.repo}}{{^host.repo}}{{#image.packages}}{{{os.url}}}/{{image.packages}}{{/image.packages}}{{/host.repo}}'
PROXY='{{host.proxy}}' RAID1='{{#host.raid1}}yes{{/host.raid1}}'
FOLDER=${PXED_PROFILE:-/run/pxed}
TARGET=${PXED_TARGET:-/mnt}

{{> report}}
{{> settings}}

profile() { # the profile with the disk's name in it, under the name that Agama was told
    pxed_fetch "$PROFILE" "$FOLDER/fetched" &&
        grep -q '"/dev/pxed-chooses"' "$FOLDER/fetched" &&
        { [ -z "$RAID1" ] || grep -q '"/dev/pxed-chooses-too"' "$FOLDER/fetched"; } &&
        sed "s,\"/dev/pxed-chooses\",\"$PXED_DISK\",g; s,\"/dev/pxed-chooses-too\",\"${PXED_DISKS#* }\",g" "$FOLDER/fetched" >"$FOLDER/written" &&
        mv "$FOLDER/written" "$FOLDER/agama.json"
}

settings() { # what the profile of 16.0 has no words for
    if [ -n "$NTP" ]; then
        mkdir -p "$TARGET/etc/chrony.d"
        for server in $NTP; do printf 'server %s iburst\n' "$server"; done >"$TARGET/etc/chrony.d/pxed.conf"
    fi
    if [ -n "$PROXY" ]; then
        mkdir -p "$TARGET/etc/sysconfig"
        printf "PROXY_ENABLED='yes'\nHTTP_PROXY='%s'\nHTTPS_PROXY='%s'\n" "$PROXY" "$PROXY" >"$TARGET/etc/sysconfig/proxy"
    fi
}

case $1 in
'')
    # Whatever ends this script ends the installation.
    trap 'pxed_fail SCRIPT_FAILED' EXIT
    mkdir -p "$FOLDER" && cp "$0" "$FOLDER/agama.sh"
    udevadm settle 2>/dev/null
    [ -z "$RAID1" ] || PXED_NEED=2
{{> disk-guard}}
    if [ -n "$REPO" ] && ! pxed_reach "${REPO%/}/repodata/repomd.xml"; then
        echo "the repository does not answer, or is none: $REPO" >"$PXED_TMP/pxed-reason"
        pxed_fail REPO_UNREACHABLE "$PXED_TMP/pxed-reason"
    fi
    profile || {
        echo "agama.json cannot be fetched, or does not name the disk \"/dev/pxed-chooses\"${RAID1:+ and \"/dev/pxed-chooses-too\"}" >"$PXED_TMP/pxed-reason"
        pxed_fail PROFILE_FAILED "$PXED_TMP/pxed-reason"
    }
    trap - EXIT
    pxed_event installing
    exit 0 ;;
{{> suse-ends}}
esac
