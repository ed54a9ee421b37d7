#!/bin/bash
# A mirror of Debian 12's installer components for debian_genuine.sh, from what this machine's own apt sources have.
#   usage: debian_mirror.sh FOLDER
# Prints a line for each component that apt could not deliver: `missing NAME`, or `stand-in NAME` where the same library of the
# same release was taken from a .deb, or (disk-detect) a script loads the driver of the emulated machine's disk.
set -eu
out=$1 suite=bookworm
cache=${XDG_CACHE_HOME:-/var/cache}/pxed/udebs
initrd=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
abi=$(grep -aom1 '[0-9][0-9.]*-[0-9]*-amd64' $initrd/linux)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a disk is partitioned and a system is installed with, and what those need.
wanted="disk-detect di-utils-mapdevfs libparted2-udeb libparted-fs-resize0-udeb partman-base partman-auto partman-utils
        partman-partitioning partman-target partman-basicfilesystems partman-ext3 partman-efi e2fsprogs-udeb dosfstools-udeb
        base-installer bootstrap-base debootstrap-udeb user-setup-udeb clock-setup apt-setup-udeb apt-mirror-setup pkgsel
        grub-installer finish-install
        scsi-modules-$abi-di ata-modules-$abi-di sata-modules-$abi-di ext4-modules-$abi-di crc-modules-$abi-di fat-modules-$abi-di"

# --- this machine's sources of the suite, their installer component; with lists of our own, as in scripts/make-image
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
lists() { # FOLDER FURTHER-LINES: an apt configuration whose lists are at most a day old
    mkdir -p "$1/lists/partial" "$1/archives/partial"
    printf 'Dir::State::Lists "%s/lists";\nDir::Cache "%s";\nAcquire::Languages "none";\nAcquire::Retries "3";\nAPT::Sandbox::User "root";\n%s' \
        "$1" "$1" "${2:-}" >"$1/conf"
    export APT_CONFIG="$1/conf"
    [ -z "$(find "$1/stamp" -mtime -1 2>/dev/null)" ] || return 0
    # Without Error-Mode a failed download is a warning, and the lists are empty.
    if apt-get -qq -o APT::Update::Error-Mode=any update >/dev/null 2>&1; then touch "$1/stamp"; fi
    [ -e "$1/stamp" ] || { echo "apt-get update fails" >&2; exit 1; }
}
lists "${cache%/udebs}/apt"
mkdir -p "$cache/pool"
# shellcheck disable=SC2016
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' | grep -E " $suite(-updates)?\$" | sort -u |
    sed "s,^deb ,deb [signed-by=$keyring] ,; s,\$, main main/debian-installer," >"$cache/sources.list"
[ -s "$cache/sources.list" ] || { echo "apt knows no source of Debian $suite" >&2; exit 1; }
: >"$cache/status"
lists "$cache" "Dir::Etc::SourceList \"$cache/sources.list\";
Dir::Etc::SourceParts \"/dev/null\";
Dir::State::status \"$cache/status\";
"

have() { compgen -G "$cache/pool/$1_*.udeb" >/dev/null; }
deb() { compgen -G "$cache/pool/$1_*.deb" >/dev/null || (cd "$cache/pool" && apt-get -qq download "$1" >/dev/null 2>&1); }
for name in $wanted; do
    have "$name" || (cd "$cache/pool" && apt-get -qq download "$name" >/dev/null 2>&1) || true
done

rm -rf "$out"
mkdir -p "$out/pool" "$out/dists/$suite/main/debian-installer/binary-amd64" "$out/dists/$suite/main/binary-amd64"
cp "$cache"/pool/*.udeb "$out/pool/"

# --- stand-ins
control() { # NAME FURTHER-LINES
    mkdir -p "$work/$1/DEBIAN"
    printf 'Package: %s\nVersion: 99\nArchitecture: amd64\nMaintainer: nobody <nobody@localhost>\nSection: debian-installer\nPriority: standard\n%sDescription: stand-in\n' \
        "$1" "${2:-}" >"$work/$1/DEBIAN/control"
}
build() { dpkg-deb -Zxz --root-owner-group -b "$work/$1" "$out/pool/$1_99_amd64.udeb" >/dev/null && echo "stand-in $1"; }
library() { # UDEB DEB...: the libraries of the .debs
    local udeb=$1 name
    shift
    have "$udeb" && return
    for name in "$@"; do
        deb "$name" || { echo "missing $udeb"; return; }
        dpkg-deb -x "$cache/pool/$name"_*.deb "$work/x"
    done
    control "$udeb"
    mkdir -p "$work/$udeb/lib"
    find "$work/x" -name 'lib*.so.*' -exec cp -a {} "$work/$udeb/lib/" \;
    rm -rf "$work/x"
    build "$udeb"
}
library libparted2-udeb libparted2 libdevmapper1.02.1
library libparted-fs-resize0-udeb libparted-fs-resize0
if ! have disk-detect; then
    control disk-detect $'Provides: harddrive-detection\nInstaller-Menu-Item: 3500\n'
    printf '#!/bin/sh\ndepmod -a\nmodprobe -a virtio_blk ext4\nudevadm settle\nexit 0\n' >"$work/disk-detect/DEBIAN/postinst"
    chmod 755 "$work/disk-detect/DEBIAN/postinst"
    printf 'Template: disk-detect/title\nType: text\nDescription: Detect disks\n\nTemplate: debian-installer/disk-detect/title\nType: text\nDescription: Detect disks\n' \
        >"$work/disk-detect/DEBIAN/templates"
    build disk-detect
fi
for name in $wanted; do
    [ -n "$(find "$out/pool" -name "${name}_*.udeb")" ] || echo "missing $name"
done

# --- indices. Nobody signs this mirror: the machine is told so on its kernel line.
cd "$out"
dpkg-scanpackages -t udeb pool 2>/dev/null >dists/$suite/main/debian-installer/binary-amd64/Packages
: >dists/$suite/main/binary-amd64/Packages
printf 'Archive: oldstable\nComponent: main\nArchitecture: amd64\n' >dists/$suite/main/binary-amd64/Release # choose-mirror asks for it
gzip -k9n dists/$suite/main/debian-installer/binary-amd64/Packages dists/$suite/main/binary-amd64/Packages
(
    cd dists/$suite
    printf 'Origin: Debian\nLabel: Debian\nSuite: oldstable\nCodename: %s\nArchitectures: amd64\nComponents: main\nDate: %s\nSHA256:\n' \
        $suite "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S UTC')"
    find main -type f | while read -r file; do echo " $(sha256sum <"$file" | cut -d' ' -f1) $(stat -c %s "$file") $file"; done
) >dists/$suite/Release
ln -s $suite dists/oldstable
