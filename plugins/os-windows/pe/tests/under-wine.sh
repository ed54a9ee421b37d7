#!/bin/bash
# pxed.exe's verbs under wine, in a network namespace with one card of a known MAC, a small HTTP server and disks that are
# files.   usage: under-wine.sh PXED-AMD64.EXE PXED-FAKE-DISKS.EXE      Needs: wine, iproute2, util-linux, python3, fdisk.
set -u
export PATH=$PATH:/usr/sbin:/sbin
for tool in wine wineserver ip unshare python3 sfdisk mkswap; do
    command -v $tool >/dev/null || { echo "not ok - $tool is missing"; exit 1; }
done
if [ -z "${PE_INSIDE:-}" ]; then
    user=; [ "$(id -u)" = 0 ] || user=-r
    PE_INSIDE=1 exec unshare -n $user "$0" "$@"
fi
program=$1 fake=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
export WINEPREFIX=$work/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml=" HOME=$work
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
ip link add eth0 type bridge && ip link set eth0 address 08:00:27:b2:40:3e up || { echo "not ok - no network card"; exit 1; }
ip addr add 10.77.0.1/24 dev eth0

good=0 bad=0
say() { # NAME COMMAND...
    local name=$1 start=$SECONDS
    shift
    if "$@"; then
        good=$((good + 1))
        echo "ok $((good + bad)) - $name ($((SECONDS - start)) s)"
    else
        bad=$((bad + 1))
        echo "not ok $((good + bad)) - $name: $(tr -d '\r' <"$work/out" 2>/dev/null | tail -n 5)"
    fi
}
drive=$WINEPREFIX/drive_c
pxed() { timeout 100 wine "$program" "$@" >"$work/out" 2>/dev/null </dev/null; }
exits() { # CODE ARGUMENTS...
    local want=$1 got
    shift
    pxed "$@"
    got=$?
    [ $got = "$want" ] || { echo "# exit code $got"; return 1; }
}
printed() { [ "$(tr -d '\r' <"$work/out")" = "$1" ]; }
lasts() { # MOST-SECONDS CODE ARGUMENTS...
    local most=$1 start=$SECONDS
    shift
    exits "$@" && [ $((SECONDS - start)) -le "$most" ]
}
wineserver -p300 # a server that ends while the next program begins fails that program
timeout 120 wine cmd /c 'echo ready' >"$work/out" 2>/dev/null
grep -q ready "$work/out" || { echo "not ok - wine does not start"; exit 1; }

head -c 300001 /dev/urandom >"$work/data"
serve() {
    python3 "$here/server.py" 8099 "$work/log" "$work/data" &
    server=$!
    for _ in $(seq 100); do
        (exec 3<>/dev/tcp/127.0.0.1/8099) 2>/dev/null && return
        sleep 0.1
    done
    echo "not ok - the server does not start"
    exit 1
}
url=http://10.77.0.1:8099
last() { tail -n 1 "$work/log"; }

# --- without a network
say "no verb" exits 2
say "an unknown verb" exits 2 format C:
say "arguments missing" exits 2 get http://x/
say "arguments too many" exits 2 mac now
say "mac" exits 0 mac
say "mac's text" printed 08-00-27-b2-40-3e
say "firmware" exits 0 firmware
say "firmware's text" printed bios
printf 'select disk @PXED-DISK@\r\nclean\r\nrem @PXED-DISK@ @PXED\r\n' >"$drive/in.txt"
say "fill" exits 0 fill 'c:\in.txt' 'c:\out.txt' 12
say "fill's text" [ "$(cat "$drive/out.txt")" = "$(printf 'select disk 12\r\nclean\r\nrem 12 @PXED\r\n')" ]
rm "$drive/out.txt"
say "fill without a number" exits 2 fill 'c:\in.txt' 'c:\out.txt' ''
say "fill from no file" exits 1 fill 'c:\none.txt' 'c:\out.txt' 0
say "fill into no folder" exits 3 fill 'c:\in.txt' 'c:\none\out.txt' 0
say "nothing is left of these" [ ! -e "$drive/out.txt" ]
head -c 65537 /dev/zero >"$drive/big.txt"
say "fill of a file too long" exits 1 fill 'c:\big.txt' 'c:\out.txt' 0

# --- no server
export PXED_WAIT=2
say "get, nobody there" lasts 15 1 get $url/file 'c:\got'
say "event, nobody there" lasts 15 1 event "$url/event?mac=x" winpe
say "get, no such name" lasts 60 1 get http://no-such-name.invalid/file 'c:\got'
say "get, no URL" exits 2 get 'ftp://10.77.0.1/file' 'c:\got'
say "no file of these" [ ! -e "$drive/got" ]
(sleep 4; exec python3 "$here/server.py" 8098 "$work/log" "$work/data") &
late=$!
say "get, the server comes late" env PXED_WAIT=40 bash -c "$(declare -f pxed exits); program=$program work=$work; exits 0 get http://10.77.0.1:8098/file 'c:\\late'"
say "the same file" cmp "$work/data" "$drive/late"
kill $late; wait $late 2>/dev/null

# --- event
serve
say "event" exits 0 event "$url/event?mac=08-00-27-b2-40-3e" winpe
say "event's request" [ "$(last)" = "GET /event?mac=08-00-27-b2-40-3e&stage=winpe HTTP/1.0 host=10.77.0.1:8099 agent=pxed-pe/1 body=0" ]
printf 'DiskPart failed\r\n' >"$drive/log.txt"
say "event with reason and text" exits 0 event "$url/event?mac=x" failed DISKPART 'c:\log.txt'
say "its request" [ "$(last)" = "POST /event?mac=x&stage=failed&reason=DISKPART HTTP/1.0 host=10.77.0.1:8099 agent=pxed-pe/1 body=17" ]
say "its body" cmp "$drive/log.txt" "$work/log.body"
head -c 100000 /dev/urandom >"$drive/long.txt"
say "event with a long text" exits 0 event "$url/event?mac=x" failed DISKPART 'c:\long.txt'
say "its end is sent" cmp <(tail -c 61440 "$drive/long.txt") "$work/log.body"
say "event, text but no reason" exits 0 event "$url/event?mac=x" winpe "" 'c:\log.txt'
say "its request" [ "$(last)" = "POST /event?mac=x&stage=winpe HTTP/1.0 host=10.77.0.1:8099 agent=pxed-pe/1 body=17" ]
say "event, the text is missing" exits 0 event "$url/event?mac=x" failed DISKPART 'c:\none.txt'
say "its request" [ "$(last)" = "GET /event?mac=x&stage=failed&reason=DISKPART HTTP/1.0 host=10.77.0.1:8099 agent=pxed-pe/1 body=0" ]
lines=$(wc -l <"$work/log")
say "event, refused" exits 1 event "$url/event?mac=x&status=403" winpe
say "it is asked once" [ $(($(wc -l <"$work/log") - lines)) = 1 ]
say "event, the server is in trouble" lasts 30 1 event "$url/event?mac=x&status=500" winpe
say "event by name" exits 0 event "http://localhost:8099/event?mac=x" winpe

# --- get
say "get" exits 0 get $url/file 'c:\got'
say "the same file" cmp "$work/data" "$drive/got"
printf old >"$drive/got"
say "get over a file" exits 0 get $url/file 'c:\got'
say "the same file" cmp "$work/data" "$drive/got"
printf old >"$drive/got"
say "get, 404" exits 1 get $url/none 'c:\got'
say "get, truncated" lasts 30 1 get $url/truncated 'c:\got'
say "get, no length" exits 1 get $url/nolength 'c:\got'
say "get, no HTTP" lasts 30 1 get $url/garbage 'c:\got'
say "get, silence" lasts 40 1 get $url/silent 'c:\got'
say "get, it stalls" lasts 40 1 get $url/stall 'c:\got'
say "the old file is untouched" [ "$(cat "$drive/got")" = old ]
say "no part is left" [ ! -e "$drive/got.part" ]
export PXED_WAIT=20 # it ends with the file, and on a loaded machine wine takes seconds to connect
say "get, broken twice" exits 0 get $url/flaky 'c:\flaky'
say "the same file" cmp "$work/data" "$drive/flaky"
say "get, busy at first" exits 0 get $url/busy 'c:\busy'
say "the same file" cmp "$work/data" "$drive/busy"
export PXED_WAIT=2
say "get in chunks" exits 0 get $url/chunked 'c:\chunked'
say "the same file" cmp "$work/data" "$drive/chunked"
say "get into no folder" exits 3 get $url/file 'c:\none\got'

# --- guard: the program itself, its drive 0 a file of wine's; Windows' questions go unanswered
truncate -s 64M "$work/disk"
ln -s "$work/disk" "$WINEPREFIX/dosdevices/physicaldrive0"
verdict() { [ "$(cat "$drive/disk.bat")" = "$(printf 'set %s\r\n' "$1")" ]; }
say "guard, a drive of no known bus" exits 1 guard "" blank 'c:\disk.bat'
say "it is not chosen" verdict PXED_REASON=DISK_AMBIGUOUS
say "guard, by number" exits 0 guard number:0 blank 'c:\disk.bat'
say "it is chosen" verdict PXED_DISK=0
mkswap "$work/disk" >/dev/null 2>&1
say "guard, not blank" exits 1 guard number:0 blank 'c:\disk.bat'
say "it is not chosen" verdict PXED_REASON=DISK_NOT_BLANK
say "the text says why" grep -q '^disk 0 is not blank: swap' "$drive/disk.bat.txt"
say "guard, right any" exits 0 guard number:0 any 'c:\disk.bat'
say "guard into no folder" exits 3 guard number:0 any 'c:\none\disk.bat'

# --- guard: the same code with drives that answer
program=$fake
export PXED_FAKE_DISKS='c:\disks'
mkdir "$drive/disks"
disk() { # NUMBER SIZE FACT...
    local number=$1
    truncate -s "$2" "$drive/disks/$number.img"
    shift 2
    printf '%s\n' "$@" >"$drive/disks/$number.txt"
}
none() { rm -f "$drive/disks/"*; }
guard() { # NAME RULE RIGHT WORD: a disk's number, or the reason
    local before
    before=$(cat "$drive"/disks/*.img 2>/dev/null | sha256sum)
    case $4 in
    [0-9]*) say "guard: $1" exits 0 guard "$2" "$3" 'c:\disk.bat'; say "guard: $1: chosen" verdict "PXED_DISK=$4" ;;
    *) say "guard: $1" exits 1 guard "$2" "$3" 'c:\disk.bat'; say "guard: $1: why" verdict "PXED_REASON=$4" ;;
    esac
    say "guard: $1: nothing written" [ "$before" = "$(cat "$drive"/disks/*.img 2>/dev/null | sha256sum)" ]
}
guard "no disk" "" blank DISK_NONE
guard "no disk, a rule" smallest blank DISK_NOT_FOUND
disk 0 32M bus=7
guard "a stick" "" any DISK_NONE
disk 3 64M bus=11 serial=WD-1 naa=5000c500a1b2c3d4 "product=A Disk"
guard "a disk and a stick" "" blank 3
say "the list" grep -q '^disk 3: 67 MB SATA local serial:WD-1 wwn:5000c500a1b2c3d4 A Disk' "$drive/disk.bat.txt"
guard "a rule of Linux" /dev/sda blank DISK_NOT_FOUND
guard "serial" serial:WD-1 blank 3
guard "wwn" wwn:0x5000C500A1B2C3D4 blank 3
disk 4 48M bus=17 serial=0025_385B_A150_009F. nvme=S3EVNX0J123456X
guard "two" "" blank DISK_AMBIGUOUS
guard "smallest" smallest blank 4
guard "size" size:60M-70M blank 3
guard "the serial number of NVMe's own page" serial:S3EVNX0J123456X blank 4
guard "Windows' own serial number of it, as a WWN" wwn:eui.0025385ba150009f blank 4
guard "number" number:4 blank 4
echo ',,7,*' | sfdisk -q --label dos "$drive/disks/4.img"
guard "a partition" number:4 blank DISK_NOT_BLANK
guard "a partition, any" number:4 any 4
guard "a word that is no right" number:4 yes DISK_NOT_BLANK
none; disk 0 64M bus=3 geometry
guard "the size by geometry" "" blank 0
echo ',,' | sfdisk -q --label gpt "$drive/disks/0.img"
dd if=/dev/zero of="$drive/disks/0.img" bs=1M count=1 conv=notrunc 2>/dev/null
guard "only the last sector says GPT" "" blank DISK_NOT_BLANK
none; disk 0 64M bus=11 denied
guard "a disk that cannot be opened" "" any DISK_UNREADABLE
none; disk 0 64M bus=11 badread
guard "a disk that breaks at its end" "" blank DISK_UNREADABLE
guard "the same, any" "" any DISK_UNREADABLE
none; disk 0 64M bus=11 length=68719476736
guard "a disk that is shorter than it says" "" blank DISK_UNREADABLE
none; disk 0 64M bus=11 notready
# What GetFileSizeEx tells stands for a drive only where both questions fail, which no drive of Windows does.
guard "both questions fail" "" blank 0
none; disk 0 0 bus=11 notready
guard "a drive without size" "" any DISK_UNREADABLE
disk 1 0 bus=7 removable notready; disk 2 0 bus=11 removable notready
guard "empty card readers do not count" "" any DISK_UNREADABLE
none; disk 0 64M bus=11 protected; disk 1 64M bus=11
guard "a protected one does not count" "" blank 1
disk 0 64M bus=11 protected attributes=3
guard "one that Windows holds offline counts" "" blank DISK_AMBIGUOUS
none; disk 0 64M bus=9; disk 1 64M bus=6; disk 63 64M bus=10
guard "the last number, beside remote ones" "" blank 63

echo "$good passed, $bad failed"
[ $bad = 0 ]
