#!/bin/bash
# Boot loaders: what is at hand, under which names partners get it, and the next one for a machine that took one in vain.
. "$(dirname "$0")/common.sh"
[ -e /usr/lib/shim/shimx64.efi.signed ] && [ -e /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed ] || { echo "scripts/deps loaders"; exit 77; }
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac X=52:54:00:00:00:99
e2e_client one $M1
e2e_client two $M2
e2e_client three $M3
e2e_client other $X
for n in 1 2 3; do e2e_address "$(cut -d' ' -f$n <<<'one two three')" 10.77.0.6$n; done
e2e_address other 10.77.0.99
e2e_image debian-12
R=$E2E/root
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=web01, ip=10.77.0.61
$M2, debian-12, name=web02, ip=10.77.0.62
$M3, debian-12, name=web03, ip=10.77.0.63
HOSTS
mkdir "$R/tftp/sb"
cp /usr/lib/shim/shimx64.efi.signed "$R/tftp/sb/shimx64.efi"
printf 'loader-path = /usr/lib/ipxe /usr/lib/shim /usr/lib/grub/x86_64-efi-signed /nonexistent /usr/lib/PXELINUX\n[dhcp]\nmode = server\nrange = 10.77.0.70 - 10.77.0.79\ndns = 10.77.0.1\n' | e2e_ini
e2e_start
T=tftp://$E2E_SERVER U=http://$E2E_SERVER/boot
get() { curl_as "${2:-one}" "$T/$1" | sha256sum; }
sum() { sha256sum <"$1"; }
GRUB=/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed

# --- what is at hand
has "the table: iPXE" "iPXE (snponly)" "$(e2e_pxed loaders)"
has "signed GRUB, with the name that shim asks for" "grubx64.efi" "$(e2e_pxed loaders | grep 'signed GRUB and its shim' | grep sb/shimx64.efi)"
has "what is missing, and what brings it" "missing: put arm64/snponly.efi" "$(e2e_pxed loaders | grep efi-arm64)"
is "as objects" "sb/shimx64.efi true Debian" "$(e2e_pxed loaders --json | jq -r 'select(.firmware == "efi-x64" and .secure) | "\(.name) \(.secure) \(.partners[0].signers[0].name)"')"
is "SBAT" "grub 5" "$(e2e_pxed loaders --json | jq -r 'select(.firmware == "efi-x64" and .secure) | .partners[0].sbat[0] | "\(.component) \(.generation)"')"
is "whose keys firmware must hold" "microsoft-uefi-2011 microsoft-uefi-2023" "$(e2e_pxed loaders --json | jq -r 'select(.firmware == "efi-x64" and .secure) | [.first.signers[].key] | join(" ")')"
ok "told at start, for PCs" grep -q 'loader-efi-x64 snponly.efi: /usr/lib/ipxe' "$E2E_LOG"
ok "and for other machines" grep -q 'loader-efi-arm64: none' "$E2E_LOG"

# --- partners' names
is "what shim asks for" "$(sum $GRUB)" "$(get grubx64.efi)"
is "beside a shim in a folder" "$(sum $GRUB)" "$(get sb/grubx64.efi)"
is "with two slashes, as shim writes it by HTTP" "$(sum $GRUB)" "$(curl_as one "$U/sb//grubx64.efi" | sha256sum)"
is "HTTP boot wants its type" application/efi "$(curl_as one -o /dev/null -w '%{content_type}' "$U/grubx64.efi")"
is "the signed helper, not the unsigned one beside it" "$(sum /usr/lib/shim/mmx64.efi.signed)" "$(get mmx64.efi)"
is "the shim that firmware starts" "$(sum /usr/lib/shim/shimx64.efi.signed)" "$(get bootx64.efi)"
is "not below a folder without a loader" 404 "$(code_as one "$U/nowhere/grubx64.efi")"
is "a name of its own as before" "$(sum /usr/lib/ipxe/snponly.efi)" "$(get snponly.efi)"
is "of a folder behind a missing one" "$(sum /usr/lib/PXELINUX/lpxelinux.0)" "$(get lpxelinux.0)"
e2e_stop && e2e_pass "it ends well"
e2e_done
