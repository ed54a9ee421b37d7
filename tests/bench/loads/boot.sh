# shellcheck shell=bash
# One emulated machine (QEMU, software emulation) from power-on to the first byte of the boot script and to the kernel's banner on
# its serial console. `network_s`: from the first DISCOVER to the first byte of the script, which excludes the firmware's own
# start. The CPU of the emulator counts as that of others.
LOAD_TITLE="One machine from power-on to the kernel's banner"
LOAD_PEERS="dnsmasq+nginx pxed"
LOAD_METRICS=(
    "+network_s down DISCOVER to script s"
    "+script_s down power-on to script s"
    "banner_s down power-on to banner s"
)
BOOT_IMAGE=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64

boot_prepare() { # once
    [ ! -e "$LAB/disk.img" ] || return 0
    lab_net
    lab_disk "$LAB/disk.img" 64M
    mkdir -p "$LAB/root/boot/os/debian-12"
    cp "$BOOT_IMAGE/linux" "$BOOT_IMAGE/initrd.gz" "$LAB/root/boot/os/debian-12/"
}

# Time of the first matching packet, in seconds since the epoch.
boot_packet() { tcpdump -tt -nr "$LAB/wire.pcap" -c 1 "$@" 2>/dev/null | awk '{ print $1 }'; }

boot_machine() { # sets BOOT_POWER and BOOT_BANNER
    rm -f "$LAB/serial.log" "$LAB/wire.pcap"
    lab_spawn tcpdump tcpdump -U -i tap0 -s 96 -w "$LAB/wire.pcap" 'udp port 67 or tcp port 80'
    sleep 1
    BOOT_POWER=$(date +%s.%N)
    lab_machine
    lab_wait_serial 180 'Linux version'
    local code=$?
    BOOT_BANNER=$(date +%s.%N)
    lab_stop machine
    lab_stop tcpdump
    return $code
}

load_run() {
    local discover script
    BENCH_CASE=bios
    boot_prepare
    bench_start "$BENCH_PEER" boot || return
    lab_in "$BENCH_BIN/probe" http 10.77.0.1 10.77.0.1 /boot/os/debian-12/linux >/dev/null ||
        { bench_error "it does not answer"; return; }
    bench_clock
    boot_machine || { bench_error "no kernel banner within three minutes"; return; }
    bench_stop_clock
    bench_stop
    discover=$(boot_packet 'udp src port 68')
    script=$(boot_packet 'tcp src port 80 and tcp[tcpflags] & tcp-push != 0')
    if [ -z "$discover" ] || [ -z "$script" ]; then
        bench_error "no boot script on the wire"
        return
    fi
    bench_row "network_s=$(bench_calc "$script - $discover" %.3f)" "script_s=$(bench_calc "$script - $BOOT_POWER" %.2f)" \
        "banner_s=$(bench_calc "$BOOT_BANNER - $BOOT_POWER" %.2f)"
}
