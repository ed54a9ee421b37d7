#!/bin/bash
# Image mode with another distribution: Ubuntu 24.04 of its own archive, whose network is netplan's. Its address is fixed and lies in
# a VLAN, the root is a volume. To the disk's own login prompt; then the machine is asked what it has, by its console, and
# its address in that VLAN. ubuntu_uefi.sh sets SUITE, RELEASE and LAB_EFI.
. "$(dirname "$0")/common.sh"
SUITE=${SUITE:-noble} RELEASE=${RELEASE:-24.04}
lab_begin ubuntu
lab_net
run_tells <<'TELL'
echo "seen: system $(. /etc/os-release; echo "$PRETTY_NAME"), kernel $(uname -r)"
echo "seen: names $(resolvectl dns vlan12), $(resolvectl domain vlan12)"
echo "seen: netplan $(netplan get vlans.vlan12.link), by $(ls /run/systemd/network | tr '\n' ' ')"
echo "seen: boot $(cat /proc/cmdline)"
TELL
lab_config
cat >"$LAB/host-os.conf" <<HOSTS
$LAB_MAC, ubuntu-$RELEASE, name=web01, domain=lab.test, ip=10.78.0.60/24, gateway=10.78.0.1, dns=10.78.0.1, vlan=12, layout=lvm, args-installed=quiet, run=@run.sh
HOSTS
"$LAB_TOP/scripts/make-image" -s "$SUITE" -k cloud -o "$LAB/root/boot/os/ubuntu-$RELEASE" >"$LAB/image.said" 2>&1
case $? in
0) ;;
77) echo "# skipped: $(tail -n 1 "$LAB/image.said")"; exit 77 ;;
*) cat "$LAB/image.said"; fail "the image could not be built" ;;
esac
lab_pxed || fail "pxed starts"
[ "$(lab_ctl machines --json | jq -r '.install')" = armed ] || fail "a new line is armed"
lab_disk "$LAB/disk.img" 4G
lab_machine
expect "the machine is installed" until_stage installed
! lab_ctl log web01 | grep -q 'cannot\|ended with\|BAD_STAGE' || fail "nothing went wrong on the way"
ok "nothing went wrong on the way"
FROM=$(lab_serial_size)
expect "it is sent to its disk" until_stage local
expect "the disk's own login prompt" lab_wait_serial "$STAGE" 'web01 login:' "$FROM"
for what in "system Ubuntu $RELEASE" 'address 10.78.0.60/24, vlan protocol 802.1Q id 12' 'plain port 0 addresses' \
    'route default via 10.78.0.1 dev vlan12' 'root /dev/mapper/system-root, root system linear' \
    'names Link 3 (vlan12): 10.78.0.1, Link 3 (vlan12): lab.test' 'netplan "pxed0", by 10-netplan-pxed0.network 10-netplan-vlan12.netdev'; do
    expect "it says: $what" lab_wait_serial 300 "seen: $what" "$FROM"
done
tail -c "+$FROM" "$LAB/serial.log" | tr -d '\r' | grep -a '^seen: boot' | grep -q ' root=/dev/mapper/system-root .*quiet$' || fail "the kernel's arguments"
ok "the kernel has its arguments"
expect "it answers in the VLAN" lab_wait 60 in_vlan
no_cause
echo "$CHECKS passed, 0 failed"
echo "proves: ubuntu installed (image mode)"
