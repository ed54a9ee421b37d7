#!/bin/sh
# smbd.sh DRIVER: the managed Samba, seen by smbclient, in a network namespace of its own. Needs root, samba,
# samba-common-bin, libnss-wrapper, smbclient, iproute2, python3, procps.
set -u
driver=$1
if [ "${2:-}" != inside ]; then
    for need in smbclient unshare ip smbstatus pdbedit testparm setpriv python3 pgrep; do
        command -v "$need" >/dev/null || { echo "FAIL: $need is missing"; exit 1; }
    done
    [ "$(id -u)" = 0 ] || { echo "skipped: root is needed to make a network namespace"; exit 77; }
    exec unshare --net "$0" "$driver" inside
fi

work=$(mktemp -d /tmp/px_smb_XXXXXX)
state=$work/state share=$work/windows-media log=$work/log failed=0
server=10.77.0.1
a=08-00-27-b2-40-3e b=08-00-27-b2-40-3f guarded=02-00-00-00-00-07
secret_a=0123456789abcdef0123456789abcdef secret_b=fedcba9876543210fedcba9876543210
trap "" PIPE # a session that has ended must fail its check, not end the test
driver_pid='' session_pid='' other_pid=''

smbd_pid() { tr -d ' \0\n' <"$state/smb/pid/smbd.pid" 2>/dev/null; }
cleanup() {
    [ -z "$session_pid" ] || kill "$session_pid" 2>/dev/null
    [ -z "$other_pid" ] || kill "$other_pid" 2>/dev/null
    [ -z "$driver_pid" ] || kill "$driver_pid" 2>/dev/null
    pid=$(smbd_pid)
    [ -z "$pid" ] || kill "$pid" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok() { echo "ok: $1"; }
bad() {
    echo "FAIL: $1"
    failed=$((failed + 1))
}
# expect WHAT COMMAND...: the command succeeds;  refuse WHAT COMMAND...: it fails
expect() {
    claim=$1
    shift
    if "$@" >"$work/said" 2>&1; then ok "$claim"; else bad "$claim"; sed 's/^/    /' "$work/said"; fi
}
refuse() {
    claim=$1
    shift
    if "$@" >"$work/said" 2>&1; then bad "not: $claim"; sed 's/^/    /' "$work/said"; else ok "not: $claim"; fi
}
# within SECONDS COMMAND...
within() {
    tries=$(($1 * 10))
    shift
    while [ $tries -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        tries=$((tries - 1))
        sleep 0.1
    done
    return 1
}
logged() { grep -q -e "$1" "$log"; }
says() { [ "$(grep -c -e "$1" "$log")" -ge "$2" ]; }

order() { echo "$*" >&5; }
start() { # KEY=VALUE...: the hosts opened from now on are being installed
    rm -f "$work/orders"
    mkfifo "$work/orders"
    : >"$log"
    # The bounding set is the unit's; the account is nobody's.
    setpriv --bounding-set=-all,+net_bind_service,+setuid,+setgid,+setpcap,+chown,+dac_override,+fowner,+kill \
        --inh-caps=-all "$driver" "$state" "$share" 12345 addr=$server "$@" <"$work/orders" >>"$log" 2>&1 &
    driver_pid=$!
    exec 5>"$work/orders"
    order installing yes
}
finish() {
    order quit
    exec 5>&-
    wait "$driver_pid"
    rc=$?
    driver_pid=
    [ $rc = 0 ] || bad "the plugin ends well ($rc)"
}

# client USER SECRET COMMANDS [OPTION...]
client() {
    who=$1%$2 talk=$3
    shift 3
    timeout 20 smbclient -U "$who" "//$server/windows-media" "$@" -c "$talk" 2>&1
}
# reads USER SECRET FOLDER [OPTION...]: gets the whole file, byte for byte
reads() {
    user=$1 secret=$2 folder=$3
    shift 3
    rm -f "$work/got"
    client "$user" "$secret" "get $folder\\install.wim $work/got" "$@" &&
        cmp "$work/got" "$share/$folder/install.wim"
}
listening() { timeout 2 smbclient -N "//$server/windows-media" -c q 2>&1 | grep -q 'NT_STATUS_ACCESS_DENIED\|LOGON_FAILURE'; }

ip link set lo up
ip link add px0 type veth peer name px1 || { echo "FAIL: no veth"; exit 1; }
ip addr add $server/24 dev px0
ip link set px0 up
ip link set px1 up
chmod 755 "$work"
mkdir -p "$state" "$share/$a" "$share/$b" "$share/$guarded" "$share/tools" "$share/drivers"
chown 12345:12345 "$state" "$share" "$share/$a" "$share/$b" "$share/$guarded"
chmod 750 "$state" # as the unit's StateDirectoryMode
head -c 3000000 /dev/urandom >"$work/image"
chmod 644 "$work/image"
for f in "$a" "$b" "$guarded" tools; do ln "$work/image" "$share/$f/install.wim"; done
ln -s /etc/passwd "$share/tools/link"
owner=$(stat -c %u:%g "$work/image")

echo "--- two accounts"
start mode=managed
order open $a pxed-a $secret_a
order open $b pxed-b $secret_b
order settled
expect "smbd listens" within 15 listening
expect "account a is open" within 10 logged "$a user=pxed-a opened"
expect "account b is open" within 10 logged "$b user=pxed-b opened"
expect "a reads its own folder" reads pxed-a $secret_a $a
expect "b reads its own folder" reads pxed-b $secret_b $b
expect "a reads tools" reads pxed-a $secret_a tools
refuse "a reads b's folder" reads pxed-a $secret_a $b
refuse "b reads a's folder" reads pxed-b $secret_b $a
refuse "a reads a folder without account" reads pxed-a $secret_a $guarded
refuse "a link leads out of the share" client pxed-a $secret_a "get tools\\link $work/leak"
refuse "b's password opens a" reads pxed-a $secret_b $a
client pxed-a $secret_a 'ls' >"$work/list"
expect "a sees its own folder in the list" grep -q $a "$work/list"
refuse "a sees b's folder in the list" grep -q $b "$work/list"
refuse "a writes" client pxed-a $secret_a "put $work/image $a\\x"
refuse "a deletes" client pxed-a $secret_a "del $a\\install.wim; get $a\\nothing"
expect "nothing was written or deleted" test -f "$share/$a/install.wim" -a ! -e "$share/$a/x"
refuse "a makes a folder" client pxed-a $secret_a "mkdir made; cd made"
expect "the image belongs to whom it did" test "$(stat -c %u:%g "$work/image")" = "$owner"
expect "the folder's owner stays" test "$(stat -c %u "$share/$a")" = 12345
refuse "a system account gets in" client root x 'ls'
refuse "anonymous gets in" timeout 20 smbclient -N "//$server/windows-media" -c ls
refuse "an unknown user gets in" client guest x 'ls'
refuse "a password in the log" grep -q -e $secret_a -e $secret_b "$log"
refuse "a password in state/smb" grep -r -q -a -e $secret_a -e $secret_b "$state/smb"

# remembers TEXT: the helper still has it somewhere in its memory
cat >"$work/remembers.py" <<'PY'
import sys
pid, text = sys.argv[1], sys.argv[2].encode()
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        span, rights = line.split()[:2]
        begin, end = (int(x, 16) for x in span.split("-"))
        if not rights.startswith("rw") or end - begin > 1 << 28: # a sanitizer's shadow is terabytes of nothing
            continue
        memory.seek(begin)
        if text in memory.read(end - begin):
            sys.exit(0)
sys.exit(1)
PY
remembers() { python3 "$work/remembers.py" "$(pgrep -P "$driver_pid" -x pxed-smb)" "$1"; }
expect "the helper's memory is looked into" remembers pxed-a
refuse "it keeps a password that smbd has" remembers $secret_a
refuse "nor the hash that opens as well" remembers 699AC3F095DF5F0119BC8CDF634C09F2
order open $a pxed-a $secret_a
order settled
refuse "it does when the account is opened again" remembers $secret_a
expect "and the account is the same" reads pxed-a $secret_a $a

# thrice COMMAND...: what is asked is whether it works at all; what a try says is kept for who looks why it took two.
thrice() {
    for try in 1 2 3; do
        "$@" && return 0
        echo "--- try $try failed; the last of smbd's log:"
        tail -n 5 "$state/smb/log/smbd.log"
        sleep 1
    done
    return 1
}
echo "--- dialects"
for d in SMB2_02 SMB2_10 SMB3_00 SMB3_02 SMB3_11; do
    expect "$d" thrice reads pxed-a $secret_a $a -m $d --option="client min protocol=$d"
done
refuse "NT1" reads pxed-a $secret_a $a -m NT1 --option="client min protocol=NT1"
for d in SMB2_02 SMB2_10 SMB3_00 SMB3_11; do
    expect "signing required, $d" thrice reads pxed-a $secret_a $a -m $d --client-protection=sign
done
expect "encryption required" reads pxed-a $secret_a $a --client-protection=encrypt

# A connected session: orders come through a fifo.
session() { # USER SECRET
    rm -f "$work/talk"
    mkfifo "$work/talk"
    smbclient -U "$1%$2" "//$server/windows-media" <"$work/talk" >"$work/session" 2>&1 &
    session_pid=$!
    exec 6>"$work/talk"
}
session_reads() { # FOLDER: once more, by the same session
    rm -f "$work/again"
    echo "get $1\\install.wim $work/again" >&6
    within 5 cmp "$work/again" "$work/image"
}
session_end() {
    exec 6>&-
    kill "$session_pid" 2>/dev/null
    wait "$session_pid" 2>/dev/null
    session_pid=
}

echo "--- restart of pxed with a session"
first=$(smbd_pid)
session pxed-a $secret_a
expect "the session reads" session_reads $a
finish
expect "smbd lives on without pxed" test -d "/proc/$first"
expect "which is told" logged "smbd pid=$first still serves $share: 2 of its hosts are being installed"
expect "the session reads without pxed" session_reads $a
start mode=managed
order open $a pxed-a $secret_a
expect "the smbd is found" within 10 logged "smbd pid=$first of an earlier run still serves the share"
expect "the session reads after the start" session_reads $a
expect "b's account lives until all is settled" reads pxed-b $secret_b $b
order settled
expect "b's account ends, for nobody named it" within 10 logged "$b user=pxed-b closed"
refuse "b reads" reads pxed-b $secret_b $b
expect "the session reads on" session_reads $a
expect "it is the same smbd" test "$(smbd_pid)" = "$first"

echo "--- the end of an account"
order close $a
expect "the account is closed" within 10 logged "$a user=pxed-a closed"
expect "its session is ended" within 10 logged 'smb-sessions - ended=1'
refuse "the session reads" session_reads $a
session_end
refuse "a logs in" client pxed-a $secret_a ls
expect "its folder is its owner's" test "$(stat -c %a "$share/$a")" = 700
order open $a pxed-a $secret_a
expect "the host is opened again" within 10 reads pxed-a $secret_a $a
session pxed-a $secret_a
expect "a new session reads" session_reads $a
order close $a
order open $a pxed-a $secret_b
expect "the same name with a new secret" within 10 reads pxed-a $secret_b $a
refuse "the session of the old one reads" session_reads $a
session_end
order open $a pxed-c $secret_b
expect "the host gets a new account" within 10 logged "$a user=pxed-c opened"
expect "c reads" reads pxed-c $secret_b $a
refuse "the old account reads" reads pxed-a $secret_a $a
mv "$share/$a" "$share/old"
cp -al "$share/old" "$share/$a"
chmod 700 "$share/$a"
refuse "c reads a folder that was replaced" reads pxed-c $secret_b $a
order open $a pxed-c $secret_b
expect "c reads once it is opened again" within 10 reads pxed-c $secret_b $a
rm -r "$share/old"

echo "--- smbd killed"
pid=$(smbd_pid)
kill -9 "$pid"
expect "it is journalled" within 5 logged "smbd pid $pid has ended"
expect "it is started again" within 15 reads pxed-c $secret_b $a
refuse "under the old pid" test "$(smbd_pid)" = "$pid"

echo "--- changes of the configuration"
finish
pid=$(smbd_pid)
start mode=managed guest=yes
order open $a pxed-c $secret_b
order settled
expect "the smbd is found" within 10 logged "smbd pid=$pid of an earlier run still serves the share"
guest_reads() { timeout 20 smbclient -N "//$server/windows-media" -c "get $1\\install.wim $work/got" && cmp "$work/got" "$work/image"; }
expect "a guest reads" within 15 guest_reads $a
expect "an unknown user is a guest" reads somebody x $a
expect "the account reads, signed" reads pxed-c $secret_b $a --client-protection=sign
refuse "a guest writes" timeout 20 smbclient -N "//$server/windows-media" -c "put $work/image x"
finish
start mode=managed port=4450
order open $a pxed-c $secret_b
order settled
expect "another port: smbd is started again" within 15 reads pxed-c $secret_b $a -p 4450
refuse "the old port answers" reads pxed-c $secret_b $a
refuse "a guest reads no more" timeout 20 smbclient -N -p 4450 "//$server/windows-media" -c ls
expect "folders of others are closed again" test "$(stat -c %a "$share/$b")" = 700
finish

echo "--- other modes"
pid=$(smbd_pid)
start mode=off
expect "off stops the smbd" within 5 logged "smbd pid=$pid of an earlier run is stopped"
refuse "off: smbd lives" test -e "/proc/$pid/exe"
finish
start mode=external user=deploy
expect "external says what to do" within 5 logged "include = $state/smb/pxed.conf"
expect "external opens the folders" within 5 test "$(stat -c %a "$share/$b")" = 755
expect "an existing Samba takes the file" sh -c "
    printf '[global]\n' >'$work/their.conf'
    cat '$state/smb/pxed.conf' >>'$work/their.conf'
    testparm -s '$work/their.conf' 2>/dev/null | grep -q 'valid users = deploy'"
finish

echo "--- trouble"
python3 - $server 445 >"$work/py" 2>&1 <<'PY' &
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen()
print("ready", flush=True)
time.sleep(60)
PY
other_pid=$!
within 5 grep -q ready "$work/py" || bad "a server on port 445 for the test"
start mode=managed
order open $a pxed-d $secret_a
order settled
expect "another server on the port is told" within 5 logged "port 445 of $server is in use"
kill $other_pid
wait $other_pid 2>/dev/null
other_pid=
expect "and smbd starts when it has gone" within 15 reads pxed-d $secret_a $a
order open $a pxed-d $secret_b
expect "another password for the same account" within 10 reads pxed-d $secret_b $a
refuse "the old password" reads pxed-d $secret_a $a
order open $b pxed-d $secret_a
expect "a second host with the same user is refused" within 5 logged "$b user=pxed-d error"
finish
pid=$(smbd_pid)
kill "$pid"
within 5 test ! -e "/proc/$pid/exe"
start mode=managed smbd="$work/nothing"
expect "without smbd the packages are named" within 5 logged 'install samba'
finish

mkdir "$work/theirs"
chown 12345:12345 "$work/theirs"
echo quit | setpriv --reuid=12345 --regid=12345 --clear-groups "$driver" "$work/theirs" "$share" 0 mode=managed \
    addr=$server >"$work/unprivileged" 2>&1
expect "without root it goes on without SMB" test $? = 0
expect "and says so" grep -q 'needs pxed to be started as root' "$work/unprivileged"
mv "$state/smb" "$state/moved"
mkdir "$state/smb"
chown 12345 "$state/smb"
start mode=managed
expect "a folder that is not root's is refused" within 5 logged "must be root's"
finish
rmdir "$state/smb"
mv "$state/moved" "$state/smb"

echo "--- two hundred"
for i in $(seq 0 199); do
    f=$share/$(printf '02-00-00-00-00-%02x' "$i")
    mkdir -p "$f"
    ln -f "$work/image" "$f/install.wim"
done
start mode=managed
within 15 listening || bad "smbd listens"
t0=$(date +%s%N)
order many 200
expect "all are open" within 60 says 'opened' 200
t1=$(date +%s%N)
echo "two hundred accounts in $(((t1 - t0) / 1000000)) ms"
expect "the first reads" reads pxed-0 00000000000000000000000000000000 02-00-00-00-00-00
expect "the last reads" reads pxed-199 000000000000000000000000000000c7 02-00-00-00-00-c7
refuse "the last reads the first's" reads pxed-199 000000000000000000000000000000c7 02-00-00-00-00-00
finish
pid=$(smbd_pid)
expect "it lives on for two hundred" test -e "/proc/$pid/exe"
start mode=managed
order installing no
order open $a pxed-a $secret_a
order settled
expect "the same smbd, an armed host" within 15 reads pxed-a $secret_a $a
expect "it is the same smbd" test "$(smbd_pid)" = "$pid"
session pxed-a $secret_a
finish
expect "nothing installs: the end is told" logged "smbd pid=$pid is stopped: nothing is being installed"
refuse "smbd lives" test -e "/proc/$pid/exe"
refuse "a session lives" session_reads $a
session_end
expect "nothing of Samba's was written elsewhere" test -z "$(find /var/log/samba /var/lib/samba /var/cache/samba /run/samba -newer "$work/image" -type f 2>/dev/null)"

[ $failed = 0 ] && echo "all good" || echo "$failed failed"
[ $failed = 0 ]
