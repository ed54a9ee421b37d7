#!/bin/bash
# A blank disk becomes an installed system; a forced restart with the network first boots it and writes nothing. With
# AGAIN=yes `pxed arm` then installs it again: again.sh.
. "$(dirname "$0")/common.sh"
lab_begin boot
lab_net
# What run= leaves is seen at the login prompt.
echo 'echo "commands ran, $(getent passwd alice | cut -d: -f6), $(stat -c %U:%a /home/alice/.ssh/authorized_keys)" >>/etc/issue' >"$LAB/run.sh"
# On a loaded machine the emulated one takes minutes to show its serial line; systemd waits 90 seconds, and then has no login there.
echo 'mkdir -p /etc/systemd/system.conf.d && printf "[Manager]\nDefaultDeviceTimeoutSec=15min\nDefaultTimeoutStartSec=15min\n" >/etc/systemd/system.conf.d/slow.conf' >>"$LAB/run.sh"
lab_config 'users="alice:::ssh-rsa AAAA alice", run=@run.sh, ip6=2001:db8::60/64'
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 3G
lab_machine
expect "the machine is installed" until_stage installed
FROM=$(lab_serial_size)
expect "it is sent to its disk" until_stage local
expect "the disk's own login prompt" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
no_cause
expect "its account and the operator's commands" lab_wait_serial 5 'commands ran, /home/alice, alice:600' "$FROM"

lab_stop pxed # what is installed is known after a restart of pxed, too
lab_pxed || fail "pxed starts again"
FROM=$(lab_serial_size)
lab_monitor system_reset
expect "a forced restart: the login prompt again" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
[ "$(lab_ctl log web01 --json | grep -c '"what": *"installing"')" = 1 ] || fail "one installation only wrote the disk"
ok "one installation only wrote the disk"

if [ "${AGAIN:-}" = yes ]; then
    lab_ctl arm web01 --yes || fail "pxed arm"
    lab_monitor system_reset
    expect "armed again, it installs again" until_stage installed
    FROM=$(lab_serial_size)
    expect "and boots the new system" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
fi
echo "$CHECKS passed, 0 failed"
echo "proves: debian installed (image mode)"
