#!/bin/bash
# DHCP, server mode: ISC dhclient, udhcpc, the installer's way to call it, and packets that no client sends.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac X1=02:ee:00:00:00:01 X2=02:ee:00:00:00:02 X3=02:ee:00:00:00:03
e2e_client one $M1
e2e_client two $X1
e2e_client squatter 02:aa:aa:aa:aa:aa
e2e_image centos-5.5-i386
cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=web01, ip=10.77.0.200, domain=lab.test
$M2, local, name=printer, loader=special.0
$M3, centos-5.5-i386, name=db01, ip=10.77.0.55, dns=10.77.0.9
HOSTS
config() { # FURTHER LINES OF [dhcp] on stdin
    { printf 'name = pxe-server\nidle = local\n[dhcp]\nmode = server\n'; cat; } | e2e_ini
}

# --- a start without dns says so
config <<<'range = 10.77.0.50 - 10.77.0.99'
e2e_start
ok "a start without dns warns" logged "dns is not set"
has "and so does check" "dns is not set" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
e2e_stop
config <<'INI'
range = 10.77.0.50 - 10.77.0.99
dns = 10.77.0.1 10.77.0.2
router = 10.77.0.1
domain = example.org
ntp = 10.77.0.3
mtu = 1400
option = 224 0x0102
INI
e2e_mark
e2e_start
no "with dns it does not" logged "dns is not set"

# --- real clients
cat >"$E2E/script" <<'SH'
#!/bin/sh
# for dhclient (reason, new_ip_address) and udhcpc ($1, ip)
case ${reason:-$1} in
BOUND | RENEW | REBIND | REBOOT) set -- bound; ip=$new_ip_address ;;
EXPIRE | RELEASE | STOP | FAIL) set -- deconfig ;;
esac
case $1 in
bound | renew) ip addr flush dev eth0; ip addr add "$ip/24" dev eth0 ;;
deconfig) ip addr flush dev eth0; ip link set eth0 up ;;
esac
exit 0
SH
chmod 755 "$E2E/script"
isc() { # CLIENT TAG ARGUMENTS...: dhclient, until it has a lease; then it stays in the background
    e2e_in "$1" timeout 40 dhclient -4 -1 -v -sf "$E2E/script" -lf "$E2E/$2.leases" -pf "$E2E/$2.pid" -cf "$E2E/$2.conf" "${@:3}" eth0 2>&1
}
isc_kill() { kill -9 "$(cat "$E2E/$1.pid")"; until_true 5 test ! -d "/proc/$(cat "$E2E/$1.pid")"; }
bound() { grep -o 'bound to [0-9.]*' | cut -c10-; }
udhcp() { e2e_in "$1" timeout 30 udhcpc -i eth0 -s "$E2E/script" -f -n -q -t 5 -T 1 "${@:2}" 2>&1; }
obtained() { grep -o 'lease of [0-9.]* obtained' | cut -d' ' -f3; }
lease_of() { e2e_pxed leases --json | jq -r --arg mac "$1" --arg key "$2" 'select(.mac == $mac) | .[$key]'; }
lease_is() { [ "$(lease_of "$1" "$2")" = "$3" ]; }

echo 'timeout 20;' >"$E2E/a.conf"
TEXT=$(isc one a)
is "dhclient: DISCOVER OFFER REQUEST ACK, the reservation" 10.77.0.200 "$(bound <<<"$TEXT")"
has "it discovered" DHCPDISCOVER "$TEXT"
is "leases shows it" bound "$(lease_of $M1 state)"
is "with the host's name" web01 "$(lease_of $M1 name)"
isc_kill a
TEXT=$(isc one a)
is "INIT-REBOOT: the same address" 10.77.0.200 "$(bound <<<"$TEXT")"
lacks "without DISCOVER" DHCPDISCOVER "$TEXT"
e2e_in one timeout 20 dhclient -4 -r -v -sf "$E2E/script" -lf "$E2E/a.leases" -pf "$E2E/a.pid" -cf "$E2E/a.conf" eth0 >/dev/null 2>&1
ok "RELEASE: the lease has ended" until_true 5 lease_is $M1 state expired

# an unknown machine, with every client id that clients make up
TEXT=$(isc two b -cf /dev/null)
X1_IP=$(bound <<<"$TEXT")
ok "an unknown machine: an address of the range" grep -qE '^10\.77\.0\.([5-9][0-9])$' <<<"$X1_IP"
isc_kill b
n=0
for id in '"words"' 00:01:00:01:2a:2b:2c:2d:02:ee:00:00:00:01 ff:00:00:00:01:00:02:00:00:ab:11:01:02:03:04:05:06:07:08; do
    n=$((n + 1))
    echo "send dhcp-client-identifier $id;" >"$E2E/c$n.conf"
    is "one lease per machine: client id $id" "$X1_IP" "$(isc two c$n | bound)"
    isc_kill c$n
done
is "udhcpc, id 01 and the MAC" "$X1_IP" "$(udhcp two | obtained)"
is "udhcpc without client id" "$X1_IP" "$(udhcp two -C | obtained)"
is "the Debian installer's call" "$X1_IP" "$(udhcp two -V d-i -O subnet -O broadcast -O router -O domain -O dns -O hostname -O ntpsrv -x hostname:debian | obtained)"
is "another id by hand" "$X1_IP" "$(udhcp two -C -x 0x3d:00aabbccdd | obtained)"
is "there is one lease" 1 "$(lease_of $X1 ip | wc -l)"
is "it is known by the name it calls itself" debian "$(udhcp two -x hostname:debian >/dev/null; lease_of $X1 hostname)"

# renew (unicast) and release
e2e_spawn renew two udhcpc -i eth0 -s "$E2E/script" -f -t 5 -T 1
ok "udhcpc stays" until_true 10 grep -q obtained "$E2E/renew.log"
BEFORE=$(lease_of $X1 expires_ms)
until_true 2 false
kill -USR1 "${E2E_PIDS[renew]}"
renewed() { [ "$(lease_of $X1 expires_ms)" -gt "$BEFORE" ]; }
ok "renew by unicast: the end moves" until_true 10 renewed
kill -USR2 "${E2E_PIDS[renew]}"
ok "and release" until_true 5 lease_is $X1 state expired
e2e_kill renew

# --- DECLINE: the address is somebody's already
e2e_in two ip addr flush dev eth0
TAKEN=$(dhcp_as two discover --mac $X1 | jq -r .yiaddr)
is "the ended lease is offered again" "$X1_IP" "$TAKEN"
e2e_address squatter "$TAKEN"
e2e_mark
TEXT=$(e2e_in two timeout 60 udhcpc -i eth0 -s "$E2E/script" -f -n -q -t 5 -T 1 -A 1 -a 2>&1)
GOT=$(obtained <<<"$TEXT" | tail -n 1)
has "udhcpc -a declines" declin "$TEXT"
ok "and gets another address" test -n "$GOT" -a "$GOT" != "$TAKEN"
ok "the log names it" logged 'declined .*kept back'
is "metrics count it" 1 "$(e2e_counted DHCP_DECLINED && echo 1)"
ok "it is in quarantine" grep -q declined <(e2e_pxed leases | grep -F "$TAKEN ")
no "nobody gets it" grep -q "\"yiaddr\": \"$TAKEN\"" <(dhcp_as two discover --mac $X2 --ip "$TAKEN")
is "not even who had it" "$GOT" "$(dhcp_as two discover --mac $X1 --ip "$TAKEN" | jq -r .yiaddr)"
e2e_in squatter ip addr flush dev eth0

# --- free addresses are probed before anybody asks for one
e2e_in two ip addr flush dev eth0
NEXT=$(dhcp_as one discover --mac 02:ee:00:00:00:51 | jq -r .yiaddr)
AFTER=${NEXT%.*}.$((${NEXT##*.} + 1))
e2e_address squatter "$AFTER"
e2e_stop
e2e_mark
e2e_start
ok "one that is in use is found" until_true 5 logged "in-use mac=02:aa:aa:aa:aa:aa ip=$AFTER "
sleep 1
for n in $(seq 52 70); do dhcp_as one discover --mac "02:ee:00:00:00:$n" | jq -r '[.yiaddr, .ms] | join(" ")'; done >"$E2E/offers"
is "nineteen offers" 19 "$(grep -c '^10\.77' "$E2E/offers")"
no "of it to nobody" grep -q "^$AFTER " "$E2E/offers"
ok "none of them waits for a probe" awk '$2 > 150 { exit 1 }' "$E2E/offers"
e2e_in squatter ip addr flush dev eth0

# --- a DECLINE and a RELEASE in another's name
FORGED=$(dhcp_as two lease --mac $X3 | jq -r .yiaddr)
dhcp_as one decline --mac $X3 --ip "$FORGED" --server $E2E_SERVER
ok "a DECLINE of an address where nobody else is seen" until_true 5 e2e_counted DHCP_DECLINE_UNSEEN
is "takes no lease away" "bound $FORGED" "$(lease_of $X3 state) $(lease_of $X3 ip)"
dhcp_as one release --mac $X3 --ciaddr "$FORGED" --source 10.77.0.98 --server $E2E_SERVER
ok "a RELEASE from another address" until_true 5 e2e_counted DHCP_RELEASE_FOREIGN
is "ends no lease" "bound $FORGED" "$(lease_of $X3 state) $(lease_of $X3 ip)"
dhcp_as two release --mac $X3 --ciaddr "$FORGED" --server $E2E_SERVER
ok "one from the address does" until_true 5 lease_is $X3 state expired

# --- what is in the answers
field() { jq -r ".$1"; }
OFFER=$(dhcp_as two discover --mac $X2)
is "router" 10.77.0.1 "$(field router <<<"$OFFER")"
is "dns" "10.77.0.1 10.77.0.2" "$(field dns <<<"$OFFER")"
is "domain" example.org "$(field domain <<<"$OFFER")"
is "mask" 255.255.255.0 "$(field mask <<<"$OFFER")"
is "lease time" 3600 "$(field lease <<<"$OFFER")"
is "server id" 10.77.0.1 "$(field server <<<"$OFFER")"
is "the rest, if asked for" "[26,42,224]" "$(dhcp_as two discover --mac $X2 --no-list --opt 37=40 --opt 55=012a1ae0 | jq -c '.options | map(select(. == 26 or . == 42 or . == 224))')"
is "a shorter lease, if asked for" 600 "$(dhcp_as two discover --mac $X2 --opt 33=0a000001 --opt 51=00000258 | field lease)"
is "the host's own dns" 10.77.0.9 "$(dhcp_as one discover --mac $M3 | field dns)"
is "its name" db01 "$(dhcp_as one discover --mac $M3 | field hostname)"
is "a reservation inside the range" 10.77.0.55 "$(dhcp_as one discover --mac $M3 | field yiaddr)"
no "is nobody else's" grep -q '"yiaddr": "10.77.0.55"' <(dhcp_as two discover --mac $X2 --ip 10.77.0.55)
no "nor one outside of it" grep -q '"yiaddr": "10.77.0.200"' <(dhcp_as two discover --mac $X2 --ip 10.77.0.200)
no "nor the server's own" grep -q '"yiaddr": "10.77.0.1"' <(dhcp_as two discover --mac $X2 --ip 10.77.0.1)

# --- boot data
boot() { dhcp_as one discover --mac "$1" --firmware "$2" "${@:3}" | jq -r '[.file, .class, .siaddr] | join(" ")'; }
is "BIOS" "undionly.kpxe PXEClient $E2E_SERVER" "$(boot $M1 bios)"
has "EFI" "snponly.efi" "$(boot $M1 efi-x64)"
is "HTTP boot" "http://pxe-server/boot/snponly.efi HTTPClient" "$(boot $M1 http-x64 | cut -d' ' -f1,2)"
is "iPXE: the script" "http://pxe-server/boot/home.php?mac=08-00-27-4d-4d-aa" "$(boot $M1 bios --loader ipxe | cut -d' ' -f1)"
is "gPXE: the script" "http://pxe-server/boot/home.php?mac=08-00-27-4d-4d-aa" "$(boot $M1 bios --loader gpxe | cut -d' ' -f1)"
prefix() { dhcp_as one discover --mac "$1" --firmware bios "${@:2}" | field prefix; }
is "option 210 for gPXE" "http://pxe-server/boot/" "$(prefix $M1 --loader gpxe)"
is "and for iPXE" "http://pxe-server/boot/" "$(prefix $M1 --loader ipxe)"
is "never for a ROM" "" "$(prefix $M1)"
is "loader= of the host" special.0 "$(boot $M2 bios | cut -d' ' -f1)"
is "no loader for this firmware: none" "" "$(boot $M1 efi-riscv64 | cut -d' ' -f1)"
has "LOADER_NONE" LOADER_NONE "$(e2e_journal web01)"
UNKNOWN=$(dhcp_as two discover --mac $X2 --firmware bios)
ok "an unknown machine that boots gets an address" grep -qE '"yiaddr": "10.77.0.[5-9][0-9]"' <<<"$UNKNOWN"
is "and no boot data" "  []" "$(jq -r '[.file, .class, (.options | map(select(. == 66 or . == 67 or . == 43)) | tostring)] | join(" ")' <<<"$UNKNOWN")"
has "UNKNOWN_MACHINE" UNKNOWN_MACHINE "$(e2e_pxed log $X2)"
has "machines --unknown lists it" $X2 "$(e2e_pxed machines --unknown)"
is "no boot data for who does not ask to boot" "" "$(dhcp_as one discover --mac $M1 | field file)"

# --- the protocol's corners
is "INFORM: an ACK without an address" "ack 0.0.0.0 null" "$(dhcp_as two inform --mac $X2 --ciaddr 10.77.0.90 --unicast $E2E_SERVER | jq -r '[.type, .yiaddr, (.lease | tostring)] | join(" ")')"
is "INFORM from another net: silence" none "$(dhcp_as two inform --mac $X2 --ciaddr 10.99.0.90 --wait 1 | field type)"
is "INIT-REBOOT of another net: NAK" "nak 255.255.255.255" "$(dhcp_as two request --mac $X2 --ip 192.168.9.9 | jq -r '[.type, .to] | join(" ")')"
is "an address that is another's: NAK" nak "$(dhcp_as two request --mac $X2 --ip "$GOT" | field type)"
is "who chose another server hears nothing" none "$(dhcp_as two request --mac $X2 --ip 10.77.0.60 --server 10.77.0.9 --wait 1 | field type)"
ok "DHCP_OTHER_SERVER" e2e_counted DHCP_OTHER_SERVER
cat >"$E2E/n.leases" <<LEASES
lease {
  interface "eth0";
  fixed-address 192.168.9.9;
  option subnet-mask 255.255.255.0;
  option dhcp-lease-time 3600;
  option dhcp-message-type 5;
  option dhcp-server-identifier 192.168.9.1;
  renew 4 2037/11/01 00:00:00;
  rebind 4 2037/11/01 00:00:00;
  expire 4 2037/11/01 00:00:00;
}
LEASES
echo 'timeout 20;' >"$E2E/n.conf"
TEXT=$(isc two n)
has "dhclient comes from another net: NAK" DHCPNAK "$TEXT"
is "and has the address of this one" "$GOT" "$(bound <<<"$TEXT")"
isc_kill n
is "B flag: broadcast" 255.255.255.255 "$(dhcp_as two discover --mac $X2 --broadcast | field to)"
is "otherwise to the machine, without ARP" "$X2" "$(dhcp_as two discover --mac $X2 | field to_mac)"

# --- relays
RELAYED=$(dhcp_as two lease --mac $X3 --giaddr 10.77.0.3 --unicast $E2E_SERVER --opt 82=0104aabbccdd)
is "a relay of this net: the ACK goes to giaddr:67" "ack 10.77.0.3 67" "$(jq -r '[.type, .to, (.ports[1] | tostring)] | join(" ")' <<<"$RELAYED")"
is "option 82 comes back" 0104aabbccdd "$(field relay <<<"$RELAYED")"
is "a foreign relay: silence" none "$(dhcp_as two discover --mac $X3 --giaddr 10.99.0.1 --unicast $E2E_SERVER --source 10.77.0.3 --wait 1 | field type)"
ok "DHCP_RELAY_FOREIGN" e2e_counted DHCP_RELAY_FOREIGN
ok "by name in the log" logged 'reason=DHCP_RELAY_FOREIGN'

# --- a swapped board: the line names another MAC, and the reserved address goes to it
M4=08:00:27:4d:4d:ad
is "the old board has the address" "ack 10.77.0.55" "$(dhcp_as one lease --mac $M3 | jq -r '.type + " " + .yiaddr')"
sed -i "s/^$M3,/$M4,/" "$E2E/host-os.conf"
swapped() { [ "$(dhcp_as one discover --mac $M4 | field yiaddr)" = 10.77.0.55 ]; }
ok "the new one is offered it" until_true 10 swapped
is "and gets it" "ack 10.77.0.55" "$(dhcp_as one lease --mac $M4 | jq -r '.type + " " + .yiaddr')"
is "the old one hears no" nak "$(dhcp_as one request --mac $M3 --ip 10.77.0.55 | field type)"
e2e_address squatter 10.77.0.200 # a line that swaps while the old board still runs
is "who is still there keeps its address" "ack 10.77.0.200" "$(dhcp_as one lease --mac $M1 | jq -r '.type + " " + .yiaddr')"
sed -i "s/^$M1,/$M3,/" "$E2E/host-os.conf"
until_true 5 eval '[ "$(dhcp_as one discover --mac $M3 | field hostname)" = web01 ]'
no "while it answers" grep -q '"yiaddr": "10.77.0.200"' <(dhcp_as one discover --mac $M3)
e2e_in squatter ip addr flush dev eth0
sed -i "s/^$M3,/$M1,/; s/^$M4,/$M3,/" "$E2E/host-os.conf"
until_true 5 eval '[ "$(dhcp_as one discover --mac $M1 | field hostname)" = web01 ]'

# --- leases outlive a restart
leases() { e2e_pxed leases --json | jq -c --arg taken "$TAKEN" 'select(.state == "bound" or .ip == $taken) | [.ip, .mac, .state]' | sort; }
LEASES=$(leases)
e2e_stop && e2e_start
is "the same leases after a restart" "$LEASES" "$(leases)"
is "and the same address" "$GOT" "$(udhcp two | obtained)"
e2e_stop

# --- a small range
config <<<$'range = 10.77.0.80 - 10.77.0.81\ndns = 10.77.0.1'
rm -rf "$E2E/state"
e2e_mark
e2e_start
is "first of two" ack "$(dhcp_as two lease --mac 02:ee:00:00:01:01 | field type)"
is "second of two" ack "$(dhcp_as two lease --mac 02:ee:00:00:01:02 | field type)"
is "no third" none "$(dhcp_as two discover --mac 02:ee:00:00:01:03 --wait 1 | field type)"
ok "DHCP_NO_ADDRESS" logged 'DHCP_NO_ADDRESS'
is "a reservation needs no range" 10.77.0.200 "$(dhcp_as one lease --mac $M1 | field yiaddr)"
e2e_stop

# --- silent for who is not armed
printf 'idle = silent\nunknown = local\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
is "idle = silent: an armed host gets its loader" undionly.kpxe "$(boot $M1 bios | cut -d' ' -f1)"
e2e_pxed disarm web01 >/dev/null
is "one that is not gets none" "" "$(boot $M1 bios | cut -d' ' -f1)"
has "IDLE_SILENT" IDLE_SILENT "$(e2e_journal web01)"
is "unknown = local: a stranger gets a loader" undionly.kpxe "$(boot $X2 bios | cut -d' ' -f1)"
e2e_stop

# --- a stranger's screen
printf 'unknown = screen\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
is "unknown = screen: a stranger gets a loader" undionly.kpxe "$(boot $X2 bios | cut -d' ' -f1)"
SCREEN=$(curl_as two "$U/home.php?mac=$X2")
has "its screen says who it is" "unknown machine ($X2)" "$SCREEN"
has "and what to ask for" "$X2, OS-ID, name=NAME" "$SCREEN"
has "and its serial number" 'serial number: ${serial}' "$SCREEN"
has "it stays" 'sleep 10' "$SCREEN"
lacks "it installs nothing" /boot/os/ "$SCREEN"
has "the machine is kept for pxed machines --unknown" $X2 "$(e2e_pxed machines --unknown)"
lacks "a host's own screen does not stay" sleep "$(curl_as one "$U/home.php?mac=$M1")"
e2e_stop && e2e_pass "it ends well"
e2e_done
