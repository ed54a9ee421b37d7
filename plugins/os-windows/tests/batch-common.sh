# shellcheck shell=bash
# The batch files as wine's cmd runs them, in a network namespace, with stand-ins for WinPE's tools (stub.c). Sourced.
set -u
export PATH=$PATH:/usr/sbin:/sbin
build=${1:?usage: $0 BUILD-FOLDER MINGW-GCC [PATTERN]} mingw=${2:?} only=${3:-}
for tool in wine wineserver ip unshare python3 "$mingw"; do
    command -v "$tool" >/dev/null || { echo "not ok - $tool is missing"; exit 1; }
done
if [ -z "${BATCH_INSIDE:-}" ]; then
    user=; [ "$(id -u)" = 0 ] || user=-r
    BATCH_INSIDE=1 exec unshare -n $user "$0" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
STUBS="diskpart imagex dism bcdboot bootsect wpeutil wpeinit drvload net ping reg xcopy ipconfig"
# wine has programs of its own for some of these; winedbg would wake up for each crash that a test asks for
overrides="mscoree=;mshtml=;winedbg.exe=d"
for tool in $STUBS; do overrides="$overrides;$tool.exe=n"; done
export WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES=$overrides HOME=$work STUB_ROOT=$work/disk
unset DISPLAY
mac=08-00-27-b2-40-3e share=$work/share drive=$WINEPREFIX/drive_c
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    wineserver -k 2>/dev/null
    wineserver -w 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
ip link set lo up
ip link add eth0 type bridge && ip link set eth0 address 08:00:27:b2:40:3e up && ip addr add 10.77.0.1/24 dev eth0 ||
    { echo "not ok - no network card"; exit 1; }

good=0 bad=0
pass() { good=$((good + 1)); echo "ok $((good + bad)) - $1"; }
miss() { # NAME EXPECTED GOT
    bad=$((bad + 1))
    echo "not ok $((good + bad)) - $1"
    diff <(echo "$2") <(echo "$3") | sed 's/^/    /'
}
is() { if [ "$2" = "$3" ]; then pass "$1"; else miss "$1" "$2" "$3"; fi; }

# --- one machine

"$mingw" -O1 -s -Wall -Wextra -Werror "$here/stub.c" -o "$work/stub.exe" || { echo "not ok - the stub"; exit 1; }
wineserver -p300 # a server that ends while the next program begins fails that program
timeout 120 wine cmd /c 'echo ready' 2>/dev/null | grep -q ready || { echo "not ok - wine does not start"; exit 1; }
system=$drive/windows/system32
for tool in $STUBS; do
    rm -f "$system/$tool.exe"
    cp "$work/stub.exe" "$system/$tool.exe"
done
ln -sfn "$share" "$WINEPREFIX/dosdevices/j:"

fresh() { # 'HOST LINE END' [WORDS]: renders, and lays out what the share and the image hold
    local line=$1
    shift
    rm -rf "$share" "$work/disk" "$drive/pxed" "$drive"/stub.log "$drive"/body.txt "$drive"/diskpart.seen "$drive/net.cmd" \
        "$WINEPREFIX"/dosdevices/[sw]:
    "$build/tests/os-windows-render" "$share" "08:00:27:b2:40:3e, $line" "$@" || { bad=$((bad + 1)); echo "not ok - cannot render $line"; return 1; }
    cp "$work/stub.exe" "$share/$mac/pxed-amd64.exe"
    cp "$work/stub.exe" "$share/$mac/pxed-x86.exe"
    cp "$work/stub.exe" "$share/$mac/pxed-arm64.exe"
    echo image >"$share/$mac/install.wim"
    mkdir -p "$work/disk/w/Windows/Panther/Unattend" "$work/disk/w/Windows/Setup/Scripts" "$work/disk/s"
    echo old >"$work/disk/w/Windows/Panther/Unattend/unattend.xml"
    : >"$work/disk/w/ntldr"
    : >"$work/disk/w/boot.ini"
}
batch() { # PATH: runs it, the output to $work/out, its exit code returned
    timeout 100 wine cmd /c "$1" >"$work/out" 2>&1 </dev/null
}
seen() { # the tools in their order; the helper's long words shortened
    cat "$drive/stub.log" 2>/dev/null | tr -d '\r' | sed 's,\[http://10.77.0.1/boot/\(s/[0-9a-f]*/\)*event?mac=08-00-27-b2-40-3e\],URL,; s,J:\\08-00-27-b2-40-3e,HERE,g; s,C:\\pxed\\,TMP/,g; s,\[\([^] ][^] ]*\)\],\1,g'
}
autorun() { # NAME CODE: expected tools on stdin
    local code expected
    expected=$(cat)
    batch "J:\\$mac\\autorun.bat"
    code=$?
    is "$1" "$expected
exit $2" "$(seen)
exit $code"
}
wanted() { case $1 in *"$only"*) ;; *) return 1 ;; esac; }
KEY=", product-key=AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
FACTS="fact:file=install.wim fact:index=3 fact:wim=install.wim"
WINPE="pxed event URL winpe"
GUARD="pxed guard [] blank TMP/guard.cmd"
DISK="diskpart /s TMP/diskpart.txt"
IMAGEX="imagex /apply HERE\\install.wim 3 W:"
DISM="dism /Apply-Image /ImageFile:HERE\\install.wim /Index:3 /ApplyDir:W:\\"
NT52="bootsect /nt52 W: /force /mbr"
DONE="pxed event URL applied"
failed() { echo "pxed event URL failed $1 TMP/$2"; }
same() { tr -d '\r' <"$1" 2>/dev/null | cmp -s - <(tr -d '\r' <"$2"); } # but for line ends
W10="windows-10-x64, name=win01" XP="windows-xp-x86, name=win01$KEY"
