#!/bin/bash
# Secure Boot: who signed an image's kernel, the image's own shim and GRUB for a machine that needs them, and what cannot work.
. "$(dirname "$0")/common.sh"
KERNEL=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux
for file in /usr/lib/shim/shimx64.efi.signed /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed $KERNEL /usr/bin/sbsign /usr/bin/xorriso; do
    [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps test)"; exit 77; }
done
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client one $M1
e2e_client two $M2
e2e_address one 10.77.0.61
e2e_address two 10.77.0.62
OS=$E2E/root/boot/os
mkdir -p "$OS/debian-12" "$OS/debian-11"
cp $KERNEL "$OS/debian-12/linux"
head -c 1000 /dev/zero >"$OS/debian-12/initrd.gz"
cp "$OS/debian-12/initrd.gz" "$OS/debian-11/"

key() { # NAME: a certificate of this common name, and its key
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$1" -keyout "$E2E/$1.key" -out "$E2E/$1.pem" >/dev/null 2>&1
}
signed() { sbsign --key "$E2E/$1.key" --cert "$E2E/$1.pem" --output "$3" "$2" >/dev/null 2>&1; } # NAME FILE TO
key "Rocky Linux Secure Boot"
key "Another site"
cp $KERNEL "$E2E/bare"
sbattach --remove "$E2E/bare" >/dev/null 2>&1
signed "Rocky Linux Secure Boot" "$E2E/bare" "$OS/debian-11/linux" # a distribution that has no shim here

# A medium with its own shim, GRUB and MokManager; a GRUB for the net, and one for CDs alone.
mkdir -p "$E2E/medium/EFI/BOOT"
generation() { printf 'sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\ngrub,%d,Free Software Foundation,grub,2.06,https://www.gnu.org/software/grub/\n' "$1" >"$E2E/sbat"; } # NUMBER
generation 5
grub_of() { grub-mkimage -O x86_64-efi -p /EFI/BOOT --sbat "$E2E/sbat" -o "$E2E/grub.efi" normal configfile "$@"; } # MODULES
medium() { # MODULES: debian-11.iso of those
    grub_of "$@"
    signed "Rocky Linux Secure Boot" "$E2E/grub.efi" "$E2E/medium/EFI/BOOT/grubx64.efi"
    signed "Another site" /usr/lib/shim/shimx64.efi "$E2E/medium/EFI/BOOT/BOOTX64.EFI"
    cp /usr/lib/shim/mmx64.efi.signed "$E2E/medium/EFI/BOOT/mmx64.efi"
    xorriso -as mkisofs -quiet -J -R -o "$OS/debian-11/medium.iso" "$E2E/medium" 2>/dev/null
}
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.61
$M2, debian-11, name=web02, ip=10.77.0.62
HOSTS
printf '[dhcp]\nmode = server\nrange = 10.77.0.70 - 10.77.0.79\ndns = 10.77.0.1\n' | e2e_ini
explained() { e2e_in server "$E2E_BIN" explain -c "$E2E/pxed.ini" "$@"; }
has "iPXE on UEFI is told the shim of the kernel's key" "shim http://$E2E_SERVER/boot/shimx64.efi ||" "$(explained web01 --firmware efi-x64 --loader ipxe)"
lacks "not on BIOS" "shim http" "$(explained web01 --loader ipxe)"
lacks "nor one whose shim is not at hand" "shim http" "$(explained web02 --firmware efi-x64 --loader ipxe)"

# --- both machines refuse what is not signed
e2e_start
T=tftp://$E2E_SERVER
told() { dhcp_as "$1" lease --mac "$2" --firmware efi-x64 | jq -r .file; } # NAME MAC: switched on
takes() { # NAME FILE: the whole of it; the server has seen the last ACK
    e2e_mark
    curl_as "$1" -o /dev/null "$T/$2"
    until_true 10 logged "tftp-sent .*file=$2 "
}
install_of() { e2e_pxed machines --json | jq -r "select(.name == \"$1\") | .install + \" \" + .not_ready"; }
is "new here: the first of the ladder" "snponly.efi snponly.efi" "$(told one $M1) $(told two $M2)"
for _ in 1 2; do
    takes one snponly.efi
    takes two snponly.efi
    GOT="$(told one $M1) $(told two $M2)"
done
is "the signed pair" "shimx64.efi shimx64.efi" "$GOT"
is "nothing is known yet of Secure Boot" "armed " "$(install_of web02)"
takes one shimx64.efi
takes two shimx64.efi
curl_as one -o /dev/null "$T/grub/x86_64-efi/command.lst"
curl_as two -o /dev/null "$T/grub/x86_64-efi/command.lst"
is "the kernel of the packaged shim's key is given" "armed " "$(install_of web01)"
has "to GRUB" "linux /boot/os/debian-12/linux" "$(curl_as one "$T/grub/grub.cfg")"
is "the other is not" "not ready SECURE_OTHER_KEY" "$(install_of web02)"
has "its own script sends it to its disk" "exit 1" "$(curl_as two "$T/grub/grub.cfg")"
why_names kernel-other-key web02
has "why says whose key it is" "signed by Rocky Linux" "$(e2e_pxed why web02)"
has "pxed arm refuses it" SECURE_OTHER_KEY "$(e2e_pxed disarm web02 >/dev/null; e2e_pxed arm web02 --yes 2>&1)"
until_true 10 e2e_pxed machines >/dev/null
e2e_stop && e2e_start
has "what was seen of it is known after a restart" SECURE_OTHER_KEY "$(e2e_pxed arm web02 --yes 2>&1)"

# --- the distribution's medium
reload() {
    kill -HUP "$(e2e_pid)"
    sleep 1
    until_true 10 e2e_pxed machines >/dev/null
}
medium normal # without what the net needs
reload
has "a GRUB for CDs does not help" SECURE_OTHER_KEY "$(e2e_pxed arm web02 --yes 2>&1)"
medium efinet tftp linux echo
reload
ok "with the ISO it is armed" e2e_pxed arm web02 --yes
is "and told the ISO's own shim" secure/debian-11/shimx64.efi "$(told two $M2)"
is "the other keeps the packaged one" shimx64.efi "$(told one $M1)"
sum() { sha256sum <"$1"; }
get() { curl_as two "$T/$1" | sha256sum; }
is "which lies in the ISO" "$(sum "$E2E/medium/EFI/BOOT/BOOTX64.EFI")" "$(get secure/debian-11/shimx64.efi)"
is "GRUB beside it" "$(sum "$E2E/medium/EFI/BOOT/grubx64.efi")" "$(get secure/debian-11/grubx64.efi)"
is "by HTTP, too" "$(sum "$E2E/medium/EFI/BOOT/grubx64.efi")" "$(curl_as two "$U/secure/debian-11/grubx64.efi" | sha256sum)"
is "and MokManager" "$(sum "$E2E/medium/EFI/BOOT/mmx64.efi")" "$(get secure/debian-11/mmx64.efi)"
is "no other file of it" 404 "$(code_as two "$U/secure/debian-11/../medium.iso")$(code_as two "$U/secure/debian-11/linux" | sed 's/404//')"
is "none of an image that needs none" 404 "$(code_as two "$U/secure/debian-12/shimx64.efi")"
has "its configuration is its machine's, not the medium's" "linux /boot/os/debian-11/linux" "$(curl_as two "$T/secure/debian-11/grub.cfg")"
# Firmware that boots by HTTP: the same on a disk, with a configuration that asks this server for the machine's.
disk() { # NAME FILE-IN-IT
    curl_as two -o "$E2E/disk" "$U/$1" && fsck.fat -n "$E2E/disk" >/dev/null && mtype -i "$E2E/disk" "::/$2"
}
is "as a disk's type" "application/vnd.efi-img" "$(curl_as two -o /dev/null -w '%{content_type}' "$U/secure/debian-11/shimx64.img")"
is "its shim" "$(sum "$E2E/medium/EFI/BOOT/BOOTX64.EFI")" "$(disk secure/debian-11/shimx64.img EFI/BOOT/BOOTX64.EFI | sha256sum)"
is "its GRUB" "$(sum "$E2E/medium/EFI/BOOT/grubx64.efi")" "$(disk secure/debian-11/shimx64.img EFI/BOOT/GRUBX64.EFI | sha256sum)"
is "its MokManager" "$(sum "$E2E/medium/EFI/BOOT/mmx64.efi")" "$(disk secure/debian-11/shimx64.img EFI/BOOT/MMX64.EFI | sha256sum)"
has "where this server is" "set root=\$way,$E2E_SERVER" "$(disk secure/debian-11/shimx64.img EFI/BOOT/GRUB.CFG)"
is "the packaged pair" "$(sum /usr/lib/shim/shimx64.efi.signed)" "$(disk shimx64.img EFI/BOOT/BOOTX64.EFI | sha256sum)"
has "where Debian's GRUB for the net looks" "configfile /boot/grub.cfg" "$(disk shimx64.img GRUB/GRUB.CFG)"
is "none of what is no GRUB" "404 404" "$(code_as two "$U/snponly.img") $(code_as two "$U/secure/debian-12/shimx64.img")"
told two $M2 >/dev/null
takes two secure/debian-11/shimx64.efi
has "its journal has it" EFI/BOOT/BOOTX64.EFI "$(e2e_journal web02 | grep ^loader | tail -1)"
is "not heard of again: counted against the rung" "secure/debian-11/shimx64.efi 1" "$(told two $M2) $(e2e_pxed machines --json | jq -r 'select(.name == "web02") | .loader_silent')"
has "iPXE is told the same" "shim http://$E2E_SERVER/boot/secure/debian-11/shimx64.efi ||" "$(explained web02 --firmware efi-x64 --loader ipxe)"

# --- its GRUB is of a generation that the shim revokes
generation 4
medium efinet tftp linux echo
reload
is "a revoked GRUB: not given" "not ready SECURE_REVOKED" "$(install_of web02)"
has "its disk" "exit 1" "$(curl_as two "$T/grub/grub.cfg")"
has "why says what is too old" "takes grub of SBAT generation 5 and later, the image's EFI/BOOT/grubx64.efi has 4" "$(e2e_pxed why web02)"

# --- a kernel that nobody has signed
cp "$E2E/bare" "$OS/debian-12/linux"
reload
is "nobody's signature: not given" "not ready SECURE_UNSIGNED" "$(install_of web01)"
why_names kernel-unsigned web01
has "with the cure" "loader= in the host line" "$(e2e_pxed why web01)"
sed -i "s/name=web01/&, loader=shimx64.efi/" "$E2E/host-os.conf"
reload
is "who says loader= knows better" "armed " "$(install_of web01)"
e2e_stop && e2e_pass "it ends well"
e2e_done
