#!/bin/bash
# Boards: a Raspberry Pi's firmware and U-Boot, as they ask, with real TFTP clients. No board has booted from pxed yet.
. "$(dirname "$0")/common.sh"
for tool in tftp atftp; do command -v $tool >/dev/null || { echo "skipped: $tool is missing (scripts/deps test)"; exit 77; }; done
e2e_begin
PI3=b8:27:eb:11:22:33 PI4=dc:a6:32:11:22:33 UBOOT=02:00:0a:4d:00:50
SERIAL=9a11b2c3
e2e_client pi3 $PI3
e2e_client pi4 $PI4
e2e_client uboot $UBOOT
e2e_address pi3 10.77.0.60
e2e_address pi4 10.77.0.61
e2e_address uboot 10.77.0.62
TREE=$E2E/root/tftp
mkdir -p "$TREE/$SERIAL/overlays" "$TREE/pxelinux.cfg" "$E2E/root/boot/os/pi"
for file in bootcode.bin start.elf start4.elf kernel8.img $SERIAL/start4.elf $SERIAL/config.txt $SERIAL/overlays/a.dtbo; do
    { echo $file; head -c 50000 /dev/urandom; } >"$TREE/$file"
done
echo 'default ours' >"$TREE/pxelinux.cfg/default-arm-bcm283x-rpi"
echo kernel >"$E2E/root/boot/os/pi/kernel8.img"
e2e_image debian-12-arm64
cat >"$E2E/host-os.conf" <<HOSTS
$PI3, pi, name=pi3, ip=10.77.0.60
$PI4, pi, name=pi4, ip=10.77.0.61
$UBOOT, debian-12-arm64, name=uboot, ip=10.77.0.62
HOSTS
printf '[dhcp]\nmode = server\nrange = 10.77.0.90 - 10.77.0.99\ndns = 10.77.0.1\n[os pi]\nkernel = kernel8.img\nlive = yes\n' | e2e_ini
e2e_start
offer() { dhcp_as "$1" lease --mac "$2" --broadcast "${@:3}"; } # CLIENT MAC ARGUMENTS
hex() { printf '%s' "$1" | od -An -tx1 | tr -d ' \n'; }
MARK=0914000011$(hex "Raspberry Pi Boot")0a0400$(hex PXE)

# --- Raspberry Pi: the ROM of a 3, the EEPROM of a 4 and 5
GOT=$(offer pi3 $PI3 --firmware bios)
has "the text that its ROM looks for" "$MARK" "$(jq -r '.raw["43"]' <<<"$GOT")"
is "and an offer of a boot server" "PXEClient 10.77.0.1 bootcode.bin" "$(jq -r '[.class, .siaddr, .file] | join(" ")' <<<"$GOT")"
GOT=$(offer pi4 $PI4 --opt 60="$(hex PXEClient:Arch:00041:UNDI:002001)" --opt 93=0029 --opt 97="00$(hex RPi4)000000009a11b2c3aabbccdd")
has "an EEPROM gets it, too" "$MARK" "$(jq -r '.raw["43"]' <<<"$GOT")"
fetch() { # CLIENT NAME: tftp-hpa, as the 4's EEPROM with blocks of 1024 bytes by atftp, and curl
    rm -f "$E2E"/got.?
    e2e_in "$1" timeout 20 tftp -m octet $E2E_SERVER -c get "$2" "$E2E/got.a" >"$E2E/said" 2>&1
    e2e_in "$1" timeout 20 atftp --option "blksize 1024" --option "tsize 0" -g -r "$2" -l "$E2E/got.b" $E2E_SERVER >/dev/null 2>&1
    curl_as "$1" -o "$E2E/got.c" "tftp://$E2E_SERVER/$2"
    cat "$E2E/said"
    for c in a b c; do cmp -s "$TREE/$2" "$E2E/got.$c" && printf same; done
}
is "its own tree" samesamesame "$(fetch pi4 $SERIAL/start4.elf)"
is "with folders" samesamesame "$(fetch pi4 $SERIAL/overlays/a.dtbo)"
FROM=$(date +%s%N)
has "of another serial number: there is none" "Error code 1" "$(fetch pi3 0badcafe/start.elf)"
ok "which is said at once" test $(($(date +%s%N) - FROM)) -lt 2000000000
is "so it takes the root's" samesamesame "$(fetch pi3 start.elf)"
is "and what it is told" samesamesame "$(fetch pi3 bootcode.bin)"
has "which its journal has" "loader OK start.elf" "$(e2e_journal pi3)"

# --- U-Boot: `pxe get` asks for its MAC, its address in parts, its kind of board
GOT=$(offer uboot $UBOOT --opt 60="$(hex U-Boot.armv8)" --opt 93=0016)
is "U-Boot is told nothing, and that is no fault" " " "$(jq -r '[.file, .class] | join(" ")' <<<"$GOT")$(cause_of uboot)"
as_file() { e2e_in uboot timeout 20 tftp -m octet $E2E_SERVER -c get "$1" "$E2E/got.a" >"$E2E/said" 2>&1; cat "$E2E/said"; }
for name in 0A4D003E 0A4D003 0 default-arm-bcm283x default-arm default; do
    has "pxelinux.cfg/$name: not there" "Error code 1" "$(as_file pxelinux.cfg/$name)"
done
as_file pxelinux.cfg/default-arm-bcm283x-rpi
is "the operator's own for a kind of board" "default ours" "$(cat "$E2E/got.a")"
for folder in "" u-boot/ boot/u-boot/; do
    as_file ${folder}pxelinux.cfg/01-02-00-0a-4d-00-50
    has "its MAC below '$folder'" "http://10.77.0.1/boot/os/debian-12-arm64/linux" "$(cat "$E2E/got.a")"
done
curl_as uboot -o "$E2E/got.a" "tftp://$E2E_SERVER/http://10.77.0.1/boot/os/debian-12-arm64/linux"
is "its kernel, by the name that it was told" "kernel of debian-12-arm64" "$(cat "$E2E/got.a")"
is "no cause of what ends well" "" "$(for h in pi3 pi4 uboot; do cause_of $h; done)"
e2e_stop && e2e_pass "it ends well"
e2e_done
