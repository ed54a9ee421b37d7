#!/bin/bash
# Solaris 11's AI service under its fixed name, kayak's way of asking, JumpStart's scripts: who gets them, and what uses up the right.
. "$(dirname "$0")/common.sh"
e2e_begin
MA=08:00:27:4d:4d:aa MS=08:00:27:4d:4d:bb MO=08:00:27:4d:4d:cc MJ=08:00:27:4d:4d:dd ML=08:00:27:4d:4d:e1 MP=08:00:27:4d:4d:e2
DA=08-00-27-4d-4d-aa DS=08-00-27-4d-4d-bb DO=08-00-27-4d-4d-cc DJ=08-00-27-4d-4d-dd DL=08-00-27-4d-4d-e1 DP=08-00-27-4d-4d-e2
for row in "ai $MA 10.77.0.60" "sec $MS 10.77.0.61" "om $MO 10.77.0.62" "js $MJ 10.77.0.63" "live $ML 10.77.0.65" "pool $MP 10.77.0.66" "none 08:00:27:4d:4d:ee 10.77.0.64"; do
    read -r name mac ip <<<"$row"
    e2e_client "$name" "$mac"
    e2e_address "$name" "$ip"
done
OS=$E2E/root/boot/os
for file in {solaris-11.4,omnios-r151050}/platform/i86pc/kernel/amd64/unix solaris-11.4/platform/i86pc/amd64/boot_archive \
    smartos-{1,2}/platform/i86pc/{kernel/amd64/unix,amd64/boot_archive} \
    omnios-r151050/{miniroot,omnios-r151050.zfs.xz} solaris-10u11/boot/{multiboot,x86.miniroot} solaris-10u11/jumpstart/rules.ok; do
    mkdir -p "$OS/${file%/*}"
    head -c 3000 /dev/urandom >"$OS/$file"
done
: >"$E2E/host-os.conf"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
[os solaris-10u11]
nfs = nas:/s10
[os smartos-1]
live = yes
INI
e2e_start
AI=${U%/boot}/cgi-bin/cgi_get_manifest.py
script() { curl_as "$1" -A "iPXE/1.21" "$U/home.php?mac=$2"; }
asks() { # NAME: as the installer does
    curl_as "$1" -H 'Accept: text/plain,multipart/alternative' -D "$E2E/head" -o "$E2E/body" -w '%{http_code}' \
        --data-urlencode 'version=2.0' --data-urlencode 'service=solaris-11.4' --data-urlencode 'logging=4' --data-urlencode 'no_default=False' \
        --data-urlencode "postData=mac=0800274D4DAA;arch=i86pc;mem=4096" "$AI"
}
is "nobody has such a service" 404 "$(asks ai)"
cat >"$E2E/host-os.conf" <<HOSTS
$MA, solaris-11.4, name=ai, net=dhcp
$MS, solaris-11.4, name=sec, root-password-hash=\$5\$a\$b
$MO, omnios-r151050, name=om
$MJ, solaris-10u11, name=js
$ML, smartos-1, name=live, ip=10.77.0.65/24, gateway=10.77.0.1, dns=10.77.0.1 10.77.0.2, domain=lab.test, admin-password=never told, smartos-disks=all
$MP, smartos-2, name=pool, net=dhcp, dns=10.77.0.1, admin-password="a""b\c", smartos-disks=all, disk=/dev/dsk/c1t0d0, ntp=10.77.0.1
HOSTS
until_true 10 grep -q 'core reloaded' "$E2E_LOG"
for m in $MA $MS $MO $MJ; do is "a new line arms $m: the guard is in its script" armed "$(e2e_state $m install)"; done

# --- the AI service
is "the machine is answered" 200 "$(asks ai)"
python3 - "$E2E/head" "$E2E/body" "$E2E" <<'PY' >"$E2E/parsed" 2>&1
import email, re, sys, xml.dom.minidom
head, body, out = open(sys.argv[1]).read(), open(sys.argv[2]).read(), sys.argv[3]
kind = re.search(r"(?im)^content-type: *(.*?)\r?$", head).group(1)
message = email.message_from_string("Content-Type: %s\n%s" % (kind, body)) # as the installer puts it together
for part in message.walk():
    if not part.is_multipart():
        print(part.get_content_type(), part.get_filename())
        open("%s/part-%s" % (out, part.get_filename()), "w").write(part.get_payload())
xml.dom.minidom.parse(out + "/part-pxed.xml")
print(message.get_content_type(), len(message.defects))
PY
is "in parts that its parser takes" "text/xml manifest.xml
text/xml pxed.xml
multipart/mixed 0" "$(cat "$E2E/parsed")"
is "the manifest is a script" '#!/usr/bin/ksh93' "$(sed -n 1p "$E2E/part-manifest.xml")"
is "of shell" "" "$(ksh93 -n "$E2E/part-manifest.xml" 2>&1 | grep -v warning:)"
has "that fetches the host's own" "http://$E2E_SERVER/boot/hosts/$DA/manifest.ksh" "$(cat "$E2E/part-manifest.xml")"
has "the profile is the host's" 'value="ai"' "$(cat "$E2E/part-pxed.xml")"
is "by GET as well" 200 "$(code_as ai "$AI")"
is "asking used up nothing" armed "$(e2e_state $MA install)"
is "a stranger finds nothing" 404 "$(asks none)"
is "nor does the server" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$AI")"
is "another of pxed's hosts neither" 404 "$(asks om)"
is "other names outside are nobody's" 404 "$(code_as ai "${U%/boot}/cgi-bin/other.py")"
has "the boot line names the manifest" "aimanifest=http://$E2E_SERVER/boot/hosts/$DA/manifest.ksh" "$(script ai $DA)"
is "a stranger gets no manifest" 403 "$(code_as none "$U/hosts/$DA/manifest.ksh")"
curl_as ai -o "$E2E/manifest" "$U/hosts/$DA/manifest.ksh"
is "it is shell" "" "$(ksh93 -n "$E2E/manifest" 2>&1 | grep -v warning:)"
is "its delivery uses up the right" installing "$(e2e_state $MA install)"
is "the profile can still be fetched" 200 "$(code_as ai "$U/hosts/$DA/profile.xml")"
lacks "the next power-on gets the disk" aimanifest "$(script ai $DA)"
e2e_in ai curl -s -o /dev/null "$U/event?mac=$DA&stage=installed"
is "installed" installed "$(e2e_state $MA install)"
is "then the service is gone" 404 "$(asks ai)"

# --- with a secret: no token fits into the fixed name
is "the fixed name is refused" 403 "$(asks sec)"
lacks "and says nothing" '\$5' "$(cat "$E2E/body")"
URL=$(script sec $DS | grep -o 'aimanifest=[^,]*' | sed 's/.*=//')
has "the boot line has the token" "/boot/s/" "$URL"
has "the script links the profile with it" "/boot/s/" "$(curl_as sec "$URL" | grep profile.xml)"
has "which holds the hash" '$5$a$b' "$(curl_as sec "${URL%manifest.ksh}profile.xml")"

# --- kayak appends the MAC and parts of it to what the boot line says
CONFIG=$(script om $DO | grep -o 'install_config=[^,]*' | sed 's/.*=//')
is "its configuration" "$U/hosts/$DO/kayak.sh?" "${CONFIG/http:\/\/$E2E_SERVER\/boot/$U}"
has "is found at the first attempt" BuildRpool "$(curl_as om "$CONFIG/0800274D4DCC")"
is "and uses up the right" installing "$(e2e_state $MO install)"

# --- JumpStart
has "JumpStart's scripts know where to ask" "pxed=http://$E2E_SERVER/boot/hosts/$DJ," "$(script js $DJ)"
curl_as js -o /dev/null "$U/os/solaris-10u11/boot/multiboot" "$U/os/solaris-10u11/boot/x86.miniroot"
is "the miniroot uses up nothing" armed "$(e2e_state $MJ install)"
has "menu.lst, as pxegrub asks for it" "module /boot/os/solaris-10u11/boot/x86.miniroot" "$(curl_as js "$U/menu.lst.010800274D4DDD")"
is "the disk's script does" "installing" "$(curl_as js -o /dev/null "$U/hosts/$DJ/begin.ksh"; e2e_state $MJ install)"
has "the finish script follows" "etc/nodename" "$(curl_as js "$U/hosts/$DJ/finish.ksh")"

# --- SmartOS: its answers are a module
answer() { python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1]))' "$1" <"$E2E/answers"; } # KEY
MODULE=$(script live $DL | sed -n 's/^module \(.*\) type=file name=answers.json$/\1/p')
is "a live system's answers have no token" "http://$E2E_SERVER/boot/hosts/$DL/answers.json" "$MODULE"
curl_as live -o "$E2E/answers" "$U/hosts/$DL/answers.json"
is "the network" "$ML 10.77.0.65 255.255.255.0 10.77.0.1 10.77.0.2 lab.test" \
    "$(for key in admin_nic admin_ip admin_netmask headnode_default_gateway dns_resolver2 dns_search; do answer $key; done | tr '\n' ' ' | sed 's/ $//')"
is "its name" live "$(answer hostname)"
is "who is not armed is asked on the console: disks" None "$(answer zpool_confirm_layout)"
is "and password" None "$(answer root_password)"
is "at each power-on" 200 "$(code_as live "$U/hosts/$DL/answers.json")"
is "a stranger gets none" 403 "$(code_as none "$U/hosts/$DL/answers.json")"
lacks "a new line does not arm the other" answers.json "$(script pool $DP)"
has "nobody looks at its disks" "erased unseen" "$(e2e_pxed arm pool --yes 2>&1)"
MODULE=$(script pool $DP | sed -n 's/^module \(.*\) type=file name=answers.json$/\1/p')
has "armed it has a token: there is a password" /boot/s/ "$MODULE"
lacks "not at the plain name" root_password "$(curl_as pool "$U/hosts/$DP/answers.json")"
curl_as pool -o "$E2E/answers" "$MODULE"
is "the password as it is" 'a"b\c' "$(answer root_password)"
is "the disks, unasked" yes "$(answer zpool_confirm_layout)"
is "there is no ISO to boot from them" none "$(answer bootpool)"
is "the network by DHCP" "dhcp none" "$(answer admin_ip) $(answer headnode_default_gateway)"
is "its delivery uses up the right" installing "$(e2e_state $MP install)"
lacks "the next power-on gets the disk" answers.json "$(script pool $DP)"
e2e_stop
e2e_done "proves: solaris scripted"
