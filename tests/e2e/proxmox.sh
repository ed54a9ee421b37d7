#!/bin/bash
# Proxmox VE: its installer asks one name for all machines with a POST of what it is; who gets the answer file, and what uses up the right.
. "$(dirname "$0")/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa D=08-00-27-4d-4d-aa MS=08:00:27:4d:4d:bb
for row in "fmpve $M 10.77.0.60" "fmsec $MS 10.77.0.61" "fmnone 08:00:27:4d:4d:ee 10.77.0.64"; do
    read -r name mac ip <<<"$row"
    e2e_client "$name" "$mac"
    e2e_address "$name" "$ip"
done
OS=$E2E/root/boot/os/proxmox-ve-8.4-1
mkdir -p "$OS" "$E2E/tree/boot"
for file in boot/linux26 boot/initrd.img; do head -c 3000 /dev/urandom >"$E2E/tree/$file"; done
printf 'mode = "http"\n' >"$E2E/tree/auto-installer-mode.toml"
genisoimage -quiet -R -o "$OS/pve.iso" "$E2E/tree"
# shellcheck disable=SC2016
printf '%s\n' '[global]' 'root-password-hashed = "$6$x$y"' '# {{host.name}}' >"$E2E/own.toml"
cat >"$E2E/host-os.conf" <<HOSTS
$M, proxmox-ve-8.4-1, name=pve1, domain=lab.test, disk=/dev/sda, root-password-hash=\$6\$a\$b, ssh-key=ssh-ed25519 AAAA ops
$MS, proxmox-ve-8.4-1, name=pve2, disk=/dev/sda, answer=own.toml
HOSTS
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
ASK=${U%/boot}/proxmox-answer
asks() { # NAME: as proxmox-fetch-answer does
    curl_as "$1" -H 'Content-Type: application/json; charset=utf-8' -H 'Accept: application/json, application/toml;q=0.5' -D "$E2E/head" -o "$E2E/body" \
        -w '%{http_code}' --data '{"$schema":{"version":"1.0"},"product":{"product":"pve"},"network_interfaces":[{"link":"eth0","mac":"08:00:27:4d:4d:aa"}]}' "$ASK"
}
has "a new line does not arm: there is no guard" "ANSWER_UNGUARDED" "$(e2e_pxed why pve1)"
is "nobody is answered" 404 "$(asks fmpve)"
ok "pxed arm does" e2e_pxed arm --yes pve1 pve2
SCRIPT=$(curl_as fmpve -A "iPXE/1.21" "$U/home.php?mac=$M")
has "the kernel comes from inside the ISO" "kernel $U/os/proxmox-ve-8.4-1/boot/linux26 " "$SCRIPT"
has "and finds the whole of it" "initrd $U/os/proxmox-ve-8.4-1/pve.iso proxmox.iso" "$SCRIPT"
curl_as fmpve -o "$E2E/got.iso" "$U/os/proxmox-ve-8.4-1/pve.iso"
ok "which is delivered" cmp -s "$E2E/got.iso" "$OS/pve.iso"
is "that used up nothing" armed "$(e2e_state $M install)"
is "a stranger finds nothing" 404 "$(asks fmnone)"
is "the server itself neither" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$ASK")"
is "the machine is answered" 200 "$(asks fmpve)"
has "in TOML" "application/toml" "$(tr -d '\r' <"$E2E/head")"
is "which parses" pve1.lab.test "$(python3 -c 'import sys, tomllib; print(tomllib.load(open(sys.argv[1], "rb"))["global"]["fqdn"])' "$E2E/body")"
is "and uses up the right" installing "$(e2e_state $M install)"
URL=$(python3 -c 'import sys, tomllib; print(tomllib.load(open(sys.argv[1], "rb"))["first-boot"]["url"])' "$E2E/body")
is "its first boot's script can be fetched" 200 "$(curl_as fmpve -o "$E2E/first-boot" -w '%{http_code}' "$URL")"
lacks "the next power-on gets the disk" linux26 "$(curl_as fmpve -A "iPXE/1.21" "$U/home.php?mac=$M")"
mkdir "$E2E/target"
ok "the installed system starts" e2e_in fmpve env PXED_TARGET="$E2E/target" PXED_TMP="$E2E/target" sh "$E2E/first-boot"
is "and says so" installed "$(e2e_state $M install)"
is "then nobody is answered" 404 "$(asks fmpve)"
is "an operator's own file, which may hold a password" 200 "$(asks fmsec)"
has "is delivered as it is" "# pve2" "$(cat "$E2E/body")"
is "and uses up the right, too" installing "$(e2e_state $MS install)"
e2e_stop
e2e_done "proves: proxmox scripted"
