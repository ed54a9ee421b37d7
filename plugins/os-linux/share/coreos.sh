#!/bin/sh
# Runs in the live system as its one unit: the disk guard, then coreos-installer, which has the system in its own image.
ARGS='{{host.args-installed}}'

TARGET=
{{> report}}
{{> inside}}
{{> boot-order}}
{{> ignition-install}}
{{> disk-guard}}
configuration '{{file.config_ign}}'
if ! command -v coreos-installer >/dev/null; then
    echo "this live system has no coreos-installer" >"$PXED_TMP/pxed-reason"
    pxed_fail INSTALLER_ERROR "$PXED_TMP/pxed-reason"
fi
set -- install "$PXED_DISK" --ignition-file "$FOLDER/config.ign"
set -f
for word in $ARGS; do set -- "$@" --append-karg "$word"; done
pxed_event installing
pxed_clearing
coreos-installer "$@" >"$LOG" 2>&1 || pxed_fail INSTALLER_ERROR "$LOG"
pxed_boot_order
pxed_event installed '' "$LOG"
pxed_reboot
