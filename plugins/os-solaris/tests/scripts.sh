#!/bin/bash
# The scripts that run on the machine, in the shells that stand for Solaris': ksh93 (its /bin/sh), mksh (for the older ksh of
# Solaris 10), bash (kayak) and dash. Disks are files; format, iostat, curl and the installers' programs are stand-ins.
# usage: scripts.sh PXED
set -u
PXED=$1 HERE=$(cd "$(dirname "$0")/.." && pwd)
W=$(mktemp -d)
SERVER=
trap '[ -z "$SERVER" ] || kill "$SERVER"; rm -rf "$W"' EXIT
GOOD=0 BAD=0
for shell in ksh93 mksh bash dash xmllint python3; do
    command -v $shell >/dev/null || { echo "Bail out! $shell is missing (scripts/deps test)"; exit 1; }
done

say() { # NAME GOT WANTED
    if [ "$2" = "$3" ]; then
        GOOD=$((GOOD + 1)) && echo "ok $((GOOD + BAD)) - $1"
    else
        BAD=$((BAD + 1)) && echo "not ok $((GOOD + BAD)) - $1: got '$2', wanted '$3'"
    fi
}

# --- the files as machines get them
mkdir -p "$W/site/boot/os"
for file in solaris-10/boot/multiboot solaris-10/boot/x86.miniroot solaris-10/jumpstart/rules.ok omnios-r1/miniroot omnios-r1/omnios-r1.zfs.xz \
    {solaris-11,omnios-r1}/platform/i86pc/kernel/amd64/unix solaris-11/platform/i86pc/amd64/boot_archive; do
    mkdir -p "$W/site/boot/os/${file%/*}"
    : >"$W/site/boot/os/$file"
done
cat >"$W/site/pxed.ini" <<INI
[pxed]
plugins = os-solaris http store-sqlite
interface = lo
name = pxe-server
root = $W/site
state = $W/site/state
[os solaris-10]
nfs = nas:/s10
INI
render() { # OS-ID FILE VARIABLES
    echo "08:00:27:4d:4d:0a, $1, name=web01${3:+, $3}" >"$W/site/host-os.conf"
    "$PXED" explain -c "$W/site/pxed.ini" 08:00:27:4d:4d:0a --as armed 2>"$W/errors" |
        awk -v head="file $2" 'index($0, head) == 1 { on = 1; next } on && !/^  / && !/^$/ { exit } on' | sed 's/^  //' >"$W/text"
    [ -s "$W/text" ] || { echo "Bail out! $1 has no $2"; cat "$W/errors"; exit 1; } >&2
    cat "$W/text"
}
FULL='domain=lab.test, ip=10.77.0.60/24, gateway=10.77.0.1, dns="10.77.0.1 10.77.0.2", timezone=Europe/Berlin, locale=de_DE.UTF-8, packages="vim git"'
HOSTILE='ssh-key="a '"'"'b'"'"' $(touch '$W/evil') `touch '$W/evil'` ""c"" \ & <x>", locale="a'"'"'; touch '$W/evil' #<&>", timezone="$(touch '$W/evil')"'
any() { sed "s/^PXED_RIGHT='blank'/PXED_RIGHT='any'/"; }

# --- the machine
mkdir -p "$W/bin" "$W/dev/rdsk" "$W/devices" "$W/tmp" "$W/profiles"
tool() { { echo '#!/bin/bash'; cat; } >"$W/bin/$1"; chmod 755 "$W/bin/$1"; }
tool format <<<'n=0; for d in $(cat '$W'/disks); do echo "       $n. $d <ATA-DISK-1.0 cyl 1 alt 2>"; echo "          /pci@0,0/disk"; n=$((n + 1)); done'
tool iostat <<<'size=$(stat -Lc %s '$W'/dev/rdsk/$2p0 2>/dev/null) || exit 1
echo "$2  Soft Errors: 0 Hard Errors: 0 Transport Errors: 0"
echo "Vendor: ATA      Product: DISK   Revision: 1.0  Serial No: S-$2"
echo "Size: 0.01GB <$size bytes>"'
tool curl <<<'while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift ;; --data-binary) cp "${2#@}" '$W'/body; shift ;; http*) url=$1 ;; -m | --retry) shift ;; esac; shift; done
case $url in
*/event\?*) echo "${url##*&stage=}" >>'$W'/events ;;
*/profile.xml) cp '$W'/profile.xml "$out" ;;
*'$W/unreachable'* | *unreachable*) exit 22 ;;
*) [ "$out" = /dev/null ] || echo found >"$out" ;;
esac'
tool aimanifest <<<'[ "$1" = load ] && cp "$2" '$W'/manifest'
tool dladm <<<'echo "e1000g0:8\\:0\\:27\\:4d\\:4d\\:a"'
tool sleep <<<'exit 0'
tool ifconfig <<<'printf "lo0: flags=1\n\tinet 127.0.0.1\ne1000g0: flags=2\n\tinet 10.0.0.1\n"'
for stub in reboot wget; do tool $stub <<<'exit 1'; done
disk() { # NAME SIZE PATH
    mkdir -p "$W/devices/$(dirname "$3")"
    rm -f "$W/devices/$3" "$W/dev/rdsk/${1}p0"
    truncate -s "$2" "$W/devices/$3"
    ln -s "$W/devices/$3" "$W/dev/rdsk/${1}p0"
    echo "$1" >>"$W/disks"
}
world() { rm -rf "$W/dev/rdsk" "$W/devices" "$W/disks" "$W/events" "$W/body"; mkdir -p "$W/dev/rdsk" "$W/devices"; : >"$W/disks"; : >"$W/events"; }
put() { printf "$3" | dd of="$W/dev/rdsk/${1}p0" bs=1 seek="$2" conv=notrunc 2>/dev/null; } # DISK OFFSET BYTES
run() { # SHELL SCRIPT [NAME=VALUE...]
    env PXED_TEST=1 PXED_PAUSE=0 PXED_DEV="$W/dev" PXED_TMP="$W/tmp" PATH="$W/bin:/usr/bin:/bin" "${@:3}" "$1" "$2" >"$W/out" 2>"$W/err"
}
P=pci@0,0/pci8086,2922@1f,2

# --- the guard alone
render solaris-10 begin.ksh "disk=smallest" >"$W/begin"
guard() { # SHELL WANT RIGHT: DISK name, or the reason
    sed -e "s|^PXED_WANT=.*|PXED_WANT='$2'|; s/^PXED_RIGHT=.*/PXED_RIGHT='$3'/" -e '/^pxed_guard$/q' "$W/begin" >"$W/guard"
    echo 'echo "$PXED_DISK" >"$PXED_TMP/chosen"' >>"$W/guard"
    : >"$W/events"
    rm -f "$W/tmp"/*
    run "$1" "$W/guard"
    [ ! -s "$W/err" ] || sed 's/^/# stderr: /' "$W/err"
    if [ -s "$W/events" ]; then sed 's/.*reason=//' "$W/events"; else echo "DISK $(cat "$W/tmp/chosen" 2>/dev/null)"; fi
}
each() { # NAME WANT RIGHT EXPECTED
    local shell
    for shell in ksh93 mksh bash dash; do say "$1 ($shell)" "$(guard $shell "$2" "$3")" "$4"; done
}
world
each "no disk at all" "" blank DISK_NONE
disk c1t0d0 16M $P/disk@0,0:q,raw
each "one blank disk" "" blank "DISK c1t0d0"
each "by path" /dev/dsk/c1t0d0s0 blank "DISK c1t0d0"
each "by name" c1t0d0 blank "DISK c1t0d0"
each "by serial" serial:S-c1t0d0 blank "DISK c1t0d0"
each "by a serial that nobody has" serial:S-c1t0 blank DISK_NOT_FOUND
each "a name that is only a part" c1t0 blank DISK_NOT_FOUND
for row in "510 \\125\\252 boot-sector" "512 EFI\\040PART GPT" "508 \\332\\276 Sun-label" "4194303 x last-byte-of-the-head" "16776704 EFI\\040PART backup-GPT" \
    "16777215 x last-byte" "12582912 x first-byte-of-the-tail"; do
    # shellcheck disable=SC2086
    set -- $row
    world
    disk c1t0d0 16M $P/disk@0,0:q,raw
    put c1t0d0 "$1" "$2"
    each "$3 is seen" "" blank DISK_NOT_BLANK
    say "$3: right any" "$(guard ksh93 "" any)" "DISK c1t0d0"
done
world
disk c1t0d0 4M $P/disk@0,0:q,raw
each "a disk smaller than what is looked at" "" blank DISK_UNREADABLE
world
disk c1t0d0 16M $P/disk@0,0:q,raw
disk c1t1d0 16M $P/disk@1,0:q,raw
each "two" "" blank DISK_AMBIGUOUS
each "two, none named, right any" "" any DISK_AMBIGUOUS
each "two, one named" c1t1d0 blank "DISK c1t1d0"
each "two of the same size" smallest blank DISK_AMBIGUOUS
disk c2t0d0 12M $P/disk@2,0:q,raw
each "the smallest" smallest blank "DISK c2t0d0"
each "by size" size:11M-12M blank "DISK c2t0d0"
each "by a size that nobody has" size:400G-500G blank DISK_NOT_FOUND
for row in "usb@1d,7/storage@1/disk@0,0:q,raw removable" "fp@0,0/disk@w21000024ff123456,0:q,raw remote" "iscsi@1/disk@0,0:q,raw remote"; do
    world
    disk c1t0d0 16M "$P/${row% *}"
    each "${row#* } is never chosen by itself" "" any DISK_NONE
    each "${row#* }, named" c1t0d0 any "DISK c1t0d0"
done
world
disk c0t5000C500A1B2C3D4d0 16M scsi_vhci/disk@g5000c500a1b2c3d4:q,raw
each "multipath is never chosen by itself" "" blank DISK_NONE
each "multipath by its WWN" wwn:0x5000C500A1B2C3D4 blank "DISK c0t5000C500A1B2C3D4d0"
world
disk c3t1d0 16M $P/blkdev@w0025385B01234567,0:q,raw
each "a WWN of the device" wwn:0025385b01234567 blank "DISK c3t1d0"
: >"$W/disks"
guarded=$(SI_DISKNAME_1=c3t1d0 guard ksh93 "" blank)
say "the automated installer's list, where format needs root" "$guarded" "DISK c3t1d0"
tool dd <<<'exit 1'
SAID=$(SI_DISKNAME_1=c3t1d0 guard ksh93 "" blank)
say "what cannot be read is not blank" "$SAID" DISK_UNREADABLE
rm "$W/bin/dd"
tool cmp <<<'exit 127'
SAID=$(SI_DISKNAME_1=c3t1d0 guard ksh93 "" blank)
case $SAID in DISK_*) SAID=refused ;; esac
say "nor without the tools to look" "$SAID" refused
rm "$W/bin/cmp"

# --- Solaris 10
world
disk c1t0d0 16M $P/disk@0,0:q,raw
for shell in ksh93 mksh bash; do
    render solaris-10 begin.ksh "$FULL" >"$W/s"
    : >"$W/events"
    run $shell "$W/s" SI_PROFILE="$W/si_profile"
    say "begin ($shell): the profile" "$(cat "$W/si_profile")" "install_type initial_install
cluster SUNWCreq
package vim add
package git add
fdisk c1t0d0 solaris all
pool rpool auto auto auto c1t0d0s0
bootenv installbe bename s10"
    say "begin ($shell): events" "$(echo $(cat "$W/events"))" "installing disk"
done
render solaris-10 begin.ksh "root-fs=ufs" >"$W/s"
run ksh93 "$W/s" SI_PROFILE="$W/si_profile"
say "begin: ufs" "$(grep -c '^root_device c1t0d0s0$\|^usedisk c1t0d0$' "$W/si_profile")" 2
put c1t0d0 512 LABEL
rm "$W/si_profile"
run ksh93 "$W/s" SI_PROFILE="$W/si_profile"
say "begin: no profile for a disk in use" "$(ls "$W/si_profile" 2>/dev/null)" ""
root() {
    rm -rf "$W/a"
    mkdir -p "$W/a/etc/default" "$W/a/etc/inet"
    printf 'root:x:6445::::::\ndaemon:NP:6445::::::\n' >"$W/a/etc/shadow"
    printf 'TZ=UTC\nCMASK=022\n' >"$W/a/etc/default/init"
    echo "hosts: dns" >"$W/a/etc/nsswitch.dns"
    : >"$W/a/etc/dhcp.e1000g0"
}
for shell in ksh93 mksh bash; do
    root
    : >"$W/events"
    render solaris-10 finish.ksh "$FULL" >"$W/s"
    run $shell "$W/s" PXED_ROOT="$W/a"
    say "finish ($shell)" "$(cd "$W/a/etc" && cat nodename defaultrouter hostname.e1000g0 resolv.conf nsswitch.conf default/init shadow; ls dhcp.e1000g0 2>/dev/null; cat "$W/events")" "web01
10.77.0.1
10.77.0.60 netmask 255.255.255.0 broadcast + up
domain lab.test
nameserver 10.77.0.1
nameserver 10.77.0.2
hosts: dns
CMASK=022
TZ=Europe/Berlin
LANG=de_DE.UTF-8
root:*LK*:6445::::::
daemon:NP:6445::::::
installed"
done
root
render solaris-10 finish.ksh "$HOSTILE" >"$W/s"
run ksh93 "$W/s" PXED_ROOT="$W/a"
say "finish: hostile values stay values" "$(ls "$W/evil" 2>/dev/null; cat "$W/a/.ssh/authorized_keys")" "a 'b' \$(touch $W/evil) \`touch $W/evil\` \"c\" \\ & <x>"
say "rules.ok holds its rules" "$(sed '$d' "$HERE/jumpstart/rules.ok")" "$(cat "$HERE/jumpstart/rules")"
say "and their checksum" "$(sed -n '$p' "$HERE/jumpstart/rules.ok")" "# version=2 checksum=$(sum -s "$HERE/jumpstart/rules" | sed 's/ .*//')"

# --- JumpStart's own scripts fetch the host's by HTTP
mkdir -p "$W/web"
echo 'echo "ran in JumpStart" >"$PXED_TMP/ran"; pxed_http "$(pxed_property pxed)/posted" "$PXED_TMP/reply" "$PXED_TMP/ran"' >"$W/web/begin.ksh"
cat >"$W/server.py" <<'PY'
import http.server, os, sys
os.chdir(sys.argv[1])
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_POST(self):
        with open("body", "wb") as f:
            f.write(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok\n")
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open("port", "w") as f:
    f.write(str(server.server_port))
server.serve_forever()
PY
python3 "$W/server.py" "$W/web" &
SERVER=$!
for _ in $(seq 100); do [ ! -s "$W/web/port" ] || break; command sleep 0.1; done
tool prtconf <<<"printf \"        name='pxed' type=string items=1\n            value='http://127.0.0.1:$(cat "$W/web/port")'\n\""
jump() { # NAME: with what the tools in bin allow
    rm -f "$W/tmp"/* "$W/web/body"
    run sh "$HERE/jumpstart/begin" SI_CONFIG_DIR="$HERE/jumpstart" PXED_KSH="$(command -v "$2")"
    say "$1 ($2)" "$(cat "$W/tmp/ran" "$W/web/body" "$W/tmp/reply" 2>/dev/null)" "ran in JumpStart
ran in JumpStart
ok"
}
for shell in ksh93 mksh; do
    jump "begin fetches through bash" $shell
    rm "$W/bin/wget"
    jump "through wget" $shell
    tool wget <<<'exit 1'
    tool bash-off <<<'exit 1'
    tool telnet <<<'echo "Trying $1..."; echo "Connected to $1."; echo "Escape character is ^]."; exec /bin/bash -c "exec 3<>/dev/tcp/$1/$2; cat >&3; cat <&3"'
    ln -sf bash-off "$W/bin/bash"
    sed -i '1s,.*,#!/bin/bash,' "$W/bin"/*
    jump "through telnet" $shell
    rm "$W/bin/bash"
done
rm "$W/web/begin.ksh"
rm -f "$W/tmp"/*
run sh "$HERE/jumpstart/begin" SI_CONFIG_DIR="$HERE/jumpstart" PXED_KSH="$(command -v ksh93)"
say "without the host's script it fails" "$?" 1

# --- Solaris 11
world
disk c1t0d0 16M $P/disk@0,0:q,raw
for vars in "$FULL" "$HOSTILE" "$FULL, repo=http://ips/solaris?a&b, proxy=http://p:3128/"; do
    render solaris-11 profile.xml "$vars" >"$W/profile.xml"
    say "the profile is XML" "$(xmllint --noout "$W/profile.xml" 2>&1)" ""
    render solaris-11 manifest.ksh "$vars" >"$W/s"
    : >"$W/events"
    rm -rf "$W/manifest" "$W/profiles"/*
    : >"$W/profiles/enable_sci.xml"
    for shell in ksh93 bash; do
        run $shell "$W/s" SI_CONFIG_PROFILE_DIR="$W/profiles" PXED_LOG="$W/none"
        say "the manifest is XML ($shell)" "$(xmllint --noout "$W/manifest" 2>&1)" ""
    done
    say "for the disk" "$(xmllint --xpath 'string(//disk_name/@name)' "$W/manifest")" c1t0d0
    say "the profile lies where the installer looks" "$(ls "$W/profiles")" pxed.xml
    say "events" "$(echo $(cat "$W/events"))" "installing disk installing disk"
done
say "repository" "$(xmllint --xpath 'string(//origin/@name)' "$W/manifest")" 'http://ips/solaris?a&b'
for end in "succeeded. installed" "Failed. failed&reason=INSTALL_FAILED"; do
    render solaris-11 manifest.ksh "" >"$W/s"
    echo "Automated Installation started" >"$W/log"
    : >"$W/events"
    run ksh93 "$W/s" SI_CONFIG_PROFILE_DIR="$W/profiles" PXED_LOG="$W/log"
    echo "12:00 Automated Installation ${end% *}" >>"$W/log"
    for _ in $(seq 100); do [ "$(grep -c . "$W/events")" -lt 3 ] || break; command sleep 0.1; done
    say "the log's end is reported" "$(echo $(cat "$W/events"))" "installing disk ${end#* }"
done
say "address" "$(render solaris-11 profile.xml "$FULL" >"$W/p" && xmllint --xpath 'string(//propval[@name="static_address"]/@value)' "$W/p")" 10.77.0.60/24
say "no password: locked" "$(xmllint --xpath 'string(//propval[@name="password"]/@value)' "$W/p")" '*LK*'
render solaris-11 manifest.ksh "repo=http://unreachable/x" >"$W/s"
rm -f "$W/manifest"
: >"$W/events"
run ksh93 "$W/s" SI_CONFIG_PROFILE_DIR="$W/profiles" PXED_LOG="$W/none"
say "no repository: nothing begins" "$(cat "$W/events"; ls "$W/manifest" 2>/dev/null)" "failed&reason=REPO_UNREACHABLE"
say "nothing of the values ran" "$(ls "$W/evil" 2>/dev/null)" ""

# --- OmniOS: kayak looks for the word BuildRpool, then sources the file
kayak() { # VARIABLES
    render omnios-r1 kayak.sh "$1" >"$W/conf"
    { for f in BuildRpool SetHostname SetTimezone SetLang RootPW EnableDNS SetDNS Postboot; do echo "$f() { echo \"$f \$*\" >>$W/calls; }"; done
      echo ". $W/conf"; } | sed 's,/sbin/dladm,dladm,' >"$W/kayak"
    sed -i 's,/sbin/dladm,dladm,' "$W/conf"
    rm -f "$W/calls"
    : >"$W/events"
    ALTROOT=$W/a run bash "$W/kayak"
}
root
kayak "$FULL, ssh-key=ssh-ed25519 AAAA"
say "kayak" "$(cat "$W/calls")" "BuildRpool c1t0d0
SetHostname web01
SetTimezone Europe/Berlin
SetLang de_DE.UTF-8
RootPW *LK*
EnableDNS lab.test
SetDNS 10.77.0.1 10.77.0.2
Postboot /sbin/ipadm create-if e1000g0
Postboot /sbin/ipadm create-addr -T static -a 10.77.0.60/24 e1000g0/v4
Postboot /sbin/route -p add default 10.77.0.1
Postboot /usr/bin/pkg install vim
Postboot /usr/bin/pkg install git
Postboot /usr/bin/curl -fsS --retry 5 --retry-connrefused -o /dev/null 'http://pxe-server/boot/s/***/event?mac=08-00-27-4d-4d-0a&stage=installed'"
say "kayak: events" "$(echo $(cat "$W/events"))" "installing disk"
say "kayak: the key" "$(cat "$W/a/root/.ssh/authorized_keys")" "ssh-ed25519 AAAA"
kayak "$HOSTILE"
say "kayak: nothing of the values ran" "$(ls "$W/evil" 2>/dev/null; sed -n 1p "$W/calls")" "BuildRpool c1t0d0"
put c1t0d0 1024 x
kayak "$FULL"
say "kayak: a disk in use" "$(cat "$W/events"; cat "$W/calls" 2>/dev/null)" "failed&reason=DISK_NOT_BLANK"

for file in "$HERE"/jumpstart/{begin,finish,http}; do
    for shell in ksh93 mksh bash; do say "${file##*/} is shell ($shell)" "$($shell -n "$file" 2>&1)" ""; done
done
echo "1..$((GOOD + BAD))"
[ $BAD = 0 ] || { echo "# $BAD of $((GOOD + BAD)) failed"; exit 1; }
echo "proves: solaris scripted"
