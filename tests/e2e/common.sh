# shellcheck shell=bash
# End-to-end tests: the daemon in one network namespace, its clients in others, a bridge between them.
# Sourced by each test; usage of each: NAME.sh BUILD_FOLDER. Lines `ok N - what` and `not ok N - what`; exit 1 if one failed.
#   e2e_begin            namespaces, folder $E2E, an empty root and state; everything goes away on exit
#   e2e_client NAME [MAC]    one more machine on the wire: namespace with eth0
#   e2e_disk FOLDER      sysfs and /dev of files, with one blank disk
#   e2e_in NAME CMD...   runs CMD in it (NAME `server`: the daemon's)
#   e2e_spawn LABEL NAME CMD...    the same in the background, output to $E2E/LABEL.log
#   e2e_dnsmasq NAME ARGUMENTS...    another DHCP server there
#   e2e_ini <<INI        writes pxed.ini: [pxed] comes first and holds the folders
#   e2e_start / e2e_stop starts the daemon and waits until it is ready / stops it and looks at its end
#   ok WHAT CMD...       the check; is WHAT EXPECTED GOT; has WHAT NEEDLE TEXT; lacks WHAT NEEDLE TEXT
#   until_true SECONDS CMD...      awaits a condition
#   why_names KEY HOST [SECONDS]      the fault KEY of tests/why/faults is there: `pxed why HOST` names its row's cause
set -u
E2E_BUILD=${1:?usage: $0 BUILD_FOLDER}
E2E_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
E2E_BIN=$E2E_BUILD/sbin/pxed
E2E_SERVER=10.77.0.1
E2E_CHECKS=0
E2E_FAILED=0
declare -A E2E_PIDS=() E2E_SPACES=()
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:exitcode=99} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

. "$E2E_HERE/../why/staged.sh"
[ "$(id -u)" = 0 ] || { echo "skipped: root is needed to make network namespaces"; exit 77; }

e2e_die() {
    echo "not ok - $*"
    exit 1
}

# --- namespaces

e2e_begin() {
    umask 022
    E2E_NAME=$(basename "$0" .sh)
    E2E=$(mktemp -d "${TMPDIR:-/tmp}/pxed-e2e-$E2E_NAME.XXXXXX")
    chmod 755 "$E2E"
    E2E_LOG=$E2E/pxed.log
    trap e2e_end EXIT
    trap 'exit 130' INT TERM
    e2e_space server
    e2e_in server ip link add lan0 type bridge || e2e_die "cannot make a bridge"
    e2e_in server ip link set lan0 address 02:00:0a:4d:00:01 up
    e2e_in server ip addr add $E2E_SERVER/24 dev lan0
    mkdir -p "$E2E/root/boot/os" "$E2E/root/tftp" "$E2E/state"
    : >"$E2E/host-os.conf"
}

e2e_space() {
    E2E_SPACES[$1]=px_e2_$$_$1
    ip netns add "${E2E_SPACES[$1]}" || e2e_die "cannot make a network namespace"
    ip -n "${E2E_SPACES[$1]}" link set lo up
}

e2e_client() { # NAME [MAC]
    e2e_space "$1"
    local space=${E2E_SPACES[$1]} port=p_$1
    ip -n "${E2E_SPACES[server]}" link add "$port" type veth peer name eth0 netns "$space" || e2e_die "cannot make a wire"
    [ -z "${2:-}" ] || ip -n "$space" link set eth0 address "$2"
    ip -n "${E2E_SPACES[server]}" link set "$port" master lan0 up
    ip -n "$space" link set eth0 up
}

e2e_address() { # NAME ADDRESS: what the client's card has from now on, alone
    e2e_in "$1" ip addr flush dev eth0
    e2e_in "$1" ip addr add "$2/24" dev eth0
}

e2e_disk() { # FOLDER: a machine's sysfs and /dev with one blank disk, vda of 4 MiB
    mkdir -p "$1/dev" "$1/sys/block/vda/device"
    truncate -s 4M "$1/dev/vda"
    echo 8192 >"$1/sys/block/vda/size"
    echo 0 | tee "$1/sys/block/vda/removable" >"$1/sys/block/vda/ro"
}

e2e_disk_too() { # FOLDER: a second one, vdb
    truncate -s 4M "$1/dev/vdb"
    cp -r "$1/sys/block/vda" "$1/sys/block/vdb"
}

e2e_in() {
    local space=${E2E_SPACES[$1]}
    shift
    ip netns exec "$space" "$@"
}

e2e_spawn() { # LABEL NAME CMD...
    local label=$1 space=${E2E_SPACES[$2]}
    shift 2
    ip netns exec "$space" "$@" >>"$E2E/$label.log" 2>&1 </dev/null &
    E2E_PIDS[$label]=$!
}

e2e_dnsmasq() { # NAME ARGUMENTS...: another DHCP server, in this machine; its log is $E2E/NAME.log
    e2e_spawn "$1" "$1" dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces --user=root --no-ping \
        --dhcp-leasefile="$E2E/$1.leases" --pid-file= "${@:2}"
    until_true 10 grep -q dnsmasq-dhcp "$E2E/$1.log"
}

e2e_kill() { # LABEL [SIGNAL]: SIGTERM, and SIGKILL after ten seconds; returns its exit status
    local pid=${E2E_PIDS[$1]:-} n=0
    unset "E2E_PIDS[$1]"
    [ -n "$pid" ] || return 0
    kill "-${2:-TERM}" "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}

e2e_alive() { kill -0 "${E2E_PIDS[$1]:-0}" 2>/dev/null; }

e2e_end() {
    local code=$? label name pid
    trap - EXIT
    for label in "${!E2E_PIDS[@]}"; do e2e_kill "$label"; done
    e2e_sanitizer || code=1
    [ $code = 0 ] && [ $E2E_FAILED -gt 0 ] && code=1
    if [ $code != 0 ] && [ $code != 77 ]; then
        echo "--- the end of pxed.log"
        tail -n 60 "$E2E_LOG" 2>/dev/null
    fi
    for name in "${!E2E_SPACES[@]}"; do
        # clients that went to the background by themselves
        for pid in $(ip netns pids "${E2E_SPACES[$name]}" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
        ip netns del "${E2E_SPACES[$name]}" 2>/dev/null
    done
    if [ -n "${E2E_KEEP:-}" ]; then echo "kept: $E2E"; else rm -rf --one-file-system "$E2E"; fi
    exit $code
}

# --- the daemon

e2e_ini() { # the text on stdin follows the [pxed] section's first lines; --replace writes exactly what comes
    { printf '[pxed]\ninterface = lan0\nroot = %s/root\nstate = %s/state\nhosts = host-os.conf\n' "$E2E" "$E2E"; cat; } >"$E2E/pxed.ini"
}

e2e_ready() { tail -c "+$((E2E_FROM + 1))" "$E2E_LOG" | grep -q ' core ready '; }

e2e_launch() { # starts without waiting
    E2E_FROM=$(stat -c %s "$E2E_LOG" 2>/dev/null || echo 0)
    e2e_spawn pxed server env "${E2E_ENV:-PXED_E2E=1}" "$E2E_BIN" run -c "$E2E/pxed.ini" "$@"
}

e2e_pid() { tail -c "+$((E2E_FROM + 1))" "$E2E_LOG" | sed -n 's/.* core ready pid=//p' | tail -n 1; }
# The libraries that the daemon and its helpers have mapped: "libc.so.6 libuv.so.1.0.0 ..."
e2e_libraries() {
    local pid
    for pid in $(ip netns pids "${E2E_SPACES[server]}"); do
        [ "$(readlink "/proc/$pid/exe")" = "$E2E_BIN" ] && sed -n 's|.*/\([^/]*\.so[^/]*\)$|\1|p' "/proc/$pid/maps"
    done | sort -u | tr '\n' ' '
}
# Plugins are modules here, which bring their libraries along; else the program is linked with all of them.
e2e_modular() { [ -e "$E2E_BUILD/lib/pxed/plugins/http.so" ]; }
e2e_settled() { e2e_ready || ! e2e_alive pxed; }

e2e_start() {
    e2e_launch "$@"
    until_true 30 e2e_settled
    e2e_ready || e2e_die "the daemon starts"
}

e2e_stop() { # SIGTERM; the exit status must be 0
    local code
    e2e_kill pxed
    code=$?
    [ $code = 0 ] || { e2e_fail "the daemon ends with exit status 0 (got $code)"; return 1; }
    e2e_sanitizer
}

e2e_crash() { # SIGKILL; the helper for CGI ends by itself when its socket is closed
    e2e_kill pxed KILL 2>/dev/null
    return 0
}

e2e_sanitizer() { # what a sanitizer said is a failure of any test
    ! grep -aqE 'ERROR: AddressSanitizer|runtime error|LeakSanitizer' "$E2E_LOG" 2>/dev/null && return 0
    echo "not ok - a sanitizer speaks:"
    grep -aE -A25 -m1 'ERROR: AddressSanitizer|runtime error|LeakSanitizer' "$E2E_LOG"
    E2E_FAILED=$((E2E_FAILED + 1))
    return 1
}

e2e_pxed() { # COMMAND [ARGUMENTS]: a live command
    local command=$1
    shift
    timeout 30 "$E2E_BIN" "$command" -c "$E2E/pxed.ini" "$@"
}

e2e_mark() { E2E_AT=$(stat -c %s "$E2E_LOG" 2>/dev/null || echo 0); } # logged and fetched look at what follows
e2e_news() { tail -c "+$((${E2E_AT:-0} + 1))" "$E2E_LOG"; }
e2e_socket() { [ -n "$(e2e_in server ss -H "$@")" ]; } # ARGUMENTS: the server has such a socket; ss itself always ends with 0
logged() { e2e_news | grep -qE -- "$1"; }

# JSON of `machines`: a key of one host (by MAC)
e2e_state() { # MAC KEY
    e2e_pxed machines --json | jq -r --arg mac "$1" --arg key "$2" 'select(.mac == $mac) | .[$key]'
}
e2e_state_is() { [ "$(e2e_state "$1" "$2")" = "$3" ]; } # MAC KEY VALUE
e2e_journal() { e2e_pxed log "$1" --json | jq -r '[.what, .reason, .text] | join(" ")'; } # HOST: one line a step
e2e_metric() { # REASON: how often it was refused
    e2e_in server curl -s --max-time 5 "http://$E2E_SERVER/metrics" | sed -n "s/^pxed_refusals_total{reason=\"$1\"} //p"
}
e2e_counted() { [ "$(e2e_metric "$1")" -gt "${2:-0}" ] 2>/dev/null; } # REASON [MORE_THAN]

# --- installers of the live kind

# A new line arms, its boot script names an install script behind WORD on the kernel line, and fetching that uses up the arming.
# The boot script is $E2E/script, the other one $E2E/FILE, its address URL.
e2e_fetch_installer() { # CLIENT MAC WORD FILE
    is "a new line arms: the guard is in the script" armed "$(e2e_state "$2" install)"
    curl_as "$1" -A "iPXE/1.21" "$U/home.php?mac=$2" >"$E2E/script"
    URL=$(sed -n "s/.* $3=\\([^ ]*\\).*/\\1/p" "$E2E/script")
    is "the script is delivered" 200 "$(curl_as "$1" -o "$E2E/$4" -w '%{http_code}' "$URL")"
    is "and uses up the arming" installing "$(e2e_state "$2" install)"
}

e2e_arch_medium() { # OS-ID: its folder, with what Arch's live medium has
    local os=$E2E/root/boot/os/$1 file
    mkdir -p "$os/arch/boot/x86_64" "$os/arch/x86_64"
    for file in boot/x86_64/vmlinuz-linux boot/x86_64/initramfs-linux.img x86_64/airootfs.sfs; do head -c 3000 /dev/urandom >"$os/arch/$file"; done
}

# The machine is $E2E/machine: its script FILE runs in CLIENT's namespace, on disks of files; FAIL is the command that its stand-ins
# let fail, TOLD=yes takes down its reports instead of sending them: after the end of an installation its token is dead. CLOCK: its
# clock stands there.
e2e_live() { # CLIENT FILE [FAIL]
    local w=$E2E/machine
    e2e_in "$1" ${CLOCK:+faketime "$CLOCK"} env PXED_TEST=1 PXED_PAUSE=0 PXED_SYSFS="$w/sys" PXED_DEV="$w/dev" PXED_TMP="$w/tmp" \
        PXED_TARGET="$w/target" PXED_EFI="$w/efi" PXED_MIRRORS="$w/mirrors" FAIL="${3:-nothing}" PATH="${TOLD:+$w/told:}$w/bin:$PATH" timeout 60 bash "$E2E/$2"
}
e2e_told() { # its reports go to $E2E/machine/events
    local w=$E2E/machine
    mkdir -p "$w/told"
    cat >"$w/told/wget" <<X
#!/bin/sh
for word; do
    case \$word in
    --version) exit 0 ;;
    --post-file=*) body=\${word#*=} ;;
    esac
done
case \$word in *stage=*) echo "\${word##*stage=} \$(cat \$body /dev/null)" >>$w/events; exit 0 ;; esac
exit 1
X
    chmod 755 "$w/told/wget"
}

e2e_two_disks() { # `machine`, which makes it anew, with a second disk and UEFI
    machine
    e2e_disk_too "$E2E/machine"
    mkdir "$E2E/machine/efi"
}

# One command of an install script after the other is made to fail. MACHINE makes a machine anew, `installs COMMAND` runs the script.
# DISK says what holds afterwards: `whole`, not a byte written; `cleared`, and the report says so; `any`.
e2e_each_fails() { # DISK MACHINE COMMAND:REASON...
    local disk=$1 machine=$2 w=$E2E/machine row
    shift 2
    for row; do
        $machine
        installs "${row%:*}" >"$E2E/said" 2>&1
        has "${row%:*} fails: its reason" "failed&reason=${row##*:}" "$(cat "$w/events")"
        case $disk in
        whole)
            lacks "the disk is as it was" "already cleared" "$(cat "$w/events" "$E2E/said")"
            is "and holds nothing" 0 "$(tr -d '\0' <"$w/dev/vda" | wc -c)" ;;
        cleared) has "the disk is cleared, and it says so" "already cleared" "$(cat "$w/events" "$E2E/said")" ;;
        esac
    done
}

# --- checks

e2e_pass() {
    E2E_CHECKS=$((E2E_CHECKS + 1))
    echo "ok $E2E_CHECKS - $*"
}

e2e_fail() {
    E2E_CHECKS=$((E2E_CHECKS + 1))
    E2E_FAILED=$((E2E_FAILED + 1))
    echo "not ok $E2E_CHECKS - $* (line ${BASH_LINENO[1]})"
}

ok() { # WHAT CMD...
    local what=$1
    shift
    if "$@" >"$E2E/last" 2>&1; then e2e_pass "$what"; else
        e2e_fail "$what"
        sed 's/^/    /' "$E2E/last" | head -20
    fi
}

no() { # WHAT CMD...: must fail
    local what=$1
    shift
    if "$@" >"$E2E/last" 2>&1; then
        e2e_fail "$what"
        sed 's/^/    /' "$E2E/last" | head -20
    else e2e_pass "$what"; fi
}

is() { # WHAT EXPECTED GOT
    if [ "$2" = "$3" ]; then e2e_pass "$1"; else
        e2e_fail "$1"
        printf '    expected: %s\n    got:      %s\n' "$2" "$(head -c 2000 <<<"$3")"
    fi
}

has() { # WHAT NEEDLE TEXT
    case $3 in
    *"$2"*) e2e_pass "$1" ;;
    *)
        e2e_fail "$1"
        printf '    looked for: %s\n    in: %s\n' "$2" "$(head -c 2000 <<<"$3")"
        ;;
    esac
}

lacks() { # WHAT NEEDLE TEXT
    case $3 in
    *"$2"*)
        e2e_fail "$1"
        printf '    found: %s\n    in: %s\n' "$2" "$(head -c 2000 <<<"$3")"
        ;;
    *) e2e_pass "$1" ;;
    esac
}

until_true() { # SECONDS CMD...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -le $end ] || return 1
        sleep 0.05
    done
}

cause_of() { e2e_pxed why "$1" --json | jq -r 'select(.cause) | .cause'; } # HOST
cause_is() { [ "$(cause_of "$1")" = "$2" ]; } # HOST CAUSE
why_names() { # KEY HOST [SECONDS]
    until_true "${3:-1}" cause_is "$2" "$(fault_cause "$1")"
    is "$1" "$(fault_cause "$1")" "$(cause_of "$2")"
}

e2e_done() { # [LINE...]: `proves: FAMILY COLUMN`, of docs/systems.md; printed if all is well
    echo "$((E2E_CHECKS - E2E_FAILED)) passed, $E2E_FAILED failed"
    [ $E2E_FAILED != 0 ] || [ $# = 0 ] || printf '%s\n' "$@"
    [ $E2E_FAILED = 0 ]
    exit $?
}

# --- requests

curl_as() { # NAME ARGUMENTS...: curl, bounded
    local name=$1
    shift
    e2e_in "$name" curl -s --max-time 20 "$@"
}
code_as() { curl_as "$1" -o /dev/null -w '%{http_code}' "${@:2}"; } # NAME URL [ARGUMENTS]: the status only
body_as() { curl_as "$1" -w '%{http_code} ' -o "$E2E/body" "${@:2}" && cat "$E2E/body"; } # "200 text"
dhcp_as() { e2e_in "$1" python3 "$E2E_HERE/dhcp.py" eth0 "${@:2}"; } # NAME VERB...: see dhcp.py
takes_other() { # NAME MAC [ARGUMENTS]: asks, and takes what the server 10.77.0.2 offers
    local offer
    offer=$(dhcp_as "$1" discover --mac "$2" --broadcast --all --wait 2 "${@:3}" | jq -r 'select(.server == "10.77.0.2") | .yiaddr' | head -n 1)
    dhcp_as "$1" request --mac "$2" --broadcast --ip "${offer:?}" --server 10.77.0.2 --wait 1 "${@:3}" >/dev/null
}
export U=http://$E2E_SERVER/boot

# A folder that looks like an installer's: OS-ID (debian or centos layout)
e2e_image() {
    local dir=$E2E/root/boot/os/$1
    case $1 in
    debian*) mkdir -p "$dir" && echo "kernel of $1" >"$dir/linux" && echo "initrd of $1" >"$dir/initrd.gz" ;;
    *) mkdir -p "$dir/pxeboot" && echo "kernel of $1" >"$dir/pxeboot/vmlinuz" && echo "initrd of $1" >"$dir/pxeboot/initrd.img" ;;
    esac
}
