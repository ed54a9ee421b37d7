#!/bin/bash
# Without root: sockets that systemd has opened, by systemd-socket-activate and by what a socket unit does; what is missing then is
# told. What systemd thinks of both units.
. "$(dirname "$0")/common.sh"
e2e_begin
[ "$(id -u)" = 0 ] || { echo "skipped: root is needed"; exit 77; }
command -v systemd-socket-activate >/dev/null || { echo "skipped: there is no systemd-socket-activate"; exit 77; }
M1=08:00:27:4d:4d:aa
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_image debian-12
echo "$M1, debian-12, name=web01, ip=10.77.0.60" >"$E2E/host-os.conf"
chmod 755 "$E2E"
mkdir -p "$E2E/state" && chown -R nobody "$E2E/state"
ini() { printf 'plugins = store-sqlite os-linux %s\n[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\n' "$1" | e2e_ini; }
NOBODY=(setpriv --reuid nobody --regid nogroup --clear-groups --bounding-set=-all --no-new-privs)
PXED=("${NOBODY[@]}" "$E2E_BIN" run -c "$E2E/pxed.ini")
launch() { # COMMAND...: it starts pxed when it likes
    E2E_FROM=$(stat -c %s "$E2E_LOG" 2>/dev/null || echo 0)
    e2e_mark
    e2e_spawn pxed server env "${E2E_ENV:-PXED_E2E=1}" "$@"
}
status() { sed -n "s/^$1:[^0-9a-f]*//p" "/proc/$(e2e_pid)/status" | cut -f 1; }

# --- systemd-socket-activate: it starts pxed at the first connection or packet
ini "http api"
launch systemd-socket-activate -l 10.77.0.1:80 "${PXED[@]}"
until_true 5 e2e_socket -ltn 'sport = 80'
has "the first client is served" /boot/os/debian-12/ "$(curl_as one "$U/home.php?mac=$M1")"
is "by nobody, who has no rights" "$(id -u nobody) 0000000000000000" "$(status Uid) $(status CapEff)"
is "and no keeper" "$(e2e_pid)" "${E2E_PIDS[pxed]}"
e2e_stop
ini "dhcp tftp"
launch systemd-socket-activate --datagram -l 0.0.0.0:67 -l 0.0.0.0:4011 -l 0.0.0.0:69 -l 0.0.0.0:6969 "${PXED[@]}"
until_true 5 e2e_socket -lun 'sport = 69'
is "a lease" 10.77.0.60 "$(dhcp_as one lease --mac $M1 | jq -r .yiaddr)"
has "a file by TFTP" "kernel of debian-12" "$(curl_as one "tftp://$E2E_SERVER/os/debian-12/linux")"
ok "a socket that nobody needs is told" logged "systemd's datagram socket 0.0.0.0 port 6969 is closed"
ok "and what is not there without raw sockets" logged 'no ARP socket: no DECLINE counts'
e2e_stop

# --- as the socket unit has it: every address of one card
cat >"$E2E/sockets.py" <<'PY'
import os, socket, sys
unit, command = sys.argv[1], sys.argv[2:]
fds = []
for line in open(unit):
    key, _, value = line.strip().partition("=")
    if key not in ("ListenDatagram", "ListenStream"):
        continue
    address, _, port = value.rpartition(":")
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if key == "ListenDatagram" else socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lan0")
    s.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE
    s.bind((address, int(port)))
    if key == "ListenStream":
        s.listen(128)
    fds.append(os.dup(s.fileno()))
for i, fd in enumerate(fds):
    os.dup2(os.dup(fd), 100 + i)
for i in range(len(fds)):
    os.dup2(100 + i, 3 + i, inheritable=True)
os.closerange(3 + len(fds), 200)
os.environ.update(LISTEN_FDS=str(len(fds)), LISTEN_PID=str(os.getpid()))
os.execvp(command[0], command)
PY
UNIT=$(dirname "$0")/../../etc/pxed@.socket
ini "dhcp tftp http api"
launch python3 "$E2E/sockets.py" "$UNIT" "${PXED[@]}"
until_true 30 e2e_settled
ok "all four sockets are taken" e2e_ready
no "none is left" logged socket-unused
is "a lease" 10.77.0.60 "$(dhcp_as one lease --mac $M1 | jq -r .yiaddr)"
has "TFTP" "kernel of debian-12" "$(curl_as one "tftp://$E2E_SERVER/os/debian-12/linux")"
has "HTTP" /boot/os/debian-12/ "$(curl_as one "$U/home.php?mac=$M1")"
is "the receive buffer is the unit's" 8388608 "$(e2e_in server ss -Hlunm 'sport = 67' | sed -n 's/.*rb\([0-9]*\).*/\1/p')"
e2e_stop
# with port 53, which the unit has as a comment
sed 's/^#Listen/Listen/' "$UNIT" >"$E2E/names.socket"
printf 'name = pxe-server\nplugins = store-sqlite os-linux dhcp tftp http api dns\n[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\n' | e2e_ini
launch python3 "$E2E/sockets.py" "$E2E/names.socket" "${PXED[@]}"
until_true 30 e2e_settled
is "names by UDP" $E2E_SERVER "$(e2e_in one dig +tries=1 +time=3 +short @$E2E_SERVER pxe-server)"
is "and TCP" $E2E_SERVER "$(e2e_in one dig +tries=1 +time=3 +tcp +short @$E2E_SERVER pxe-server)"
is "option 6 says so" $E2E_SERVER "$(dhcp_as one lease --mac $M1 | jq -r .dns)"
e2e_stop
ini "dhcp tftp http api"
# with raw sockets, which it gives up
PXED=("${NOBODY[@]:0:6}" --bounding-set=-all,+net_raw --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw --no-new-privs "$E2E_BIN" run -c "$E2E/pxed.ini")
launch python3 "$E2E/sockets.py" "$UNIT" "${PXED[@]}"
until_true 30 e2e_settled
ok "with CAP_NET_RAW it starts" e2e_ready
no "and has its ARP socket" logged 'no ARP socket'
is "it has no right left" "0000000000000000 0000000000000000" "$(status CapEff) $(status CapPrm)"
has "it serves" /boot/os/debian-12/ "$(curl_as one "$U/home.php?mac=$M1")"
e2e_stop

# --- exposure, as systemd counts it
ok "it is installed" cmake --install "$E2E_BUILD" --prefix "$E2E/prefix"
score() { # UNIT INSTANCE LIMIT
    cp "$E2E/prefix/lib/systemd/system/$1" "$E2E/$2"
    systemd-analyze security --offline=true --threshold="$3" --no-pager "$E2E/$2" >"$E2E/score" 2>&1
}
ok "pxed.service is below 3.0" score pxed.service pxed.service 29
ok "pxed@.service is below 1.5" score pxed@.service pxed@lan0.service 14
no "a limit can be broken" score pxed.service pxed.service 20
e2e_pass "it ends well"
e2e_done
