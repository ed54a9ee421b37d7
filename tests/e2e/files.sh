#!/bin/bash
# Files that are asked for again and again: opened once, and still what lies there now; never what is private.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_image debian-12
R=$E2E/root/boot
echo "$M1, debian-12, name=web01, ip=10.77.0.60, root-password-hash=@secret.txt" >"$E2E/host-os.conf"
echo '$6$salt$VerySecretVerySecret' >"$E2E/secret.txt"
echo 'another private text' >"$E2E/more.txt"
printf 'name = pxe-server\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini
echo first >"$R/plain.txt"
head -c 3000000 /dev/urandom >"$R/big.bin"
cp "$R/big.bin" "$E2E/big.old"
mkdir "$R/v1" "$R/v2"
echo one >"$R/v1/x" && echo two >"$R/v2/x" && ln -s v1 "$R/now"
find "$R" -type f -exec touch -d '1 hour ago' {} +
e2e_start
get() { curl_as one "$U/$1"; }
by_tftp() { curl_as one "tftp://$E2E_SERVER/$1"; }
etag() { curl_as one -I "$U/$1" | tr -d '\r' | sed -n 's/^ETag: //p'; }

# --- what lies there now
for how in get by_tftp; do
    echo first >"$R/plain.txt" && touch -d '1 hour ago' "$R/plain.txt"
    is "$how: a file" first "$($how plain.txt)"
    is "again" first "$($how plain.txt)"
    echo second >"$R/plain.txt"
    is "changed in place" second "$($how plain.txt)"
    echo third >"$R/plain.new" && mv "$R/plain.new" "$R/plain.txt"
    is "replaced" third "$($how plain.txt)"
    printf longer-than-before >>"$R/plain.txt"
    is "longer" "third longer-than-before" "$($how plain.txt | paste -sd' ')"
    mv "$R/plain.txt" "$R/away.txt"
    is "moved away" "" "$($how plain.txt | grep third)"
    mv "$R/away.txt" "$R/plain.txt"
    is "and back" third "$($how plain.txt | head -n 1)"
done
is "deleted: 404" 404 "$(get plain.txt >/dev/null; rm "$R/plain.txt"; code_as one "$U/plain.txt")"
echo again >"$R/plain.txt"
is "made again" again "$(get plain.txt)"
BEFORE=$(etag plain.txt)
echo other >"$R/plain.txt"
ok "another ETag for other bytes" test "$BEFORE" != "$(etag plain.txt)"
is "a folder behind a link" one "$(get now/x)"
ln -sfn v2 "$R/now"
ok "the link changed" until_true 5 eval 'test "$(get now/x)" = two'
is "a name in another case stays another name" 404 "$(code_as one "$U/PLAIN.txt")"
# --- a transfer under way keeps its file
get big.bin >/dev/null
curl_as one --limit-rate 1500000 -o "$E2E/slow" "$U/big.bin" &
SLOW=$!
sleep 0.4
head -c 3000000 /dev/zero >"$R/big.new" && mv "$R/big.new" "$R/big.bin"
ok "a new client gets the new file" cmp <(get big.bin) <(head -c 3000000 /dev/zero)
wait $SLOW
ok "the old one is sent to its end" cmp "$E2E/slow" "$E2E/big.old"
is "a part of the old one does not go on in the new one" 200 \
    "$(mv "$R/big.bin" "$R/big.kept"; cp "$E2E/big.old" "$R/big.bin"; OLD=$(etag big.bin); mv "$R/big.kept" "$R/big.bin"; code_as one -r 1000- -H "If-Range: $OLD" "$U/big.bin")"

# --- what is private, under a name that was just served
for how in "$E2E/secret.txt" "$E2E/more.txt" "$E2E/host-os.conf" "$E2E/pxed.ini" "$E2E/state/store.sqlite"; do
    [ -e "$how" ] || { how=$(find "$E2E/state" -type f | head -n 1); }
    name=$(basename "$how")
    rm -f "$R/asked.txt" # it may be the private file itself
    echo public >"$R/asked.txt"
    get asked.txt >/dev/null
    by_tftp asked.txt >/dev/null
    ln -f "$how" "$R/asked.txt"
    [ "$name" = more.txt ] && { is "$name is not private" "another private text" "$(get asked.txt)"; continue; }
    is "$name, linked a moment ago: refused" 403 "$(code_as one "$U/asked.txt")"
    is "by TFTP, too" "" "$(by_tftp asked.txt)"
done
rm -f "$R/asked.txt"
echo public >"$R/asked.txt"
get asked.txt >/dev/null
cp "$E2E/more.txt" "$E2E/secret.new"
mv "$E2E/secret.new" "$E2E/secret.txt" # an editor's way: the secret is another file now
ln -f "$E2E/secret.txt" "$R/asked.txt"
is "a secret replaced a moment ago, then linked: refused" 403 "$(code_as one "$U/asked.txt")"
rm -f "$R/asked.txt"
echo public >"$R/asked.txt"
get asked.txt >/dev/null
mv "$E2E/secret.txt" "$R/asked.txt"
is "a secret renamed over it: refused" 403 "$(code_as one "$U/asked.txt")"
cp "$R/asked.txt" "$E2E/secret.txt"
rm -f "$R/asked.txt"
echo x >"$E2E/state/stray"
get now/x >/dev/null
ln "$E2E/state/stray" "$R/stray.txt"
is "a file that came into state a moment ago, linked: refused" 403 "$(code_as one "$U/stray.txt")"
rm "$E2E/state/stray" "$R/stray.txt"
echo open >"$R/stray.txt"
is "a new file is not taken for it" open "$(get stray.txt)"
ln "$R/stray.txt" "$E2E/state/stray"
is "an open file that became private: refused" 403 "$(code_as one "$U/stray.txt")"
rm "$E2E/state/stray"

# --- many at once share the loop, and DHCP is answered meanwhile
head -c 20000000 /dev/urandom >"$R/many.bin"
many() { # COUNT, in a process of its own: how many got it whole
    local i
    for i in $(seq "$1"); do curl_as one -o "$E2E/many.$i" "$U/many.bin" & done
    wait
    for i in $(seq "$1"); do cmp -s "$R/many.bin" "$E2E/many.$i" && echo whole; done | wc -l
    rm -f "$E2E"/many.*
}
many 24 >"$E2E/many" &
MANY=$!
sleep 0.2
has "a DISCOVER in between" 10.77.0.60 "$(dhcp_as one discover --mac $M1 2>&1)"
wait $MANY
is "24 clients at once get it whole" 24 "$(cat "$E2E/many")"
for i in $(seq 24); do e2e_in one timeout 0.3 curl -s -o /dev/null "$U/many.bin" & done
sleep 1
is "clients that leave while they wait for their turn hold nothing up" first "$(echo first >"$R/plain.txt"; get plain.txt)"

# --- nothing stays open
get now/x >/dev/null
open_files() { ls -l "/proc/$(e2e_pid)/fd" | grep -c "$R/"; }
ok "an idle file is closed" until_true 12 eval 'test "$(open_files)" = 0'
e2e_stop && e2e_pass "it ends well"
is "no access log by default" 0 "$(grep -c '"GET /boot' "$E2E_LOG")"

# --- the access log
mkdir "$E2E/log"
printf '[http]\naccess-log = log/access.log\n' >>"$E2E/pxed.ini"
e2e_start
LOG=$E2E/log/access.log
line() { tail -n 1 "$LOG" | sed 's/\[[^]]*\]/[]/'; }
SIZE=$(stat -c %s "$R/plain.txt")
curl_as one -A 'an "agent"' -e 'http://from/' -o /dev/null "$U/plain.txt"
ok "a line comes" until_true 5 grep -q plain.txt "$LOG"
is "in the combined format" "10.77.0.60 - - [] \"GET /boot/plain.txt HTTP/1.1\" 200 $SIZE \"http://from/\" \"an \\x22agent\\x22\"" "$(line)"
ok "with the time" grep -qE "\[[0-3][0-9]/[A-Z][a-z][a-z]/20[0-9][0-9]:[0-2][0-9]:[0-5][0-9]:[0-6][0-9] \+0000\]" "$LOG"
code_as one -I -A x "$U/plain.txt" >/dev/null
until_true 5 grep -q HEAD "$LOG"
is "HEAD sends no byte" "10.77.0.60 - - [] \"HEAD /boot/plain.txt HTTP/1.1\" 200 0 \"-\" \"x\"" "$(line)"
code_as one -A x -0 "$U/nothing?a=%0ab" >/dev/null
until_true 5 grep -q nothing "$LOG"
is "a refusal has its status" "10.77.0.60 - - [] \"GET /boot/nothing?a=%0ab HTTP/1.0\" 404 $(get nothing | wc -c) \"-\" \"x\"" "$(grep 'HTTP/1.0' "$LOG" | sed 's/\[[^]]*\]/[]/')"
TOKEN=$(curl_as one "$U/home.php?mac=$M1" | grep -o '/boot/s/[0-9a-f]*' | head -n 1)
code_as one "http://$E2E_SERVER$TOKEN/hosts/x" >/dev/null
until_true 5 grep -q 'hosts/x' "$LOG"
has "a token is not written" '"GET /boot/s/***/hosts/x HTTP/1.1"' "$(line)"
is "nowhere" 0 "$(grep -c "${TOKEN##*/}" "$LOG")"
printf 'no request\r\n\r\n' | e2e_in one timeout 5 nc -N $E2E_SERVER 80 >/dev/null
has "what is no request, too" '"-" 400' "$(until_true 5 grep -q '"-" 400' "$LOG"; line)"
# A client with a small window: the kernel would take all of it otherwise.
e2e_in one python3 - <<PY
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
s.connect(("$E2E_SERVER", 80))
s.sendall(b"GET /boot/many.bin HTTP/1.1\r\nHost: x\r\n\r\n")
s.recv(10000)
PY
ok "an answer that is cut" until_true 5 grep -q many.bin "$LOG"
less_than() { [ "$1" -lt "$2" ] || { echo "# $1"; grep many.bin "$LOG"; return 1; }; }
ok "has the bytes that were sent" less_than "$(grep many.bin "$LOG" | sed 's/.* 200 //; s/ .*//')" 20000000
before=$(wc -l <"$LOG")
for i in $(seq 20); do echo "url=$U/plain.txt"; done | e2e_in one curl -s -K - >/dev/null
ok "twenty requests are twenty lines" until_true 5 eval 'test "$(wc -l <"$LOG")" = $((before + 20))'
e2e_stop && e2e_pass "it ends well"
sed -i 's/^access-log = .*/access-log = journal/' "$E2E/pxed.ini"
e2e_start
get plain.txt >/dev/null
has "journal: in the daemon's own log" 'http access 10.77.0.60 - - [' "$(until_true 5 grep -q '"GET /boot/plain.txt HTTP/1.1" 200' "$E2E_LOG"; grep 'http access' "$E2E_LOG" | tail -n 1)"
e2e_stop && e2e_pass "it ends well"
sed -i 's,^access-log = .*,access-log = nowhere/a.log,' "$E2E/pxed.ini"
has "a folder that is missing: check says so" "access-log: the folder of $E2E/nowhere/a.log does not exist" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
ln -s "$E2E/stolen" "$E2E/log/link.log"
sed -i 's,^access-log = .*,access-log = log/link.log,' "$E2E/pxed.ini"
e2e_start
is "no link is followed, and requests are answered" "200" "$(code_as one "$U/plain.txt")"
ok "nothing was made there" test ! -e "$E2E/stolen"
e2e_stop && e2e_pass "it ends well"
e2e_done
