#!/bin/bash
# The console's page in a browser, with 10,000 machines. Screenshots: BUILD/screenshots.
. "$(dirname "$0")/common.sh"
PYTHON=/usr/bin/python3 # Debian's: its packages are not those of another
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null || ! $PYTHON -c 'import selenium' 2>/dev/null; then
    echo "skipped: it needs the packages chromium, chromium-driver and python3-selenium"
    exit 77
fi
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client m1 $M1
e2e_address m1 10.77.0.61
e2e_client m3 $M2
e2e_address m3 10.77.0.62
e2e_client m2 08:00:27:00:00:99
e2e_image debian-12
{
    printf '%s\n' "$M1, debian-12, name=web01, ip=10.77.0.61, disk=/dev/vda" "$M2, debian-12, name=db01, ip=10.77.0.62"
    for i in $(seq 0 9997); do printf '08:00:28:00:%02x:%02x, debian-12, name=rack-%05d\n' $((i / 256)) $((i % 256)) "$i"; done
} >"$E2E/host-os.conf"
e2e_ini <<INI
arm = command
plugins = store-sqlite api console dhcp tftp http os-linux
[dhcp]
mode = server
range = 10.77.0.100 - 10.77.0.199
dns = 10.77.0.1
[console]
listen = 127.0.0.1:8080
INI
e2e_start
TOKEN=$(e2e_pxed token add boss --scope read,operate,arm 2>/dev/null)
e2e_pxed arm --yes web01 >/dev/null
dhcp_as m1 lease --mac $M1 --firmware bios >/dev/null
dhcp_as m2 lease --mac 08:00:27:00:00:99 --firmware bios >/dev/null
# db01 was armed, asked for its script, and its installer gave up with two lines.
e2e_pxed arm --yes db01 >/dev/null
dhcp_as m3 lease --mac $M2 --firmware bios >/dev/null
curl_as m3 -A iPXE "$U/home.php?mac=${M2//:/-}" >/dev/null
curl_as m3 --data-binary $'the installer says one thing\nand another' "$U/event?mac=${M2//:/-}&stage=failed&reason=TRIED" >/dev/null
# rack-00000 took the offer of another server, a cause that no reason of its own tells.
dhcp_as m2 discover --mac 08:00:28:00:00:00 --firmware bios >/dev/null
dhcp_as m2 request --mac 08:00:28:00:00:00 --firmware bios --server 10.77.0.77 --ip 10.77.0.190 --wait 1 >/dev/null
AXE=$E2E_HERE/../../build/npm/node_modules/axe-core/axe.min.js
[ -e "$AXE" ] || { echo "# axe-core is not here: scripts/test --all fetches it by npm; its rules are not checked" && AXE=; }
mkdir -p "$E2E_BUILD/screenshots"
e2e_spawn page server env HOME="$E2E" AXE="$AXE" $PYTHON "$E2E_HERE/page.py" http://127.0.0.1:8080 "$TOKEN" "$E2E_BUILD/screenshots" "$E2E/away"
# It asks for a server that goes away, and comes back.
until_true 100 eval '[ -e "$E2E/away" ] || ! e2e_alive page'
e2e_stop
until_true 20 eval '[ ! -e "$E2E/away" ] || ! e2e_alive page'
e2e_start
until_true 60 eval '! e2e_alive page'
wait "${E2E_PIDS[page]}"
is "the page in a browser" 0 $?
unset "E2E_PIDS[page]"
cat "$E2E/page.log"
e2e_stop
e2e_done
