#!/bin/bash
# Faults that are named after ten minutes of silence, side by side.
. "$(dirname "$0")/../e2e/common.sh"
command -v dnsmasq >/dev/null || { echo "skipped: dnsmasq is missing"; exit 77; }
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad M5=08:00:27:4d:4d:ae M6=08:00:27:4d:4d:af M7=08:00:27:4d:4d:b0
e2e_client three $M3
e2e_address three 10.77.0.62
e2e_client four $M4
e2e_address four 10.77.0.63
e2e_client five $M5
e2e_address five 10.77.0.64
e2e_client six $M6
e2e_address six 10.77.0.65
e2e_client seven $M7
e2e_address seven 10.77.0.66
e2e_client d2 02:00:0a:4d:00:02
e2e_address d2 10.77.0.2
e2e_image debian-12
e2e_image rocky-8
e2e_image rocky-10
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=off, ip=10.77.0.60
$M2, debian-12, name=far, ip=10.20.0.9
$M3, debian-12, name=running, ip=10.77.0.62
$M4, debian-12, name=lost, ip=10.77.0.63
$M5, debian-12, name=torn, ip=10.77.0.64
$M6, rocky-8, name=argued, ip=10.77.0.65, args=ip=10.77.0.65/24 inst.text
$M7, rocky-10, name=old, ip=10.77.0.66
HOSTS
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.59\ndns = 10.77.0.1\n[subnet 10.20.0.0/24]\nrelay = 10.20.0.1\n' | e2e_ini
e2e_start
# One boots its disk, and is ordered anew.
e2e_pxed disarm running >/dev/null
dhcp_as three lease --mac $M3 --firmware bios >/dev/null
curl_as three -o /dev/null "$U/home.php?mac=$M3"
sleep 1
ok "ordered" e2e_pxed arm --yes running
# One loads kernel and initrd, and its installer finds no way to its answer file: it has no route.
dhcp_as four lease --mac $M4 --firmware bios >/dev/null
curl_as four -A iPXE/1.21 -o /dev/null "$U/home.php?mac=$M4"
for name in linux initrd.gz; do curl_as four -o /dev/null "$U/os/debian-12/$name"; done
e2e_in four ip addr flush dev eth0
no "it has no route" curl_as four -f -o /dev/null "$U/hosts/${M4//:/-}/preseed.cfg"
# One has a second ip= on its kernel line, at which dracut stops: its installer never comes to its network.
dhcp_as six lease --mac $M6 --firmware bios >/dev/null
curl_as six -A iPXE/1.21 "$U/home.php?mac=$M6" >"$E2E/script"
has "its kernel line has both" "ip=dhcp BOOTIF=01-08-00-27-4d-4d-af ip=10.77.0.65/24" "$(cat "$E2E/script")"
for name in vmlinuz initrd.img; do curl_as six -o /dev/null "$U/os/rocky-8/pxeboot/$name"; done
has "check names the line" "host-os.conf:6: warning: args: \`ip=\`" "$(e2e_pxed check 2>&1)"
# One told its processor in an earlier installation, and its kernel ends with a panic now.
dhcp_as seven lease --mac $M7 --firmware bios >/dev/null
curl_as seven -A iPXE/1.21 -o /dev/null "$U/home.php?mac=$M7"
for name in vmlinuz initrd.img; do curl_as seven -o /dev/null "$U/os/rocky-10/pxeboot/$name"; done
curl_as seven -o /dev/null "$U/hosts/linux-ks/${M7//:/-}.txt"
is "it tells its processor" ok "$(printf 'cpu: x86-64-v2\n' | curl_as seven --data-binary @- "$U/event?mac=$M7&stage=installing")"
e2e_pxed arm old --yes >/dev/null
dhcp_as seven lease --mac $M7 --firmware bios >/dev/null
curl_as seven -A iPXE/1.21 -o /dev/null "$U/home.php?mac=$M7"
for name in vmlinuz initrd.img; do curl_as seven -o /dev/null "$U/os/rocky-10/pxeboot/$name"; done
has "explain says what is needed" "needs x86-64-v3" "$(e2e_pxed explain old)"
# One loads them, too, and its installer takes the offer of a second DHCP server.
dhcp_as five lease --mac $M5 --firmware bios >/dev/null
curl_as five -A iPXE/1.21 -o /dev/null "$U/home.php?mac=$M5"
for name in linux initrd.gz; do curl_as five -o /dev/null "$U/os/debian-12/$name"; done
e2e_dnsmasq d2 --dhcp-range=10.77.0.100,10.77.0.150,1h
takes_other five $M5
is "nothing is said too soon" "" "$(for h in off far running lost torn argued old; do cause_of $h; done)"
why_names never-heard off 660
why_names relay-mute far 60
has "which net" 10.20.0.0/24 "$(e2e_pxed why far)"
why_names not-restarted running 60
has "what to do if it boots its disk first" efibootmgr "$(e2e_pxed why running)"
why_names answer-not-asked lost 60
why_names args-wrong argued 60
has "which word" "host-os.conf:6: args: \`ip=\`: the line has" "$(e2e_pxed why argued)"
why_names cpu-old old 60
has "what it has and what is needed" "x86-64-v2, as its last installer told; needed: x86-64-v3" "$(e2e_pxed why old)"
why_names server-installer torn 60
has "which" "server 10.77.0.2, MAC 02:00:0a:4d:00:02" "$(e2e_pxed why torn)"
e2e_stop && e2e_pass "it ends well"
e2e_done
