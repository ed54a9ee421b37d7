#!/bin/sh
# run.sh BUILD: installs the build tree, builds the example plugin against the installation alone, and lets the installed
# pxed and the contract tests work with it.
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

# The contract tests find plugins from their own place, like pxed.
if [ -x "$build/tests/contract-test" ]; then
    cp "$build/tests/contract-test" "$p/sbin/"
    "$p/sbin/contract-test" >"$tmp/out" 2>&1 || fail "the contract tests"
fi
echo "passed"
