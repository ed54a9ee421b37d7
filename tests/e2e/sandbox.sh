#!/bin/bash
# The sandbox from outside: what the kernel says of the process, what it may not write, and that sandbox = no is off. That the daemon
# works in it is shown by all other tests: it is the default.
. "$(dirname "$0")/common.sh"
e2e_begin
nm -D "$E2E_BIN" 2>/dev/null | grep -q __asan_init && { echo "skipped: off in a sanitizer build"; exit 77; }
M1=08:00:27:4d:4d:aa
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_image debian-12
echo "$M1, debian-12, name=web01, ip=10.77.0.60" >"$E2E/host-os.conf"
ini() { { cat; printf '[dhcp]\nmode = server\nrange = 10.77.0.100 - 10.77.0.149\n'; } | e2e_ini; }
status() { sed -n "s/^$1:[^0-9]*//p" "/proc/$(e2e_pid)/status"; }
# Makes the running daemon do a system call, as an intruder in its process would.
inject() { timeout 20 python3 "$E2E_HERE/intrude.py" "$(e2e_pid)" "$@" 2>/dev/null; }

ini </dev/null
e2e_start
is "no new privileges" 1 "$(status NoNewPrivs)"
is "a seccomp filter" 2 "$(status Seccomp)"
ok "no complaint of the sandbox" test -z "$(grep -E ' core sandbox ' "$E2E_LOG")"
has "it serves" "/boot/os/debian-12/" "$(curl_as one -A iPXE "$U/home.php?mac=$M1")"

# --- UDF of an image that comes while it runs: read by a process of its own, out of the sandboxed one
mkdir -p "$E2E/udf/sources" "$E2E/root/boot/os/windows-10-x64"
echo 'only in UDF' >"$E2E/udf/sources/a long name of a file.wim"
e2e_mark
genisoimage -quiet -udf -o "$E2E/root/boot/os/windows-10-x64/w.iso" "$E2E/udf" 2>/dev/null
until_true 30 logged 'core reloaded'
is "it is read, and its files are served" "200 only in UDF" "$(body_as one "$U/os/windows-10-x64/sources/a%20long%20name%20of%20a%20file.wim")"
is "no process is left" "" "$(pgrep -P "$(e2e_pid)" -x pxed-udf)"
no "the sandbox allows it" logged 'the system call'

if [ "$(uname -m)" = x86_64 ]; then
    is "no file is made below the root: EACCES" -13 "$(inject 85 "$E2E/root/boot/evil" 420)" # creat
    no "and there is none" test -e "$E2E/root/boot/evil"
    ok "but in the state" test "$(inject 85 "$E2E/state/own" 420)" -ge 0 -a -e "$E2E/state/own"
    is "a call that no server makes: EPERM" -1 "$(inject 153)" # vhangup
    until_true 5 logged 'error core sandbox the system call vhangup was refused'
    ok "which is told" logged 'error core sandbox the system call vhangup was refused'
    ok "and harms nothing" e2e_alive pxed
    inject 165 a b c 0 0 >/dev/null # mount
    until_true 5 eval '! e2e_alive pxed'
    no "a mount ends the process" e2e_alive pxed
    e2e_kill pxed KILL
else
    echo "# skipped: calls of an intruder, they are x86-64"
    e2e_stop
fi

ini <<<'sandbox = no'
e2e_start
is "sandbox = no: no filter" 0 "$(status Seccomp)"
ok "which is told" logged 'core sandbox off'
e2e_stop
ini <<<'sandbox = log'
e2e_start
is "sandbox = log: a filter" 2 "$(status Seccomp)"
ok "which is told" logged 'core sandbox unknown system calls are allowed'
e2e_stop && e2e_pass "it ends well"
e2e_done
