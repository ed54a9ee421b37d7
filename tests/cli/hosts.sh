#!/bin/bash
# hosts.sh BUILD: the lines of the host file go out and come back, and an editor's mistakes do not get in.
set -u
if [ "$(id -u)" = 0 ] && [ -z "${HOSTS_ALONE:-}" ] && unshare -n true 2>/dev/null; then
    HOSTS_ALONE=yes exec unshare -n "$0" "$@"
fi
[ -z "${HOSTS_ALONE:-}" ] || ip link set lo up
pxed=$1/sbin/pxed
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
chmod 755 .
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "FAILED: $test: $*"
    sed 's/^/    /' out
}
run() { # NAME EXIT-CODE VERB...: out has both
    test=$1 want=$2
    shift 2
    timeout 60 "$pxed" hosts -c pxed.ini "$@" >out 2>&1 <"${stdin:-/dev/null}"
    got=$?
    [ $got = "$want" ] && pass || fail "exit $got, not $want"
}
says() { grep -qF -e "$1" out && pass || fail "it does not say: $1"; }
silent() { ! grep -qF -e "$1" out && pass || fail "it says: $1"; }
same() { # WHAT FILE FILE
    test=$1
    cmp -s "$2" "$3" && pass || { diff "$2" "$3" >out; fail "they differ"; }
}

mkdir -p root/boot/os root/tftp state more
printf '[pxed]\ninterface = lo\nname = pxe-server\nroot = root\nstate = state\nhosts = host-os.conf more\narm-limit = 3\nplugins = store-sqlite api dhcp tftp http os-linux os-windows\n[dhcp]\nmode = proxy\n[group web]\ntimezone = UTC\n' >pxed.ini
echo 'ssh-ed25519 AAAA me' >key.pub
# shellcheck disable=SC2016 # a hash
cat >host-os.conf <<'CONF'
# the first rack
08:00:27:4d:4d:aa, debian-12, name=web01, group=web, ip=10.77.0.60/24   # behind the door

08-00-27-4D-4D-AB, rocky-9, name=db01, packages="vim, git ""x""", root-password-hash=$6$salt$secret, ssh-key=@key.pub
CONF
printf '0800274d4dac, windows-2022-x64, name=win01, product-key=ABCDE-12345-FGHIJ-67890-KLMNO, admin-password=hunter2' >more/win.conf
cp host-os.conf before.conf
cp more/win.conf before-win.conf

# --- out
run "export" 0 export
says '08:00:27:4d:4d:aa, debian-12, name=web01, group=web, ip=10.77.0.60/24'
says '08:00:27:4d:4d:ab, rocky-9, name=db01, packages="vim, git ""x""", root-password-hash=***, ssh-key=@key.pub'
says 'product-key=***, admin-password=***'
silent 'secret'
silent 'hunter2'
cp out lines
run "export for programs" 0 export --json
test="one object a line"
[ "$(jq -r '[.mac, .os, .name, .packages] | join("|")' out | sed -n 2p)" = '08:00:27:4d:4d:ab|rocky-9|db01|vim, git "x"' ] && pass || fail "$(cat out)"
silent hunter2
cp out json
run "export for tables" 0 export --csv
says 'mac,os,name,group,ip,packages,root-password-hash,ssh-key,product-key,admin-password'
says '08:00:27:4d:4d:aa,debian-12,web01,web,10.77.0.60/24,,,,,'
says '08:00:27:4d:4d:ab,rocky-9,db01,,,"vim, git ""x""",***,@key.pub,,'
cp out csv
test="another program reads it as CSV"
[ "$(python3 -c 'import csv; print(list(csv.DictReader(open("csv")))[1]["packages"])')" = 'vim, git "x"' ] && pass || fail "no"

# --- back: nothing changes, not one byte, secrets included
for form in lines json csv; do
    run "import of its own $form" 0 import $form
    says "0 added, 0 changed, 3 as they were"
    same "the host file after its own $form" host-os.conf before.conf
    same "the other one" more/win.conf before-win.conf
done

# --- changes
cat >new.csv <<'CSV'
mac,os,name,ip,group
08:00:27:4d:4d:aa,debian-12,web01,10.77.0.99/24,
08:00:27:4d:4d:ac,windows-2022-x64,win02,,
08:00:27:4d:4d:01,debian-12,web02,10.77.0.62/24,web
CSV
run "which file?" 1 import new.csv
says "there are several host files: say which"
run "a dry run" 0 import new.csv --to host-os.conf --dry-run
says "nothing is written"
same "it writes nothing" host-os.conf before.conf
run "import" 0 import new.csv --to host-os.conf
says "host-os.conf:2: web01 (08:00:27:4d:4d:aa): ip group"
says "win.conf:1: win02 (08:00:27:4d:4d:ac): name"
says "web02 (08:00:27:4d:4d:01): added to"
says "1 added, 2 changed, 0 as they were"
says "new lines are armed, for blank disks (arm = new)"
cat >wanted <<'CONF'
# the first rack
08:00:27:4d:4d:aa, debian-12, name=web01, ip=10.77.0.99/24

CONF
sed -n 4p before.conf >>wanted
echo '08:00:27:4d:4d:01, debian-12, name=web02, ip=10.77.0.62/24, group=web' >>wanted
same "an empty field takes away, other lines stay as they were" host-os.conf wanted
test="a secret that the table does not name stays"
grep -q 'name=win02, product-key=ABCDE-12345-FGHIJ-67890-KLMNO, admin-password=hunter2' more/win.conf && pass || fail "lost"
stdin=new.csv run "again, from stdin" 0 import - --to host-os.conf
says "0 added, 0 changed, 3 as they were"
run "--json: a row for each" 0 import new.csv --json --to host-os.conf
test="which"
[ "$(jq -r .what out | sort | uniq -c | xargs)" = "3 same" ] && pass || fail "$(cat out)"

# --- what is refused is refused as a whole
cp host-os.conf before.conf
refused() { # NAME TEXT WHAT-IT-SAYS
    printf '%b' "$2" >bad
    run "$1" 1 import bad --to host-os.conf
    says "$3"
    says "nothing is written"
    same "$1: the file is as it was" host-os.conf before.conf
    test=$1
    [ -z "$(find . -name '.*.new')" ] && pass || fail "a part is left"
}
good='08:00:27:4d:4d:11, debian-12, name=ok\n'
refused "no MAC" "${good}x:y, debian-12\n" "bad:2: the first word is no MAC address"
refused "an unknown variable" "${good}08:00:27:4d:4d:12, debian-12, nmae=x\n" "unknown variable 'nmae', did you mean 'name'?"
refused "a name twice" "08:00:27:4d:4d:12, debian-12, name=db01\n" "db01"
refused "a MAC twice" "$good$good" "bad:2: this MAC stands in line 1 already"
refused "a secret that nobody has" '08:00:27:4d:4d:12, debian-12, root-password-hash=***\n' "root-password-hash=*** stands for a secret that this host has not here"
refused "no system" 'mac,name\n08:00:27:4d:4d:12,x\n' "bad:2: a new host needs its system: os"
refused "no MAC column" 'os,name\ndebian-12,x\n' "the head names no column"
refused "too few fields" 'mac,os,name\n08:00:27:4d:4d:12,debian-12\n' "bad:2: fewer fields than the head has columns"
refused "too many" 'mac,os\n08:00:27:4d:4d:12,debian-12,x\n' "bad:2: more fields than the head has columns"
refused "an open quote" 'mac,os,name\n08:00:27:4d:4d:12,debian-12,"x\n' 'lacks its closing'
refused "no JSON" '{"mac": 08}\n' "bad:1: no JSON"
refused "JSON without a MAC" '{"os": "debian-12"}\n' "bad:1: it names no \`mac\`"
refused "a list" '{"mac": "08:00:27:4d:4d:12", "os": "debian-12", "packages": ["a"]}\n' "'packages' is a list or an object"
refused "a line's end in a value" '{"mac": "08:00:27:4d:4d:12", "os": "debian-12", "name": "a\\nb, debian-12"}\n' "control byte or a line's end"
refused "a file that is not there" '08:00:27:4d:4d:12, debian-12, ssh-key=@none\n' "cannot read"
refused "the host file by another door" '{"mac": "08:00:27:4d:4d:12", "os": "debian-12", "a, b": "c"}\n' "is no name of a variable"
test="quotes in JSON stay inside"
printf '{"mac":"08:00:27:4d:4d:12","os":"debian-12","name":"q1","packages":"a\\"b, c # d","protect":true}\r\n' >json
run "JSON, CR LF" 0 import json --to host-os.conf
test="as the host file quotes it"
grep -qF '08:00:27:4d:4d:12, debian-12, name=q1, packages="a""b, c # d", protect=yes' host-os.conf && pass || fail "$(cat host-os.conf)"
cp host-os.conf before.conf

# --- many at once
for n in 1 2 3 4 5; do echo "08:00:27:00:00:0$n, debian-12, name=m$n"; done >many
run "more than arm-limit" 0 import many --to host-os.conf --dry-run
says "more new lines than arm-limit = 3: none is armed"
test="10,000 lines"
for n in $(seq 10000); do printf '02:00:00:00:%02x:%02x, debian-12, name=n%d\n' $((n / 256)) $((n % 256)) "$n"; done >many
run "10,000 lines" 0 import many --to host-os.conf
says "10000 added, 0 changed"
run "again" 0 import many --to host-os.conf
says "0 added, 0 changed, 10000 as they were"
cp before.conf host-os.conf

# --- owner, mode and links of the file
mkdir real && mv host-os.conf real/ && chmod 640 real/host-os.conf && ln -s real/host-os.conf host-os.conf
printf '08:00:27:4d:4d:aa, debian-12, disk=/dev/sda\n' >one
run "behind a link" 0 import one
test="the link stays"
[ -L host-os.conf ] && grep -q 'disk=/dev/sda' real/host-os.conf && [ "$(stat -c %a real/host-os.conf)" = 640 ] && pass || fail "$(ls -l . real)"
rm host-os.conf && mv real/host-os.conf . && rmdir real

# --- the editor
cp host-os.conf before.conf
cat >editor <<'SH'
#!/bin/sh
# editor SCRIPT FILE: each start takes the next of the scripts 1, 2, ...
n=$(cat starts 2>/dev/null || echo 0)
n=$((n + 1))
echo $n >starts
[ "$(stat -c %a "$2")" = 600 ] || echo "mode" >>wrong
sh "$1.$n" "$2"
SH
chmod 755 editor
edit() { # NAME EXIT-CODE [ANSWERS]: with the scripts step.1, step.2
    rm -f starts
    test=$1
    if [ -n "${3:-}" ]; then
        printf '%b' "$3" | EDITOR="$tmp/editor step" timeout 60 script -qefc "$pxed hosts -c pxed.ini edit host-os.conf" /dev/null >out 2>&1
    else
        EDITOR="$tmp/editor step" timeout 60 "$pxed" hosts -c pxed.ini edit host-os.conf >out 2>&1 </dev/null
    fi
    got=$?
    [ $got = "$2" ] && pass || fail "exit $got, not $2"
    [ -z "$(find . -name '.*.edit')" ] && pass || fail "a copy is left"
}
echo : >step.1
edit "no change" 0
says "no change"
# shellcheck disable=SC2016 # the script's
echo 'echo "08:00:27:4d:4d:21, debian-12, name=ed1" >>"$1"' >step.1
edit "a good change" 0
says "changed; a running daemon takes it"
grep -q ed1 host-os.conf && pass || fail "it is not there"
cp host-os.conf before.conf
# shellcheck disable=SC2016
echo 'echo "08:00:27:4d:4d:22, debian-12, nmae=ed2" >>"$1"' >step.1
edit "a mistake without a terminal" 1
line=$(($(wc -l <before.conf) + 1))
says "host-os.conf:$line: unknown variable 'nmae', did you mean 'name'?"
same "it does not get in" host-os.conf before.conf
if command -v script >/dev/null; then
    edit "a mistake, and away" 1 'x\n'
    says "[e]dit again, or e[x]it without a change?"
    same "it does not get in" host-os.conf before.conf
    # shellcheck disable=SC2016
    echo 'sed -i s/nmae/name/ "$1"' >step.2
    edit "a mistake, put right" 0 'e\n'
    says "did you mean 'name'?"
    says "changed; a running daemon takes it"
    grep -q 'name=ed2' host-os.conf && pass || fail "it is not there"
fi
cp host-os.conf before.conf
# shellcheck disable=SC2016
echo 'echo "# mine" >>"$1"; echo "# another" >>host-os.conf' >step.1
edit "two at once" 1
says "was changed meanwhile by somebody else"
test="what the other one wrote stays"
[ "$(tail -n 1 host-os.conf)" = "# another" ] && pass || fail "$(tail -n 3 host-os.conf)"
: >.host-os.conf.edit
EDITOR=true timeout 60 "$pxed" hosts -c pxed.ini edit host-os.conf >out 2>&1 </dev/null
test="a second editor"
says "somebody edits it, or an edit was cut off"
rm .host-os.conf.edit
test="an editor that fails"
EDITOR=false timeout 60 "$pxed" hosts -c pxed.ini edit host-os.conf >out 2>&1 </dev/null
says "the editor \`false\` failed"
test="the copies were private"
[ ! -e wrong ] && pass || fail "mode"
# A host file with an error is mended by the same door.
echo 'nonsense' >>host-os.conf
# shellcheck disable=SC2016
echo 'sed -i /nonsense/d "$1"' >step.1
edit "a broken file is mended" 0
run "and can be exported" 0 export

run "no verb" 2
run "a verb that is none" 2 exprot
says "did you mean 'export'?"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
