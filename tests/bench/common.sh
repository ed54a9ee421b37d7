# shellcheck shell=bash
# What loads and peers of scripts/bench stand on: two network namespaces, servers whose CPU is counted, rows of results.
# Sourced by scripts/bench after scripts/lab.sh, which has the server's namespace, the folder $LAB and the started processes.
#   bench_begin           namespaces, files, load generators; bench_end removes everything
#   bench_client CMD...   runs CMD where the clients are
#   bench_spawn LABEL CMD...       starts a server process (peers); bench_stop stops all of them
#   bench_start PEER ROLE          starts a peer; bench_ready KIND [WHAT] waits for its first answer, bench_settled a second more
#   bench_measure CASE CMD...      runs a generator and takes the time of the server's CPU; then bench_row WORD... writes the row
#   bench_value KEY       a figure of the generator's line; bench_cpu_per SCALE KEY: the servers' CPU for each of it
BENCH_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BENCH_SERVER=10.100.0.1
BENCH_CLIENT=10.100.0.2
BENCH_PREFIX=14                 # the net of both, with all addresses that are leased
BENCH_POOL_FIRST=10.101.0.0
BENCH_HALLS=10.104.0.0          # the first of 1,000 nets behind relays; addresses of clients
BENCH_RELAY=(-s "$BENCH_SERVER" -g "$BENCH_CLIENT") # of a generator that speaks DHCP
BENCH_OWN=(-a "$BENCH_HALLS")   # of a generator whose clients have addresses of their own, as machines do
BENCH_HOSTS=10000               # lines of the host file
BENCH_FIRST_HOST=0x20000000     # number of the first one's hardware address (src/load.h)
export PATH=$PATH:/usr/sbin:/sbin

# --- the place

bench_begin() {
    BENCH_DATA=$LAB/www         # the document root; what TFTP serves is in $BENCH_DATA/tftp
    BENCH_RUN=$LAB/run          # leases, stores, logs of one start of a peer
    BENCH_BIN=$LAB/bin
    BENCH_CLIENTS=${LAB_NS}_c
    trap bench_end EXIT
    bench_tools
    bench_files
    bench_wire
    bench_group
    ulimit -n "$(ulimit -Hn)"
}

bench_end() {
    local try
    trap - EXIT
    bench_stop
    ip netns del "$BENCH_CLIENTS" 2>/dev/null
    for try in 1 2 3 4 5; do # a process that has just ended may still be counted
        [ -d "${BENCH_GROUP:-/nowhere}" ] || break
        rmdir "$BENCH_GROUP" 2>/dev/null || sleep "0.$try"
    done
    lab_end
}

bench_tools() { # the load generators
    local name flags="-std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra"
    mkdir -p "$BENCH_BIN"
    for name in dhcp-load tftp-load http-load boot-storm probe; do
        # shellcheck disable=SC2086
        cc $flags -o "$BENCH_BIN/$name" "$BENCH_HERE/src/$name.c" "$BENCH_HERE"/src/{load,dhcp,tftp,http}.c -lssl -lcrypto ||
            lab_die "the load generators cannot be compiled"
    done
}

bench_hosts() { # a host file of as many machines: the hardware addresses of src/load.c
    awk -v n="$BENCH_HOSTS" -v first=$((BENCH_FIRST_HOST)) 'BEGIN {
        for (i = 0; i < n; i++) { # in two halves: a product of 64 bits is more than awk counts exactly
            high = int((first + i) / 65536); low = (first + i) % 65536
            v = ((high * 2654435761 % 65536) * 65536 + low * 2654435761) % 4294967296
            printf "52:54:%02x:%02x:%02x:%02x, centos-5.5-i386\n", int(v / 16777216), int(v / 65536) % 256, int(v / 256) % 256, v % 256
        } }'
}

bench_files() { # what is served: random bytes, each file under the names by which the peers know it
    local boot=$BENCH_DATA/boot tftp=$BENCH_DATA/tftp image
    image=$boot/os/centos-5.5-i386/pxeboot
    mkdir -p "$image" "$tftp" "$LAB/cgi"
    head -c 600 /dev/urandom >"$boot/small"
    head -c 8388608 /dev/urandom >"$image/vmlinuz"
    head -c 41943040 /dev/urandom >"$image/initrd.img"
    head -c 71680 /dev/urandom >"$tftp/loader"
    head -c 1048576 /dev/urandom >"$tftp/megabyte"
    ln "$boot/small" "$image/small"
    ln "$image/vmlinuz" "$boot/vmlinuz"
    ln "$image/initrd.img" "$boot/initrd.img"
    bench_hosts >"$LAB/host-os.conf"
    cp "$BENCH_HERE"/cgi/* "$LAB/cgi/"
    chmod 755 "$LAB"/cgi/*
    cat "$image"/* "$tftp"/* >/dev/null
}

bench_wire() {
    local space net
    ip netns add "$BENCH_CLIENTS" || lab_die "cannot make a network namespace"
    ip -n "$LAB_NS" link add ve0 type veth peer name ve0 netns "$BENCH_CLIENTS" || lab_die "cannot make a wire"
    for space in "$LAB_NS" "$BENCH_CLIENTS"; do
        ip netns exec "$space" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.ip_local_port_range="10000 65000" \
            net.ipv4.tcp_tw_reuse=1 2>/dev/null
        ip -n "$space" link set lo up
        ip -n "$space" link set ve0 up
    done
    ip -n "$LAB_NS" addr add $BENCH_SERVER/$BENCH_PREFIX dev ve0
    ip -n "$BENCH_CLIENTS" addr add $BENCH_CLIENT/$BENCH_PREFIX dev ve0
    # A server that asks whether a free address is in use gets no answer, as from addresses without a machine.
    ip netns exec "$BENCH_CLIENTS" sysctl -qw net.ipv4.icmp_echo_ignore_all=1 net.ipv4.conf.all.arp_ignore=1
    # Every address of the pool and of the halls is the clients' own, behind one neighbour: thousands would fill a table that all
    # namespaces share.
    for net in $BENCH_HALLS/14 10.101.0.0/16 10.102.0.0/16; do
        ip -n "$BENCH_CLIENTS" route add local "$net" dev lo
        ip -n "$LAB_NS" route add "$net" via $BENCH_CLIENT
    done
}

bench_client() { ip netns exec "$BENCH_CLIENTS" "$@"; }

# --- CPU: of a control group, which counts children that have ended, too

bench_group() { # $BENCH_GROUP, or nothing
    local top
    BENCH_GROUP=
    for top in /sys/fs/cgroup/cpuacct /sys/fs/cgroup /sys/fs/cgroup/unified; do
        [ -e "$top/cpuacct.usage" ] || [ -e "$top/cgroup.controllers" ] || continue
        mkdir "$top/$LAB_NS" 2>/dev/null || continue
        BENCH_GROUP=$top/$LAB_NS
        [ -e "$BENCH_GROUP/cpuacct.usage" ] || [ -e "$BENCH_GROUP/cpu.stat" ] && return
        rmdir "$BENCH_GROUP"
        BENCH_GROUP=
    done
}

bench_pids() { ip netns pids "$LAB_NS" 2>/dev/null; }

bench_cpu() { # seconds used by the servers
    if [ -e "$BENCH_GROUP/cpuacct.usage" ]; then
        awk '{ printf "%.6f", $1 / 1e9 }' "$BENCH_GROUP/cpuacct.usage"
    elif [ -e "$BENCH_GROUP/cpu.stat" ]; then
        awk '$1 == "usage_usec" { printf "%.6f", $2 / 1e6 }' "$BENCH_GROUP/cpu.stat"
    else # and by children whose end was awaited
        for pid in $(bench_pids); do cat "/proc/$pid/stat" 2>/dev/null; done |
            awk -v hz="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); s += $12 + $13 + $14 + $15 } END { printf "%.6f", s / hz }'
    fi
}

bench_machine_cpu() { # seconds used by everything
    awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" { printf "%.3f", ($2 + $3 + $4 + $7 + $8 + $9) / hz }' /proc/stat
}

bench_memory() { # MB of the servers, shared pages divided
    local pid
    for pid in $(bench_pids); do cat "/proc/$pid/smaps_rollup" 2>/dev/null; done |
        awk '$1 == "Pss:" { s += $2 } END { printf "%.2f", s * 1024 / 1e6 }'
}

# --- peers

# A name with a slash is a file of its own.
bench_peer_file() { case $1 in */*) echo "$1" ;; *) echo "$BENCH_HERE/peers/$1.sh" ;; esac }

bench_source_peer() { # NAME
    peer_roles='' peer_script=''
    peer_version() { echo "version unknown"; }
    peer_needs='' peer_unseen=''
    # shellcheck source=/dev/null
    . "$(bench_peer_file "$1")"
}

bench_missing() { # the programs that the peer needs and that are not here
    local program
    for program in $peer_needs; do command -v "$program" >/dev/null || echo "$program"; done
}

bench_spawn() {
    local label=$1
    shift
    LAB_GROUP=$BENCH_GROUP lab_spawn "$label" "$@"
    BENCH_LABELS+=" $label"
}

bench_alive() {
    local label
    for label in ${BENCH_LABELS:-}; do lab_alive "$label" || return 1; done
}

bench_stop() { # every process of the server's namespace, which is ours alone
    local label pid
    for label in ${BENCH_LABELS:-}; do lab_stop "$label"; done
    for pid in $(bench_pids); do kill -9 "$pid" 2>/dev/null; done
    BENCH_LABELS=
    return 0
}

bench_start() { # PEER ROLE; with nothing left of an earlier start
    bench_stop
    rm -rf "$BENCH_RUN"
    mkdir -p "$BENCH_RUN"
    chmod 755 "$BENCH_RUN"
    bench_restart "$@"
}

bench_restart() { # PEER ROLE; what it has written is still there
    local missing
    bench_source_peer "$1"
    case " $peer_roles " in *" $2 "*) ;; *) bench_error "it has no role $2"; return 1 ;; esac
    missing=$(bench_missing)
    [ -z "$missing" ] || { bench_error "not installed: $missing"; return 1; }
    peer_start "$2"
}

bench_ready() { # dhcp|tftp|http [FILE|PATH]
    bench_client "$BENCH_BIN/probe" "$1" $BENCH_SERVER $BENCH_CLIENT "${@:2}" >"$LAB/probe" && bench_alive && return
    bench_error "it does not answer"
    return 1
}

# How long a server takes to start is a load of its own: the others find it at rest, with the free addresses probed that it probes first.
bench_settled() { bench_ready "$@" && sleep 1; } # as bench_ready

bench_pool_last() { # COUNT: the last address of a pool of as many
    echo "10.$((101 + (${1:-131072} - 1) / 65536)).$((((${1:-131072} - 1) / 256) % 256)).255"
}

bench_host() { sed -n "$((${1:-7} + 1))s/,.*//p" "$LAB/host-os.conf"; } # the hardware address of a line

# --- rows

bench_calc() { awk "BEGIN { printf \"${2:-%.2f}\", $1 }"; }

bench_load_average() { cut -d' ' -f1 /proc/loadavg; }

bench_value() { # KEY
    sed -n "s/^.*\\b$1=\\([^ ]*\\).*\$/\\1/p" "$LAB/figures" | head -n 1
}

bench_cpu_per() { # SCALE KEY: the servers' CPU in 1/SCALE seconds for each of a figure; - if /proc does not show it
    if [ -z "$BENCH_GROUP" ] && [ -n "$peer_unseen" ]; then echo - && return; fi
    bench_calc "$BENCH_CPU * $1 / $(bench_value "$2")" %.4f
}

bench_clock() { # the beginning of a row
    BENCH_LOAD_BEFORE=$(bench_load_average) BENCH_BEGUN=$(date +%s%N) BENCH_MACHINE=$(bench_machine_cpu) BENCH_CPU=$(bench_cpu)
    : >"$LAB/figures"
}

bench_stop_clock() {
    BENCH_CPU=$(bench_calc "$(bench_cpu) - $BENCH_CPU" %.6f)
    BENCH_SECONDS=$(bench_calc "($(date +%s%N) - $BENCH_BEGUN) / 1e9" %.3f)
    BENCH_MACHINE=$(bench_calc "$(bench_machine_cpu) - $BENCH_MACHINE" %.3f)
}

bench_measure() { # CASE CMD...: its line of figures goes to $LAB/figures; 1 after an error row, or without any if it is not wanted
    BENCH_CASE=$1
    # shellcheck disable=SC2053
    [[ $1 == $BENCH_CASES ]] || return
    shift
    local why
    bench_clock
    bench_client timeout 120 "$@" >"$LAB/figures" 2>"$LAB/generator.log"
    local code=$?
    bench_stop_clock
    if ! bench_alive; then
        bench_error "the server died"
    elif [ $code != 0 ]; then
        why=$(bench_value why)
        bench_error "${why:-the load generator ended with $code} ($(bench_value failed) failed)"
    else
        return 0
    fi
    return 1
}

bench_write() { # KEY=VALUE...
    printf 'row load=%s case=%s peer=%s round=%s' "$BENCH_LOAD" "$BENCH_CASE" "$(basename "$BENCH_PEER" .sh)" "$BENCH_ROUND"
    printf ' %s' "$@"
    echo
}

# KEY=VALUE, or KEY of a figure of the generator. With what the machine did meanwhile; others: CPUs that neither the servers nor
# the generator used.
bench_row() { # WORD...
    local word words=() client others
    for word; do
        case $word in *=*) ;; *) word=$word=$(bench_value "$word") ;; esac
        case $word in *=) bench_error "no figure for ${word%=}" && return 1 ;; esac
        words+=("$word")
    done
    client=$(bench_value client_cpu_s)
    others=$(bench_calc "($BENCH_MACHINE - $BENCH_CPU - ${client:-0}) / $BENCH_SECONDS" %.2f)
    bench_write "${words[@]}" "load_before=$BENCH_LOAD_BEFORE" "load_during=$(bench_load_average)" "others=$others" |
        tee -a "$BENCH_OUT/raw" >&2
}

bench_error() { # WHY: a wrong or missing answer has no figures
    bench_write "load_before=$(bench_load_average)" "error=${*// /_}" | tee -a "$BENCH_OUT/raw" >&2
}

# --- the machine

bench_machine() { # lines `machine WORD TEXT`
    local name os
    # shellcheck source=/dev/null
    os=$(. /etc/os-release && echo "$PRETTY_NAME")
    echo "machine processor $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) used"
    echo "machine memory $(awk '$1 == "MemTotal:" { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)"
    echo "machine kernel $(uname -srm)"
    echo "machine system $os"
    echo "machine virtual $(systemd-detect-virt 2>/dev/null || true)"
    echo "machine disk $(df --output=fstype "$LAB" | tail -n 1) below $(df --output=target "$LAB" | tail -n 1)"
    echo "machine load $(cut -d' ' -f1-3 /proc/loadavg) before the first row"
    echo "machine date $(date -u '+%Y-%m-%d %H:%M') UTC"
    echo "machine cpu-of-servers $(bench_group_kind)"
    for name in "$@"; do
        bench_source_peer "$name"
        echo "version $(basename "$name" .sh) $([ -z "$(bench_missing)" ] && peer_version 2>&1 | head -n 1 || echo "not installed")"
    done
}

bench_group_kind() {
    case $BENCH_GROUP in
    '') echo "/proc, without those whose children nobody awaits" ;;
    */cpuacct/*) echo "cgroup v1 cpuacct" ;;
    *) echo "cgroup v2 cpu.stat" ;;
    esac
}
