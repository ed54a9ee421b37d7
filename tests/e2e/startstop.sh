#!/bin/bash
# Start, readiness, privileges, drain, exit statuses.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_image debian-12
R=$E2E/root
head -c 40000000 /dev/urandom >"$R/boot/os/debian-12/big.bin" # more than the sockets' buffers hold
SUM=$(sha256sum <"$R/boot/os/debian-12/big.bin")
echo "$M1, debian-12, name=web01, ip=10.77.0.60" >"$E2E/host-os.conf"
config() { { cat; printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n'; } | e2e_ini; }
config <<<'drain = 20s'
no_leak_check() { E2E_ENV=ASAN_OPTIONS=detect_leaks=0:exitcode=99; } # it needs ptrace, which an account without rights has not

# --- drain
fetch() { # SPEED
    rm -f "$E2E/got"
    e2e_in one curl -s --max-time 60 --limit-rate "$1" -o "$E2E/got" "$U/os/debian-12/big.bin" &
    FETCH=$!
    until_true 10 test -s "$E2E/got"
}
ended() { ! e2e_alive pxed; }
e2e_start
fetch 12M
kill -TERM "${E2E_PIDS[pxed]}"
ok "SIGTERM: the log says so" until_true 5 logged 'no new transfers; running ones have 20 s'
ok "while it drains it lives" e2e_alive pxed
is "a new request is refused" 1 "$(code_as one --max-time 2 "$U/os/debian-12/linux" | grep -cE '^(000|503)$')"
no "a new DHCP client hears nothing" dhcp_as one discover --mac 02:02:02:02:02:02 --wait 0.5
wait $FETCH
is "the running transfer ends well" 0 $?
is "whole" "$SUM" "$(sha256sum <"$E2E/got")"
ok "then the daemon ends" until_true 5 ended
wait "${E2E_PIDS[pxed]}"
is "with status 0" 0 $?
ok "and says so" logged 'core stopped'

e2e_start
head -c 8000000 "$R/boot/os/debian-12/big.bin" >"$R/boot/os/debian-12/some.bin"
e2e_in one curl -s --max-time 60 --tftp-blksize 1024 -o "$E2E/got" "tftp://$E2E_SERVER/os/debian-12/some.bin" &
FETCH=$!
tftp_runs() { curl_as server "http://$E2E_SERVER/metrics" | grep -q '^pxed_transfers [2-9]'; } # /metrics counts itself
until_true 10 tftp_runs
kill -TERM "${E2E_PIDS[pxed]}"
wait $FETCH
is "a TFTP transfer drains, too" "0 $(sha256sum <"$R/boot/os/debian-12/some.bin")" "$? $(sha256sum <"$E2E/got")"
ok "then it ends" until_true 5 ended
wait "${E2E_PIDS[pxed]}"
is "with status 0 again" 0 $?

# --- a second signal
e2e_mark
e2e_start
fetch 100k
kill -TERM "${E2E_PIDS[pxed]}"
until_true 5 logged 'no new transfers'
BEGIN=$SECONDS
kill -TERM "${E2E_PIDS[pxed]}"
ok "a second SIGTERM ends at once" until_true 3 ended
wait "${E2E_PIDS[pxed]}"
is "with status 0" 0 $?
ok "not after the drain" test $((SECONDS - BEGIN)) -le 4
kill $FETCH 2>/dev/null # it still drinks what the buffers hold
ok "the transfer was cut" test "$(stat -c %s "$E2E/got")" -lt 40000000

# --- the end of the drain
config <<<'drain = 1s'
e2e_mark
e2e_start
fetch 100k
kill -INT "${E2E_PIDS[pxed]}"
ok "SIGINT is the same; after drain transfers are cut" until_true 5 ended
wait "${E2E_PIDS[pxed]}"
is "with status 0, too" 0 $?
ok "the log says it" logged 'are cut'
kill $FETCH 2>/dev/null

# --- readiness
cat >"$E2E/notify.py" <<'PY'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
print("listening", flush=True)
while True:
    print(s.recv(4096).decode(), flush=True)
PY
e2e_spawn notify server python3 "$E2E/notify.py" "$E2E/notify.sock"
until_true 10 grep -q listening "$E2E/notify.log"
# shellcheck disable=SC2034 # read by e2e_launch
E2E_ENV=NOTIFY_SOCKET=$E2E/notify.sock
e2e_start
ok "sd_notify: READY=1" until_true 5 grep -q READY=1 "$E2E/notify.log"
is "when it serves" 200 "$(code_as one "$U/os/debian-12/linux")"
has "the daemon has libraries" libsqlite3 "$(e2e_libraries)"
lacks "none of systemd's: the protocols are its own" libsystemd "$(e2e_libraries)"
lacks "nor what answers for accounts" libnss_ "$(e2e_libraries)"
if e2e_modular; then
    lacks "none of TLS without a certificate" libssl "$(e2e_libraries)"
    lacks "nor of cryptography" libcrypto "$(e2e_libraries)"
    lacks "nor the plugin that needs them" tls.so "$(e2e_libraries)"
fi
kill -HUP "${E2E_PIDS[pxed]}"
ok "RELOADING=1" until_true 5 grep -q RELOADING=1 "$E2E/notify.log"
two_readies() { [ "$(grep -c READY=1 "$E2E/notify.log")" = 2 ]; }
ok "and READY=1 again" until_true 5 two_readies
config <<<'rang = 1'
kill -HUP "${E2E_PIDS[pxed]}"
ok "a refused reload is the unit's status" until_true 5 grep -q 'STATUS=the last reload was refused' "$E2E/notify.log"
config </dev/null
kill -HUP "${E2E_PIDS[pxed]}"
ok "until one is taken" until_true 5 eval '[ "$(grep STATUS= "$E2E/notify.log" | tail -n 1)" = STATUS= ]'
e2e_stop
ok "STOPPING=1" until_true 5 grep -q STOPPING=1 "$E2E/notify.log"
e2e_kill notify
unset E2E_ENV

# --- another account
config <<<'user = nobody'
chmod 644 "$E2E/pxed.ini" "$E2E/host-os.conf"
no_leak_check
e2e_mark
e2e_start
PID=$(e2e_pid)
is "user = nobody: it becomes nobody" "65534 65534 65534 65534" "$(awk '$1 == "Uid:" { print $2, $3, $4, $5 }' "/proc/$PID/status")"
is "for good" "65534 65534 65534 65534" "$(awk '$1 == "Gid:" { print $2, $3, $4, $5 }' "/proc/$PID/status")"
is "without capabilities" 0000000000000000 "$(awk '$1 == "CapPrm:" { print $2 }' "/proc/$PID/status")"
is "and cannot regain any" 0000000000000000 "$(awk '$1 == "CapBnd:" { print $2 }' "/proc/$PID/status")"
is "its threads neither" "" "$(grep -h CapPrm /proc/"$PID"/task/*/status | grep -v 0000000000000000)"
is "nobody's own process is root's to look into" root "$(stat -c %U "/proc/$PID/mem")"
CORES=$(for pid in $(ip netns pids "${E2E_SPACES[server]}"); do
    [ "$(readlink "/proc/$pid/exe")" = "$E2E_BIN" ] && sed -n 's/^Max core file size *\([^ ]*\) *\([^ ]*\).*/\1 \2/p' "/proc/$pid/limits"
done)
is "neither it nor a helper leaves a core" "0 0" "$(sort -u <<<"$CORES")"
ok "a helper was among them" test "$(wc -l <<<"$CORES")" -ge 2
is "the state is its own" nobody "$(stat -c %U "$E2E/state/pxed.db")"
is "HTTP" 200 "$(code_as one "$U/os/debian-12/linux")"
is "TFTP" "kernel of debian-12" "$(curl_as one "tftp://$E2E_SERVER/os/debian-12/linux")"
is "DHCP, to a machine without address" 10.77.0.60 "$(dhcp_as one lease --mac $M1 | jq -r .yiaddr)"
is "who asks is known" 200 "$(code_as one "$U/hosts/08-00-27-4d-4d-aa/preseed.cfg")"
echo "08:00:27:4d:4d:ab, debian-12, name=web02" >>"$E2E/host-os.conf"
ok "a changed host file" until_true 5 e2e_state_is 08:00:27:4d:4d:ab install armed
e2e_mark
kill -HUP "${E2E_PIDS[pxed]}"
ok "SIGHUP" until_true 5 logged 'core reloaded'
ok "the socket is root's" test "$(stat -c '%a' "$E2E/state/pxed.sock")" = 660
e2e_stop
chmod 600 "$E2E/host-os.conf"
e2e_mark
e2e_start
ok "a host file that it cannot read again: a warning" logged 'host-os.conf is not readable by the daemon'
e2e_stop
unset E2E_ENV
chmod 644 "$E2E/host-os.conf"

# --- what does not start
refused() { # WHAT STATUS WORDS: start must fail
    e2e_mark
    e2e_launch
    ok "$1: it ends" until_true 20 ended
    wait "${E2E_PIDS[pxed]}"
    is "$1: status $2" "$2" $?
    ok "$1: says why" logged "$3"
    unset "E2E_PIDS[pxed]"
}
config <<<'user = no-such-account'
refused "an account that is not there" 1 "no account 'no-such-account'"
config <<<'rang = 1'
refused "an unknown key" 1 "pxed.ini:6: unknown key 'rang'"
config </dev/null
sed -i 's/lan0/lan9/' "$E2E/pxed.ini"
refused "an absent interface" 1 'none of the interfaces can be served'
config </dev/null
mv "$R" "$R.away"
refused "no root" 1 'cannot open root'
mv "$R.away" "$R"
sed -i '1i nonsense' "$E2E/host-os.conf"
rm -rf "$E2E/state"
refused "a broken host file and no last good table" 1 'host-os.conf:1:'
sed -i 1d "$E2E/host-os.conf"
e2e_start
FIRST=${E2E_PIDS[pxed]}
FIRST_FROM=$E2E_FROM
e2e_launch
ok "a second daemon on the same ports" until_true 20 ended
wait "${E2E_PIDS[pxed]}"
is "is refused" 1 $?
E2E_PIDS[pxed]=$FIRST
E2E_FROM=$FIRST_FROM
is "the first one serves on" 200 "$(code_as one "$U/os/debian-12/linux")"
has "and answers the commands" web01 "$(e2e_pxed machines)"
e2e_stop
e2e_spawn web server python3 -m http.server 80
until_true 10 curl_as server -o /dev/null http://$E2E_SERVER/
refused "port 80 is taken" 1 'cannot listen'
e2e_kill web

# --- exit statuses of commands
status() { "$E2E_BIN" "$@" >/dev/null 2>&1; echo $?; }
is "no such command: 2" 2 "$(status nonsense)"
is "no arguments: 2" 2 "$(status)"
is "no daemon: 3" 3 "$(e2e_pxed machines >/dev/null 2>&1; echo $?)"
is "check: 0" 0 "$(status check -c "$E2E/pxed.ini")"
is "check without file: 1" 1 "$(status check -c "$E2E/nothing.ini")"
is "explain" 0 "$(status explain -c "$E2E/pxed.ini" web01)"
is "explain nobody: 1" 1 "$(status explain -c "$E2E/pxed.ini" nobody)"
is "options" 0 "$(status options)"
mkdir "$E2E/deep"
sed -i "s,^state = .*,state = $E2E/deep/er/state," "$E2E/pxed.ini"
e2e_start
ok "a state folder is made" test -f "$E2E/deep/er/state/pxed.db"
is "arm nobody: 1" 1 "$(e2e_pxed arm --yes nobody >/dev/null 2>&1; echo $?)"
is "log nobody: 1" 1 "$(e2e_pxed log nobody >/dev/null 2>&1; echo $?)"
is "why, all well: 0" 0 "$(e2e_pxed why >/dev/null 2>&1; echo $?)"
e2e_stop && e2e_pass "it ends well"
e2e_done
