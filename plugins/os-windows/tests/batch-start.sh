#!/bin/bash
# What runs before and after autorun.bat: startnet.cmd, net.cmd, SetupComplete.cmd, firstboot.cmd; values that try to break
# out of their quotes; and all of it once with the real helper program, a real HTTP server and disks that are files.
# usage: batch-start.sh BUILD-FOLDER MINGW-GCC [PATTERN]
# Needs: wine, iproute2, util-linux, python3.
# shellcheck disable=SC2086 # FACTS and ACCOUNT are several words
# shellcheck source=batch-common.sh
. "$(dirname "$0")/batch-common.sh"

# --- startnet.cmd and net.cmd

boot() { # NAME CODE VARIABLE=VALUE [WORDS]: expected tools on stdin
    local name=$1 code=$2 setting=$3 expected
    expected=$(cat)
    shift 3
    wanted "$name" || return 0
    fresh "$W10" $FACTS "$@" || return
    [ -z "${PREPARE:-}" ] || $PREPARE
    cp "$share/inject/startnet.cmd" "$system/startnet.cmd"
    cp "$work/stub.exe" "$system/pxed-amd64.exe"
    export "STUB_NET=Z:${share//\//\\}\\net.cmd" "${setting?}"
    batch 'C:\windows\system32\startnet.cmd'
    code="$code got $?"
    unset "${setting%%=*}"
    is "$name" "$expected
exit ${code%% *}" "$(seen | sed 's,http://10.77.0.1/boot/\(s/[0-9a-f]*/\)*hosts/08-00-27-b2-40-3e/net.cmd,NET,')
exit ${code##* }"
}
START="wpeinit
pxed get NET C:\\net.cmd"
USE='net use J: \\10.77.0.1\media secret /user:pxed-a /persistent:no'
ALL="$WINPE
$GUARD
$DISK
$DISM
bcdboot W:\\Windows /s W: /f BIOS
$DONE
wpeutil reboot"
ACCOUNT="share:published=1 share:user=pxed-a share:password=secret"
boot "startnet: all the way" 0 NOTHING=1 $ACCOUNT <<TOOLS
$START
$USE
$ALL
TOOLS
boot "startnet: no answer from the server" 1 STUBRC_get=1 $ACCOUNT <<TOOLS
$START
pxed event URL failed NET_FAILED
TOOLS
TRIES=$(for _ in 1 2 3 4 5 6 7 8 9; do echo "$USE"; echo "ping -n 4 127.0.0.1"; done)
boot "startnet: the share does not answer" 1 STUBRC_net=2 $ACCOUNT <<TOOLS
$START
$TRIES
$USE
ipconfig
pxed event URL failed SHARE_UNREACHABLE
TOOLS
boot "startnet: nobody publishes the share" 1 NOTHING=1 <<TOOLS
$START
pxed event URL failed SHARE_UNREACHABLE
TOOLS
boot "startnet: no account and no guests" 1 NOTHING=1 share:published=1 <<TOOLS
$START
pxed event URL failed SHARE_UNREACHABLE
TOOLS
LANMAN='reg add HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters /v'
boot "startnet: as a guest" 0 NOTHING=1 share:published=1 share:guest=1 <<TOOLS
$START
$LANMAN AllowInsecureGuestAuth /t REG_DWORD /d 1 /f
$LANMAN RequireSecuritySignature /t REG_DWORD /d 0 /f
net use J: \\\\10.77.0.1\\media pxed /user:pxed /persistent:no
$ALL
TOOLS
no_autorun() { rm "$share/$mac/autorun.bat"; }
PREPARE=no_autorun boot "startnet: the folder is empty" 1 NOTHING=1 $ACCOUNT <<TOOLS
$START
$USE
pxed event URL failed SHARE_INCOMPLETE
TOOLS
boot "startnet: no restart after a failure" 1 STUBRC_dism=1 $ACCOUNT <<TOOLS
$START
$USE
$WINPE
$GUARD
$DISK
$DISM
$(failed APPLY_FAILED apply.log)
TOOLS
injected() { : >"$system/e1000.inf"; }
PREPARE=injected boot "startnet: injected drivers" 0 NOTHING=1 $ACCOUNT <<TOOLS
drvload C:\\windows\\System32\\e1000.inf
$START
$USE
$ALL
TOOLS
rm -f "$system/e1000.inf"
wanted "winpeshl" && is "winpeshl.ini starts it, and keeps the prompt" \
    '[LaunchApps] %SYSTEMROOT%\System32\cmd.exe, /k %SYSTEMROOT%\System32\startnet.cmd' \
    "$(fresh "$W10" && tr -d '\r' <"$share/inject/winpeshl.ini" | paste -sd ' ')"

# --- what the installed system runs

after() { # NAME PATH CODE VARIABLE=VALUE: expected tools on stdin
    local code expected
    expected=$(cat)
    wanted "$1" || return 0
    rm -f "$drive/stub.log"
    export "${4?}"
    batch "$2"
    code=$?
    unset "${4%%=*}"
    is "$1" "$expected
exit $3" "$(seen)
exit $code"
}
complete() { # 'HOST' NAME
    fresh "$1" $FACTS || return
    mkdir -p "$drive/pxed"
    cp "$share/$mac/$2" "$drive/pxed/"
    cp "$work/stub.exe" "$drive/pxed/pxed.exe"
}
REPORT="pxed event URL firstboot
pxed event URL installed"
for pair in "SetupComplete.cmd:$W10" "firstboot.cmd:$XP"; do
    complete "${pair#*:}" "${pair%%:*}"
    after "${pair%%:*} reports" "C:\\pxed\\${pair%%:*}" 0 NOTHING=1 <<<"$REPORT"
    wanted "${pair%%:*} reports" && is "${pair%%:*} removes the helper" "" "$(find "$drive/pxed" -name '*.exe' -printf %f)"
    complete "${pair#*:}" "${pair%%:*}"
    after "${pair%%:*} tries again" "C:\\pxed\\${pair%%:*}" 0 STUBRC_event=1 <<TOOLS
$(for _ in 1 2 3 4 5 6 7 8 9; do printf 'pxed event URL firstboot\nping -n 11 127.0.0.1\n'; done)
pxed event URL firstboot
TOOLS
    wanted "${pair%%:*} tries again" && is "${pair%%:*} keeps the helper then" pxed.exe "$(find "$drive/pxed" -name '*.exe' -printf %f)"
done
complete "$W10" SetupComplete.cmd
echo 'bcdboot own' >"$drive/pxed/SetupComplete-image.cmd"
after "SetupComplete.cmd calls the image's own" 'C:\pxed\SetupComplete.cmd' 0 NOTHING=1 <<TOOLS
bcdboot own
$REPORT
TOOLS

# --- values stay values

hostile() { # NAME PASSWORD AS-SEEN
    wanted "$1" || return 0
    fresh "$W10" $FACTS share:published=1 share:user=u "share:password=$2" || return
    cp "$share/net.cmd" "$drive/net.cmd"
    batch 'C:\net.cmd'
    is "$1" "net use J: \\\\10.77.0.1\\media $3 /user:u /persistent:no" "$(seen)"
}
hostile "password: operators" 'a&b|c<d>e^f!g(h)' 'a&b|c<d>e^f!g(h)'
hostile "password: percent" '50%' '50%'
hostile "password: blanks" 'a b' '[a b]'
breakout() { # NAME PASSWORD: no other program starts, and the command ends
    wanted "$1" || return 0
    fresh "$W10" $FACTS share:published=1 share:user=u "share:password=$2" || return
    cp "$share/net.cmd" "$drive/net.cmd"
    batch 'C:\net.cmd'
    is "$1" "net" "$(seen | sed 's/ .*//' | sort -u)"
}
breakout "password: quote and ampersand" 'a" & bcdboot & "b'
breakout "password: quote alone" 'a"&bcdboot'
breakout "password: two quotes" 'a""&bcdboot&""'
if wanted "file names"; then
    fresh "$W10" fact:index=3 fact:wim=x 'fact:file=a & b ^ (1)!.wim'
    mv "$share/$mac/install.wim" "$share/$mac/a & b ^ (1)!.wim"
    autorun "file names" 0 <<TOOLS
$WINPE
$GUARD
$DISK
dism /Apply-Image [/ImageFile:HERE\\a & b ^ (1)!.wim] /Index:3 /ApplyDir:W:\\
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
fi

# --- the real helper, an HTTP server, disks

real() { # NAME CODE: expected events on stdin
    local expected code
    expected=$(cat)
    wanted "$1" || return 0
    cp "$share/inject/startnet.cmd" "$system/startnet.cmd"
    for place in "$share/$mac" "$system"; do cp "$build/tests/pxed-fake-disks.exe" "$place/pxed-amd64.exe"; done
    : >"$work/events"
    python3 "$here/events.py" 10.77.0.1 "$work/events" "$share/net.cmd" &
    server=$!
    for _ in $(seq 100); do
        (exec 3<>/dev/tcp/10.77.0.1/80) 2>/dev/null && break
        sleep 0.1
    done
    PXED_FAKE_DISKS="Z:${work//\//\\}\\disks" batch 'C:\windows\system32\startnet.cmd'
    code=$?
    kill $server
    wait $server 2>/dev/null
    server=
    is "$1" "$expected
exit $2" "$(tr -d '\r' <"$work/events")
exit $code"
}
mkdir -p "$work/disks"
truncate -s 64M "$work/disks/0.img" "$work/disks/1.img"
echo bus=11 >"$work/disks/0.txt"
printf 'bus=11\nserial=S-2\n' >"$work/disks/1.txt"
fresh "$W10, disk=serial:S-2" $FACTS $ACCOUNT
real "real helper: installs" 0 <<EVENTS
$mac winpe
$mac applied
EVENTS
wanted "real helper: installs" && is "real helper: the disk of that serial number" "select disk 1" \
    "$(tr -d '\r' <"$drive/diskpart.seen" | sed -n 1p)"
printf '\125\252' | dd of="$work/disks/1.img" bs=1 seek=510 conv=notrunc 2>/dev/null
fresh "$W10, disk=serial:S-2" $FACTS $ACCOUNT
real "real helper: a disk that is not blank" 1 <<EVENTS
$mac winpe
$mac failed DISK_NOT_BLANK +
EVENTS
fresh "$W10" $FACTS $ACCOUNT
real "real helper: two disks" 1 <<EVENTS
$mac winpe
$mac failed DISK_AMBIGUOUS +
EVENTS
wanted "real helper" && is "real helper: diskpart never ran" "" "$(seen | grep diskpart)"
fresh "$W10, disk=serial:S-2, method=setup" $FACTS fact:setup=yes right=any $ACCOUNT
mkdir -p "$share/.media/windows-10-x64"
cp "$work/stub.exe" "$share/.media/windows-10-x64/setup.exe"
real "real helper: setup.exe" 0 <<EVENTS
$mac winpe
$mac applied
EVENTS
wanted "real helper: setup.exe" && is "real helper: the answer file names that disk in each place" \
    "$(grep -c '@PXED-DISK@' "$share/$mac/unattend.xml") 0" \
    "$(grep -c '<DiskID>1</DiskID>' "$drive/pxed/unattend.xml") $(grep -c '@PXED-DISK@' "$drive/pxed/unattend.xml")"

echo "$good passed, $bad failed"
[ $bad = 0 ]
