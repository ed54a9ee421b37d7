#!/bin/bash
# The shipped unit: installed, then started, reloaded and restarted by its own command lines, with a bad host file and a
# last good table. Whatever the operator wrote, the wire is served.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:01
e2e_client m1 $M1
e2e_address m1 10.77.0.61
e2e_image debian-12
P=$E2E/prefix
ok "it is installed" cmake --install "$E2E_BUILD" --prefix "$P"
UNIT=$P/lib/systemd/system/pxed.service
[ -f "$UNIT" ] || e2e_die "the unit is installed"
chmod -R a+rX "$P"
H=$P/etc/pxed/host-os.conf
printf '[pxed]\ninterface = lan0\nroot = %s/root\nstate = %s/state\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' \
    "$E2E" "$E2E" >"$P/etc/pxed/pxed.ini"
good() { for n in 1 2 3; do echo "08:00:27:4d:4d:0$n, debian-12, name=m$n"; done; }
good >"$H"

# --- as systemd would: each line of a key in its order, the words split at blanks
lines() { sed -n "s/^$1=//p" "$UNIT"; }
is "one command starts it" 1 "$(lines ExecStart | wc -l)"
start() { # 1 if a command before the start fails, as systemd has it
    local line
    while read -r line; do
        [ -z "$line" ] && continue
        # shellcheck disable=SC2086
        case $line in
        -*) e2e_in server ${line#-} || true ;;
        *) e2e_in server $line || return 1 ;;
        esac
    done < <(lines ExecStartPre) >>"$E2E_LOG" 2>&1
    E2E_FROM=$(stat -c %s "$E2E_LOG" 2>/dev/null || echo 0)
    # shellcheck disable=SC2046
    e2e_spawn pxed server $(lines ExecStart)
    until_true 30 e2e_settled
    e2e_ready
}
reload() { # 0 if all its commands succeed
    local line
    while read -r line; do
        line=${line//\$MAINPID/${E2E_PIDS[pxed]}}
        # shellcheck disable=SC2086
        e2e_in server $line >>"$E2E_LOG" 2>&1 || return 1
    done < <(lines ExecReload)
}
served() { # WHAT
    has "$1: HTTP" /boot/os/debian-12/ "$(curl_as server "$U/home.php?mac=$M1")"
    has "$1: TFTP" "kernel of debian-12" "$(curl_as m1 "tftp://$E2E_SERVER/os/debian-12/linux")"
    is "$1: a lease" 10.77.0.1 "$(dhcp_as m1 lease --mac $M1 | jq -r .server)"
}
names() { "$P/sbin/pxed" machines -c "$P/etc/pxed/pxed.ini" --json | jq -r 'select(.declared) | .name' | sort | paste -sd' '; }

ok "it starts" start
served "a good start"
is "its hosts" "m1 m2 m3" "$(names)"

# --- check beside it: its own ports are no fault, another's are
check() { e2e_in server "$P/sbin/pxed" check -c "$1" 2>&1; }
lacks "its own ports are no fault" 'is held by' "$(check "$P/etc/pxed/pxed.ini")"
sed "s,^state = .*,state = $E2E/elsewhere," "$P/etc/pxed/pxed.ini" >"$P/etc/pxed/other.ini"
OTHER=$(check "$P/etc/pxed/other.ini")
has "another ini: the HTTP port is taken" "here: TCP port 80 of [http] is held by pxed (pid $(e2e_pid))" "$OTHER"
has "and TFTP's" "here: UDP port 69 of [tftp] is held by pxed" "$OTHER"
has "and two DHCP servers on one card" "here: UDP port 67 is held by pxed (pid $(e2e_pid)): two DHCP servers" "$OTHER"
rm "$P/etc/pxed/other.ini"

# --- a bad line, and a reload
e2e_mark
{ good; echo 'nonsense'; } >"$H"
ok "reload succeeds: the daemon has been told" reload
ok "the log says what is wrong" until_true 10 logged 'host-os.conf:4: the first word is no MAC address'
ok "and that nothing was changed" until_true 10 logged reload-refused
served "after the reload"

# --- a reboot
restart() { # WHAT
    e2e_stop
    e2e_mark
    ok "$1: it starts" start
    served "$1"
    is "$1: the hosts of the last good table" "m1 m2 m3" "$(names)"
}
restart "a restart with a bad line"
ok "and says so" logged 'the host file is broken: the last good table is in force'
chmod 0 "$H"
restart "an unreadable host file"
rm "$H"
restart "no host file"
mkdir "$H"
restart "a folder"
rmdir "$H"
{ good; echo '08:00:27:4d:4d:04, debian-12, name=m4, ssh-key=@missing'; } >"$H"
e2e_stop
ok "one host's trouble: it starts" start
served "one host's trouble"
is "and all of its hosts are there" "m1 m2 m3 m4" "$(names)"
good >"$H"
ok "a reload with all well" reload
until_true 5 logged 'core reloaded hosts=3'
served "all well"
e2e_stop && e2e_pass "it ends well"
e2e_done
