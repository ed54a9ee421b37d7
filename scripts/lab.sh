# shellcheck shell=bash
# A test network in its own network namespaces: sourced by quickstart, the boot tests and bench. Nothing here changes the
# machine's interfaces; every started process is stopped by its pid, every created file is removed.
#   lab_begin NAME        namespace and folder; lab_end runs on exit
#   lab_net               tap0 for one emulated machine, the server at 10.77.0.1/24
#   lab_spawn LABEL CMD   starts CMD in the namespace, output to $LAB/LABEL.log
#   lab_machine ARGS      starts the emulated machine with a serial console in $LAB/serial.log
#   lab_wait_serial SECONDS TEXT [FROM_BYTE]    waits for a text on the serial console
LAB_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB_MAC=${LAB_MAC:-08:00:27:4d:4d:aa}
declare -A LAB_PIDS=()

lab_die() { echo "${0##*/}: $*" >&2; exit 1; }

lab_begin() {
    [ "$(id -u)" = 0 ] || lab_die "root is needed to make a network namespace"
    LAB_NS=px_$1_$$
    LAB=$(mktemp -d "${TMPDIR:-/tmp}/pxed-$1.XXXXXX")
    chmod 755 "$LAB"
    trap lab_end EXIT
    trap 'exit 130' INT TERM
    ip netns add "$LAB_NS" || lab_die "cannot make a network namespace"
    ip -n "$LAB_NS" link set lo up
}

lab_end() {
    local label
    trap - EXIT
    for label in "${!LAB_PIDS[@]}"; do lab_stop "$label"; done
    ip netns del "$LAB_NS" 2>/dev/null
    if [ -n "${LAB_KEEP:-}" ]; then echo "kept: $LAB" >&2; else rm -rf "$LAB"; fi
}

lab_net() { # the tap is the wire: the server on our side, the machine's card on the other
    ip -n "$LAB_NS" tuntap add tap0 mode tap
    ip -n "$LAB_NS" link set tap0 address 02:00:0a:4d:00:01 up
    ip -n "$LAB_NS" addr add 10.77.0.1/24 dev tap0
}

lab_in() { ip netns exec "$LAB_NS" "$@"; }

lab_spawn() { # LAB_GROUP: a control group that it joins
    local label=$1
    shift
    {
        [ -z "${LAB_GROUP:-}" ] || echo "$BASHPID" >"$LAB_GROUP/cgroup.procs"
        exec ip netns exec "$LAB_NS" "$@"
    } >>"$LAB/$label.log" 2>&1 </dev/null &
    LAB_PIDS[$label]=$!
}

lab_stop() { # SIGTERM, and SIGKILL after five seconds
    local pid=${LAB_PIDS[$1]:-} n=0
    unset "LAB_PIDS[$1]"
    [ -n "$pid" ] && kill "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    return 0
}

lab_alive() { kill -0 "${LAB_PIDS[$1]:-0}" 2>/dev/null; }

lab_wait() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

lab_disk() { # FILE SIZE: a blank disk
    rm -f "$1"
    truncate -s "$2" "$1"
}

# A restart ends the emulator and starts it anew: memory is empty, as after a power cut, and nothing of the emulator itself
# (translated code, device state) lives from one boot into the next.
lab_restarts() {
    local child=
    trap '[ -z "$child" ] || kill "$child" 2>/dev/null; wait; exit 0' TERM
    while :; do
        "$@" &
        child=$!
        wait "$child" || exit
    done
}

lab_machine() { # further arguments go to the emulator; the disk is $LAB/disk.img unless LAB_DISKS says otherwise
    local disks=${LAB_DISKS:--drive if=virtio,format=raw,cache=unsafe,file=$LAB/disk.img} firmware="-machine pc -boot order=nc" card=
    if [ -n "${LAB_EFI:-}" ]; then # the firmware's own network stack, not the card's ROM; its IPv6 attempts only cost time (LAB_IPV6=y: all the same)
        local code=OVMF_CODE_4M.fd vars=OVMF_VARS_4M.fd machine=q35
        if [ "$LAB_EFI" = secure ]; then # Microsoft's keys, Secure Boot on
            code=OVMF_CODE_4M.secboot.fd vars=OVMF_VARS_4M.ms.fd
            machine="q35,smm=on -global driver=cfi.pflash01,property=secure,value=on"
        fi
        [ -e "$LAB/vars.fd" ] || cp "/usr/share/OVMF/$vars" "$LAB/vars.fd"
        firmware="-machine $machine -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/$code
            -drive if=pflash,format=raw,file=$LAB/vars.fd -fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=${LAB_IPV6:-n}"
        card=,romfile=,bootindex=1
        # The firmware skips devices that are not in the boot order; a real one always tries the disk last.
        disks=${LAB_DISKS:--drive if=none,id=d0,format=raw,cache=unsafe,file=$LAB/disk.img -device virtio-blk-pci,drive=d0,bootindex=2}
    fi
    # /dev/kvm may exist but hang; software emulation always works.
    # shellcheck disable=SC2086
    lab_spawn machine bash -c "$(declare -f lab_restarts); lab_restarts \"\$@\"" machine \
        qemu-system-x86_64 -name pxed-lab -no-reboot $firmware -accel tcg,thread=multi -smp "${LAB_SMP:-2}" -m 1024 \
        -display none -chardev "file,id=serial,path=$LAB/serial.log,append=on" -serial chardev:serial -monitor "unix:$LAB/monitor,server,nowait" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device virtio-net-pci,netdev=n0,mac="$LAB_MAC$card" \
        $disks "$@"
}

lab_monitor() { # COMMAND: to the emulator's monitor
    echo "$1" | timeout 5 nc -N -U "$LAB/monitor" >/dev/null 2>&1
}

lab_serial_size() { stat -c %s "$LAB/serial.log" 2>/dev/null || echo 0; }

lab_wait_serial() { # SECONDS TEXT [FROM_BYTE]
    local end=$((SECONDS + $1)) from=${3:-0}
    until tail -c "+$((from + 1))" "$LAB/serial.log" 2>/dev/null | grep -aqF -e "$2"; do
        lab_alive machine || return 1
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

# The demo's configuration: pxed is the DHCP server of a private network.
lab_config() { # [FURTHER HOST VARIABLES]
    mkdir -p "$LAB/root/boot/os" "$LAB/root/tftp" "$LAB/state"
    cat >"$LAB/pxed.ini" <<INI
[pxed]
interface = tap0
root      = $LAB/root
state     = $LAB/state
hosts     = host-os.conf
[dhcp]
mode  = ${LAB_MODE:-server}
range = 10.77.0.50 - 10.77.0.99
dns   = 10.77.0.1
[defaults]
args  = console=ttyS0
INI
    echo "$LAB_MAC, debian-12, name=web01, domain=lab.test, ip=10.77.0.60${1:+, $1}" >"$LAB/host-os.conf"
}

lab_image() { # the folder of debian-12: built once, kept in the cache
    "$LAB_TOP/scripts/make-image" -k cloud -o "$LAB/root/boot/os/debian-12"
}

lab_pxed() { # starts the daemon of the build tree, waits until it is ready
    lab_spawn pxed "$LAB_BUILD/sbin/pxed" run -c "$LAB/pxed.ini"
    lab_wait 20 grep -q ' core ready ' "$LAB/pxed.log" && lab_alive pxed
}

lab_ctl() { # a live command: the socket is a file, it crosses namespaces
    local command=$1
    shift
    "$LAB_BUILD/sbin/pxed" "$command" -c "$LAB/pxed.ini" "$@"
}

lab_build() { # BUILD_FOLDER [CMAKE ARGUMENTS]: configures and builds quietly
    LAB_BUILD=$1
    shift
    cmake -S "$LAB_TOP" -B "$LAB_BUILD" -G Ninja "$@" >"$LAB_BUILD.cmake.log" 2>&1 || { cat "$LAB_BUILD.cmake.log"; return 1; }
    cmake --build "$LAB_BUILD" >"$LAB_BUILD.build.log" 2>&1 || { tail -50 "$LAB_BUILD.build.log"; return 1; }
    rm -f "$LAB_BUILD.cmake.log" "$LAB_BUILD.build.log"
}

# Medians of the rounds in $LAB/rounds, whose lines are NAME WORD VALUE WORD VALUE ...
lab_medians() { # NAMES COLUMN:WORD...
    local names=$1 name column
    shift
    for name in $names; do
        for column; do
            grep "^$name " "$LAB/rounds" | awk -v c="${column%%:*}" '{ print $c }' | sort -n |
                awk -v n="${column##*:}" -v p="$name" '{ v[NR] = $1 } END { printf "%-8s %-10s %8.3f\n", p, n, v[int((NR + 1) / 2)] }'
        done
    done
}
