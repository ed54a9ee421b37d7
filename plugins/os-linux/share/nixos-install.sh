#!/bin/bash
# Installs NixOS on {{host.name}}. Runs once, in the netboot system, by its unit for pxed.script=.
PASSWORD='{{host.root-password-hash}}' LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
PACKAGES='{{host.packages}}' REPO='{{host.repo}}' PROXY='{{host.proxy}}' ARGS='{{host.args-installed}}' LAYOUT='{{host.layout}}'

{{> report}}
{{> settings}}

PXED_TMP=${PXED_TMP:-/tmp}
TARGET=${PXED_TARGET:-/mnt}
LOG=$PXED_TMP/pxed-log
EFI=${PXED_EFI:-/sys/firmware/efi}
die() { pxed_fail "$1" "$LOG"; }
: >"$LOG"
exec >>"$LOG" 2>&1
udevadm settle
case $LAYOUT in raid1*) PXED_NEED=2 ;; esac
{{> disk-guard}}
{{> partitions}}

# A string of the Nix language.
text() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$]/\\&/g')"; }
texts() { for word in $1; do text "$word"; printf ' '; done; }

# Accounts are lines of the configuration here; their hashes stay out of the store, as root's.
WITHOUT=
pxed_user() { # NAME HASH SUDO KEY
    (umask 077; printf '%s\n' "${2:-*}" >"$TARGET/etc/nixos/password-$1") || die PASSWORD_FAILED
    echo "  users.users.$(text "$1") = {"
    echo "    isNormalUser = true; hashedPasswordFile = $(text "/etc/nixos/password-$1");"
    [ -z "$3" ] || echo '    extraGroups = [ "wheel" ];'
    [ -z "$4" ] || echo "    openssh.authorizedKeys.keys = [ $(text "$4") ];"
    echo '  };'
    [ -z "$3" ] || [ -n "$2" ] || WITHOUT="$WITHOUT $1" # whoever has no password could not give one
}

# --- everything that may fail is tried before the disk is touched
[ -z "$PROXY" ] || export http_proxy="$PROXY" https_proxy="$PROXY"
CACHE=${REPO:-https://cache.nixos.org}
echo "the binary cache does not answer: ${CACHE%/}/nix-cache-info"
pxed_reach "${CACHE%/}/nix-cache-info" "$PROXY" || die REPO_UNREACHABLE
for word in $PACKAGES; do
    case $word in
    [a-zA-Z_]*) case $word in *[!a-zA-Z0-9._-]*) ;; *) continue ;; esac ;;
    esac
    echo "packages=$word: no name of a package in nixpkgs"
    die PACKAGES_FAILED
done
RELEASE=$(nixos-version | cut -c 1-5)
case $RELEASE in
[0-9][0-9].[0-9][0-9]) ;;
*) echo "nixos-version says '$RELEASE'"; die INSTALLER_ERROR ;;
esac
pxed_try_disks || die PARTITION_FAILED

# --- from here on the disk is written
pxed_event installing
pxed_clearing
[ "$PXED_RIGHT" != any ] || pxed_wipe
pxed_make_disks || die PARTITION_FAILED
pxed_format || die FORMAT_FAILED
mkdir -p "$TARGET"
mount "$root" "$TARGET" || die MOUNT_FAILED
boots=
for folder in $esps; do # the second disk of a mirror has kernels and boot loader of its own
    boots="$boots /boot${boots:+2}"
    mount --mkdir "$folder" "$TARGET/${boots##*/}" || die MOUNT_FAILED
done
pxed_event formatted

# --- what belongs to this host
nixos-generate-config --root "$TARGET" || die INSTALLER_ERROR
mkdir -p "$TARGET/etc/nixos"
# The store can be read by everyone on the machine: the hash stays out of it.
(umask 077; printf '%s\n' "${PASSWORD:-!}" >"$TARGET/etc/nixos/root-password") || die PASSWORD_FAILED
{ echo '# written by pxed'
  echo '{ config, pkgs, ... }: {'
  echo '  imports = [ ./hardware-configuration.nix ];'
  echo '  boot.loader.grub.enable = true;'
  if [ -n "$esp" ]; then
      echo '  boot.loader.grub.efiSupport = true;'
      echo '  boot.loader.grub.efiInstallAsRemovable = true;'
      echo "  boot.loader.grub.mirroredBoots = [ $(for word in $boots; do echo "{ devices = [ \"nodev\" ]; path = $(text "$word"); }"; done | tr '\n' ' ')];"
  else
      echo "  boot.loader.grub.devices = [ $(texts "$PXED_DISKS")];"
  fi
  # Before 23.11 the initramfs assembled mirrors without being told, and knew no such word.
  [ -z "$raid" ] || [ "${RELEASE%.*}${RELEASE#*.}" -lt 2311 ] || echo '  boot.swraid = { enable = true; mdadmConf = "MAILADDR root"; };'
  [ -z "$lvm" ] || echo '  boot.initrd.services.lvm.enable = true;'
  echo "  boot.kernelParams = [ $(texts "$ARGS")];"
  echo "  networking.hostName = $(text "$NAME");"
  [ -z "$DOMAIN" ] || echo "  networking.domain = $(text "$DOMAIN");"
  echo '  networking.useDHCP = false;'
  echo '  systemd.network.enable = true;'
  match="MACAddress = $(text "$MAC"); Type = \"ether\";"
  if [ -n "$BOND" ]; then
      echo '  systemd.network.netdevs."10-pxed-bond" = {'
      echo "    netdevConfig = { Kind = \"bond\"; Name = \"bond0\"; MACAddress = $(text "$MAC"); };"
      echo "    bondConfig = { Mode = $(text "$BOND"); MIIMonitorSec = \"100ms\"; };"
      echo '  };'
      echo '  systemd.network.networks."10-pxed-port" = {'
      echo "    matchConfig = { MACAddress = $(text "${PORTS% }"); Type = \"ether\"; };"
      echo '    bond = [ "bond0" ];'
      echo '  };'
      match='Name = "bond0";'
  fi
  if [ -n "$VLAN" ]; then
      echo "  systemd.network.netdevs.\"10-pxed-vlan\" = { netdevConfig = { Kind = \"vlan\"; Name = \"vlan$VLAN\"; }; vlanConfig.Id = $VLAN; };"
      echo '  systemd.network.networks."10-pxed-trunk" = {'
      echo "    matchConfig = { $match };"
      echo "    vlan = [ \"vlan$VLAN\" ];"
      echo '    networkConfig.LinkLocalAddressing = "no";'
      echo '  };'
      match="Name = \"vlan$VLAN\";"
  fi
  echo '  systemd.network.networks."10-pxed" = {'
  echo "    matchConfig = { $match };"
  if [ -n "$STATIC" ]; then
      echo "    address = [ $(texts "$ADDRESS/$PREFIX $ADDRESS6")];"
      echo "    gateway = [ $(texts "$GATEWAY $GATEWAY6")];"
      [ -z "$DNS" ] || echo "    dns = [ $(texts "$DNS")];"
      [ -z "$DOMAIN" ] || echo "    domains = [ $(text "$DOMAIN") ];"
  else
      [ -z "$ADDRESS6" ] || echo "    address = [ $(texts "$ADDRESS6")];"
      [ -z "$GATEWAY6" ] || echo "    gateway = [ $(text "$GATEWAY6") ];"
      echo '    DHCP = "yes";'
      echo '    dhcpV4Config = { ClientIdentifier = "mac"; UseDomains = true; };'
  fi
  echo '  };'
  [ -z "$PROXY" ] || echo "  networking.proxy.default = $(text "$PROXY");"
  [ -z "$NTP" ] || echo "  networking.timeServers = [ $(texts "$NTP")];"
  [ -z "$ZONE" ] || echo "  time.timeZone = $(text "$ZONE");"
  echo "  i18n.defaultLocale = $(text "${LOCALE:-en_US.UTF-8}");"
  [ -z "$KEYBOARD" ] || echo "  console.keyMap = $(text "$KEYBOARD");"
  [ -z "$REPO" ] || echo "  nix.settings.substituters = [ $(text "$REPO") ];"
  echo '  services.openssh.enable = true;'
  echo '  users.users.root.hashedPasswordFile = "/etc/nixos/root-password";'
  [ -z "$SSH_KEY" ] || echo "  users.users.root.openssh.authorizedKeys.keys = [ $(text "$SSH_KEY") ];"
  pxed_users
  [ -z "$WITHOUT" ] || echo "  security.sudo.extraRules = [ { users = [ $(texts "$WITHOUT")]; commands = [ { command = \"ALL\"; options = [ \"NOPASSWD\" ]; } ]; } ];"
  echo "  environment.systemPackages = with pkgs; [ $PACKAGES ];"
  echo "  system.stateVersion = \"$RELEASE\";"
  echo '}'; } >"$TARGET/etc/nixos/configuration.nix" || die INSTALLER_ERROR
nixos-install --root "$TARGET" --no-root-passwd ${REPO:+--option substituters "$REPO"} || die PACKAGES_FAILED
pxed_event bootable
# run= in the new system, which is no plain folder tree: its own program enters it.
pxed_enter() { :; }
pxed_leave() { :; }
pxed_in() { nixos-enter --root "$TARGET" -- "$@"; }
pxed_run
umount -R "$TARGET" || die MOUNT_FAILED
pxed_event installed
sync
{ [ -n "$PXED_TEST" ] && exit 0; } || reboot
