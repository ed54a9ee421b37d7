#!/bin/sh
# The programs of Ubuntu's user-data: install.sh disk | late | error. Runs in the live system.
PASSWORD='{{host.root-password-hash}}' ARGS='{{host.args-installed}}'
REPO='{{host.repo}}' PROXY='{{host.proxy}}' RAID1='{{#host.raid1}}yes{{/host.raid1}}' RAID1_LVM='{{#host.raid1-lvm}}yes{{/host.raid1-lvm}}'

PXED_TMP=${PXED_TMP:-/tmp}
TARGET=${PXED_TARGET:-/target}
{{> report}}
{{> settings}}
{{> netplan}}

PLAN=${PXED_PLAN:-/autoinstall.yaml} # early-commands may change it: it is read again after them
LOG=/var/log/installer/subiquity-server-debug.log
head_sum() { dd if="$1" bs=1048576 count=1 2>/dev/null | cksum; }

repo_reached() {
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    url=${REPO%/}/dists/$suite/Release
    echo "the repository does not answer: $url" >"$PXED_TMP/pxed-reason"
    pxed_reach "$url" "$PROXY" || pxed_fail REPO_UNREACHABLE "$PXED_TMP/pxed-reason"
}

# The plan with the chosen disk in it, on stdout.
plan() {
    if [ -n "$RAID1" ]; then
        raid1_config >"$PXED_TMP/pxed-storage"
        python3 -I -c 'import json, sys, yaml
plan = yaml.safe_load(open(sys.argv[1]))
plan.get("autoinstall", plan)["storage"] = {"config": json.load(open(sys.argv[2]))}
yaml.safe_dump(plan, sys.stdout)' "$PLAN" "$PXED_TMP/pxed-storage"
    else
        sed "s|/dev/pxed-no-disk|$PXED_DISK|" "$PLAN"
    fi
}

action() { # WORD...: KEY=VALUE, one of curtin's actions, as JSON; VALUE may be a number, true or a list
    printf '%s{' "$comma"
    comma=, inner=
    for word in "$@"; do
        value=${word#*=}
        case $value in true | -1 | '['*) ;; *) value="\"$value\"" ;; esac
        printf '%s"%s": %s' "$inner" "${word%%=*}" "$value"
        inner=', '
    done
    printf '}\n'
}

# Both disks alike: what the firmware needs, /boot, the rest. On UEFI each has a boot loader's partition, the first is mounted.
raid1_config() {
    number=0 comma='['
    for disk in $PXED_DISKS; do
        if [ -d "${PXED_EFI:-/sys/firmware/efi}" ]; then
            action type=disk id=disk$number "path=$disk" ptable=gpt wipe=superblock-recursive
            action type=partition id=loader$number device=disk$number size=1G flag=boot grub_device=true
            action type=format id=loader$number-fs volume=loader$number fstype=fat32
            [ $number != 0 ] || action type=mount id=loader-mount device=loader0-fs path=/boot/efi
        else
            action type=disk id=disk$number "path=$disk" ptable=gpt wipe=superblock-recursive grub_device=true
            action type=partition id=loader$number device=disk$number size=1M flag=bios_grub
        fi
        action type=partition id=boot$number device=disk$number size=1G
        action type=partition id=rest$number device=disk$number size=-1
        number=$((number + 1))
    done
    action type=raid id=boot name=md0 raidlevel=raid1 'devices=["boot0", "boot1"]'
    action type=raid id=rest name=md1 raidlevel=raid1 'devices=["rest0", "rest1"]'
    root=rest
    if [ -n "$RAID1_LVM" ]; then
        action type=lvm_volgroup id=group name=system 'devices=["rest"]'
        action type=lvm_partition id=root name=root volgroup=group size=-1
        root=root
    fi
    action type=format id=boot-fs volume=boot fstype=ext4
    action type=mount id=boot-mount device=boot-fs path=/boot
    action type=format id=root-fs volume=$root fstype=ext4
    action type=mount id=root-mount device=root-fs path=/
    echo ']'
}

case $1 in
disk)
    udevadm settle 2>/dev/null
    [ -z "$RAID1" ] || PXED_NEED=2
{{> disk-guard}}
    [ -z "$REPO" ] || repo_reached
    plan >"$PXED_TMP/pxed-plan" && ! grep -q pxed-no-disk "$PXED_TMP/pxed-plan" || pxed_fail ANSWER_BROKEN "$PLAN"
    for disk in $PXED_DISKS; do grep -qF "$disk" "$PXED_TMP/pxed-plan" || pxed_fail ANSWER_BROKEN "$PLAN"; done
    cat "$PXED_TMP/pxed-plan" >"$PLAN" || pxed_fail ANSWER_BROKEN "$PLAN"
    echo "$PXED_DISK" >"$PXED_TMP/pxed-chosen"
    head_sum "$PXED_DISK" >"$PXED_TMP/pxed-before" # of two disks both are cleared, or neither
    pxed_event installing
    exit 0 ;;

late) # the system is in $TARGET
    pxed_hosts
    pxed_netplan
    # Without a hash root stays locked.
    [ -z "$PASSWORD" ] || pxed_hash root "$PASSWORD" || exit 1
    pxed_root_key
    ! pxed_zone || echo "$ZONE" >"$TARGET/etc/timezone"
    if [ -n "$NTP" ] && [ -d "$TARGET/etc/chrony" ]; then # since 25.10
        mkdir -p "$TARGET/etc/chrony/sources.d"
        for server in $NTP; do echo "server $server iburst"; done >"$TARGET/etc/chrony/sources.d/pxed.sources"
    else
        pxed_timesyncd
    fi
    if [ -n "$ARGS" ]; then
        mkdir -p "$TARGET/etc/default/grub.d"
        { printf 'PXED_ARGS=%s\n' "'$(echo "$ARGS" | sed "s/'/'\\\\''/g")'"
          # shellcheck disable=SC2016
          echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX $PXED_ARGS"'; } >"$TARGET/etc/default/grub.d/60-pxed.cfg"
        curtin in-target --target="$TARGET" -- update-grub || exit 1
    fi
    pxed_finish
    pxed_event installed
    exit 0 ;;

error) # Nobody but the disk itself tells whether the installer had begun to write.
    [ ! -s "$PXED_TMP/pxed-before" ] || [ "$(head_sum "$(cat "$PXED_TMP/pxed-chosen")")" = "$(cat "$PXED_TMP/pxed-before")" ] || pxed_clearing
    pxed_event failed INSTALLER_ERROR "$LOG"
    exit 0 ;;
esac
