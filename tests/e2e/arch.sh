#!/bin/bash
# Arch Linux's script as the live system fetches it: run with stand-ins for the installer's programs, each made to fail in turn.
. "$(dirname "$0")/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa
e2e_client web $M
e2e_address web 10.77.0.60
e2e_arch_medium archlinux-2024.05.01-x86_64
cat >"$E2E/host-os.conf" <<HOSTS
$M, archlinux-2024.05.01-x86_64, name=web01, domain=lab.test, ip=10.77.0.60/24, gateway=10.77.0.1, dns=10.77.0.1, root-password-hash=\$6\$a\$b, packages=vim htop, ssh-key=ssh-ed25519 AAAA it's me, timezone=Europe/Berlin, ntp=10.77.0.1, args-installed=console=ttyS0
HOSTS
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
e2e_fetch_installer web $M script install.sh
has "arguments" "archisobasedir=arch archiso_http_srv=$U/os/archlinux-2024.05.01-x86_64/ ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa" "$(cat "$E2E/script")"

W=$E2E/machine
mkdir -p "$W/bin"
# Each stand-in notes its name and arguments, with the state of the disk; FAIL names the one that fails.
for name in pacman sfdisk mdadm lvm mkfs.ext4 mkfs.vfat mount umount pacstrap genfstab arch-chroot chroot efibootmgr udevadm blockdev; do
    cat >"$W/bin/$name" <<X
#!/bin/sh
echo "$name \$*" >>$W/said
case "$name \$*" in \$FAIL) exit 1 ;; esac
case "$name \$*" in *no-act*) cat >/dev/null ;; sfdisk*) cat >/dev/null; printf x >>$W/dev/vda ;; esac
[ $name != pacstrap ] || mkdir -p $W/target/etc/systemd/network $W/target/etc/default $W/target/root
[ $name != pacstrap ] || echo 'root:*:1:0:99999:7:::' >$W/target/etc/shadow
[ $name != pacstrap ] || echo 'HOOKS=(base udev autodetect modconf block filesystems fsck)' >$W/target/etc/mkinitcpio.conf
exit 0
X
    chmod 755 "$W/bin/$name"
done
e2e_told
machine() {
    : >"$W/events"
    rm -rf "$W"/{tmp,dev,sys,target,said,efi}
    mkdir -p "$W"/{tmp,target} "$W/target/usr/share/zoneinfo/Europe"
    e2e_disk "$W"
    : >"$W/target/usr/share/zoneinfo/Europe/Berlin"
}
installs() { e2e_live web install.sh "$@"; }
machine
ok "it installs" installs
has "installed" installed "$(e2e_journal web01)"
TOLD=yes
is "its programs, in order" "udevadm pacman pacman sfdisk sfdisk udevadm mkfs.ext4 mount pacstrap genfstab arch-chroot arch-chroot arch-chroot arch-chroot umount" \
    "$(sed 's/ .*//' "$W/said" | tr '\n' ' ' | sed 's/ $//')"
has "packages" "base linux linux-firmware openssh grub vim htop" "$(cat "$W/said")"
is "name" web01 "$(cat "$W/target/etc/hostname")"
has "address" "Address=10.77.0.60/24" "$(cat "$W/target/etc/systemd/network/10-pxed.network")"
# shellcheck disable=SC2016
is "root's password" 'root:$6$a$b:1:0:99999:7:::' "$(cat "$W/target/etc/shadow")"
is "key" "ssh-ed25519 AAAA it's me" "$(cat "$W/target/root/.ssh/authorized_keys")"
is "kernel arguments" " console=ttyS0" "$(bash -c '. "$1"; echo "$GRUB_CMDLINE_LINUX"' - "$W/target/etc/default/grub")"
machine
mkdir "$W/efi"
ok "on UEFI" installs
has "no entry that could stand first: told" "the firmware tells no BootCurrent" "$(cat "$W/events")"
has "and it is installed" "installed the boot order is as the installer left it:" "$(cat "$W/events")"
has "the boot loader" "--target=x86_64-efi --efi-directory=/efi --removable" "$(cat "$W/said")"
lacks "a plain disk needs no other initramfs" mkinitcpio "$(cat "$W/said")"

# --- a mirror with a volume on it
cp "$E2E/install.sh" "$E2E/plain.sh"
sed -i "s/LAYOUT=''/LAYOUT='raid1-lvm'/" "$E2E/install.sh"
e2e_two_disks
ok "a mirror" installs
has "both disks, one root" "mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=system /dev/vda2 /dev/vdb2
lvm pvcreate -q -ff -y /dev/md0" "$(cat "$W/said")"
has "packages for it" "base linux linux-firmware openssh grub efibootmgr mdadm lvm2 vim htop" "$(cat "$W/said")"
has "the initramfs finds it" "block mdadm_udev lvm2 filesystems" "$(cat "$W/target/etc/mkinitcpio.conf")"
has "and is made anew" "arch-chroot $W/target mkinitcpio -P" "$(cat "$W/said")"
has "a boot loader on the other disk" "mount /dev/vdb1 $W/target/mnt
arch-chroot $W/target grub-install --target=x86_64-efi --efi-directory=/mnt --removable" "$(cat "$W/said")"
e2e_each_fails any e2e_two_disks "mdadm*:PARTITION_FAILED" "lvm vgcreate*:PARTITION_FAILED" "arch-chroot*mkinitcpio*:BOOTLOADER_FAILED" "arch-chroot*directory=/mnt*:BOOTLOADER_FAILED"
mv "$E2E/plain.sh" "$E2E/install.sh"
e2e_each_fails whole machine "pacman -Sy*:REPO_UNREACHABLE" "pacman -Sp*:REPO_UNREACHABLE" "sfdisk*no-act*:PARTITION_FAILED"
e2e_each_fails cleared machine "sfdisk -q --wipe*:PARTITION_FAILED" "mkfs.ext4*:FORMAT_FAILED" "mount*:MOUNT_FAILED" "pacstrap*:PACKAGES_FAILED" \
    "genfstab*:MOUNT_FAILED" "arch-chroot*grub-install*:BOOTLOADER_FAILED" "umount*:MOUNT_FAILED"
machine
printf 'LABELONE' | dd of="$W/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null
installs >/dev/null 2>&1
has "a disk with something on it" "failed&reason=DISK_NOT_BLANK" "$(cat "$W/events")"
e2e_stop
e2e_done "proves: arch scripted"
