#!/bin/bash
# Image mode with another system than install.sh's: ifupdown configures its network, the disk is a physical volume (layout=lvm), and
# its address lies in a VLAN, on which the installer is not. To the disk's own login prompt; then the machine is asked what it has,
# by its console, and its address in that VLAN. Armed again, it is installed over a volume group of the same name.
. "$(dirname "$0")/common.sh"
lab_begin lvm
lab_net
# A question and an answer of ARP in VLAN 12, by hand: this machine's kernel may know no VLANs.
cat >"$LAB/ask.py" <<'PY'
import select, socket, struct, sys, time
card, tag = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)), 12
card.bind(("tap0", 0))
card.setsockopt(263, 8, 1)  # SOL_PACKET, PACKET_AUXDATA: the kernel takes the tag out of the frame and tells it beside
own, who = card.getsockname()[4], socket.inet_aton("10.78.0.60")
card.send(b"\xff" * 6 + own + struct.pack("!HHH", 0x8100, tag, 0x0806) +
          struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, own, socket.inet_aton("10.78.0.1"), bytes(6), who))
end = time.time() + 3
while select.select([card], [], [], max(0, end - time.time()))[0]:
    frame, aux, _, _ = card.recvmsg(2048, 256)
    if frame[12:14] == b"\x81\x00":
        seen, rest = struct.unpack("!H", frame[14:16])[0] & 4095, frame[16:]
    else:
        seen, rest = struct.unpack("IIIHHHH", aux[0][2])[5] & 4095 if aux else 0, frame[12:]
    if seen == tag and rest[:2] == b"\x08\x06" and rest[8:10] == b"\x00\x02" and rest[16:20] == who:
        sys.exit(0)
sys.exit(1)
PY
# A service of the new system says on the console what it has, once its network is up, and before a login takes the console over.
cat >"$LAB/run.sh" <<'RUN'
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\nDefaultDeviceTimeoutSec=15min\nDefaultTimeoutStartSec=15min\n' >/etc/systemd/system.conf.d/slow.conf
cat >/usr/local/sbin/tell <<'X'
#!/bin/sh
{ echo
  echo "seen: address $(ip -4 -o addr show dev vlan12 | awk '{ print $4 }'), $(ip -d link show dev vlan12 | grep -o 'vlan protocol 802.1Q id [0-9]*')"
  echo "seen: plain port $(ip -4 -o addr show | awk '$2 != "lo" && $2 != "vlan12"' | wc -l) addresses"
  echo "seen: route $(ip -4 route show default)"
  echo "seen: root $(findmnt -no SOURCE /), $(lvs --noheadings -o lv_name,vg_name,segtype | xargs)"
  echo "seen: names $(tr '\n' ' ' </etc/resolv.conf)"
  echo "seen: networkd $(systemctl is-enabled systemd-networkd), networking $(systemctl is-active networking)"
} >/dev/ttyS0
X
chmod 755 /usr/local/sbin/tell
printf '[Unit]\nBefore=serial-getty@ttyS0.service\nAfter=network-online.target\nWants=network-online.target\n[Service]\nType=oneshot\nExecStart=/usr/local/sbin/tell\n[Install]\nWantedBy=multi-user.target\n' \
    >/etc/systemd/system/tell.service
systemctl enable tell.service
RUN
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
expect "it answers in the VLAN" lab_wait 60 lab_in python3 "$LAB/ask.py"

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
