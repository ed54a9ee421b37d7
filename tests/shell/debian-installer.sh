#!/bin/bash
# preseed.cfg and early.sh in the root file system of Debian's genuine installer: its own busybox, cdebconf,
# debconf-set-selections and preseed_command read and run them, in a chroot. Only the network and the restart are stubs.
#   usage: debian-installer.sh PXED
[ "$(id -u)" = 0 ] || { echo "root is needed for a chroot" >&2; exit 1; }
PXED=$1
. "$(dirname "$0")/common.sh"
INITRD=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/initrd.gz
[ -f $INITRD ] || { echo "# skipped: debian-installer-12-netboot-amd64 is not installed"; exit 77; }
CLEAN=$WORK/clean BOX=$WORK/box
mkdir "$CLEAN"
gzip -dc $INITRD | (cd "$CLEAN" && busybox cpio -id 2>/dev/null)
[ -x "$CLEAN/bin/debconf-set-selections" ] || { echo "the initrd cannot be unpacked" >&2; exit 1; }
for program in sbin/reboot sbin/halt sbin/poweroff usr/bin/wget; do rm -f "$CLEAN/$program"; done
printf '#!/bin/sh\necho reboot >>/ended\n' >"$CLEAN/sbin/reboot"
cat >"$CLEAN/usr/bin/wget" <<'X'
#!/bin/sh
out=/dev/null url=''
while [ $# -gt 0 ]; do
    case $1 in -O) out=$2; shift ;; -T | -t) shift ;; -*) ;; *) url=$1 ;; esac
    shift
done
case $url in
*event?mac=*) if [ /dev/vda -nt /before ]; then echo "${url##*stage=} written"; else echo "${url##*stage=}"; fi >>/said ;;
*"$(cat /gone 2>/dev/null || echo ' ')"*) exit 8 ;;
*/early.sh) cat /early.sh >"$out" ;;
esac
X
# What debconf's frontend runs: the seed is read as network-preseed reads it, then the commands as their udebs call them.
cat >"$CLEAN/session" <<'X'
#!/bin/sh
. /usr/share/debconf/confmodule
debconf-set-selections /seed || echo "seed refused" >>/said
for question in $1; do preseed_command $question || echo "$question fails" >>/said; done
X
chmod 755 "$CLEAN/sbin/reboot" "$CLEAN/usr/bin/wget" "$CLEAN/session"
mkdir -p "$CLEAN/sys/block/vda/holders" "$CLEAN/dev" "$CLEAN/proc"
for node in null:3 zero:5; do rm -f "$CLEAN/dev/${node%:*}"; mknod -m 666 "$CLEAN/dev/${node%:*}" c 1 ${node#*:}; done
echo 131072 >"$CLEAN/sys/block/vda/size"
echo 0 >"$CLEAN/sys/block/vda/removable"

# The events, each with `written` if the disk was by then; whether debconf was left with what it was told.
session() { # QUESTIONS RIGHT: preseed.cfg and early.sh were rendered before
    rm -rf "$BOX"
    cp -a "$CLEAN" "$BOX"
    cp "$WORK/seed" "$BOX/seed"
    sed "s/^PXED_RIGHT=.*/PXED_RIGHT=$2/" "$WORK/early" >"$BOX/early.sh"
    truncate -s 64M "$BOX/dev/vda"
    [ -z "${SECOND:-}" ] || { cp -a "$BOX/sys/block/vda" "$BOX/sys/block/vdb"; truncate -s 64M "$BOX/dev/vdb"; }
    [ -z "${CONTENT:-}" ] || printf LABELONE | dd of="$BOX/dev/vda" bs=1 seek=512 conv=notrunc 2>/dev/null
    touch -d @0 "$BOX/dev/vda"
    touch -d @1 "$BOX/before"
    : >"$BOX/said"
    [ -z "${GONE:-}" ] || echo "$GONE" >"$BOX/gone"
    timeout 120 unshare -mpf --kill-child setpriv --bounding-set -sys_boot --inh-caps -sys_boot chroot "$BOX" /bin/sh -c \
        "debconf-loadtemplate d-i /var/lib/dpkg/info/*.templates; DEBIAN_FRONTEND=text PXED_PAUSE=0 exec debconf -o d-i /session '$1'" \
        >"$WORK/out" 2>&1 </dev/null || echo "timeout" >>"$BOX/said"
    tr '\n' ' ' <"$BOX/said" | sed 's/&reason=/:/g; s/ $//'
}
told() { # QUESTION: its value in debconf's own data base
    awk -v q="Name: $1" 'BEGIN { RS = "" } index($0 "\n", q "\n")' "$BOX/var/lib/cdebconf/questions.dat" | sed -n 's/^Value: //p'
}
BOTH="preseed/early_command partman/early_command"

render debian-12 "repo=http://mirror.test:8080/deb/ian, args-installed=quiet, packages=\"vim less\"" preseed.cfg >"$WORK/seed"
render debian-12 "repo=http://mirror.test:8080/deb/ian" early.sh >"$WORK/early"
echo "d-i mirror/codename string bookworm" >>"$WORK/seed" # choose-mirror's, from the mirror's Release
say "blank: both commands run, and nothing is written before partman" "$(session "$BOTH" blank)" "installing disk"
say "repo= is taken apart" "$(told mirror/http/hostname)$(told mirror/http/directory)" "mirror.test:8080/deb/ian"
say "partman's answers are debconf's" "$(told partman-auto/disk) $(told partman-auto/method) $(told partman/confirm)" "/dev/vda regular true"
say "values of preseed.cfg arrive" "$(told pkgsel/include)|$(told debian-installer/add-kernel-opts)|$(told passwd/root-password-crypted)" \
    "openssh-server vim less|quiet|!"
say "nothing complains" "$(grep -c 'Failed to run' "$WORK/out")" 0
say "any: cleared last" "$(CONTENT=yes session "$BOTH" any)" "installing disk"
say "any: and it was" "$([ "$BOX/dev/vda" -nt "$BOX/before" ] && echo written) $(dd if="$BOX/dev/vda" bs=1 skip=512 count=8 2>/dev/null | tr -d '\0')" "written "
say "not blank: refused before debconf is told a disk" "$(CONTENT=yes session "$BOTH" blank | cut -d' ' -f1)|$(told partman-auto/disk)" "failed:DISK_NOT_BLANK|"
# A mirror of two disks, its words kept by the installer's own debconf.
render debian-12 "layout=raid1-lvm, repo=http://mirror.test:8080/deb/ian" early.sh >"$WORK/early"
say "raid1-lvm: one disk is not enough" "$(session "$BOTH" blank | cut -d' ' -f1)" "failed:DISK_NOT_FOUND"
say "raid1-lvm: both commands run" "$(SECOND=yes session "$BOTH" blank)" "installing disk"
say "raid1-lvm: partman's answers are debconf's" "$(told partman-auto/disk)|$(told partman-auto/method)|$(told partman-auto-raid/recipe)|$(told grub-installer/bootdev)" \
    "/dev/vda /dev/vdb|raid|1 2 0 ext4 /boot /dev/vda2#/dev/vdb2 . 1 2 0 lvm - /dev/vda3#/dev/vdb3 .|/dev/vda /dev/vdb"
render debian-12 "repo=http://mirror.test:8080/deb/ian" early.sh >"$WORK/early"
say "the mirror is gone: refused" "$(GONE=/Release CONTENT=yes session "$BOTH" any | cut -d' ' -f1)" "failed:REPO_UNREACHABLE"
say "and not written" "$([ "$BOX/dev/vda" -nt "$BOX/before" ] && echo written || echo whole)" whole
GONE=early.sh session preseed/early_command blank >/dev/null
say "early.sh cannot be had: a restart" "$(cat "$BOX/ended" 2>/dev/null)" reboot
finish "proves: debian validated"
