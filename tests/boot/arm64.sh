#!/bin/bash
# An ARM machine: AAVMF with Microsoft's keys, Secure Boot on; shim, the signed GRUB and Debian's signed installer for arm64.
. "$(dirname "$0")/common.sh"
DIR=/usr/local/lib/pxed/loaders
for file in /usr/bin/qemu-system-aarch64 /usr/share/AAVMF/AAVMF_VARS.ms.fd $DIR/shimaa64.efi.signed $DIR/grubnetaa64.efi.signed; do
    [ -e $file ] || { echo "# skipped: $file is missing (scripts/deps test)"; exit 77; }
done
CACHE=${XDG_CACHE_HOME:-/var/cache}/pxed/netboot-arm64
NETBOOT=$CACHE/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64
mkdir -p "$CACHE"
if [ ! -e "$NETBOOT/linux" ]; then
    (cd "$CACHE" && apt-get -qq -o APT::Sandbox::User=root download debian-installer-12-netboot-arm64 &&
        dpkg -x debian-installer-12-netboot-arm64_*.deb . && rm -f ./*.deb) >/dev/null 2>&1 ||
        { echo "# skipped: apt delivers no debian-installer-12-netboot-arm64"; exit 77; }
fi
lab_begin arm64
lab_net
lab_config
sed -i 's/console=ttyS0/console=ttyAMA0/' "$LAB/pxed.ini"
OS=$LAB/root/boot/os/debian-12-arm64
mkdir -p "$OS"
cp "$NETBOOT/linux" "$NETBOOT/initrd.gz" "$OS/"
echo "$LAB_MAC, debian-12-arm64, name=web01, domain=lab.test, ip=10.77.0.60" >"$LAB/host-os.conf"
lab_pxed || fail "pxed starts"
cp /usr/share/AAVMF/AAVMF_VARS.ms.fd "$LAB/vars.fd"
lab_spawn machine qemu-system-aarch64 -name pxed-lab -no-reboot -machine virt -cpu cortex-a57 -accel tcg,thread=multi -smp "${LAB_SMP:-2}" \
    -m 1024 -display none -chardev "file,id=serial,path=$LAB/serial.log,append=on" -serial chardev:serial \
    -monitor "unix:$LAB/monitor,server,nowait" -drive if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.ms.fd \
    -drive "if=pflash,format=raw,file=$LAB/vars.fd" -netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
    -device "virtio-net-pci,netdev=n0,mac=$LAB_MAC,romfile=,bootindex=1"
expect "the firmware says its processor" lab_wait "$STAGE" journal_has firmware=efi-arm64
expect "it fetches shim" lab_wait "$STAGE" journal_has "loader .*shimaa64.efi"
expect "GRUB asks for its configuration" lab_wait "$STAGE" journal_has "script .*install=debian-12-arm64 loader=grub"
expect "the kernel is fetched" lab_wait "$STAGE" journal_has "kernel .*debian-12-arm64/linux"
expect "and runs" lab_wait_serial "$STAGE" "Linux version"
expect "with the host's arguments" lab_wait_serial "$STAGE" "hostname=web01"
expect "its firmware has believed it" lab_wait_serial "$STAGE" "secureboot: Secure boot enabled"
expect "the installer asks for its answers" lab_wait "$STAGE" journal_has "answer .*preseed.cfg"
echo "$CHECKS passed, 0 failed"
