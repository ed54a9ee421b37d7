#!/bin/bash
# How firmware is told its boot file: the table of quirks, the next way for a machine that fetches nothing, what its model took.
. "$(dirname "$0")/common.sh"
e2e_begin
e2e_image centos-5.5-i386
M1=52:54:00:4d:4d:01 M2=52:54:00:4d:4d:02 M3=08:00:27:4d:4d:03 M4=52:54:00:4d:4d:04 M5=02:54:00:4d:4d:05
e2e_client one $M1
e2e_client two $M2
e2e_client three $M3
e2e_client five $M5
e2e_address five 10.77.0.65
e2e_address one 10.77.0.61
e2e_address three 10.77.0.63
printf '%s, centos-5.5-i386, name=web0%s\n' $M1 1 $M2 2 $M3 3 $M4 4 $M5 5 >"$E2E/host-os.conf"
T=tftp://$E2E_SERVER
PAUSE=121 # so long after its last step a question is that of another boot
ini() { printf '[dhcp]\n%s\n' "$1" | e2e_ini; }
way() { # NAME MAC [FIRMWARE]: switched on; options 60 and 43 of the offer
    dhcp_as "$1" discover --mac "$2" --firmware "${3:-efi-x64}" | jq -r '.raw["60"] + " " + .raw["43"]'
}
PXE=505845436c69656e74
FILE="$PXE 060108ff" BY_4011="$PXE " MENU="$PXE 06010708078000010a4d0001090780000470786564""0a050070786564ff"
explained() { "$E2E_BIN" explain -c "$E2E/pxed.ini" "$@"; }

# --- the installed table, and the operator's before it
ini "mode = proxy"
has "explain shows the ways" "told as    4011, then file, then menu (quirk uefi)" "$(explained web01 --firmware efi-x64)"
has "of BIOS, too" "told as    file, then 4011, then menu (quirk bios)" "$(explained web01)"
ini $'mode = server\nrange = 10.77.0.50 - 10.77.0.59\ndns = 10.77.0.1'
has "in server mode" "told as    plain, then file, then 4011, then menu (quirk uefi)" "$(explained web01 --firmware efi-x64)"
mkdir "$E2E/dhcp.d"
printf '[quirk mine]\nmac = 08:00:27:*\narch = efi-x64\nways-proxy = menu\n' >"$E2E/dhcp.d/mine.ini"
has "a file of dhcp.d is read, its row is for one mode" "(quirk uefi)" "$(explained web03 --firmware efi-x64)"
printf '[quirk bad]\nways = 4012\nmac = 08:00:27:*\n' >"$E2E/dhcp.d/bad.ini"
has "a bad one is an error in its file" "dhcp.d/bad.ini:1: [quirk bad] ways: expected plain, file, 4011 or menu" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
printf '[quirk bad]\nways = file\n' >"$E2E/dhcp.d/bad.ini"
has "of nobody, too" "it names nobody" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
rm "$E2E/dhcp.d/bad.ini"

# --- in proxy mode: the next way after two boots that fetched nothing
ini "mode = proxy"
e2e_start
is "a menu, by the operator's row" "$MENU" "$(way three $M3)"
is "what firmware chooses in it" "47048000 0000ff snponly.efi" "$(dhcp_as three request --mac $M3 --firmware efi-x64 --port 4011 --ciaddr 10.77.0.63 --unicast $E2E_SERVER --opt 43=470480000000 | jq -r '(.raw["43"][:8]) + " " + .raw["43"][8:] + " " + .file')"
is "BIOS" "$FILE" "$(way two $M4 bios)"
is "UEFI: port 4011" "$BY_4011" "$(way one $M1)"
is "asked again it is the same" "$BY_4011" "$(way one $M1)"
is "on port 4011 there is the file" snponly.efi "$(dhcp_as one request --mac $M1 --firmware efi-x64 --port 4011 --ciaddr 10.77.0.61 --unicast $E2E_SERVER | jq -r .file)"
at_4011() { dhcp_as five request --mac $M5 --firmware efi-x64 --port 4011 --ciaddr 10.77.0.65 --unicast $E2E_SERVER --wait 2 | jq -r .file; }
is "another of these" "$BY_4011" "$(way five $M5)"
is "comes to the port" snponly.efi "$(at_4011)"
curl_as five -o /dev/null "$T/snponly.efi"
sleep $PAUSE
way five $M5 >/dev/null
e2e_in server ip link set p_five down # between its DISCOVER and its question at the port nothing passes any more
no "the port is not reached" test -n "$(at_4011)"
is "nothing fetched: once is forgiven" "$BY_4011" "$(way one $M1)"
why_names offer-ignored web01
curl_as three -o /dev/null "$T/snponly.efi"
sleep $PAUSE
why_names port-4011 web05
is "twice: the next" "$FILE" "$(way one $M1)"
has "its journal says it" 'its boot file is told as `file` now: told as `4011` it was not fetched in 2 boots' "$(e2e_journal web01)"
e2e_mark
curl_as one -o /dev/null "$T/snponly.efi"
ok "it fetches that" until_true 10 logged "tftp-sent .*file=snponly.efi "
e2e_stop
e2e_start
is "remembered" "$FILE" "$(way one $M1)"
is "what a machine took it keeps" "$MENU" "$(way three $M3)"
is "another of its model begins with that" "$FILE" "$(way two $M2)"
has "which its journal says" 'told as `file`: machines of its model take that' "$(e2e_journal web02)"
e2e_done
