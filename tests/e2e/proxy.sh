#!/bin/bash
# Beside an existing DHCP server (dnsmasq): pxed adds boot data, and never leases an address.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
CAPTURES=$E2E_HERE/../data/captures
e2e_client one $M1
e2e_client dhcpd 02:00:0a:4d:00:02
e2e_address dhcpd 10.77.0.2
e2e_image debian-12
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01
$M2, debian-12, name=db01
HOSTS
printf '[dhcp]\nmode = proxy\n' | e2e_ini
e2e_spawn dnsmasq dhcpd dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root --no-ping \
    --log-dhcp --dhcp-authoritative --dhcp-range=10.77.0.100,10.77.0.150,1h --dhcp-option=6,10.77.0.2 --dhcp-leasefile="$E2E/dnsmasq.leases" --pid-file=
until_true 10 grep -q 'dnsmasq-dhcp' "$E2E/dnsmasq.log"
e2e_start
all() { dhcp_as one "$@" --all --wait 0.7; }
ours() { jq -c "select(.from == \"$E2E_SERVER\")"; }
theirs() { jq -c 'select(.from == "10.77.0.2")'; }

# --- port 67
FOUND=$(all discover --mac $M1 --firmware bios)
is "the other server offers an address" offer "$(theirs <<<"$FOUND" | jq -r .type)"
is "pxed offers none" "offer 0.0.0.0" "$(ours <<<"$FOUND" | jq -r '.type + " " + .yiaddr')"
is "but a loader" "undionly.kpxe PXEClient $E2E_SERVER" "$(ours <<<"$FOUND" | jq -r '.file + " " + .class + " " + .siaddr')"
is "no lease time" null "$(ours <<<"$FOUND" | jq -r .lease)"
FOUND=$(all discover --mac $M1 --firmware bios --loader ipxe | ours)
is "iPXE: the script" "http://$E2E_SERVER/boot/home.php?mac=08-00-27-4d-4d-aa" "$(jq -r .file <<<"$FOUND")"
is "iPXE: option 210" "http://$E2E_SERVER/boot/" "$(jq -r .prefix <<<"$FOUND")"
is "gPXE: option 210" "http://$E2E_SERVER/boot/" "$(all discover --mac $M1 --firmware bios --loader gpxe | ours | jq -r .prefix)"
is "a ROM: none" "" "$(all discover --mac $M1 --firmware bios | ours | jq -r .prefix)"
FOUND=$(all discover --mac $M1 --firmware efi-x64 | ours)
is "UEFI: an offer that sends it to 4011" "0.0.0.0 PXEClient" "$(jq -r '.yiaddr + " " + .class' <<<"$FOUND")"
FOUND=$(all discover --mac $M1 --firmware http-x64 | ours)
is "HTTP boot: a URL" "HTTPClient http://$E2E_SERVER/boot/snponly.efi" "$(jq -r '.class + " " + .file' <<<"$FOUND")"
is "a client that does not boot hears nothing" "" "$(all discover --mac $M1 | ours)"
is "nor does an unknown machine" "" "$(all discover --mac 02:02:02:02:02:02 --firmware bios | ours)"
is "nor one without loader" "" "$(all discover --mac $M1 --firmware efi-riscv64 | ours)"

# --- the address is overheard
LEASE=$(dhcp_as one lease --mac $M1 --firmware bios | jq -r .yiaddr)
ok "the machine takes the other server's address" grep -q '^10\.77\.0\.1[0-5][0-9]$' <<<"$LEASE"
ok "pxed has overheard it" until_true 5 e2e_state_is $M1 ip "$LEASE"
is "leases knows of none" 0 "$(e2e_pxed leases --json | wc -l)"
e2e_address one "$LEASE"

# --- port 4011
BINL=$(dhcp_as one request --mac $M1 --firmware efi-x64 --port 4011 --sport 4011 --ciaddr "$LEASE" --unicast $E2E_SERVER)
is "4011: an ACK with the loader" "ack 0.0.0.0 snponly.efi $E2E_SERVER" "$(jq -r '[.type, .yiaddr, .file, .siaddr] | join(" ")' <<<"$BINL")"
is "iPXE's boot server request with xid 0" "ack 0" "$(dhcp_as one request --mac $M1 --firmware bios --loader ipxe --port 4011 --xid 0 --ciaddr "$LEASE" --unicast $E2E_SERVER | jq -r '[.type, (.xid | tostring)] | join(" ")')"
is "4011 from another net: silence" none "$(dhcp_as one request --mac $M1 --firmware efi-x64 --port 4011 --ciaddr 10.99.0.5 --source 10.99.0.5 --wait 1 | jq -r .type)"
is "4011 of an unknown machine: silence" none "$(dhcp_as one request --mac 02:02:02:02:02:02 --firmware efi-x64 --port 4011 --ciaddr "$LEASE" --unicast $E2E_SERVER --wait 1 | jq -r .type)"
is "a REQUEST to the other server is its business" "" "$(all request --mac $M1 --firmware bios --ip "$LEASE" --server 10.77.0.2 | ours)"
is "INIT-REBOOT, RENEW, INFORM, DECLINE, RELEASE: nothing" "" "$(for verb in request inform decline release; do all $verb --mac $M1 --ip "$LEASE" --ciaddr "$LEASE"; done | ours)"

# --- the whole way
has "its script" "/boot/os/debian-12/linux" "$(curl_as one "$U/home.php?mac=$M1")"
is "its answer file, from the address overheard" 200 "$(code_as one "$U/hosts/08-00-27-4d-4d-aa/preseed.cfg")"
is "spent" installing "$(e2e_state $M1 install)"
all discover --mac $M1 --firmware bios >/dev/null
is "a DISCOVER ends nothing" installing "$(e2e_state $M1 install)"
e2e_in one sleep 0.2
curl_as one "$U/home.php?mac=$M1" >/dev/null
is "the next power-on without a word: unconfirmed" unconfirmed "$(e2e_state $M1 install)"

# --- what firmware and loaders sent once, replayed
replay() { e2e_in one python3 "$CAPTURES/replay.py" run "$CAPTURES/$1" -i eth0 --only dhcp --json --wait 1 "${@:2}"; }
PXED="select(.src != null) | select(.src | startswith(\"$E2E_SERVER:\"))"
for row in "proxy-ipxe-ok.pcap $M1 http://$E2E_SERVER/boot/home.php" "proxy-ovmf.pcap $M1 snponly.efi" "proxy-ovmf-skip4011.pcap $M1 snponly.efi" \
    "ipxe-chain-undionly.pcap $M1 http://$E2E_SERVER/boot/home.php" "ovmf-httpboot.pcap $M1 http://$E2E_SERVER/boot/snponly.efi" "pxelinux.pcap $M2 http://$E2E_SERVER/boot/home.php"; do
    read -r file mac want <<<"$row"
    replay "$file" --mac "$mac" >"$E2E/replay.json" 2>"$E2E/replay.err"
    has "$file: $want" "$want" "$(jq -c "$PXED | .reply" "$E2E/replay.json")"
    is "$file: no address from pxed" "" "$(jq -r "$PXED | .reply.yiaddr // \"0.0.0.0\" | select(. != \"0.0.0.0\")" "$E2E/replay.json")"
done
replay proxy-ovmf.pcap --mac $M1 >"$E2E/replay.json" 2>&1
ok "OVMF on 4011 is answered from 4011" grep -q "\"src\": \"$E2E_SERVER:4011\"" "$E2E/replay.json"
is "no fault of DHCP was counted" 0 "$(e2e_metric DHCP_MALFORMED)"
e2e_kill dnsmasq
e2e_stop && e2e_pass "it ends well"
e2e_done
