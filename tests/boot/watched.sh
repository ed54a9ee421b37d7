#!/bin/bash
# A boot and an installation watched in a browser: the console's page follows by itself until the machine is installed. Screenshots:
# BUILD/screenshots.
. "$(dirname "$0")/common.sh"
PYTHON=/usr/bin/python3 # Debian's: its packages are not those of another
if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null || ! $PYTHON -c 'import selenium' 2>/dev/null; then
    echo "# skipped: it needs the packages chromium, chromium-driver and python3-selenium"
    exit 77
fi
lab_begin watched
lab_net
lab_config
sed -i 's/^\[dhcp\]/plugins = store-sqlite api console dhcp tftp http os-linux\n&/' "$LAB/pxed.ini"
printf '[console]\nlisten = 127.0.0.1:8080\n' >>"$LAB/pxed.ini"
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"
TOKEN=$(lab_ctl token add viewer --scope read 2>/dev/null)
mkdir -p "$LAB_BUILD/screenshots"
lab_disk "$LAB/disk.img" 3G
lab_spawn page env HOME="$LAB" $PYTHON "$(dirname "$0")/watched.py" http://127.0.0.1:8080 "$TOKEN" "$LAB_BUILD/screenshots" "$((STAGE * 2))"
expect "the page is open" lab_wait 60 grep -q '^ok - page: it waits' "$LAB/page.log"
lab_machine
expect "the machine is installed" until_stage installed
ended() { ! lab_alive page; }
expect "the page has seen it" lab_wait 60 ended
cat "$LAB/page.log"
grep -q '^page: 0 failed' "$LAB/page.log" || fail "the page"
ok "all of it, live"
no_cause
echo "$CHECKS passed, 0 failed"
