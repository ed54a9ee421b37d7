#!/bin/bash
# Image mode with another system than install.sh's: ifupdown configures its network, the disk is a physical volume (layout=lvm), and
# its address lies in a VLAN, on which the installer is not. To the disk's own login prompt; then the machine is asked what it has,
# by its console, and its address in that VLAN. Armed again, it is installed over a volume group of the same name.
. "$(dirname "$0")/common.sh"
lab_begin lvm
lab_net
run_tells <<'TELL'
echo "seen: names $(tr '\n' ' ' </etc/resolv.conf)"
echo "seen: networkd $(systemctl is-enabled systemd-networkd), networking $(systemctl is-active networking)"
TELL
lab_config
cat >"$LAB/host-os.conf" <<HOSTS
$LAB_MAC, debian-12, name=web01, domain=lab.test, ip=10.78.0.60/24, gateway=10.78.0.1, dns=10.78.0.1, vlan=12, layout=lvm, run=@run.sh
HOSTS
"$LAB_TOP/scripts/make-image" -k cloud -N ifupdown -o "$LAB/root/boot/os/debian-12" >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"
lab_disk "$LAB/disk.img" 3G
lab_machine
expect "the machine is installed" until_stage installed
! lab_ctl log web01 | grep -q 'cannot\|ended with' || fail "nothing went wrong on the way"
ok "nothing went wrong on the way"
FROM=$(lab_serial_size)
expect "it is sent to its disk" until_stage local
expect "the disk's own login prompt" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
for what in 'address 10.78.0.60/24, vlan protocol 802.1Q id 12' 'plain port 0 addresses' 'route default via 10.78.0.1 dev vlan12' \
    'root /dev/mapper/system-root, root system linear' 'names search lab.test nameserver 10.78.0.1' 'networkd disabled, networking active'; do
    expect "it says: $what" lab_wait_serial 300 "seen: $what" "$FROM"
done
expect "it answers in the VLAN" lab_wait 60 in_vlan

# --- again: what the disk holds now has the group's name, and may be erased
FROM=$(lab_serial_size)
lab_ctl arm web01 --yes >/dev/null || fail "pxed arm"
lab_monitor system_reset
expect "armed again, it is installed again" until_stage installed
FROM=$(lab_serial_size)
expect "and boots the new system" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
expect "from its volume" lab_wait_serial 300 'seen: root /dev/mapper/system-root, root system linear' "$FROM"
no_cause
echo "$CHECKS passed, 0 failed"
echo "proves: debian installed (image mode)"
