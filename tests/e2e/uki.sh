#!/bin/bash
# HTTP boot straight into a UKI: no loader in between; delivered, spent and recorded as any kernel.
. "$(dirname "$0")/common.sh"
e2e_begin
ML=08:00:27:4d:4d:aa MI=08:00:27:4d:4d:bb MA=08:00:27:4d:4d:cc X=52:54:00:00:00:99
for row in "live $ML 10.77.0.60" "inst $MI 10.77.0.61" "args $MA 10.77.0.62" "other $X 10.77.0.99"; do
    read -r name mac ip <<<"$row"
    e2e_client "$name" "$mac"
    e2e_address "$name" "$ip"
done
OS=$E2E/root/boot/os
mkdir -p "$OS/rescue-11" "$OS/setup-1" "$OS/words-1"
python3 - "$OS" <<'PY'
import struct, sys
head = b"MZ" + bytes(58) + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x22)
optional = bytearray(240)
struct.pack_into("<H", optional, 0, 0x20b)
struct.pack_into("<H", optional, 68, 10)
section = b".linux\0\0" + struct.pack("<IIII", 64, 0x1000, 64, 0x40 + 24 + 240 + 40) + bytes(16)
for name in "rescue-11", "setup-1", "words-1":
    open("%s/%s/uki.efi" % (sys.argv[1], name), "wb").write(head + bytes(optional) + section + bytes(100000))
PY
cat >"$E2E/host-os.conf" <<HOSTS
$ML, rescue-11, name=live, ip=10.77.0.60
$MI, setup-1, name=inst, ip=10.77.0.61, disk=/dev/sda
$MA, words-1, name=words, ip=10.77.0.62
HOSTS
e2e_ini <<'INI'
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
[os rescue-11]
efi = uki.efi
live = yes
[os setup-1]
efi = uki.efi
[os words-1]
efi = uki.efi
args = for={{host.name}}
live = yes
INI
e2e_start
told() { dhcp_as "$1" lease --mac "$2" --firmware "${3:-http-x64}" | jq -r .file; } # NAME MAC [FIRMWARE]: switched on
is "a live system, by HTTP boot: the UKI itself" "$U/os/rescue-11/uki.efi" "$(told live $ML)"
is "the same each time" "$U/os/rescue-11/uki.efi" "$(told live $ML)"
is "by PXE a loader" snponly.efi "$(told live $ML efi-x64)"
is "an ARM machine does not get it" "" "$(told live $ML http-arm64 | grep uki)"
is "arguments need a loader" "$U/snponly.efi" "$(told args $MA)"
has "explain says the same" "$U/os/rescue-11/uki.efi" "$(e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" live --firmware http-x64 --loader ipxe)"
told live $ML >/dev/null
has "as firmware asks: its type" application/efi "$(curl_as live -I "$U/os/rescue-11/uki.efi")"
is "and the whole of it" "$(sha256sum <"$OS/rescue-11/uki.efi")" "$(curl_as live "$U/os/rescue-11/uki.efi" | sha256sum)"
has "it is the kernel of this boot" "rescue-11/uki.efi" "$(e2e_journal live | grep '^kernel')"

# --- an installer: once
is "not armed: not the UKI" "" "$(told inst $MI | grep uki)"
e2e_pxed arm inst --yes >/dev/null
is "armed: straight" "$U/os/setup-1/uki.efi" "$(told inst $MI)"
curl_as other -o /dev/null "$U/os/setup-1/uki.efi"
curl_as inst -I -o /dev/null "$U/os/setup-1/uki.efi"
is "another's fetch, and a question for its size, use up nothing" armed "$(e2e_state $MI install)"
curl_as inst -o /dev/null "$U/os/setup-1/uki.efi"
is "its last byte does" installing "$(e2e_state $MI install)"
is "and then it is sent to its disk" "$U/snponly.efi" "$(told inst $MI)"
URL=$(e2e_pxed arm inst --yes --url | sed -n 's/^inst: //p')
ok "the URL for a BMC has its token" grep -qE '/boot/s/[0-9a-f]{32}/boot\.efi$' <<<"$URL"
is "and is the UKI, from any address" "$(sha256sum <"$OS/setup-1/uki.efi")" "$(curl_as other "$URL" | sha256sum)"
is "which uses up the arming" installing "$(e2e_state $MI install)"
e2e_stop && e2e_pass "it ends well"
e2e_done
