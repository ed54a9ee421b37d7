#!/bin/bash
# UEFI firmware behind a relay: its own PXE client asks through the router, fetches iPXE from another net by TFTP, then script, kernel and
# installer by HTTP. With RELAY=proxy another DHCP server leases its address: relay_uefi_proxy.sh. An installation behind a relay: relay.sh.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/relay_net.sh"
RELAY=${RELAY:-server}
export LAB_EFI=yes LAB_MODE=$RELAY
relay_begin "relay_uefi_$RELAY"
if [ "$RELAY" = server ]; then
    relay_pxed 10.20.0.60
    relay_isc
    leased() { lab_ctl leases | grep -F "$LAB_MAC" | grep -qF '10.20.0.60 '; }
else
    relay_pxed ''
    relay_foreign
    leased() { grep -q "$LAB_MAC 10.20.0" "$LAB/leases"; }
fi
expect "in the other hall a machine gets an address of that hall" next_door
lab_disk "$LAB/disk.img" 3G
LAB_NS=$ROUTER lab_machine
expect "the firmware is told apart behind the relay" lab_wait "$STAGE" journal_has firmware=efi-x64
expect "it is leased its address" lab_wait 60 leased
expect "it fetches the loader, out of its net" lab_wait "$STAGE" journal_has snponly.efi
expect "the installer's kernel starts" lab_wait_serial "$STAGE" 'Linux version'
expect "the installer runs" until_stage installing
echo "$CHECKS passed, 0 failed"
echo "proves: debian booted (UEFI, behind a relay)"
