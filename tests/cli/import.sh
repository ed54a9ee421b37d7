#!/bin/bash
# import.sh BUILD: `pxed import` on media made here: what they are, what they lack, and how they get to the images.
set -u
pxed=$1/sbin/pxed
work=$(mktemp -d "${TMPDIR:-/tmp}/pxed-import.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
checks=0 failed=0
says() { # WHAT TEXT: the last run's output holds it
    checks=$((checks + 1))
    grep -qF -- "$2" out || { failed=$((failed + 1)); echo "not ok - $1: lacks \`$2\`"; cat out; }
}
silent() { # WHAT TEXT: it does not
    checks=$((checks + 1))
    ! grep -qF -- "$2" out || { failed=$((failed + 1)); echo "not ok - $1: has \`$2\`"; cat out; }
}
run() { # CODE ARGUMENTS...
    local want=$1
    shift
    "$pxed" import -c pxed.ini "$@" >out 2>&1
    [ $? = "$want" ] || { failed=$((failed + 1)); echo "not ok - import $*: not exit $want"; cat out; }
    checks=$((checks + 1))
}
printf '[pxed]\ninterface = lo\nroot = %s/root\nstate = %s/state\nhosts = hosts.conf\n' "$work" "$work" >pxed.ini
: >hosts.conf
mkdir -p rocky/images/pxeboot deb/.disk deb/install.amd ub/.disk ub/casper suse/media.1 alpine win/sources odd beos/casper root/boot/os
printf '[general]\nfamily = Rocky Linux\nversion = 9.4\narch = x86_64\n' >rocky/.treeinfo
echo k | tee rocky/images/pxeboot/vmlinuz >rocky/images/pxeboot/initrd.img
echo 'Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST with firmware 20240210-11:27' >deb/.disk/info
echo k | tee deb/install.amd/vmlinuz >deb/install.amd/initrd.gz
echo 'Ubuntu-Server 22.04.3 LTS "Jammy Jellyfish" - Release amd64 (20230810)' >ub/.disk/info
echo k | tee ub/casper/vmlinuz >ub/casper/initrd
cp ub/casper/* beos/casper/
echo '/ SLES15-SP5 15.5-0' >suse/media.1/products
echo 'alpine-standard 3.19.1' >alpine/.alpine-release
echo w | tee win/sources/install.wim win/sources/boot.wim >odd/readme
echo k >rocky/images/install.img
mkdir -p nix/boot && echo k | tee nix/boot/bzImage nix/boot/initrd >nix/nix-store.squashfs
mkdir -p xcp/boot && echo k | tee xcp/boot/xen.gz xcp/boot/vmlinuz >xcp/install.img
mkdir -p pve/boot
printf "PRODUCT='pve'\nPRODUCTLONG='Proxmox VE'\nRELEASE='8.4'\nISORELEASE='1'\nISONAME='proxmox-ve'\n" >pve/.cd-info
echo k | tee pve/boot/linux26 >pve/boot/initrd.img
for name in rocky deb ub suse alpine win odd beos pve nix xcp; do genisoimage -quiet -R -J -o "$name 1.iso" $name || exit 1; done

run 0 "rocky 1.iso"
says "by .treeinfo" "Rocky Linux 9.4 x86_64 (.treeinfo), OS id rocky-9.4-x86_64"
says "whose it is" "plugin os-linux"
says "what can boot it" "boots: bios efi-x64 http-x64"
says "a line" "08:00:27:00:00:01, rocky-9.4-x86_64"
says "what it lacks" "note: the image of 'rocky-9.4-x86_64' is a boot medium without packages"
says "a section" "[os rocky-9.4-x86_64]
repo = ; as the note says"
mkdir rocky/repodata && echo k >rocky/repodata/repomd.xml
run 0 rocky --as rocky-9
silent "packages are there" "without packages"
rm -r rocky/repodata
run 0 "deb 1.iso"
says "by .disk/info" "OS id debian-12.5.0-amd64"
says "a CD cannot install by network" "lacks: linux + initrd.gz"
says "and why" "note: CD_INITRD: install.amd/initrd.gz of 'debian-12.5.0-amd64' is a CD's installer"
run 0 "ub 1.iso"
says "autoinstall" "plugin os-linux, profile ubuntu"
silent "the ISO is there" "fetches its ISO into memory"
run 0 ub --as ubuntu-22.04
says "in a folder it is not" "note: the installer of 'ubuntu-22.04' fetches its ISO into memory, and $work/root/boot/os/ubuntu-22.04 holds none"
run 0 "nix 1.iso" --as nixos-24.05
says "what to take instead" "note: the ISO of 'nixos-24.05' cannot install by itself: build the netboot image"
run 0 "xcp 1.iso" --as xcp-ng-8.3
says "Xen's modules" "initrd = boot/vmlinuz console=hvc0 console=tty0 answerfile={{file.answer}} install"
run 0 "beos 1.iso" --as beos-5
says "a system that nobody knows boots as it is" "kernel = casper/vmlinuz"
run 0 "suse 1.iso"
says "by media.1/products" "OS id sles-15-sp5"
run 0 "alpine 1.iso"
says "by .alpine-release" "OS id alpine-3.19.1-x86_64"
run 0 "pve 1.iso"
says "by .cd-info" "OS id proxmox-ve-8.4-1"
says "by loaders that put the ISO into the initramfs" "plugin os-linux, profile proxmox"
run 1 "win 1.iso"
says "Windows is inside the WIM" "--as windows-2022-x64"
run 0 "win 1.iso" --as windows-2022-x64
says "by wimboot" "boots: bios efi-x64 http-x64"
if command -v wimlib-imagex >/dev/null; then
    mkdir -p pieces/sources tree encrypted/sources
    head -c 900000 /dev/urandom >tree/data
    wimlib-imagex capture tree whole.wim "Windows Server 2022" >/dev/null && wimlib-imagex split whole.wim pieces/sources/install.swm 0.3 >/dev/null
    rm pieces/sources/install2.swm
    run 0 pieces --as windows-2022-x64
    says "a piece that is missing" "note: windows-2022-x64: sources/install2.swm, part 2 of "
    says "with the cure" "is missing: copy it there, too"
    python3 - whole.wim encrypted/sources/install.esd <<'PY'
import sys
data = open(sys.argv[1], "rb").read()
xml = b"\xff\xfe" + "<ESD><ENCRYPTED/></ESD>".encode("utf-16-le")
at = int.from_bytes(data[80:88], "little")
open(sys.argv[2], "wb").write(data[:72] + len(xml).to_bytes(7, "little") + data[79:at] + xml)
PY
    run 0 encrypted --as windows-2022-x64
    says "an encrypted .esd" "note: windows-2022-x64: the system image sources/install.esd is encrypted"
    says "with its cure" "dism /Export-Image"
fi
run 1 "odd 1.iso"
says "what must be said" "--as OS-ID"
says "and that this is no end" "what no plugin knows may have any id"
# what says nothing is known by the name that it was downloaded under
ln -s "odd 1.iso" nixos-minimal-24.05.3219.3d1bd1a31e86-x86_64-linux.ISO
run 0 nixos-minimal-24.05.3219.3d1bd1a31e86-x86_64-linux.ISO
says "by its name" "its name is one that is known: OS id nixos-minimal-24.05.3219.3d1bd1a31e86-x86_64-linux; another: --as OS-ID"
says "and what it lacks" "lacks: bzImage + initrd"
cp "win 1.iso" "Windows Server 2022.iso"
run 0 "Windows Server 2022.iso"
says "by its name, too, where the files say only Windows" "OS id Windows-Server-2022"
run 1 "odd 1.iso" --as "no id"
says "no id" "is no OS id"
run 1 nosuch.iso
says "no file" "No such file"
run 1 pxed.ini
says "no medium" "neither ISO 9660 nor UDF"
run 2
run 2 a b
run 0 "rocky 1.iso" --write
[ "rocky 1.iso" -ef root/boot/os/rocky-9.4-x86_64/rocky-1.iso ] || { failed=$((failed + 1)); echo "not ok - a second name"; }
run 1 "rocky 1.iso" --write
says "not twice" "File exists"
run 0 "ub 1.iso" --copy
cmp -s "ub 1.iso" root/boot/os/ubuntu-22.04.3-amd64/ub-1.iso || { failed=$((failed + 1)); echo "not ok - a copy"; }
run 1 rocky --as rocky-9 --write
says "a folder has no second name" "use --copy"
run 0 rocky --as rocky-9 --copy
diff -r rocky root/boot/os/rocky-9 || { failed=$((failed + 1)); echo "not ok - a folder's copy"; }
run 0 root/boot/os/rocky-9
says "it is there" "already"
says "under its own name" "08:00:27:00:00:01, rocky-9, name"
printf '08:00:27:00:00:01, rocky-9.4-x86_64\n' >hosts.conf
"$pxed" check -c pxed.ini >out 2>&1
! grep -q "no image" out || { failed=$((failed + 1)); echo "not ok - the daemon finds it"; cat out; }
echo "$checks checks, $failed failed"
[ $failed = 0 ]
