#!/bin/bash
# Every script of os-linux's answer files, run in a box of its own with stubs in place of the installer's programs, in each
# shell that installers have. Each step is made to fail in turn. Before the step `disk` nothing may have been written; what
# ends after it says that the disk is cleared.   usage: answers.sh PXED [PATTERN]
[ "$(id -u)" = 0 ] || { echo "root is needed to make a mount namespace" >&2; exit 1; }
[ -n "${ANSWERS_BOXED:-}" ] || exec env ANSWERS_BOXED=1 unshare -m --propagation private "$0" "$@"
PXED=$1 ONLY=${2:-}
. "$(dirname "$0")/common.sh"

# --- the box: the machine's programs, read-only; everything else its own
BOX=$WORK/box
mkdir -p "$BOX/usr"
mount --bind /usr "$BOX/usr" && mount -o remount,bind,ro "$BOX/usr" || exit 1
trap 'umount "$BOX/usr"; rm -rf --one-file-system "$WORK"' EXIT
for link in bin sbin lib lib64; do
    if [ -L "/$link" ]; then cp -a "/$link" "$BOX/$link"; elif [ -d "/$link" ]; then mkdir "$BOX/$link" && mount --bind "/$link" "$BOX/$link"; fi
done

# What stands in for the installer's programs: functions, because busybox prefers its own programs to those in PATH.
# FAIL names the step that fails. /said: the events, each with the state of the disk when it came.
cat >"$BOX/stubs" <<'STUBS'
PATH=/usr/bin:/usr/sbin:/bin:/sbin
fails() { [ "$FAIL" = "$1" ]; }
state() { if [ /dev/vda -nt /before ]; then echo written; else echo whole; fi; }
wget() {
    out=/dev/null post='' spider='' url=''
    while [ $# -gt 0 ]; do
        case $1 in
        -O) out=$2; shift ;;
        -T | -t) shift ;;
        --post-file=*) post=${1#*=} ;;
        --spider) spider=yes ;;
        -*) ;;
        *) url=$1 ;;
        esac
        shift
    done
    case $url in
    *event?mac=*)
        echo "${url##*stage=} $(state) $([ -z "$post" ] || sed -n 1p "$post")" >>/said
        return 0 ;;
    esac
    name=${url##*/}
    echo "$url" >>/asked
    fails "wget $name" && return 8
    [ -z "$spider" ] || { echo "  Content-Length: $(wc -c </www/rootfs.tar.gz)"; return 0; }
    if [ "$out" = - ]; then cat "/www/$name"; else cat "/www/$name" >"$out"; fi
}
curl() { return 1; }
python3() { return 1; }
python() { return 1; }
python2() { return 1; }
reboot() { echo reboot >>/ended; }
udevadm() { :; }
modprobe() { :; }
sleep() { :; }
sync() { :; }
umount() { ! fails umount; }
mount() { case "$*" in *bind* | *proc* | *sysfs*) return 0 ;; *) ! fails mount ;; esac; }
chroot() {
    shift
    program=${1##*/}
    shift
    case $program in
    pigz) fails pigz && return 1; gzip -dc ;;
    blkid) [ "$1" != -s ] || echo 1234-ABCD; return 2 ;;
    sfdisk) case "$*" in *--no-act*) ! fails "try sfdisk" ;; *) fails sfdisk && return 1; echo partitions >>/dev/vda ;; esac ;;
    lvm)
        case $1 in
        vgs) ! fails "another group" || echo "  /dev/sdb1" ;;
        *) fails "$1" && return 1; echo "$1" >>/lvm; echo lvm >>/dev/vda; [ "$1" != lvcreate ] || : >/dev/mapper/system-root ;;
        esac ;;
    mke2fs) case "$*" in *try*) ! fails "try mke2fs" ;; *) fails mke2fs && return 1; echo ext4 >>/dev/vda ;; esac ;;
    mkfs.vfat) case "$*" in *try*) ! fails "try mkfs.vfat" ;; *) fails mkfs.vfat && return 1; echo vfat >>/dev/vda ;; esac ;;
    sh) case ${1:-} in /root/*) return 7 ;; *) ! fails apt ;; esac ;;
    useradd | adduser) echo "alice:x:1000:1000::/home/alice:/bin/sh" >>/target/etc/passwd ;;
    esac
}
debconf-set-selections() { fails debconf-set-selections && return 1; fails "debconf keeps nothing" || cat "$1" >>/debconf; }
debconf-get() { awk -v q="$1" '$2 == q { $1 = $2 = $3 = ""; sub("^ *", ""); value = $0 } END { print value }' /debconf; }
STUBS
# Not every shell takes a hyphen in a function's name: the script calls it by one that all do.
sed -i 's/^debconf-set-selections()/debconf_set_selections()/; s/^debconf-get()/debconf_get()/' "$BOX/stubs"

tree() { # [MISSING-FILE]: the image's archives, small
    local t=$WORK/tree f
    rm -rf "$t" "$BOX/www"
    mkdir -p "$BOX/www" "$t/none"
    for f in etc/shadow etc/default/grub etc/apt/sources.list usr/lib/os-release usr/lib/pxed/boot.img usr/lib/pxed/core-msdos1.img \
        usr/lib/pxed/core-gpt3.img usr/lib/pxed/core-lvm.img usr/sbin/lvm usr/lib/pxed/bootx64.efi usr/lib/grub/i386-pc/normal.mod usr/lib/grub/i386-pc/fs.lst \
        usr/lib/grub/x86_64-efi/normal.mod usr/lib/grub/x86_64-efi/fs.lst; do
        mkdir -p "$(dirname "$t/$f")"
        echo "text of $f" >"$t/$f"
    done
    echo 'deb [trusted=yes] http://mirror.test/debian trixie main' >"$t/etc/apt/sources.list"
    printf 'ID=debian\nVERSION_CODENAME=trixie\n' >"$t/usr/lib/os-release"
    ln -s ../usr/lib/os-release "$t/etc/os-release"
    : >"$t/etc/resolv.conf"
    mkdir -p "$t/boot" "$t/etc/network" "$t/etc/netplan" "$t/sbin"
    : >"$t/sbin/lvm"
    [ -z "${IFUP:-}" ] || : >"$t/usr/sbin/ifup"
    if [ -n "${UBUNTU:-}" ]; then
        : >"$t/usr/sbin/netplan"
        ln -s vmlinuz-6.8.0-1-generic "$t/boot/vmlinuz"
        printf 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nVERSION_CODENAME=noble\n' >"$t/usr/lib/os-release"
        echo 'deb http://archive.ubuntu.test/ubuntu noble main universe' >"$t/etc/apt/sources.list"
    fi
    chmod 755 "$t"/sbin/* "$t"/usr/sbin/*
    [ -z "${1:-}" ] || rm -r "${t:?}/$1"
    tar -C "$t" --format=gnu -czf "$BOX/www/rootfs.tar.gz" .
    tar -C "$t" --format=gnu -czf "$BOX/www/tools.tar.gz" sbin
    tar -C "$t" --format=gnu -czf "$BOX/www/modules.tar.gz" none
    for f in Release .treeinfo; do echo "text" >"$BOX/www/$f"; done
}

world() { # a machine with one disk, blank unless its right is `any`
    for f in dev sys proc tmp target pxed-tools etc root said asked ended debconf before lvm; do rm -rf "${BOX:?}/$f"; done
    mkdir -p "$BOX"/{dev/mapper,etc,root,target} "$BOX/pxed-tools/tmp" "$BOX/sys/block/vda/holders" "$BOX/sys/class/net/eth0" \
        "$BOX/proc/sys/kernel/random"
    mkdir -p -m 1777 "$BOX/tmp"
    cp -a /etc/alternatives "$BOX/etc/" # awk is found there
    mknod -m 666 "$BOX/dev/null" c 1 3
    mknod -m 666 "$BOX/dev/zero" c 1 5
    truncate -s "${SIZE:-256M}" "$BOX/dev/vda"
    [ "$RIGHT" = blank ] || printf 'LABELONE' | dd of="$BOX/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null
    stat -c %s "$BOX/dev/vda" | awk '{ print $1 / 512 }' >"$BOX/sys/block/vda/size"
    echo 0 >"$BOX/sys/block/vda/removable"
    echo 0 >"$BOX/sys/block/vda/ro"
    echo 08:00:27:4d:4d:aa >"$BOX/sys/class/net/eth0/address"
    echo '12.34 5' >"$BOX/proc/uptime"
    echo "MemAvailable: ${ROOM:-800000} kB" >"$BOX/proc/meminfo"
    printf 'nodev\tproc\n\text4\n\tvfat\n' >"$BOX/proc/filesystems"
    echo 0f0e0d0c-0000-4000-8000-000000000001 >"$BOX/proc/sys/kernel/random/uuid"
    [ -z "${EFI:-}" ] || mkdir -p "$BOX/sys/firmware/efi"
    : >"$BOX/said"
    : >"$BOX/debconf"
    printf 'x mirror/protocol string http\nx mirror/http/hostname string mirror.test\nx mirror/http/directory string /debian\nx mirror/codename string bookworm\n' >"$BOX/debconf"
    touch -d @1 "$BOX/before" # every write makes the disk newer than this, whatever it writes
}

second() { # a further disk, /dev/vdb
    cp -a "$BOX/sys/block/vda" "$BOX/sys/block/vdb"
    cp --sparse=always "$BOX/dev/vda" "$BOX/dev/vdb"
}

# --- one run: prints the events' stages and reasons, then whether the disk is whole
SHELLS="dash:/usr/bin/dash bash:/usr/bin/bash"
[ ! -x /usr/bin/busybox ] || SHELLS="$SHELLS busybox:/usr/bin/busybox:sh"
run() { # SHELL FAIL [ARGUMENT]: the script is $BOX/script
    local shell=${1#*:}
    { cat "$BOX/stubs"
      sed "s/^PXED_RIGHT=.*/PXED_RIGHT=$RIGHT/; s/debconf-set-selections \"/debconf_set_selections \"/; s/debconf-get \"/debconf_get \"/" "$BOX/script"
    } >"$BOX/run"
    # No reboot of this machine and no disk of it filled, whatever the script calls.
    # shellcheck disable=SC2086
    (ulimit -f 4194304; FAIL=$2 PXED_PAUSE=0 timeout 60 setpriv --bounding-set -sys_boot --inh-caps -sys_boot chroot "$BOX" ${shell/:/ } /run ${3:-} \
        >"$WORK/out" 2>&1 </dev/null)
    sed 's/&reason=/:/; s/ [a-z]* failed, disk already cleared$/(cleared) /; s/ whole.*/ /; s/ written.*/(written) /' "$BOX/said" | tr -d '\n'
    if [ "$BOX/dev/vda" -nt "$BOX/before" ]; then echo written; else echo whole; fi
}
each() { # NAME FAIL WANTED [ARGUMENT]: in every shell
    local s got
    case $1 in *"$ONLY"*) ;; *) return ;; esac
    for s in $SHELLS; do
        world
        eval "${PREPARE:-}"
        touch -d @0 "$BOX/dev/vda"
        got=$(run "$s" "$2" "${4:-}")
        say "$1 (${s%%:*})" "$got" "$3"
        [ "$got" = "$3" ] || sed 's/^/# /' "$WORK/out" "$BOX/tmp/pxed.log" 2>/dev/null | tail -12
    done
}
tree

# --- Debian's installer: early.sh
render debian-12 "" early.sh >"$BOX/script"
for RIGHT in blank any; do
    each "early.sh, $RIGHT: the answers are refused" debconf-set-selections "failed:PRESEED_FAILED whole" disk
    each "early.sh, $RIGHT: debconf keeps no answer" "debconf keeps nothing" "failed:PRESEED_FAILED whole" disk
    each "early.sh, $RIGHT: the mirror is gone" "wget Release" "failed:REPO_UNREACHABLE whole" disk
done
RIGHT=blank
each "early.sh: all is well" "" "installing disk whole" disk
say "early.sh: partman is told the disk" "$(grep -c 'partman-auto/disk string /dev/vda$' "$BOX/debconf")" 1
PREPARE='printf LABELONE | dd of="$BOX/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null'
each "early.sh: not blank" "" "failed:DISK_NOT_BLANK whole" disk
say "early.sh: then partman is told nothing" "$(grep -c partman "$BOX/debconf")" 0
PREPARE=
RIGHT=any
each "early.sh: the old is cleared last, and told before" "" "installing disk written" disk
render debian-12 "layout=lvm" early.sh >"$BOX/script"
RIGHT=blank
each "early.sh, LVM: all is well" "" "installing disk whole" disk
say "early.sh, LVM: partman is told" "$(grep -c 'partman-auto/method string lvm$\|partman-lvm/confirm boolean true$\|partman-auto-lvm/guided_size string max$' "$BOX/debconf")" 3
# A mirror: both disks are judged, both are told.
for layout in raid1 raid1-lvm; do
    render debian-12 "layout=$layout" early.sh >"$BOX/script"
    each "early.sh, $layout: one disk is not enough" "" "failed:DISK_NOT_FOUND whole" disk
    PREPARE=second
    each "early.sh, $layout: all is well" "" "installing disk whole" disk
    say "early.sh, $layout: partman is told both" "$(sed -n 's/^d-i \(partman-auto.disk\|grub-installer.bootdev\) string //p; s/^d-i \(partman-auto.method\) string /\1 /p' "$BOX/debconf" | tr '\n' ' ')" \
        "/dev/vda /dev/vdb partman-auto/method raid /dev/vda /dev/vdb "
    PREPARE='second; printf LABELONE | dd of="$BOX/dev/vdb" bs=1 seek=512 conv=notrunc 2>/dev/null'
    each "early.sh, $layout: the second is not blank" "" "failed:DISK_NOT_BLANK whole" disk
    say "early.sh, $layout: then partman is told nothing" "$(grep -c partman "$BOX/debconf")" 0
    PREPARE=
done
rows() { sed -n "s,^d-i partman-auto$1 string ,,p" "$BOX/debconf"; } # QUESTION: the lines between its dots
HALVES='1024 1024 1024 raid $primary{ } method{ raid } . 4096 8192 1000000000 raid $primary{ } method{ raid } .'
PREPARE=second each "early.sh, raid1-lvm: all is well" "" "installing disk whole" disk
say "early.sh, raid1-lvm: the partitions" "$(rows /expert_recipe)" "pxed :: 1 1 1 free \$primary{ } method{ biosgrub } . $HALVES 4096 8192 1000000000 ext4 \$defaultignore{ } \$lvmok{ } lv_name{ root } method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } ."
say "early.sh, raid1-lvm: the arrays" "$(rows -raid/recipe)" "1 2 0 ext4 /boot /dev/vda2#/dev/vdb2 . 1 2 0 lvm - /dev/vda3#/dev/vdb3 ."
render debian-12 "layout=raid1" early.sh >"$BOX/script"
EFI=yes PREPARE=second each "early.sh, raid1, UEFI: all is well" "" "installing disk whole" disk
say "early.sh, raid1, UEFI: the partitions" "$(rows /expert_recipe)" "pxed :: 538 538 1075 free \$primary{ } method{ efi } format{ } . $HALVES"
say "early.sh, raid1, UEFI: the arrays" "$(rows -raid/recipe)" "1 2 0 ext4 /boot /dev/vda2#/dev/vdb2 . 1 2 0 ext4 / /dev/vda3#/dev/vdb3 ."
RIGHT=any
PREPARE=second each "early.sh, raid1, any: both are cleared" "" "installing disk written" disk
say "early.sh, raid1, any: the second too" "$(dd if="$BOX/dev/vdb" bs=1 skip=512 count=8 2>/dev/null | tr -d '\0')" ""
render debian-12 "repo=http://10.0.0.9:8080/deb/ian" early.sh >"$BOX/script"
each "early.sh start: the mirror's answers are refused" debconf-set-selections "failed:PRESEED_FAILED whole" start
each "early.sh start: all is well" "" "whole" start
say "early.sh start: repo= taken apart" "$(sed -n 's/^d-i mirror.http.//p' "$BOX/debconf" | tr '\n' ' ')" \
    "hostname string 10.0.0.9:8080 directory string /deb/ian "

# --- image mode
image() { render debian-12 "$1" image-install.sh rootfs.tar.gz >"$BOX/script"; }
for RIGHT in blank any; do
    image ""
    for file in modules:MODULES_MISSING tools:TOOLS_MISSING rootfs:ROOTFS_FAILED; do
        each "image, $RIGHT: no ${file%:*}.tar.gz" "wget ${file%:*}.tar.gz" "failed:${file#*:} whole"
    done
    each "image, $RIGHT: the archive cannot be unpacked" pigz "failed:ROOTFS_FAILED whole"
    each "image, $RIGHT: sfdisk does not take the table" "try sfdisk" "failed:PARTITION_FAILED whole"
    each "image, $RIGHT: mke2fs does not work" "try mke2fs" "failed:FORMAT_FAILED whole"
    EFI=yes each "image, $RIGHT: mkfs.vfat does not work" "try mkfs.vfat" "failed:FORMAT_FAILED whole"
    PREPARE='echo nodev >"$BOX/proc/filesystems"' each "image, $RIGHT: no ext4" "" "failed:MOUNT_FAILED whole"
    SIZE=64M each "image, $RIGHT: the disk is too small" "" "failed:DISK_TOO_SMALL whole"
    PREPARE='truncate -s -9 "$BOX/www/rootfs.tar.gz"' each "image, $RIGHT: a cut archive" "" "failed:ROOTFS_FAILED whole"
    tree
    PREPARE='truncate -s -9 "$BOX/www/rootfs.tar.gz"' ROOM=1000 each "image, $RIGHT: a cut archive that memory cannot hold" "" "failed:ROOTFS_FAILED whole"
    tree usr/lib/pxed/core-msdos1.img
    each "image, $RIGHT: the archive has no boot loader" "" "failed:ROOTFS_FAILED whole"
    tree
    image 'packages="vim less"'
    each "image, $RIGHT: the image's mirror is gone" "wget Release" "failed:REPO_UNREACHABLE whole"
    image 'packages="vim less", repo=http://other.test/debian'
    each "image, $RIGHT: repo= is gone" "wget Release" "failed:REPO_UNREACHABLE whole"
    say "image, $RIGHT: and it was repo= with the image's release" "$(grep Release "$BOX/asked" | sort -u)" "http://other.test/debian/dists/trixie/Release"
    # Behind the step `disk`: too late, and said so.
    for step in sfdisk:PARTITION_FAILED mke2fs:FORMAT_FAILED mount:MOUNT_FAILED umount:UNMOUNT_FAILED; do
        state=written
        [ "$RIGHT ${step%:*}" != "blank sfdisk" ] || state=whole # a stub that fails writes nothing
        each "image, $RIGHT: ${step%:*} fails at last" "${step%:*}" "installing disk failed:${step#*:}(cleared) $state"
    done
    each "image, $RIGHT: a package fails at last" apt "installing disk failed:PACKAGES_FAILED(cleared) written"
    image 'repo=http://other.test/debian'
    each "image, $RIGHT: all is well" "" "installing disk installed(written) written"
    say "image, $RIGHT: repo= with the release that the image is" "$(cat "$BOX/target/etc/apt/sources.list")" "deb http://other.test/debian trixie main"
    EFI=yes each "image, $RIGHT: all is well, UEFI" "" "installing disk installed(written) written"
    ROOM=1000 each "image, $RIGHT: all is well, little memory" "" "installing disk installed(written) written"
done
RIGHT=blank
image 'users="alice:::ssh-rsa A b", run="exit 7", ip=10.0.0.5/24, ip6=2001:db8::5/64, vlan=12, mac=08:00:27:4d:4d:bb, bond=active-backup'
each "image: accounts and commands that fail" "" "installing disk installed(written) written"
say "image: the account is made" "$(cat "$BOX/target/home/alice/.ssh/authorized_keys")" "ssh-rsa A b"
say "image: what failed is in the report" "$(grep -c '^run: it ended with 7:$' "$BOX/tmp/pxed-troubles")" 1
say "image: the bond, the VLAN on it" "$(cd "$BOX/target/etc/systemd/network" && echo *)" \
    "10-pxed-bond.netdev 10-pxed-port.network 10-pxed-trunk.network 10-pxed-vlan.netdev 10-pxed.network"
say "image: addresses" "$(grep Address= "$BOX/target/etc/systemd/network/10-pxed.network" | tr '\n' ' ')" "Address=10.0.0.5/24 Address=2001:db8::5/64 "
say "image: nothing of the commands is left" "$(ls -A "$BOX/target/root")" ""
# layout=lvm: a volume on that partition; another system's words for the network.
image 'layout=lvm, ip=10.0.0.5/24, gateway=10.0.0.1, dns=10.0.0.1, vlan=12'
PREPARE=': >"$BOX/dev/mapper/control"'
for row in sbin/lvm:TOOLS_MISSING usr/lib/pxed/core-lvm.img:ROOTFS_FAILED usr/sbin/lvm:ROOTFS_FAILED; do
    tree "${row%:*}"
    each "image, LVM: no ${row%:*} in the archives" "" "failed:${row#*:} whole"
done
IFUP=yes tree
PREPARE='' each "image, LVM: no device mapper" "" "failed:MOUNT_FAILED whole"
each "image, LVM: another disk has a group of that name" "another group" "failed:PARTITION_FAILED whole"
for step in pvcreate vgcreate lvcreate; do
    each "image, LVM: $step fails at last" "$step" "installing disk failed:PARTITION_FAILED(cleared) written"
done
each "image, LVM: all is well" "" "installing disk installed(written) written"
say "image, LVM: what was made" "$(tr '\n' ' ' <"$BOX/lvm")" "pvcreate vgcreate lvcreate "
say "image, LVM: the kernel is told the volume" "$(grep -o 'root=[^ ]*' "$BOX/target/boot/grub/grub.cfg" | sed -n '$p')" root=/dev/mapper/system-root
say "image, LVM: its boot loader" "$(cat "$BOX/target/boot/grub/i386-pc/core.img")" "text of usr/lib/pxed/core-lvm.img"
say "image, ifupdown: the network in its words" "$(grep -c 'iface vlan12 inet static\|address 10.0.0.5$\|vlan-raw-device eth0$' "$BOX/target/etc/network/interfaces")" 3
say "image, ifupdown: names" "$(cat "$BOX/target/etc/resolv.conf")" "nameserver 10.0.0.1"
say "image, ifupdown: none of networkd's" "$(ls "$BOX/target/etc/systemd/network" 2>/dev/null)" ""
PREPARE=
tree
image 'users="alice:::ssh-rsa A b"'
tree usr/lib/os-release
each "image: it does not tell its release" "" "installing disk installed(written) written"
say "image: then its own sources stay" "$(cat "$BOX/target/etc/apt/sources.list")" "deb [trusted=yes] http://mirror.test/debian trixie main"
# Another distribution in the same hands: its network's words, its kernel's place, its name, the components of its archive.
UBUNTU=yes tree
render ubuntu-24.04 'ip=10.0.0.5/24, gateway=10.0.0.1, dns=10.0.0.1, vlan=12, repo=http://other.test/ubuntu' image-install.sh rootfs.tar.gz >"$BOX/script"
each "image, Ubuntu: all is well" "" "installing disk installed(written) written"
say "image, Ubuntu: netplan's file alone" "$(cat "$BOX"/target/etc/netplan/*)" '# written by pxed
network:
  version: 2
  ethernets:
    pxed0:
      match: {macaddress: "08:00:27:4d:4d:aa"}
  vlans:
    vlan12:
      id: 12
      link: pxed0
      addresses: ["10.0.0.5/24"]
      routes: [{to: "0.0.0.0/0", via: "10.0.0.1"}]
      nameservers: {addresses: ["10.0.0.1"], search: []}'
say "image, Ubuntu: none of networkd's" "$(ls "$BOX/target/etc/systemd/network" 2>/dev/null)" ""
say "image, Ubuntu: its kernel's links" "$(grep -c ' /boot/vmlinuz root=\| /boot/initrd.img$' "$BOX/target/boot/grub/grub.cfg")" 2
say "image, Ubuntu: its name" "$(grep -c "^menuentry 'Ubuntu 24.04.1 LTS' {" "$BOX/target/boot/grub/grub.cfg")" 1
say "image, Ubuntu: repo= with its release and components" "$(cat "$BOX/target/etc/apt/sources.list")" "deb http://other.test/ubuntu noble main universe"
tree

# --- kickstart: anaconda itself is what destroys, after %pre
section() { sed -n "/^$1\$/,/^\(%end\|%post\)\$/p" "$WORK/ks" | sed '1d;$d'; }
for id in centos-5.5-i386 centos-6.9-x86_64 centos-7 rocky-8 rocky-9 fedora-41; do
    render $id "args-installed=\"quiet a='b c' \\\\x\"" ks.cfg >"$WORK/ks"
    section %pre >"$BOX/script"
    for RIGHT in blank any; do
        rm -f "$BOX"/www/.treeinfo
        each "kickstart $id, $RIGHT: the repository is gone" "" "failed:REPO_UNREACHABLE whole"
        echo text >"$BOX/www/.treeinfo"
        each "kickstart $id, $RIGHT: %pre writes nothing" "" "installing whole"
        say "kickstart $id, $RIGHT: only the chosen disk is cleared" "$(grep -c '^clearpart --all --initlabel --drives=vda$' "$BOX/tmp/pxed-disk.ks")" 1
        say "kickstart $id, $RIGHT: the arguments stay one word" "$(sed -n 's/^bootloader.*--append=//p' "$BOX/tmp/pxed-disk.ks")" "\"quiet a='b c' \\\\\\\\x\""
        say "kickstart $id, $RIGHT: the card by its address" "$(grep -c '^network --device=eth0 .*--hostname="web01"$' "$BOX/tmp/pxed-net.ks")" 1
    done
    RIGHT=blank
    PREPARE='printf LABELONE | dd of="$BOX/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null'
    each "kickstart $id: not blank" "" "failed:DISK_NOT_BLANK whole"
    PREPARE=
done
section %onerror >"$BOX/script"
PREPARE='echo /dev/vda >"$BOX/tmp/pxed-chosen"; dd if="$BOX/dev/vda" bs=1048576 count=1 2>/dev/null | cksum >"$BOX/tmp/pxed-before"'
each "kickstart: an error before anaconda wrote" "" "failed:INSTALLER_ERROR whole"
PREPARE="$PREPARE"'; printf GPT | dd of="$BOX/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null'
each "kickstart: an error after it" "" "disk failed:INSTALLER_ERROR(cleared) whole"
finish "proves: debian scripted" "proves: redhat scripted"
