#!/bin/bash
# A changed host file, a broken one, an emptied one; SIGHUP; what arms and what does not.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:01 M2=08:00:27:4d:4d:02 M3=08:00:27:4d:4d:03
e2e_client m1 $M1
e2e_address m1 10.77.0.61
e2e_client stranger
e2e_address stranger 10.77.0.66
for os in centos-5.5-i386 debian-12 rocky-9; do e2e_image $os; done
H=$E2E/host-os.conf
base() { for n in 1 2 3 4 5 6; do echo "08:00:27:4d:4d:0$n, debian-12, name=m$n"; done; }
base >"$H"
config() { # LINES OF [pxed] on stdin
    { cat; printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n'; } | e2e_ini
}
config <<<'arm-limit = 3'
rm -f "$E2E/missing"
e2e_start

names() { e2e_pxed machines --json | jq -r 'select(.declared) | .name' | sort | paste -sd' '; }
names_are() { [ "$(names)" = "$1" ]; }
within() { # MILLISECONDS CMD...
    local begin limit=$1
    begin=$(date +%s%N)
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((($(date +%s%N) - begin) / 1000000)) -lt "$limit" ] || return 1
        sleep 0.02
    done
}
state() { e2e_state "$1" install; }
hup() { # SIGHUP, and its end
    e2e_mark
    kill -HUP "${E2E_PIDS[pxed]}"
    until_true 10 logged 'core (reloaded|reload-refused)'
}
ALL='m1 m2 m3 m4 m5 m6'

# --- more than arm-limit at the start
is "six new lines, arm-limit = 3: none is armed" 0 "$(e2e_pxed machines --armed --json | wc -l)"
ok "the error has the count" logged '6 new hosts would be armed, arm-limit is 3'
has "machines shows what is held" "pxed arm --new" "$(e2e_pxed machines)"
no "arm --new asks" e2e_pxed arm --new </dev/null
is "and does nothing without a yes" 0 "$(e2e_pxed machines --armed --json | wc -l)"
ok "arm --new --yes" e2e_pxed arm --new --yes
is "arms them" 6 "$(e2e_pxed machines --armed --json | wc -l)"
is "with right blank" blank "$(e2e_state $M1 right)"

# --- within a second, however the file is written
echo '08:00:27:4d:4d:07, debian-12, name=m7' >>"$H"
ok "a line appended is in force within a second" within 1000 names_are "$ALL m7"
ok "and armed: it is new" e2e_state_is 08:00:27:4d:4d:07 install armed
{ base; echo '08:00:27:4d:4d:08, debian-12, name=m8'; } >"$H.new" && mv "$H.new" "$H"
ok "a file renamed over it" within 1000 names_are "$ALL m8"
cp "$H" "$H~" && { base; echo '08:00:27:4d:4d:08, debian-12, name=eight'; } >"$H.tmp" && rm "$H" && mv "$H.tmp" "$H"
ok "removed and written anew" within 1000 names_are "eight $ALL"
{ base | head -n 3; until_true 0 false; base | tail -n 3; } >"$H"
ok "written in two steps" within 1500 names_are "$ALL"

# --- a line that comes back
is "the removed line was disarmed" "" "$(state 08:00:27:4d:4d:07)"
{ base; echo '08:00:27:4d:4d:07, debian-12, name=m7'; } >"$H"
ok "it comes back" within 1000 names_are "$ALL m7"
is "and is not armed" "" "$(state 08:00:27:4d:4d:07)"
is "nobody else changed" 6 "$(e2e_pxed machines --armed --json | wc -l)"

# --- a bad line
e2e_mark
{ base; echo '08:00:27:4d:4d:07, debian-12, nmae=m7'; echo '08:00:27:4d:4d:09, debian-12, name=m9'; } >"$H"
ok "a bad line: file:line in the log" until_true 5 logged 'host-os.conf:7: .*nmae.*name'
ok "the load is refused" until_true 5 logged reload-refused
is "the table stays, whole" "$ALL m7" "$(names)"
has "check says the same" "host-os.conf:7:" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
"$E2E_BIN" check -c "$E2E/pxed.ini" >/dev/null 2>&1
is "with exit 1" 1 $?
for line in 'zz:00:27:4d:4d:07, debian-12' '08:00:27:4d:4d:01, debian-12' '08:00:27:4d:4d:0a, debian-12, name=m1' \
    '08:00:27:4d:4d:0a, debian-12, name="open' '08:00:27:4d:4d:0a' '08:00:27:4d:4d:0a, debian-12, ip=10.77.0.999'; do
    e2e_mark
    { base; echo "$line"; } >"$H"
    ok "bad: $line" until_true 5 logged 'host-os.conf:7: '
done
is "still the last good table" "$ALL m7" "$(names)"

# --- a start with a broken host file
e2e_stop
e2e_mark
e2e_start
ok "the start says file:line" logged 'host-os.conf:7: '
ok "and that the last good table is in force" logged 'the last good table is in force'
is "it is" "$ALL m7" "$(names)"
is "a start arms nothing" 6 "$(e2e_pxed machines --armed --json | wc -l)"
# however it is broken: the wire is served
restart() { # WHAT: with the host file as it is
    e2e_stop
    e2e_mark
    e2e_start
    is "a start with $1: the last good table" "$ALL m7" "$(names)"
    has "$1: machines are served" "GET" "$(curl_as server -w GET "$U/home.php?mac=$M1")"
}
rm "$H"
restart "no host file"
mkdir "$H"
restart "an empty folder in its place"
touch "$H/nothing.conf"
restart "a folder of empty files"
rm -r "$H"
: >"$H"
restart "an emptied file"
ok "and the log says what confirms it" logged 'is empty: the last good table is in force until SIGHUP confirms it'
head -c 300 /dev/urandom >"$H"
restart "a file of bytes"
ln -sf "$H" "$H" 2>/dev/null || { rm "$H"; ln -s "$H" "$H"; }
restart "a link to itself"
rm "$H"
base >"$H"
ok "corrected: in force" within 1500 names_are "$ALL"

# --- one host's trouble is that host's
{ base | sed '1s/$/, ssh-key=@missing.pub/; 2s/$/, group=nosuch/; 3s/$/, answer=missing.cfg/'; } >"$H"
e2e_mark
ok "an unreadable value: an error with its place" until_true 5 logged 'host-os.conf:1: cannot read .*missing.pub'
ok "a group that is not there" until_true 5 logged 'host-os.conf:2: there is no \[group nosuch\]'
ok "an answer file that is missing" until_true 5 logged 'host-os.conf:3: cannot read the answer file .*missing.cfg'
ok "all others are in force" within 1500 names_are "$ALL"
script() { curl_as server "$U/home.php?mac=08:00:27:4d:4d:0$1"; }
for n in 1 2 3; do lacks "m$n boots its disk" /boot/os/ "$(script $n)"; done
has "and says so" "a value of the host cannot be read" "$(script 1)"
has "m4 is installed" /boot/os/debian-12/ "$(script 4)"
no "nothing stands in for the answer file" grep -q early.sh <<<"$(curl_as server "$U/hosts/08-00-27-4d-4d-03/preseed.cfg")"
"$E2E_BIN" check -c "$E2E/pxed.ini" >"$E2E/checked" 2>&1
is "check: exit 1" 1 $?
has "and says the same" "host-os.conf:2: there is no [group nosuch]" "$(cat "$E2E/checked")"
e2e_stop
e2e_start
is "a start is as good as a reload" "$ALL" "$(names)"
has "for the others" /boot/os/debian-12/ "$(script 4)"
lacks "and for them" /boot/os/ "$(script 1)"
echo nonsense >>"$H"
restart() { e2e_stop; e2e_mark; e2e_start; }
restart
is "the last good table remembers them all" "$ALL" "$(names)"
ok "and what each of them lacked" logged 'hosts.good:[0-9]*: cannot read .*missing.pub'
has "the others are served" /boot/os/debian-12/ "$(script 4)"
for n in 1 2 3; do lacks "m$n boots its disk still" /boot/os/ "$(script $n)"; done
sed -i '$d' "$H"
until_true 5 logged 'core reloaded'

# --- what stands is told once; what many lines share is one line
e2e_mark
echo '08:00:27:4d:4d:0f, debian-12, name=mf' >>"$H"
ok "another change" until_true 5 logged 'core reloaded hosts=7'
no "what stands is not told again" logged 'host-os.conf:[123]: '
{ base | sed '3,4s/$/, answer=missing.cfg/'; } >"$H"
ok "what is new is" until_true 5 logged 'host-os.conf:4: cannot read the answer file'
e2e_mark
{ base | sed '1s/$/, ssh-key=@missing.pub/'; } >"$H"
ok "what came back is, too" until_true 5 logged 'host-os.conf:1: cannot read .*missing.pub'
e2e_mark
{ base; for n in $(seq 100 350); do printf '02:00:00:00:0%s:%s, debian-12, name=n%s, answer=missing.cfg\n' ${n%??} ${n#?} $n; done; } >"$H"
ok "250 lines with one fault" until_true 10 logged 'and 248 more lines: cannot read the answer file'
is "are four lines" 4 "$(e2e_news | grep -c 'cannot read the answer file')"
base >"$H"
hup
ok "corrected" within 1500 names_are "$ALL"
ok "and installed again" until_true 5 grep -q /boot/os/debian-12/ <<<"$(until_true 3 e2e_state_is $M1 install armed; sleep 0.5; script 1)"

# --- emptied, halved
e2e_mark
: >"$H"
ok "an emptied file is refused" until_true 5 logged 'would drop 6 of 6 hosts'
is "nobody is lost" "$ALL" "$(names)"
e2e_mark
base | head -n 2 >"$H"
ok "more than half dropped: refused" until_true 5 logged 'would drop 4 of 6 hosts'
e2e_mark
rm "$H"
ok "a removed file is refused" until_true 5 logged 'reload-refused'
is "nobody is lost then" "$ALL" "$(names)"
base | head -n 3 >"$H"
ok "half dropped: taken" within 1500 names_are "m1 m2 m3"
base | head -n 1 >"$H"
e2e_mark
until_true 5 logged 'would drop'
hup
is "SIGHUP confirms" m1 "$(names)"
: >"$H"
hup
is "even an empty table" "" "$(names)"
base | head -n 3 >"$H"
ok "they come back" within 1500 names_are "m1 m2 m3"
is "not armed" 0 "$(e2e_pxed machines --armed --json | wc -l)"

# --- the OS id changes
e2e_pxed arm --yes m1 m2 m3 >/dev/null
sed -i 's/01, debian-12/01, rocky-9/' "$H"
ok "an unused arming follows the line" until_true 5 e2e_state_is $M1 arm_os rocky-9
has "in the script, too" /boot/os/rocky-9/ "$(curl_as m1 "$U/home.php?mac=$M1")"
curl_as m1 -o /dev/null "$U/hosts/linux-ks/08-00-27-4d-4d-01.txt"
is "spent" installing "$(state $M1)"
sed -i 's/01, rocky-9/01, debian-12/' "$H"
ok "a spent one does not" until_true 5 e2e_state_is $M1 os debian-12
cp "$H" "$E2E/with-m1"
sed -i '/4d:01/d' "$H"
ok "its line is removed" until_true 5 names_are "m2 m3"
has "its files are still made for it" "rootpw" "$(curl_as m1 "$U/hosts/linux-ks/08-00-27-4d-4d-01.txt")"
is "for nobody else" 403 "$(code_as stranger "$U/hosts/linux-ks/08-00-27-4d-4d-01.txt")"
lacks "it boots its disk" /boot/os/ "$(curl_as m1 "$U/home.php?mac=$M1")"
hup
has "nor does another reload take them" "rootpw" "$(curl_as m1 "$U/hosts/linux-ks/08-00-27-4d-4d-01.txt")"
cat "$E2E/with-m1" >"$H"
ok "its line comes back" until_true 5 names_are "m1 m2 m3"
is "what it installs stays" rocky-9 "$(e2e_state $M1 arm_os)"
has "machines shows both" "rocky-9, line says debian-12: pxed arm" "$(e2e_pxed machines)"
is "and it is not armed" installing "$(state $M1)"
e2e_pxed arm --yes m1 >/dev/null
is "until somebody arms it" debian-12 "$(e2e_state $M1 arm_os)"

# --- protect, local
sed -i 's/\(02, debian-12.*\)/\1, protect=yes/' "$H"
ok "protect=yes is in force" until_true 5 e2e_state_is $M2 protect true
lacks "an arming it had has no effect" /boot/os/ "$(curl_as server "$U/home.php?mac=$M2")"
no "and arm refuses" e2e_pxed arm --yes m2
has "by name" "protect=yes" "$(e2e_pxed arm --yes m2 2>&1)"
sed -i 's/03, debian-12/03, local/' "$H"
ok "local is in force" until_true 5 e2e_state_is $M3 os local
no "local cannot be armed" e2e_pxed arm --yes m3
echo '08:00:27:4d:4d:0b, debian-12, name=mb, protect=yes' >>"$H"
ok "a new protected line" until_true 5 names_are "m1 m2 m3 mb"
is "is not armed" "" "$(state 08:00:27:4d:4d:0b)"

# --- the ini
config <<<$'arm-limit = 3\nrang = 5'
hup
ok "a bad ini: file:line and the nearest name" logged "pxed.ini:7: unknown key 'rang'"
ok "nothing was changed" logged 'reload-refused'
has "the daemon lives" "m1" "$(names)"
config <<<$'arm-limit = 3\nname = other.lab.test'
hup
has "a good one is in force: name" http://other.lab.test/boot/ "$(curl_as server "$U/home.php?mac=$M1")"
sed -i 's/0.99/0.98/' "$E2E/pxed.ini"
hup
ok "a key that needs a restart is named" logged "range.*restart"
config <<<$'arm-limit = 3\narm = command'
hup
echo '08:00:27:4d:4d:0c, debian-12, name=mc' >>"$H"
ok "arm = command: a new line" until_true 5 names_are "m1 m2 m3 mb mc"
is "does not arm" "" "$(state 08:00:27:4d:4d:0c)"
ok "arm --new does" e2e_pxed arm --new --yes
is "with the right blank" "armed blank" "$(state 08:00:27:4d:4d:0c) $(e2e_state 08:00:27:4d:4d:0c right)"
config <<<$'arm-limit = 3\narm = any'
hup
echo '08:00:27:4d:4d:0d, debian-12, name=md' >>"$H"
ok "arm = any: a new line" until_true 5 e2e_state_is 08:00:27:4d:4d:0d right any

# --- an operator's answer file without the guard
printf 'config <<<"arm-limit = 3"' >/dev/null
config <<<'arm-limit = 3'
hup
echo 'd-i nothing here' >"$E2E/own.cfg"
echo '08:00:27:4d:4d:0e, debian-12, name=me, answer=own.cfg' >>"$H"
ok "an unguarded answer file" until_true 5 names_are "m1 m2 m3 mb mc md me"
is "does not arm" "" "$(state 08:00:27:4d:4d:0e)"
ok "the warning names the file" until_true 5 logged 'own.cfg'
ok "pxed arm does" e2e_pxed arm --yes me
has "and it is delivered" "nothing here" "$(curl_as server "$U/hosts/08-00-27-4d-4d-0e/preseed.cfg")"
echo 'd-i something else for {{host.name}}' >"$E2E/own.cfg"
hup
has "SIGHUP reads it again" "something else for me" "$(curl_as server "$U/hosts/08-00-27-4d-4d-0e/preseed.cfg")"
e2e_stop

# --- a folder of host files
mkdir "$E2E/hosts.d"
base | head -n 2 >"$E2E/hosts.d/10-a.conf"
base | tail -n 2 >"$E2E/hosts.d/20-b.conf"
base | sed -n 3p >"$E2E/hosts.d/README"
printf '[pxed]\ninterface = lan0\nroot = %s/root\nstate = %s/state2\nhosts = hosts.d\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' "$E2E" "$E2E" >"$E2E/pxed.ini"
e2e_start
is "a folder: its *.conf" "m1 m2 m5 m6" "$(names)"
base | sed -n 4p >"$E2E/hosts.d/30-c.conf"
ok "a further file is in force within a second" within 1000 names_are "m1 m2 m4 m5 m6"
rm "$E2E/hosts.d/20-b.conf"
ok "a removed one, too" within 1000 names_are "m1 m2 m4"
e2e_mark
base | sed -n 1p >"$E2E/hosts.d/40-d.conf"
ok "the same MAC in two files: both are named" until_true 5 logged '40-d.conf:1: .*10-a.conf:1'
is "and refused" "m1 m2 m4" "$(names)"
# --- what takes effect only at start stays as it was, whole, and each changed key is told
e2e_mark
rm "$E2E/hosts.d/40-d.conf"
until_true 10 logged 'core reloaded' # the next ones are for what follows
mkdir -p "$E2E/other/boot/os" "$E2E/other/tftp" "$E2E/elsewhere"
echo old >"$E2E/root/boot/f"
echo new >"$E2E/other/boot/f"
sed -i "s|^root = .*|root = $E2E/other|; s|^state = .*|state = $E2E/elsewhere|" "$E2E/pxed.ini"
printf '[http]\nport = 8080\n[tftp]\nport = 6969\n[os-linux]\nlocale = de_DE.UTF-8\n[os  debian-12]\nargs = quiet\n' >>"$E2E/pxed.ini"
sed -i '/^\[pxed\]/a loader-path = /nowhere' "$E2E/pxed.ini"
hup
for key in '\[pxed\] loader-path' '\[pxed\] root' '\[pxed\] state' '\[http\] port' '\[tftp\] port'; do ok "told: $key" logged "$key: the change needs a restart"; done
no "a variable of an OS plugin needs none" logged '\[os-linux\] locale: the change'
is "the old root is served" old "$(curl_as m1 "$U/f")"
sed -i "s|^root = .*|root = $E2E/root|" "$E2E/pxed.ini"
has "a section with two blanks counts" quiet "$(e2e_pxed explain m1)"
is "nothing was written elsewhere" "" "$(ls "$E2E/elsewhere")"

# --- reloads, good and failing, leave no descriptor open
mkdir -p "$E2E/root/boot/os/rocky-8" "$E2E/iso" && echo x >"$E2E/iso/x"
genisoimage -quiet -R -o "$E2E/root/boot/os/rocky-8/a.iso" "$E2E/iso"
e2e_mark
cp "$E2E/root/boot/os/rocky-8/a.iso" "$E2E/root/boot/os/b.iso"
ok "an ISO directly in boot/os is noticed" until_true 20 logged 'the folders of images have changed'
until_true 10 logged 'core reloaded'
cp "$E2E/pxed.ini" "$E2E/good.ini"
reloads() { # NUMBER: each fourth is a good one
    for n in $(seq "$1"); do
        cp "$E2E/good.ini" "$E2E/pxed.ini"
        rm -f "$E2E/hosts.d/90-bad.conf"
        case $((n % 4)) in
        1) echo 'rang = 5' >>"$E2E/pxed.ini" ;;
        2) echo nonsense >"$E2E/hosts.d/90-bad.conf" ;;
        3) echo '08:00:27:4d:4d:77, rocky-8, ssh-key=@missing.pub' >"$E2E/hosts.d/90-bad.conf" ;;
        esac
        hup
    done
}
descriptors() { ls "/proc/$(e2e_pid)/fd" | wc -l; }
reloads 4
sleep 2
BEFORE=$(descriptors)
reloads 52
sleep 2 # what the watch of the folder began has ended
is "as many descriptors as before" "$BEFORE" "$(descriptors)"
e2e_stop && e2e_pass "it ends well"
e2e_done
