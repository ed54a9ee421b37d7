#!/bin/bash
# Installs Arch Linux on {{host.name}}. Runs once, in the live system, by the kernel's script=.
PASSWORD='{{host.root-password-hash}}' LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
PACKAGES='{{host.packages}}{{#host.users-sudo}} sudo{{/host.users-sudo}}' REPO='{{host.repo}}' PROXY='{{host.proxy}}' ARGS='{{host.args-installed}}' LAYOUT='{{host.layout}}'

PXED_TMP=${PXED_TMP:-/tmp}
TARGET=${PXED_TARGET:-/mnt}
{{> report}}
{{> settings}}
{{> networkd}}

LOG=$PXED_TMP/pxed-log
EFI=${PXED_EFI:-/sys/firmware/efi}
die() { pxed_fail "$1" "$LOG"; }
: >"$LOG"
exec >>"$LOG" 2>&1
udevadm settle
case $LAYOUT in raid1*) PXED_NEED=2 ;; esac
{{> disk-guard}}
{{> partitions}}
{{> grub-disks}}
in_target() { arch-chroot "$TARGET" "$@"; }
loader=grub
[ -z "$esp" ] || loader="grub efibootmgr"
loader="$loader${raid:+ mdadm}${lvm:+ lvm2}"

# --- everything that may fail is tried before the disk is touched
[ -z "$PROXY" ] || export http_proxy="$PROXY" https_proxy="$PROXY"
# shellcheck disable=SC2016
[ -z "$REPO" ] || printf 'Server = %s/$repo/os/$arch\n' "${REPO%/}" >"${PXED_MIRRORS:-/etc/pacman.d/mirrorlist}"
if [ -n "$REPO" ]; then
    echo "the repository does not answer: ${REPO%/}/core/os/x86_64/core.db" >"$LOG"
    pxed_reach "${REPO%/}/core/os/x86_64/core.db" "$PROXY" || die REPO_UNREACHABLE
fi
# shellcheck disable=SC2086
pacman -Sy --noconfirm && pacman -Sp base linux linux-firmware openssh $loader $PACKAGES >/dev/null || die REPO_UNREACHABLE
pxed_try_disks || die PARTITION_FAILED

# --- from here on the disk is written
pxed_event installing
pxed_clearing
[ "$PXED_RIGHT" != any ] || pxed_wipe
pxed_make_disks || die PARTITION_FAILED
pxed_format || die FORMAT_FAILED
mount "$root" "$TARGET" || die MOUNT_FAILED
[ -z "$esp" ] || mount --mkdir "$esp" "$TARGET/efi" || die MOUNT_FAILED
pxed_event formatted
# shellcheck disable=SC2086
pacstrap -K "$TARGET" base linux linux-firmware openssh $loader $PACKAGES || die PACKAGES_FAILED
pxed_event packages

# --- what belongs to this host
genfstab -U "$TARGET" >>"$TARGET/etc/fstab" || die MOUNT_FAILED
pxed_hosts
pxed_networkd
ln -sf ../run/systemd/resolve/stub-resolv.conf "$TARGET/etc/resolv.conf"
pxed_hash root "${PASSWORD:-*}" || die PASSWORD_FAILED
pxed_root_key
pxed_zone || :
echo "${LOCALE:-en_US.UTF-8} UTF-8" >>"$TARGET/etc/locale.gen"
echo "LANG=${LOCALE:-en_US.UTF-8}" >"$TARGET/etc/locale.conf"
[ -z "$KEYBOARD" ] || echo "KEYMAP=$KEYBOARD" >"$TARGET/etc/vconsole.conf"
arch-chroot "$TARGET" locale-gen
pxed_timesyncd
arch-chroot "$TARGET" systemctl enable sshd systemd-networkd systemd-resolved systemd-timesyncd || die PACKAGES_FAILED

# --- the boot loader
if [ -n "$raid$lvm" ]; then # what finds the root
    [ -z "$raid" ] || mdadm --detail --scan >>"$TARGET/etc/mdadm.conf"
    sed -i "s/^\(HOOKS=.*block\)/\1${raid:+ mdadm_udev}${lvm:+ lvm2}/" "$TARGET/etc/mkinitcpio.conf"
    arch-chroot "$TARGET" mkinitcpio -P || die BOOTLOADER_FAILED
fi
pxed_grub_args >>"$TARGET/etc/default/grub"
pxed_grub /efi || die BOOTLOADER_FAILED
arch-chroot "$TARGET" grub-mkconfig -o /boot/grub/grub.cfg || die BOOTLOADER_FAILED
pxed_event bootable
pxed_finish
pxed_unmount -R || die MOUNT_FAILED
pxed_event installed
sync
{ [ -n "$PXED_TEST" ] && exit 0; } || reboot
