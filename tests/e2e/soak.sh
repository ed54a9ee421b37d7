#!/bin/bash
# Everything at once for SOAK_MINUTES (3): machines that are installed again and again, a crowd that leases, scripts, large files,
# reloads of good and bad tables, helpers that are killed, a card that flaps, strangers. Nothing grows, nothing is lost.
. "$(dirname "$0")/common.sh"
e2e_begin
MINUTES=${SOAK_MINUTES:-3}
ulimit -n 20000
e2e_in server ip addr flush dev lan0
e2e_in server ip addr add $E2E_SERVER/16 dev lan0
MACHINES="1 2 3 4"
for n in $MACHINES; do
    e2e_client "m$n" "08:00:27:4d:4d:0$n"
    e2e_in "m$n" ip addr add "10.77.0.6$n/16" dev eth0
done
e2e_client crowd 02:ee:ff:00:00:01
e2e_client evil 02:66:66:66:66:66
e2e_in evil ip addr add 10.77.0.80/16 dev eth0
e2e_image debian-12
head -c 8000000 /dev/urandom >"$E2E/root/boot/os/debian-12/big"
R=$E2E/root/boot
echo "a file" | tee "$R/f" >"$E2E/root/tftp/f"
printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\nran"\n' >"$R/run.cgi"
chmod 755 "$R/run.cgi"
table() { # COUNT: machines, and so many reserved ones
    for n in $MACHINES; do echo "08:00:27:4d:4d:0$n, debian-12, name=m$n, ip=10.77.0.6$n"; done
    for n in $(seq 0 "$1"); do printf '02:dd:00:00:00:%02x, local, ip=10.77.100.%d\n' "$n" $((n + 1)); done
}
table 99 >"$E2E/host-os.conf"
printf 'arm-limit = 0\narm-any-limit = 0\n[dhcp]\nmode = server\nrange = 10.77.4.0 - 10.77.11.255\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
SERVES=$(e2e_pid) END=$((SECONDS + MINUTES * 60))
going() { [ $SECONDS -lt $END ]; }

# One installation as it looks from outside; each acknowledged end is a line.
installs() { # N
    local mac=08:00:27:4d:4d:0$1 dash=08-00-27-4d-4d-0$1
    while going; do
        # m1 to m3: each order a boot of its own; DISCOVER first, as the firmware would
        e2e_pxed arm --yes "m$1" >/dev/null 2>&1 && echo "armed m$1" >>"$E2E/acts"
        e2e_in "m$1" timeout 20 python3 "$E2E_HERE/dhcp.py" eth0 lease --mac "$mac" --arch bios >/dev/null 2>&1
        curl_as "m$1" -A iPXE "$U/home.php?mac=$mac" | grep -q /boot/os/debian-12/linux || continue
        curl_as "m$1" -o /dev/null "$U/os/debian-12/linux"
        curl_as "m$1" -o "$E2E/answer$1" "$U/hosts/$dash/preseed.cfg" || continue
        curl_as "m$1" -d '' "$U/event?mac=$mac&stage=installing" >/dev/null
        [ "$(curl_as "m$1" -d '' "$U/event?mac=$mac&stage=installed")" = ok ] && echo "installed m$1" >>"$E2E/acts"
    done
}
leases() { # the same machines again and again, and with each round some that are new
    local round=0
    while going; do
        dhcp_as crowd flood --count 150 --prefix 02:ee --out "$E2E/ee.acks" --wait 30
        dhcp_as crowd flood --count 100 --prefix 02:dd --out "$E2E/dd.acks" --wait 30
        round=$((round + 1))
        sleep 1
    done
}
fetches() {
    while going; do
        curl_as m1 -o "$E2E/big.http" "$U/os/debian-12/big" && { cmp -s "$E2E/big.http" "$R/os/debian-12/big" && echo whole || echo TORN; } >>"$E2E/fetched"
        curl_as m2 --max-time 20 -o "$E2E/big.tftp" --tftp-blksize 1400 "tftp://$E2E_SERVER/os/debian-12/big" && { cmp -s "$E2E/big.tftp" "$R/os/debian-12/big" && echo whole || echo TORN; } >>"$E2E/fetched"
        curl_as m3 "$U/run.cgi" >>"$E2E/cgi"
    done
}
write() { table "$1" >"$E2E/host-os.new" && mv "$E2E/host-os.new" "$E2E/host-os.conf"; }
reloads() {
    while going; do
        write 99
        sleep 1.5
        echo 'no line' >>"$E2E/host-os.conf"
        sleep 1.5
        write 90
        sleep 1.5
        kill -HUP "${E2E_PIDS[pxed]}"
        write 99
        sleep 2
    done
}
kills() { # never the daemon
    local keeper=${E2E_PIDS[pxed]}
    while going; do
        sleep 17
        ps -eo pid,ppid,comm | awk -v k="$keeper" '$2 == k && $3 ~ /^pxed-(cgi|link)$/ { print $1 }' | xargs -r kill -9
    done
}
cards() {
    while going; do
        sleep 23
        e2e_in server ip link set p_m4 down
        sleep 1
        e2e_in server ip link set p_m4 up
        e2e_in server ip link set lan0 down
        sleep 0.5
        e2e_in server ip link set lan0 up
    done
}
strangers() {
    local evil=(e2e_in evil timeout 100 python3)
    while going; do
        "${evil[@]}" "$E2E_HERE/hostile.py" dhcp $E2E_SERVER
        "${evil[@]}" "$E2E_HERE/hostile.py" tftp $E2E_SERVER
        "${evil[@]}" "$E2E_HERE/hostile.py" http $E2E_SERVER
        "${evil[@]}" "$E2E_HERE/hostile.py" strangers $E2E_SERVER --count 500
        "${evil[@]}" "$E2E_HERE/bounds.py" eth0 $E2E_SERVER 02:00:0a:4d:00:01 tftp 1500
        "${evil[@]}" "$E2E_HERE/bounds.py" eth0 $E2E_SERVER x halfopen 600 2 10.77.0.80
        "${evil[@]}" "$E2E_HERE/bounds.py" eth0 $E2E_SERVER x bodies 400 2 10.77.0.80
    done
}
watches() { # KiB of memory, open files
    while going; do
        echo "$(awk '/^VmRSS/ { print $2 }' "/proc/$SERVES/status") $(find "/proc/$SERVES/fd" -type l | wc -l)" >>"$E2E/watched"
        sleep 2
    done
}

WORKERS=()
for n in $MACHINES; do installs "$n" & WORKERS+=($!); done
for work in leases fetches reloads kills cards strangers watches; do
    $work >"$E2E/$work.log" 2>&1 &
    WORKERS+=($!)
done
wait "${WORKERS[@]}"

is "the daemon is the one that began" "$SERVES" "$(e2e_pid)"
ok "and lives" e2e_alive pxed
sleep 2
COUNT=$(grep -c installed "$E2E/acts")
ok "machines were installed: $COUNT times" test "$COUNT" -ge "$MINUTES"
ok "large files came: $(grep -c whole "$E2E/fetched") times" grep -q whole "$E2E/fetched"
no "none of them torn" grep -q TORN "$E2E/fetched"
ok "scripts ran: $(grep -o ran "$E2E/cgi" | wc -l) times" grep -q ran "$E2E/cgi"
ok "helpers were started again: $(grep -c 'is started again' "$E2E_LOG") times" grep -q 'is started again' "$E2E_LOG"
bound() { e2e_pxed leases --json | jq -r 'select(.state == "bound") | .ip + " " + .mac' | sort; }
whole() { # WHEN: every machine has the lease that was last acknowledged to it, and no address is two machines'
    # A line that a reload takes away and gives back moves its machine, so the last word counts.
    cat "$E2E"/*.acks | awk '{ last[$2] = $1 } END { for (m in last) print last[m], m }' | sort >"$E2E/acked"
    bound >"$E2E/leases"
    is "$1: every acknowledged lease is there ($(wc -l <"$E2E/acked"))" "" "$(comm -23 "$E2E/acked" "$E2E/leases" | head -n 3)"
    is "$1: no address was given twice" "" "$(cut -d' ' -f1 "$E2E/acked" | uniq -d)"
}
whole "at the end"
states() { for n in $MACHINES; do echo "m$n $(e2e_state "08:00:27:4d:4d:0$n" install)"; done; }
BEFORE=$(states)
# The second fifth against the last: what is used at full load stays what it was. Of memory the median; of open files the
# least, because strangers hold connections for part of the time, and what leaked is there at any time.
tenth() { sort -n | awk -v t="$1" '{ v[NR] = $1 } END { print v[int((NR * t + 9) / 10)] }'; } # TENTHS: that quantile
N=$(wc -l <"$E2E/watched")
fifth() { head -n $((N * $1 / 5)) "$E2E/watched" | tail -n $((N / 5)) | cut -d' ' -f"$2" | tenth "$3"; }
memory() { fifth "$1" 1 5; }
files() { fifth "$1" 2 1; }
echo "# memory KiB, by fifths: $(for i in 1 2 3 4 5; do memory $i; done | paste -sd' '); open files: $(for i in 1 2 3 4 5; do files $i; done | paste -sd' ')"
nm -D "$E2E_BIN" 2>/dev/null | grep -q __asan_init && SLACK=2 || SLACK=1 # freed memory stays in quarantine for a while
ok "memory does not grow: $(memory 2) to $(memory 5) KiB" test "$(memory 5)" -le $(($(memory 2) * (100 + 15 * SLACK) / 100 + 4096))
ok "nor do open files: $(files 2) to $(files 5)" test "$(files 5)" -le $(($(files 2) + 40))
e2e_crash
e2e_start
whole "after a kill"
is "and each machine is what it was" "$BEFORE" "$(states)"
e2e_stop && e2e_pass "it ends well"
is "the store is whole" ok "$(sqlite3 "$E2E/state/pxed.db" 'pragma integrity_check')"
e2e_done
