#!/bin/bash
# What may write a disk, over the wire: curl and raw DHCP play firmware, loader and installer.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad
for n in 1 2 3 4; do
    mac=M$n
    e2e_client m$n "${!mac}"
    e2e_address m$n 10.77.0.6$n
done
for os in centos-5.5-i386 debian-12 rocky-9; do e2e_image $os; done
hosts() {
    cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=m1, ip=10.77.0.61
$M2, debian-12, name=m2, ip=10.77.0.62
$M3, debian-12, name=m3, ip=10.77.0.63
$M4, debian-12, name=m4, ip=10.77.0.64
HOSTS
}
hosts
config() { # INSTALL-TIMEOUT
    printf 'install-timeout = %s\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' "$1" | e2e_ini
}
config 2h
e2e_start

mac_of() { local v=M$1; echo "${!v}"; }
dashes() { mac_of "$1" | tr : -; }
power_on() { dhcp_as "m$1" lease --mac "$(mac_of "$1")" --firmware bios >/dev/null; } # the firmware, then the loader
loads() { dhcp_as "m$1" discover --mac "$(mac_of "$1")" --firmware bios --loader ipxe >/dev/null; }
script() { curl_as "m$1" -A iPXE "$U/home.php?mac=$(dashes "$1")"; }
kernel() { code_as "m$1" "$U/os/debian-12/linux" && code_as "m$1" "$U/os/debian-12/initrd.gz"; }
answer() { code_as "m$1" "$U/hosts/$(dashes "$1")/preseed.cfg"; }
event() { curl_as "m$1" "$U/event?mac=$(dashes "$1")&stage=$2"; }
install_is() { e2e_state_is "$(mac_of "$1")" install "$2"; }
state() { e2e_state "$(mac_of "$1")" install; }
stage() { e2e_state "$(mac_of "$1")" stage; }
disk_only() { # N WHY [STATUS OF ITS ANSWER FILE]: no protocol says anything but the disk
    local text
    text=$(
        for agent in iPXE GRUB Syslinux; do curl_as "m$1" -A $agent "$U/home.php?mac=$(dashes "$1")"; done
        for url in "$U" "tftp://$E2E_SERVER"; do
            for name in "pxelinux.cfg/01-$(dashes "$1")" "grub/grub.cfg-01-$(dashes "$1")" grub/grub.cfg; do curl_as "m$1" "$url/$name"; done
        done
    )
    lacks "$2: no protocol gives m$1 a kernel" /boot/os/ "$text"
    is "$2: all nine say its disk" 9 "$(grep -cE '^(exit|exit 1|localboot 0)$' <<<"$text")"
    is "$2: its answer file: ${3:-403}" "${3:-403}" "$(answer "$1")"
}

# --- the ordinary way, stage by stage
is "a new line is armed" armed "$(state 2)"
is "with the right blank" blank "$(e2e_state $M2 right)"
power_on 2
is "leased" leased "$(stage 2)"
e2e_in m2 curl -s -o /dev/null "tftp://$E2E_SERVER/undionly.kpxe"
is "loader" loader "$(stage 2)"
loads 2
has "script" /boot/os/debian-12/linux "$(script 2)"
is "the stage is script" script "$(stage 2)"
is "kernel and initrd" 200200 "$(kernel 2)"
is "the stage is kernel" kernel "$(stage 2)"
is "still armed: retries are free" armed "$(state 2)"
has "the script once more" /boot/os/debian-12/linux "$(script 2)"
is "the answer file" 200 "$(answer 2)"
is "is spent" installing "$(state 2)"
disk_only 2 "after the answer" 200
is "which it may fetch again while it installs" 200 "$(code_as m2 "$U/hosts/$(dashes 2)/early.sh")"
is "installing" ok "$(event 2 installing)"
is "a step" ok "$(event 2 bootable)"
is "installed" ok "$(event 2 installed)"
is "the state" installed "$(state 2)"
disk_only 2 "installed"
power_on 2
loads 2
disk_only 2 "the next power-on"
is "it stays so" installed "$(state 2)"
is "one right was used" 1 "$(e2e_journal m2 | grep -c '^spent')"
is "DHCP still offers a loader: the disk is the script's business" undionly.kpxe "$(dhcp_as m2 discover --mac $M2 --firmware bios | jq -r .file)"

# --- never a word: unconfirmed
power_on 3
script 3 >/dev/null
answer 3 >/dev/null
is "spent without an event" installing "$(state 3)"
power_on 3
is "an address asked for again ends nothing: anybody could have" installing "$(state 3)"
script 3 >/dev/null
is "back without a word: unconfirmed" unconfirmed "$(state 3)"
disk_only 3 "unconfirmed"
why_names installer-mute m3
is "and has exit 1" 1 "$(e2e_pxed why m3 >/dev/null; echo $?)"
has "a late installer may still say so" ok "$(event 3 installing)"
is "it is installing" installing "$(state 3)"
is "failed, with a reason" ok "$(curl_as m3 "$U/event?mac=$M3&stage=failed&reason=DISK_NOT_BLANK")"
is "the state" failed "$(state 3)"
is "the word" DISK_NOT_BLANK "$(e2e_state $M3 fail)"
has "the cure" "pxed arm m3: erases the disk" "$(e2e_pxed why m3)"
disk_only 3 "failed"
has "machines --failed lists it" m3 "$(e2e_pxed machines --failed)"

# --- the first event spends, without an answer file
power_on 4
script 4 >/dev/null
is "an event instead of an answer file" ok "$(event 4 installing)"
disk_only 4 "the first event" 200

# --- an operator's own script that boots the kernel by itself and never reports
printf '<?php header("Content-Type: text/plain"); echo "#!gpxe\nkernel http://10.77.0.1/boot/os/centos-5.5-i386/pxeboot/vmlinuz own\nboot\n";' \
    >"$E2E/root/boot/home.php"
power_on 1
has "its words" "vmlinuz own" "$(script 1)"
is "the kernel" 200 "$(code_as m1 "$U/os/centos-5.5-i386/pxeboot/vmlinuz")"
is "armed: it may load once more" armed "$(state 1)"
power_on 1
lacks "but the next power-on gets its disk" vmlinuz "$(script 1)"
is "it is spent" unconfirmed "$(state 1)"
rm "$E2E/root/boot/home.php"

# --- the right `blank` stays with the guard: an operator's file that comes later has none
e2e_client m5 08:00:27:4d:4d:ae
e2e_address m5 10.77.0.65
printf '08:00:27:4d:4d:ae, debian-12, name=m5, answer=later.cfg\n' >>"$E2E/host-os.conf"
waits() { e2e_pxed machines | grep m5 | grep -q "not ready: $1"; }
ok "a line whose answer file is missing waits" until_true 10 waits ANSWER_UNREADABLE
S5() { curl_as m5 -A iPXE "$U/home.php?mac=08-00-27-4d-4d-ae"; }
lacks "its machine gets its disk" /boot/os/ "$(S5)"
echo 'd-i partman-auto/method string regular' >"$E2E/later.cfg"
touch "$E2E/host-os.conf"
kill -HUP "$(e2e_pid)"
ok "one without the guard is no answer to the right blank" until_true 10 waits ANSWER_UNGUARDED
lacks "no installer either" /boot/os/ "$(S5)"
printf 'd-i preseed/early_command string wget -O- {{file.early_sh}} | sh\n#{{> report}}{{> disk-guard}}\n' >"$E2E/later.cfg"
kill -HUP "$(e2e_pid)"
installs() { S5 | grep -q /boot/os/debian-12/linux; }
ok "one with it is" until_true 10 installs
mkdir -p "$E2E/root/boot/hosts/08-00-27-4d-4d-ae"
echo 'another file, and no guard' >"$E2E/root/boot/hosts/08-00-27-4d-4d-ae/preseed.cfg"
lacks "a second one beside it: none" /boot/os/ "$(S5)"
why_names answer-twice m5
rm -r "$E2E/root/boot/hosts/08-00-27-4d-4d-ae"
ok "without it again" until_true 5 installs
sed -i '/name=m5/d' "$E2E/host-os.conf"
kill -HUP "$(e2e_pid)"

# --- orders end, and more of them than a hand can give need a person
BEFORE=$(state 2)
ok "arm --for 1s" e2e_pxed arm --yes --for 1s m2
is "armed" armed "$(state 2)"
expired() { [ "$(state 2)" = "$BEFORE" ]; }
ok "it ends unused, and the installation before it stands again" until_true 10 expired
has "the journal says so" ARM_EXPIRED "$(e2e_pxed log m2)"
has "arm refuses what cannot be delivered" NO_IMAGE "$(mv "$E2E/root/boot/os/debian-12" "$E2E/away"; sleep 6; e2e_pxed arm --yes m2 2>&1)"
mv "$E2E/away" "$E2E/root/boot/os/debian-12"
sleep 6
ok "arm once more" e2e_pxed arm --yes m2
ok "event: an operator's word ends it" e2e_pxed event m2 installed
is "so it is" installed "$(state 2)"
has "with who said it" "uid 0" "$(e2e_pxed log m2 | tail -n 1)"
no "an event of a host that is not being installed" e2e_pxed event m2 failed
is "changes nothing" installed "$(state 2)"
no "adopt of nobody" e2e_pxed adopt nobody
is "adopt" "known, not armed" "$(e2e_pxed arm --yes m2 >/dev/null; e2e_pxed adopt m2 | grep -o 'known, not armed')"
is "takes an arming away" installed "$(state 2)"

# --- arm, disarm, tries
ok "arm" e2e_pxed arm --yes m2
is "armed again" "armed any" "$(state 2) $(e2e_state $M2 right)"
has "who did it is recorded" "uid 0" "$(e2e_state $M2 armed_by)"
is "a late word of the old system uses nothing up" ok "$(event 2 installed)"
is "it is still armed" armed "$(state 2)"
ok "disarm" e2e_pxed disarm m2
disk_only 2 "disarmed"
ok "arm --tries 2" e2e_pxed arm --yes --tries 2 m2
power_on 2
script 2 >/dev/null
answer 2 >/dev/null
power_on 2
has "the second try, after the first went silent" /boot/os/ "$(script 2)"
answer 2 >/dev/null
power_on 2
script 2 >/dev/null
is "there is no third" unconfirmed "$(state 2)"
disk_only 2 "tries used up"
ok "arm --dry-run" e2e_pxed arm --dry-run m2
is "changes nothing" unconfirmed "$(state 2)"
no "arm without --yes and without a terminal" e2e_pxed arm m2 </dev/null
no "several or none" e2e_pxed arm --yes m2 nobody
is "none it was" unconfirmed "$(state 2)"
ok "arm --os" e2e_pxed arm --yes --os rocky-9 m2
has "boots what was said" /boot/os/rocky-9/ "$(script 2)"
ok "and disarm" e2e_pxed disarm m2

# --- kill -9: what was acknowledged is kept
e2e_pxed arm --yes m2 m3 >/dev/null
power_on 2
script 2 >/dev/null
answer 2 >/dev/null
OK=$(event 2 installed)
e2e_crash
is "ok, and at once kill -9" ok "$OK"
power_on 3 & # a machine that asks while nobody is there
ASKS=$!
e2e_start
wait "$ASKS"
is "installed it was, installed it is" installed "$(state 2)"
disk_only 2 "after kill -9"
is "who was armed is armed" armed "$(state 3)"
for round in 1 2 3; do
    e2e_pxed arm --yes m2 >/dev/null
    power_on 2
    script 2 >/dev/null
    answer 2 >/dev/null
    OK=$(event 2 installing)
    e2e_crash
    e2e_start
    is "round $round: ok means it is on disk" "ok installing" "$OK $(state 2)"
done
lacks "nothing was armed by a start" "new line" "$(e2e_journal m2 | tail -n 4)"

# --- install-timeout
e2e_stop
config 2s
e2e_start
ok "no word within install-timeout: stalled" until_true 10 install_is 2 stalled
disk_only 2 "stalled"
why_names installer-stalled m2
e2e_pxed arm --yes m2 >/dev/null
script 2 >/dev/null
answer 2 >/dev/null
ok "never a word: unconfirmed" until_true 10 install_is 2 unconfirmed
is "an installer that speaks after all" ok "$(event 2 installed)"
is "is believed" installed "$(state 2)"
e2e_stop

# --- a lost store
config 2h
for n in $(seq 1 200); do printf '02:bb:00:00:00:%02x, debian-12\n' "$n"; done >>"$E2E/host-os.conf"
rm -rf "$E2E/state"
e2e_mark
e2e_start
is "a lost store and 204 lines: none is armed" 0 "$(e2e_pxed machines --armed --json | wc -l)"
ok "one error says how many" logged '204 new hosts would be armed, arm-limit is 100'
disk_only 2 "a lost store"
is "arm --new after a yes" 0 "$(e2e_pxed arm --new --yes >/dev/null; echo $?)"
is "arms all" 204 "$(e2e_pxed machines --armed --json | wc -l)"
is "with the right blank" 204 "$(e2e_pxed machines --armed --json | jq -r .right | grep -c '^blank$')"
e2e_stop

# --- an address that goes to another machine takes no rights along
echo "$M1, debian-12, name=m1" >"$E2E/host-os.conf"
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.50\ndns = 10.77.0.1\n' | e2e_ini
rm -rf "$E2E/state"
e2e_start
is "the only address" 10.77.0.50 "$(dhcp_as m1 lease --mac $M1 --firmware bios | jq -r .yiaddr)"
dhcp_as m1 release --mac $M1 --ciaddr 10.77.0.50 --server $E2E_SERVER --unicast $E2E_SERVER
is "is another's now" 10.77.0.50 "$(dhcp_as m4 lease --mac $M4 | jq -r .yiaddr)"
e2e_address m4 10.77.0.50
is "who gets nothing of the first one's" "403 403" "$(code_as m4 "$U/hosts/$(dashes 1)/preseed.cfg") $(code_as m4 "$U/event?mac=$M1&stage=installing")"
is "nor spends it" armed "$(state 1)"
e2e_stop && e2e_pass "it ends well"
e2e_done
