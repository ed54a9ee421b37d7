#!/bin/bash
# Installs NixOS on {{host.name}}. Runs once, in the netboot system, by its unit for pxed.script=.
PASSWORD='{{host.root-password-hash}}' LOCALE='{{host.locale}}' KEYBOARD='{{host.keyboard}}'
PACKAGES='{{host.packages}}' REPO='{{host.repo}}' PROXY='{{host.proxy}}' ARGS='{{host.args-installed}}'

{{> report}}
{{> settings}}

PXED_TMP=${PXED_TMP:-/tmp}
TARGET=${PXED_TARGET:-/mnt}
LOG=$PXED_TMP/pxed-log
EFI=${PXED_EFI:-/sys/firmware/efi}
die() { pxed_fail "$1" "$LOG"; }
exec >"$LOG" 2>&1
udevadm settle
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
printf "$parts" | sfdisk -q --no-act --wipe always "$PXED_DISK" || die PARTITION_FAILED

# --- from here on the disk is written
pxed_event installing
pxed_clearing
[ "$PXED_RIGHT" != any ] || pxed_wipe
printf "$parts" | sfdisk -q --wipe always --wipe-partitions always "$PXED_DISK" || die PARTITION_FAILED
udevadm settle
mkfs.ext4 -q -F "$root" || die FORMAT_FAILED
[ -z "$esp" ] || mkfs.vfat -F 32 "$esp" || die FORMAT_FAILED
mkdir -p "$TARGET"
mount "$root" "$TARGET" || die MOUNT_FAILED
[ -z "$esp" ] || mount --mkdir "$esp" "$TARGET/boot" || die MOUNT_FAILED
pxed_event formatted

# --- what belongs to this host
nixos-generate-config --root "$TARGET" || die INSTALLER_ERROR
mkdir -p "$TARGET/etc/nixos"
# The store can be read by everyone on the machine: the hash stays out of it.
(umask 077; printf '%s\n' "${PASSWORD:-!}" >"$TARGET/etc/nixos/root-password") || die PASSWORD_FAILED
{ echo '# written by pxed'
  echo '{ config, pkgs, ... }: {'
  echo '  imports = [ ./hardware-configuration.nix ];'
  if [ -n "$esp" ]; then
      echo '  boot.loader.grub = { enable = true; device = "nodev"; efiSupport = true; efiInstallAsRemovable = true; };'
  else
      echo "  boot.loader.grub = { enable = true; device = $(text "$PXED_DISK"); };"
  fi
  echo "  boot.kernelParams = [ $(texts "$ARGS")];"
  echo "  networking.hostName = $(text "$NAME");"
  [ -z "$DOMAIN" ] || echo "  networking.domain = $(text "$DOMAIN");"
  echo '  networking.useDHCP = false;'
  echo '  systemd.network.enable = true;'
  echo '  systemd.network.networks."10-pxed" = {'
  echo "    matchConfig = { MACAddress = $(text "$MAC"); Type = \"ether\"; };"
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
