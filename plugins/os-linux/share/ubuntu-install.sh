#!/bin/sh
# The programs of Ubuntu's user-data: install.sh disk | late | error. Runs in the live system.
NAME='{{host.name}}' DOMAIN='{{host.domain}}' MAC='{{host.mac-colon}}'
ADDRESS='{{#host.static}}{{host.ip}}/{{host.prefix}}{{/host.static}}' GATEWAY='{{host.gateway}}'
PASSWORD='{{host.root-password-hash}}' SSH_KEY='{{host.ssh-key}}'
ZONE='{{host.timezone}}' NTP='{{host.ntp}}' ARGS='{{host.args-installed}}'
REPO='{{host.repo}}' PROXY='{{host.proxy}}'

{{> report}}

PXED_TMP=${PXED_TMP:-/tmp}
PLAN=${PXED_PLAN:-/autoinstall.yaml} # early-commands may change it: it is read again after them
TARGET=${PXED_TARGET:-/target}
LOG=/var/log/installer/subiquity-server-debug.log
head_sum() { dd if="$1" bs=1048576 count=1 2>/dev/null | cksum; }

repo_reached() {
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    url=${REPO%/}/dists/$suite/Release
    echo "the repository does not answer: $url" >"$PXED_TMP/pxed-reason"
    pxed_reach "$url" "$PROXY" || pxed_fail REPO_UNREACHABLE "$PXED_TMP/pxed-reason"
}

list() { # WORD...: as YAML's ["a", "b"]
    out=
    for word in "$@"; do out="$out${out:+, }\"$word\""; done
    echo "[$out]"
}

netplan() { # of the installed system; the installer itself stays with DHCP
    printf '# written by pxed\nnetwork:\n  version: 2\n  ethernets:\n    pxed0:\n      match: {macaddress: "%s"}\n' "$MAC"
    if [ -z "$ADDRESS" ]; then
        printf '      dhcp4: true\n      dhcp-identifier: mac\n'
        return
    fi
    printf '      addresses: ["%s"]\n' "$ADDRESS"
    case $GATEWAY in
    '') ;;
    *:*) printf '      routes: [{to: "::/0", via: "%s"}]\n' "$GATEWAY" ;;
    *) printf '      routes: [{to: "0.0.0.0/0", via: "%s"}]\n' "$GATEWAY" ;; # `default` is unknown to the netplan of 20.04
    esac
    # shellcheck disable=SC2046
    printf '      nameservers: {addresses: %s, search: %s}\n' \
        "$(list {{#host.dns-list}}'{{.}}' {{/host.dns-list}})" "$(list $DOMAIN)"
}

case $1 in
disk)
    udevadm settle 2>/dev/null
{{> disk-guard}}
    [ -z "$REPO" ] || repo_reached
    sed "s|/dev/pxed-no-disk|$PXED_DISK|" "$PLAN" >"$PXED_TMP/pxed-plan" && grep -qF "$PXED_DISK" "$PXED_TMP/pxed-plan" &&
        cat "$PXED_TMP/pxed-plan" >"$PLAN" || pxed_fail ANSWER_BROKEN "$PLAN"
    echo "$PXED_DISK" >"$PXED_TMP/pxed-chosen"
    head_sum "$PXED_DISK" >"$PXED_TMP/pxed-before"
    pxed_event installing
    exit 0 ;;

late) # the system is in $TARGET
    FULL=$NAME${DOMAIN:+.$DOMAIN}
    OWN=127.0.1.1
    [ -z "$ADDRESS" ] || OWN=${ADDRESS%/*}
    [ "$FULL" = "$NAME" ] || FULL="$FULL $NAME"
    echo "$NAME" >"$TARGET/etc/hostname"
    { printf '127.0.0.1\tlocalhost\n%s\t%s\n' "$OWN" "$FULL"
      printf '::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n'; } >"$TARGET/etc/hosts"
    rm -f "$TARGET"/etc/netplan/*.yaml
    (umask 077; netplan >"$TARGET/etc/netplan/10-pxed.yaml")
    if [ -n "$PASSWORD" ]; then # else root stays locked
        awk -F: -v OFS=: -v hash="$PASSWORD" '$1 == "root" { $2 = hash } 1' "$TARGET/etc/shadow" >"$PXED_TMP/pxed-shadow" &&
            cat "$PXED_TMP/pxed-shadow" >"$TARGET/etc/shadow" || exit 1
        rm -f "$PXED_TMP/pxed-shadow"
    fi
    if [ -n "$SSH_KEY" ]; then
        mkdir -p -m 700 "$TARGET/root/.ssh"
        echo "$SSH_KEY" >"$TARGET/root/.ssh/authorized_keys"
        chmod 600 "$TARGET/root/.ssh/authorized_keys"
    fi
    if [ -n "$ZONE" ] && [ -e "$TARGET/usr/share/zoneinfo/$ZONE" ]; then
        ln -sf "/usr/share/zoneinfo/$ZONE" "$TARGET/etc/localtime"
        echo "$ZONE" >"$TARGET/etc/timezone"
    elif [ -n "$ZONE" ]; then
        pxed_say "no timezone $ZONE: left at UTC"
    fi
    if [ -n "$NTP" ] && [ -d "$TARGET/etc/chrony" ]; then # since 25.10
        mkdir -p "$TARGET/etc/chrony/sources.d"
        for server in $NTP; do echo "server $server iburst"; done >"$TARGET/etc/chrony/sources.d/pxed.sources"
    elif [ -n "$NTP" ]; then
        mkdir -p "$TARGET/etc/systemd/timesyncd.conf.d"
        printf '[Time]\nNTP=%s\n' "$NTP" >"$TARGET/etc/systemd/timesyncd.conf.d/pxed.conf"
    fi
    if [ -n "$ARGS" ]; then
        mkdir -p "$TARGET/etc/default/grub.d"
        { printf 'PXED_ARGS=%s\n' "'$(echo "$ARGS" | sed "s/'/'\\\\''/g")'"
          # shellcheck disable=SC2016
          echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX $PXED_ARGS"'; } >"$TARGET/etc/default/grub.d/60-pxed.cfg"
        curtin in-target --target="$TARGET" -- update-grub || exit 1
    fi
    pxed_event installed
    exit 0 ;;

error) # Nobody but the disk itself tells whether the installer had begun to write.
    [ ! -s "$PXED_TMP/pxed-before" ] || [ "$(head_sum "$(cat "$PXED_TMP/pxed-chosen")")" = "$(cat "$PXED_TMP/pxed-before")" ] || pxed_clearing
    pxed_event failed INSTALLER_ERROR "$LOG"
    exit 0 ;;
esac
