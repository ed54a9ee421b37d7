# Installs Void Linux on {{host.name}}. The netboot initramfs sources it as autoinstall.cfg; it never returns to that installer.
set +e
PASSWORD='{{host.root-password-hash}}' LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
PACKAGES='{{host.packages}}{{#host.users-sudo}} sudo{{/host.users-sudo}}' REPO='{{host.repo}}' PROXY='{{host.proxy}}' ARGS='{{host.args-installed}}' LAYOUT='{{host.layout}}'
PXED_TMP=${PXED_TMP:-/tmp}
TOOLS=${PXED_TOOLS:-/run/pxed-tools}
TARGET=${PXED_TARGET:-/mnt}
KEYS=${PXED_KEYS:-/var/db/xbps/keys}
LOG=$PXED_TMP/pxed-log
EFI=${PXED_EFI:-/sys/firmware/efi}
mkdir -p "$PXED_TMP"

# The initramfs has no wget: this one can only get.
wget() {
    case $1 in --version) return 1 ;; esac
    for word; do
        case $word in --post-file=*) return 1 ;; esac
    done
    xbps-uhelper fetch "$word>$PXED_TMP/pxed-fetched" >/dev/null 2>&1
}

{{> report}}
{{> settings}}
die() { pxed_fail "$1" "$LOG"; }

[ -z "$PROXY" ] || export http_proxy="$PROXY" https_proxy="$PROXY"
XBPS_ARCH=$(xbps-uhelper arch)
export XBPS_ARCH
case $XBPS_ARCH in
*-musl) REPO=${REPO:-https://repo-default.voidlinux.org/current/musl} ;;
*) REPO=${REPO:-https://repo-default.voidlinux.org/current} ;;
esac
keys() { mkdir -p "$1/var/db/xbps/keys" && cp "$KEYS"/* "$1/var/db/xbps/keys"; }

# What the guard needs is more than the initramfs has; and where this comes from comes the system.
keys "$TOOLS" || pxed_fail SCRIPT_FAILED
tools=
case $LAYOUT in raid1*) PXED_NEED=2 tools=mdadm ;; esac
case $LAYOUT in *lvm) tools="$tools lvm2" ;; esac
# shellcheck disable=SC2086
xbps-install -Sy -R "$REPO" -r "$TOOLS" busybox-static $tools >"$LOG" 2>&1 || die REPO_UNREACHABLE
mkdir -p "$TOOLS/bin"
"$TOOLS/usr/bin/busybox.static" --install -s "$TOOLS/bin" || pxed_fail SCRIPT_FAILED
PATH=$PATH:$TOOLS/bin
unset -f wget
{{> disk-guard}}
if [ -n "$tools" ]; then
    mkdir -p "$TOOLS/dev" "$TOOLS/proc" "$TOOLS/sys" "$TOOLS/run"
    for folder in dev proc sys; do mount --rbind "/$folder" "$TOOLS/$folder" || die MOUNT_FAILED; done
    mount --bind /run "$TOOLS/run" || die MOUNT_FAILED
    [ ! -x "$TOOLS/usr/bin/mdadm" ] || mdadm() { chroot "$TOOLS" /usr/bin/mdadm "$@"; }
    # It makes its nodes itself: whether this udev has rules for them is not known.
    [ ! -x "$TOOLS/usr/bin/lvm" ] || lvm() {
        chroot "$TOOLS" /usr/bin/lvm "$@" --config 'activation { udev_sync=0 udev_rules=0 } devices { obtain_device_list_from_udev=0 }'
    }
fi
{{> partitions}}
{{> grub-disks}}
{{> rc-local}}
loader=grub
[ -z "$esp" ] || loader=grub-x86_64-efi
loader="$loader${tools:+ $tools}"

# --- everything that may fail is tried before the disk is touched
# shellcheck disable=SC2086
xbps-install -Sny -R "$REPO" -r "$TOOLS" base-system $loader ${NTP:+chrony} $PACKAGES >"$LOG" 2>&1 || die REPO_UNREACHABLE
pxed_try_disks >"$LOG" 2>&1 || die PARTITION_FAILED

# --- from here on the disk is written
pxed_event installing
pxed_clearing
[ "$PXED_RIGHT" != any ] || pxed_wipe
pxed_make_disks >"$LOG" 2>&1 || die PARTITION_FAILED
pxed_format >"$LOG" 2>&1 || die FORMAT_FAILED
mkdir -p "$TARGET"
mount "$root" "$TARGET" || die MOUNT_FAILED
[ -z "$esp" ] || { mkdir -p "$TARGET/boot/efi" && mount "$esp" "$TARGET/boot/efi"; } || die MOUNT_FAILED
pxed_event formatted
keys "$TARGET" || die PACKAGES_FAILED
# shellcheck disable=SC2086
xbps-install -Sy -R "$REPO" -r "$TARGET" base-system $loader ${NTP:+chrony} $PACKAGES >"$LOG" 2>&1 || die PACKAGES_FAILED
pxed_event packages

# --- what belongs to this host
for folder in dev proc sys; do mount --rbind "/$folder" "$TARGET/$folder" || die MOUNT_FAILED; done
[ -z "$tools" ] || mount --bind /run "$TARGET/run" || die MOUNT_FAILED
in_target() { chroot "$TARGET" "$@" >"$LOG" 2>&1; }
pxed_fstab /boot/efi >>"$TARGET/etc/fstab" || die MOUNT_FAILED
pxed_hosts
services="sshd dhcpcd"
pxed_dhcpcd >>"$TARGET/etc/dhcpcd.conf"
if [ -n "$BOND$VLAN$ADDRESS6" ]; then
    pxed_rc_local >"$TARGET/etc/rc.local" && chmod 755 "$TARGET/etc/rc.local" || die SCRIPT_FAILED
fi
pxed_hash root "${PASSWORD:-*}" || die PASSWORD_FAILED
pxed_root_key
pxed_zone || :
[ -z "$KEYBOARD" ] || echo "KEYMAP='$KEYBOARD'" >>"$TARGET/etc/rc.conf"
echo "LANG=${LOCALE:-en_US.UTF-8}" >"$TARGET/etc/locale.conf"
[ ! -e "$TARGET/etc/default/libc-locales" ] || echo "${LOCALE:-en_US.UTF-8} UTF-8" >>"$TARGET/etc/default/libc-locales"
if [ -n "$NTP" ]; then
    for server in $NTP; do echo "server $server iburst"; done >"$TARGET/etc/chrony.conf"
    printf 'driftfile /var/lib/chrony/drift\nmakestep 1 3\n' >>"$TARGET/etc/chrony.conf"
    services="$services chronyd"
fi
for service in $services; do ln -sf "/etc/sv/$service" "$TARGET/etc/runit/runsvdir/default/$service"; done

# --- the boot loader
if [ -n "$tools" ]; then # what finds the root: the initramfs would otherwise hold what this one had
    ARGS="rd.auto=1${ARGS:+ $ARGS}"
    mkdir -p "$TARGET/etc/dracut.conf.d"
    echo "add_dracutmodules+=\"${raid:+ mdraid}${lvm:+ lvm} \"" >"$TARGET/etc/dracut.conf.d/pxed.conf"
    [ -z "$raid" ] || mdadm --detail --scan >>"$TARGET/etc/mdadm.conf"
fi
pxed_grub_args >>"$TARGET/etc/default/grub"
pxed_grub /boot/efi || die BOOTLOADER_FAILED
in_target xbps-reconfigure -fa || die BOOTLOADER_FAILED
in_target grub-mkconfig -o /boot/grub/grub.cfg || die BOOTLOADER_FAILED
pxed_event bootable
pxed_finish
pxed_event installed
sync
umount -R "$TARGET" || umount -l "$TARGET"
{ [ -n "$PXED_TEST" ] && exit 0; } || reboot -f
