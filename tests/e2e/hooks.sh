#!/bin/bash
# Hooks: what happens is posted, signed and tried again, or told to a program; a hook with before = arm is asked; a server that is not
# there, does not answer or has no name costs nobody anything.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:a1 M2=08:00:27:4d:4d:a2
e2e_client web01 $M1
e2e_address web01 10.77.0.61
e2e_client receiver
e2e_address receiver 10.77.0.9
e2e_image debian-12
SECRET="It's a Secret"
{
    printf '%s, debian-12, name=web01, ip=10.77.0.61\n%s, debian-12, name=web02, ip=10.77.0.62\n' $M1 $M2
    for i in $(seq 0 1199); do printf '08:00:28:00:%02x:%02x, debian-12, name=rack-%04d\n' $((i / 256)) $((i % 256)) "$i"; done
} >"$E2E/host-os.conf"
# What a name server of this namespace would be: an address where nobody is.
ETC=/etc/netns/${E2E_SPACES[server]} # what lies here is /etc of that namespace's programs
mkdir -p "$ETC" || e2e_die "cannot write /etc/netns"
echo "nameserver 10.77.0.250" >"$ETC/resolv.conf"
trap 'rm -rf "$ETC"; e2e_end' EXIT

receive() { # LABEL PORT [tls]
    mkdir -p "$E2E/$1"
    echo 200 >"$E2E/$1/answer"
    e2e_spawn "$1" receiver python3 "$E2E_HERE/hooks_server.py" "$E2E/$1" "$2" ${3:+"$3"}
    until_true 10 e2e_in receiver curl -sk -o /dev/null --max-time 2 "http${3:+s}://10.77.0.9:$2/"
}
answers() { echo "${*:2}" >"$E2E/$1/.answer" && mv "$E2E/$1/.answer" "$E2E/$1/answer"; } # LABEL WORDS
got() { cat "$E2E/$1"/*.body 2>/dev/null | jq -r "${2:-.event}"; }                         # LABEL [FILTER]
count() { find "$E2E/$1" -name '*.body' | wc -l; }
count_is() { [ "$(count "$1")" = "$2" ]; }
has_come() { [ "$(count plain)" -ge 1 ]; }
last_is() { [ "$(got plain | tail -n 1)" = "$1" ]; }
forget() { rm -f "$E2E/$1"/*.body "$E2E/$1"/*.headers; }
header() { sed -n "s/^$3: *//Ip" "$E2E/$1/$2.headers"; } # LABEL NUMBER NAME
sample() { curl_as server "http://$E2E_SERVER/metrics" | sed -n "s/^$1 //p"; }
sample_is() { [ "$(sample "$1")" = "$2" ]; }
sample_over() { [ "$(sample "$1")" -gt "$2" ] 2>/dev/null; }
event() { curl_as web01 "$U/event?mac=${M1//:/-}&stage=$1"; }
end() { e2e_pxed event web01 "$@" >/dev/null; } # an operator says how it ended: a step of the journal each time
promptly() { # WHAT: the loop is not held up
    local took
    took=$(curl_as server -o /dev/null -w '%{time_total}' "http://$E2E_SERVER/status")
    ok "$1: the server answers at once ($took s)" awk -v t="$took" 'BEGIN { exit !(t < 0.8) }'
}

cat >"$E2E/told" <<'SH'
#!/bin/sh
# What it is told goes where its account may write.
{ env | sort; echo "uid=$(id -u)"; echo "input=$(cat)"; } >>OUT/program.$PXED_SEQ.tmp
mv OUT/program.$PXED_SEQ.tmp OUT/program.$PXED_SEQ
[ ! -e OUT/fail ] || { echo "it does not want to"; exit 3; }
SH
mkdir -m 777 "$E2E/out"
sed -i "s#OUT#$E2E/out#g" "$E2E/told"
chmod 755 "$E2E/told"

# --- check
check() { e2e_in server "$E2E_BIN" check --offline -c "$E2E/pxed.ini" 2>&1; }
wrong() { # WHAT NEEDLE: with these lines of [hook x] on stdin
    { echo "[hook x]"; cat; } | e2e_ini
    has "check: $1" "$2" "$(check)"
}
wrong "neither url nor exec" "[hook x] needs url = or exec =" <<<"on = failed"
wrong "both" "and not both" <<<$'url = http://10.77.0.9/\nexec = told'
wrong "a URL that is none" "[hook x] url = nonsense://10.77.0.9/" <<<"url = nonsense://10.77.0.9/"
wrong "a file's" "only http:// and https:// are posted to" <<<"url = file:///etc/passwd"
wrong "a step that is none, with the nearest" "there is no step 'instaled', did you mean 'installed'?" <<<$'url = http://10.77.0.9/\non = instaled'
wrong "an unknown key" "unknown key 'secrte', did you mean 'secret'?" <<<$'url = http://10.77.0.9/\nsecrte = x'
wrong "a program that is not there" "exec = $E2E/none: No such file" <<<"exec = none"
wrong "a question that takes longer than who asks" "timeout: at most 20s with before = arm" <<<$'url = http://10.77.0.9/\nbefore = arm\ntimeout = 1m'
wrong "told nothing" "is told nothing and asked nothing" <<<$'url = http://10.77.0.9/\non = no'
printf '[hook a b]\nurl = http://10.77.0.9/\n' | e2e_ini
has "check: a name with a blank" "a name has letters, digits" "$(check)"
printf '[hook x]\nurl = http://10.77.0.9/\nsecret = %s\n' "$SECRET" | e2e_ini
ok "check: a hook that is right" e2e_in server "$E2E_BIN" check --offline -c "$E2E/pxed.ini"

# --- posted, signed
receive plain 8000
e2e_ini <<INI
arm = command
arm-any-limit = 0
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
[hook ops]
url = http://10.77.0.9:8000/pxed?team=a
secret = $SECRET
on = armed installing installed failed
timeout = 2s
[hook program]
exec = told
on = failed
[hook silent]
url = http://10.77.0.99:1/
on = failed armed disarmed
timeout = 1s
[hook nameless]
url = http://receiver.example.org/
on = failed
timeout = 1s
INI
e2e_start
has "the plugin is loaded by its sections" "hooks" "$("$E2E_BIN" options hooks)"
ok "what was before the first start is not told" count_is plain 0
e2e_pxed arm web01 --yes >/dev/null
ok "an order is told" until_true 5 count_is plain 1
is "by its word" armed "$(got plain)"
is "who and what" "$M1 web01 debian-12 10.77.0.61 OK" "$(got plain '[.mac, .name, .os, .ip, .reason] | join(" ")')"
is "which hook" ops "$(got plain .hook)"
is "the header names the event" armed "$(header plain 000 X-Pxed-Event | tr -d '\r')"
is "and the hook" ops "$(header plain 000 X-Pxed-Hook | tr -d '\r')"
is "its number is the journal's" "$(got plain .seq)" "$(header plain 000 X-Pxed-Delivery | tr -d '\r')"
is "the path is as written" "/pxed?team=a" "$(head -n 1 "$E2E/plain/000.headers")"
signature() { openssl dgst -sha256 -hmac "$SECRET" "$E2E/plain/$1.body" | sed 's/.*= /sha256=/'; }
is "openssl makes the same signature" "$(signature 000)" "$(header plain 000 X-Pxed-Signature-256 | tr -d '\r')"
is "the body is one line" 1 "$(wc -l <"$E2E/plain/000.body")"
curl_as web01 -A iPXE "$U/home.php?mac=${M1//:/-}" >/dev/null
curl_as web01 "$U/hosts/${M1//:/-}/preseed.cfg" >/dev/null
event installing >/dev/null
event installed >/dev/null
ok "an installation, in order" until_true 5 count_is plain 3
is "its words" "armed installing installed" "$(got plain | tr '\n' ' ' | sed 's/ $//')"
ok "numbers rise" [ "$(got plain .seq | sort -n | tr '\n' ' ')" = "$(got plain .seq | tr '\n' ' ')" ]
ok "it is counted" until_true 5 sample_is 'pxed_hook_calls_total{hook="ops",result="taken"}' 3

# --- a program
end failed DISK_NOT_FOUND
was_run() { [ -n "$(find "$E2E/out" -name 'program.*[0-9]')" ]; }
ok "a program is run" until_true 10 was_run
text=$(cat "$E2E"/out/program.*[0-9])
has "with the event" "PXED_EVENT=failed" "$text"
has "and the machine" "PXED_NAME=web01" "$text"
has "and why" "PXED_REASON=INSTALL_FAILED" "$text"
has "as JSON on its input" '"event":"failed"' "$text"
lacks "not as root" "uid=0" "$text"
lacks "and with nothing else of the daemon's" "PXED_E2E" "$text"
lacks "nor the secret of another hook" "$SECRET" "$text"
ok "it is told once" sample_is 'pxed_hook_calls_total{hook="program",result="taken"}' 1
touch "$E2E/out/fail"
rm -f "$E2E"/out/program.*
e2e_mark
end installed
end failed OTHER
ok "a status that is not 0 is a failure" until_true 10 logged 'hook-failed hook=program .*status 3: it does not want to'
rm "$E2E/out/fail"
ok "and tried again" until_true 10 sample_is 'pxed_hook_calls_total{hook="program",result="taken"}' 2

# --- tried again
until_true 5 count_is plain 6
forget plain
answers plain 500 broken
e2e_mark
end installed
ok "a server that fails: said once" until_true 5 logged 'hook-failed hook=ops event=installed .*status 500: broken'
end failed LATER
sleep 2
is "only the first is tried: order is kept" installed "$(got plain | sort -u)"
ok "several times" [ "$(count plain)" -ge 2 ]
is "with the same number and body" 1 "$(cat "$E2E"/plain/*.body | sort -u | wc -l)"
answers plain 302
sleep 3
is "a redirect is not followed" 0 "$(grep -l '^/elsewhere' "$E2E"/plain/*.headers | wc -l)"
answers plain 204
ok "when it works again, both come" until_true 15 last_is failed
ok "the log says so" logged 'hook-works hook=ops'
is "nothing was dropped" 0 "$(sample 'pxed_hook_dropped_total{hook="ops"}')"
answers plain drip
e2e_mark
end installed
ok "an answer without end is cut by timeout" until_true 10 logged 'hook-failed hook=ops .*(timed out|Timeout)'
answers plain 200
until_true 20 sample_is 'pxed_hook_waiting{hook="ops"}' 0

# --- nobody there: what it costs
ok "a server that is not there has what waits" sample_over 'pxed_hook_waiting{hook="silent"}' 2
ok "so has one without a name" sample_over 'pxed_hook_waiting{hook="nameless"}' 2
ok "their failures are counted" until_true 20 sample_over 'pxed_hook_calls_total{hook="nameless",result="failed"}' 0
# Who waited would wait for a second at least, and for a name server for five; a busy machine takes a fraction.
slowest=0
for _ in $(seq 60); do
    took=$(curl_as server -o /dev/null -w '%{time_total}' "http://$E2E_SERVER/status")
    slowest=$(awk -v a="$slowest" -v b="$took" 'BEGIN { print (a + 0 > b + 0) ? a : b }')
    sleep 0.1
done
ok "while names and servers are waited for, the slowest of 60 answers took $slowest s" awk -v t="$slowest" 'BEGIN { exit !(t < 0.8) }'
# An order is one commit, and a step for each of its hosts.
mapfile -t RACK < <(seq -f 'rack-%04g' 0 1199)
taken=$(sample 'pxed_hook_calls_total{hook="ops",result="taken"}')
e2e_pxed arm "${RACK[@]}" --yes >/dev/null
ok "a burst waits" until_true 20 sample_over 'pxed_hook_waiting{hook="silent"}' 1199
e2e_pxed disarm "${RACK[@]}" >/dev/null
e2e_pxed arm "${RACK[@]}" --yes >/dev/null
e2e_pxed disarm "${RACK[@]}" >/dev/null
ok "a queue is bounded: what is beyond is dropped and counted" until_true 20 sample_over 'pxed_hook_dropped_total{hook="silent"}' 0
is "no more than that waits" 4000 "$(sample 'pxed_hook_waiting{hook="silent"}')"
ok "said once" [ "$(grep -c 'hook-dropped hook=silent' "$E2E_LOG")" = 1 ]
ok "the one that works has been told all 2400 armings" until_true 90 sample_over 'pxed_hook_calls_total{hook="ops",result="taken"}' $((taken + 2399))
is "and lost none" 0 "$(sample 'pxed_hook_dropped_total{hook="ops"}')"
promptly "with full queues"

# --- what was not told before the end is told after the next start
answers plain 503
forget plain
end installed
until_true 5 has_come
seq=$(got plain .seq | head -n 1)
e2e_stop
answers plain 200
forget plain
e2e_mark
e2e_start
ok "after a restart it is told" until_true 10 has_come
is "with the same number" "$seq" "$(got plain .seq | head -n 1)"
sleep 1
is "and nothing else" 1 "$(count plain)"
forget plain
answers plain 503
end failed CRASH
until_true 5 has_come
sleep 1 # the journal is on disk
e2e_crash
answers plain 200
forget plain
e2e_start
ok "after a crash, too" until_true 10 last_is failed
e2e_stop

# --- TLS: a certificate that the system vouches for, and one that it does not
certificate() { # FOLDER
    mkdir -p "$1"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=10.77.0.9 -addext subjectAltName=IP:10.77.0.9 \
        -keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
}
certificate "$E2E/sealed"
certificate "$E2E/forged"
mkdir -p "$ETC/ssl/certs" # this namespace's /etc/ssl
cp "$E2E/sealed/cert.pem" "$ETC/ssl/certs/sealed.pem"
openssl rehash "$ETC/ssl/certs"
receive sealed 8443 tls
receive forged 8444 tls
printf '[hook sealed]\nurl = https://10.77.0.9:8443/\non = failed\n[hook forged]\nurl = https://10.77.0.9:8444/\non = failed\n' | e2e_ini
e2e_start
e2e_mark
end failed TLS
ok "the right one is told" until_true 10 count_is sealed 1
ok "the other one is not" until_true 10 logged 'hook-failed hook=forged .*certificate'
is "nothing has come there" 0 "$(count forged)"
e2e_stop

# --- asked before an order arms
forget plain
answers plain 403 "change freeze"
cat >"$E2E/gate" <<SH
#!/bin/sh
[ ! -e $E2E/out/shut ] || { echo "the gate is shut"; exit 1; }
SH
chmod 755 "$E2E/gate"
: >"$E2E/host-os.conf"
rm -rf "$E2E/state" && mkdir "$E2E/state"
e2e_ini <<INI
[hook freeze]
url = http://10.77.0.9:8000/freeze
before = arm
on = no
timeout = 1s
secret = $SECRET
[hook gate]
exec = gate
before = arm
on = no
timeout = 2s
INI
e2e_start
printf '08:00:27:4d:4d:b1, debian-12, name=new01, ip=10.77.0.71\n' >"$E2E/host-os.conf"
hosts_known() { e2e_state_is 08:00:27:4d:4d:b1 name new01; }
until_true 5 hosts_known
is "a new line arms nothing by itself" "" "$(e2e_state 08:00:27:4d:4d:b1 install)"
is "and asks nobody" 0 "$(count plain)"
arm() { e2e_pxed arm "$@" --yes 2>&1; }
text=$(arm new01)
has "refused: the order says so" "a hook with before = arm said no" "$text"
is "nothing is armed" "" "$(e2e_state 08:00:27:4d:4d:b1 install)"
is "it was asked once" 1 "$(count plain)"
is "what for" "arm new01 debian-12 true" "$(got plain '[.ask, .hosts[0].name, .hosts[0].os, (.erases | tostring)] | join(" ")')"
is "signed" "$(openssl dgst -sha256 -hmac "$SECRET" "$E2E/plain/000.body" | sed 's/.*= /sha256=/')" "$(header plain 000 X-Pxed-Signature-256 | tr -d '\r')"
has "the journal has what it said" "not-armed HOOK_REFUSED hook=freeze text=\"status 403: change freeze\"" "$(e2e_journal new01)"
has "a dry run asks nobody" new01 "$(e2e_pxed arm new01 --dry-run 2>&1)"
is "still once" 1 "$(count plain)"
answers plain 200
touch "$E2E/out/shut"
arm new01 >/dev/null
has "the other one may refuse, too" "HOOK_REFUSED hook=gate text=\"status 1: the gate is shut\"" "$(e2e_journal new01)"
rm "$E2E/out/shut"
answers plain wait 5 200
before=$(date +%s%N)
text=$(arm new01)
took=$((($(date +%s%N) - before) / 1000000))
has "no answer in time: no" "did not answer" "$text"
ok "it has waited for its timeout and no longer ($took ms)" [ $took -lt 3500 ]
has "the journal says so" "not-armed HOOK_SILENT hook=freeze" "$(e2e_journal new01)"
is "it is counted" 1 "$(e2e_metric HOOK_SILENT)"
(arm new01 >/dev/null) &
WAITER=$!
sleep 0.3
promptly "while it is asked"
wait $WAITER
is "nothing is armed after all that" "" "$(e2e_state 08:00:27:4d:4d:b1 install)"
answers plain wait 0.5 200
(arm new01 >"$E2E/changed" 2>&1) &
WAITER=$!
sleep 0.2
printf '08:00:27:4d:4d:b1, debian-12, name=new01, ip=10.77.0.71, protect=yes\n' >"$E2E/host-os.conf"
wait $WAITER
is "what was changed while it was asked counts" "" "$(e2e_state 08:00:27:4d:4d:b1 install)"
printf '08:00:27:4d:4d:b1, debian-12, name=new01, ip=10.77.0.71\n' >"$E2E/host-os.conf"
answers plain 200
unprotected() { e2e_state_is 08:00:27:4d:4d:b1 protect false; }
until_true 5 unprotected
sleep 0.5
ok "both say yes: it is armed" e2e_pxed arm --new --yes
is "with the right of a new line" "armed blank" "$(e2e_state 08:00:27:4d:4d:b1 install) $(e2e_state 08:00:27:4d:4d:b1 right)"
is "it was asked as that" false "$(got plain .erases | tail -n 1)"
ok "and with any" e2e_pxed arm new01 --yes
is "which erases" "armed any" "$(e2e_state 08:00:27:4d:4d:b1 install) $(e2e_state 08:00:27:4d:4d:b1 right)"
e2e_kill plain
text=$(arm new01)
has "a hook that is not there says no" "did not answer" "$text"
answers plain wait 5 200
receive plain 8000
answers plain wait 5 200
(arm new01 >"$E2E/stopped" 2>&1) &
WAITER=$!
sleep 0.3
e2e_stop
wait $WAITER
has "the end of the daemon ends the question" "did not answer" "$(cat "$E2E/stopped")"
is "the sandbox refused nothing" 0 "$(grep -c 'the system call' "$E2E_LOG")"
e2e_done
