#!/bin/bash
# The same beside another DHCP server behind the same relay.
# proves: debian booted (UEFI, behind a relay)
RELAY=proxy exec "$(dirname "$0")/relay_uefi.sh" "$@"
