#!/bin/bash
# HTTP as loaders, installers, operators and strangers speak it: every name, every refusal.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad M5=08:00:27:4d:4d:ae M6=08:00:27:4d:4d:af
M7=08:00:27:4d:4d:b0 M8=08:00:27:4d:4d:b1
HASH='$6$saltsalt$SecretSecretSecretSecret'
R=$E2E/root/boot
e2e_client one $M1
e2e_client two $M2
e2e_client stranger 08:00:27:99:99:99
e2e_address one 10.77.0.60
e2e_address two 10.77.0.61
e2e_address stranger 10.77.0.77
for os in centos-5.5-i386 debian-12 rocky-9; do e2e_image $os; done
mkdir -p "$R/os/rocky-9/images/pxeboot" "$R/state"
echo k >"$R/os/rocky-9/images/pxeboot/vmlinuz"
echo i >"$R/os/rocky-9/images/pxeboot/initrd.img"
head -c 300000 /dev/urandom >"$R/os/centos-5.5-i386/big.bin"
echo tftp-only >"$E2E/root/tftp/loader.0"
echo dot >"$R/os/centos-5.5-i386/.treeinfo"
# An operator who keeps everything below root: none of it may be served.
echo "$HASH" >"$R/pw.hash"
cat >"$R/hosts.conf" <<HOSTS
$M1, centos-5.5-i386, name=web01, ip=10.77.0.60
$M2, debian-12, name=sec01, ip=10.77.0.61, domain=lab.test, root-password-hash=@pw.hash
$M3, rocky-9, name=r9
$M4, local, name=printer
$M5, centos-5.5-i386, name=safe, protect=yes
$M6, nosuch-1, name=lost
$M7, debian-11, name=noimage
$M8, debian-12, name=plain
HOSTS
printf '[defaults]\ntimezone = Europe/Berlin\n' >"$R/extra.ini"
printf '[pxed]\ninterface = lan0\nname = pxe-server\nroot = %s/root\nstate = %s/state\nhosts = %s/hosts.conf\ninclude = %s/extra.ini\n' \
    "$E2E" "$R" "$R" "$R" >"$E2E/pxed.ini"
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' >>"$E2E/pxed.ini"
e2e_start

# --- the boot script, to the byte
script() { curl_as "$1" "$U/home.php?mac=$2" "${@:3}"; } # CLIENT MAC
FIRST='#!gpxe
imgfree
kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt
initrd http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img
boot'
script one $M1 >"$E2E/script"
ok "the script of an armed centos-5.5 host, byte for byte" cmp "$E2E/script" - <<<"$FIRST"
for agent in gPXE/1.0.1 iPXE/1.21.1 curl/7.88.1; do
    is "the same for $agent (BIOS)" "$FIRST" "$(script one $M1 -A "$agent")"
done
is "for GRUB" "set timeout=0
linux /boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt
initrd /boot/os/centos-5.5-i386/pxeboot/initrd.img
boot" "$(script one $M1 -A 'GRUB 2.06')"
LINUX='default linux
label linux
kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz
append ksdevice=link ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt initrd=http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img'
is "for Syslinux" "$LINUX" "$(script one $M1 -A 'Syslinux/6.04')"
is "pxelinux.cfg over HTTP" "$LINUX" "$(curl_as one "$U/pxelinux.cfg/01-08-00-27-4d-4d-aa")"
has "grub.cfg of a MAC over HTTP" "linux /boot/os/centos-5.5-i386/" "$(curl_as one "$U/grub/grub.cfg-01-08-00-27-4d-4d-aa")"
has "grub.cfg is the asker's own" "linux /boot/os/centos-5.5-i386/" "$(curl_as one "$U/grub/grub.cfg")"
has "a stranger's grub.cfg looks for net_default_mac" 'net_default_mac' "$(curl_as stranger "$U/grub/grub.cfg")"
for mac in 08-00-27-4d-4d-aa 08:00:27:4D:4D:AA 08%3A00%3A27%3a4d%3A4d%3aaa 0800.274d.4daa 0800274d4daa 01-08-00-27-4d-4d-aa 01-08-00-27-4D-4D-AA; do
    is "MAC spelt $mac" "$FIRST" "$(script one "$mac")"
done
is "further words in the query" "$FIRST" "$(curl_as one "$U/home.php?x=1&mac=$M1&uuid=2")"
is "missing MAC: 400" 400 "$(code_as one "$U/home.php")"
for bad in '' nonsense 08:00:27:4d:4d 08:00:27:4d:4d:zz 'aa%00bb'; do is "MAC '$bad': 400" 400 "$(code_as one "$U/home.php?mac=$bad")"; done
has "its name" BAD_MAC "$(curl_as one "$U/home.php?mac=nonsense")"
UNKNOWN=$(body_as stranger "$U/home.php?mac=08:00:27:99:99:99")
has "unknown machine: 200 and its disk" "200 #!gpxe" "$UNKNOWN"
is "which ends in exit" exit "$(tail -n 1 <<<"$UNKNOWN")"
has "and says why" "no line of the host file" "$UNKNOWN"
lacks "and boots no kernel" kernel "$UNKNOWN"
for row in "$M4 is never installed" "$M5 protect=yes" "$M6 no plugin claims" "$M7 image files of this OS id are missing"; do
    text=$(script stranger "${row%% *}")
    has "$row" "${row#* }" "$text"
    lacks "$row: no kernel" kernel "$text"
done
has "text/plain" "Content-Type: text/plain" "$(curl_as one -D - -o /dev/null "$U/home.php?mac=$M1" | tr -d '\r')"
is "LF only" 0 "$(script one $M1 | grep -c $'\r')"
dhcp_as stranger discover --mac $M3 --firmware efi-x64 >/dev/null
has "iPXE on EFI names its initrd" " initrd=initrd.img" "$(script server $M3 -A iPXE/1.21 | grep ^kernel)"
has "Red Hat 9" "inst.ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-ac.txt" "$(script server $M3)"
has "a neighbour who asks for it is told so" "did not come from the machine" "$(script stranger $M3)"
has "and the machine's journal knows who" NOT_BELIEVED "$(e2e_pxed log $M3)"
is "a script asked for other machines arms and spends nothing" armed "$(e2e_state $M3 install)"

# --- HTTP itself
BIG=$U/os/centos-5.5-i386/big.bin
FILE=$R/os/centos-5.5-i386/big.bin
heads() { curl_as one -I "$@" | tr -d '\r'; }
has "HEAD" "Content-Length: 300000" "$(heads "$BIG")"
has "ranges are offered" "Accept-Ranges: bytes" "$(heads "$BIG")"
is "HEAD of the script has its length" "Content-Length: $(stat -c %s "$E2E/script")" "$(heads "$U/home.php?mac=$M1" | grep ^Content-Length)"
curl_as one -o "$E2E/got" "$BIG"
ok "a file, whole" cmp "$FILE" "$E2E/got"
range() { [ "$(curl_as one -o "$E2E/got" -w '%{http_code}' -r "$1" "$BIG")" = 206 ] && cmp "$E2E/got" <(tail -c "+$(($2 + 1))" "$FILE" | head -c "$3"); }
ok "Range 0-0" range 0-0 0 1
ok "Range in the middle" range 1000-99999 1000 99000
ok "Range to the end" range 299990- 299990 10
ok "Range of the last bytes" range -100 299900 100
ok "Range beyond the end is cut" range 299000-999999 299000 1000
is "416" 416 "$(code_as one -r 300000- "$BIG")"
has "416 says the size" "Content-Range: bytes */300000" "$(curl_as one -r 400000- -D - -o /dev/null "$BIG" | tr -d '\r')"
parts() { # RANGES: what comes, put together by another program, or the status
    curl_as one -D "$E2E/head" -o "$E2E/got" -r "$1" "$BIG" "${@:2}"
    python3 - "$E2E/head" "$E2E/got" "$FILE" <<'PY'
import email, sys
head, body, whole = (open(name, "rb").read() for name in sys.argv[1:])
lines = head.split(b"\r\n", 1)
fields = email.message_from_bytes(lines[1])
if not (fields["Content-Type"] or "").startswith("multipart/byteranges"):
    print(lines[0].split()[1].decode(), fields["Content-Range"] or "")
    sys.exit()
assert int(fields["Content-Length"]) == len(body), (fields["Content-Length"], len(body))
mark = b"\r\n--" + fields.get_param("boundary").encode()
pieces = body.split(mark)
assert pieces[0] == b"" and pieces[-1] == b"--\r\n", pieces[-1]
for piece in pieces[1:-1]:
    text, data = piece.split(b"\r\n\r\n", 1)
    unit, extent = email.message_from_bytes(text.lstrip())["Content-Range"].split()
    first, last = (int(n) for n in extent.split("/")[0].split("-"))
    assert data == whole[first : last + 1] and extent.endswith("/300000"), extent
    print(extent.split("/")[0], end=" ")
PY
}
is "several ranges: each as a part" "0-1 5-6 " "$(parts 0-1,5-6)"
is "in the order asked for, large ones too" "200000-299999 100-50099 7-7 " "$(parts 200000-,100-50099,7-7)"
is "one of them there: as if it were one" "206 bytes 5-6/300000" "$(parts 5-6,400000-)"
is "overlapping: the whole file" 200 "$(parts 0-9,5-20 | xargs)"
is "none of them there: 416" "416 bytes */300000" "$(parts 400000-,500000-)"
is "several with a stale If-Range: the whole file" 200 "$(parts 0-1,5-6 -H 'If-Range: "other"' | xargs)"
TAG=$(heads "$BIG" | sed -n 's/^ETag: //p') WHEN=$(heads "$BIG" | sed -n 's/^Last-Modified: //p')
is "If-Range with its tag" "0-1 5-6 " "$(parts 0-1,5-6 -H "If-Range: $TAG")"
is "with its date" "0-1 5-6 " "$(parts 0-1,5-6 -H "If-Range: $WHEN")"
is "the connection goes on after several ranges" "1 0" "$(curl_as one -o /dev/null -o /dev/null -w '%{num_connects}\n' -r 0-1,5-6 "$BIG" "$BIG" | paste -sd' ')"
is "If-Modified-Since: 304" 304 "$(code_as one -H "If-Modified-Since: $WHEN" "$BIG")"
is "an older date: 200" 200 "$(code_as one -H "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT" "$BIG")"
is "a tag wins over the date" 200 "$(code_as one -H 'If-None-Match: "x"' -H "If-Modified-Since: $WHEN" "$BIG")"
is "HEAD with a tag: 304" 304 "$(code_as one -I -H "If-None-Match: $TAG" "$BIG")"
is "HEAD with a range: the whole head" "Content-Length: 300000" "$(heads -r 5-6 "$BIG" | grep ^Content-Length)"
is "HTTP/1.0 is kept alive if it asks" "1 0" "$(curl_as one -0 -H 'Connection: keep-alive' -o /dev/null -o /dev/null -w '%{num_connects}\n' "$BIG" "$BIG" | paste -sd' ')"
has "and told so" "Connection: keep-alive" "$(curl_as one -0 -H 'Connection: keep-alive' -D - -o /dev/null "$BIG" | tr -d '\r')"
is "keep-alive: one connection for three requests" "1 0 0" "$(curl_as one -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects}\n' "$BIG" "$BIG" "$U/home.php?mac=$M1" | paste -sd' ')"
has "HTTP/1.0 is closed" "Connection: close" "$(curl_as one -0 -D - -o /dev/null "$BIG" | tr -d '\r')"
curl_as one -0 -o "$E2E/got" "$BIG"
ok "HTTP/1.0 gets it whole" cmp "$FILE" "$E2E/got"
is "HTTP/1.0 without Host" 1 "$(printf 'GET /boot/home.php?mac=%s HTTP/1.0\r\n\r\n' $M1 | e2e_in one timeout 5 nc -N $E2E_SERVER 80 | grep -c '^#!gpxe')"
is "pipelined requests are answered in order" 3 "$(printf 'GET /boot/home.php?mac=%s HTTP/1.1\r\nHost: x\r\n\r\n' $M1 $M1 $M1 | e2e_in one timeout 5 nc -N $E2E_SERVER 80 | grep -c '^#!gpxe')"
is "If-None-Match: 304" 304 "$(code_as one -H "If-None-Match: $(heads "$BIG" | sed -n 's/^ETag: //p')" "$BIG")"
is "PUT: refused" 1 "$(code_as one -X PUT "$BIG" | grep -cE '^(400|405|501)$')"
is "POST to a file: refused or answered, never 5xx" 0 "$(code_as one -d x=1 "$BIG" | grep -c '^5')"
is "a 9 kB target is refused" 1 "$(code_as one "$U/$(head -c 9000 /dev/zero | tr '\0' a)" | grep -cE '^4(14|00)$')"
is "missing: 404" 404 "$(code_as one "$U/os/centos-5.5-i386/nothing")"
is "a folder: 404" 404 "$(code_as one "$U/os/centos-5.5-i386")"
is "outside /boot: 404" 404 "$(code_as one "http://$E2E_SERVER/etc/passwd")"
is "the root: 404" 404 "$(code_as one "http://$E2E_SERVER/")"
is "/boot: 404" 404 "$(code_as one "http://$E2E_SERVER/boot/")"
is "a file of root/tftp" tftp-only "$(curl_as one "$U/loader.0")"
is "a loader from loader-path" 200 "$(code_as one "$U/undionly.kpxe")"
is "an image's dot file" dot "$(curl_as one "$U/os/centos-5.5-i386/.treeinfo")"
for path in ../../etc/passwd %2e%2e/%2e%2e/etc/passwd os/../../../etc/passwd os/..%2f..%2f..%2fetc/passwd '..%5c..%5cetc/passwd' 'os/%00/x'; do
    text=$(body_as one --path-as-is "$U/$path")
    lacks "traversal $path" root: "$text"
    is "traversal $path: 4xx" 4 "${text:0:1}"
done

# --- /status and /metrics
is "/status from the server" 200 "$(code_as server http://$E2E_SERVER/status)"
has "/metrics from the server" 'pxed_installs{state="armed"} 6' "$(curl_as server http://$E2E_SERVER/metrics)"
is "/status from a machine: 404" 404 "$(code_as one http://$E2E_SERVER/status)"
is "/metrics from a machine: 404" 404 "$(code_as one http://$E2E_SERVER/metrics)"

# --- answer files: whose they are
KS=$U/hosts/linux-ks/08-00-27-4d-4d-aa.txt
is "another machine: 403" 403 "$(code_as stranger "$KS")"
has "NOT_YOUR_FILE" NOT_YOUR_FILE "$(curl_as two "$KS")"
has "the server may look" "clearpart" "$(curl_as server "$KS")"
is "which spends nothing" armed "$(e2e_state $M1 install)"
curl_as one -I "$KS" >/dev/null
curl_as one -r 0-9 "$KS" >/dev/null
is "HEAD and a piece spend nothing" armed "$(e2e_state $M1 install)"
TEXT=$(body_as one "$KS")
has "its own: 200" "200 # Kickstart of web01" "$TEXT"
has "a variable of [defaults] is in it" "Europe/Berlin" "$TEXT"
has "it reports back" "http://pxe-server/boot/event?mac=08-00-27-4d-4d-aa" "$TEXT"
has "the guard is in it" DISK_NOT_BLANK "$TEXT"
is "the arming is spent" installing "$(e2e_state $M1 install)"
is "once more while it installs" 200 "$(code_as one "$KS")"
is "the same by another spelling" 200 "$(code_as one "$U/hosts/linux-ks/08:00:27:4D:4D:AA.txt")"
is "and by its other name" 200 "$(code_as one "$U/hosts/08-00-27-4d-4d-aa/ks.cfg")"
is "a stranger never" 403 "$(code_as stranger "$KS")"
is "no such answer file" 404 "$(code_as one "$U/hosts/08-00-27-4d-4d-aa/nothing")"
has "the script is its disk now" exit "$(script one $M1 | tail -n 1)"
lacks "for every loader" linux "$(script one $M1 -A 'GRUB 2.06')"
has "on pxelinux.cfg too" localboot "$(curl_as one "$U/pxelinux.cfg/01-08-00-27-4d-4d-aa")"

# --- events
event() { body_as "$1" "${@:3}" "$U/event?mac=$2"; } # CLIENT QUERY
is "installing" "200 ok" "$(event one "$M1&stage=installing")"
is "repeated is harmless" "200 ok" "$(event one "$M1&stage=installing")"
is "a step of the profile, as POST with a body" "200 ok" "$(event one "$M1&stage=packages" --data-binary 'kernel and libc')"
has "the body is in the journal" "kernel and libc" "$(e2e_journal web01)"
is "a stage that nobody knows: 400" 400 "$(event one "$M1&stage=dance" | cut -c1-3)"
is "no stage: 400" 400 "$(event one "$M1" | cut -c1-3)"
is "a bad stage: 400" 400 "$(event one "$M1&stage=A%20B" | cut -c1-3)"
is "unknown MAC: 404" 404 "$(event one "08:00:27:99:99:99&stage=installed" | cut -c1-3)"
is "bad MAC: 400" 400 "$(event one "zz&stage=installed" | cut -c1-3)"
is "a foreign address: 403" 403 "$(event stranger "$M1&stage=installed" | cut -c1-3)"
is "it changed nothing" installing "$(e2e_state $M1 install)"
head -c 70000 /dev/zero | tr '\0' x >"$E2E/large"
is "64 KiB and more: 413" 413 "$(event one "$M1&stage=packages" --data-binary "@$E2E/large" | cut -c1-3)"
is "the server itself is no machine: 403" 403 "$(event server "$M5&stage=installing" | cut -c1-3)"
is "not the protected one" "" "$(e2e_state $M5 install)"
is "installed" "200 ok" "$(event one "$M1&stage=installed")"
is "machines say so" installed "$(e2e_state $M1 install)"
is "after it: 403" 403 "$(code_as one "$KS")"
is "failed comes too late, and is harmless" "200 ok" "$(event one "$M1&stage=failed&reason=DISK_NOT_BLANK")"
is "it stays installed" installed "$(e2e_state $M1 install)"
has "machines, the table" installed "$(e2e_pxed machines | grep web01)"
has "log" "spent" "$(e2e_pxed log web01)"
ok "log --json is JSON" jq -es 'length > 5' <(e2e_pxed log web01 --json)
ok "why --json is JSON" jq -es 'length > 0' <(e2e_pxed why web01 --json)

# --- secrets
PLAIN=$U/hosts/08-00-27-4d-4d-ab/preseed.cfg
has "without its token: 403" "403 SECRET_NO_TOKEN" "$(body_as two "$PLAIN")"
lacks "and nothing of it" SecretSecret "$(curl_as two "$PLAIN")"
script two $M2 >"$E2E/script"
URL=$(grep -o 'url=[^ ]*' "$E2E/script" | sed 's,url=http://pxe-server,http://'$E2E_SERVER',')
URL=${URL#url=}
ok "the script carries a token" grep -qE '/boot/s/[0-9a-f]{32}/hosts/08-00-27-4d-4d-ab/preseed.cfg' "$E2E/script"
lacks "not for somebody else" "$(grep -o '/boot/s/[0-9a-f]*' "$E2E/script")" "$(script stranger $M2)"
URL=${URL/http:\/\/pxe-server/http://$E2E_SERVER}
is "a wrong token: 403" 403 "$(code_as two "${URL/\/s\/????/\/s\/0000}")"
is "a broken token: 400" 400 "$(code_as two "$U/s/xyz/hosts/08-00-27-4d-4d-ab/preseed.cfg")"
is "another host's file under this token: 403" 403 "$(code_as two "${URL/08-00-27-4d-4d-ab/08-00-27-4d-4d-b1}")"
has "with its token" SecretSecret "$(curl_as two "$URL")"
is "which spends" installing "$(e2e_state $M2 install)"
EVENT=$(curl_as two "${URL/preseed.cfg/early.sh}" | grep -o 'http://[^"'"' ]*event?mac=[^\"' &]*" | head -n 1)
has "early.sh knows where events go" "/boot/" "$EVENT"
TOKEN=${URL%%/hosts/*}
is "an event by token" "200 ok" "$(body_as two "$TOKEN/event?mac=$M2&stage=installed")"
is "the token is dead" 403 "$(code_as two "$URL")"
lacks "the state keeps the secret out of the journal" SecretSecret "$(e2e_pxed log sec01; cat "$E2E_LOG")"

# A token is good from any address but the server's own.
LEASE=$(dhcp_as stranger lease --mac $M2 --firmware bios | jq -r .yiaddr)
is "the reservation" 10.77.0.61 "$LEASE"
e2e_pxed arm --yes sec01 >/dev/null
URL=$(script two $M2 | grep -o 'url=[^ ]*' | sed 's,url=http://pxe-server,http://'$E2E_SERVER',')
is "not from the server's own: 403" "403 TOKEN_DEAD" "$(body_as server "$URL" | cut -c1-14)"
is "from its own: 200" 200 "$(code_as two "$URL")"

# --- what is never served
ln "$R/hosts.conf" "$R/hard.txt"
ln "$R/state/pxed.db" "$R/db.bin"
ln -s /etc/passwd "$R/abs.txt"
ln -s ../../../../../../../etc/passwd "$R/rel.txt"
ln -s os/centos-5.5-i386/pxeboot/vmlinuz "$R/inside.txt"
ln -s hosts.conf "$R/soft.txt"
mkdir -p "$R/.git"
for name in .htpasswd .git/config x.txt~ x.bak x.swp; do mkdir -p "$(dirname "$R/$name")" && echo topsecret >"$R/$name"; done
for name in hosts.conf extra.ini pw.hash state/pxed.db state/hosts.good state/pxed.db-wal state/pxed.sock hard.txt db.bin abs.txt rel.txt \
    soft.txt .htpasswd .git/config x.txt~ x.bak x.swp HOSTS.CONF ./hosts.conf os/../hosts.conf state//pxed.db os/centos-5.5-i386/../../pw.hash; do
    for via in http tftp; do
        if [ $via = http ]; then
            text=$(body_as one --path-as-is "$U/$name")
        elif text=$(curl_as one --path-as-is "tftp://$E2E_SERVER/$name" 2>&1 | tr -d '\0'; exit "${PIPESTATUS[0]}"); then
            text="2 $text"
        else
            text="4 $text"
        fi
        no "never by $via: $name" grep -qaE "centos-5.5|root:|topsecret|Secret|SQLite|timezone" <<<"$text"
        is "refused by $via: $name" 4 "${text:0:1}"
    done
done
has "the reason" PRIVATE_FILE "$(curl_as one "$U/hosts.conf")"
is "a link that stays inside is followed" "kernel of centos-5.5-i386" "$(curl_as one "$U/inside.txt")"

# --- scripts run, they are never text
printf '<?php echo "from php"; // php-source\n' >"$R/page.php"
printf '#!/bin/sh\n# sh-source\nprintf "Content-Type: text/plain\\r\\n\\r\\nfrom sh"\n' >"$R/tool"
chmod 755 "$R/tool"
is "php runs" "from php" "$(curl_as one "$U/page.php")"
is "sh runs" "from sh" "$(curl_as one "$U/tool")"
for name in page.php tool home.php; do
    lacks "no source by TFTP: $name" source "$(curl_as one "tftp://$E2E_SERVER/$name" 2>&1 | tr -d '\0')"
    for path in "$name" "$name/" "$name/x" "./$name" "${name}%00.txt" "/$name" "x/../$name" "$name." "${name^^}" "$name::\$DATA"; do
        lacks "no source by HTTP: $path" source "$(curl_as one --path-as-is "$U/$path" | tr -d '\0')"
    done
done

is "why, without a host, names the fault" 1 "$(e2e_pxed why >/dev/null; echo $?)"
e2e_stop && e2e_pass "it ends well"
e2e_done
