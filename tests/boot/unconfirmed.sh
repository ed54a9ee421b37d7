#!/bin/bash
# An installer that never calls back does not come again: the machine gets its disk, and its state says why.
. "$(dirname "$0")/common.sh"
lab_begin silent
lab_net
lab_config answer=silent.cfg
cat >"$LAB/silent.cfg" <<'CFG'
# {{> disk-guard}} is named here so that a new line arms; this installer does nothing but restart
d-i preseed/early_command string sleep 2; reboot -f
CFG
sed -i 's/^# {{> disk-guard}}.*/{{#host.proxy}}{{> disk-guard}}{{\/host.proxy}}/' "$LAB/silent.cfg"
lab_image >/dev/null || fail "the image could not be built"
lab_pxed || fail "pxed starts"
disk_in_use "$LAB/disk.img"
lab_machine
expect "it comes back without a word" lab_wait "$STAGE" journal_has INSTALL_UNCONFIRMED
expect "and boots its disk" lab_wait_serial "$STAGE" 'THE DISK BOOTS'
lab_ctl machines | grep -q unconfirmed || fail "machines says unconfirmed"
ok "machines says unconfirmed"
FROM=$(lab_serial_size)
lab_monitor system_reset
expect "and does so again" lab_wait_serial "$STAGE" 'THE DISK BOOTS' "$FROM"
[ "$(lab_ctl log web01 --json | grep -c '"what": *"spent"')" = 1 ] || fail "one attempt only"
ok "one attempt only"
echo "$CHECKS passed, 0 failed"
