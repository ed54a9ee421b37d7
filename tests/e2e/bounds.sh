#!/bin/bash
# One machine that wants more than its share, while another boots: every bound of docs/threat-model.md from outside.
. "$(dirname "$0")/common.sh"
e2e_begin
ulimit -n 20000
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client evil 02:66:66:66:66:66
e2e_client one $M1
e2e_client two $M2
e2e_address evil 10.77.0.66
e2e_address one 10.77.0.60
e2e_image debian-12
echo "a file" | tee "$E2E/root/boot/f" >"$E2E/root/tftp/f"
printf '%s, debian-12, name=web01, ip=10.77.0.60\n%s, debian-12, name=web02\n' $M1 $M2 >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
evil() { e2e_in evil timeout 200 python3 "$E2E_HERE/bounds.py" eth0 $E2E_SERVER 02:00:0a:4d:00:01 "$@"; }
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(e2e_pid)/status"; }
served() { # WHEN
    is "$1: HTTP" "a file" "$(curl_as one --max-time 3 "$U/f")"
    is "$1: TFTP" "a file" "$(curl_as one --max-time 3 tftp://$E2E_SERVER/f)"
}
BEFORE=$(memory)

# --- DHCP: fifty strangers and fifty addresses
e2e_in evil timeout 60 python3 "$E2E_HERE/dhcp.py" eth0 flood --count 80 --prefix 02:67 --out "$E2E/acks" --wait 6
N=$(wc -l <"$E2E/acks")
ok "80 strangers get all but one of 50 addresses: $N" test "$N" -ge 40 -a "$N" -le 49
ok "the one is kept for a declared host, and that is said" e2e_counted DHCP_KEPT
has "which gets it" 10.77.0.1 "$(e2e_in two python3 "$E2E_HERE/dhcp.py" eth0 lease --mac $M2 | jq -r .yiaddr)"
ok "a stranger's lease is short by then" test "$(e2e_pxed leases --json | jq -s '[.[] | select(.mac | startswith("02:67")) | .seconds // 0] | min')" -le 300

# --- TFTP: requests in others' names
evil tftp 5500 >"$E2E/tftp.out" 2>&1
is "5,500 forged requests were sent" "sent 5500" "$(tail -n 1 "$E2E/tftp.out")"
served "after them"
ok "those that nobody answered were counted" e2e_counted BUSY 500

# --- HTTP: many machines behind one router connect at once, and ask then
cat >"$E2E/nat.py" <<'PY'
import socket, sys
socks = [socket.create_connection((sys.argv[1], 80), 5) for _ in range(600)]
for s in socks:
    s.sendall(b"GET /boot/f HTTP/1.1\r\nHost: x\r\n\r\n")
print(sum(s.recv(4096).startswith(b"HTTP/1.1 200") for s in socks))
PY
is "600 connections of one address: all are answered" 600 "$(e2e_in evil python3 "$E2E/nat.py" $E2E_SERVER 2>/dev/null)"

# --- HTTP: connections that begin and do not go on
e2e_in evil ip addr add 10.77.0.67/24 dev eth0
is_open() { grep -q "^open" "$E2E/$1.log"; }
e2e_spawn halfopen evil python3 "$E2E_HERE/bounds.py" eth0 $E2E_SERVER x halfopen 9000 20 10.77.0.66 10.77.0.67
until_true 60 is_open halfopen
ok "9,000 connections of two addresses have begun a request" is_open halfopen
served "meanwhile"
sleep 2.5 # the young ones grow up
LEFT=$(e2e_in server ss -tnH state established "( sport = :80 )" | wc -l)
ok "512 of them are left: $LEFT" test "$LEFT" -ge 480 -a "$LEFT" -le 520
e2e_kill halfopen
e2e_spawn bodies evil python3 "$E2E_HERE/bounds.py" eth0 $E2E_SERVER x bodies 4000 20 10.77.0.66 10.77.0.67
until_true 60 is_open bodies
ok "4,000 bodies have begun" is_open bodies
served "meanwhile"
e2e_kill bodies

# --- events: a machine that floods its own journal
curl_as one -A iPXE "$U/home.php?mac=$M1" >/dev/null
curl_as one "$U/hosts/08-00-27-4d-4d-aa/preseed.cfg" >/dev/null
is "web01 installs" installing "$(e2e_state $M1 install)"
e2e_in one timeout 200 python3 "$E2E_HERE/bounds.py" eth0 $E2E_SERVER x events $M1 3000 >"$E2E/events.out" 2>&1
ok "3,000 reports: $(cat "$E2E/events.out")" grep -qE '^200=[0-9]{2} 429=29' "$E2E/events.out"
ok "its journal still says who armed it" grep -q '^armed .*new line' <(e2e_journal web01)
ok "and that the arming was used" grep -q '^spent ' <(e2e_journal web01)
ok "it has at most 128 steps" test "$(e2e_journal web01 | wc -l)" -le 128
SIZE=$(du -sk "$E2E/state" | cut -f1)
ok "the state is small: $SIZE KiB" test "$SIZE" -lt 8192
is "its end is heard" ok "$(curl_as one -d '' "$U/event?mac=$M1&stage=installed")"
is "and counts" installed "$(e2e_state $M1 install)"
ok "the log stays readable: $(stat -c %s "$E2E_LOG") bytes" test "$(stat -c %s "$E2E_LOG")" -lt 1000000

AFTER=$(memory)
[ -n "$(nm -D "$E2E_BIN" 2>/dev/null | grep __asan_init)" ] || ok "memory: $BEFORE KiB before, $AFTER after" test "$AFTER" -lt 60000
e2e_stop && e2e_pass "it ends well"
e2e_done
