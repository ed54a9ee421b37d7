#!/bin/bash
# Alpine Linux: the packed configuration, fetched and unpacked as its initramfs does, and the script in it with stand-ins for apk,
# setup-disk and the like.
. "$(dirname "$0")/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa
e2e_client web $M
e2e_address web 10.77.0.60
OS=$E2E/root/boot/os/alpine-3.20-x86_64
mkdir -p "$OS/boot"
for file in vmlinuz-lts initramfs-lts modloop-lts; do head -c 3000 /dev/urandom >"$OS/boot/$file"; done
cat >"$E2E/host-os.conf" <<HOSTS
$M, alpine-3.20-x86_64, name=web01, domain=lab.test, ip=10.77.0.60/24, gateway=10.77.0.1, dns=10.77.0.1, root-password-hash=\$6\$a\$b, packages=vim htop, ssh-key=ssh-ed25519 AAAA it's === me, ntp=10.77.0.1, args-installed=console=ttyS0, repo=http://10.77.0.9/alpine/v3.20/main, users="alice:\$6\$c\$d:sudo:ssh-rsa B b", run=@run.sh, vlan=12, ip6=2001:db8::60/64
HOSTS
printf 'echo out\n=== etc/x 0644\nexit 3\n' >"$E2E/run.sh"
e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
INI
e2e_start
is "a new line arms: the guard is in the script" armed "$(e2e_state $M install)"
curl_as web -A "iPXE/1.21" "$U/home.php?mac=$M" >"$E2E/script"
has "arguments" "alpine_repo=http://10.77.0.9/alpine/v3.20/main modloop=$U/os/alpine-3.20-x86_64/boot/modloop-lts" "$(cat "$E2E/script")"
URL=$(sed -n 's/.* apkovl=\([^ ]*\).*/\1/p' "$E2E/script")
# as /init does: the file's name tells how it is packed
is "the name ends as /init expects" ".apkovl.tar.gz" "$(sed 's/.*pxed\(\.[a-z.]*\)$/\1/' <<<"$URL")"
mkdir "$E2E/new"
ok "its wget fetches it" e2e_in web busybox wget -q -O "$E2E/ovl.tar.gz" "$URL"
ok "its tar unpacks it" busybox tar -C "$E2E/new" -zxf "$E2E/ovl.tar.gz"
ok "gzip finds it whole" gzip -t "$E2E/ovl.tar.gz"
is "it uses up the arming" installing "$(e2e_state $M install)"
is "what is in it" "etc/.default_boot_services etc/apk/world etc/hostname etc/local.d/pxed.start etc/network/interfaces etc/runlevels/default/local" \
    "$(cd "$E2E/new" && find . ! -type d | sed 's,^\./,,' | sort | tr '\n' ' ' | sed 's/ $//')"
is "the service" /etc/init.d/local "$(readlink "$E2E/new/etc/runlevels/default/local")"
is "the script's mode" 700 "$(stat -c %a "$E2E/new/etc/local.d/pxed.start")"
is "name" web01 "$(cat "$E2E/new/etc/hostname")"
for shell in dash "busybox sh"; do ok "the shell reads it ($shell)" $shell -n "$E2E/new/etc/local.d/pxed.start"; done

W=$E2E/machine
mkdir -p "$W"/{bin,tmp,target} "$W/sys/block/vda/vda1" "$W/sys/block/vda/vda2" "$W/sys/class/net/eth1"
for n in 1 2; do echo $n >"$W/sys/block/vda/vda$n/partition"; done
echo $M >"$W/sys/class/net/eth1/address"
e2e_disk "$W"
echo 'root:*:1:0:99999:7:::' >"$E2E/new/etc/shadow"
for name in apk setup-disk setup-timezone setup-keymap rc-update mount umount blockdev; do
    printf '#!/bin/sh\necho "%s $*" >>%s/said\ncase "%s $*" in $FAIL) exit 1 ;; esac\n' "$name" "$W" "$name" >"$W/bin/$name"
    chmod 755 "$W/bin/$name"
done
cat >"$W/bin/chroot" <<STUB
#!/bin/sh
echo "chroot \$*" >>$W/said
shift
case \$1 in
adduser) echo "alice:x:1000:1000::/home/alice:/bin/sh" >>$W/target/etc/passwd; echo "alice:!:1:::::::" >>$W/target/etc/shadow ;;
/bin/sh) sh "$W/target\$2" ;;
esac
STUB
chmod 755 "$W/bin/chroot"
mkdir -p "$W/target/etc/doas.d" "$W/target/root"
echo 'root:x:0:0::/root:/bin/sh' >"$W/target/etc/passwd"
echo 'root:*:1:::::::' >"$W/target/etc/shadow"
printf 'echo "ERASE_DISKS=$ERASE_DISKS KERNELOPTS=$KERNELOPTS" >>%s/said\n' "$W" >>"$W/bin/setup-disk"
cp "$E2E/new/etc/local.d/pxed.start" "$W/script"
installs() {
    e2e_in web env PXED_TEST=1 PXED_PAUSE=0 PXED_SYSFS="$W/sys" PXED_DEV="$W/dev" PXED_TMP="$W/tmp" PXED_TARGET="$W/target" PXED_EFI="$W/efi" \
        PXED_ROOT="$E2E/new" FAIL="${1:-nothing}" PATH="$W/bin:$PATH" dash "$W/script"
}
installs "apk update*" >/dev/null 2>&1
has "no repository: nothing begins" "reason=REPO_UNREACHABLE" "$(e2e_journal web01)"
lacks "and the disk is as it was" "setup-disk" "$(cat "$W/said")"
e2e_pxed arm web01 --yes >/dev/null 2>&1
curl_as web -A "iPXE/1.21" "$U/home.php?mac=$M" >"$E2E/script"
URL=$(sed -n 's/.* apkovl=\([^ ]*\).*/\1/p' "$E2E/script")
curl_as web -o "$E2E/ovl.tar.gz" "$URL"
tar -xOzf "$E2E/ovl.tar.gz" etc/local.d/pxed.start >"$W/script"
: >"$W/said"
rm -f "$W"/tmp/*
ok "it installs" installs
has "installed" installed "$(e2e_journal web01 | tail -1)"
has "to the disk the guard chose" "setup-disk -m sys -s 0 /dev/vda" "$(cat "$W/said")"
has "with its arguments" "ERASE_DISKS=/dev/vda KERNELOPTS=console=ttyS0" "$(cat "$W/said")"
has "packages first" "apk add openssh e2fsprogs sfdisk syslinux chrony vim htop doas" "$(cat "$W/said")"
has "the card by its MAC, the VLAN on it" "vlan-raw-device eth1" "$(cat "$E2E/new/etc/network/interfaces")"
has "IPv6" "iface vlan12 inet6 static" "$(cat "$E2E/new/etc/network/interfaces")"
# shellcheck disable=SC2016
has "an account of the new system" 'alice:$6$c$d:1' "$(cat "$W/target/etc/shadow")"
is "the account's key" "ssh-rsa B b" "$(cat "$W/target/home/alice/.ssh/authorized_keys")"
is "doas" "permit persist alice" "$(cat "$W/target/etc/doas.d/pxed-alice.conf")"
has "commands that fail are in the report" "run: it ended with 3:" "$(e2e_journal web01)"
ok "the commands' lines are no part of the archive" test ! -e "$E2E/new/etc/x"
# shellcheck disable=SC2016
is "root's password" 'root:$6$a$b:1:0:99999:7:::' "$(cat "$E2E/new/etc/shadow")"
has "the last partition is the root" "mount /dev/vda2" "$(cat "$W/said")"
is "key" "ssh-ed25519 AAAA it's === me" "$(cat "$W/target/root/.ssh/authorized_keys")"
ok "it does not install again" test ! -e "$E2E/new/etc/local.d/pxed.start"

# --- a mirror: two disks, each judged; LVM on it
e2e_mark
cat >"$E2E/host-os.conf" <<HOSTS
$M, alpine-3.20-x86_64, name=web01, layout=raid1-lvm, repo=http://10.77.0.9/alpine/v3.20/main
HOSTS
until_true 10 logged 'core reloaded'
e2e_pxed arm web01 --yes >/dev/null 2>&1
fetch_script() {
    curl_as web -A "iPXE/1.21" "$U/home.php?mac=$M" >"$E2E/script"
    curl_as web -o "$E2E/ovl.tar.gz" "$(sed -n 's/.* apkovl=\([^ ]*\).*/\1/p' "$E2E/script")"
    tar -xOzf "$E2E/ovl.tar.gz" etc/local.d/pxed.start >"$W/script"
    : >"$W/said"
    rm -f "$W"/tmp/*
}
fetch_script
installs >/dev/null 2>&1
has "one disk is no mirror" "reason=DISK_NOT_FOUND" "$(e2e_journal web01)"
lacks "and nothing is written" "setup-disk" "$(cat "$W/said")"
cp "$W/dev/vda" "$W/dev/vdb"
cp -r "$W/sys/block/vda" "$W/sys/block/vdb"
rm -rf "$W"/sys/block/vdb/vda*
e2e_pxed arm web01 --yes >/dev/null 2>&1
fetch_script
ok "it installs on two" installs
has "both, and LVM" "setup-disk -m sys -L -s 0 /dev/vda /dev/vdb" "$(cat "$W/said")"
has "both may be erased" "ERASE_DISKS=/dev/vda /dev/vdb" "$(cat "$W/said")"
has "their tools" "sfdisk syslinux mdadm lvm2" "$(cat "$W/said")"
has "the root" "mount /dev/vg0/lv_root" "$(cat "$W/said")"
e2e_stop
e2e_done "proves: alpine scripted"
