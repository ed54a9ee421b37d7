#!/bin/bash
# Nets behind real relays (ISC dhcrelay, dnsmasq) with real clients, several nets on one wire, classes, and who is believed there.
. "$(dirname "$0")/common.sh"
for program in dhcrelay dnsmasq dhclient udhcpc; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad
X1=02:ee:00:00:00:01 X2=02:ee:00:00:00:02 X3=02:ee:00:00:00:03 VM=00:0c:29:00:00:05
e2e_image centos-5.5-i386
e2e_client near $X3
e2e_client router
e2e_address router 10.77.0.254
e2e_client router2 # its relay is another program: both want port 67
e2e_address router2 10.77.0.253

# One net of the router: a bridge with its address.
far_net() { # ROUTER ITS-ADDRESS BRIDGE ADDRESS NET
    e2e_in "$1" sysctl -qw net.ipv4.ip_forward=1
    e2e_in "$1" ip link add "$3" type bridge
    e2e_in "$1" ip addr add "$4/24" dev "$3"
    e2e_in "$1" ip link set "$3" up
    e2e_in server ip route add "$5/24" via "$2"
}
far_client() { # NAME MAC ROUTER BRIDGE
    e2e_space "$1"
    ip -n "${E2E_SPACES[$3]}" link add "p_$1" type veth peer name eth0 netns "${E2E_SPACES[$1]}"
    ip -n "${E2E_SPACES[$1]}" link set eth0 address "$2" up
    ip -n "${E2E_SPACES[$3]}" link set "p_$1" master "$4" up
}
far_net router 10.77.0.254 hall1 10.20.0.1 10.20.0.0
far_net router 10.77.0.254 hall3 10.40.0.1 10.40.0.0
far_net router2 10.77.0.253 hall2 10.30.0.1 10.30.0.0
far_client one $M1 router hall1
far_client stranger $X1 router hall1
far_client lost $M3 router hall3
far_client two $M2 router2 hall2
far_client late $X2 router2 hall2

cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=web01, ip=10.20.0.200
$M2, centos-5.5-i386, name=web02
$M3, centos-5.5-i386, name=web03, ip=10.40.0.9
HOSTS
config() { # FURTHER SECTIONS on stdin
    { printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.59\ndns = 10.77.0.1\nrouter = 10.77.0.254\noption = 224 0x01\n'; cat; } | e2e_ini
}
config <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
range = 10.20.0.50 - 10.20.0.99
lease-time = 5m
option = 224 0x02
[subnet 10.30.0.0/24]
range = 10.30.0.50 - 10.30.0.59
option = domain-search lab.test
[class phone]
vendor = Phone*
option = 66 10.9.9.9
[class vmware]
mac = 00:0c:29:*
loader-efi-x64 = vmware.efi
option = 224 0x03
INI
has "check: without relay = nobody is believed there" "[subnet 10.30.0.0/24] names no relay =" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
e2e_start

has "explain shows the net of an ip=" "net        10.20.0.0/24" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web01)"

# --- relays of other people
e2e_spawn relay1 router dhcrelay -4 -d -q --no-pid -id hall1 -id hall3 -iu eth0 10.77.0.1
e2e_spawn relay2 router2 dnsmasq -d --conf-file=/dev/null --port=0 --dhcp-relay=10.30.0.1,10.77.0.1 --interface=hall2 --user=root --leasefile-ro
cat >"$E2E/script" <<'SH'
#!/bin/sh
case ${reason:-$1} in
BOUND | RENEW | REBIND | REBOOT) set -- bound; ip=$new_ip_address router=$new_routers ;;
EXPIRE | RELEASE | STOP | FAIL) set -- deconfig ;;
esac
case $1 in
bound | renew)
    ip addr flush dev eth0
    ip addr add "$ip/24" dev eth0
    [ -z "$router" ] || ip route replace default via "${router%% *}" ;;
deconfig) ip addr flush dev eth0; ip link set eth0 up ;;
esac
exit 0
SH
chmod 755 "$E2E/script"
udhcp() { e2e_in "$1" timeout 30 udhcpc -i eth0 -s "$E2E/script" -f -n -q -t 10 -T 1 2>&1; }
obtained() { grep -o 'lease of [0-9.]* obtained' | cut -d' ' -f3; }
isc() { e2e_in "$1" timeout 40 dhclient -4 -1 -v -sf "$E2E/script" -lf "$E2E/$1.leases" -pf "$E2E/$1.pid" -cf "$E2E/$1.conf" eth0 2>&1; }
bound() { grep -o 'bound to [0-9.]*' | cut -c10-; }
has_option() { [ "$(dhcp_as one discover --mac $M1 --firmware efi-x64 | jq -r '.raw["224"]')" = 04 ]; }
lease_is() { [ "$(e2e_pxed leases --json | jq -r --arg mac "$1" 'select(.mac == $mac and .state == "bound") | .ip')" = "$2" ]; }
is "udhcpc behind dhcrelay: the range of its net" 10.20.0.50 "$(udhcp stranger | obtained)"
is "and the relay is its router" 10.20.0.1 "$(e2e_in stranger ip route show default | cut -d' ' -f3)"
is "udhcpc behind dnsmasq's relay" 10.30.0.50 "$(udhcp late | obtained)"
is "on the wire: its own range" 10.77.0.50 "$(udhcp near | obtained)"
printf 'timeout 20;\nsend dhcp-lease-time 4;\n' >"$E2E/stranger.conf"
has "dhclient, too: the same machine keeps its address" 10.20.0.50 "$(isc stranger | bound)"

# --- a machine behind a declared relay installs
e2e_in one ip addr add 10.20.0.200/24 dev eth0
e2e_in one ip route add default via 10.20.0.1
ACK=$(dhcp_as one lease --mac $M1 --loader ipxe)
is "its ip=" 10.20.0.200 "$(jq -r .yiaddr <<<"$ACK")"
has "its script's URL" "home.php?mac=08-00-27-4d-4d-aa" "$(jq -r .file <<<"$ACK")"
ok "its lease is in force" until_true 5 lease_is $M1 10.20.0.200
SCRIPT=$(curl_as one -A iPXE/1.21 "$U/home.php?mac=$M1")
has "it is believed by its lease" "kernel http://10.77.0.1/boot/os/centos-5.5-i386/pxeboot/vmlinuz" "$SCRIPT"
has "behind a relay all of its links carry a token" "ks=http://10.77.0.1/boot/s/" "$SCRIPT"
e2e_in stranger ip route replace default via 10.20.0.1
has "another address of that net is not" NOT_BELIEVED "$(curl_as stranger -A iPXE/1.21 "$U/home.php?mac=$M1")"
KS=$(grep -o 'http://[^ ]*linux-ks[^ ]*' <<<"$SCRIPT" | head -n 1)
is "its answer file" 200 "$(code_as one "$KS")"
is "uses up its right" installing "$(e2e_state $M1 install)"
is "it says that it is done" ok "$(curl_as one "$(dirname "${KS%/hosts/*}/x")/event?mac=$M1&stage=installed")"

# --- a net without relay =: addresses, but nobody is believed
e2e_in two ip addr add 10.30.0.51/24 dev eth0
e2e_in two ip route add default via 10.30.0.1
is "an address all the same" 10.30.0.51 "$(dhcp_as two lease --mac $M2 --loader ipxe | jq -r .yiaddr)"
has "but not believed" NOT_BELIEVED "$(curl_as two -A iPXE/1.21 "$U/home.php?mac=$M2")"

# --- a relay of a net that is not served
e2e_mark
dhcp_as lost discover --mac $M3 --firmware bios --wait 1 >/dev/null
ok "silence, with a reason" until_true 5 logged DHCP_RELAY_FOREIGN
ok "that names MAC, giaddr and the section to write" logged "mac=$M3 giaddr=10.40.0.1: write it as a relay of its net, or \[subnet 10.40.0.0/24\]"

# --- classes, options of a net
is "an option of the net" 02 "$(dhcp_as one discover --mac $M1 --firmware efi-x64 | jq -r '.raw["224"]')"
OFFER=$(dhcp_as near discover --mac $VM --firmware efi-x64)
is "an option of the class" 03 "$(jq -r '.raw["224"]' <<<"$OFFER")"
is "on the wire: that of [dhcp]" 01 "$(dhcp_as near discover --mac $X3 --firmware efi-x64 | jq -r '.raw["224"]')"

cp "$E2E/host-os.conf" "$E2E/hosts.before"
sed -i "s/^\($M1.*\)/\1, option=\"224 0x04; time-offset 3600; 67 own.0\"/; s/^\($M2.*\)/\1, option=\"51 60\"/" "$E2E/host-os.conf"
ok "a load of options in lines" until_true 5 has_option
has "explain shows them" "option=    224 0x04" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web01)"
is "an option of the host wins over the net's" "04 00000e10" "$(dhcp_as one discover --mac $M1 --firmware efi-x64 | jq -r '.raw["224"] + " " + .raw["2"]')"
is "its boot file is for who does not boot" "snponly.efi own.0" "$(dhcp_as one discover --mac $M1 --firmware efi-x64 | jq -r ".file[19:]") $(dhcp_as one discover --mac $M1 | jq -r .file)"
has "one that makes the lease: its host alone is not ready" "host-os.conf:2: option: set \`lease-time =\` instead" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
cp "$E2E/hosts.before" "$E2E/host-os.conf"

is "an option by its name" 036c6162047465737400 "$(dhcp_as late discover --mac $X2 --firmware efi-x64 | jq -r '.raw["119"]')"
is "a boot option for those who do not boot" 31302e392e392e39 "$(dhcp_as near discover --mac $X3 --opt 60=50686f6e6531 | jq -r '.raw["66"]')"

# --- a mirror beside the machines: images come from there, texts and what uses up a right from here
e2e_stop
mkdir -p "$E2E/mirror/pxe"
cp -r "$E2E/root/boot/os" "$E2E/mirror/pxe/os"
config <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
range = 10.20.0.50 - 10.20.0.99
images = http://10.20.0.1:8081/pxe
[os rescue-1]
kernel = pxeboot/vmlinuz
initrd = pxeboot/initrd.img
args = url={{os.url}}
INI
cp -r "$E2E/root/boot/os/centos-5.5-i386" "$E2E/root/boot/os/rescue-1"
printf '%s, rescue-1, name=web04, ip=10.20.0.201\n' $M4 >>"$E2E/host-os.conf"
has "explain shows it" "images     http://10.20.0.1:8081/pxe" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web01)"
has "in the script, too" "kernel http://10.20.0.1:8081/pxe/os/centos-5.5-i386/pxeboot/vmlinuz" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web01)"
e2e_start
e2e_spawn mirror router python3 -m http.server -d "$E2E/mirror" --bind 10.20.0.1 8081
e2e_pxed arm --yes web01 >/dev/null
dhcp_as one lease --mac $M1 --loader ipxe >/dev/null
ok "its lease is in force again" until_true 5 lease_is $M1 10.20.0.200
SCRIPT=$(curl_as one -A iPXE/1.21 "$U/home.php?mac=$M1")
KERNEL=$(sed -n 's/^kernel \([^ ]*\) .*/\1/p' <<<"$SCRIPT") INITRD=$(sed -n 's/^initrd //p' <<<"$SCRIPT")
is "its kernel is the mirror's" http://10.20.0.1:8081/pxe/os/centos-5.5-i386/pxeboot/vmlinuz "$KERNEL"
is "and can be fetched there" "kernel of centos-5.5-i386" "$(curl_as one "$KERNEL")"
is "its initrd, too" "initrd of centos-5.5-i386" "$(curl_as one "$INITRD")"
KS=$(grep -o 'http://[^ ]*linux-ks[^ ]*' <<<"$SCRIPT" | head -n 1)
has "its answer file is ours" "http://10.77.0.1/boot/s/" "$KS"
TEXT=$(curl_as one "$KS")
has "and names the mirror's tree" '--url="http://10.20.0.1:8081/pxe/os/centos-5.5-i386/' "$TEXT"
is "which used up its right" installing "$(e2e_state $M1 install)"
lacks "no token is in an address there" "8081/pxe/s/" "$SCRIPT $TEXT"
no "nor was one asked for" grep -qE "[0-9a-f]{32}" "$E2E/mirror.log"
e2e_in two ip addr flush dev eth0
has "another net has them from here" "kernel http://10.77.0.1/boot/os/centos-5.5-i386/" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web02)"
SCRIPT=$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web04)
has "where no answer file uses up the right" "kernel http://10.20.0.1:8081/pxe/os/rescue-1/pxeboot/vmlinuz url=http://10.20.0.1:8081/pxe/os/rescue-1" "$SCRIPT"
has "the last file does, and is ours" "initrd http://10.77.0.1/boot/os/rescue-1/pxeboot/initrd.img" "$SCRIPT"
e2e_kill mirror

# --- a range of a class: its members' alone
e2e_stop
config <<'INI'
[class phone]
mac = 02:cc:*
range = 10.77.0.90 - 10.77.0.91
INI
e2e_start
is "a member: the range of its class" 10.77.0.90 "$(dhcp_as near lease --mac 02:cc:00:00:00:01 | jq -r .yiaddr)"
is "another member" 10.77.0.91 "$(dhcp_as near lease --mac 02:cc:00:00:00:02 | jq -r .yiaddr)"
is "it keeps it" 10.77.0.91 "$(dhcp_as near lease --mac 02:cc:00:00:00:02 | jq -r .yiaddr)"
is "a third one: nothing is left" "" "$(dhcp_as near discover --mac 02:cc:00:00:00:03 --wait 1 | jq -r '.yiaddr // empty')"
is "another machine: the range of its net, whatever it asks for" 10.77.0.5 "$(dhcp_as near discover --mac 02:cd:00:00:00:01 --ip 10.77.0.90 | jq -r .yiaddr | cut -c1-9)"
has "overlap is an error" "[class phone] range: it shares addresses with that of a net" "$(printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\n[class phone]\nmac = 02:cc:*\nrange = 10.77.0.90 - 10.77.0.91\n' | e2e_ini; "$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"

# --- addresses that somebody has behind the relay: nobody is offered one
e2e_stop
rm -rf "$E2E/state"
config <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
range = 10.20.0.50 - 10.20.0.59
INI
e2e_in stranger ip addr flush dev eth0
for ip in 50 52 53; do e2e_in one ip addr add "10.20.0.$ip/24" dev eth0; done
e2e_in router ip neigh flush dev hall1 # addresses moved
e2e_mark
e2e_start
is "the first offer, before anything is known, is of a free one" 10.20.0.51 "$(dhcp_as stranger discover --mac 02:ab:00:00:01:01 --wait 3 | jq -r .yiaddr)"
ok "those in use are found by ICMP" until_true 5 logged "in-use ip=10.20.0.5[023] net=10.20.0.0/24 a machine without a lease"
sleep 1 # the rest is known to be free then
for n in $(seq 10 19); do dhcp_as stranger lease --mac 02:ab:00:00:01:$n | jq -r '[.yiaddr, .ms] | join(" ")'; done >"$E2E/given"
no "none is offered to anybody" grep -qE '^10\.20\.0\.(50|52|53) ' "$E2E/given"
is "all others are given, but the one that is on offer" 6 "$(grep -c ^10.20.0 "$E2E/given")"
ok "at once" awk '$2 > 150 { exit 1 }' "$E2E/given"
LAST=$(awk '/^10/ { ip = $1 } END { print ip }' "$E2E/given")
WHO=$(e2e_pxed leases --json | jq -r --arg ip "$LAST" 'select(.ip == $ip) | .mac')
dhcp_as stranger decline --mac "$WHO" --ip "$LAST" --server $E2E_SERVER >/dev/null
ok "a DECLINE behind the relay that no probe confirms" until_true 5 e2e_counted DHCP_DECLINE_UNSEEN
ok "takes nothing away" lease_is "$WHO" "$LAST"
e2e_in one ip addr add "$LAST/24" dev eth0
dhcp_as stranger decline --mac "$WHO" --ip "$LAST" --server $E2E_SERVER >/dev/null
ok "one that a probe confirms counts" until_true 5 e2e_counted DHCP_DECLINED
for ip in 50 52 53 "${LAST##*.}"; do e2e_in one ip addr del "10.20.0.$ip/24" dev eth0; done

# --- what a net says of itself: two on one wire, address =, off
e2e_stop
config <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
mode = off
[subnet 10.78.0.0/24]
interface = lan0
range = 10.78.0.50 - 10.78.0.51
[subnet 10.30.0.0/24]
relay = 10.30.0.1
address = 192.168.9.9
range = 10.30.0.50 - 10.30.0.59
INI
e2e_start
for n in $(seq 10 19); do dhcp_as near lease --mac 02:ab:00:00:00:$n | jq -r .yiaddr; done >"$E2E/given"
is "a full net leaves the wire's other one" "8 10.77.0, 2 10.78.0" "$(cut -d. -f1-3 "$E2E/given" | sort | uniq -c | awk '{ printf "%s%s %s", sep, $1, $2; sep = ", " }')"
is "the machine there is renewed there" "$(tail -n 1 "$E2E/given")" "$(dhcp_as near lease --mac 02:ab:00:00:00:19 | jq -r .yiaddr)"
e2e_mark
dhcp_as stranger discover --mac $X1 --firmware bios --wait 1 >/dev/null
ok "off: silence with a reason" until_true 5 e2e_counted DHCP_OFF
OFFER=$(dhcp_as late discover --mac $X2 --loader ipxe)
is "address =: next-server" 192.168.9.9 "$(jq -r .siaddr <<<"$OFFER")"
has "and in explain, a host's URLs by its ip=" "http://10.77.0.1/" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" web01)"
e2e_stop

# --- beside another DHCP server behind the relay: the nonce of the offer is the proof
config <<'INI'
[subnet 10.20.0.0/24]
relay = 10.20.0.1
INI
sed -i 's/^mode = server/mode = proxy/' "$E2E/pxed.ini"
e2e_start
e2e_pxed arm --yes web01 >/dev/null
URL=$(dhcp_as one discover --mac $M1 --firmware bios --loader ipxe | jq -r .file)
has "an offer without an address: its URL has a nonce" "http://10.77.0.1/boot/n/" "$URL"
is "the same one for this boot" "$URL" "$(dhcp_as one discover --mac $M1 --firmware bios --loader ipxe | jq -r .file)"
has "a loader's name, too" "n/$(cut -d/ -f6 <<<"$URL")/undionly.kpxe" "$(dhcp_as one discover --mac $M1 --firmware bios | jq -r .file)"
has "without it nobody is believed" NOT_BELIEVED "$(curl_as one -A iPXE/1.21 "$U/home.php?mac=$M1")"
has "nor with another one" NOT_BELIEVED "$(curl_as one -A iPXE/1.21 "$U/n/0123456789abcdef/home.php?mac=$M1")"
has "nor for another host" NOT_BELIEVED "$(curl_as one -A iPXE/1.21 "${URL/$(tr : - <<<$M1)/$(tr : - <<<$M2)}")"
SCRIPT=$(curl_as one -A iPXE/1.21 "$URL")
has "with it the machine gets its installer" "kernel http://10.77.0.1/boot/os/centos-5.5-i386/pxeboot/vmlinuz" "$SCRIPT"
KS=$(grep -o 'http://[^ ]*linux-ks[^ ]*' <<<"$SCRIPT" | head -n 1)
is "its answer file, by token" 200 "$(code_as one "$KS")"
is "uses up its right" installing "$(e2e_state $M1 install)"
e2e_pxed arm --yes web01 >/dev/null
at_4011() { # ADDRESS [MAC]: what is told there; a kernel of another machine answers ARP in the far net, so from a socket
    e2e_in one python3 - "$1" "${2:-$M1}" <<'PY'
import socket, struct, sys
mac = bytes.fromhex(sys.argv[2].replace(":", ""))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 4011))
s.settimeout(5)
fixed = struct.pack("!BBBBIHH4s4s4s4s16s64s128s", 1, 1, 6, 0, 7, 0, 0, socket.inet_aton(sys.argv[1]), bytes(4), bytes(4), bytes(4), mac, b"", b"")
s.sendto(fixed + b"\x63\x82\x53\x63\x35\1\3\x3c\x20PXEClient:Arch:00007:UNDI:003000\x5d\2\0\7\xff", ("10.77.0.1", 4011))
print(s.recv(2000)[108:236].split(b"\0")[0].decode())
PY
}
dhcp_as one discover --mac $M1 --firmware efi-x64 >/dev/null
is "on port 4011 no nonce before an address is named" snponly.efi "$(at_4011 10.20.0.200)"
dhcp_as one request --mac $M1 --firmware efi-x64 --ip 10.20.0.200 --server 10.20.0.2 --wait 0.3 >/dev/null
NAME=$(at_4011 10.20.0.200)
ok "the address that its relayed REQUEST named gets one" grep -qE '^n/[0-9a-f]{16}/snponly.efi$' <<<"$NAME"
e2e_in one ip addr add 10.20.0.199/24 dev eth0
is "another address does not" snponly.efi "$(at_4011 10.20.0.199)"
has "under it the machine is believed" "kernel http://10.77.0.1/boot/os/centos-5.5-i386/pxeboot/vmlinuz" "$(curl_as one -A iPXE/1.21 "$U/${NAME%snponly.efi}home.php?mac=$M1")"
dhcp_as one discover --mac $M1 --firmware efi-x64 >/dev/null
is "nor does it in the next boot" snponly.efi "$(at_4011 10.20.0.200)"
no "the nonce is in no log" grep -q "$(cut -d/ -f6 <<<"$URL")" "$E2E_LOG"
e2e_stop

# --- what check says
bad() { config; "$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1; }
has "a host's address for a net" "this is an address inside a net" "$(bad <<<'[subnet 10.20.0.5/24]')"
has "overlapping nets" "shares addresses with" "$(bad <<<$'[subnet 10.20.0.0/16]\nrelay = 10.20.0.1\nrange = 10.20.0.5 - 10.20.0.9\n[subnet 10.20.3.0/24]\nrelay = 10.20.3.1\nrange = 10.20.3.5 - 10.20.3.9')"
has "a range of another net" "does not lie in this net" "$(bad <<<$'[subnet 10.20.0.0/24]\nrange = 10.30.0.5 - 10.30.0.9')"
has "a mirror that is none" "images: expected http://HOST/FOLDER/" "$(bad <<<$'[subnet 10.20.0.0/24]\nrelay = 10.20.0.1\nimages = https://m/')"
has "a class of nobody" "it names nobody" "$(bad <<<$'[class x]\nmtu = 1400')"
has "a mistyped key" "did you mean 'relay'" "$(bad <<<$'[subnet 10.20.0.0/24]\nrelai = 10.20.0.1')"
has "a mistyped section" "did you mean [subnet]" "$(bad <<<$'[subnett 10.20.0.0/24]\nrelay = 10.20.0.1')"
e2e_done
