#!/bin/bash
# Behind a dnsmasq that stays, with the lines of `pxed snippet dnsmasq` and no DHCP by pxed at all: a real iPXE ROM gets the
# script's URL from dnsmasq and fills in its MAC; UEFI firmware gets snponly.efi, whose iPXE does the same.
. "$(dirname "$0")/common.sh"
lab_begin snippet
lab_net
lab_config
sed -i '/^\[dhcp\]/,$d' "$LAB/pxed.ini"
echo 'plugins = store-sqlite api tftp http ra os-linux' >>"$LAB/pxed.ini"
echo "$LAB_MAC, local, name=web01, ip=10.77.0.60" >"$LAB/host-os.conf"
lab_in "$LAB_BUILD/sbin/pxed" snippet -c "$LAB/pxed.ini" dnsmasq >"$LAB/pxed.conf" || fail "the lines are printed"
lab_spawn dnsmasq dnsmasq --no-daemon --conf-file="$LAB/pxed.conf" --port=0 --interface=tap0 --bind-interfaces --user=root --no-ping \
    --dhcp-authoritative --dhcp-range=10.77.0.100,10.77.0.150,1h --dhcp-leasefile="$LAB/leases" --pid-file= --log-dhcp
lab_wait 10 grep -q dnsmasq-dhcp "$LAB/dnsmasq.log" || fail "dnsmasq reads them"
lab_pxed || fail "pxed starts"
disk_in_use "$LAB/disk.img"

lab_machine
expect "BIOS: the machine boots its disk" lab_wait_serial "$STAGE" "THE DISK BOOTS"
lab_stop machine
expect "by the script that dnsmasq named and iPXE completed" journal_has ' script '
expect "with the address of its line" grep -q "10\.77\.0\.60" "$LAB/leases"

export LAB_EFI=yes
lab_machine
expect "UEFI: snponly by TFTP, and its script" lab_wait_serial "$STAGE" "web01 (08:00:27:4d:4d:aa) boots its disk"
lab_stop machine
expect "dnsmasq named the loader" grep -aq 'NBP filename is snponly.efi' "$LAB/serial.log"
expect "and iPXE completed the URL it gave" grep -aq 'home.php?mac=08:00:27:4d:4d:aa' "$LAB/serial.log"
no_cause
echo "$CHECKS passed, 0 failed"
