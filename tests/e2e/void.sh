#!/bin/bash
# Void Linux's script, sourced as the netboot initramfs does: with stand-ins for its programs, each made to fail in turn.
. "$(dirname "$0")/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa
e2e_client fmvoid $M
e2e_address fmvoid 10.77.0.60
OS=$E2E/root/boot/os/void-20240314-x86_64
mkdir -p "$OS"
for file in vmlinuz initrd; do head -c 3000 /dev/urandom >"$OS/$file"; done
cat >"$E2E/host-os.conf" <<HOSTS
$M, void-20240314-x86_64, name=web01, domain=lab.test, ip=10.77.0.60/24, gateway=10.77.0.1, dns=10.77.0.1, root-password-hash=\$6\$a\$b, packages=vim htop, ssh-key=ssh-ed25519 AAAA it's me, timezone=Europe/Berlin, keyboard=de, ntp=10.77.0.1, args-installed=console=ttyS0, users="alice:\$6\$c\$d:sudo:ssh-rsa B b", run=@run.sh
HOSTS
echo "echo done >/root/ran" >"$E2E/run.sh"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
e2e_fetch_installer fmvoid $M autourl autoinstall.cfg
has "arguments" "kernel $U/os/void-20240314-x86_64/vmlinuz root=/dev/null auto autourl=" "$(cat "$E2E/script")"

W=$E2E/machine
mkdir -p "$W/bin" "$W/keys"
echo key >"$W/keys/a.plist"
for name in xbps-install xbps-uhelper sfdisk mkfs.ext4 mount umount chroot udevadm blockdev blkid mkfs.vfat; do
    cat >"$W/bin/$name" <<X
#!/bin/sh
echo "$name \$*" >>$W/said
case "$name \$*" in \$FAIL) exit 1 ;; esac
case "$name \$*" in
*no-act*) cat >/dev/null ;;
'chroot '*' /usr/bin/mdadm --detail'*) echo 'ARRAY /dev/md/system UUID=1:2' ;;
sfdisk*) cat >/dev/null; printf x >>$W/dev/vda ;;
'xbps-uhelper arch') echo x86_64 ;;
'xbps-uhelper fetch'*) url=\${2%>*}; echo "\${url##*stage=}" >>$W/events; [ -e $W/over ] || curl -fsS -o /dev/null "\$url" ;;
'xbps-install '*busybox-static*) mkdir -p $W/tools/usr/bin; ln -sf "$(command -v busybox)" $W/tools/usr/bin/busybox.static
    case "\$*" in *lvm2*) for tool in mdadm lvm; do printf x >$W/tools/usr/bin/\$tool; chmod 755 $W/tools/usr/bin/\$tool; done ;; esac ;;
'xbps-install -Sy '*' -r $W/target '*) mkdir -p $W/target/etc/default $W/target/etc/runit/runsvdir/default $W/target/root
    echo 'root:*:1:0:99999:7:::' >$W/target/etc/shadow
    echo 'root:x:0:0::/root:/bin/sh' >$W/target/etc/passwd
    mkdir -p $W/target/usr/bin $W/target/etc/sudoers.d; printf x >$W/target/usr/bin/useradd; chmod 755 $W/target/usr/bin/useradd ;;
'chroot '*' useradd -m -s /bin/bash alice')
    echo 'alice:!:1:0:99999:7:::' >>$W/target/etc/shadow
    echo 'alice:x:1000:1000::/home/alice:/bin/bash' >>$W/target/etc/passwd ;;
'chroot '*' /root/.pxed-run') sed "s|/root/ran|$W/target&|" $W/target/root/.pxed-run | sh ;;
blkid*UUID*) echo 11-22 ;;
blkid*) exit 2 ;;
esac
exit 0
X
    chmod 755 "$W/bin/$name"
done
# The programs that the guard needs are in the box alone; the initramfs has these few.
printf '#!/bin/sh\nexit 0\n' >"$W/bin/sleep"
chmod 755 "$W/bin/sleep"
for name in sh bash cat cp ls mkdir ln rm mv sed chmod readlink curl; do ln -sf "$(command -v $name)" "$W/bin/$name"; done
machine() {
    : >"$W/events"
    rm -rf "$W"/{tmp,dev,sys,target,said,tools,efi}
    mkdir -p "$W"/{tmp,target} "$W/target/usr/share/zoneinfo/Europe" "$W/sys/class/net/enp0s3"
    e2e_disk "$W"
    echo $M >"$W/sys/class/net/enp0s3/address"
    : >"$W/target/usr/share/zoneinfo/Europe/Berlin"
}
installs() { # sourced below set -e, as that installer does it
    e2e_in fmvoid env PXED_TEST=1 PXED_PAUSE=0 PXED_SYSFS="$W/sys" PXED_DEV="$W/dev" PXED_TMP="$W/tmp" PXED_TARGET="$W/target" PXED_EFI="$W/efi" \
        PXED_TOOLS="$W/tools" PXED_KEYS="$W/keys" FAIL="${1:-nothing}" PATH="$W/bin" "${SHELL_OF_IT:-bash}" -c "set -e; . $E2E/autoinstall.cfg; echo returned >>$W/said"
}
machine
ok "it installs" installs
has "installed" installed "$(e2e_journal web01)"
: >"$W/over" # then its token is dead: what the later runs tell is taken down alone
cat >"$W/bin/wget" <<X
#!/bin/sh
for word; do :; done
echo "\${word##*stage=}" >>$W/events
X
chmod 755 "$W/bin/wget"
lacks "and never comes back to the installer" returned "$(cat "$W/said")"
has "its steps" "bootable" "$(e2e_journal web01)"
has "packages" "-R https://repo-default.voidlinux.org/current -r $W/target base-system grub chrony vim htop sudo" "$(cat "$W/said")"
is "signed by the keys of the medium" key "$(cat "$W/target/var/db/xbps/keys/a.plist")"
is "name" web01 "$(cat "$W/target/etc/hostname")"
has "address, of the card with this MAC" "interface enp0s3
static ip_address=10.77.0.60/24
static routers=10.77.0.1
static domain_name_servers=10.77.0.1" "$(cat "$W/target/etc/dhcpcd.conf")"
# shellcheck disable=SC2016
is "root's password" 'root:$6$a$b:1:0:99999:7:::' "$(head -n 1 "$W/target/etc/shadow")"
is "key" "ssh-ed25519 AAAA it's me" "$(cat "$W/target/root/.ssh/authorized_keys")"
# shellcheck disable=SC2016
has "an account" 'alice:$6$c$d:1' "$(cat "$W/target/etc/shadow")"
is "its key" "ssh-rsa B b" "$(cat "$W/target/home/alice/.ssh/authorized_keys")"
has "and sudo" "alice ALL=(ALL:ALL) ALL" "$(cat "$W/target/etc/sudoers.d/pxed-alice")"
is "run=" "done" "$(cat "$W/target/root/ran")"
is "services" "chronyd dhcpcd sshd" "$(echo $(cd "$W/target/etc/runit/runsvdir/default" && ls))"
is "kernel arguments" " console=ttyS0" "$(bash -c '. "$1"; echo "$GRUB_CMDLINE_LINUX"' - "$W/target/etc/default/grub")"
machine
mkdir "$W/efi"
SHELL_OF_IT=sh
ok "on UEFI, in sh" installs
has "the boot loader" "--target=x86_64-efi --efi-directory=/boot/efi --removable" "$(cat "$W/said")"
has "its partition" "mkfs.vfat -F 32 /dev/vda1" "$(cat "$W/said")"

# --- a mirror with a volume on it, a VLAN on a bond, IPv6
cp "$E2E/autoinstall.cfg" "$E2E/plain.cfg"
sed -i -e "s/LAYOUT=''/LAYOUT='raid1-lvm'/" -e "s/^BOND='' VLAN='' PORTS=.*/BOND='802.3ad' VLAN='12' PORTS='$M 08:00:27:4d:4d:bb '/" \
    -e "s/ADDRESS6='' GATEWAY6=''/ADDRESS6='2001:db8::60\/64 ' GATEWAY6='2001:db8::1'/" "$E2E/autoinstall.cfg"
e2e_two_disks
ok "a mirror, a bond" installs
has "its tools run outside of the initramfs" "chroot $W/tools /usr/bin/mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=system /dev/vda2 /dev/vdb2
chroot $W/tools /usr/bin/lvm pvcreate -q -ff -y /dev/md0" "$(cat "$W/said")"
has "packages for it" "base-system grub-x86_64-efi mdadm lvm2 chrony vim" "$(cat "$W/said")"
is "the initramfs finds the root" 'add_dracutmodules+=" mdraid lvm "' "$(cat "$W/target/etc/dracut.conf.d/pxed.conf")"
is "by its own arguments" " rd.auto=1 console=ttyS0" "$(bash -c '. "$1"; echo "$GRUB_CMDLINE_LINUX"' - "$W/target/etc/default/grub")"
is "the mirror is known" "ARRAY /dev/md/system UUID=1:2" "$(cat "$W/target/etc/mdadm.conf")"
has "a boot loader on the other disk" "mount /dev/vdb1 $W/target/mnt
chroot $W/target grub-install --target=x86_64-efi --efi-directory=/mnt --removable" "$(cat "$W/said")"
has "dhcpcd has the VLAN alone" "allowinterfaces vlan12
# written by pxed
interface vlan12
static ip_address=10.77.0.60/24" "$(cat "$W/target/etc/dhcpcd.conf")"
has "what it cannot" 'ip link add link "$top" name vlan12 type vlan id 12' "$(cat "$W/target/etc/rc.local")"
has "IPv6" 'ip -6 addr add 2001:db8::60/64 dev "$top"' "$(cat "$W/target/etc/rc.local")"
ok "runs" test -x "$W/target/etc/rc.local"
e2e_each_fails any e2e_two_disks "chroot*mdadm --create*:PARTITION_FAILED" "chroot*lvm lvcreate*:PARTITION_FAILED" "mount --bind /run $W/tools/run:MOUNT_FAILED" \
    "mount --bind /run $W/target/run:MOUNT_FAILED" "mount /dev/vdb1*:BOOTLOADER_FAILED"
mv "$E2E/plain.cfg" "$E2E/autoinstall.cfg"
e2e_each_fails whole machine "xbps-install*busybox*:REPO_UNREACHABLE" "xbps-install -Sny*:REPO_UNREACHABLE" "sfdisk*no-act*:PARTITION_FAILED"
e2e_each_fails cleared machine "sfdisk -q --wipe*:PARTITION_FAILED" "mkfs.ext4*:FORMAT_FAILED" "mount /dev/vda*:MOUNT_FAILED" "xbps-install -Sy*-r $W/target*:PACKAGES_FAILED" \
    "mount --rbind*:MOUNT_FAILED" "chroot*grub-install*:BOOTLOADER_FAILED" "chroot*reconfigure*:BOOTLOADER_FAILED" "chroot*grub-mkconfig*:BOOTLOADER_FAILED"
machine
printf 'LABELONE' | dd of="$W/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null
installs >/dev/null 2>&1
has "a disk with something on it" "failed&reason=DISK_NOT_BLANK" "$(cat "$W/events")"
lacks "is not touched" "sfdisk" "$(cat "$W/said")"
e2e_stop
e2e_done "proves: void scripted"
