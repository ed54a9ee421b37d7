#!/bin/bash
# The root process and what it keeps: what each process may do, helpers that are killed, signals, and who ends with whom.
. "$(dirname "$0")/common.sh"
e2e_begin
[ "$(id -u)" = 0 ] || { echo "skipped: root is needed"; exit 77; }
M1=08:00:27:4d:4d:aa
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_image debian-12
echo "$M1, debian-12, name=web01, ip=10.77.0.60" >"$E2E/host-os.conf"
printf 'user = nobody\n[http]\ncgi-user = daemon\n[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\n' | e2e_ini
R=$E2E/root/boot
# shellcheck disable=SC2016
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"; id -un; grep CapEff /proc/self/status; echo "$PPID"\n' >"$R/who.cgi"
printf '#!/bin/sh\necho $$ >>%s/sleepers\nexec sleep 300\n' "$E2E" >"$R/sleep.cgi"
chmod 755 "$R"/*.cgi
install -m 666 /dev/null "$E2E/sleepers"
chmod 755 "$E2E"
status() { sed -n "s/^$2:[^0-9a-f]*//p" "/proc/$1/status"; }
child() { ps -eo pid,ppid,comm | awk -v p="$1" -v c="$2" '$2 == p && $3 == c { print $1 }'; } # PARENT NAME
keeper() { ps -o ppid= -p "$(e2e_pid)" | tr -d ' '; }
who() { curl_as one "$U/who.cgi"; }

e2e_start
SERVES=$(e2e_pid) KEEPER=$(keeper)
is "the keeper is called so" pxed-keeper "$(cat "/proc/$KEEPER/comm")"
is "it has the rights its helpers begin with: for scripts kill, setgid, setuid; for links dac_override, fowner" 00000000000000ea "$(status "$KEEPER" CapEff)"
is "and can get no others" "00000000000000ea 1" "$(status "$KEEPER" CapBnd) $(status "$KEEPER" NoNewPrivs)"
# shellcheck disable=SC2012
is "it holds no port, no file of ours, and three sockets: to the serving process, and the two helpers'" 3 \
    "$(ls -l "/proc/$KEEPER/fd" | grep -c ' socket:')"
no "its sockets are of this machine" grep -q ":$(printf %04X 80) " "/proc/$KEEPER/net/tcp6"
is "nothing of it is dumped" 0 "$(awk '/core file size/ { print $5 }' "/proc/$KEEPER/limits")"
is "who serves is nobody, without rights" "$(id -u nobody) 0000000000000000" "$(status "$SERVES" Uid | cut -f 1) $(status "$SERVES" CapEff)"
HELPER=$(child "$KEEPER" pxed-cgi)
is "the scripts' helper is not the scripts' account" 0 "$(status "$HELPER" Uid | cut -f 1)"
is "it can change the account and kill" 00000000000000e0 "$(status "$HELPER" CapEff)"
has "a script is its account" "daemon" "$(who)"
has "without rights" "0000000000000000" "$(who)"

# A helper that is killed: the next script runs, the one that ran is over for its client at once.
e2e_in one curl -s -m 60 -o /dev/null -w '%{http_code}' "$U/sleep.cgi" >"$E2E/code" &
CURL=$!
until_true 5 test -s "$E2E/sleepers"
kill -9 "$HELPER"
wait $CURL
has "its client hears that the script failed" 50 "$(cat "$E2E/code")"
dead() { ! kill -0 "$(tail -n 1 "$E2E/sleepers")" 2>/dev/null; }
ok "the script ends with its helper" until_true 5 dead
has "the next one runs" "daemon" "$(who)"
NEXT=$(child "$KEEPER" pxed-cgi)
no "by another helper" test "$NEXT" = "$HELPER"
ok "which is told" logged "warning core keeper helper=pxed-cgi pid=$NEXT is started again"
is "nothing else was started anew" "$SERVES" "$(e2e_pid)"
for _ in 1 2 3; do kill -9 "$(child "$KEEPER" pxed-cgi)"; sleep 0.1; done
sleep 0.5
is "one that dies again and again waits" "" "$(child "$KEEPER" pxed-cgi)"
until_true 10 eval '[ -n "$(child "$KEEPER" pxed-cgi)" ]'
has "and then runs" "daemon" "$(who)"

# Signals to the keeper reach who serves.
echo "$M1, debian-12, name=web02, ip=10.77.0.60" >"$E2E/host-os.conf"
kill -HUP "$KEEPER"
ok "HUP" until_true 10 logged 'core reload'
has "a new table" "web02" "$("$E2E_BIN" machines -c "$E2E/pxed.ini")"

# The end, each way.
kill -KILL "$SERVES"
wait "${E2E_PIDS[pxed]}"
is "a crash is the keeper's end, by the same signal" 137 $?
unset "E2E_PIDS[pxed]"
no "no helper is left" pgrep -s 0 -f pxed-cgi
e2e_start
SERVES=$(e2e_pid) KEEPER=$(keeper)
# A second one in the same folder is refused, and does no harm.
e2e_in server timeout 30 "$E2E_BIN" run -c "$E2E/pxed.ini" >"$E2E/second" 2>&1
is "a second daemon in one state folder" "1 1" "$? $(grep -c 'another pxed is using it' "$E2E/second")"
has "the first serves" "daemon" "$(who)"
kill -9 "$KEEPER"
e2e_start # while the old one may still be ending
gone() { ! kill -0 "$SERVES" 2>/dev/null; }
ok "who serves ends with its keeper" until_true 5 gone
has "the next daemon serves" "daemon" "$(who)"
e2e_stop && e2e_pass "it ends well"
e2e_done
