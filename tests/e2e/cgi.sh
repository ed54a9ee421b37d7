#!/bin/bash
# The operator's script as CGI: PHP, Perl, sh; what it is told, what becomes of a slow or broken one, what never runs.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_image centos-5.5-i386
R=$E2E/root/boot
mkdir -m 1777 "$E2E/calls" # where scripts leave a trace
cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=web01, ip=10.77.0.60, ssh-key="ssh-ed25519 AAAA me@lab", root-password-hash=\$6\$salt\$VerySecret
$M2, centos-5.5-i386, name=web02
HOSTS
config() { # LINES OF [http] on stdin, UNKNOWN as argument
    { printf 'name = pxe-server\nunknown = %s\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n[http]\ncgi = .php /usr/bin/php-cgi\n' \
        "${1:-ignore}"; cat; } | e2e_ini
}
again() { # keys of plugins need a restart
    e2e_stop
    e2e_start
}
script() { curl_as one -A iPXE "$U/home.php?mac=$M1&x=a%20b"; }
calls() { find "$E2E/calls" -name "$1" | wc -l; }
writes() { cat >"$R/$1" && chmod "${2:-755}" "$R/$1"; }
config </dev/null
e2e_start
BUILTIN=$(script)
has "without a script pxed answers itself" "kernel http://pxe-server/" "$BUILTIN"

# --- PHP
writes home.php 644 <<'PHP'
<?php
header('Content-Type: text/plain');
echo "#!gpxe\n";
foreach ($_SERVER as $k => $v) if (preg_match('/^(PXED_|QUERY|REMOTE_ADDR|REQUEST_METHOD|SCRIPT_|SERVER_NAME|GATEWAY|HTTP_|PATH_INFO)/', $k)) echo "$k=$v\n";
echo "mac=" . $_GET['mac'] . " x=" . $_GET['x'] . "\n";
touch(getenv('DOCUMENT_ROOT') . '/../calls/php.' . uniqid());
PHP
TEXT=$(script)
for row in '#!gpxe' PXED_MAC=08-00-27-4d-4d-aa PXED_OS=centos-5.5-i386 PXED_ARMED=yes PXED_FIRMWARE=bios PXED_LOADER=ipxe PXED_HOST_NAME=web01 \
    PXED_HOST_IP=10.77.0.60 'PXED_HOST_SSH_KEY=ssh-ed25519 AAAA me@lab' "QUERY_STRING=mac=$M1&x=a%20b" REMOTE_ADDR=10.77.0.60 REQUEST_METHOD=GET \
    SCRIPT_NAME=/boot/home.php GATEWAY_INTERFACE=CGI/1.1 HTTP_USER_AGENT=iPXE "mac=$M1 x=a b" "PXED_SCRIPT=$(head -n 1 <<<"$BUILTIN")"; do
    has "php: $row" "$row" "$TEXT"
done
has "PXED_SCRIPT is pxed's own answer" "kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=http://pxe-server/boot/" "$TEXT"
lacks "no secret" VerySecret "$TEXT"
lacks "no Proxy header (httpoxy)" evil "$(curl_as one -H 'Proxy: evil' "$U/home.php?mac=$M1&x=1")"
is "200, text/plain" "200 text/plain" "$(curl_as one -o /dev/null -w '%{http_code} %{content_type}' "$U/home.php?mac=$M1&x=1" | cut -d';' -f1)"
is "HEAD runs it and sends no body" 0 "$(curl_as one -I "$U/home.php?mac=$M1&x=1" | grep -c PXED_MAC)"
has "stage script" script "$(e2e_state $M1 stage)"

TOKEN=$(grep -o '/boot/s/[0-9a-f]*' <<<"$TEXT" | head -n 1)
ok "the machine's PXED_SCRIPT has its token" test -n "$TOKEN"
e2e_client stranger 02:66:66:66:66:66
e2e_address stranger 10.77.0.66
curl_as stranger "$U/home.php?mac=02:66:66:66:66:66" >/dev/null # now it is known to be another machine
lacks "another machine's has not" "$TOKEN" "$(curl_as stranger "$U/home.php?mac=$M1&x=1")"

# --- who is asked for
rm -f "$E2E"/calls/*
e2e_pxed disarm web02 >/dev/null
lacks "not armed: its disk" "PXED_" "$(curl_as server "$U/home.php?mac=$M2&x=1")"
lacks "unknown: its disk" "PXED_" "$(curl_as server "$U/home.php?mac=02:00:00:00:00:01&x=1")"
is "for none of these was it asked" 0 "$(calls 'php.*')"
D1=$(tr : - <<<"$M1")
# a request that names its machine in another way, or not at all
has "a MAC in a posted form" "PXED_MAC=$D1" "$(curl_as one --data-urlencode "mac=$M1" --data x=1 "$U/home.php")"
has "mac0 in it, as FOG's script posts it" "PXED_MAC=$D1" "$(curl_as one --data-urlencode "mac0=$M1" --data arch=x86_64 "$U/home.php")"
has "mac0 in the query" "PXED_MAC=$D1" "$(curl_as one "$U/home.php?mac0=$M1&uuid=1-2")"
has "no MAC: it is who asks" "PXED_MAC=$D1" "$(curl_as one "$U/home.php?uuid=1-2")"
has "one that cannot be read, too" "PXED_MAC=$D1" "$(curl_as one "$U/home.php?mac=zz&x=1")"
lacks "the one that is not armed: its disk" "PXED_" "$(curl_as server -d "mac=$M2" "$U/home.php")"
config script </dev/null
again
has "unknown = script: a stranger" "PXED_ARMED=no" "$(curl_as server "$U/home.php?mac=02:00:00:00:00:01&x=1")"
lacks "not the one that is not armed" "PXED_" "$(curl_as server "$U/home.php?mac=$M2&x=1")"
config <<<'script-always = yes'
again
has "script-always: every host" "PXED_ARMED=no" "$(curl_as server "$U/home.php?mac=$M2&x=1")"
config </dev/null
again

# --- Perl and sh, by their first line
config <<<'script = home.pl'
again
writes home.pl <<'PL'
#!/usr/bin/perl
use strict;
print "Content-Type: text/plain\r\n\r\n", "perl for $ENV{PXED_HOST_NAME}\n", $ENV{PXED_SCRIPT};
PL
is "perl: its words, then pxed's" "perl for web01
$BUILTIN" "$(curl_as one -A iPXE "$U/home.pl?mac=$M1")"
is "DHCP names it" "http://pxe-server/boot/home.pl?mac=08-00-27-4d-4d-aa" "$(dhcp_as one discover --firmware bios --loader ipxe | jq -r .file)"
config <<<$'script = home\ncgi-timeout = 2s'
again
writes home <<SH
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
echo "user=\$(id -un) group=\$(id -gn) groups=\$(id -Gn)"
grep -E '^(CapEff|NoNewPrivs)' /proc/self/status
pwd
ls -l /proc/self/fd | grep -c socket || :
SH
TEXT=$(curl_as one "$U/home?mac=$M1")
has "sh runs as nobody" "user=nobody group=nogroup groups=nogroup" "$TEXT"
has "without capabilities" "0000000000000000" "$(grep CapEff <<<"$TEXT")"
has "and can gain none" "1" "$(grep NoNewPrivs <<<"$TEXT")"
has "in its own folder" "$R" "$TEXT"
is "with no socket of the daemon" 0 "$(tail -n 1 <<<"$TEXT")"
writes home <<'SH'
#!/bin/sh
printf '#!gpxe\nchain http://elsewhere/\n'
SH
is "#! without a header block is sent as it is" "#!gpxe
chain http://elsewhere/" "$(curl_as one "$U/home?mac=$M1")"

# --- broken ones: the machine boots its disk, the journal says why
disk() { # WHAT WORDS
    local text
    text=$(body_as one -A iPXE "$U/home?mac=$M1")
    has "$1: 200 and its disk" "200 #!gpxe" "$text"
    is "$1: which ends in exit" exit "$(tail -n 1 <<<"$text")"
    lacks "$1: no kernel" kernel "$text"
    has "$1: CGI_FAILED in the journal" "$2" "$(e2e_journal web01 | grep CGI_FAILED | tail -n 1)"
}
writes home <<'SH'
#!/bin/sh
echo 'these words are on stderr' >&2
exit 3
SH
disk "exit 3" "these words are on stderr"
writes home <<'SH'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\nhalf an answer'
kill -SEGV $$
SH
disk "a signal" "signal 11"
writes home <<<'#!/bin/sh'
disk "nothing written" "it wrote nothing"
writes home <<'SH'
#!/bin/sh
echo "kernel of a text without headers"
SH
disk "no headers" "header"
writes home <<'SH'
#!/nonexistent/interpreter
SH
disk "no interpreter" "No such file"
writes home <<'SH'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
head -c 2000000 /dev/zero
SH
disk "too much" "more than 1 MiB"
writes home <<'SH'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n#!gpxe\nkernel http://elsewhere/vmlinuz\nboot\n'
echo 'and then it broke' >&2
exit 1
SH
disk "a good answer and exit 1" "and then it broke"
writes home <<'SH'
#!/bin/sh
printf 'Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nkernel of nobody\n'
SH
disk "status 404" "Status says error"
writes home <<'SH'
#!/bin/sh
printf 'Status: 500 Oops\r\nContent-Type: text/html\r\n\r\n<h1>kernel panic</h1>\n'
SH
disk "status 500" "Status says error"
writes home <<'SH'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
SH
disk "headers and nothing else" "output is empty"
writes home <<'SH'
#!/bin/sh
echo kernel
SH
chmod 644 "$R/home"
disk "not executable" "cannot be run"
rm "$R/home"
why_names script-fails web01
has "why tells the cure" "its stderr is in the journal" "$(e2e_pxed why web01)"
ok "metrics count them" e2e_counted CGI_FAILED 5

# --- slow ones
writes home <<SH
#!/bin/sh
echo 'still thinking' >&2
sleep 300 & echo \$! >$E2E/calls/child
sh -c 'sleep 300; :' &
echo \$\$ >$E2E/calls/parent
wait
SH
BEGIN=$(date +%s%N)
e2e_in one curl -s --max-time 20 "$U/home?mac=$M1" >"$E2E/slow" &
SLOW=$!
until_true 5 test -s "$E2E/calls/parent"
is "meanwhile others are served" 200 "$(code_as server --max-time 1 "$U/os/centos-5.5-i386/pxeboot/vmlinuz")"
wait $SLOW
TOOK=$((($(date +%s%N) - BEGIN) / 1000000))
ok "cut at cgi-timeout (2s): $TOOK ms" test $TOOK -lt 5000
is "it gets its disk" exit "$(tail -n 1 "$E2E/slow")"
has "CGI_FAILED with its stderr" "cgi-timeout: still thinking" "$(e2e_journal web01 | grep CGI_FAILED | tail -n 1)"
gone() { ! kill -0 "$(cat "$E2E/calls/$1")" 2>/dev/null; }
ok "the script is dead" until_true 5 gone parent
ok "and its children" until_true 5 gone child
nobody_sleeps() { ! e2e_in server ps -eo user,args | grep -q '^nobody.*[s]leep 300'; }
ok "all of them" until_true 5 nobody_sleeps
rm -f "$E2E"/calls/*
curl_as one --max-time 0.5 "$U/home?mac=$M1" >/dev/null
ok "a client that goes away takes its script along" until_true 5 gone parent
config </dev/null
printf '<?php header("Content-Type: text/plain"); echo "kernel"\n; } ?>' >"$R/home.php"
again
PHP=$(curl_as one -A iPXE "$U/home.php?mac=$M1")
is "a PHP syntax error: its disk" exit "$(tail -n 1 <<<"$PHP")"
lacks "and no kernel" kernel "$PHP"
has "and its words" "Parse error" "$(e2e_journal web01 | grep CGI_FAILED | tail -n 1)"
rm "$R/home.php"
again

# --- under other names
writes fails <<<'#!/bin/false'
is "another script that fails: 502" 502 "$(code_as one "$U/fails")"
writes status <<'SH'
#!/bin/sh
printf 'Status: 404 Not here\r\nContent-Type: text/html\r\n\r\ngone'
SH
is "a status of its own" "404 gone" "$(body_as one "$U/status")"
writes moves <<'SH'
#!/bin/sh
printf 'Location: http://elsewhere/x\r\n\r\n'
SH
is "a redirection" "302 http://elsewhere/x" "$(curl_as one -o /dev/null -w '%{http_code} %{redirect_url}' "$U/moves")"
writes inside <<'SH'
#!/bin/sh
printf 'Location: /boot/os/centos-5.5-i386/pxeboot/vmlinuz\r\n\r\n'
SH
is "one inside" "200 kernel of centos-5.5-i386" "$(body_as one "$U/inside")"
writes steals <<'SH'
#!/bin/sh
printf 'Location: /boot/hosts/linux-ks/08-00-27-4d-4d-ab.txt\r\n\r\n'
SH
is "which gives nobody more rights" 403 "$(code_as one "$U/steals")"
writes post.php 644 <<'PHP'
<?php header('Content-Type: text/plain'); echo $_POST['a'], '-', $_SERVER['PATH_INFO'] ?? '', "\n";
PHP
is "POST" "hello-" "$(curl_as one -d a=hello "$U/post.php")"
is "PATH_INFO" "-/x/y" "$(curl_as one "$U/post.php/x/y")"
writes argv <<'SH'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n%s' "$#"
SH
is "the query is never arguments" 0 "$(curl_as one "$U/argv?-s+-d")"
lacks "nor with php (CVE-2012-1823)" '$_POST' "$(curl_as one "$U/post.php?-s")"
mkdir -p "$R/sub"
cp "$R/post.php" "$R/sub/post.php"
is "a handler's file in a folder runs" "hi-" "$(curl_as one -d a=hi "$U/sub/post.php")"
writes many.php 644 <<'PHP'
<?php header('Content-Type: text/plain'); usleep(50000); echo "done " . $_GET['n'] . "\n";
PHP
for n in $(seq 40); do echo "url = \"$U/many.php?n=$n\""; done >"$E2E/many"
is "forty at once" 40 "$(curl_as one -Z --parallel-max 40 -K "$E2E/many" | sort -u | grep -c '^done ')"

# --- what never runs
mkdir -p "$R/hosts/08-00-27-4d-4d-aa"
for name in os/centos-5.5-i386/run sub/run hosts/08-00-27-4d-4d-aa/run; do
    printf '#!/bin/sh\ntouch %s/calls/ran\nprintf "Content-Type: text/plain\\r\\n\\r\\nran"\n' "$E2E" >"$R/$name"
    chmod 755 "$R/$name"
    has "below a folder it is a file: $name" "touch" "$(curl_as one "$U/$name")"
done
cp "$R/post.php" "$R/os/centos-5.5-i386/page.php"
has "PHP in an image is a file" '<?php' "$(curl_as one "$U/os/centos-5.5-i386/page.php")"
printf 'data without a first line\n' | writes plain.bin
is "executable without #!: a file" "data without a first line" "$(curl_as one "$U/plain.bin")"
printf '#!gpxe\nboot\n' | writes menu.gpxe 644
is "#! without the bit: a file" "#!gpxe
boot" "$(curl_as one "$U/menu.gpxe")"
is "nothing ran" 0 "$(calls ran)"
ln -s /usr/bin/id "$R/id"
ln -s ../../../../../../../usr/bin/id "$R/id2"
for name in id id2; do is "a link out of root does not run: $name" 403 "$(code_as one "$U/$name")"; done
for name in post.php status sub/post.php; do
    is "by TFTP never its text: $name" "69" "$(curl_as one "tftp://$E2E_SERVER/$name"; echo $?)" # access violation
done

# --- the helper ends with the daemon
helper_pid() { ps -eo pid,ppid,comm | awk -v p="$1" '$2 == p && $3 == "pxed-cgi" { print $1 }'; }
DAEMON=$(e2e_pid)
HELPER=$(helper_pid "$(ps -o ppid= -p "$DAEMON" | tr -d " ")") # the keeper's child
ok "there is a helper" test -n "$HELPER"
e2e_crash
dead() { ! kill -0 "$HELPER" 2>/dev/null; }
ok "after kill -9 of the daemon it ends" until_true 5 dead
e2e_start
e2e_stop && e2e_pass "it ends well"
e2e_done
