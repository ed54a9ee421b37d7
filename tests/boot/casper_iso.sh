#!/bin/bash
# A stand-in for the medium of Ubuntu's live server, for casper.sh, out of Debian's packages: Debian's kernel, live-boot's
# initramfs that is told its words as casper's is, and a squashfs with systemd, netplan and cloud-init. In place of subiquity
# it has a program that does what subiquity does with the configuration's commands, and no installer behind it.
#   usage: casper_iso.sh FILE.iso
# Kept in the cache under a hash of what went in.
set -eu
out=$1 suite=bookworm
cache=${XDG_CACHE_HOME:-/var/cache}/pxed
packages="systemd-sysv systemd-resolved udev dbus kmod linux-image-cloud-amd64 initramfs-tools zstd busybox live-boot live-boot-initramfs-tools
          cloud-init netplan.io iproute2 wget ca-certificates fdisk e2fsprogs"
for tool in mmdebstrap mksquashfs xorriso; do
    command -v $tool >/dev/null || { echo "$tool is missing: scripts/deps test" >&2; exit 77; }
done
# shellcheck disable=SC2016
sources() { apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' | grep -E " $suite(-updates|-security)? " | sort -u; }
apt-get -qq update >/dev/null 2>&1 || true # lists that are old will do
key=$({ sources; cat "$0"; LC_ALL=C apt-cache policy linux-image-cloud-amd64 live-boot cloud-init | grep Candidate; } | sha256sum | cut -c1-16)
ready=$cache/casper-$key.iso
if [ ! -e "$ready" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.casper.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    trap 'exit 1' INT TERM HUP
    sources >"$work/sources.list"
    [ -s "$work/sources.list" ] || { echo "apt knows no source of Debian $suite" >&2; exit 77; }

    # --- what subiquity does before and without its installer
    cat >"$work/stand-in" <<'PY'
#!/usr/bin/python3
"""The commands of an autoinstall configuration, as subiquity runs them; what it would do next is said on the console."""
import os
import subprocess
import sys
import yaml

def say(text):
    print("stand-in:", text, flush=True)

def run(name, plan):
    for command in plan.get(name) or []:
        code = subprocess.run(["sh", "-c", command] if isinstance(command, str) else command).returncode
        say("%s ended with %d" % (name, code))
        if code:
            raise SystemExit("a command failed")

cloud = yaml.safe_load(open("/var/lib/cloud/instance/cloud-config.txt")) or {}
plan = cloud.get("autoinstall")
if not plan or "autoinstall" not in open("/proc/cmdline").read().split():
    sys.exit("stand-in: no autoinstall, or the kernel's line does not confirm it: a person would be asked")
say("instance %s, host %s" % (os.path.basename(os.readlink("/var/lib/cloud/instance")), open("/etc/hostname").read().strip()))
with open("/autoinstall.yaml", "w") as f:
    yaml.dump(plan, f)
run("early-commands", plan)
plan = yaml.safe_load(open("/autoinstall.yaml")) # they may have changed it
say("the disk is %s" % plan["storage"]["layout"]["match"]["path"])
os.makedirs("/var/log/installer", exist_ok=True)
with open("/var/log/installer/subiquity-server-debug.log", "w") as f:
    f.write("the stand-in has no installer\n")
run("error-commands", plan)
PY
    cat >"$work/customize" <<'SH'
#!/bin/sh
set -eu
cd "$1"
# casper's initramfs boots by casper without being told, and knows these words of the kernel's line.
echo 'BOOT=live' >etc/initramfs-tools/conf.d/casper
cat >lib/live/boot/9999-casper-words <<'X'
LIVE_MEDIA_PATH=casper
for word in $(cat /proc/cmdline); do
    case $word in url=*.iso) FETCH=${word#url=} ;; esac
done
X
chroot . update-initramfs -u
mkdir -p etc/systemd/system etc/cloud/cloud.cfg.d
cat >etc/systemd/system/stand-in.service <<'X'
[Unit]
After=cloud-config.service
Wants=cloud-config.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/stand-in
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=cloud-init.target
X
chroot . systemctl -q enable systemd-networkd systemd-resolved stand-in
chroot . systemctl -q disable systemd-networkd-wait-online
echo 'datasource_list: [NoCloud, None]' >etc/cloud/cloud.cfg.d/90-medium.cfg
mkdir -p etc/systemd/system.conf.d
printf '[Manager]\nDefaultDeviceTimeoutSec=15min\nDefaultTimeoutStartSec=15min\n' >etc/systemd/system.conf.d/slow.conf
echo medium >etc/hostname
: >etc/machine-id
rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/info/* var/lib/dbus/machine-id
SH
    chmod 755 "$work/customize" "$work/stand-in"
    # shellcheck disable=SC2086
    mmdebstrap --quiet --mode=root --variant=minbase --include="$(echo $packages | tr -s ' \n' ,)" \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --customize-hook="copy-in $work/stand-in /usr/local/sbin" --customize-hook="$work/customize" \
        --format=directory $suite "$work/root" "$work/sources.list" >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }

    # --- the medium, laid out as Ubuntu's is
    mkdir -p "$work/iso/casper" "$work/iso/.disk"
    cp "$work"/root/boot/vmlinuz-* "$work/iso/casper/vmlinuz"
    cp "$work"/root/boot/initrd.img-* "$work/iso/casper/initrd"
    echo "Ubuntu-Server 24.04 stand-in - Release amd64" >"$work/iso/.disk/info"
    : >"$work/iso/casper/install-sources.yaml"
    mksquashfs "$work/root" "$work/iso/casper/filesystem.squashfs" -quiet -no-progress -comp gzip -Xcompression-level 3 -e boot
    xorriso -as mkisofs -quiet -J -R -o "$work/new.iso" "$work/iso" 2>/dev/null
    mv "$work/new.iso" "$ready"
    find "$cache" -maxdepth 1 -name 'casper-*.iso' -mtime +14 -delete
fi
cp --reflink=auto "$ready" "$out"
