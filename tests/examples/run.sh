#!/bin/sh
# run.sh BUILD: installs the build tree, builds the example plugin and what new-plugin writes against the installation
# alone, and lets the installed pxed work with them.
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
chmod 755 "$tmp" # the account pxed, if there is one, must be able to look into it
trap 'rm -rf "$tmp"' EXIT
p=$tmp/prefix
fail() { echo "FAILED: $*" >&2; sed 's/^/    /' "$tmp/out" >&2; exit 1; }
says() { grep -qF -e "$1" "$tmp/out" || fail "it does not say: $1"; }
: >"$tmp/out"

lines=$(wc -l <"$here/os-openbsd/os_openbsd.c")
[ "$lines" -lt 100 ] || fail "the example has $lines lines: a system must fit in 100"

# Copied, so that nothing of this source tree is reached by a relative path.
cp -R "$here/os-openbsd" "$tmp/os-openbsd"
cmake --install "$build" --prefix "$p" >"$tmp/out" 2>&1 || fail "cmake --install"
[ -x "$p/sbin/pxed" ] && [ -f "$p/lib/pxed/libpxed-base.a" ] && [ -f "$p/include/pxed/os.h" ] || fail "the installed tree lacks a part"
"$p/sbin/pxed" options >"$tmp/out" 2>&1 || fail "pxed options"
cmake -S "$tmp/os-openbsd" -B "$tmp/build" -DCMAKE_PREFIX_PATH="$p" -DCMAKE_C_COMPILER="${CC:-cc}" \
    -DCMAKE_C_FLAGS="-Wall -Wextra -Werror" >"$tmp/out" 2>&1 || fail "configuring the example"
cmake --build "$tmp/build" >"$tmp/out" 2>&1 || fail "building the example"
mkdir "$tmp/plugins"
cp "$tmp/build/os-openbsd.so" "$tmp/plugins/"
cmake --install "$tmp/build" --component templates --prefix "$p" >"$tmp/out" 2>&1 || fail "installing its templates"
export PXED_PLUGIN_DIR="$tmp/plugins"

mkdir -p "$tmp/root/boot/os/openbsd-7.4-amd64" "$tmp/state"
for file in BOOTX64.EFI bsd.rd; do echo "$file" >"$tmp/root/boot/os/openbsd-7.4-amd64/$file"; done
cat >"$tmp/pxed.ini" <<X
[pxed]
interface = lo
name = pxe-server
plugins = os-openbsd
root = root
state = state
hosts = hosts.conf
[defaults]
openbsd-sets = -game*
X
cat >"$tmp/hosts.conf" <<X
08:00:27:4d:4d:aa, openbsd-7.4-amd64, name=fw01, root-password-hash=\$2b\$10\$secret
08:00:27:4d:4d:ab, openbsd-5.0-amd64
X
"$p/sbin/pxed" check -c "$tmp/pxed.ini" >"$tmp/out" 2>&1 || fail "pxed check"
says "hosts.conf:2: warning: no plugin claims the OS id 'openbsd-5.0-amd64'"
says "2 hosts, 1 warnings"
"$p/sbin/pxed" explain -c "$tmp/pxed.ini" fw01 --firmware efi-x64 --loader ipxe >"$tmp/out" 2>&1 || fail "pxed explain"
says "profile: os-openbsd, openbsd"
says "chain http://pxe-server/boot/os/openbsd-7.4-amd64/BOOTX64.EFI"
says "openbsd-sets = -game*    ($tmp/pxed.ini:9)"
says "System hostname = fw01"
says "Password for root = ***"
says "Set name(s) = -game*"
"$p/sbin/pxed" explain -c "$tmp/pxed.ini" fw01 --firmware bios >"$tmp/out" 2>&1 || fail "pxed explain for BIOS"
says "NO_PLAN"
"$p/sbin/pxed" options os-openbsd >"$tmp/out" 2>&1 || fail "pxed options os-openbsd"
says "openbsd-sets"
says "claims openbsd; versions 6.9 7.*; architectures amd64"

# The same without CMake.
export PKG_CONFIG_PATH="$p/lib/pkgconfig"
# shellcheck disable=SC2046 # several words each
${CC:-cc} -std=gnu17 -Wall -Wextra -Werror -fvisibility=hidden -fPIC -shared $(pkg-config --cflags pxed) \
    "$tmp/os-openbsd/os_openbsd.c" $(pkg-config --libs pxed) -Wl,--no-undefined -o "$tmp/plugins/os-openbsd.so" >"$tmp/out" 2>&1 ||
    fail "building the example with pkg-config"
[ "$(pkg-config --variable=plugindir pxed)" = "$p/lib/pxed/plugins" ] || fail "pkg-config's plugindir"
"$p/sbin/pxed" options os-openbsd >"$tmp/out" 2>&1 || fail "pxed options os-openbsd, built with pkg-config"
says "openbsd-sets"

"$p/sbin/pxed" contract-test "$tmp/plugins/os-openbsd.so" >"$tmp/out" 2>&1 || fail "the contract test of the example"
says "os-openbsd 1: passed"
unset PXED_PLUGIN_DIR

# What new-plugin writes builds and passes as it stands, without being installed.
build() { # NAME
    cmake -S "$1" -B "$1/build" -DCMAKE_PREFIX_PATH="$p" -DCMAKE_C_COMPILER="${CC:-cc}" -DCMAKE_C_FLAGS="-Wall -Wextra -Werror" >"$tmp/out" 2>&1 &&
        cmake --build "$1/build" >>"$tmp/out" 2>&1 || fail "building $1"
    "$p/sbin/pxed" contract-test "$1/build/$1.so" >"$tmp/out" 2>&1 || fail "the contract test of $1"
    says "$1 1: passed"
}
cd "$tmp"
"$p/sbin/pxed" new-plugin os haiku >"$tmp/out" 2>&1 || fail "new-plugin os"
says "cmake -S os-haiku -B os-haiku/build -DCMAKE_PREFIX_PATH=$p && "
build os-haiku
"$p/sbin/pxed" new-plugin protocol whois >"$tmp/out" 2>&1 || fail "new-plugin protocol"
build whois
! grep -rq '@[A-Z]*@' os-haiku/plugin.c os-haiku/templates whois/plugin.c || fail "a mark is left"
! "$p/sbin/pxed" new-plugin os haiku >"$tmp/out" 2>&1 || fail "over a folder that is there"
says "File exists"
! "$p/sbin/pxed" new-plugin os linux >"$tmp/out" 2>&1 || fail "an installed name"
says "there is an installed plugin of this name"
! "$p/sbin/pxed" new-plugin os Haiku-r1 >"$tmp/out" 2>&1 || fail "a name that is none"
says "a name is a word of a-z"
! "$p/sbin/pxed" new-plugin so haiku >"$tmp/out" 2>&1 || fail "a kind that is none"
says "is none of: os protocol"

# The system boots, the guard is in its script, and the protocol answers.
mkdir -p root/boot/os/haiku-1-amd64
for file in linux initrd.gz; do echo "$file" >root/boot/os/haiku-1-amd64/$file; done
cat >new.ini <<X
[pxed]
interface = lo
name = pxe-server
plugins = os-haiku whois store-sqlite
root = root
state = state
hosts = new.conf
user = root
[whois]
port = 4078
X
echo "08:00:27:4d:4d:aa, haiku-1-amd64, name=web01, haiku-flavour=full" >new.conf
export PXED_PLUGIN_DIR="$tmp/os-haiku/build:$tmp/whois/build"
"$p/sbin/pxed" check -c new.ini >"$tmp/out" 2>&1 || fail "pxed check of the new plugins"
says "1 hosts, "
"$p/sbin/pxed" explain -c new.ini web01 >"$tmp/out" 2>&1 || fail "pxed explain of the new system"
says "install=http://pxe-server/boot/hosts/08-00-27-4d-4d-aa/install.sh"
says "FLAVOUR='full'"
says "PXED_WANT=''"
if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null && command -v nc >/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    unshare -n sh -c 'ip link set lo up; "$0" run -c new.ini >log 2>&1 & pid=$!
        for n in 1 2 3 4 5 6 7 8 9 10; do grep -q " core ready " log && break; sleep 0.5; done
        echo 08-00-27-4d-4d-aa | nc -u -w 2 127.0.0.1 4078; echo nonsense | nc -u -w 1 127.0.0.1 4078
        kill $pid; wait $pid' "$p/sbin/pxed" >"$tmp/out" 2>&1 || { cat log >>"$tmp/out"; fail "the daemon with the new protocol"; }
    says "web01 haiku-1-amd64"
    ! grep -q nonsense "$tmp/out" || fail "it answers nonsense"
fi
echo "passed"
