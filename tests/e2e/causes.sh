#!/bin/bash
# Faults staged on the wire, and the cause that `pxed why` names for each. Those that need minutes are in silence.sh.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad M5=08:00:27:99:00:05 M6=08:00:27:99:00:06
N=0
for c in one:$M1 two:$M2 three:$M3 four:$M4 five:$M5; do
    e2e_client "${c%%:*}" "${c#*:}"
    e2e_address "${c%%:*}" 10.77.0.6$N
    N=$((N + 1))
done
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.60
$M2, debian-12, name=web02, ip=10.77.0.61
$M3, debian-12, name=web03, ip=10.77.0.62
$M4, debian-12, name=web04, ip=10.77.0.63
08:00:27:99:10:06, debian-12, name=typo
08:00:27:99:20:07, nosuch-1, name=odd
08:00:27:99:20:08, debian-12, name=chooser
HOSTS
printf 'user = nobody\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini
e2e_start

is "a machine that nobody has seen yet, just armed: no cause" "" "$(cause_of web01)"
is "an OS id that no plugin knows" no-profile "$(cause_of odd)"

# A digit of the MAC is wrong in the host file: the machine itself is heard as a stranger.
dhcp_as five discover --mac $M6 --firmware bios >/dev/null
why_names mac-mistyped typo
has "the MAC that was heard is said" "$M6 was heard and has no line" "$(e2e_pxed why typo)"
dhcp_as five discover --mac 08:00:27:99:10:06 --firmware bios >/dev/null
is "heard itself: no more" "" "$(cause_of typo)"

# Two servers that offer: it takes the other's, which says PXEClient or not.
other() { dhcp_as five "$@" --mac 08:00:27:99:20:08 --firmware bios --wait 1 >/dev/null; }
other discover
is "it has an offer: no cause" "" "$(cause_of chooser)"
other request --server 10.77.0.77 --ip 10.77.0.90
why_names foreign-first chooser
has "which" 10.77.0.77 "$(e2e_pxed why chooser)"

# A port of the same machine that its line does not name.
curl_as five -o /dev/null "$U/home.php?mac=$M1"
why_names other-card web01
has "and which" "mac=$M5" "$(e2e_pxed why web01)"
has "and the cure" "mac= in the host line" "$(e2e_pxed why web01)"

# TFTP through a firewall that lets nothing back, and through a tunnel that loses large packets.
cat >"$E2E/rrq.py" <<'PY'
import socket, sys, time
server, acks = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.sendto(b"\0\1undionly.kpxe\0octet\0blksize\0001428\0tsize\0000\0", (server, 69))
data, peer = s.recvfrom(2000)
for block in range(acks):
    s.sendto(b"\0\4" + block.to_bytes(2, "big"), peer)
time.sleep(100)  # a closed port would be told by ICMP, which a firewall does not send
PY
dhcp_as two lease --mac $M2 --firmware bios >/dev/null
e2e_spawn blocked two python3 "$E2E/rrq.py" "$E2E_SERVER" 0
why_names tftp-firewall web02 60
has "the transfer is named" undionly.kpxe "$(e2e_pxed why web02)"
dhcp_as three lease --mac $M3 --firmware bios >/dev/null
curl_as three -o /dev/null "tftp://$E2E_SERVER/undionly.kpxe-of-another-name"
why_names loader-missing web03
has "the name is said" undionly.kpxe-of-another-name "$(e2e_pxed why web03)"
e2e_spawn tunnel three python3 "$E2E/rrq.py" "$E2E_SERVER" 1
why_names tftp-mtu web03 60
curl_as three -o /dev/null "tftp://$E2E_SERVER/undionly.kpxe"
e2e_kill blocked
e2e_kill tunnel
is "it gets its loader: no cause" "" "$(cause_of web03)"

# An image that the daemon's account may not read.
curl_as three -o /dev/null "$U/home.php?mac=$M3"
chmod 600 "$E2E/root/boot/os/debian-12/linux"
curl_as three -o /dev/null "$U/os/debian-12/linux"
is "an image that is not readable" no-image "$(cause_of web03)"
has "which, and why" "os/debian-12/linux: Permission denied" "$(e2e_pxed why web03)"
chmod 644 "$E2E/root/boot/os/debian-12/linux"
why_names image-unreadable web03
is "and in lists" file-unreadable "$(e2e_pxed machines --json | jq -r 'select(.name == "web03") | .cause')"
is "why --all has the causes, too" file-unreadable "$(e2e_pxed why --all --json | jq -r 'select(.name == "web03") | .cause')"

# Installed, and its disk does not boot.
curl_as four -o /dev/null "$U/home.php?mac=$M4"
curl_as four -o /dev/null -d '' "$U/event?mac=$M4&stage=installed"
for _ in 1 2; do
    dhcp_as four lease --mac $M4 --firmware bios >/dev/null
    curl_as four -o /dev/null "$U/home.php?mac=$M4"
done
is "it restarted twice" "" "$(cause_of web04)"
dhcp_as four lease --mac $M4 --firmware bios >/dev/null
curl_as four -o /dev/null "$U/home.php?mac=$M4"
why_names boots-again web04
is "why --all has it, although nothing was refused" boots-again "$(e2e_pxed why --all --json | jq -r 'select(.name == "web04") | .cause')"

# The diary of all that.
report() { e2e_pxed report "$@"; }
is "one installation is counted" 1 "$(report --json | jq -r 'select(.system == "debian-12") | .installed')"
has "as text" "1 installed, 0 failed" "$(report --since 2h)"
report --html "$E2E/report.html" >/dev/null
has "as a page" "<h1>Installations since" "$(cat "$E2E/report.html")"
lacks "that asks nobody" "http" "$(cat "$E2E/report.html")"
is "a time that is none" 2 "$(report --since yesterday >/dev/null 2>&1; echo $?)"

is "each cause is one of the list" "" "$(for h in odd web01 web02 web04; do grep -q "^| \`$(cause_of $h)\` |" "$E2E_HERE/../../docs/causes.md" || echo $h; done)"
e2e_stop && e2e_pass "it ends well"
e2e_done
