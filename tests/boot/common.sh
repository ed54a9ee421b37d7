# shellcheck shell=bash
# Boot tests: real firmware, real installer kernel, pxed in a namespace. Usage of each: NAME BUILD_FOLDER
set -u
# shellcheck source=scripts/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lab.sh"
# shellcheck source=tests/why/staged.sh
. "$(dirname "${BASH_SOURCE[0]}")/../why/staged.sh"
LAB_BUILD=${1:?usage: $0 BUILD_FOLDER}
STAGE=600 # seconds a stage may take under software emulation, beside other tests
CHECKS=0

ok() { CHECKS=$((CHECKS + 1)); echo "ok $CHECKS - $* (${SECONDS} s)"; }

# Where it stands, three times: a loop shows as a loop.
processor_says() {
    local n
    for n in 1 2 3; do
        { printf 'info registers\nx/6i $pc\n'; sleep 1; } | timeout 5 nc -N -U "$LAB/monitor" 2>/dev/null | tr -d '\r' |
            grep -a 'RIP\|EIP\|HLT\|^CS\|CR0\|^0x'
    done
}

fail() {
    echo "not ok - $*"
    echo "--- serial"; tail -c 3000 "$LAB/serial.log" 2>/dev/null | tr -d '\r'
    echo "--- processor"; processor_says
    echo "--- journal"; lab_ctl log web01 2>&1 | tail -25
    echo "--- pxed.log"; tail -10 "$LAB/pxed.log" 2>/dev/null
    exit 1
}

expect() { # DESCRIPTION COMMAND...
    local what=$1
    shift
    if "$@"; then ok "$what"; else fail "$what"; fi
}

until_stage() { timeout $((STAGE + 60)) "$LAB_BUILD/sbin/pxed" watch -c "$LAB/pxed.ini" web01 --until "$1" --timeout "$STAGE"; }

cause() { lab_ctl why web01 --json | jq -r 'select(.cause) | .cause'; }
cause_is() { [ "$(cause)" = "$1" ]; }
why_names() { # KEY: the fault KEY of tests/why/faults is there: `pxed why` names its row's cause
    expect "$1" lab_wait 10 cause_is "$(fault_cause "$1")"
}
no_cause() { expect "pxed why names no cause" lab_wait 10 cause_is ""; } # of what ends well

journal_has() { lab_ctl log web01 | grep -q -- "$1"; }

# Commands for run=@run.sh: a service of the new system says on the console what it has, once its network is up and before a login
# takes the console over; and what the further lines on stdin print.
run_tells() {
    { cat <<'RUN'
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\nDefaultDeviceTimeoutSec=15min\nDefaultTimeoutStartSec=15min\n' >/etc/systemd/system.conf.d/slow.conf
cat >/usr/local/sbin/tell <<'X'
#!/bin/sh
exec >/dev/ttyS0
echo
echo "seen: address $(ip -4 -o addr show dev vlan12 | awk '{ print $4 }'), $(ip -d link show dev vlan12 | grep -o 'vlan protocol 802.1Q id [0-9]*')"
echo "seen: plain port $(ip -4 -o addr show | awk '$2 != "lo" && $2 != "vlan12"' | wc -l) addresses"
echo "seen: route $(ip -4 route show default)"
echo "seen: root $(findmnt -no SOURCE /), $(lvs --noheadings -o lv_name,vg_name,segtype | xargs)"
RUN
    cat
    cat <<'RUN'
X
chmod 755 /usr/local/sbin/tell
printf '[Unit]\nBefore=serial-getty@ttyS0.service\nAfter=network-online.target\nWants=network-online.target\n[Service]\nType=oneshot\nExecStart=/usr/local/sbin/tell\n[Install]\nWantedBy=multi-user.target\n' \
    >/etc/systemd/system/tell.service
systemctl enable tell.service
RUN
    } >"$LAB/run.sh"
}
in_vlan() { lab_in python3 "$(dirname "${BASH_SOURCE[0]}")/vlan_ask.py"; } # the machine answers there

# A disk with a partition table whose boot code says so on the serial line, and then stands still.
disk_in_use() { # FILE
    lab_disk "$1" 1G
    python3 - "$1" <<'PY'
import struct, sys
text = b"THE DISK BOOTS\r\n\0"
# cli; xor ax,ax; mov ds,ax; mov si,text; mov dx,3f8h; next: lodsb; test al,al; jz end; out dx,al; mov cx,4000h; loop $; jmp next; end: hlt; jmp end
code = bytes.fromhex("fa31c08ed8be0000baf803ac84c074 08eeb90040e2feebf3f4ebfd".replace(" ", ""))
code = code[:6] + struct.pack("<H", 0x7c00 + len(code)) + code[8:]
mbr = bytearray(512)
mbr[:len(code + text)] = code + text
mbr[446:462] = struct.pack("<BBBBBBBBII", 0x80, 0, 2, 0, 0x83, 0, 2, 0, 2048, 1000000)
mbr[510:] = b"\x55\xaa"
with open(sys.argv[1], "r+b") as disk:
    disk.write(mbr)
    disk.seek(2048 * 512)
    disk.write(b"precious data" * 1000)
PY
}

# A disk for UEFI: an EFI system partition whose loader says so, under the fallback name or FOLDER/NAME.
disk_efi() { # FILE [FOLDER NAME]
    local esp=$LAB/esp
    lab_disk "$1" 64M
    printf 'label: gpt\nstart=2048, size=122880, type=uefi\n' | sfdisk -q "$1" || return
    printf 'echo THE DISK BOOTS\nsleep 3600\n' >"$LAB/disk.cfg"
    grub-mkimage -O x86_64-efi -p /none -c "$LAB/disk.cfg" -o "$LAB/disk.efi" normal echo sleep || return
    rm -f "$esp"
    truncate -s 60M "$esp"
    mformat -i "$esp" -F :: || return
    mmd -i "$esp" ::/EFI "::/EFI/${2:-BOOT}" || return
    mcopy -i "$esp" "$LAB/disk.efi" "::/EFI/${2:-BOOT}/${3:-BOOTX64.EFI}" || return
    dd if="$esp" of="$1" bs=1M seek=1 conv=notrunc status=none
}
