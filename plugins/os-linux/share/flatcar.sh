#!/bin/sh
# Runs in the live system as its one unit: the disk guard, then flatcar-install with the image of this server, if it has
# one; else with that of Flatcar's.
IMAGE='{{#image.disk}}{{{os.url}}}/{{image.disk}}{{/image.disk}}'

TARGET=
{{> report}}
{{> inside}}
{{> boot-order}}
{{> ignition-install}}
{{> disk-guard}}
configuration '{{file.config_ign}}'
set -- -d "$PXED_DISK" -i "$FOLDER/config.ign"
if [ -n "$IMAGE" ]; then
    pxed_fetch "$IMAGE" "$PXED_TMP/${IMAGE##*/}" || { echo "cannot fetch $IMAGE" >"$PXED_TMP/pxed-reason"; pxed_fail REPO_UNREACHABLE "$PXED_TMP/pxed-reason"; }
    set -- "$@" -f "$PXED_TMP/${IMAGE##*/}"
else
    pxed_reach https://stable.release.flatcar-linux.net/ ||
        { echo "Flatcar's servers do not answer, and the image's folder has no disk image" >"$PXED_TMP/pxed-reason"; pxed_fail REPO_UNREACHABLE "$PXED_TMP/pxed-reason"; }
fi
if ! command -v flatcar-install >/dev/null; then
    echo "this live system has no flatcar-install" >"$PXED_TMP/pxed-reason"
    pxed_fail INSTALLER_ERROR "$PXED_TMP/pxed-reason"
fi
pxed_event installing
pxed_clearing
flatcar-install "$@" >"$LOG" 2>&1 || pxed_fail INSTALLER_ERROR "$LOG"
pxed_boot_order
pxed_event installed '' "$LOG"
pxed_reboot
