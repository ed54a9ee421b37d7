#!/bin/bash
# plugins/dns with real askers: dig, host, getent, curl, a dnsmasq that forwards; and the classic recipe's
# `chain http://pxe-server/...` with no other server on the wire.
. "$(dirname "$0")/common.sh"
command -v dig >/dev/null || { echo "skipped: bind9-dnsutils is missing"; exit 77; }
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac
e2e_client one $M1
e2e_client two $M2
e2e_client relay 02:00:0a:4d:00:09
e2e_address one 10.77.0.60
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.60
$M2, debian-12, name=db01
$M3, debian-12, name=far, ip=10.77.0.62, domain=far.example.net, ip6=2001:db8::62/64
HOSTS
ini() { { printf 'name = pxe-server\nplugins = store-sqlite api dhcp tftp http %s os-linux\n[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.109\ndomain = example.org\n' "$1"; cat; } | e2e_ini; }
ini dns </dev/null
e2e_start
digs() { e2e_in one timeout 20 dig +tries=1 +time=3 @$E2E_SERVER "$@"; }
short() { digs +short "$@"; }
status() { digs "$@" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'; }

# --- what is ours
is "pxed's own name" $E2E_SERVER "$(short pxe-server)"
is "in the clients' domain" $E2E_SERVER "$(short pxe-server.example.org)"
is "over TCP" $E2E_SERVER "$(short +tcp pxe-server)"
is "without EDNS" $E2E_SERVER "$(short +noedns pxe-server)"
is "in any case, and back as it was" "PXE-Server." "$(digs +noall +answer PXE-Server | awk '{ print $1 }')"
is "with a cookie and DNSSEC wanted" $E2E_SERVER "$(short +cookie +dnssec pxe-server)"
has "the answer has authority" "flags: qr aa rd;" "$(digs pxe-server)"
has "and does not offer recursion" "recursion requested but not available" "$(digs pxe-server)"
is "AAAA: none, which is no error" "NOERROR 0" "$(status pxe-server AAAA) $(short pxe-server AAAA | wc -l)"
has "with a start of zone" "SOA" "$(digs pxe-server AAAA)"
is "below it there is nothing" NXDOMAIN "$(status www.pxe-server)"
is "a host with ip=" 10.77.0.60 "$(short web01)"
is "its reverse name" web01.example.org. "$(short -x 10.77.0.60)"
is "our own" pxe-server.example.org. "$(short -x $E2E_SERVER)"
is "a host with a domain of its own" "10.77.0.62 2001:db8::62" "$(short far.far.example.net) $(short far.far.example.net AAAA)"
is "a host without address has none" "NOERROR 0" "$(status db01) $(short db01 | wc -l)"
LEASE=$(dhcp_as two lease --mac $M2 --firmware bios | jq -r .yiaddr)
until_true 5 test -n "$(sleep 1.1; short db01)"
is "after its lease it has" "$LEASE" "$(short db01)"
is "and the address is called so" db01.example.org. "$(short -x "$LEASE")"
is "any type: the least there is (RFC 8482)" '"RFC8482" ""' "$(short pxe-server ANY)"

# --- what is not
for name in www.example.com example.org web01.example.com org .; do is "$name" REFUSED "$(status "$name")"; done
is "an address of nobody" REFUSED "$(status -x 10.77.0.200)"
is "a transfer" "; Transfer failed." "$(digs pxe-server AXFR | grep Transfer)"
is "the server's version" REFUSED "$(status version.bind TXT CH)"
is "an update" NOTIMP "$(status +opcode=update pxe-server)"
is "a newer EDNS" BADVERS "$(status +edns=7 +noednsneg pxe-server)"

# --- real resolvers
printf 'search example.org\nnameserver %s\n' $E2E_SERVER >"$E2E/resolv.conf"
with_resolver() { e2e_in "$1" unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf && mount --bind /dev/null /etc/hosts && exec "$@"' "$E2E/resolv.conf" "${@:2}"; }
is "getent" "$E2E_SERVER" "$(with_resolver one getent ahostsv4 pxe-server | awk 'NR == 1 { print $1 }')"
is "getent, back" "web01.example.org" "$(with_resolver one getent hosts 10.77.0.60 | awk '{ print $2 }')"
no "getent of a stranger" with_resolver one getent hosts www.example.com
has "host" "has address 10.77.0.60" "$(with_resolver one host web01)"
printf 'search corp.example\nnameserver %s\n' $E2E_SERVER >"$E2E/resolv.conf"
is "a search domain that is not ours does no harm" "$E2E_SERVER" "$(with_resolver one getent ahostsv4 pxe-server | awk 'NR == 1 { print $1 }')"
e2e_address relay 10.77.0.9
e2e_spawn dnsmasq relay dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --listen-address=10.77.0.9 \
    --bind-interfaces --server=/pxe-server/example.org/$E2E_SERVER --rev-server=10.77.0.0/24,$E2E_SERVER
until_true 10 grep -q 'started' "$E2E/dnsmasq.log"
through() { e2e_in one timeout 20 dig +tries=1 +time=3 +short @10.77.0.9 "$@"; }
is "through a dnsmasq that forwards" $E2E_SERVER "$(through pxe-server)"
is "a host, too" 10.77.0.60 "$(through web01.example.org)"
is "and back" web01.example.org. "$(through -x 10.77.0.60)"

# --- the recipe: option 6, the name, the script, with no other server
ACK=$(dhcp_as two lease --mac $M2 --firmware bios --loader gpxe)
is "option 6 names pxed, because its URLs hold a name" $E2E_SERVER "$(jq -r .dns <<<"$ACK")"
e2e_in two ip addr add "$(jq -r .yiaddr <<<"$ACK")/24" dev eth0
printf 'domain %s\nnameserver %s\n' "$(jq -r .domain <<<"$ACK")" "$(jq -r .dns <<<"$ACK")" >"$E2E/resolv.conf"
SCRIPT=$(with_resolver two curl -s --max-time 10 -0 -A gPXE/1.0.0 "http://pxe-server/boot/home.php?mac=$M2")
has "chain http://pxe-server/boot/home.php" "kernel http://pxe-server/boot/os/debian-12/linux" "$SCRIPT"
KERNEL=$(sed -n 's/^kernel \([^ ]*\).*/\1/p' <<<"$SCRIPT")
is "and what it names" "kernel of debian-12" "$(with_resolver two curl -s --max-time 10 "$KERNEL")"
e2e_in two timeout 20 udhcpc -i eth0 -n -q -f -s /bin/true >/dev/null 2>&1
cat >"$E2E/udhcpc.sh" <<'SH'
#!/bin/sh
[ "$1" = bound ] && printf 'domain %s\nnameserver %s\n' "$domain" "$dns" >"$OUT"
exit 0
SH
chmod +x "$E2E/udhcpc.sh"
e2e_in two env OUT="$E2E/resolv.conf" timeout 20 udhcpc -i eth0 -n -q -f -s "$E2E/udhcpc.sh" >/dev/null 2>&1
is "udhcpc takes it" "domain example.org
nameserver $E2E_SERVER" "$(cat "$E2E/resolv.conf")"

# --- bounds
cat >"$E2E/flood.py" <<'PY'
import os, socket, struct, sys, time
server = (sys.argv[1], 53)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
s.settimeout(0.5)
def count():
    n = 0
    try:
        while True:
            s.recv(2048)
            n += 1
    except socket.timeout:
        return n
query = lambda i: struct.pack(">HHHHHH", i, 0x100, 1, 0, 0, 0) + b"\x0apxe-server\0\0\1\0\1"
if sys.argv[2] == "flood":
    for i in range(3000):
        s.sendto(query(i), server)
    print(count())
elif sys.argv[2] == "noise":
    for i in range(300):
        s.sendto(os.urandom(i % 600), server)
    t = socket.create_connection(server)
    t.send(b"\xff\xff" + os.urandom(100))
    t.settimeout(5)
    print("closed" if t.recv(10) == b"" else "open")
elif sys.argv[2] == "low":
    s.bind(("", 19))
    s.sendto(query(1), server)
    print(count())
elif sys.argv[2] == "pipeline":
    t = socket.create_connection(server)
    t.settimeout(5)
    one = struct.pack(">H", len(query(1))) + query(1)
    for i in range(0, len(one) * 3, 7):
        t.send((one * 3)[i:i + 7])
        time.sleep(0.01)
    got = b""
    while len(got) < 3 * (2 + len(query(1)) + 16):
        got += t.recv(4096)
    print(got.count(b"\x0apxe-server"))
elif sys.argv[2] == "many":
    held = [socket.create_connection(server) for _ in range(12)]
    time.sleep(0.3)
    gone = 0
    for t in held:
        t.setblocking(False)
        try:
            gone += t.recv(1) == b""
        except BlockingIOError:
            pass
        except ConnectionResetError:
            gone += 1
    print(gone)
PY
flood() { e2e_in one timeout 60 python3 "$E2E/flood.py" $E2E_SERVER "$1"; }
is "three queries in pieces on one connection" 3 "$(flood pipeline)"
is "what is no query ends its connection" closed "$(flood noise)"
is "twelve connections of one address: four are closed" 4 "$(flood many)"
is "no answer to a port of a small service" 0 "$(flood low)"
sleep 5
N=$(flood flood)
ok "a flood of 3000 is answered a few hundred times ($N)" test "$N" -ge 200 -a "$N" -le 400
ok "and counted" e2e_counted DNS_RATE 100
lacks "the sandbox allows all it does" "sandbox the system call" "$(cat "$E2E_LOG")"
is "another address is served meanwhile" $E2E_SERVER "$(with_resolver two dig +tries=1 +time=3 +short @$E2E_SERVER pxe-server)"
e2e_spawn holding one python3 -c "import socket, time; t = socket.create_connection(('$E2E_SERVER', 53)); t.send(b'\\0\\x1c'); time.sleep(30)"
until_true 5 e2e_socket -tn state established 'sport = 53'
FROM=$SECONDS
e2e_stop
ok "a connection that waits holds up no stop" test $((SECONDS - FROM)) -le 3
e2e_kill holding

# --- option 6 only if something needs it and nothing else is set
six() { dhcp_as two discover --mac $M2 --firmware bios | jq -r .dns; }
ini dns <<<'dns = 10.77.0.3'
e2e_start
is "dns = wins" 10.77.0.3 "$(six)"
e2e_stop
ini "" </dev/null
e2e_start
is "without the plugin: none" "" "$(six)"
no "and port 53 is closed" e2e_in one dig +tries=1 +time=1 @$E2E_SERVER pxe-server
e2e_stop
{ printf 'plugins = store-sqlite api dhcp tftp http dns os-linux\n[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.109\n'; } | e2e_ini
e2e_start
is "URLs hold an address: none" "" "$(six)"
is "hosts are answered all the same" 10.77.0.60 "$(short web01)"
e2e_stop
ini dns <<<'[dns]
names = name'
e2e_start
is "names = name: hosts are not" "$E2E_SERVER REFUSED" "$(short pxe-server) $(status web01)"
e2e_stop

# --- port 53 is taken
e2e_spawn other server dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --address=/pxe-server/10.9.9.9
until_true 10 grep -q started "$E2E/other.log"
ini dns </dev/null
e2e_start
e2e_mark
is "the other server answers on" 10.9.9.9 "$(short pxe-server)"
has "a warning says who to look for" "names are not answered: UDP port 53: Address already in use" "$(cat "$E2E_LOG")"
is "machines are not sent here for names" "" "$(six)"
is "all else works" 200 "$(code_as one "$U/home.php?mac=$M1")"
has "check says so, too" "port 53" "$(e2e_in server "$E2E_BIN" check -c "$E2E/pxed.ini")"
e2e_stop
e2e_kill other

# --- mistyped
ini dns <<<'[dns]
names = hots'
has "check names the word and the line" "pxed.ini:13: [dns] names: 'hots' is none of: hosts name; did you mean 'hosts'?" "$(e2e_pxed check 2>&1)"
e2e_done
