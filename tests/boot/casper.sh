#!/bin/bash
# Ubuntu's live server by its own kernel, casper and cloud-init (casper_iso.sh; a stand-in for subiquity alone): the kernel and initramfs
# out of the ISO as it is, casper fetches the whole ISO into memory and mounts its layers, cloud-init fetches meta-data and
# user-data; the guard of their early-commands looks at a real disk. First a blank one; then, as another machine, one that is in use.
. "$(dirname "$0")/common.sh"
SECOND=08:00:27:4d:4d:bb
lab_begin casper
lab_net
lab_config
OS=$LAB/root/boot/os/ubuntu-24.04
mkdir -p "$OS"
"$(dirname "$0")/casper_iso.sh" "$OS/ubuntu-24.04-live-server-amd64.iso" >"$LAB/iso.said" 2>&1
case $? in
0) ;;
77) echo "# skipped: $(tail -n 1 "$LAB/iso.said")"; exit 77 ;;
*) cat "$LAB/iso.said"; fail "the medium is made" ;;
esac
cat >"$LAB/host-os.conf" <<HOSTS
$LAB_MAC, ubuntu-24.04, name=web01, domain=lab.test, ip=10.77.0.60
$SECOND, ubuntu-24.04, name=web02, domain=lab.test, ip=10.77.0.61, root-password-hash=\$6\$a\$b
HOSTS
lab_pxed || fail "pxed starts"
[ "$(lab_ctl machines --armed --json | jq -r .name | tr '\n' ' ')" = "web01 web02 " ] || fail "new lines with the profile's own answers are armed"
ok "new lines are armed"

# --- a blank disk
lab_disk "$LAB/disk.img" 1G
lab_machine -m 3072
expect "the kernel is Ubuntu's" lab_wait_serial "$STAGE" "-Ubuntu SMP"
expect "casper fetches the ISO" lab_wait_serial "$STAGE" "Trying to download and mount http://10.77.0.1/boot/os/ubuntu-24.04/ubuntu-24.04-live-server-amd64.iso"
expect "and prepares the live system from its layers" lab_wait_serial "$STAGE" "Begin: Running /scripts/casper-bottom"
expect "cloud-init took meta-data: its instance and name" lab_wait_serial "$STAGE" "stand-in: instance pxed-08-00-27-4d-4d-aa, host web01"
expect "user-data's early-commands: the guard says which disk" lab_wait_serial "$STAGE" "pxed: disk /dev/vda, right blank"
expect "and its name is in the plan" lab_wait_serial 60 "stand-in: the disk is /dev/vda"
expect "error-commands are told" lab_wait 120 journal_has 'failed .*INSTALLER_ERROR\|INSTALLER_ERROR'
expect "cloud-init says where it was" lab_wait_serial "$STAGE" "Datasource DataSourceNoCloudNet [seed=cmdline,http://10.77.0.1/boot/hosts/08-00-27-4d-4d-aa/]"
lab_stop machine
for what in ' kernel .*casper/vmlinuz' ' initrd .*casper/initrd' ' answer .*user-data' ' installing '; do
    expect "the journal has:$what" journal_has "$what"
done
expect "what is no installer has written nothing" cmp -s -n 67108864 "$LAB/disk.img" /dev/zero

# --- a disk in use, files with a secret
export LAB_MAC=$SECOND
rm -f "$LAB/serial.log"
disk_in_use "$LAB/disk.img"
cp "$LAB/disk.img" "$LAB/disk.before"
lab_machine -m 3072
expect "behind a token, too: instance and name" lab_wait_serial "$STAGE" "stand-in: instance pxed-08-00-27-4d-4d-bb, host web02"
expect "the guard stops it" lab_wait_serial "$STAGE" "pxed: stopped: DISK_NOT_BLANK"
expect "the machine restarts and boots its disk" lab_wait_serial "$STAGE" "THE DISK BOOTS"
lab_ctl log web02 | grep -q 'DISK_NOT_BLANK' || fail "the journal has the reason"
ok "the journal has the reason"
[ "$(lab_ctl log web02 --json | grep -c '"what": *"installing"')" = 0 ] || fail "nothing was begun"
ok "nothing was begun"
expect "the disk is what it was" cmp -s "$LAB/disk.img" "$LAB/disk.before"
echo "$CHECKS passed, 0 failed"
echo "proves: ubuntu booted"
