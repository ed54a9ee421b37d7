#!/bin/bash
# Installs Gentoo on {{host.name}}: a stage3 with systemd, Gentoo's binary kernel and packages. Runs once, in a live system that is not
# Gentoo's: Arch's by the kernel's script=, SystemRescue by ar_source=.
PASSWORD='{{host.root-password-hash}}' LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
PACKAGES='{{host.packages}}{{#host.users-sudo}} app-admin/sudo{{/host.users-sudo}}' REPO='{{host.repo}}' PROXY='{{host.proxy}}' ARGS='{{host.args-installed}}' LAYOUT='{{host.layout}}'
STAGE3='{{#image.stage3}}{{{os.url}}}/{{image.stage3}}{{/image.stage3}}'

PXED_TMP=${PXED_TMP:-/tmp}
TARGET=${PXED_TARGET:-/mnt/gentoo}
{{> report}}
{{> settings}}
{{> networkd}}

LOG=$PXED_TMP/pxed-log
EFI=${PXED_EFI:-/sys/firmware/efi}
MIRROR=${REPO:-https://distfiles.gentoo.org}
MIRROR=${MIRROR%/}
die() { pxed_fail "$1" "$LOG"; }
: >"$LOG"
exec >>"$LOG" 2>&1
udevadm settle
case $LAYOUT in raid1*) PXED_NEED=2 ;; esac
{{> disk-guard}}
{{> partitions}}
{{> grub-disks}}
in_target() { chroot "$TARGET" /usr/bin/env -i HOME=/root TERM=linux PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${PROXY:+"http_proxy=$PROXY" "https_proxy=$PROXY"} "$@"; }
emerge() { in_target emerge --quiet --noreplace --getbinpkg --usepkg "$@"; }

# --- everything that may fail is tried before the disk is touched
[ -z "$PROXY" ] || export http_proxy="$PROXY" https_proxy="$PROXY"
LATEST=$MIRROR/releases/amd64/autobuilds/latest-stage3-amd64-systemd.txt
echo "the mirror does not answer: $LATEST" >"$LOG"
pxed_reach "$LATEST" "$PROXY" || die REPO_UNREACHABLE
if [ -z "$STAGE3" ]; then
    pxed_fetch "$LATEST" "$PXED_TMP/pxed-latest" || die REPO_UNREACHABLE
    STAGE3=$(sed -n 's/^\([A-Za-z0-9][A-Za-z0-9._/-]*\.tar\.xz\) .*/\1/p' "$PXED_TMP/pxed-latest" | sed -n 1p)
    [ -n "$STAGE3" ] || { echo "it names no stage3: $LATEST"; die REPO_UNREACHABLE; }
    STAGE3=${LATEST%/*}/$STAGE3
fi
# It is read to its end, and stays in memory.
pxed_fetch "$STAGE3" "$PXED_TMP/pxed-stage3.tar.xz" || { echo "it cannot be fetched: $STAGE3"; die REPO_UNREACHABLE; }
tar -tJf "$PXED_TMP/pxed-stage3.tar.xz" >"$PXED_TMP/pxed-names" || { echo "it is damaged: $STAGE3"; die ROOTFS_FAILED; }
for name in usr/bin/emerge usr/bin/emerge-webrsync usr/lib/systemd/systemd etc/shadow; do
    grep -qxF -e "./$name" -e "$name" "$PXED_TMP/pxed-names" || { echo "it is no stage3 with systemd: $STAGE3 holds no $name"; die ROOTFS_FAILED; }
done
pxed_try_disks || die PARTITION_FAILED

# --- from here on the disk is written
pxed_event installing
pxed_clearing
[ "$PXED_RIGHT" != any ] || pxed_wipe
pxed_make_disks || die PARTITION_FAILED
pxed_format || die FORMAT_FAILED
mkdir -p "$TARGET"
mount "$root" "$TARGET" || die MOUNT_FAILED
tar -xpJf "$PXED_TMP/pxed-stage3.tar.xz" --xattrs-include='*.*' --numeric-owner -C "$TARGET" || die ROOTFS_FAILED
rm -f "$PXED_TMP/pxed-stage3.tar.xz"
if [ -n "$esp" ]; then mkdir -p "$TARGET/efi" && mount "$esp" "$TARGET/efi" || die MOUNT_FAILED; fi
pxed_event formatted

# --- packages: portage's tree, the kernel with an initramfs for any machine, the boot loader
for folder in dev proc sys run; do mount --rbind "/$folder" "$TARGET/$folder" && mount --make-rslave "$TARGET/$folder" || die MOUNT_FAILED; done
rm -f "$TARGET/etc/resolv.conf"
cat /etc/resolv.conf >"$TARGET/etc/resolv.conf"
if [ -n "$REPO" ]; then
    printf 'GENTOO_MIRRORS="%s"\n' "$MIRROR" >>"$TARGET/etc/portage/make.conf"
    sed -i "s|https\{0,1\}://distfiles\.gentoo\.org|$MIRROR|" "$TARGET"/etc/portage/binrepos.conf/*.conf
fi
mkdir -p "$TARGET"/etc/portage/package.use "$TARGET"/etc/portage/package.license "$TARGET"/etc/dracut.conf.d
printf 'sys-kernel/installkernel dracut\nsys-fs/lvm2 lvm\n' >"$TARGET/etc/portage/package.use/pxed"
echo 'sys-kernel/linux-firmware linux-fw-redistributable' >"$TARGET/etc/portage/package.license/pxed"
modules="${raid:+mdraid }${lvm:+lvm }"
{ echo 'hostonly="no"'
  [ -z "$modules" ] || echo "add_dracutmodules+=\" $modules\""; } >"$TARGET/etc/dracut.conf.d/pxed.conf"
in_target emerge-webrsync --quiet || die PACKAGES_FAILED
# What the initramfs shall hold comes before the kernel that makes it.
[ -z "$raid$lvm" ] || emerge ${raid:+sys-fs/mdadm} ${lvm:+sys-fs/lvm2} || die PACKAGES_FAILED
[ -z "$raid" ] || mdadm --detail --scan >>"$TARGET/etc/mdadm.conf"
# shellcheck disable=SC2086
emerge sys-kernel/gentoo-kernel-bin sys-kernel/linux-firmware sys-boot/grub ${esp:+sys-boot/efibootmgr} $PACKAGES || die PACKAGES_FAILED
pxed_event packages

# --- what belongs to this host
pxed_fstab /efi >"$TARGET/etc/fstab" || die MOUNT_FAILED
pxed_hosts
pxed_networkd
pxed_hash root "${PASSWORD:-*}" || die PASSWORD_FAILED
pxed_root_key
pxed_zone || :
echo "${LOCALE:-en_US.UTF-8} UTF-8" >>"$TARGET/etc/locale.gen"
echo "LANG=${LOCALE:-en_US.UTF-8}" >"$TARGET/etc/locale.conf"
[ -z "$KEYBOARD" ] || echo "KEYMAP=$KEYBOARD" >"$TARGET/etc/vconsole.conf"
in_target locale-gen --quiet
pxed_timesyncd
# Else its first start would ask on the console.
in_target systemd-machine-id-setup || die PACKAGES_FAILED
in_target systemctl enable sshd systemd-networkd systemd-resolved systemd-timesyncd || die PACKAGES_FAILED

# --- the boot loader
[ -z "$raid" ] || ARGS="rd.auto=1${ARGS:+ $ARGS}"
pxed_grub_args >>"$TARGET/etc/default/grub"
pxed_grub /efi || die BOOTLOADER_FAILED
in_target grub-mkconfig -o /boot/grub/grub.cfg || die BOOTLOADER_FAILED
pxed_event bootable
pxed_finish
ln -sf ../run/systemd/resolve/stub-resolv.conf "$TARGET/etc/resolv.conf"
pxed_event installed
sync
umount -R "$TARGET" || umount -l "$TARGET"
sync
{ [ -n "$PXED_TEST" ] && exit 0; } || reboot
