#!/bin/bash
# A WinPE that stops. What it reports is what plugins/os-windows/tests/batch-start.sh sees its batch files report, under wine.
. "$(dirname "$0")/../e2e/common.sh"
command -v wimlib-imagex >/dev/null || { echo "skipped: wimlib-imagex is missing (scripts/deps test)"; exit 77; }
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
lacks "without it: its installer" "boots its disk" "$(asks)"
is "no account: no driver, as its batch file says" ok "$(curl_as web "$U/event?mac=$D&stage=failed&reason=NET_FAILED")"
why_names winpe-driver web01
has "and what is asked" "is a driver for the network card in the WinPE?" "$(e2e_pxed why web01)"
e2e_stop && e2e_pass "it ends well"
e2e_done
