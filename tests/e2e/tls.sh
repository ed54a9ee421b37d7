#!/bin/bash
# TLS: who is let in and who is refused, files to the byte, certificates that change, handshakes that never end, the page, and what
# `check` says of certificates.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa
e2e_client one $M1
e2e_client stranger 08:00:27:99:99:99
e2e_address one 10.77.0.60
e2e_address stranger 10.77.0.77
R=$E2E/root/boot
S=https://$E2E_SERVER
T=$E2E/tls
e2e_image debian-12
head -c 40000000 /dev/urandom >"$R/os/debian-12/big.bin"
head -c 70000 /dev/urandom >"$R/os/debian-12/small.bin"
printf 'printf "Content-Type: text/plain\\n\\n%%s %%s" "$HTTPS" "$SERVER_PORT"\n' >"$R/env.sh"
echo "$M1, debian-12, name=web01, ip=10.77.0.60" >"$E2E/host-os.conf"

# --- a CA and a certificate by the guide's own commands, and others
sed -n '/^    mkdir -p tls$/,/^$/p' "$E2E_HERE/../../docs/operators-guide.md" >"$E2E/guide"
is "the guide has the commands" 5 "$(grep -c . "$E2E/guide")"
ok "which work" bash -ec "cd $E2E; . ./guide"
ok "and make what belongs together" openssl verify -CAfile "$T/ca.pem" "$T/pxe-server.pem"
quiet() { "$@" >"$E2E/openssl.log" 2>&1 || { cat "$E2E/openssl.log"; e2e_die "$*"; }; }
ca() { # NAME
    quiet openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" -keyout "$T/$1.key" -out "$T/$1.pem"
}
signed() { # NAME DAYS CA [NEWKEY] [ALTNAMES]
    # shellcheck disable=SC2086
    quiet openssl req -newkey ${4:-rsa:2048} -nodes -subj /CN=pxe-server -addext "subjectAltName=${5:-DNS:pxe-server,IP:$E2E_SERVER}" \
        -keyout "$T/$1.key" -out "$T/$1.csr"
    quiet openssl x509 -req -in "$T/$1.csr" -CA "$T/$3.pem" -CAkey "$T/$3.key" -days "$2" -copy_extensions copy -out "$T/$1.pem"
    chmod 640 "$T/$1.key"
}
ca other
signed first 365 ca
signed second 365 ca
signed soon 10 ca
signed elsewhere 365 ca rsa:2048 DNS:pxe.example.org,IP:192.0.2.1
signed small 365 ca rsa:1024
signed curve 365 ca "ec -pkeyopt ec_paramgen_curve:P-256"
use() { cp "$T/$1.pem" "$T/live.pem" && cp "$T/$1.key" "$T/live.key"; }
use pxe-server
e2e_ini <<INI
plugins = store-sqlite api console dhcp tftp http os-linux
[dhcp]
mode = server
range = 10.77.0.100 - 10.77.0.199
[http]
status = all
listen = $E2E_SERVER:443 tls
listen = 0.0.0.0:8081
cgi = .sh /bin/sh
cert = tls/live.pem
key = tls/live.key
[console]
listen = $E2E_SERVER:8443
cert = tls/live.pem
key = tls/live.key
INI
e2e_start
get() { e2e_in one curl -s --max-time 60 --cacert "$T/ca.pem" "$@"; }
client() { e2e_in "$1" timeout 20 openssl s_client -connect $E2E_SERVER:443 -CAfile "$T/ca.pem" -verify_return_error "${@:2}" </dev/null 2>&1; }

# --- the plugin that speaks TLS
! e2e_modular || has "is loaded, for a section names a certificate" "tls.so" "$(e2e_libraries)"

# --- who is let in
is "a file by TLS" 200 "$(get -o "$E2E/a" -w '%{http_code}' $S/boot/os/debian-12/small.bin)"
ok "to the byte" cmp "$E2E/a" "$R/os/debian-12/small.bin"
is "the same by plain HTTP" 200 "$(get -o "$E2E/b" -w '%{http_code}' "http://$E2E_SERVER/boot/os/debian-12/small.bin")"
ok "a large file, to the byte" cmp <(get $S/boot/os/debian-12/big.bin) "$R/os/debian-12/big.bin"
ok "a part of it" cmp <(get -r 12345678-34567890 $S/boot/os/debian-12/big.bin) <(tail -c +12345679 "$R/os/debian-12/big.bin" | head -c 22222213)
is "two parts" "206 multipart/byteranges" "$(get -r 0-9,39999990-39999999 -o "$E2E/parts" -w '%{http_code} %{content_type}' $S/boot/os/debian-12/big.bin | cut -d';' -f1)"
is "HEAD" "200 0" "$(get -I -o "$E2E/head" -w '%{http_code} %{size_download}' $S/boot/os/debian-12/big.bin)"
has "its length" "Content-Length: 40000000" "$(cat "$E2E/head")"
is "HTTP/1.0" 200 "$(get -0 -o /dev/null -w '%{http_code}' $S/boot/os/debian-12/big.bin)"
is "keep-alive: one connection for three files" 1 "$(get -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects}\n' $S/boot/os/debian-12/{small.bin,big.bin,small.bin} | awk '{ n += $1 } END { print n }')"
is "304" 304 "$(get -o /dev/null -w '%{http_code}' -H "If-None-Match: $(sed -n 's/^ETag: \(.*\)\r/\1/p' "$E2E/head")" $S/boot/os/debian-12/big.bin)"
ok "wget" e2e_in one wget -q -T 30 --ca-certificate="$T/ca.pem" -O "$E2E/wget" $S/boot/os/debian-12/big.bin
ok "to the byte" cmp "$E2E/wget" "$R/os/debian-12/big.bin"
has "a boot script" "#!gpxe" "$(get "$S/boot/home.php?mac=$M1")"
is "on every address" "$(get "http://$E2E_SERVER/boot/home.php?mac=$M1")" "$(get "http://$E2E_SERVER:8081/boot/home.php?mac=$M1")"
is "a script is told" "on 443" "$(get $S/boot/env.sh)"
is "and of plain HTTP" " 8081" "$(get http://$E2E_SERVER:8081/boot/env.sh)"
for v in 1_2 1_3; do has "TLS $v" "Verification: OK" "$(client one -tls$v)"; done
for cipher in AES128-SHA AES256-SHA256; do has "what iPXE before 2022 speaks: $cipher" "Cipher is $cipher" "$(client one -tls1_2 -cipher $cipher)"; done
has "a session is resumed" "Reused, TLSv1.2" "$(client one -tls1_2 -sess_out "$E2E/session" >/dev/null; client one -tls1_2 -sess_in "$E2E/session")"
has "small records, as iPXE asks for" "Verification: OK" "$(client one -tls1_2 -maxfraglen 4096)"

# --- who is not
# Each refusal is tried again until its line comes: of one reason the log takes a line in five seconds.
refused() { "${@:2}" >/dev/null 2>&1; logged "TLS_FAILED.*$1"; } # PATTERN CMD...
wrong_ca() { e2e_in one curl -s --cacert "$T/other.pem" $S/; }
e2e_mark
lacks "TLS 1.1" "Cipher is AES" "$(client stranger -tls1_1 -cipher DEFAULT@SECLEVEL=0)"
lacks "TLS 1.0" "Cipher is AES" "$(client stranger -tls1 -cipher DEFAULT@SECLEVEL=0)"
ok "is refused by name, with what it offered" until_true 5 logged 'TLS_FAILED.*unsupported protocol; it offered TLS 1\.[01]'
lacks "no cipher in common" "Cipher is CAMELLIA" "$(client stranger -tls1_2 -cipher CAMELLIA128-SHA)"
ok "names the ciphers" until_true 15 refused 'no shared cipher; it offered TLS 1.2.*ciphers 0041' client stranger -tls1_2 -cipher CAMELLIA128-SHA
is "a client that does not know the CA" 60 "$(wrong_ca; echo $?)"
ok "says so here" until_true 15 refused 'alert unknown ca' wrong_ca
why_clock() { # a machine whose clock stands ten years on refuses what is in force here
    client one -attime $(($(date +%s) + 315360000)) >/dev/null
    cause_is web01 clock-wrong
}
dhcp_as one lease --mac $M1 --firmware bios >/dev/null # the address is its own
until_true 15 why_clock
why_names clock-ahead web01
has "HTTP on the port of TLS is told" "TLS_FAILED: this port speaks TLS: ask https://" "$(e2e_in one curl -s --max-time 5 "http://$E2E_SERVER:443/")"
has "no renegotiation" "no renegotiation" "$(printf 'R\nQ\n' | e2e_in one timeout 10 openssl s_client -connect $E2E_SERVER:443 -tls1_2 2>&1)"
lacks "nothing is compressed" "Compression: zlib" "$(client one -tls1_2 -comp)"
ok "the refusals are counted" e2e_counted TLS_FAILED 3
head -c 3000 /dev/urandom >"$E2E/noise"
for _ in 1 2 3; do e2e_in stranger timeout 5 nc -N $E2E_SERVER 443 <"$E2E/noise" >/dev/null; done
is "noise ends nothing" 200 "$(get -o /dev/null -w '%{http_code}' $S/boot/os/debian-12/small.bin)"

# --- handshakes that are begun and stay: their number and memory are bounded, others are served
rss() { awk '/VmRSS/ { print $2 }' "/proc/$(e2e_pid)/status"; }
cat >"$E2E/begin.py" <<'PY'
import socket, ssl, sys, time
def hello():
    out = ssl.MemoryBIO()
    try:
        ssl._create_unverified_context().wrap_bio(ssl.MemoryBIO(), out).do_handshake()
    except ssl.SSLWantReadError:
        return out.read()
mode, held, closed = sys.argv[3], [], 0
for _ in range(int(sys.argv[4])):
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
    s.sendall(hello() if mode == "hello" else hello()[:50] if mode == "part" else b"")
    s.setblocking(False)
    held.append(s)
time.sleep(float(sys.argv[5]))
for s in held:
    try:
        while s.recv(65536):
            pass
        closed += 1
    except BlockingIOError:
        pass
    except OSError:
        closed += 1
print("closed", closed, "of", len(held))
PY
begin() { e2e_in stranger python3 "$E2E/begin.py" $E2E_SERVER 443 "$@"; } # MODE COUNT SECONDS
BEFORE=$(rss)
begin hello 1500 4 >"$E2E/begun" &
BEGUN=$!
sleep 2
is "another client is served meanwhile" 200 "$(get -o /dev/null -w '%{http_code}' $S/boot/os/debian-12/small.bin)"
DURING=$(rss)
wait $BEGUN
is "of 1,500 unfinished handshakes of one address 256 stay" "closed 1244 of 1500" "$(cat "$E2E/begun")"
nm -D "$E2E_BIN" 2>/dev/null | grep -q __asan_init || ok "in bounded memory: $((DURING - BEFORE)) KiB more" [ $((DURING - BEFORE)) -lt 40000 ]
begin part 200 12 >"$E2E/begun" &
BEGUN=$!
begin none 20 12 >"$E2E/begun2"
wait $BEGUN
is "after ten seconds they are closed" "closed 200 of 200" "$(cat "$E2E/begun")"
is "those that send nothing, too" "closed 20 of 20" "$(cat "$E2E/begun2")"

# --- a certificate that changes while files are sent
serial() { client one | openssl x509 -noout -serial; }
is_serial() { [ "$(serial)" = "$(openssl x509 -in "$T/$1.pem" -noout -serial)" ]; }
e2e_mark
get --limit-rate 12M $S/boot/os/debian-12/big.bin >"$E2E/slow" &
SLOW=$!
sleep 0.5
use second
ok "a new pair is taken without a signal" until_true 5 is_serial second
ok "and told" logged 'certificate text="taken"'
wait $SLOW
ok "a transfer that had begun ends whole" cmp "$E2E/slow" "$R/os/debian-12/big.bin"
cp "$T/first.pem" "$T/live.pem"
sleep 1.1
ok "a certificate of another key: the pair before stays" is_serial second
ok "and that is told, by name" logged 'of no use: the one before it stays.*live.key.*not the key of the certificate'
echo rubbish >"$T/live.pem"
sleep 1.1
ok "rubbish, too" is_serial second
rm "$T/live.pem"
sleep 1.1
ok "and none" is_serial second
use first
ok "until a good one comes" until_true 5 is_serial first
use curve
ok "an EC key" until_true 5 is_serial curve
use first

# --- the key is nobody's, whatever name leads to it
ln "$T/live.key" "$R/os/debian-12/key.pem"
is "linked into an image" 403 "$(get -o "$E2E/body" -w '%{http_code}' $S/boot/os/debian-12/key.pem)"
has "by name" PRIVATE_FILE "$(cat "$E2E/body")"
rm "$R/os/debian-12/key.pem"

# --- the law is the same: what is delivered by TLS uses up the arming, and only for the machine
A=$S/boot/hosts/${M1//:/-}/preseed.cfg
is "a stranger gets no answer file" 403 "$(e2e_in stranger curl -s --cacert "$T/ca.pem" -o /dev/null -w '%{http_code}' "$A")"
is "the machine may look at its head" "200 armed" "$(get -I -o /dev/null -w '%{http_code}' "$A") $(e2e_state $M1 install)"
is "gets it" 200 "$(get -o "$E2E/answer" -w '%{http_code}' "$A")"
has "whole" partman "$(cat "$E2E/answer")"
ok "and has used up its arming" until_true 5 e2e_state_is $M1 install installing

# --- the page and the API by TLS, beyond this machine
C=$S:8443
READ=$(e2e_pxed token add reader --scope read 2>/dev/null)
is "the API" 200 "$(get -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $READ" $C/api/v1/machines)"
has "the cookie is Secure" "SameSite=Strict; Secure" "$(get -i -H "Origin: $C" -d "token=$READ" $C/login)"
is "the page with it" 200 "$(get -o "$E2E/body" -w '%{http_code}' -b "pxed=$READ" $C/)"
has "events" "event: hello" "$(get --max-time 3 -H "Authorization: Bearer $READ" $C/api/v1/events | head -c 300)"
has "not without TLS" "TLS_FAILED" "$(e2e_in one curl -s --max-time 5 "http://$E2E_SERVER:8443/")"
e2e_stop

# --- an account that may not read the key: root reads it at start, a renewed one stays out
no_leak_check() { E2E_ENV=ASAN_OPTIONS=detect_leaks=0:exitcode=99; } # it needs ptrace, which an account without rights has not
no_leak_check
cp "$E2E/pxed.ini" "$E2E/kept.ini"
sed -i 's/^hosts = /user = nobody\nhosts = /' "$E2E/pxed.ini"
chmod 600 "$T/live.key"
e2e_start
is "a key of root's alone is read at start" 200 "$(get -o /dev/null -w '%{http_code}' $S/boot/os/debian-12/small.bin)"
ok "by a daemon that is not root" [ "$(stat -c %U "/proc/$(e2e_pid)")" = nobody ]
e2e_mark
cp "$T/second.pem" "$T/live.pem" && cp "$T/second.key" "$T/live.key" && chmod 600 "$T/live.key"
sleep 1.1
is "a renewed one is not: the pair before serves on" 200 "$(get -o /dev/null -w '%{http_code}' $S/boot/os/debian-12/small.bin)"
ok "which is told" logged 'of no use: the one before it stays.*live.key.*Permission denied'
has "and check knew" "the daemon's account cannot read it" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
chgrp "$(id -g nobody)" "$T/live.key" && chmod 640 "$T/live.key"
ok "until it may" until_true 5 is_serial second
e2e_stop
mv "$E2E/kept.ini" "$E2E/pxed.ini"
use first

# --- answers = https: secrets by TLS alone, for an installer that can
e2e_image rocky-9
M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad
cp "$E2E/pxed.ini" "$E2E/kept.ini"
cat >"$E2E/host-os.conf" <<HOSTS
$M2, debian-12, name=sec12, ip=10.77.0.61, root-password-hash=\$6\$salt\$Secret
$M3, rocky-9, name=sec9, ip=10.77.0.62, root-password-hash=\$6\$salt\$Secret
$M4, rocky-9, name=open9, ip=10.77.0.63
HOSTS
e2e_client two $M2
e2e_address two 10.77.0.61
sed -i 's/^cgi = .*/answers = https\nca = tls\/ca.pem/' "$E2E/pxed.ini"
e2e_start
is "a system whose installer takes TLS is armed" armed "$(e2e_state $M2 install)"
is "another is not, if it has a secret" ANSWER_NEEDS_TLS "$(e2e_state $M3 reason)"
is "nor can it be" 1 "$(e2e_pxed arm sec9 --yes >/dev/null 2>&1; echo $?)"
is "without a secret it is" armed "$(e2e_state $M4 install)"
SCRIPT=$(curl_as two -A iPXE/1.21 "$U/home.php?mac=$M2")
URL=$(sed -n 's/.* url=\([^ ]*\).*/\1/p' <<<"$SCRIPT")
has "the answer file's URL" "$S/boot/s/" "$URL"
has "the CA goes into the initramfs" "initrd http://$E2E_SERVER/boot/ca.pem usr/lib/ssl/cert.pem" "$SCRIPT"
has "kernels stay where they were" "kernel http://$E2E_SERVER/boot/os/debian-12/linux" "$SCRIPT"
ok "the CA, to the byte" cmp <(curl_as two "$U/ca.pem") "$T/ca.pem"
lacks "a loader that cannot pack it gets no installer" "kernel http" "$(curl_as two -A gPXE/1.0 "$U/home.php?mac=$M2")"
is "by plain HTTP it is refused" "403 ANSWER_NEEDS_TLS" "$(body_as two "${URL/https:/http:}" | cut -d: -f1)"
is "and the arming stays" armed "$(e2e_state $M2 install)"
is "by TLS it is delivered" 200 "$(e2e_in two curl -s --cacert "$T/ca.pem" -o "$E2E/answer" -w '%{http_code}' "$URL")"
has "with the secret" 'Secret' "$(cat "$E2E/answer")"
ok "and used up" until_true 5 e2e_state_is $M2 install installing
e2e_stop
has "check names line and way out" "host-os.conf:2: the answer file of sec9 holds a secret" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
sed -i '/^ca = /d' "$E2E/pxed.ini"
has "https needs a CA" "answers = https needs \`ca\`" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
mv "$E2E/kept.ini" "$E2E/pxed.ini"
: >"$E2E/host-os.conf"

# --- an installation without that plugin
if e2e_modular; then
    mkdir -p "$E2E/bare/sbin" "$E2E/bare/lib/pxed/plugins"
    cp "$E2E_BIN" "$E2E/bare/sbin/"
    ln -s "$E2E_BUILD/share" "$E2E/bare/share"
    for p in "$E2E_BUILD"/lib/pxed/plugins/*.so; do [ "${p##*/}" = tls.so ] || ln -s "$p" "$E2E/bare/lib/pxed/plugins/"; done
    SAID=$("$E2E/bare/sbin/pxed" check -c "$E2E/pxed.ini" 2>&1)
    has "check says so, with the line" "pxed.ini:15: [http] cert: TLS needs the plugin tls, which is not installed" "$SAID"
    RAN=$(timeout 20 ip netns exec "${E2E_SPACES[server]}" "$E2E/bare/sbin/pxed" run -c "$E2E/pxed.ini" 2>&1)
    is "run does not start" 1 $?
    has "for the same reason" "TLS needs the plugin tls" "$RAN"
fi

# --- what `check` says
check() { "$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1; }
lacks "a good pair: nothing" "[http]" "$(check | grep -v 'here:')"
use soon
has "soon to expire" "cert = $T/live.pem: it expires in 9 days" "$(check)"
has "with the line" "pxed.ini:15: warning" "$(check | grep "expires in" | head -1)"
use elsewhere
has "another name" "it does not hold the address $E2E_SERVER, so clients that ask https://$E2E_SERVER refuse it" "$(check)"
cp "$T/first.pem" "$T/live.pem"
has "another key" "key = $T/live.key: this is not the key of the certificate in \`cert\`" "$(check)"
is "which is an error" 1 "$(check >/dev/null; echo $?)"
no "and run does not start" timeout 20 ip netns exec "${E2E_SPACES[server]}" "$E2E_BIN" run -c "$E2E/pxed.ini"
use small
has "a key that is too small" "key too small" "$(check)"
use first
chmod 644 "$T/live.key"
has "a key that all may read" "every account of this machine may read this private key" "$(check)"
rm "$T/live.key"
has "no key" "key = $T/live.key: No such file or directory; pxed does not start without it" "$(check)"
use first
sed -i 's/^listen = 10.77.0.1:443 tls/listen = 10.77.0.1:443 tsl/' "$E2E/pxed.ini"
has "a word that is not tls" "has a word behind ADDRESS:PORT that is not \`tls\`" "$(check)"
e2e_done
