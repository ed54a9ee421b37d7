#!/bin/bash
# The medium of Ubuntu 24.04's live server, for casper.sh, out of Ubuntu's own packages: its kernel, its initramfs with casper, and a
# system with its systemd, netplan and cloud-init, in two layers as on the medium. What it lacks is subiquity, a snap, which Ubuntu's
# archive does not have: in its place is a program that does what subiquity does with the configuration's commands, and no
# installer behind it.
#   usage: casper_iso.sh FILE.iso
# Kept in the cache under a hash of what went in. Exit status 77: Ubuntu's archive cannot be reached, or a tool is missing.
set -eu
out=$1 suite=noble
cache=${XDG_CACHE_HOME:-/var/cache}/pxed
packages="systemd-sysv systemd-resolved udev dbus kmod linux-image-virtual initramfs-tools zstd casper
          cloud-init netplan.io iproute2 wget ca-certificates fdisk e2fsprogs"
for tool in mmdebstrap mksquashfs xorriso; do
    command -v $tool >/dev/null || { echo "$tool is missing: scripts/deps test" >&2; exit 77; }
done
"$(dirname "$0")/../../scripts/ubuntu-archive" $suite "$cache/apt-$suite" || exit
key=$({ cat "$0"; APT_CONFIG=$cache/apt-$suite/conf LC_ALL=C apt-cache policy linux-image-virtual casper cloud-init | grep Candidate; } | sha256sum | cut -c1-16)
ready=$cache/casper-$key.iso
if [ ! -e "$ready" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.casper.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    trap 'exit 1' INT TERM HUP

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
# As Ubuntu's builds do: an initramfs with a UUID of its own, that is told the layers.
mkdir -p etc/initramfs-tools/conf.d
echo 'LAYERFS_PATH=ubuntu-server-minimal.installer.squashfs' >etc/initramfs-tools/conf.d/default-layer.conf
CASPER_GENERATE_UUID=1 chroot . update-initramfs -u
chroot . sh -c 'unmkinitramfs /boot/initrd.img-* /tmp/initrd'
cat tmp/initrd/conf/uuid.conf tmp/initrd/main/conf/uuid.conf >../uuid 2>/dev/null || [ -s ../uuid ]
rm -rf tmp/initrd
# the upper layer
mkdir -p ../upper/etc/systemd/system/cloud-init.target.wants ../upper/usr/local/sbin
cp "$2" ../upper/usr/local/sbin/stand-in
cat >../upper/etc/systemd/system/stand-in.service <<'X'
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
ln -s ../stand-in.service ../upper/etc/systemd/system/cloud-init.target.wants/
chroot . systemctl -q enable systemd-networkd systemd-resolved
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
        --keyring="$cache/apt-$suite/keys" --customize-hook="$work/customize \"\$1\" $work/stand-in" \
        --format=directory $suite "$work/root" "$cache/apt-$suite/sources.list" >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }

    # --- the medium, laid out as Ubuntu's is
    mkdir -p "$work/iso/casper" "$work/iso/.disk"
    install -m 644 "$work"/root/boot/vmlinuz-* "$work/iso/casper/vmlinuz"
    install -m 644 "$work"/root/boot/initrd.img-* "$work/iso/casper/initrd"
    mv "$work/uuid" "$work/iso/.disk/casper-uuid-generic"
    echo "Ubuntu-Server 24.04 stand-in - Release amd64" >"$work/iso/.disk/info"
    : >"$work/iso/casper/install-sources.yaml"
    for layer in root:ubuntu-server-minimal upper:ubuntu-server-minimal.installer; do
        mksquashfs "$work/${layer%:*}" "$work/iso/casper/${layer#*:}.squashfs" -quiet -no-progress -comp gzip -Xcompression-level 3 -e boot
    done
    (cd "$work/iso" && find . -type f -exec md5sum {} + >"$work/md5sum.txt")
    mv "$work/md5sum.txt" "$work/iso"
    xorriso -as mkisofs -quiet -J -R -o "$work/new.iso" "$work/iso" 2>/dev/null
    mv "$work/new.iso" "$ready"
    find "$cache" -maxdepth 1 -name 'casper-*.iso' -mtime +14 -delete
fi
cp --reflink=auto "$ready" "$out"
