#!/bin/bash
# Who is believed: a victim that is armed, and everybody else who would like to be it. On HTTP, TFTP, DHCP and beside
# another DHCP server. Tables: docs/threat-model.md.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab MP=08:00:27:4d:4d:ac ATK=02:00:00:00:66:01
D1=08-00-27-4d-4d-aa D2=08-00-27-4d-4d-ab
e2e_client victim $M1
e2e_client two $M2
e2e_client port $MP
e2e_client evil $ATK
e2e_address victim 10.77.0.60
e2e_address two 10.77.0.61
e2e_address port 10.77.0.62
e2e_address evil 10.77.0.66
# A router: 10.99.0.0/24 lies behind it.
e2e_client router 02:00:00:00:00:fe
e2e_address router 10.77.0.254
e2e_space far
ip -n "${E2E_SPACES[router]}" link add far0 type veth peer name eth0 netns "${E2E_SPACES[far]}"
ip -n "${E2E_SPACES[router]}" addr add 10.99.0.1/24 dev far0
ip -n "${E2E_SPACES[router]}" link set far0 up
ip -n "${E2E_SPACES[far]}" addr add 10.99.0.9/24 dev eth0
ip -n "${E2E_SPACES[far]}" link set eth0 up
ip -n "${E2E_SPACES[far]}" route add default via 10.99.0.1
e2e_in router sysctl -qw net.ipv4.ip_forward=1
e2e_in server ip route add 10.99.0.0/24 via 10.77.0.254
e2e_image debian-12
e2e_image centos-5.5-i386
printf '%s, centos-5.5-i386, name=victim\n%s, debian-12, name=two, root-password-hash=$6$secret$hash, mac=%s\n' $M1 $M2 $MP >"$E2E/host-os.conf"
config() { { cat; printf '[dhcp]\nmode = %s\nrange = 10.77.0.100 - 10.77.0.149\ndns = 10.77.0.1\n' "${1:-server}"; } | e2e_ini; }
config </dev/null
e2e_start
KS=$U/hosts/linux-ks/$D1.txt
script() { curl_as "$1" -A "${3:-iPXE}" "$U/home.php?mac=$2"; }
state() { e2e_state "$1" install; }
journal() { e2e_pxed log "$1" --json | jq -r '[.what, .reason, .text] | join(" ")'; }
others() { # WHO WHAT: nothing of the victim's, and nothing changes
    has "$2: its script says so" NOT_BELIEVED "$(script "$1" $M1)"
    lacks "$2: no installer in it" /boot/os/ "$(script "$1" $M1)"
    for agent in gPXE GRUB Syslinux; do lacks "$2: nor for $agent" /boot/os/ "$(script "$1" $M1 $agent)"; done
    for name in "pxelinux.cfg/01-$D1" "grub/grub.cfg-01-$D1"; do
        lacks "$2: $name by HTTP" /boot/os/ "$(curl_as "$1" "$U/$name")"
        lacks "$2: $name by TFTP" /boot/os/ "$(curl_as "$1" "tftp://$E2E_SERVER/$name")"
    done
    is "$2: the answer file" "403 NOT_YOUR_FILE" "$(body_as "$1" "$KS" | cut -c1-17)"
    is "$2: an event" "403 EVENT_FOREIGN" "$(body_as "$1" "$U/event?mac=$M1&stage=installed" | cut -c1-17)"
    is "$2: kernels are for everybody" 200 "$(code_as "$1" "$U/os/centos-5.5-i386/pxeboot/vmlinuz")"
    is "$2: and the initrd" 200 "$(code_as "$1" "$U/os/centos-5.5-i386/pxeboot/initrd.img")"
    is "$2: it is armed still" armed "$(state $M1)"
    is "$2: no step of its boot came from there" "" "$(e2e_state $M1 stage)"
}
others evil "a neighbour"
has "its journal names the card that asked" "$ATK" "$(journal victim)"
others far "somebody behind a router"
is "at most one such step a minute" 1 "$(journal victim | grep -c '^refused')"

# --- the victim's address on another card
e2e_address evil 10.77.0.60
e2e_in victim ip addr del 10.77.0.60/24 dev eth0
e2e_in server ip neigh flush dev lan0
others evil "its address, stolen"
e2e_address evil 10.77.0.66
e2e_address victim 10.77.0.60
e2e_in server ip neigh flush dev lan0

# --- the server itself: an operator's curl, a script, an account of the server
LOCAL=$(script server $M1)
has "the server sees the installer" "/boot/os/centos-5.5-i386/pxeboot/vmlinuz" "$LOCAL"
is "and the answer file" 200 "$(code_as server "$KS")"
is "no event is its own" "403 EVENT_FOREIGN" "$(body_as server "$U/event?mac=$M1&stage=installed" | cut -c1-17)"
is "by another of its addresses neither" "403 EVENT_FOREIGN" "$(e2e_in server ip addr add 10.123.0.1/32 dev lo; curl_as server --interface 10.123.0.1 -w '%{http_code} ' -o "$E2E/body" "$U/event?mac=$M1&stage=installed"; cut -c1-13 "$E2E/body")"
TWO=$(script server $M2)
has "a token for the server opens nothing" "/boot/s/00000000000000000000000000000000/" "$TWO"
is "nor does it" 403 "$(code_as two "$U/s/00000000000000000000000000000000/hosts/$D2/preseed.cfg")"
is "nor an empty one" 400 "$(code_as two "$U/s//hosts/$D2/preseed.cfg")"
has "a secret file shows ***" '***' "$(curl_as server "$U/hosts/$D2/preseed.cfg")"
lacks "and not the hash" 'secret$hash' "$(curl_as server "$U/hosts/$D2/preseed.cfg")"
is "it is armed still" armed "$(state $M1)"
is "the other too" armed "$(state $M2)"

# --- tokens stand in no log, journal or status, by whatever protocol they came
TOKEN=$(script two $M2 | grep -o '/s/[0-9a-f]\{32\}' | head -n 1 | cut -c4-)
ok "a script carries a token" test ${#TOKEN} = 32
curl_as victim "tftp://$E2E_SERVER/s/$TOKEN/no-such-file" >/dev/null
curl_as victim "$U/s/$TOKEN/no-such-file" >/dev/null
curl_as two "$U/s/$(tr 0-9a-f 1-9a-f0 <<<"$TOKEN")/hosts/$D2/preseed.cfg" >/dev/null
lacks "which stands in no log, journal or status" "$TOKEN" "$(cat "$E2E_LOG"; e2e_pxed machines --json; journal two; journal victim; e2e_in server curl -s http://$E2E_SERVER/status)"

# --- DHCP: a DISCOVER ends nothing, whoever sends it
dhcp_as victim lease --mac $M1 --firmware bios >/dev/null
has "the machine's own script" "/boot/os/centos-5.5-i386/" "$(script victim $M1)"
is "its answer file" 200 "$(code_as victim "$KS")"
is "spent" installing "$(state $M1)"
for i in 1 2 3; do dhcp_as evil discover --mac $M1 --firmware bios >/dev/null; done
script evil $M1 >/dev/null
script far $M1 >/dev/null
is "forged DISCOVERs and strangers' GETs end nothing" installing "$(state $M1)"
is "its files are still its own" 200 "$(code_as victim "$KS")"
LEASE=$(e2e_pxed leases --json | jq -r --arg m $M1 'select(.mac == $m) | .ip')
dhcp_as evil decline --mac $M1 --ip "$LEASE" --server $E2E_SERVER --wait 0.5 >/dev/null
dhcp_as evil release --mac $M1 --ciaddr "$LEASE" --wait 0.5 >/dev/null
is "a forged DECLINE and RELEASE take no lease away" "$LEASE" "$(e2e_pxed leases --json | jq -r --arg m $M1 'select(.mac == $m) | .ip')"
is "the machine's own event" "200 ok" "$(body_as victim "$U/event?mac=$M1&stage=installed")"
is "is taken" installed "$(state $M1)"

# --- two ports: the second card proves nothing by the line's MAC alone, but mac= names it
has "its second port is the host" "/boot/s/" "$(script port $M2)"
URL=$(script two $M2 | grep -o 'url=[^ ]*' | cut -d= -f2-)
is "a secret at its plain name" "403 SECRET_NO_TOKEN" "$(body_as two "$U/hosts/$D2/preseed.cfg" | cut -c1-19)"
is "by its token from the other port" 200 "$(code_as port "$URL")"
is "which spends" installing "$(state $M2)"
is "an event by token from afar" "200 ok" "$(body_as far "${URL%%/hosts/*}/event?mac=$M2&stage=installed")"
is "is taken" installed "$(state $M2)"

# --- TFTP: a request whose sender is forged proves nothing
e2e_pxed arm --yes victim >/dev/null
BOOTS=$(journal victim | grep -c '^script')
e2e_in evil python3 - "$E2E_SERVER" "$(e2e_in server cat /sys/class/net/lan0/address)" $D1 <<'PY'
import socket, struct, sys
server, mac, dashes = sys.argv[1:]
def checksum(b):
    s = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while s >> 16: s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind(('eth0', 0))
for port, options in ((3001, b''), (3002, b'blksize\0001024\0tsize\0000\0')):
    rrq = b'\0\1pxelinux.cfg/01-' + dashes.encode() + b'\0octet\0' + options
    udp = struct.pack('!HHHH', port, 69, 8 + len(rrq), 0) + rrq
    ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton('10.77.0.60'), socket.inet_aton(server))
    ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
    raw.send(bytes.fromhex(mac.replace(':', '')) + bytes.fromhex('020000006601') + b'\x08\0' + ip + udp)
PY
sleep 1
is "forged RRQs without an ACK are no step of the machine" "$BOOTS" "$(journal victim | grep -c '^script')"
has "its own request is answered" "/boot/os/centos-5.5-i386/" "$(curl_as victim "tftp://$E2E_SERVER/pxelinux.cfg/01-$D1")"
until_true 5 eval '[ "$(journal victim | grep -c "^script")" -gt "$BOOTS" ]'
is "and noted" $((BOOTS + 1)) "$(journal victim | grep -c '^script')"
has "the same without options" "/boot/os/centos-5.5-i386/" "$(curl_as victim --tftp-no-options "tftp://$E2E_SERVER/pxelinux.cfg/01-$D1")"
e2e_in server ip neigh flush dev lan0
has "and when the kernel does not know it yet" "/boot/os/centos-5.5-i386/" "$(curl_as victim "tftp://$E2E_SERVER/pxelinux.cfg/01-$D1")"
ok "its answer file by TFTP" curl_as victim -o "$E2E/ks" "tftp://$E2E_SERVER/hosts/linux-ks/$D1.txt"
has "whole" %packages "$(cat "$E2E/ks")"
is "so it is" installing "$(state $M1)"

# --- many on one wire
e2e_in evil python3 - "$E2E_SERVER" <<'PY'
import socket, subprocess, sys
batch = ''.join('addr add 10.77.%d.%d/16 dev eth0\n' % (1 + i // 250, 1 + i % 250) for i in range(2000))
subprocess.run(['ip', '-batch', '-'], input=batch.encode(), check=True)
PY
e2e_in server ip addr add 10.77.0.1/16 dev lan0
e2e_in evil python3 - "$E2E_SERVER" >"$E2E/many" <<'PY'
import socket, sys
# The kernel's own table may be smaller than that (gc_thresh3, 1024 by default, for all namespaces): it drops some packets.
def ask(i):
    s = socket.socket()
    s.settimeout(2)
    try:
        s.bind(('10.77.%d.%d' % (1 + i // 250, 1 + i % 250), 0))
        s.connect((sys.argv[1], 80))
        s.send(b'GET /boot/os/debian-12/linux HTTP/1.0\r\n\r\n')
        return b'200' in s.recv(200)
    except OSError:
        return False
    finally:
        s.close()
print('good', sum(any(ask(i) for _ in range(3)) for i in range(2000)))
PY
ok "2,000 clients on one wire are served: $(tail -n 1 "$E2E/many")" test "$(sed -n 's/^good //p' "$E2E/many")" -ge 1990
e2e_pxed arm --yes victim >/dev/null
has "and the machine among them is believed" "/boot/os/centos-5.5-i386/" "$(script victim $M1)"
lacks "and nobody else" /boot/os/ "$(script evil $M1)"
ip -n "${E2E_SPACES[server]}" addr del 10.77.0.1/16 dev lan0
e2e_address evil 10.77.0.66
e2e_stop

# --- beside another DHCP server: an overheard address is no proof
config proxy </dev/null
e2e_start
e2e_pxed arm --yes victim >/dev/null
dhcp_as evil request --mac $M1 --firmware bios --ip 10.77.0.66 --server 10.77.0.2 --wait 0.3 >/dev/null
dhcp_as evil request --mac $M1 --firmware bios --ciaddr 10.77.0.66 --port 4011 --unicast $E2E_SERVER --wait 0.3 >/dev/null
lacks "proxy: a forged REQUEST makes nobody the machine" /boot/os/ "$(script evil $M1)"
is "proxy: nor gives it the answer file" 403 "$(code_as evil "$KS")"
is "proxy: armed still" armed "$(state $M1)"
has "proxy: the machine is" "/boot/os/centos-5.5-i386/" "$(script victim $M1)"
e2e_stop

# --- the classic recipe, for who wants it
config proxy <<<'believe = query'
e2e_start
e2e_pxed arm --yes victim >/dev/null
has "believe = query: whoever names the MAC" "/boot/os/centos-5.5-i386/" "$(script evil $M1)"
is "gets its file, and uses it up" 200 "$(code_as evil "$KS")"
is "so it is" installing "$(state $M1)"
e2e_stop
e2e_done
