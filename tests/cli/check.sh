#!/bin/sh
# check.sh BUILD: the commands that read files only, and what all commands answer when something is wrong.
set -u
# Ports that other programs hold on this machine are no matter of these tests.
if [ "$(id -u)" = 0 ] && [ -z "${CHECK_ALONE:-}" ] && unshare -n true 2>/dev/null; then
    CHECK_ALONE=yes exec unshare -n "$0" "$@"
fi
[ -z "${CHECK_ALONE:-}" ] || ip link set lo up
pxed=$1/sbin/pxed
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
passed=0 failed=0

fail() {
    failed=$((failed + 1))
    echo "FAILED: $test: $*"
    sed 's/^/    /' out
}
# run NAME EXIT-CODE ARGUMENTS...
run() {
    test=$1 want=$2
    shift 2
    "$pxed" "$@" >out 2>err </dev/null
    got=$?
    cat err >>out
    [ $got = "$want" ] && passed=$((passed + 1)) || fail "exit $got, not $want"
}
says() { grep -qF -e "$1" out && passed=$((passed + 1)) || fail "it does not say: $1"; }
silent() { ! grep -qF -e "$1" out && passed=$((passed + 1)) || fail "it says: $1"; }
on_stdout() { [ ! -s err ] && passed=$((passed + 1)) || fail "something on stderr"; }

mkdir -p root/boot/os/centos-5.5-i386/pxeboot root/tftp state
chmod 755 .
echo loader >root/tftp/undionly.kpxe
for file in vmlinuz initrd.img; do echo "$file" >root/boot/os/centos-5.5-i386/pxeboot/$file; done
ini() { printf '[pxed]\ninterface = lo\nname = pxe-server\nroot = root\nstate = state\nplugins = store-sqlite api dhcp tftp http os-linux\n'; }
{ ini; printf '[dhcp]\nmode = server\nrange = 127.0.0.50 - 127.0.0.60\n[defaults]\nlocale = de_DE.UTF-8\n[group web]\ntimezone = UTC\n[dhcp]\ndns = 127.0.0.1\n'; } >good.ini
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01, group=web, ip=127.0.0.55\n' >host-os.conf

# --- check
run "a good ini" 0 check -c good.ini
says "good.ini: 1 hosts, 0 warnings"
on_stdout

{ ini; printf '[dhcp]\nmode = proxy\n\n# the range\n\nrang = 127.0.0.50 - 127.0.0.60\n'; } >bad.ini
run "an unknown key" 1 check -c bad.ini
says "bad.ini:12: unknown key 'rang', did you mean 'range'?"

{ ini; printf '[dchp]\nmode = proxy\n[http]\nport = many\nprot = 1\n'; } >bad.ini
printf '08:00:27:4d:4d:aa, centos-5.5-i386, nmae=web01\nnonsense\n' >bad.conf
printf 'hosts = bad.conf\n' >more.ini
sed -i 's/^name/hosts = bad.conf\nname/' bad.ini
run "everything at once: ini and host file" 1 check -c bad.ini
says "bad.ini:8: unknown section [dchp], did you mean [dhcp]?"
says "bad.ini:11: \`many\` is no value for 'port'"
says "bad.ini:12: unknown key 'prot', did you mean 'port'?"
says "bad.conf:1: unknown variable 'nmae', did you mean 'name'?"
says "bad.conf:2: the first word is no MAC address"

run "no such file" 1 check -c none.ini
says "none.ini: cannot read: No such file or directory"

{ ini; printf '[dhcp]\nmode = proxy\n'; } | sed 's/= lo$/= nonesuch0/; s/^root/user = nobody-of-this-name\nroot/' >warn.ini
printf '08:00:27:4d:4d:aa, beos-5\n08:00:27:4d:4d:ab, rocky-9\n08:00:27:4d:4d:ac, rocky-7\n08:00:27:4d:4d:ad, rokcy-9\n08:00:27:4d:4d:ae, Jammy\n' >warn.conf
sed -i 's/^name/hosts = warn.conf\nname/' warn.ini
run "warnings alone" 0 check -c warn.ini
says "warn.conf:1: warning: no plugin claims the OS id 'beos-5'"
says "warn.conf:3: warning: no plugin claims the OS id 'rocky-7': its hosts boot their disks (NO_PROFILE); the highest that is known is 'rocky-11', of all: 8 8.*"
says "warn.conf:4: warning: no plugin claims the OS id 'rokcy-9': its hosts boot their disks (NO_PROFILE); did you mean 'rocky'?"
says "warn.conf:5: warning: no plugin claims the OS id 'Jammy': its hosts boot their disks (NO_PROFILE); did you mean 'ubuntu-jammy'?"
says "warn.conf:2: warning: no image for 'rocky-9'"
says "looked for "
says "in root/boot/os/rocky-9"
says "warn.ini:2: warning: here: interface 'nonesuch0' does not exist"
says "warn.ini:5: warning: here: there is no account 'nobody-of-this-name'"
run "elsewhere: text alone" 0 check -c warn.ini --offline
says "warn.conf:1: warning: no plugin claims the OS id 'beos-5'"
silent "here:"
silent "NO_IMAGE"
run "syntax alone" 0 check -c warn.ini --quick
silent "here:"

# --- check: one host's errors, and what will not do
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=a, ssh-key=@none\n08:00:27:4d:4d:ab, centos-5.5-i386, name=b, ip=127.0.0.1\n' >host-os.conf
run "errors of single hosts" 1 check -c good.ini
says "host-os.conf:1: cannot read none for 'ssh-key'"
says "host-os.conf:2: ip=127.0.0.1: this server's own address"
run "an @FILE is text" 1 check -c good.ini --offline
says "host-os.conf:1: cannot read none"
run "but no syntax" 0 check -c good.ini --quick

# Tags of other systems in an operator's file vanish without a word.
cat >tags.ks <<'KS'
text
network --gateway={{.gateway}} --hostname={{hostname}} --ip={{ip}} {{host.nmae}}
%post
docker inspect -f "{{.State.Status}}" x
{{#guarded}}{{> disk-guard}}{{/guarded}}
{{#host.dns-list}}{{.}}{{/host.dns-list}} {{os.tree}} {{event.url}} {{file.ks_cfg}} {{#os.el5}}x{{/os.el5}}
{{=<% %>=}} docker {{.State.Status}} <% host.name %>
%end
KS
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01, answer=tags.ks\n' >host-os.conf
run "unknown names in a template" 1 check -c good.ini
says "tags.ks:2: {{.gateway}} is no name that pxed knows, and would vanish, did you mean {{host.gateway}}?"
says "tags.ks:2: {{hostname}} is no name"
says "tags.ks:2: {{ip}} is no name that pxed knows, and would vanish, did you mean {{host.ip}}?"
says "tags.ks:2: warning: {{host.nmae}} would vanish: unknown variable 'nmae', did you mean 'name'?"
says "tags.ks:4: {{.State.Status}}"
says "change ours with {{=<% %>=}} in the first line"
silent "tags.ks:5"
silent "tags.ks:6"
silent "tags.ks:7"
echo '<%> disk-gaurd %>' >>tags.ks
run "a part that is misspelt" 1 check -c good.ini
says "tags.ks:9: {{> disk-gaurd}}: os-linux has no such part, did you mean 'disk-guard'?"

# A section is a tag, too.
printf '{{#foo}}lost{{/foo}}{{^bar}}kept{{/bar}}\n{{> disk-guard}}{{#host.dns}}{{#host}}{{#name}}x{{/name}}{{/host}}{{/host.dns}}\n' >tags.ks
run "sections that nobody knows" 1 check -c good.ini
says "tags.ks:1: {{foo}} is no name that pxed knows, and would vanish"
says "tags.ks:1: {{bar}} is no name"
silent "tags.ks:2"

# A file that is no template.
printf '{{ansible_x}} {{#each y}} {{.gateway}} {{> none}}\n' >tags.ks
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01, answer=tags.ks, answer-raw=yes\n' >host-os.conf
run "a file as it is" 0 check -c good.ini
says "tags.ks: warning: no {{> disk-guard}} in this answer file"
run "is explained as it is" 0 explain -c good.ini web01
says "  {{ansible_x}} {{#each y}} {{.gateway}} {{> none}}"
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01, answer=tags.ks, answer-raw=perhaps\n' >host-os.conf
run "yes or no" 1 check -c good.ini
says "answer-raw=perhaps"
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01, answer=tags.ks\n' >host-os.conf

# The way out that it names.
printf '{{=<%% %%>=}}\n{{ansible_x}} {{#each y}} {{.gateway}} <%% host.name %%>\n<%%> disk-guard %%>\n' >tags.ks
run "tags of another system with ours changed" 0 check -c good.ini
silent "tags.ks"

# What editors on Windows add.
printf '\357\273\277text\n%%%%post\r\necho\r\n%%%%end\r\n{{> disk-guard}}\n' >tags.ks
run "CR and a byte order mark" 0 check -c good.ini
says "tags.ks:1: warning: a byte order mark"
says "tags.ks:2: warning: the line ends in CR LF"
silent "tags.ks:3"
printf 'text\n{{> disk-guard}}\n' >tags.ks
run "neither" 0 check -c good.ini
silent "tags.ks"

printf '[os rocky-9]\nkernel = my kernel\n' | cat good.ini - >blank.ini
printf '08:00:27:4d:4d:aa, rocky-9, name=a, product-key=x, root-password-hash=hunter2\n' >host-os.conf
run "names and values" 1 check -c blank.ini
says "kernel = my kernel: a blank"
says "'product-key' has no effect: rocky-9 (os-linux)"
says "root-password-hash=***: this is no hash"
silent hunter2
sed 's/^name = .*/name = http:\/\/pxe/' good.ini >name.ini
run "no host name" 1 check -c name.ini
says "name.ini:3: name = http://pxe: this is no host name"
sed 's/^root = .*/root = nowhere/' good.ini >root.ini
run "no root" 0 check -c root.ini
says "root.ini:4: warning: here: there is no folder nowhere"
printf 'loader-bios = nosuch.kpxe\n' | cat good.ini - >loader.ini
run "no such loader" 0 check -c loader.ini
says "warning: here: loader-bios = nosuch.kpxe: no such boot loader"
printf '[http]\nscript = boot.sh\n' | cat good.ini - >script.ini
echo 'no script' >root/boot/boot.sh
run "a script that does not run" 0 check -c script.ini
says "script.ini:17: warning: the script root/boot/boot.sh does not run: pxed answers itself"
printf '[http]\nscript = boot.pl\ncgi = .pl /nonexistent/perl\n' | cat good.ini - >script.ini
echo 'a script' >root/boot/boot.pl
run "a script without its interpreter" 0 check -c script.ini
says "here: the script root/boot/boot.pl needs /nonexistent/perl, which cannot be run"
rm root/boot/boot.*

# What only root can try: the account's eyes, and who holds a port.
if [ "$(id -u)" = 0 ]; then
    sed 's/^root/user = nobody\nroot/' good.ini >user.ini
    chmod 644 ./*.ini host-os.conf
    echo secret >key && chmod 600 key
    printf '%s\n' '08:00:27:4d:4d:aa, centos-5.5-i386, name=a, ssh-key=@key' '08:00:27:4d:4d:ab, centos-5.5-i386, name=b' >host-os.conf
    run "root reads what the account cannot" 1 check -c user.ini
    says "host-os.conf:1: cannot read key for 'ssh-key': Permission denied"
    chmod 644 key
    chmod 600 root/boot/os/centos-5.5-i386/pxeboot/vmlinuz
    run "an image that the account cannot open" 0 check -c user.ini
    says "no image for 'centos-5.5-i386'"
    says "pxeboot/vmlinuz: Permission denied; looked for "
    chmod 644 root/boot/os/centos-5.5-i386/pxeboot/vmlinuz
    chmod 600 host-os.conf
    run "a table that the account cannot read" 0 check -c user.ini
    says "the host file host-os.conf cannot be read by 'nobody': Permission denied"
    chmod 644 host-os.conf
    chmod 600 key
    test="another account judges by modes"
    setpriv --reuid 12345 --clear-groups "$pxed" check -c user.ini >out 2>&1
    [ $? = 1 ] && passed=$((passed + 1)) || fail "exit $?"
    says "what the account 'nobody' may read is judged by modes"
    chmod 644 key
    if [ -n "${CHECK_ALONE:-}" ]; then
        python3 - <<'PY' &
import socket, time
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(("127.0.0.1", 67))
b = socket.socket(); b.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); b.bind(("0.0.0.0", 80)); b.listen()
open("bound", "w").close()
time.sleep(60)
PY
        other=$!
        n=0
        until [ -e bound ] || [ $((n += 1)) -gt 100 ]; do sleep 0.1; done
        run "ports that others hold" 0 check -c good.ini
        says "here: TCP port 80 of [http] is held by python3 (pid $other)"
        says "here: UDP port 67 is held by python3 (pid $other): two DHCP servers"
        silent "port 69"
        kill $other
        wait $other 2>/dev/null
    fi
fi

# --- explain
printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01, group=web, ip=127.0.0.55, root-password-hash=$1$very$secret\n' >host-os.conf
run "explain an armed host" 0 explain -c good.ini web01
says "kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=http://pxe-server/boot/s/***/hosts/linux-ks/08-00-27-4d-4d-aa.txt"
says "name = web01    (host-os.conf:1)"
says "locale = de_DE.UTF-8    (good.ini:11)"
says "timezone = UTC    (good.ini:13)"
says "root-password-hash = ***"
says 'rootpw --iscrypted "***"'
silent 'very$secret'
for host in 08-00-27-4D-4D-AA 0800.274d.4daa 127.0.0.55 WEB01; do
    run "explain $host" 0 explain -c good.ini $host
    says "host web01"
done
run "explain an installed host" 0 explain -c good.ini web01 --as installed
says "INSTALLED: "
says "exit"
silent "kernel http"
run "explain for EFI" 0 explain -c good.ini web01 --firmware efi-x64
says "initrd=initrd.img"
run "explain for PXELINUX" 0 explain -c good.ini web01 --loader pxelinux
says "append ksdevice=link"
# What a GET would bring, an operator's own file included.
mkdir -p root/boot/hosts/08-00-27-4d-4d-aa root/boot/hosts/linux-ks
printf 'mine\nrootpw --iscrypted $1$very$secret\nlast' >root/boot/hosts/08-00-27-4d-4d-aa/ks.cfg
run "explain an operator's own file" 0 explain -c good.ini web01
says "file ks.cfg (the answer file), from root/boot/hosts/08-00-27-4d-4d-aa/ks.cfg, the operator's, as it is:"
says "  mine"
says "  rootpw --iscrypted ***"
says "  last"
silent 'very$secret'
silent "rootpw --lock"
echo other >root/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt
run "two of them that differ" 0 explain -c good.ini web01
says "ANSWER_BROKEN: "
says "root/boot/hosts/08-00-27-4d-4d-aa/ks.cfg cannot be delivered: root/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt is another answer file"
silent "kernel http"
rm -r root/boot/hosts
sed 's/$/, answer=none.ks/' host-os.conf >none.conf && sed 's/^name/hosts = none.conf\nname/' good.ini >none.ini
run "explain a missing answer file" 0 explain -c none.ini web01
says "ANSWER_UNREADABLE: "
says "none.conf:1: cannot read the answer file none.ks: No such file or directory"
silent "kernel http"
silent "clearpart"
sed 's/centos-5.5-i386/rocky-9/' host-os.conf >none.conf
run "explain a missing image" 0 explain -c none.ini web01
says "NO_IMAGE: "
says "looked for images/pxeboot/vmlinuz + images/pxeboot/initrd.img, or "
printf '#!/bin/sh\n' >root/boot/home.php
run "explain beside an operator's script" 0 explain -c good.ini web01
says "the operator's script root/boot/home.php answers instead"
rm root/boot/home.php
run "explain nobody" 1 explain -c good.ini web02
says "no host 'web02'"
run "explain from a bad ini" 1 explain -c bad.ini web01

# --- options
run "options" 0 options
for word in interface arm-limit loader-path '[dhcp]' '[http]' root-password-hash 'claims debian'; do says "$word"; done
on_stdout
run "options of one" 0 options dhcp
says "range ="
silent "arm-limit"
run "options of an OS plugin" 0 options os-linux
says "reports the step"
run "options of the core" 0 options pxed
says "install-timeout = 2h"
run "options of nobody" 1 options nonesuch

# --- usage
run "nothing" 2
says "usage: pxed COMMAND"
run "an unknown command" 2 chekc
says "did you mean 'check'?"
run "check --what" 2 check --what
run "explain without a host" 2 explain -c good.ini
run "explain with a bad word" 2 explain -c good.ini web01 --firmware commodore
run "arm without a host" 2 arm -c good.ini
run "help" 0 --help
silent "hosts export"
on_stdout
run "help of a command" 0 explain --help
says "usage: pxed explain"
run "version" 0 --version
says "plugin ABI 1."

# --- a CD's installer boots from the network and gets nowhere: never booted, and told with what is wanted instead
mkdir -p root/boot/os/debian-12-amd64/install.amd
for file in vmlinuz initrd.gz; do echo "$file" >root/boot/os/debian-12-amd64/install.amd/$file; done
cp host-os.conf host-os.conf.before
printf '08:00:27:4d:4d:aa, debian-12-amd64, name=web01\n' >host-os.conf
run "a CD's initrd" 0 check -c good.ini
says "CD_INITRD: install.amd/initrd.gz of 'debian-12-amd64'"
says "NO_IMAGE"
run "explain of it" 0 explain -c good.ini web01
silent "install.amd/initrd.gz"
says "NO_IMAGE"
mv host-os.conf.before host-os.conf

# --- orders that name nobody
run "adopt nobody" 2 adopt -c good.ini
run "adopt both" 2 adopt -c good.ini --new web01
run "event without a stage" 2 event -c good.ini web01
run "event with another stage" 2 event -c good.ini web01 installing
run "arm for how long" 2 arm -c good.ini --for soon web01

# --- time zones
if [ -e /usr/share/zoneinfo/tzdata.zi ]; then
    { ini; printf '[defaults]\ntimezone = Amerika/New_York\n'; } >zones.ini
    printf '08:00:27:4d:4d:aa, debian-12, timezone=Europe/Berln\n08:00:27:4d:4d:ab, debian-12, timezone=Asia/Kolkata\n08:00:27:4d:4d:ac, debian-12\n08:00:27:4d:4d:ad, debian-12\n' >host-os.conf
    run "zones" 0 check -c zones.ini
    says "host-os.conf:1: warning: timezone = Europe/Berln is in no list of this machine (/usr/share/zoneinfo/tzdata.zi), did you mean 'Europe/Berlin'?"
    says "timezone = Amerika/New_York is in no list of this machine (/usr/share/zoneinfo/tzdata.zi), did you mean 'America/New_York'?"
    checks=$(grep -c 'is in no list' out)
    [ "$checks" = 2 ] || { failed=$((failed + 1)); echo "not ok - each line once: $checks"; }
fi

# --- locales and keyboards, by the lists of their packages
if [ -e /usr/share/i18n/SUPPORTED ]; then
    printf '08:00:27:4d:4d:aa, debian-12, locale=de_DE.utf8\n08:00:27:4d:4d:ab, debian-12, locale=de_DE.UTF-8\n08:00:27:4d:4d:ac, debian-12, locale=C\n' >host-os.conf
    run "locales" 0 check -c good.ini
    says "host-os.conf:1: warning: locale = de_DE.utf8 is in no list of this machine (/usr/share/i18n/SUPPORTED), did you mean 'de_DE.UTF-8'?"
    checks=$(grep -c 'is in no list' out)
    [ "$checks" = 1 ] || { failed=$((failed + 1)); echo "not ok - one locale: $checks"; }
fi
if [ -e /usr/share/X11/xkb/rules/base.lst ]; then
    printf '08:00:27:4d:4d:aa, debian-12, keyboard=dee\n08:00:27:4d:4d:ab, debian-12, keyboard=de-latin1-nodeadkeys\n08:00:27:4d:4d:ac, debian-12, keyboard=ch(fr)\n08:00:27:4d:4d:ad, windows-2022-x64, keyboard=0407\n' >host-os.conf
    run "keyboards" 0 check -c good.ini
    says "host-os.conf:1: warning: keyboard = dee is in no list of this machine (/usr/share/X11/xkb/rules/base.lst), did you mean 'de'?"
    checks=$(grep -c 'is in no list' out)
    [ "$checks" = 1 ] || { failed=$((failed + 1)); echo "not ok - one keyboard: $checks"; }
fi

# --- the network of the installed system, the operator's commands
printf '#!/bin/sh\r\necho\r\n' >commands.sh
printf '08:00:27:4d:4d:aa, debian-12, bond=802.3ad\n08:00:27:4d:4d:ab, debian-12, install-net=vlan\n08:00:27:4d:4d:ac, debian-12, ip6=2001:db8::5/64, gateway6=2001:db9::1\n08:00:27:4d:4d:ad, debian-12, ip6=2001:db8::6/64, gateway6=2001:db8::1\n08:00:27:4d:4d:ae, debian-12, ip6=2001:db8::7/64, gateway6=fe80::1, run=@commands.sh\n08:00:27:4d:4d:af, memtest86plus, run=@commands.sh\n' >host-os.conf
run "networks and commands" 0 check -c good.ini
says "host-os.conf:1: warning: bond=802.3ad: a bond of the one port that this line names: give the others with mac="
says "host-os.conf:2: warning: install-net=vlan: pxe-4d4dab has no vlan=, so its installer uses the plain port: set vlan=, or remove install-net="
says "the installer of 'debian-12' knows no bond and no VLAN"
says "host-os.conf:3: warning: gateway6=2001:db9::1: in no net of ip6=, so it cannot be reached: correct gateway6= or ip6="
says "host-os.conf:6: warning: run= has no effect on 'memtest86plus'"
says "commands.sh:1: warning: the line ends in CR LF, as on Windows"
checks=$(grep -c 'gateway6=\|ends in CR LF' out)
[ "$checks" = 2 ] || { failed=$((failed + 1)); echo "not ok - one gateway, one file: $checks"; }
rm commands.sh
run "commands that cannot be read" 1 check -c good.ini
says "cannot read"

# --- no daemon
for command in machines why leases "log web01" "disarm web01" "arm web01 --yes" "adopt web01" "event web01 failed"; do
    # shellcheck disable=SC2086
    run "$command without a daemon" 3 $command -c good.ini
    says "no daemon"
done

# --- the store without a daemon
run "a backup of a store that is not there" 1 backup -c good.ini copy
says "pxed backup: the store cannot be copied: state/pxed.db: No such file or directory"
[ ! -e copy ] || fail "a file without a store"
echo hello >copy
run "a restore of something else" 1 restore -c good.ini copy
says "pxed restore: copy: it is no copy of a store"
[ ! -e state/pxed.db ] || fail "a store of something else"
run "a restore of nothing" 1 restore -c good.ini none
says "pxed restore: none: No such file or directory"
sed 's/store-sqlite //' good.ini >memory.ini
run "no store at all" 1 restore -c memory.ini copy
says "no plugin that it loads keeps a store in a file"
run "which file?" 2 backup -c good.ini
says "usage: pxed backup"
rm copy

# --- plugins that must be refused, as a person sees it
PXED_PLUGIN_DIR=$1/tests/broken
export PXED_PLUGIN_DIR
{ ini; } | sed 's/^plugins.*/plugins = newer-major wrong-magic needs-nothing cycle-a cycle-b/' >plugins.ini
printf '# nobody\n' >host-os.conf
run "broken plugins" 1 check -c plugins.ini
says "plugins.ini:6: $1/tests/broken/newer-major.so: built for plugin ABI 2.0, this pxed has 1."
says "wrong-magic.so: not a pxed plugin"
says "plugin 'needs-nothing' needs the service nothing/1"
says "need each other"
{ ini; } | sed 's/^plugins.*/plugins = os-tie-one os-tie-two/' >tie.ini
printf '08:00:27:4d:4d:aa, tieos-1\n' >host-os.conf
run "a tie" 1 check -c tie.ini
says "host-os.conf:1: plugins 'os-tie-one' and 'os-tie-two' both claim 'tieos-1'; say which with [os tieos-1] plugin = NAME"
printf '[os tieos-1]\nplugin = os-tie-two\n' >>tie.ini
run "a tie that is settled" 0 check -c tie.ini

printf '08:00:27:4d:4d:aa, centos-5.5-i386, name=web01\n' >host-os.conf
run "a firmware that is none" 2 explain -c good.ini web01 --firmware efi-x46
says "--firmware 'efi-x46' is none of: bios efi-ia32 efi-x64 efi-arm64 http-x64 http-arm64 efi-riscv64 efi-loongarch64; did you mean 'efi-x64'?"
run "a loader that is none" 2 explain -c good.ini web01 --loader lilo
says "--loader 'lilo' is none of: gpxe ipxe"
run "a host that is none" 1 explain -c good.ini web02
says "no host 'web02' in the host file; did you mean 'web01'?"
run "a stage that is none" 2 watch -c good.ini web01 --until instaled
says "did you mean 'installed'?"
sed 's/os-linux$/os-linus/' good.ini >near.ini
run "a plugin that is none" 1 check -c near.ini
says "near.ini:6: plugin 'os-linus' is not installed"
says "did you mean 'os-linux'?"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
