#!/bin/bash
# Ubuntu's autoinstall: what the kernel line says is fetched by cloud-init itself, judged by its own schema, and its scripts run.
. "$(dirname "$0")/common.sh"
PY=/usr/bin/python3 # Debian's, which has the modules below
$PY -c 'import configobj, jinja2, jsonschema, requests, yaml' 2>/dev/null || { echo "skipped: scripts/deps test brings cloud-init's modules"; exit 77; }
# The package would configure this machine at its next start: it is only unpacked.
CLOUD=$E2E_BUILD/cloud-init
if [ ! -d "$CLOUD/usr" ]; then
    mkdir -p "$CLOUD"
    (cd "$CLOUD" && apt-get -qq download cloud-init >/dev/null 2>&1 && dpkg-deb -x cloud-init_*.deb .) ||
        { echo "skipped: apt does not bring cloud-init"; exit 77; }
fi
export PYTHONPATH=$CLOUD/usr/lib/python3/dist-packages
e2e_begin
M=08:00:27:4d:4d:aa MS=08:00:27:4d:4d:bb MB=08:00:27:4d:4d:cc MR=08:00:27:4d:4d:dd
e2e_client web $M
e2e_address web 10.77.0.60
e2e_client sec $MS
e2e_address sec 10.77.0.61
OS=$E2E/root/boot/os
mkdir -p "$E2E/iso/casper" "$OS/ubuntu-24.04"
head -c 5000 /dev/urandom >"$E2E/iso/casper/vmlinuz"
head -c 3000 /dev/urandom >"$E2E/iso/casper/initrd"
xorriso -as mkisofs -quiet -J -R -o "$OS/ubuntu-24.04/ubuntu-24.04-live-server-amd64.iso" "$E2E/iso" 2>/dev/null || e2e_die "the ISO is made"
cat >"$E2E/host-os.conf" <<HOSTS
$M, ubuntu-24.04, name=web01, net=dhcp
$MS, ubuntu-24.04, name=sec01, domain=lab.test, ip=10.77.0.61/24, gateway=10.77.0.1, dns=10.77.0.1 10.77.0.2, root-password-hash=\$6\$a\$b, packages=vim htop, ssh-key=ssh-ed25519 AAAA it's me, timezone=Europe/Berlin, ntp=10.77.0.1, args-installed=console=ttyS0
$MB, ubuntu-24.04, name=bnd01, mac=08:00:27:4d:4d:cd, bond=802.3ad, vlan=12, ip=10.77.0.62/24, gateway=10.77.0.1, dns=10.77.0.1, ip6=2001:db8::62/64, gateway6=2001:db8::1, users="alice:\$6\$c\$d:sudo:ssh-rsa B b", run=@run.sh
$MR, ubuntu-24.04, name=mir01, net=dhcp, layout=raid1-lvm
HOSTS
printf '#!/bin/sh\nexit 3\n' >"$E2E/run.sh"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
is "a new line arms: the guard is in its early-commands" armed "$(e2e_state $M install)"
script() { curl_as "$1" -A "iPXE/1.21" "$U/home.php?mac=$2"; }

boot() { # NAME MAC: the script, the kernel, the ISO; prints the kernel's arguments
    script "$1" "$2" >"$E2E/script"
    sed -n 's/^kernel [^ ]* //p' "$E2E/script"
}
ARGS=$(boot web $M)
has "arguments: the ISO" " url=$U/os/ubuntu-24.04/ubuntu-24.04-live-server-amd64.iso " "$ARGS"
is "the ISO is delivered" "$(sha256sum <"$OS/ubuntu-24.04/ubuntu-24.04-live-server-amd64.iso")" \
    "$(curl_as web "$(sed 's/.* url=\([^ ]*\).*/\1/' <<<"$ARGS")" | sha256sum)"

cat >"$E2E/fetch.py" <<'PY'
"""cloud-init's own reading of the kernel's arguments, and its own fetch."""
import sys
from unittest import mock
from cloudinit import util
from cloudinit.sources import DataSourceNoCloud as nocloud
fill = {}
with mock.patch("cloudinit.util.get_cmdline", return_value=sys.argv[1]):
    if not nocloud.load_cmdline_data(fill):
        sys.exit("no nocloud-net in the arguments")
data = util.read_seeded(fill["seedfrom"])
print(data[0]["instance-id"], data[0]["local-hostname"])
open(sys.argv[2], "wb").write(data[1])
PY
fetch() { e2e_in "$1" $PY "$E2E/fetch.py" "$2" "$E2E/user-data"; }
is "cloud-init fetches meta-data and user-data" "pxed-08-00-27-4d-4d-aa web01" "$(fetch web "$ARGS" 2>&1)"
is "user-data uses up the arming" installing "$(e2e_state $M install)"
valid() { $PY -m cloudinit.cmd.main schema --config-file "$1" 2>&1 | tail -1; }
has "cloud-init's schema takes it" "Valid cloud-config" "$(valid "$E2E/user-data")"

ARGS=$(boot sec $MS)
has "a secret: the folder has the token" "/boot/s/" "$ARGS"
is "and cloud-init fetches it all the same" "pxed-08-00-27-4d-4d-bb sec01" "$(fetch sec "$ARGS" 2>&1)"
has "cloud-init's schema takes it" "Valid cloud-config" "$(valid "$E2E/user-data")"
item() { $PY -c 'import sys, yaml
value = yaml.safe_load(open(sys.argv[1]))["autoinstall"]
for key in sys.argv[2:]: value = value[int(key) if key.isdigit() else key]
print(value)' "$E2E/user-data" "$@"; }
is "packages" "['vim', 'htop']" "$(item packages)"
is "no disk yet" /dev/pxed-no-disk "$(item storage layout match path)"

# --- its commands, on a machine of files
W=$E2E/machine
mkdir -p "$W/tmp" "$W/target/etc/netplan" "$W/target/root" "$W/target/usr/share/zoneinfo/Europe"
e2e_disk "$W"
: >"$W/target/usr/share/zoneinfo/Europe/Berlin"
echo 'root:*:1:0:99999:7:::' >"$W/target/etc/shadow"
echo x >"$W/target/etc/netplan/00-installer-config.yaml"
printf '#!/bin/sh\necho "$*" >>%s/curtin\n' "$W" >"$W/curtin.sh"
mkdir "$W/bin" && mv "$W/curtin.sh" "$W/bin/curtin" && chmod 755 "$W/bin/curtin"
cp "$E2E/user-data" "$W/autoinstall.yaml"
URL=$(item early-commands 0 | sed "s/.*'\(http[^']*install.sh\)'.*/\1/")
is "install.sh is delivered" 200 "$(curl_as sec -o "$W/install.sh" -w '%{http_code}' "$URL")"
does() { # disk | late | error
    e2e_in "${CLIENT:-sec}" env PXED_TEST=1 PXED_PAUSE=0 PXED_SYSFS="$W/sys" PXED_DEV="$W/dev" PXED_TMP="$W/tmp" PXED_PLAN="$W/autoinstall.yaml" \
        PXED_TARGET="$W/target" PXED_EFI="$W/efi" PATH="$W/bin:$PATH" "${SHELL_OF:-dash}" "$W/install.sh" "$1" >"$W/out" 2>&1
}
ok "early-commands: the guard finds the one disk" does disk
cp "$W/autoinstall.yaml" "$E2E/user-data"
is "and its name is in the plan" /dev/vda "$(item storage layout match path)"
has "it is told" installing "$(e2e_journal sec01)"
ok "late-commands" does late
is "name" sec01 "$(cat "$W/target/etc/hostname")"
is "only our network" 10-pxed.yaml "$(ls "$W/target/etc/netplan")"
is "its mode" 600 "$(stat -c %a "$W/target/etc/netplan/10-pxed.yaml")"
is "its content" "{'network': {'version': 2, 'ethernets': {'pxed0': {'match': {'macaddress': '08:00:27:4d:4d:bb'}, 'addresses': ['10.77.0.61/24'], 'routes': [{'to': '0.0.0.0/0', 'via': '10.77.0.1'}], 'nameservers': {'addresses': ['10.77.0.1', '10.77.0.2'], 'search': ['lab.test']}}}}}" \
    "$($PY -c 'import sys, yaml; print(yaml.safe_load(open(sys.argv[1])))' "$W/target/etc/netplan/10-pxed.yaml")"
# shellcheck disable=SC2016
is "root's password" 'root:$6$a$b:1:0:99999:7:::' "$(cat "$W/target/etc/shadow")"
is "key" "ssh-ed25519 AAAA it's me" "$(cat "$W/target/root/.ssh/authorized_keys")"
is "zone" /usr/share/zoneinfo/Europe/Berlin "$(readlink "$W/target/etc/localtime")"
is "the boot loader is told" "in-target --target=$W/target -- update-grub" "$(cat "$W/curtin")"
is "its arguments" "console=ttyS0" "$(bash -c '. "$1"; echo $GRUB_CMDLINE_LINUX' - "$W/target/etc/default/grub.d/60-pxed.cfg")"
has "installed" installed "$(e2e_journal sec01)"
# --- a bond, a VLAN on it, IPv6, accounts, commands, the boot order: on another machine
e2e_client bnd $MB
e2e_address bnd 10.77.0.62
ARGS=$(boot bnd $MB)
has "a host with more than one port: the folder has the token" "/boot/s/" "$ARGS"
is "cloud-init fetches it" "pxed-08-00-27-4d-4d-cc bnd01" "$(fetch bnd "$ARGS" 2>&1)"
URL=$(item early-commands 0 | sed "s/.*'\(http[^']*install.sh\)'.*/\1/")
is "install.sh is delivered" 200 "$(curl_as bnd -o "$W/install.sh" -w '%{http_code}' "$URL")"
mkdir -p "$W/efi/efivars" "$W/target/usr/sbin" "$W/target/etc/sudoers.d"
: >"$W/efi/efivars/BootOrder-x"
: >"$W/target/usr/sbin/useradd"
chmod 755 "$W/target/usr/sbin/useradd"
echo 'root:x:0:0::/root:/bin/sh' >"$W/target/etc/passwd"
cat >"$W/bin/efibootmgr" <<STUB
#!/bin/sh
echo "\$*" >>$W/efi.said
printf 'BootCurrent: 0002\nBootOrder: 0001,0002\n'
STUB
cat >"$W/bin/chroot" <<STUB
#!/bin/sh
shift
case \$1 in
useradd) echo "alice:x:1000:1000::/home/alice:/bin/bash" >>$W/target/etc/passwd; echo "alice:!:1:::::::" >>$W/target/etc/shadow ;;
/root/*) echo out; exit 3 ;;
esac
STUB
for name in mount umount; do printf '#!/bin/sh\n' >"$W/bin/$name"; done
chmod 755 "$W/bin/efibootmgr" "$W/bin/chroot" "$W/bin/mount" "$W/bin/umount"
CLIENT=bnd
ok "late-commands of that machine" does late
is "its netplan" "{'network': {'version': 2, 'ethernets': {'pxed0': {'match': {'macaddress': '08:00:27:4d:4d:cc'}}, 'pxed1': {'match': {'macaddress': '08:00:27:4d:4d:cd'}}}, 'bonds': {'bond0': {'interfaces': ['pxed0', 'pxed1'], 'macaddress': '08:00:27:4d:4d:cc', 'parameters': {'mode': '802.3ad', 'mii-monitor-interval': 100}}}, 'vlans': {'vlan12': {'id': 12, 'link': 'bond0', 'addresses': ['10.77.0.62/24', '2001:db8::62/64'], 'routes': [{'to': '0.0.0.0/0', 'via': '10.77.0.1'}, {'to': '::/0', 'via': '2001:db8::1'}], 'nameservers': {'addresses': ['10.77.0.1'], 'search': []}}}}}" \
    "$($PY -c 'import sys, yaml; print(yaml.safe_load(open(sys.argv[1])))' "$W/target/etc/netplan/10-pxed.yaml")"
# shellcheck disable=SC2016
has "its account" 'alice:$6$c$d:1' "$(cat "$W/target/etc/shadow")"
is "the account's key" "ssh-rsa B b" "$(cat "$W/target/home/alice/.ssh/authorized_keys")"
is "what booted it stands first again" "-v -q -o 0002,0001" "$(tr '\n' ' ' <"$W/efi.said" | sed 's/ $//')"
has "commands that fail are in the report" "run: it ended with 3:" "$(e2e_journal bnd01)"
is "and it is installed all the same" installed "$(e2e_state $MB install)"
# --- two disks as one: what curtin is to do, for each firmware
e2e_client mir $MR
e2e_address mir 10.77.0.63
lacks "check has nothing against the layout" "layout" "$(e2e_pxed check 2>&1)"
ARGS=$(boot mir $MR)
is "cloud-init fetches it" "pxed-08-00-27-4d-4d-dd mir01" "$(fetch mir "$ARGS" 2>&1)"
has "cloud-init's schema takes it" "Valid cloud-config" "$(valid "$E2E/user-data")"
is "no disk yet" "[{'type': 'disk', 'id': 'pxed', 'path': '/dev/pxed-no-disk'}]" "$(item storage config)"
URL=$(item early-commands 0 | sed "s/.*'\(http[^']*install.sh\)'.*/\1/")
is "install.sh is delivered" 200 "$(curl_as mir -o "$W/install.sh" -w '%{http_code}' "$URL")"
CLIENT=mir
ln -s $PY "$W/bin/python3"
cat >"$E2E/actions.py" <<'PY'
"""curtin's actions as a tree: each must name what stands before it."""
import sys, yaml
known, said = {}, []
for a in yaml.safe_load(open(sys.argv[1]))["autoinstall"]["storage"]["config"]:
    made_of = [a[k] for k in ("device", "volume", "volgroup") if k in a] + a.get("devices", [])
    assert a["id"] not in known and all(m in known for m in made_of), a
    known[a["id"]] = a["path"] if a["type"] == "disk" else "%s(%s)" % (
        a["type"].replace("lvm_", "") + {"boot": "!", "bios_grub": "?"}.get(a.get("flag"), ""), " ".join(known[m] for m in made_of))
    if a["type"] == "mount":
        said.append("%s=%s" % (a["path"], known[a["id"]]))
    if a.get("grub_device"):
        said.append("grub=" + known[a["id"]])
    if a["type"] == "disk":
        assert (a["ptable"], a["wipe"]) == ("gpt", "superblock-recursive"), a
    if a["type"] == "raid":
        assert a["raidlevel"] == "raid1", a
print("\n".join(said))
PY
fresh() { # the plan as subiquity writes it
    $PY -c 'import sys, yaml; yaml.safe_dump(yaml.safe_load(open(sys.argv[1])), open(sys.argv[2], "w"))' "$E2E/user-data" "$W/autoinstall.yaml"
    rm -rf "$W/tmp"
    mkdir "$W/tmp"
}
fresh
no "one disk is not enough" does disk
has "and it is said" DISK_NOT_FOUND "$(e2e_journal mir01)"
is "the plan names none" 1 "$(grep -c pxed-no-disk "$W/autoinstall.yaml")"
cp -r "$W/sys/block/vda" "$W/sys/block/vdb"
cp --sparse=always "$W/dev/vda" "$W/dev/vdb"
rest='raid(partition(/dev/vda) partition(/dev/vdb))'
root="/=mount(format(partition(volgroup($rest))))"
rm -rf "$W/efi"
for firmware in bios efi; do
    fresh
    wanted="grub=/dev/vda grub=/dev/vdb /boot=mount(format($rest)) $root"
    [ $firmware = bios ] || { mkdir "$W/efi"; wanted="grub=partition!(/dev/vda) /boot/efi=mount(format(partition!(/dev/vda))) grub=partition!(/dev/vdb) /boot=mount(format($rest)) $root"; }
    ok "$firmware: the guard takes both disks" does disk
    is "$firmware: and curtin is told what to make of them" "$wanted" "$($PY "$E2E/actions.py" "$W/autoinstall.yaml" 2>&1 | tr '\n' ' ' | sed 's/ $//')"
done
fresh
printf LABELONE | dd of="$W/dev/vdb" bs=1 seek=512 conv=notrunc 2>/dev/null
no "the second is not blank" does disk
is "then the plan names none" 1 "$(grep -c pxed-no-disk "$W/autoinstall.yaml")"
for shell in dash "busybox sh"; do ok "every shell reads it ($shell)" $shell -n "$W/install.sh"; done
e2e_stop
e2e_done "proves: ubuntu scripted" "proves: ubuntu validated"
