#!/bin/bash
# Boot loaders: what is at hand, under which names partners get it, and the next one for a machine that took one in vain.
. "$(dirname "$0")/common.sh"
[ -e /usr/lib/shim/shimx64.efi.signed ] && [ -e /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed ] || { echo "scripts/deps loaders"; exit 77; }
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac X=52:54:00:00:00:99
e2e_client one $M1
e2e_client two $M2
e2e_client three $M3
e2e_client other $X
for n in 1 2 3; do e2e_address "$(cut -d' ' -f$n <<<'one two three')" 10.77.0.6$n; done
e2e_address other 10.77.0.99
e2e_image debian-12
R=$E2E/root
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.61
$M2, debian-12, name=web02, ip=10.77.0.62
$M3, debian-12, name=web03, ip=10.77.0.63
HOSTS
mkdir "$R/tftp/sb"
cp /usr/lib/shim/shimx64.efi.signed "$R/tftp/sb/shimx64.efi"
printf 'loader-path = /usr/lib/ipxe /usr/lib/shim /usr/lib/grub/x86_64-efi-signed /nonexistent /usr/lib/PXELINUX\n[dhcp]\nmode = server\nrange = 10.77.0.70 - 10.77.0.79\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
T=tftp://$E2E_SERVER U=http://$E2E_SERVER/boot
get() { curl_as "${2:-one}" "$T/$1" | sha256sum; }
sum() { sha256sum <"$1"; }
GRUB=/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed

# --- what is at hand
has "the table: iPXE" "iPXE (snponly)" "$(e2e_pxed loaders)"
has "signed GRUB, with the name that shim asks for" "grubx64.efi" "$(e2e_pxed loaders | grep 'signed GRUB and its shim' | grep sb/shimx64.efi)"
has "what is missing, and what brings it" "missing: put arm64/snponly.efi" "$(e2e_pxed loaders | grep efi-arm64)"
is "as objects" "sb/shimx64.efi true Debian" "$(e2e_pxed loaders --json | jq -r 'select(.firmware == "efi-x64" and .secure) | "\(.name) \(.secure) \(.partners[0].signers[0].name)"')"
is "SBAT" "grub 5" "$(e2e_pxed loaders --json | jq -r 'select(.firmware == "efi-x64" and .secure) | .partners[0].sbat[0] | "\(.component) \(.generation)"')"
is "whose keys firmware must hold" "microsoft-uefi-2011 microsoft-uefi-2023" "$(e2e_pxed loaders --json | jq -r 'select(.firmware == "efi-x64" and .secure) | [.first.signers[].key] | join(" ")')"
ok "told at start, for PCs" grep -q 'loader-efi-x64 snponly.efi: /usr/lib/ipxe' "$E2E_LOG"
ok "and for other machines" grep -q 'loader-efi-arm64: none' "$E2E_LOG"

# --- partners' names
is "what shim asks for" "$(sum $GRUB)" "$(get grubx64.efi)"
is "beside a shim in a folder" "$(sum $GRUB)" "$(get sb/grubx64.efi)"
is "with two slashes, as shim writes it by HTTP" "$(sum $GRUB)" "$(curl_as one "$U/sb//grubx64.efi" | sha256sum)"
is "HTTP boot wants its type" application/efi "$(curl_as one -o /dev/null -w '%{content_type}' "$U/grubx64.efi")"
is "the signed helper, not the unsigned one beside it" "$(sum /usr/lib/shim/mmx64.efi.signed)" "$(get mmx64.efi)"
is "the shim that firmware starts" "$(sum /usr/lib/shim/shimx64.efi.signed)" "$(get bootx64.efi)"
is "not below a folder without a loader" 404 "$(code_as one "$U/nowhere/grubx64.efi")"
is "a name of its own as before" "$(sum /usr/lib/ipxe/snponly.efi)" "$(get snponly.efi)"
is "of a folder behind a missing one" "$(sum /usr/lib/PXELINUX/lpxelinux.0)" "$(get lpxelinux.0)"

# --- the ladder: a machine that takes a loader and is not heard of again
told() { dhcp_as "$1" lease --mac "$2" --firmware "${3:-efi-x64}" | jq -r .file; } # NAME MAC [FIRMWARE]: switched on
takes() { # NAME FILE: the whole of it; the server has seen the last ACK
    e2e_mark
    curl_as "$1" -o /dev/null "$T/$2"
    until_true 10 logged "tftp-sent .*file=$2 "
}
loader_of() { e2e_pxed machines --json | jq -r "select(.name == \"$1\") | .$2"; }
is "the first" snponly.efi "$(told one $M1)"
asks_size() { # NAME FILE: as EDK2 does first: tsize, and an ERROR once it is known
    e2e_in "$1" python3 - "$2" $E2E_SERVER <<'PY'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b"\0\1" + sys.argv[1].encode() + b"\0octet\0tsize\0" + b"0\0", (sys.argv[2], 69))
answer, peer = s.recvfrom(2000)
s.sendto(b"\0\5\0\0only the size\0", peer)
sys.exit(answer[:2] != b"\0\6")
PY
}
ok "a firmware asks for its size" asks_size one snponly.efi
is "not taken: nothing is said against it" "snponly.efi 0" "$(told one $M1) $(loader_of web01 loader_silent)"
curl_as other -o /dev/null "$T/snponly.efi"
is "a fetch by another machine counts nothing" "snponly.efi 0" "$(told one $M1) $(loader_of web01 loader_silent)"
takes one snponly.efi
is "silent once" "snponly.efi 1" "$(told one $M1) $(loader_of web01 loader_silent)"
has "said in why" LOADER_SILENT "$(e2e_pxed why web01)"
has "and what to do" "Secure Boot refuses the loader" "$(e2e_pxed why web01)"
takes one snponly.efi
is "silent twice: the next" sb/shimx64.efi "$(told one $M1)"
has "told in why" "sb/shimx64.efi now: snponly.efi was taken in 2 boots without a word after it" "$(e2e_pxed why web01)"
is "4011 says the same" sb/shimx64.efi "$(dhcp_as one request --mac $M1 --firmware efi-x64 --port 4011 --ciaddr 10.77.0.61 --unicast $E2E_SERVER | jq -r .file)"
takes one sb/shimx64.efi
takes one sb/grubx64.efi # shim's own request: the machine has not said a word yet
is "shim alone is no word" "sb/shimx64.efi 1" "$(told one $M1) $(loader_of web01 loader_silent)"
takes one sb/shimx64.efi
takes one sb/grubx64.efi
curl_as one -o /dev/null "$T/grub/x86_64-efi/command.lst" # asked in vain, but GRUB runs
is "a word of GRUB" "true 0" "$(loader_of web01 loader_good) $(loader_of web01 loader_silent)"
is "it stays" sb/shimx64.efi "$(told one $M1)"
has "why says with what it boots" "loader: sb/shimx64.efi, it boots with that" "$(e2e_pxed why web01)"
is "another of its model begins with that" sb/shimx64.efi "$(told two $M2)"
has "which its journal tells" "sb/shimx64.efi first: machines of its model boot with it" "$(e2e_pxed log web02)"
is "another firmware has a ladder of its own" undionly.kpxe "$(told three $M3 bios)"
takes three undionly.kpxe
dhcp_as three discover --mac $M3 --firmware bios --loader ipxe >/dev/null # iPXE's own question
is "iPXE is heard by DHCP" "true 0" "$(loader_of web03 loader_good) $(loader_of web03 loader_silent)"

# --- it outlives the daemon; what the line says comes before it
takes one sb/shimx64.efi
until_true 10 e2e_pxed machines >/dev/null
e2e_stop && e2e_pass "it ends well"
sed -i "s/^$M2.*/&, loader=own.efi/" "$E2E/host-os.conf"
e2e_start
is "remembered, and the boot before it counted" "sb/shimx64.efi 1" "$(told one $M1) $(loader_of web01 loader_silent)"
is "loader= of a line" own.efi "$(told two $M2)"
is "has no ladder" "" "$(loader_of web02 loader)"
e2e_stop

# --- a list of the operator's
printf 'loader-path = /usr/lib/ipxe\nidle = local\n[dhcp]\nmode = server\nrange = 10.77.0.70 - 10.77.0.79\nloader-efi-x64 = one.efi, two.efi\n' | e2e_ini
for name in one two; do head -c 3000 /dev/urandom >"$R/tftp/$name.efi"; done
sed -i "s/, loader=own.efi//" "$E2E/host-os.conf"
e2e_start
is "the first of the list" one.efi "$(told one $M1)"
for i in 1 2; do takes one one.efi; LAST=$(told one $M1); done
is "then the second" two.efi "$LAST"
for i in 1 2; do takes one two.efi; LAST=$(told one $M1); done
is "and the first again" one.efi "$LAST"
is "HTTP boot: the same ladder" "http://$E2E_SERVER/boot/one.efi" "$(told one $M1 http-x64)"
curl_as one -o /dev/null "$U/one.efi"
is "a word by HTTP counts alike" "one.efi 1" "$(told one $M1) $(loader_of web01 loader_silent)"

# --- one URL for every machine, typed into a BMC
is "boot.efi is the machine's own loader" "$(sum "$R/tftp/one.efi")" "$(curl_as one "$U/boot.efi" | sha256sum)"
has "with a type that firmware takes" 'application/efi' "$(curl_as one -I "$U/boot.efi")"
is "not a stranger's" 404 "$(curl_as other -o /dev/null -w '%{http_code}' "$U/boot.efi")"
sed -i "s/^$M1.*/&, loader=two.efi/" "$E2E/host-os.conf"
kill -HUP "$(e2e_pid)"
until_true 10 grep -q ' core reloaded ' "$E2E_LOG"
is "loader= of its line" "$(sum "$R/tftp/two.efi")" "$(curl_as one "$U/boot.efi" | sha256sum)"
URL=$(e2e_pxed arm --yes --url web01 | sed -n 's/^web01: //p')
ok "arm --url: one with its token" grep -qE '^http://[^/]+/boot/s/[0-9a-f]{32}/boot\.efi$' <<<"$URL"
is "good from another address" "$(sum "$R/tftp/two.efi")" "$(curl_as other "$URL" | sha256sum)"
is "its configuration beside it, too" "set timeout=0" "$(curl_as other "${URL%boot.efi}grub.cfg" | head -n 1)"
lacks "the token is in no journal" "$(cut -d/ -f6 <<<"$URL")" "$(e2e_pxed log web01; cat "$E2E_LOG")"
e2e_pxed disarm web01 >/dev/null
sed -i "s/, loader=two.efi//" "$E2E/host-os.conf"
is "dead when the arming is" 403 "$(curl_as other -o /dev/null -w '%{http_code}' "$URL")"
e2e_stop

# --- a kernel that firmware starts itself says nothing more, and is none the worse for it
python3 - "$R/tftp/uki.efi" <<'PY'
import struct, sys
head = b"MZ" + bytes(58) + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x22)
optional = bytearray(240)
struct.pack_into("<H", optional, 0, 0x20b)
struct.pack_into("<H", optional, 68, 10)
section = b".linux\0\0" + struct.pack("<IIII", 64, 0x1000, 64, 0x40 + 24 + 240 + 40) + bytes(16)
open(sys.argv[1], "wb").write(head + bytes(optional) + section + bytes(64))
PY
sed -i 's/^loader-efi-x64 = .*/loader-efi-x64 = uki.efi, two.efi/' "$E2E/pxed.ini"
sed -i 's/, loader=[^,]*//' "$E2E/host-os.conf"
e2e_start
is "a UKI is known" UKI "$(e2e_pxed loaders --json | jq -r 'select(.name == "uki.efi") | .loader')"
told one $M1 >/dev/null
for i in 1 2 3; do takes one uki.efi; LAST=$(told one $M1); done
is "it stays" "uki.efi 0" "$LAST $(loader_of web01 loader_silent)"
e2e_stop

# --- check: for the machines that the hosts need
echo "52:54:00:00:00:77, debian-12-arm64, name=arm01" >>"$E2E/host-os.conf"
has "a host of another processor, and no loader for it" "here: no boot loader for efi-arm64 machines is at hand (LOADER_NONE): put arm64/snponly.efi" "$(e2e_pxed check)"
sed -i 's/^loader-efi-x64 = .*/loader-efi-x64 = auto/' "$E2E/pxed.ini"
has "none that Secure Boot starts" "here: no boot loader for efi-x64 starts where Secure Boot is on: install the packages shim-signed" "$(e2e_pxed check)"
e2e_done
