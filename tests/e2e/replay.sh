#!/bin/bash
# Every client request that was ever captured, sent again: each gets a sane answer, and no packet is called malformed.
. "$(dirname "$0")/common.sh"
e2e_begin
CAPTURES=$E2E_HERE/../data/captures
R=$E2E/root
e2e_client one 02:00:0a:4d:00:09
e2e_image debian-12
# what the captured machines were called; 52:54:00:cc are operating systems
for n in $(seq 0 255); do printf '52:54:00:aa:00:%02x, debian-12, name=aa%d\n' "$n" "$n"; done >"$E2E/host-os.conf"
printf 'arm-limit = 0\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.250\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
e2e_address one 10.77.0.9
# the files of the captures, by whatever name they were asked for
for file in "$CAPTURES"/*.pcap; do
    python3 "$CAPTURES/replay.py" list "$file"
done >"$E2E/list"
grep -o 'RRQ [^ ]*' "$E2E/list" | cut -d' ' -f2 | sort -u | while read -r name; do
    case $name in *..* | *[!-A-Za-z0-9._/]* | */ | *grub.cfg* | *pxelinux.cfg* | *nothing* | *missing*) continue ;; esac
    [ "$(curl_as one -o /dev/null -w '' "tftp://$E2E_SERVER/${name#/}"; echo $?)" = 0 ] && continue
    mkdir -p "$R/tftp/$(dirname "$name")" && head -c 20000 /dev/urandom >"$R/tftp/$name"
done

for file in "$CAPTURES"/*.pcap; do
    name=$(basename "$file")
    only=dhcp
    case $name in tftp-*) only=tftp ;; esac
    args=(-i eth0 --only "$only" --json --wait 0.6 --grace 0.05 --addr 10.77.0.9 -s "$E2E_SERVER")
    case $name in
    relayed*) args+=(--giaddr 10.77.0.9) ;;
    esac
    e2e_in one timeout 100 python3 "$CAPTURES/replay.py" run "$file" "${args[@]}" >"$E2E/out.json" 2>"$E2E/out.err"
    ok "$name: replayed ($(wc -l <"$E2E/out.json"))" test ! -s "$E2E/out.err"
    if [ $only = tftp ]; then
        is "$name: every request is answered" "" "$(jq -r 'select(.reply == null) | .request' "$E2E/out.json")"
        continue
    fi
    # a DISCOVER is answered with an address and, if it asked to boot, with something to boot
    is "$name: every DISCOVER has its OFFER" "" "$(jq -r 'select(.request == "DISCOVER" and (.reply == null or .reply.type != "OFFER" or .reply.yiaddr == "0.0.0.0")) | tostring' "$E2E/out.json" | head -n 2)"
    is "$name: a boot client gets a file" "" "$(jq -r 'select(.request == "DISCOVER" and (.reply.options["60"] != null or .reply.options["175"] != null) and (.reply.file // "") == "" and .reply.options["67"] == null) | tostring' "$E2E/out.json" | head -n 2)"
    ok "$name: there was one" jq -es 'any(.request == "DISCOVER" and .reply.type == "OFFER")' "$E2E/out.json"
    is "$name: nothing but OFFER, ACK, NAK" "" "$(jq -r 'select(.reply != null) | .reply.type' "$E2E/out.json" | grep -vE '^(OFFER|ACK|NAK)$')"
    is "$name: from the server" "" "$(jq -r 'select(.src != null) | .src' "$E2E/out.json" | grep -vE "^$E2E_SERVER:(67|4011)$")"
done
is "no packet of a real client is malformed" 0 "$(e2e_metric DHCP_MALFORMED)"
is "nor of TFTP" 0 "$(e2e_metric TFTP_MALFORMED)"
ok "writing was refused" e2e_counted TFTP_WRITE
ok "machines that asked to boot are known" test "$(e2e_pxed machines --json | jq -r 'select(.stage != "" and .stage != null) | .mac' | wc -l)" -ge 5
is "captured requests spend nothing" 0 "$(e2e_pxed machines --json | jq -r .install | grep -cvE '^(armed|)$')"
ok "it lives" e2e_alive pxed
e2e_stop && e2e_pass "it ends well"
e2e_done
