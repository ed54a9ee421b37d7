#!/bin/bash
# Malformed packets and rude clients on every port: the daemon lives, says no, and counts it by name.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa
e2e_client evil 02:66:66:66:66:66
e2e_client one $M1
e2e_address evil 10.77.0.66
e2e_address one 10.77.0.60
e2e_image centos-5.5-i386
echo "a file" >"$E2E/root/boot/f"
echo "$M1, centos-5.5-i386, name=web01, ip=10.77.0.60" >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
evil() { e2e_in evil timeout 120 python3 "$E2E_HERE/hostile.py" "$1" $E2E_SERVER "${@:2}"; }
honest() { # AFTER WHAT: every protocol still serves
    ok "$1: it lives" e2e_alive pxed
    is "$1: DHCP" 10.77.0.60 "$(dhcp_as one discover --mac $M1 --firmware bios | jq -r .yiaddr)"
    is "$1: TFTP" "a file" "$(curl_as one tftp://$E2E_SERVER/f)"
    has "$1: HTTP" "/boot/os/centos-5.5-i386/" "$(curl_as one "$U/home.php?mac=$M1")"
    has "$1: the api" web01 "$(e2e_pxed machines)"
}
counted() { for name in "$@"; do ok "$name is counted" e2e_counted "$name"; done; }

evil dhcp >"$E2E/dhcp.out" 2>&1
is "DHCP: all sent" 0 $?
honest "after broken DHCP"
counted DHCP_MALFORMED DHCP_NOT_OURS DHCP_RELAY_FOREIGN
ok "the log names what was wrong" logged 'reason=DHCP_MALFORMED .*too short'
is "no machine has the address of all ones" "" "$(e2e_pxed leases --json | jq -r 'select(.ip == "255.255.255.255") | .mac')"

evil tftp >"$E2E/tftp.out" 2>&1
is "TFTP: all sent" 0 $?
honest "after broken TFTP"
counted TFTP_MALFORMED TFTP_WRITE TFTP_ABORTED
lacks "no escape sequence in the log" $'\e' "$(cat "$E2E_LOG")"

evil http >"$E2E/http.out" 2>&1
is "HTTP: all sent" 0 $?
honest "after broken HTTP"
counted HTTP_MALFORMED BAD_REQUEST TOO_LARGE BAD_NAME
is "nothing leaked" "" "$(grep LEAK "$E2E/http.out")"
is "no 5xx but for what is unknown" "" "$(grep -E ' 5' "$E2E/http.out" | grep -vE ' (501|505)' | grep -v '^mutated')"
for row in "no-host 400" "two-hosts 400" "nonsense 400" "http-9 505" "absolute 200" "trace 501" "folded 400" "nul-in-header 400" "stray-cr 400" \
    "space-before-colon 400" "length-and-chunked 400" "two-lengths 400" "minus-length 400" "plus-length 400" "huge-length 4.." "large-length 413" \
    "bad-chunk 400" "huge-chunk 4.." "many-chunks 413" "gzip-coding 501" "hundred-headers 431" "long-header 431" "long-target 414" "endless-target 414"; do
    ok "${row% *}: ${row#* }" grep -qE "^$row$" "$E2E/http.out"
done

# --- slow and many
evil slow --count 200 --wait 40 >"$E2E/slow.out" 2>&1 &
SLOW=$!
slow_on() { [ "$(e2e_in server ss -tnH state established "( sport = :80 )" 2>/dev/null | wc -l)" -gt 100 ] || ! kill -0 $SLOW; }
until_true 10 slow_on
is "while 200 slow ones hang on: HTTP" 200 "$(code_as one --max-time 3 "$U/home.php?mac=$M1")"
wait $SLOW
is "all slow ones were ended" 0 $?
ok "within 20 s" test "$(sed -n 's/.*after=\([0-9]*\).*/\1/p' "$E2E/slow.out")" -le 20
counted TIMEOUT
is "while 200 silent ones hang on: HTTP" 200 "$(evil many --count 200)"
honest "after slow and many"

# --- MACs that are only spoken of: a look-up makes no record and forgets none
curl_as evil "$U/home.php?mac=02:66:66:66:66:66" >/dev/null
is "4,200 GETs about other machines are answered" 0 "$(evil strangers --count 4200)"
honest "after them"
is "none of them has a record" "" "$(e2e_pxed machines --unknown --json | jq -r 'select(.mac | startswith("0e:")) | .mac' | head -n 1)"
is "whoever was seen itself has one" 02:66:66:66:66:66 "$(e2e_pxed machines --unknown --json | jq -r 'select(.mac == "02:66:66:66:66:66") | .mac')"

# --- a flood of machines: the known one is served
e2e_in evil timeout 60 python3 "$E2E_HERE/dhcp.py" eth0 flood --count 400 --prefix 02:67 --out "$E2E/flood.acks" --wait 4
ok "400 machines, 50 addresses: some get one" test -s "$E2E/flood.acks"
is "no address is given twice" "" "$(cut -d' ' -f1 "$E2E/flood.acks" | sort | uniq -d)"
ok "the rest is refused by name" logged 'DHCP_NO_ADDRESS|DHCP_RATE'
honest "after the flood"
SIZE=$(stat -c %s "$E2E_LOG")
ok "the log stays readable: $SIZE bytes" test "$SIZE" -lt 2000000
e2e_stop && e2e_pass "it ends well"
e2e_done
