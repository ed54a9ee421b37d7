#!/bin/bash
# Debian's genuine installer (no rootfs.tar.gz: the ordinary netboot kernel and initrd), from pxed, against a mirror made from
# this machine's apt sources: both early commands, the guard, the events, partman's answers. How far it can get depends on
# which components apt delivers; what was not reached is said at the end.
. "$(dirname "$0")/common.sh"
NETBOOT=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
[ -f $NETBOOT/linux ] || { echo "# skipped: debian-installer-12-netboot-amd64 is not installed"; exit 77; }
lab_begin genuine
lab_net
lab_config "repo=http://10.77.0.1/boot/os/debian-12/mirror, args=\"console=ttyS0 debian-installer/allow_unauthenticated=true log_host=10.77.0.1 DEBIAN_FRONTEND=text\""
mkdir -p "$LAB/root/boot/os/debian-12"
cp -L $NETBOOT/linux $NETBOOT/initrd.gz "$LAB/root/boot/os/debian-12"
"$(dirname "$0")/debian_mirror.sh" "$LAB/root/boot/os/debian-12/mirror" >"$LAB/mirror.said" || exit
sed 's/^/# /' "$LAB/mirror.said"

# The installer's own log, by syslog.
cat >"$LAB/syslog.py" <<'PY'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.77.0.1", 514))
while True:
    print(s.recv(65536).decode(errors="replace").rstrip("\0\n"), flush=True)
PY
lab_spawn syslog python3 "$LAB/syslog.py"
said() { grep -q -- "$1" "$LAB/syslog.log"; }
refused() { ! lab_ctl log web01 | grep -q 'failed' && ! said 'Failed to run preseeded'; }
lab_pxed || fail "pxed starts"

lab_disk "$LAB/disk.img" 3G
lab_machine
expect "preseed/early_command runs" lab_wait "$STAGE" said 'running preseed command preseed/early_command'
expect "the mirror is taken from repo=" lab_wait "$STAGE" said 'net-retriever: regular: .*dists/bookworm'
expect "partman/early_command runs" lab_wait "$STAGE" said 'running preseed command partman/early_command'
expect "the event installing" lab_wait "$STAGE" journal_has ' installing '
expect "and the step disk" lab_wait 120 journal_has ' disk '
expect "no command was refused" refused
[ "$(lab_ctl machines --json | jq -r .step)" = disk ] || fail "it stands at the step disk"
ok "it stands at the step disk"

# As far as the components go. Without partman-partitioning nothing can be planned, and partman says so after it took
# choose_partition's answer; that question has no answer of ours, so the disk is still what it was.
MISSING=$(sed -n 's/^missing //p' "$LAB/mirror.said" | tr '\n' ' ')
if [ -z "$MISSING" ]; then
    STAGE=3600 expect "the system is installed" until_stage installed
else
    expect "partman takes its answers to the last question" lab_wait_serial "$STAGE" 'No partition table changes'
    expect "nothing was written" cmp -s -n 67108864 "$LAB/disk.img" /dev/zero
    echo "# not proved, because apt delivers no $MISSING: partitions, the base system, the boot loader"
fi
echo "$CHECKS passed, 0 failed"
echo "proves: debian booted"
