# shellcheck shell=bash
# One emulated machine (QEMU, software emulation) from power-on to the first byte of the boot script and to the kernel's banner on
# its serial console: iPXE in the card's ROM; UEFI, which loads snponly.efi by PXE, and by HTTP Boot. `network_s`: from the first
# DISCOVER to the banner, which excludes the firmware's own start. `waits_ms`: what of it the machine waited for the server
# (../waits.py). The CPU of the emulator counts as that of others.
LOAD_TITLE="One machine from power-on to the kernel's banner"
LOAD_PEERS="dnsmasq+nginx pxed"
LOAD_METRICS=(
    "+waits_ms down waits for the server ms"
    "longest_ms down longest wait ms"
    "network_s down DISCOVER to banner s"
    "banner_s down power-on to banner s"
)
BOOT_IMAGE=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64

boot_prepare() { # once
    [ ! -e "$LAB/disk.img" ] || return 0
    lab_in sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 # as it is by default: iPXE waits for a router
    lab_net
    lab_disk "$LAB/disk.img" 64M
    mkdir -p "$LAB/root/boot/os/debian-12"
    cp "$BOOT_IMAGE/linux" "$BOOT_IMAGE/initrd.gz" "$LAB/root/boot/os/debian-12/"
}

# Time of the first matching packet, in seconds since the epoch.
boot_packet() { tcpdump -tt -nr "$LAB/wire.pcap" -c 1 "$@" 2>/dev/null | awk '{ print $1 }'; }

boot_machine() { # ARGS; sets BOOT_POWER and BOOT_BANNER
    rm -f "$LAB/serial.log" "$LAB/wire.pcap" "$LAB/vars.fd"
    lab_spawn tcpdump tcpdump -U -i tap0 -s 128 -w "$LAB/wire.pcap" 'udp or tcp port 80 or icmp6'
    sleep 1
    BOOT_POWER=$(date +%s.%N)
    lab_machine "$@"
    lab_wait_serial 240 'Linux version'
    local code=$?
    BOOT_BANNER=$(date +%s.%N)
    lab_stop machine
    lab_stop tcpdump
    return $code
}

boot_case() { # CASE [ARGS]
    local discover
    BENCH_CASE=$1
    shift
    bench_start "$BENCH_PEER" boot || return
    lab_in "$BENCH_BIN/probe" http 10.77.0.1 10.77.0.1 /boot/os/debian-12/linux >/dev/null ||
        { bench_error "it does not answer"; return; }
    bench_clock
    boot_machine "$@" || { bench_error "no kernel banner within four minutes"; return; }
    bench_stop_clock
    bench_stop
    discover=$(boot_packet "udp src port 68 and ether src $LAB_MAC")
    # shellcheck disable=SC2046
    bench_row $(tcpdump -tt -nr "$LAB/wire.pcap" 2>/dev/null | python3 -B "$LAB_TOP/tests/bench/waits.py" 10.77.0.1 "$LAB_MAC") \
        "network_s=$(bench_calc "$BOOT_BANNER - $discover" %.2f)" "banner_s=$(bench_calc "$BOOT_BANNER - $BOOT_POWER" %.2f)"
}

load_run() {
    boot_prepare
    boot_case bios
    LAB_EFI=yes boot_case efi
    LAB_EFI=yes boot_case efi-http -fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n
}
