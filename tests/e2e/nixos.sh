#!/bin/bash
# NixOS's script as the unit of the netboot image runs it: with stand-ins for the live system's programs, each made to fail in turn.
. "$(dirname "$0")/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa
e2e_client fmnix $M
e2e_address fmnix 10.77.0.60
OS=$E2E/root/boot/os/nixos-24.05-x86_64
mkdir -p "$OS" "$E2E/root/boot/cache"
for file in bzImage initrd; do head -c 3000 /dev/urandom >"$OS/$file"; done
printf '#!ipxe\nkernel bzImage init=/nix/store/abc-nixos/init initrd=initrd nohibernate loglevel=4 ${cmdline}\ninitrd initrd\nboot\n' >"$OS/netboot.ipxe"
echo StoreDir: /nix/store >"$E2E/root/boot/cache/nix-cache-info"
echo "$M, nixos-24.05-x86_64, name=web01, domain=lab.test, ip=10.77.0.60/24, gateway=10.77.0.1, dns=10.77.0.1, root-password-hash=\$6\$a\$b, packages=vim htop, ssh-key=\"ssh-ed25519 AAAA \"\"it's\"\" \${me}\", timezone=Europe/Berlin, ntp=10.77.0.1, args-installed=console=ttyS0, repo=$U/cache, ip6=2001:db8::60/64, users=\"alice:\$6\$c\$d:sudo:ssh-rsa B b; bob::sudo\", run=@run.sh" >"$E2E/host-os.conf"
echo "echo done" >"$E2E/run.sh"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
e2e_fetch_installer fmnix $M pxed.script install.sh
has "the first program, as the build says" "kernel $U/os/nixos-24.05-x86_64/bzImage init=/nix/store/abc-nixos/init loglevel=4 pxed.script=" "$(cat "$E2E/script")"

W=$E2E/machine
mkdir -p "$W/bin"
for name in sfdisk mdadm lvm mkfs.ext4 mkfs.vfat mount umount nixos-enter nixos-generate-config nixos-install nixos-version udevadm blockdev; do
    cat >"$W/bin/$name" <<X
#!/bin/sh
echo "$name \$*" >>$W/said
case "$name \$*" in \$FAIL) exit 1 ;; esac
case "$name \$*" in *no-act*) cat >/dev/null ;; sfdisk*) cat >/dev/null; printf x >>$W/dev/vda ;; nixos-version*) echo "24.05.1234.abc (Uakari)" ;; esac
exit 0
X
    chmod 755 "$W/bin/$name"
done
e2e_told
machine() {
    : >"$W/events"
    rm -rf "$W"/{tmp,dev,sys,target,said,efi}
    mkdir -p "$W"/{tmp,target}
    e2e_disk "$W"
}
installs() { e2e_live fmnix install.sh "$@"; }
machine
ok "it installs" installs
has "installed" installed "$(e2e_journal web01)"
TOLD=yes
is "its programs, in order" "udevadm nixos-version sfdisk sfdisk udevadm mkfs.ext4 mount nixos-generate-config nixos-install nixos-enter umount" \
    "$(sed 's/ .*//' "$W/said" | tr '\n' ' ' | sed 's/ $//')"
C=$(cat "$W/target/etc/nixos/configuration.nix")
has "from its cache" "nixos-install --root $W/target --no-root-passwd --option substituters $U/cache" "$(cat "$W/said")"
has "name" '  networking.hostName = "web01";' "$C"
has "address" '    matchConfig = { MACAddress = "08:00:27:4d:4d:aa"; Type = "ether"; };
    address = [ "10.77.0.60/24" "2001:db8::60/64" ];
    gateway = [ "10.77.0.1" ];' "$C"
# shellcheck disable=SC2016
has "strings are Nix's" '.authorizedKeys.keys = [ "ssh-ed25519 AAAA \"it'"'"'s\" \${me}" ];' "$C"
has "an account" '  users.users."alice" = {
    isNormalUser = true; hashedPasswordFile = "/etc/nixos/password-alice";
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [ "ssh-rsa B b" ];
  };' "$C"
# shellcheck disable=SC2016
is "its hash" '$6$c$d' "$(cat "$W/target/etc/nixos/password-alice")"
has "sudo without a password that is not there" 'users = [ "bob" ]; commands = [ { command = "ALL"; options = [ "NOPASSWD" ]; } ];' "$C"
has "run= in the new system" "nixos-enter --root $W/target -- /bin/sh /root/.pxed-run" "$(cat "$W/said")"
has "packages" "with pkgs; [ vim htop ];" "$C"
has "arguments" '  boot.kernelParams = [ "console=ttyS0" ];' "$C"
has "the release that is running" '  system.stateVersion = "24.05";' "$C"
has "the disk" '  boot.loader.grub.devices = [ "/dev/vda" ];' "$C"
NIX=
! command -v nix-instantiate >/dev/null || NIX="proves: nixos validated (with nix-instantiate)"
nix() { # WHAT: the language's own parser takes the configuration
    [ -z "$NIX" ] || ok "$1" nix-instantiate --parse "$W/target/etc/nixos/configuration.nix" >/dev/null
}
nix "Nix takes it"
# shellcheck disable=SC2016
is "the hash" '$6$a$b' "$(cat "$W/target/etc/nixos/root-password")"
is "which nobody else reads" 600 "$(stat -c %a "$W/target/etc/nixos/root-password")"
# shellcheck disable=SC2016
lacks "is not in the configuration" '$6$' "$C"
machine
mkdir "$W/efi"
ok "on UEFI" installs
has "the boot loader" '  boot.loader.grub.efiSupport = true;
  boot.loader.grub.efiInstallAsRemovable = true;
  boot.loader.grub.mirroredBoots = [ { devices = [ "nodev" ]; path = "/boot"; } ];' "$(cat "$W/target/etc/nixos/configuration.nix")"
has "and where it lies" "mount --mkdir /dev/vda1 $W/target/boot" "$(cat "$W/said")"
nix "Nix takes that, too"

# --- a mirror with a volume on it, a VLAN on a bond
cp "$E2E/install.sh" "$E2E/plain.sh"
sed -i -e "s/LAYOUT=''/LAYOUT='raid1-lvm'/" -e "s/^BOND='' VLAN='' PORTS=.*/BOND='802.3ad' VLAN='12' PORTS='$M 08:00:27:4d:4d:bb '/" "$E2E/install.sh"
e2e_two_disks
ok "a mirror, a bond" installs
has "both disks" "mdadm --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=any --name=system /dev/vda2 /dev/vdb2
lvm pvcreate -q -ff -y /dev/md0" "$(cat "$W/said")"
has "each with a boot loader" "mount --mkdir /dev/vdb1 $W/target/boot2" "$(cat "$W/said")"
C=$(cat "$W/target/etc/nixos/configuration.nix")
has "which NixOS keeps" 'path = "/boot"; } { devices = [ "nodev" ]; path = "/boot2"; } ];' "$C"
has "what finds the root" '  boot.swraid = { enable = true; mdadmConf = "MAILADDR root"; };
  boot.initrd.services.lvm.enable = true;' "$C"
has "the bond" "matchConfig = { MACAddress = \"$M 08:00:27:4d:4d:bb\"; Type = \"ether\"; };
    bond = [ \"bond0\" ];" "$C"
has "the VLAN on it" 'matchConfig = { Name = "bond0"; };
    vlan = [ "vlan12" ];' "$C"
has "and the address there" 'matchConfig = { Name = "vlan12"; };
    address = [ "10.77.0.60/24"' "$C"
nix "Nix takes all of it"
e2e_each_fails any e2e_two_disks "mdadm*:PARTITION_FAILED" "lvm lvcreate*:PARTITION_FAILED" "mkfs.vfat -F 32 /dev/vdb1:FORMAT_FAILED"
machine
installs >/dev/null 2>&1
has "a mirror of one disk" "failed&reason=DISK_NOT_FOUND" "$(cat "$W/events")"
sed -i "s/LAYOUT='raid1-lvm'/LAYOUT='raid1'/" "$E2E/install.sh"
machine
e2e_disk_too "$W"
installs >/dev/null 2>&1
has "on BIOS both disks start" '  boot.loader.grub.devices = [ "/dev/vda" "/dev/vdb" ];' "$(cat "$W/target/etc/nixos/configuration.nix")"
mv "$E2E/plain.sh" "$E2E/install.sh"
mv "$E2E/root/boot/cache" "$E2E/away"
sleep 1.1 # a file that was sent is looked at again after a second
machine
installs >/dev/null 2>&1
has "no cache: its reason" "failed&reason=REPO_UNREACHABLE" "$(cat "$W/events")"
is "and the disk holds nothing" 0 "$(tr -d '\0' <"$W/dev/vda" | wc -c)"
mv "$E2E/away" "$E2E/root/boot/cache"
e2e_each_fails whole machine "sfdisk*no-act*:PARTITION_FAILED" "nixos-version*:INSTALLER_ERROR"
e2e_each_fails cleared machine "sfdisk -q --wipe*:PARTITION_FAILED" "mkfs.ext4*:FORMAT_FAILED" "mount*:MOUNT_FAILED" "nixos-generate-config*:INSTALLER_ERROR" \
    "nixos-install*:PACKAGES_FAILED" "umount*:MOUNT_FAILED"
machine
printf 'LABELONE' | dd of="$W/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null
installs >/dev/null 2>&1
has "a disk with something on it" "failed&reason=DISK_NOT_BLANK" "$(cat "$W/events")"
machine
sed -i "s/PACKAGES='vim htop'/PACKAGES='vim x;y'/" "$E2E/install.sh"
installs >/dev/null 2>&1
has "a package that is no name" "failed&reason=PACKAGES_FAILED" "$(cat "$W/events")"
lacks "stops before the disk" "already cleared" "$(cat "$W/events")"
e2e_stop
e2e_done "proves: nixos scripted" ${NIX:+"$NIX"}
