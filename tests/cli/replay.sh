#!/bin/bash
# replay.sh BUILD: `pxed replay` of captures of real firmware: each question, what was answered, and what differs.
PXED=$1/sbin/pxed
DATA=$(cd "$(dirname "$0")/../data/captures" && pwd)
D=$(mktemp -d)
trap 'rm -rf "$D"' EXIT
FAILED=0
ok() { if "${@:2}"; then echo "ok - $1"; else echo "not ok - $1"; FAILED=1; fi; }
mkdir -p "$D/root/tftp" "$D/root/boot"
printf 'a loader' >"$D/root/tftp/own.efi"
cat >"$D/pxed.ini" <<INI
[pxed]
interface = lo
root = $D/root
state = $D/state
hosts = hosts.conf
unknown = ignore
[dhcp]
mode = server
range = 10.88.0.50 - 10.88.0.99
dns = 10.88.0.9
loader-efi-x64 = own.efi
INI
: >"$D/hosts.conf"
replay() { "$PXED" replay -c "$D/pxed.ini" "$@" 2>&1; }
has() { grep -qE -- "$2" <<<"$1"; }

OUT=$(replay "$DATA/proxy-ovmf.pcap")
ok "a message, with its firmware" has "$OUT" '0\.000  DISCOVER 52:54:00:aa:00:21, firmware efi-x64$'
ok "who answered" has "$OUT" '^ +10\.88\.0\.2 answered +pxed would answer$'
ok "a second answer to it" test "$(grep -c '10.88.0.1 answered' <<<"$OUT")" -ge 2
ok "a question on port 4011" has "$OUT" 'REQUEST 52:54:00:aa:00:21, firmware efi-x64, on port 4011$'
ok "what differs is marked" has "$OUT" '^  \* file +snponly\.efi +-$'
ok "what is the same is not" has "$OUT" '^    message +OFFER +OFFER$'
ok "a stranger gets no boot file" has "$OUT" 'no boot file: UNKNOWN_MACHINE'
ok "names asked by TFTP" has "$OUT" 'TFTP asks for snponly\.efi'

echo "52:54:00:aa:00:21, debian-12, name=x" >"$D/hosts.conf"
OUT=$(replay "$DATA/proxy-ovmf.pcap")
ok "a host gets its loader" has "$OUT" '^  \* file +- +own\.efi$'
ok "and its script, when it is iPXE" has "$OUT" 'http://127\.0\.0\.1/boot/home\.php\?mac=52-54-00-aa-00-21'
ok "installed: the same, until it asks for its script" has "$(replay "$DATA/proxy-ovmf.pcap" --as installed)" 'own\.efi'
sed -i 's/^mode = server/mode = proxy/' "$D/pxed.ini"
OUT=$(replay "$DATA/proxy-ovmf.pcap")
ok "as a proxy it leases nothing" has "$OUT" '10\.88\.0\.2 answered +pxed would be silent'
ok "and says on port 4011 what to load" has "$OUT" '^  \* file +snponly\.efi +own\.efi$'
sed -i 's/^mode = proxy/mode = server/' "$D/pxed.ini"
printf '\n[subnet 10.89.0.0/24]\nrelay = 10.89.0.1\nrange = 10.89.0.10 - 10.89.0.20\n' >>"$D/pxed.ini"
ok "through a relay" has "$(replay "$DATA/relayed.pcap")" 'by the relay 10\.'
head -c 3000 "$DATA/proxy-ovmf.pcap" >"$D/cut.pcap"
ok "a file that is cut off: what is whole" has "$(replay "$D/cut.pcap")" 'DISCOVER'
printf '\x0a\x0d\x0d\x0a%0100d' 0 >"$D/ng"
ok "pcapng: with the way out" has "$(replay "$D/ng")" 'tcpdump -r FILE -w'
ok "no capture" has "$(replay "$D/pxed.ini")" 'no pcap file'
ok "exit 1 then" test "$(replay "$D/ng" >/dev/null; echo $?)" = 1
ok "a wrong word" has "$(replay "$DATA/relayed.pcap" --as armd)" "armed"
for pcap in "$DATA"/*.pcap; do
    replay "$pcap" >"$D/out"
    [ $? -le 1 ] || { echo "not ok - ${pcap##*/}"; FAILED=1; }
done
exit $FAILED
