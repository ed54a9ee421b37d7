#!/bin/bash
# `pxed stop`: at once, and when no host is in the middle of its installation.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac
for n in 1 2 3; do
    mac=M$n
    e2e_client m$n "${!mac}"
    e2e_address m$n 10.77.0.6$n
done
e2e_image debian-12
mkdir -p "$E2E/root/boot/os/haiku-r1"
echo kernel >"$E2E/root/boot/os/haiku-r1/kernel"
head -c 20000000 /dev/urandom >"$E2E/root/boot/os/haiku-r1/module"
printf '%s\n' "$M3, haiku-r1, name=web03, disk=/dev/vda" "$M1, debian-12, name=web01, ip=10.77.0.61" "$M2, debian-12, name=web02, ip=10.77.0.62" >"$E2E/host-os.conf"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
dns = 10.77.0.1
[os haiku-r1]
multiboot = kernel
initrd = module
INI

mac_of() { local v=M$1; echo "${!v}"; }
dashes() { mac_of "$1" | tr : -; }
power_on() { dhcp_as "m$1" lease --mac "$(mac_of "$1")" --firmware bios >/dev/null; }
script() { curl_as "m$1" -A iPXE "$U/home.php?mac=$(dashes "$1")"; }
answer() { code_as "m$1" "$U/hosts/$(dashes "$1")/preseed.cfg"; }
event() { curl_as "m$1" "$U/event?mac=$(dashes "$1")&stage=$2"; }
install_is() { e2e_state_is "$(mac_of "$1")" install "$2"; }
gone() { ! e2e_alive "$1"; }
ends() { # WHAT STATUS LABEL: how that background command ends
    until_true 15 gone "$3"
    wait "${E2E_PIDS[$3]}"
    is "$1" "$2" $?
    unset "E2E_PIDS[$3]"
}
daemon_ended() { # WHAT
    ok "$1: the daemon has ended" until_true 10 gone pxed
    wait "${E2E_PIDS[pxed]}"
    is "$1: with status 0" 0 $?
    unset "E2E_PIDS[pxed]"
    e2e_sanitizer
}
stop_waits() { e2e_spawn "$1" server "$E2E_BIN" stop -c "$E2E/pxed.ini" "${@:2}"; } # LABEL ARGUMENTS
said() { grep -qE -- "$2" "$E2E/$1.log"; } # LABEL PATTERN

# --- armed is not busy; on its way to the installer is
e2e_start
ok "two lines are armed" install_is 1 armed
is "nobody boots: nothing to wait for" "0 hosts install" "$(e2e_pxed stop --dry-run)"
ok "a dry run ends nothing" e2e_alive pxed
power_on 1
has "a machine asks for an address: it is waited for" "web01: debian-12, booting: leased, since" "$(e2e_pxed stop --dry-run)"
is "and the status says so" 1 "$(e2e_pxed stop --dry-run >/dev/null; echo $?)"
is "--json: who" "08:00:27:4d:4d:aa booting" "$(e2e_pxed stop --dry-run --json | jq -r '.mac + " " + .busy')"

# --- it waits, and the daemon serves on
stop_waits idle --when-idle --timeout 2h
ok "it says whom it waits for" until_true 10 said idle 'web01: debian-12, booting: leased'
has "the script is served meanwhile" /boot/os/debian-12/linux "$(script 1)"
ok "the step is told" until_true 10 said idle 'booting: script'
is "the answer file, too: it uses up the arming" 200 "$(answer 1)"
ok "now it installs" until_true 10 said idle 'web01: debian-12, installing, since'
event 1 installing >/dev/null
event 1 bootable >/dev/null
power_on 2
ok "a step of the installer is told" until_true 10 said idle 'web01: debian-12, installing: bootable'
ok "a second machine begins meanwhile" until_true 10 said idle 'waiting: 2 hosts install'
is "it is served, too" 200 "$(script 2 >/dev/null; answer 2)"
is "the first one is done" ok "$(event 1 installed)"
ok "one is left" until_true 10 eval 'tail -n 1 "$E2E/idle.log" | grep -q "^web02: debian-12, installing"'
ok "the daemon lives" e2e_alive pxed
is "the second one, too" ok "$(event 2 installed)"
ends "the command ends well" 0 idle
ok "when the daemon has ended" gone pxed
daemon_ended "when idle"
ok "its last word" said idle '^stopping$'
ok "the log says by whom" logged 'ordered by uid 0'

# --- the records are on disk
e2e_mark
e2e_start
is "after a start both are installed" "installed installed" "$(e2e_state $M1 install) $(e2e_state $M2 install)"
is "and nobody installs" "0 hosts install" "$(e2e_pxed stop --dry-run)"

# --- the time is over
e2e_pxed arm --yes web01 >/dev/null
power_on 1
script 1 >/dev/null
is "an arming is used" 200 "$(answer 1)"
stop_waits late --when-idle --timeout 1s
ends "the time is over: status 1" 1 late
ok "it names who installs" said late '^web01: debian-12, installing'
ok "and says that nothing was done" said late 'the time is over and 1 host installs: the daemon serves on'
is "the daemon serves on" 200 "$(code_as m1 "$U/os/debian-12/linux")"

# --- interrupted: no wish is kept
stop_waits cut --when-idle
until_true 10 said cut 'waiting'
kill -INT "${E2E_PIDS[cut]}"
e2e_kill cut
is "the installation ends" ok "$(event 1 installed)"
sleep 1
ok "a command that was interrupted ends nothing later" e2e_alive pxed

# --- a last image of which the boot was last heard before it was armed again: it is being sent
e2e_pxed arm --yes web03 >/dev/null
power_on 3
script 3 >/dev/null
e2e_in m3 curl -s --max-time 60 --limit-rate 2M -o "$E2E/module" "$U/os/haiku-r1/module" &
FETCH=$!
until_true 10 test -s "$E2E/module"
sleep 1
e2e_pxed arm --yes web03 >/dev/null
has "a machine that loads its last image is waited for" "web03: haiku-r1, booting" "$(e2e_pxed stop --dry-run)"
kill $FETCH
wait $FETCH 2>/dev/null
ok "until that ends" until_true 10 e2e_pxed stop --dry-run

# --- a third installation
e2e_pxed arm --yes web02 >/dev/null
power_on 2
script 2 >/dev/null
is "an arming is used again" 200 "$(answer 2)"

# --- at once
e2e_pxed stop >"$E2E/out" 2>"$E2E/err"
is "at once: status 0" 0 $?
has "it says whom it cuts off" "web02: debian-12, installing" "$(cat "$E2E/err")"
has "and the other way" "1 host installs and cannot reach the server until it is started again; --when-idle waits" "$(cat "$E2E/err")"
daemon_ended "at once"
is "no daemon: status 3" 3 "$(e2e_pxed stop --when-idle >/dev/null 2>&1; echo $?)"
e2e_mark
e2e_start
is "a restart ends no installation" installing "$(e2e_state $M2 install)"
is "which goes on" ok "$(event 2 installed)"
e2e_done
