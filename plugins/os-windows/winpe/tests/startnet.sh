#!/bin/bash
# The start files that pxed-winpe puts into an image, run by wine's cmd with stubs for WinPE's tools: which folder they
# find, what they call and in which order, where they stop. With a third argument also with the real helper program, in a
# network namespace with two cards and a small HTTP server.   usage: startnet.sh PROGRAM [PXED-AMD64.EXE]
export PATH=$PATH:/usr/sbin:/sbin
for tool in wine wineserver x86_64-w64-mingw32-gcc unshare ip python3; do
    command -v $tool >/dev/null || { echo "the tool $tool is missing"; exit 1; }
done
if [ -z "${WINPE_INSIDE:-}" ]; then
    user=; [ "$(id -u)" = 0 ] || user=-r
    WINPE_INSIDE=1 exec unshare -n $user "$0" "$@"
fi
. "$(dirname "$0")/common.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
HELPER=${2:-}
SERVER=
export WINEPREFIX=$WORK/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml=" HOME=$WORK
cleanup() {
    [ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null
    wineserver -k 2>/dev/null
    wineserver -w 2>/dev/null
    rm -rf "$WORK"
}
C=$WINEPREFIX/drive_c SHARE=$WORK/share
mkdir "$SHARE"
wineserver -p300 # a server that ends while the next program begins fails that program
timeout 120 wine cmd /c 'echo ready' 2>/dev/null | grep -q ready || { echo "wine does not start"; exit 1; }
x86_64-w64-mingw32-gcc -O1 -s -o "$WORK/stub.exe" "$HERE/stub.c" || exit 1
mkdir "$C/stubs" "$C/http"
# cmd looks into the current folder first: there wine has no tool of its own that would win.
for tool in wpeinit drvload net ipconfig ping reg wpeutil; do cp "$WORK/stub.exe" "$C/stubs/$tool.exe"; done
cp "$WORK/stub.exe" "$C/windows/system32/wpeutil.exe"
cp "$WORK/stub.exe" "$C/windows/system32/pxed.exe"
export STUB_SHARE=$SHARE STUB_PREFIX=$WINEPREFIX

# The start files, as they come out of a made WIM; and its drivers, laid out as WinPE would have them.
source_wim "$WORK/boot.wim" || exit 1
mkdir -p "$WORK/drivers/net card"
: >"$WORK/drivers/net card/e1000.inf"
: >"$WORK/drivers/B57.INF"
: >"$WORK/drivers/b57.sys"
"$PROGRAM" --quiet --classic --share '\\10.77.0.1\windows media' --drivers "$WORK/drivers" "$WORK/boot.wim" "$WORK/c.wim" &&
    "$PROGRAM" --quiet --server http://10.77.0.1:8099 --helper "$WORK/stub.exe" "$WORK/boot.wim" "$WORK/h.wim" || exit 1
in_wim "$WORK/c.wim" /Windows/System32/startnet.cmd >"$C/classic.cmd"
in_wim "$WORK/h.wim" /Windows/System32/startnet.cmd >"$C/startnet.cmd"
wimlib-imagex extract "$WORK/c.wim" 1 /pxed --dest-dir="$C" >/dev/null

start() { # FILE [ENVIRONMENT...]: runs it as winpeshl does, from the stubs' folder; RC, C:\stub.log as words
    local file=$1
    shift
    rm -f "$C/stub.log" "$C"/*.calls "$C/net.cmd" "$WINEPREFIX/dosdevices/j:" "$C/ran.txt"
    (cd "$C/stubs" && exec timeout 250 env "$@" wine cmd /c "c:\\$file") >"$WORK/raw" 2>/dev/null </dev/null
    RC=$?
    tr -d '\r' <"$WORK/raw" >"$WORK/screen"
    tr -d '\r' <"$C/stub.log" >"$WORK/stub.log" 2>/dev/null || : >"$WORK/stub.log"
}
folder() { # MAC EXIT-CODE: its autorun.bat leaves a mark
    mkdir -p "$SHARE/$1"
    printf '@echo off\r\necho %%~dp0 %%CD%%>c:\\ran.txt\r\nexit /b %s\r\n' "$2" >"$SHARE/$1/autorun.bat"
}
ran() { [ -e "$C/ran.txt" ] && tr -d '\r' <"$C/ran.txt" | tr 'A-Z' 'a-z'; }
calls() { sed -n "s/^$1 *//p" "$WORK/stub.log"; }
order() { sed 's/ .*//' "$WORK/stub.log" | uniq | tr '\n' ' '; }
share_is_empty() { rm -rf "${SHARE:?}"/*; }

# --- which machine: three cards, the words of several languages, values that are no names of folders
german() {
    printf '\r\nWindows-IP-Konfiguration\r\n\r\n   Hostname  . . . . . . . . . . . . : minint-1\r\n'
    printf '   IP-Routing aktiviert  . . . . . . : Nein\r\n\r\nEthernet-Adapter Ethernet:\r\n\r\n'
    printf '   Beschreibung. . . . . . . . . . . : Intel(R) PRO/1000 "MT" %%TEMP%% 100%%\r\n'
    printf '   Physische Adresse . . . . . . . . : 08-00-27-00-00-01\r\n'
    printf '   DHCP aktiviert. . . . . . . . . . : Ja\r\n'
    printf '   Verbindungslokale IPv6-Adresse  . : fe80::a00:27ff:feb2:403e%%3(Bevorzugt)\r\n'
    printf '   Lease erhalten. . . . . . . . . . : Montag, 23. November 2026 05:38:21\r\n\r\n'
    printf 'Drahtlos-LAN-Adapter WLAN:\r\n\r\n   Medienstatus. . . . . . . . . . . : Medium getrennt\r\n'
    printf '   Physische Adresse . . . . . . . . : 08-00-27-00-00-02\r\n\r\nEthernet-Adapter Ethernet 2:\r\n\r\n'
    printf '   Physische Adresse . . . . . . . . : 08-00-27-B2-40-3E\r\n'
    printf '   Standardgateway . . . . . . . . . : 10.77.0.1\r\n'
}
japanese() { # code page 932
    printf '\225\250\227\235\203A\203h\203\214\203X . . . . . . . . : 08-00-27-B2-40-3E\r\n'
}
french() { # code page 850
    printf 'Carte r\202seau\r\n   Adresse physique . . . . . . . . . : 08-00-27-B2-40-3E\r\n   Marvell & Fils . . : a & b\r\n'
}
MAC=08-00-27-b2-40-3e
folder $MAC 0
folder 00-11-22-33-44-55 0
for language in german japanese french; do
    $language >"$C/ipconfig.txt"
    start classic.cmd
    is "classic, $language: exit code" $RC 0
    is "classic, $language: its autorun.bat, in its folder" "$(ran)" "j:\\$MAC\\ j:\\$MAC"
done
german >"$C/ipconfig.txt"
start classic.cmd STUB_LATE=3
is "classic: a network that comes late" "$RC $(calls net | wc -l)" "0 4"
is "classic: drivers, network, share, folder, restart" "$(order)" "drvload wpeinit reg net ipconfig wpeutil "
is "classic: drivers by their paths" "$(calls drvload | tr 'A-Z' 'a-z' | sort | tr '\n' ',')" \
    'c:\pxed\drivers\1\b57.inf,c:\pxed\drivers\1\net card\e1000.inf,'
is "classic: the share as a guest" "$(calls net | head -1)" 'use J: \\10.77.0.1\windows media pxed /user:pxed /persistent:no'
is "classic: restart at the end" "$(calls wpeutil)" reboot
start classic.cmd STUB_LATE=99
is "classic: no share: bounded" "$RC $(calls net | wc -l)" "1 20"
has "classic: no share: it says so" "$WORK/screen" '\\10.77.0.1\windows media cannot be reached as a guest'
is "classic: no share: no restart" "$(calls wpeutil)" ""
for code in 1 3 -1073741819; do
    folder $MAC $code
    start classic.cmd
    is "classic: autorun.bat fails with $code" "$RC $(calls wpeutil)" "1 "
    has "classic: it says so ($code)" "$WORK/screen" "autorun.bat failed"
done
rm -r "${SHARE:?}/$MAC"
start classic.cmd
is "classic: no folder for this machine" "$RC $(ran)$(calls wpeutil)" "1 "
has "classic: no folder: it says so" "$WORK/screen" "has no folder with an autorun.bat"
has "classic: no folder: the cards are shown" "$WORK/screen" "Physische Adresse . . . . . . . . : 08-00-27-B2-40-3E"

# --- the helper: the second of two cards is the one
helper() { # what startnet.cmd does, whoever the helper is
    local who=$1 late=$2
    share_is_empty
    folder $MAC 0
    start startnet.cmd $late
    is "$who: exit code" $RC 0
    has "$who: it says who it is" "$WORK/screen" "this machine is $MAC"
    is "$who: its autorun.bat, in its folder" "$(ran)" "j:\\$MAC\\ j:\\$MAC"
    is "$who: restart at the end" "$(calls wpeutil)" reboot
}
printf '08-00-27-00-00-01\r\n%s\r\n' "$MAC" >"$C/macs.txt"
printf 'net use J: \\\\10.77.0.1\\share secret /user:pxed-1\r\n' >"$C/http/$MAC.cmd"
helper "helper" STUB_LATE=0
is "helper: network, who, share, restart" "$(order)" "wpeinit pxed net wpeutil "
is "helper: it asks for each card until one is known" "$(calls pxed | sed 's/ [Cc]:.*//' | tr '\n' ',')" \
    "mac,get http://10.77.0.1:8099/boot/hosts/08-00-27-00-00-01/net.cmd,get http://10.77.0.1:8099/boot/hosts/$MAC/net.cmd,"
cp "$C/http/$MAC.cmd" "$WORK/net.cmd"
start startnet.cmd STUB_LATE=99
is "helper: nobody answers: bounded" "$RC $(calls pxed | grep -c '^get')" "1 20"
has "helper: nobody answers: it says so" "$WORK/screen" "http://10.77.0.1:8099 has nothing for this machine"
is "helper: nobody answers: nothing is done" "$(order)" "wpeinit pxed ipconfig "
for code in 1 2 -1073741819; do
    folder $MAC $code
    start startnet.cmd
    is "helper: autorun.bat fails with $code" "$RC $(calls wpeutil)$(calls pxed | grep event)" "1 "
    has "helper: it says where to look ($code)" "$WORK/screen" "pxed why $MAC"
done
share_is_empty
start startnet.cmd
is "helper: an empty share" "$RC $(calls wpeutil)" "1 "
is "helper: an empty share is reported" "$(calls pxed | tail -1)" \
    "event http://10.77.0.1:8099/boot/event?mac=$MAC failed SHARE_INCOMPLETE"
for line in 'exit /b 1' 'cmd /c exit -5' 'nosuchcommand'; do
    printf '%s\r\n' "$line" >"$C/http/$MAC.cmd"
    start startnet.cmd
    is "helper: net.cmd fails ($line)" "$RC $(calls wpeutil)" "1 "
    is "helper: that is reported ($line)" "$(calls pxed | tail -1)" \
        "event http://10.77.0.1:8099/boot/event?mac=$MAC failed SHARE_UNREACHABLE"
done

# --- the real helper
if [ -n "$HELPER" ]; then
    [ -e "$HELPER" ] || { echo "no helper program: $HELPER"; exit 1; }
    cp "$HELPER" "$C/windows/system32/pxed.exe"
    ip link set lo up
    ip link add card1 type bridge && ip link set card1 address 08:00:27:00:00:01 up || exit 1
    ip link add card2 type bridge && ip link set card2 address 08:00:27:b2:40:3e up || exit 1
    ip addr add 10.77.0.1/24 dev card2
    mkdir -p "$WORK/www/boot/hosts/$MAC"
    cp "$WORK/net.cmd" "$WORK/www/boot/hosts/$MAC/net.cmd"
    : >"$WORK/www/boot/event"
    (cd "$WORK/www" && exec python3 -m http.server --bind 10.77.0.1 8099) >"$WORK/http.log" 2>&1 &
    SERVER=$!
    for _ in $(seq 100); do
        (exec 3<>/dev/tcp/10.77.0.1/8099) 2>/dev/null && break
        sleep 0.1
    done
    helper "real helper" STUB_LATE=0
    is "real helper: the first card was asked for too" \
        "$(grep -c '"GET /boot/hosts/08-00-27-00-00-01/net.cmd HTTP/1.[01]" 404' "$WORK/http.log")" 1
    share_is_empty
    start startnet.cmd
    is "real helper: a failure is reported" \
        "$RC $(grep -c "\"GET /boot/event?mac=$MAC&stage=failed&reason=SHARE_INCOMPLETE HTTP" "$WORK/http.log")" "1 1"
fi
finish "proves: windows validated"
