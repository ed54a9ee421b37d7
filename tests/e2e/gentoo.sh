#!/bin/bash
# Gentoo's script as Arch's and SystemRescue's live systems fetch it: with stand-ins for the live system's programs and for those of
# the new one, each made to fail in turn. The stage3 is a small archive that pxed serves, unpacked for real.
. "$(dirname "$0")/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa
e2e_client web $M
e2e_address web 10.77.0.60
e2e_arch_medium gentoo
MIRROR=$E2E/root/boot/mirror
AUTO=$MIRROR/releases/amd64/autobuilds
mkdir -p "$AUTO/20260101T000000Z" "$E2E/stage3"
cat >"$AUTO/latest-stage3-amd64-systemd.txt" <<'X'
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

# Latest as of Thu, 01 Jan 2026 00:00:00 +0000
# ts=1767225600
20260101T000000Z/stage3-amd64-systemd-20260101T000000Z.tar.xz 4096
-----BEGIN PGP SIGNATURE-----

abcdef/ghijkl.tar.xz
-----END PGP SIGNATURE-----
X
stage3() { # FILE [WITHOUT]
    rm -rf "$E2E/stage3"
    mkdir -p "$E2E"/stage3/{usr/bin,usr/sbin,usr/lib/systemd,etc/portage/binrepos.conf,etc/systemd/network,etc/default,etc/sudoers.d,root,dev,proc,sys,run,usr/share/zoneinfo/Europe,mnt}
    (cd "$E2E/stage3" && for name in usr/bin/emerge usr/bin/emerge-webrsync usr/lib/systemd/systemd usr/sbin/useradd usr/share/zoneinfo/Europe/Berlin; do
        echo x >$name && chmod 755 $name; done
    echo 'root:*:1:0:99999:7:::' >etc/shadow
    echo 'root:x:0:0::/root:/bin/bash' >etc/passwd
    echo 'COMMON_FLAGS="-O2 -pipe"' >etc/portage/make.conf
    ln -s ../run/systemd/resolve/resolv.conf etc/resolv.conf
    printf '[gentoobinhost]\nsync-uri = https://distfiles.gentoo.org/releases/amd64/binpackages/23.0/x86-64\n' >etc/portage/binrepos.conf/gentoobinhost.conf)
    [ -z "${2:-}" ] || rm -r "$E2E/stage3/$2"
    tar -C "$E2E/stage3" -cJf "$1" .
}
STAGE3=$AUTO/20260101T000000Z/stage3-amd64-systemd-20260101T000000Z.tar.xz
stage3 "$STAGE3"
cat >"$E2E/host-os.conf" <<HOSTS
$M, gentoo, name=web01, domain=lab.test, ip=10.77.0.60/24, gateway=10.77.0.1, dns=10.77.0.1, root-password-hash=\$6\$a\$b, packages=app-editors/vim htop, ssh-key=ssh-ed25519 AAAA it's me, timezone=Europe/Berlin, keyboard=de, ntp=10.77.0.1, args-installed="console=ttyS0 a='b'", repo=$U/mirror/, users="alice:\$6\$c\$d:sudo:ssh-rsa B b", run=@run.sh
HOSTS
echo "echo done >/root/ran" >"$E2E/run.sh"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
e2e_fetch_installer web $M script install.sh
has "arguments" "archisobasedir=arch archiso_http_srv=$U/os/gentoo/ ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa" "$(cat "$E2E/script")"
ok "it is a script" bash -n "$E2E/install.sh"

W=$E2E/machine
mkdir -p "$W/bin"
for name in sfdisk mdadm lvm mkfs.ext4 mkfs.vfat mount umount blkid chroot udevadm blockdev efibootmgr; do
    cat >"$W/bin/$name" <<X
#!/bin/bash
line="$name \$*"
[[ \$line =~ ^(chroot [^ ]* )/usr/bin/env\ -i\ .*\ PATH=[^\ ]*\ (.*) ]] && line=\${BASH_REMATCH[1]}\${BASH_REMATCH[2]}
[[ \$line != "blkid -p"* ]] || exec $(command -v blkid) "\$@" # the guard's
echo "\$line" >>$W/said
case \$line in \$FAIL) exit 1 ;; esac
case \$line in
*no-act*) cat >/dev/null ;;
'mdadm --detail'*) echo 'ARRAY /dev/md/system UUID=1:2' ;;
sfdisk*) cat >/dev/null; printf x >>$W/dev/vda ;;
'blkid -s UUID'*) echo 11-22 ;;
'chroot '*' useradd -m -s /bin/bash alice')
    echo 'alice:!:1:0:99999:7:::' >>$W/target/etc/shadow
    echo 'alice:x:1000:1000::/home/alice:/bin/bash' >>$W/target/etc/passwd ;;
'chroot '*' /root/.pxed-run') sed "s|/root/ran|$W/target&|" $W/target/root/.pxed-run | sh ;;
esac
exit 0
X
    chmod 755 "$W/bin/$name"
done
e2e_told
# What it fetches comes from pxed, whatever becomes of its reports.
cat >"$W/told/curl" <<X
#!/bin/sh
exec $(command -v curl) "\$@"
X
chmod 755 "$W/told/curl"
machine() {
    : >"$W/events"
    rm -rf "$W"/{tmp,dev,sys,target,said,efi}
    mkdir -p "$W/tmp"
    e2e_disk "$W"
}
installs() { e2e_live web install.sh "$@"; }
machine
ok "it installs" installs
has "installed" installed "$(e2e_journal web01)"
TOLD=yes
is "its programs, in order" "udevadm sfdisk sfdisk udevadm mkfs.ext4 mount mount mount mount mount mount mount mount mount emerge-webrsync emerge blkid locale-gen systemd-machine-id-setup systemctl grub-install grub-mkconfig" \
    "$(sed "s|^chroot $W/target ||; s/ .*//" "$W/said" | sed '/^useradd$/,$d' | tr '\n' ' ' | sed 's/ $//')"
has "binary packages" "emerge --quiet --noreplace --getbinpkg --usepkg sys-kernel/gentoo-kernel-bin sys-kernel/linux-firmware sys-boot/grub app-editors/vim htop app-admin/sudo" "$(cat "$W/said")"
is "an initramfs for any machine" 'hostonly="no"' "$(cat "$W/target/etc/dracut.conf.d/pxed.conf")"
has "which the kernel's package makes" "sys-kernel/installkernel dracut" "$(cat "$W/target/etc/portage/package.use/pxed")"
has "the mirror, for sources" "GENTOO_MIRRORS=\"$U/mirror\"" "$(cat "$W/target/etc/portage/make.conf")"
has "and for packages" "sync-uri = $U/mirror/releases/amd64/binpackages/23.0/x86-64" "$(cat "$W/target/etc/portage/binrepos.conf/gentoobinhost.conf")"
is "fstab" "UUID=11-22 / ext4 defaults 0 1" "$(cat "$W/target/etc/fstab")"
is "name" web01 "$(cat "$W/target/etc/hostname")"
has "address" "Address=10.77.0.60/24" "$(cat "$W/target/etc/systemd/network/10-pxed.network")"
is "names" ../run/systemd/resolve/stub-resolv.conf "$(readlink "$W/target/etc/resolv.conf")"
# shellcheck disable=SC2016
has "root's password" 'root:$6$a$b:1:0:99999:7:::' "$(cat "$W/target/etc/shadow")"
is "key" "ssh-ed25519 AAAA it's me" "$(cat "$W/target/root/.ssh/authorized_keys")"
# shellcheck disable=SC2016
has "an account" 'alice:$6$c$d:1' "$(cat "$W/target/etc/shadow")"
has "and sudo" "alice ALL=(ALL:ALL) ALL" "$(cat "$W/target/etc/sudoers.d/pxed-alice")"
is "run=" "done" "$(cat "$W/target/root/ran")"
is "zone" /usr/share/zoneinfo/Europe/Berlin "$(readlink "$W/target/etc/localtime")"
is "keyboard" KEYMAP=de "$(cat "$W/target/etc/vconsole.conf")"
is "time" "[Time] NTP=10.77.0.1" "$(tr '\n' ' ' <"$W/target/etc/systemd/timesyncd.conf.d/pxed.conf" | sed 's/ $//')"
is "kernel arguments" " console=ttyS0 a='b'" "$(bash -c '. "$1"; echo "$GRUB_CMDLINE_LINUX"' - "$W/target/etc/default/grub")"
machine
mkdir "$W/efi"
ok "on UEFI" installs
has "the boot loader" "grub-install --target=x86_64-efi --efi-directory=/efi --removable" "$(cat "$W/said")"
has "its partition" "UUID=11-22 /efi vfat defaults 0 2" "$(cat "$W/target/etc/fstab")"
has "and what changes the boot order" "sys-boot/grub sys-boot/efibootmgr app-editors/vim" "$(cat "$W/said")"

# --- a mirror with a volume on it, a VLAN on a bond
cp "$E2E/install.sh" "$E2E/plain.sh"
sed -i -e "s/LAYOUT=''/LAYOUT='raid1-lvm'/" -e "s/^BOND='' VLAN='' PORTS=.*/BOND='802.3ad' VLAN='12' PORTS='$M 08:00:27:4d:4d:bb '/" "$E2E/install.sh"
e2e_two_disks
ok "a mirror, a bond" installs
has "both disks, one root" "mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=system /dev/vda2 /dev/vdb2
lvm pvcreate -q -ff -y /dev/md0" "$(cat "$W/said")"
has "what the initramfs shall hold comes first" "--usepkg sys-fs/mdadm sys-fs/lvm2
mdadm --detail --scan
chroot $W/target emerge" "$(cat "$W/said")"
has "and it is told" 'add_dracutmodules+=" mdraid lvm "' "$(cat "$W/target/etc/dracut.conf.d/pxed.conf")"
is "the mirror is known" "ARRAY /dev/md/system UUID=1:2" "$(cat "$W/target/etc/mdadm.conf")"
is "and looked for" " rd.auto=1 console=ttyS0 a='b'" "$(bash -c '. "$1"; echo "$GRUB_CMDLINE_LINUX"' - "$W/target/etc/default/grub")"
has "a boot loader on the other disk" "mount /dev/vdb1 $W/target/mnt
chroot $W/target grub-install --target=x86_64-efi --efi-directory=/mnt --removable" "$(cat "$W/said")"
is "the bond, the VLAN on it" "10-pxed-bond.netdev 10-pxed-port.network 10-pxed-trunk.network 10-pxed-vlan.netdev 10-pxed.network" \
    "$(cd "$W/target/etc/systemd/network" && echo *)"
has "the address there" "Name=vlan12

[Network]
Address=10.77.0.60/24" "$(cat "$W/target/etc/systemd/network/10-pxed.network")"
e2e_each_fails cleared e2e_two_disks "mdadm --create*:PARTITION_FAILED" "lvm vgcreate*:PARTITION_FAILED" "mkfs.vfat*vdb1*:FORMAT_FAILED" \
    "chroot*emerge*sys-fs/lvm2:PACKAGES_FAILED" "mount /dev/vdb1*:BOOTLOADER_FAILED"
mv "$E2E/plain.sh" "$E2E/install.sh"

# --- what fails before the disk is touched, and after
e2e_each_fails whole machine "sfdisk*no-act*:PARTITION_FAILED"
mirror_without() { # WHAT REASON NAME
    machine
    installs >"$E2E/said" 2>&1
    has "$1: its reason" "failed&reason=$2" "$(cat "$W/events")"
    has "$1: it is named" "$3" "$(cat "$W/events" "$W/tmp/pxed-log")"
    is "and the disk holds nothing" 0 "$(tr -d '\0' <"$W/dev/vda" | wc -c)"
    sleep 1.1 # a file that was sent is looked at again after a second
}
mv "$AUTO/latest-stage3-amd64-systemd.txt" "$E2E/latest"
sleep 1.1
mirror_without "no mirror" REPO_UNREACHABLE latest-stage3-amd64-systemd.txt
echo "# nothing" >"$AUTO/latest-stage3-amd64-systemd.txt"
mirror_without "a mirror without a stage3" REPO_UNREACHABLE "names no stage3"
cp "$E2E/latest" "$AUTO/latest-stage3-amd64-systemd.txt"
truncate -s -200 "$STAGE3"
mirror_without "a cut stage3" ROOTFS_FAILED "it is damaged"
stage3 "$STAGE3" usr/lib/systemd
mirror_without "a stage3 of OpenRC" ROOTFS_FAILED "no stage3 with systemd"
rm "$STAGE3"
mirror_without "none" REPO_UNREACHABLE "cannot be fetched"
stage3 "$STAGE3"
sleep 1.1
e2e_each_fails cleared machine "sfdisk -q --wipe*:PARTITION_FAILED" "mkfs.ext4*:FORMAT_FAILED" "mount /dev/vda*:MOUNT_FAILED" "mount --rbind /sys*:MOUNT_FAILED" \
    "chroot*emerge-webrsync*:PACKAGES_FAILED" "chroot*emerge*gentoo-kernel-bin*:PACKAGES_FAILED" "blkid -s*:MOUNT_FAILED" \
    "chroot*machine-id*:PACKAGES_FAILED" "chroot*systemctl*:PACKAGES_FAILED" "chroot*grub-install*:BOOTLOADER_FAILED" "chroot*grub-mkconfig*:BOOTLOADER_FAILED"
machine
printf 'LABELONE' | dd of="$W/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null
installs >/dev/null 2>&1
has "a disk with something on it" "failed&reason=DISK_NOT_BLANK" "$(cat "$W/events")"
lacks "is not touched" sfdisk "$(cat "$W/said")"

# --- SystemRescue runs the same, by its own name; the folder's own stage3 comes before the mirror's
rm -r "$E2E/root/boot/os/gentoo"
OS=$E2E/root/boot/os/gentoo
mkdir -p "$OS/sysresccd/boot/x86_64"
for file in sysresccd/boot/x86_64/vmlinuz sysresccd/boot/x86_64/sysresccd.img; do head -c 3000 /dev/urandom >"$OS/$file"; done
stage3 "$OS/stage3-amd64-systemd-20260102T000000Z.tar.xz"
kill -HUP "$(e2e_pid)"
e2e_mark
until_true 10 logged reloaded
e2e_pxed arm web01 --yes >/dev/null
curl_as web -A iPXE/1.21 "$U/home.php?mac=$M" >"$E2E/script"
has "SystemRescue's arguments" "archisobasedir=sysresccd archiso_http_srv=$U/os/gentoo/ ip=dhcp BOOTIF=01-08-00-27-4d-4d-aa nofirewall ar_source=" "$(cat "$E2E/script")"
URL=$(sed -n 's/.* ar_source=\([^ ]*\).*/\1/p' "$E2E/script")
is "autorun is delivered" 200 "$(curl_as web -o "$E2E/install.sh" -w '%{http_code}' "${URL%/}/autorun")"
is "and uses up the arming" installing "$(e2e_state $M install)"
has "with the folder's stage3" "STAGE3='$U/os/gentoo/stage3-amd64-systemd-20260102T000000Z.tar.xz'" "$(cat "$E2E/install.sh")"
machine
ok "it installs, too" installs
e2e_stop
e2e_done "proves: gentoo scripted"
