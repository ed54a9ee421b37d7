#!/bin/sh
# check.sh BUILD: the commands that read files only, and what all commands answer when something is wrong.
set -u
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

mkdir -p root/boot/os/centos-5.5-i386/pxeboot state
touch root/boot/os/centos-5.5-i386/pxeboot/vmlinuz root/boot/os/centos-5.5-i386/pxeboot/initrd.img
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
printf '08:00:27:4d:4d:aa, beos-5\n08:00:27:4d:4d:ab, rocky-9\n' >warn.conf
sed -i 's/^name/hosts = warn.conf\nname/' warn.ini
run "warnings alone" 0 check -c warn.ini
says "warn.conf:1: warning: no plugin claims the OS id 'beos-5'"
says "warn.conf:2: warning: no image for 'rocky-9'"
says "warn.ini:2: warning: interface 'nonesuch0' does not exist"
says "there is no account 'nobody-of-this-name'"

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
silent "import"
on_stdout
run "help of a command" 0 explain --help
says "usage: pxed explain"
run "version" 0 --version
says "plugin ABI 1."

# --- no daemon
for command in machines why leases "log web01" "disarm web01" "arm web01 --yes"; do
    # shellcheck disable=SC2086
    run "$command without a daemon" 3 $command -c good.ini
    says "no daemon"
done

# --- plugins that must be refused, as a person sees it
PXED_PLUGIN_DIR=$1/tests/broken
export PXED_PLUGIN_DIR
{ ini; } | sed 's/^plugins.*/plugins = newer-major wrong-magic needs-nothing cycle-a cycle-b/' >plugins.ini
printf '# nobody\n' >host-os.conf
run "broken plugins" 1 check -c plugins.ini
says "plugins.ini:6: $1/tests/broken/newer-major.so: built for plugin ABI 2.0, this pxed has 1.1"
says "wrong-magic.so: not a pxed plugin"
says "plugin 'needs-nothing' needs the service nothing/1"
says "need each other"
{ ini; } | sed 's/^plugins.*/plugins = os-tie-one os-tie-two/' >tie.ini
printf '08:00:27:4d:4d:aa, tieos-1\n' >host-os.conf
run "a tie" 1 check -c tie.ini
says "host-os.conf:1: plugins 'os-tie-one' and 'os-tie-two' both claim 'tieos-1'; say which with [os tieos-1] plugin = NAME"
printf '[os tieos-1]\nplugin = os-tie-two\n' >>tie.ini
run "a tie that is settled" 0 check -c tie.ini

echo "$passed passed, $failed failed"
[ $failed = 0 ]
