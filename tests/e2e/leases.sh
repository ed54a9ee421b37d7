#!/bin/bash
# `pxed leases import` and `export` with files of real servers: dnsmasq, ISC dhcpd and Kea lease addresses, pxed takes them over
# and renews them; what pxed exports they read, and give the same machine the same address.
. "$(dirname "$0")/common.sh"
for program in dnsmasq kea-dhcp4 dhcpd; do command -v $program >/dev/null || { echo "skipped: $program is missing"; exit 77; }; done
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad
e2e_client one 08:00:27:4d:4d:01
e2e_client dhcpd 02:00:0a:4d:00:02
e2e_address dhcpd 10.77.0.2
printf '%s, local, name=kept, ip=10.77.0.149\n' $M4 >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.150\n' | e2e_ini
lease() { dhcp_as one lease --mac "$1" --wait 6 ${2:+--hostname "$2"} | jq -r .yiaddr; }
# Has pxed these leases? `IP MAC NAME` of those in force
has_leases() { e2e_pxed leases --json | jq -r 'select(.state == "bound") | "\(.ip) \(.mac) \(.hostname)"' | sort; }
fresh() { # a pxed that knows nothing
    e2e_stop
    rm -rf "$E2E/state" && mkdir "$E2E/state"
    e2e_start
}

dnsmasq_on() {
    e2e_spawn dnsmasq dhcpd dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root --no-ping \
        --dhcp-authoritative --dhcp-range=10.77.0.100,10.77.0.150,1h --dhcp-leasefile="$E2E/dnsmasq.leases" --pid-file=
    until_true 10 grep -q 'dnsmasq-dhcp' "$E2E/dnsmasq.log"
}
isc_on() {
    printf 'authoritative;\nping-check false;\ndefault-lease-time 3600;\nsubnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.100 10.77.0.150; }\n' >"$E2E/isc.conf"
    touch "$E2E/isc.leases"
    e2e_spawn isc dhcpd dhcpd -f -cf "$E2E/isc.conf" -lf "$E2E/isc.leases" --no-pid eth0
    until_true 10 grep -q 'Server starting' "$E2E/isc.log"
}
kea_on() {
    mkdir -p "$E2E/kea"
    printf '{ "Dhcp4": { "interfaces-config": { "interfaces": ["eth0"] }, "valid-lifetime": 3600,
      "lease-database": { "type": "memfile", "persist": true, "name": "%s", "lfc-interval": 0 },
      "subnet4": [ { "id": 1, "subnet": "10.77.0.0/24", "pools": [ { "pool": "10.77.0.100 - 10.77.0.150" } ] } ],
      "loggers": [ { "name": "kea-dhcp4", "severity": "INFO", "output_options": [ { "output": "stdout" } ] } ] } }' "$E2E/kea.csv" >"$E2E/kea.json"
    e2e_spawn kea dhcpd env KEA_PIDFILE_DIR="$E2E/kea" KEA_LOCKFILE_DIR="$E2E/kea" kea-dhcp4 -c "$E2E/kea.json"
    until_true 10 grep -q DHCP4_STARTED "$E2E/kea.log"
}
off() { e2e_kill "$1"; : >"$E2E/$1.log"; }
file_of() { case $1 in dnsmasq) echo "$E2E/dnsmasq.leases" ;; isc) echo "$E2E/isc.leases" ;; kea) echo "$E2E/kea.csv" ;; esac; }

e2e_start
for server in dnsmasq isc kea; do
    e2e_stop
    FILE=$(file_of $server)
    ${server}_on
    A1=$(lease $M1 web01) A2=$(lease $M2 db01)
    dhcp_as one release --mac $M2 --ciaddr "$A2" --server 10.77.0.2 --unicast 10.77.0.2 >/dev/null 2>&1
    A2=$(lease $M2 db01) # released and taken again: the file has it more than once
    off $server
    ok "$server leased two addresses ($A1, $A2)" test "$A1" != "$A2" -a -n "$A1" -a -n "$A2"
    e2e_start
    OUT=$(e2e_pxed leases import $server "$FILE" --dry-run)
    has "$server: a dry run says what would be" "$FILE: 2 leases would be taken over, 0 refused" "$OUT"
    is "$server: and takes nothing" "" "$(has_leases)"
    OUT=$(e2e_pxed leases import $server "$FILE")
    has "$server: two are taken over" "2 leases taken over, 0 refused" "$OUT"
    is "$server: they are there" "$(printf '%s %s web01\n%s %s db01\n' "$A1" $M1 "$A2" $M2 | sort)" "$(has_leases)"
    is "$server: again is no fault" "2 leases taken over" "$(e2e_pxed leases import $server "$FILE" | grep -o '[0-9]* leases taken over')"
    e2e_crash
    e2e_start
    is "$server: after kill -9 too" 2 "$(has_leases | wc -l)"
    is "$server: the machine gets its address from pxed" "$A1" "$(lease $M1)"
    ok "$server: a stranger another one" test "$(lease $M3)" != "$A1" -a "$(lease $M3)" != "$A2"
    ENDS=$(e2e_pxed leases --json | jq -r "select(.ip == \"$A2\") | .expires_ms")
    ok "$server: it ends when that server said" test "$ENDS" -gt $((($(date +%s) + 3400) * 1000)) -a "$ENDS" -lt $((($(date +%s) + 3700) * 1000))

    # back: the file of pxed, read by the same server
    e2e_pxed leases export $server "$E2E/out.$server"
    e2e_stop
    cp "$E2E/out.$server" "$FILE"
    [ $server != kea ] || rm -f "$FILE".*
    ${server}_on
    is "$server: reads what pxed exports" "$A2" "$(lease $M2)"
    off $server
    rm -rf "$E2E/state" "$FILE"* && mkdir "$E2E/state"
    e2e_start
    has "$server: pxed reads its own export" "3 leases taken over, 0 refused" "$(e2e_pxed leases import $server "$E2E/out.$server")"
    fresh
done

# --- Kea with PostgreSQL
POSTGRES=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
pg() { setpriv --reuid postgres --regid postgres --clear-groups "$POSTGRES/$1" "${@:2}"; }
sql() { psql -h "$E2E/pg" -U "$1" -q "${@:2}"; }
kea_sql_on() {
    sed 's/"lease-database": {[^}]*}/"lease-database": { "type": "postgresql", "name": "kea", "user": "kea", "password": "x", "host": "'"${E2E//\//\\/}"'\/pg" }/' "$E2E/kea.json" >"$E2E/kea-sql.json"
    e2e_spawn kea dhcpd env KEA_PIDFILE_DIR="$E2E/kea" KEA_LOCKFILE_DIR="$E2E/kea" kea-dhcp4 -c "$E2E/kea-sql.json"
    until_true 10 grep -q DHCP4_STARTED "$E2E/kea.log"
}
if [ -n "$POSTGRES" ] && command -v kea-admin >/dev/null; then
    e2e_stop
    mkdir "$E2E/pg" && chown postgres "$E2E/pg"
    pg initdb -D "$E2E/pg/db" -A trust >/dev/null
    pg pg_ctl -D "$E2E/pg/db" -o "-k $E2E/pg -c listen_addresses='' -c fsync=off" -l "$E2E/pg/log" -w start >/dev/null
    E2E_PIDS[postgres]=$(head -n 1 "$E2E/pg/db/postmaster.pid")
    sql postgres -c 'create user kea' && sql postgres -c 'create database kea owner kea'
    kea-admin db-init pgsql -u kea -p x -n kea -h "$E2E/pg" >/dev/null 2>&1
    kea_sql_on
    A1=$(lease $M1 web01) A2=$(lease $M2 db01)
    off kea
    pg_dump -h "$E2E/pg" -U kea -t lease4 --data-only kea >"$E2E/dump.sql"
    fresh
    has "PostgreSQL: the dump of Kea's table" "dump.sql: 2 leases taken over, 0 refused" "$(e2e_pxed leases import kea-sql "$E2E/dump.sql")"
    is "they are there" "$(printf '%s %s web01\n%s %s db01\n' "$A1" $M1 "$A2" $M2 | sort)" "$(has_leases)"
    e2e_pxed leases export kea-sql "$E2E/out.sql"
    e2e_stop
    sql kea kea -c 'truncate lease4' && ok "psql reads what pxed exports" sql kea kea -v ON_ERROR_STOP=1 -f "$E2E/out.sql"
    kea_sql_on
    is "and Kea gives the same address" "$A2" "$(lease $M2)"
    off kea
    e2e_kill postgres INT
    e2e_start
else
    echo "# no PostgreSQL here, or no kea-admin: its dump is looked at as text only"
fi
fresh

# --- the others, which no server wrote here
T=$(($(date +%s) + 1000))
printf '"IPAddress","ScopeId","ClientId","HostName","AddressState","LeaseExpiryTime"\r\n"10.77.0.120","10.77.0.0","08-00-27-4d-4d-aa","web01.corp","Active","%s"\r\n' \
    "$(date -u -d @$T +%Y-%m-%dT%H:%M:%SZ)" >"$E2E/win.csv"
has "Windows' CSV" "1 lease taken over, 0 refused" "$(e2e_pxed leases import windows "$E2E/win.csv")"
is "with its name and end" "10.77.0.120 ${T}000 web01" "$(e2e_pxed leases --json | jq -r '"\(.ip) \(.expires_ms) \(.hostname)"')"
has "and back" '"10.77.0.120","08-00-27-4d-4d-aa","web01","Active"' "$(e2e_pxed leases export windows)"
e2e_pxed leases export kea-sql >"$E2E/dump.sql"
fresh
has "a PostgreSQL dump, from stdin" "stdin: 1 lease taken over, 0 refused" "$(e2e_pxed leases import kea-sql <"$E2E/dump.sql")"

# --- every refusal by its place
fresh
lease $M3 >/dev/null
TAKEN=$(lease $M3)
cat >"$E2E/bad.leases" <<LEASES
$T $M1 10.77.0.20 * *
$T $M1 10.9.0.1 * *
$T $M1 $TAKEN * *
$T $M1 10.77.0.149 * *
$T $M4 10.77.0.140 * *
1000 $M1 10.77.0.141 * *
$T $M3 10.77.0.142 * *
soon $M1 10.77.0.143 * *
$T $M4 10.77.0.149 * *
LEASES
for n in 1 2 3 4 5 6 7 8; do
    sed -n "${n}p" "$E2E/bad.leases" >"$E2E/one.leases"
    eval "R$n=\$(e2e_pxed leases import dnsmasq '$E2E/one.leases' | head -1)"
done
has "outside the ranges" "one.leases:1: 10.77.0.20: LEASE_OUTSIDE" "$R1"
has "outside the networks" "one.leases:1: 10.9.0.1: LEASE_OUTSIDE" "$R2"
has "leased to another machine" "one.leases:1: $TAKEN: LEASE_TAKEN" "$R3"
has "reserved for another host" "one.leases:1: 10.77.0.149: LEASE_TAKEN" "$R4"
has "the host's ip= is another" "one.leases:1: 10.77.0.140: LEASE_ANOTHER" "$R5"
has "ended" "one.leases:1: 10.77.0.141: LEASE_ENDED" "$R6"
has "the machine has another one" "one.leases:1: 10.77.0.142: LEASE_ANOTHER" "$R7"
has "unreadable" "one.leases:1: a time in seconds is expected first" "$R8"
ALL=$(e2e_pxed leases import dnsmasq "$E2E/bad.leases")
is "with refusals the exit status is 1" 1 "$(e2e_pxed leases import dnsmasq "$E2E/bad.leases" >/dev/null; echo $?)"
has "what may be is taken all the same: a reserved address" "1 lease taken over" "$ALL"
has "lines are named in a longer file" "bad.leases:8: a time" "$ALL"
printf '%s %s 10.77.0.130 * *\n%s %s 10.77.0.131 * *\n' $T $M1 $((T + 9)) $M1 >"$E2E/two.leases"
for dry in --dry-run ""; do
    OUT=$(e2e_pxed leases import dnsmasq "$E2E/two.leases" $dry)
    has "two of one machine in the file${dry:+, a dry run}: the one that ends last" "two.leases:1: 10.77.0.130: LEASE_ANOTHER" "$OUT"
    has "is taken" ": 1 lease " "$OUT"
done

# --- many, and the arguments
for i in $(seq 1 40); do printf '%s 02:00:00:00:00:%02x 10.77.0.%s host%s *\n' $T "$i" $((100 + i)) "$i"; done | grep -v "$TAKEN \|10.77.0.149" >"$E2E/many.leases"
ok "many" grep -E "(39|40) leases taken over" <(e2e_pxed leases import dnsmasq "$E2E/many.leases")
has "a format that is none" "did you mean 'dnsmasq'" "$(e2e_pxed leases import dnsmask x 2>&1)"
has "a file that is none" "No such file" "$(e2e_pxed leases import isc "$E2E/nothing" 2>&1)"
is "export takes no dry run" 2 "$(e2e_pxed leases export isc --dry-run >/dev/null 2>&1; echo $?)"
e2e_stop
printf '[dhcp]\nmode = proxy\n' | e2e_ini
e2e_start
has "in proxy mode nothing is leased here" "LEASE_NOT_HERE" "$(e2e_pxed leases import dnsmasq "$E2E/many.leases")"
e2e_stop
e2e_done
