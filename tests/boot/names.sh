#!/bin/bash
# The recipe's name by a real iPXE ROM: URLs hold pxe-server, option 6 names pxed, and iPXE's own resolver asks it. No other
# server is there.
. "$(dirname "$0")/common.sh"
lab_begin names
lab_net
lab_config
sed -i 's/^\[dhcp\]/name = pxe-server\nidle = local\nplugins = store-sqlite api dhcp tftp http ra dns os-linux\n&/; s/^dns .*/domain = lab.test/' "$LAB/pxed.ini"
echo "$LAB_MAC, local, name=web01" >"$LAB/host-os.conf"
lab_pxed || fail "pxed starts"
disk_in_use "$LAB/disk.img"
lab_spawn dump tcpdump -i tap0 -n -l 'udp port 53 or (dst port 80 and tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420)'
lab_wait 10 grep -q listening "$LAB/dump.log" || fail "the wire is watched"
lab_machine
expect "the machine boots its disk" lab_wait_serial "$STAGE" "THE DISK BOOTS"
expect "by the script of pxed" journal_has ' script '
lab_stop machine
lab_stop dump
expect "iPXE asked pxed for the name" grep -qE '> 10\.77\.0\.1\.53: .* A\? pxe-server' "$LAB/dump.log"
expect "and was answered" grep -qE '10\.77\.0\.1\.53 > .* A 10\.77\.0\.1' "$LAB/dump.log"
echo "# $(grep -oE 'A\? [a-z.-]*' "$LAB/dump.log" | sort | uniq -c | xargs)"
# The same ROM as a stranger: its screen.
sed -i 's/^name = pxe-server/&\nunknown = screen\nscreen-wait = 2s/' "$LAB/pxed.ini"
echo "08:00:27:00:00:99, local, name=other" >"$LAB/host-os.conf"
lab_stop pxed
lab_pxed || fail "pxed starts again"
LAB_EFI=yes lab_machine -smbios type=1,serial=RACK-7-U12
expect "a stranger's screen says its MAC" lab_wait_serial "$STAGE" "unknown machine ($LAB_MAC) boots its disk"
expect "and its serial number" lab_wait_serial 10 "serial number: RACK-7-U12"
expect "and the line to ask for" lab_wait_serial 10 "$LAB_MAC, OS-ID, name=NAME"
lab_stop machine
echo "$CHECKS passed, 0 failed"
