#!/bin/bash
# A WinPE that stops: its startnet.cmd and its helper program are the server's, run by wine in the machine's namespace.
. "$(dirname "$0")/../e2e/common.sh"
for tool in wimlib-imagex wine wineserver; do command -v $tool >/dev/null || { echo "skipped: $tool is missing (scripts/deps test)"; exit 77; }; done
[ -e "$1/share/pxed/os-windows/pxed-amd64.exe" ] || { echo "skipped: no pxed-amd64.exe (build without clang's or mingw's cross compiler)"; exit 77; }
e2e_begin
M=08:00:27:b2:40:3f D=08-00-27-b2-40-3f
e2e_client web $M
e2e_address web 10.77.0.60
OS=$E2E/root/boot/os/windows-2022-x64 SHARE=$E2E/windows-media
mkdir -p "$OS" "$SHARE" "$E2E/tree/Windows/System32"
wim() { wimlib-imagex capture "$E2E/tree" "$OS/$1" "$2" --compress=none "${@:3}" >/dev/null 2>&1 || e2e_die wimlib-imagex; } # FILE NAME
wim boot.wim "Windows PE" --boot
wim install.wim Server
head -c 3000 /dev/urandom >"$E2E/root/boot/os/wimboot"
line() { echo "$M, windows-2022-x64, name=web01, ip=10.77.0.60$1" >"$E2E/host-os.conf"; }
line ""
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\n[os-windows]\nshare = %s\n' "$SHARE" | e2e_ini
e2e_start
reload() {
    e2e_mark
    kill -HUP "$(e2e_pid)"
    until_true 10 logged reloaded
}
asks() { curl_as web -A iPXE/1.21 "$U/home.php?mac=$D"; }
line ", edition=Datacenter"
reload
dhcp_as web lease --mac $M --firmware bios >/dev/null
has "an edition that the image has not: its disk" HOST_BROKEN "$(asks)"
why_names edition-missing web01
has "which it has" "the WIM holds no such image: 1: Server" "$(e2e_pxed why web01)"
line ""
reload
dhcp_as web lease --mac $M --firmware bios >/dev/null
asks >"$E2E/script"
lacks "without it: its installer" "boots its disk" "$(cat "$E2E/script")"
PE=$E2E/wine/drive_c/windows/system32
winpe() { # COMMAND: in the machine; what is missing of WinPE's own tools says so and changes nothing
    e2e_in web env HOME="$E2E" WINEPREFIX="$E2E/wine" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=;mshtml=" PXED_WAIT=8 DISPLAY= timeout 120 wine cmd /c "$1"
}
winpe 'echo ready' >"$E2E/winpe.log" 2>&1
grep -q ready "$E2E/winpe.log" || e2e_die "wine does not start: $(tail -3 "$E2E/winpe.log")"
for name in startnet.cmd pxed-amd64.exe; do # as wimboot puts them there
    url=$(sed -n "s/.*initrd .*\(http[^ ]*\/$name\).*/\1/p" "$E2E/script" | head -n 1)
    is "its script names $name" 200 "$(code_as web "${url:-$U/none}")"
    curl_as web -o "$PE/$name" "$url"
done
# The card has no driver when startnet.cmd asks for its account; then somebody loads one at the prompt, or it comes late.
e2e_in web ip link set eth0 down
winpe 'C:\windows\system32\startnet.cmd' >"$E2E/winpe.log" 2>&1 &
ok "it stops" until_true 60 grep -aq 'stopped: NET_FAILED' "$E2E/winpe.log"
e2e_in web ip link set eth0 up
e2e_address web 10.77.0.60
wait $!
why_names winpe-driver web01 10
has "and what is asked" "is a driver for the network card in the WinPE?" "$(e2e_pxed why web01)"
e2e_in web env WINEPREFIX="$E2E/wine" wineserver -k 2>/dev/null
e2e_stop && e2e_pass "it ends well"
e2e_done
