# shellcheck shell=bash
# pxed from the build tree, one process for every role.
peer_needs="$LAB_BUILD/sbin/pxed"
peer_roles="dhcp nets tftp http tls script stack boot"
peer_script="/boot/home.php?mac=%s"
peer_version() { echo "$("$LAB_BUILD/sbin/pxed" --version | head -n 1)$(bench_commit)"; }

bench_commit() { git -C "$LAB_TOP" describe --always --dirty 2>/dev/null | sed 's/^/, commit /'; }

pxed_nets() {
    local n
    for n in {0..999}; do
        printf '[subnet 10.%d.%d.0/24]\nrange = 10.%d.%d.10 - 10.%d.%d.250\n' $((104 + n / 256)) $((n % 256)) $((104 + n / 256)) \
            $((n % 256)) $((104 + n / 256)) $((n % 256))
    done
}

pxed_boot_ini() { # one machine on tap0
    echo "$LAB_MAC, debian-12, name=web01" >"$BENCH_RUN/host-os.conf"
    cat <<INI
[pxed]
interface = tap0
root      = $LAB/root
state     = $BENCH_RUN/state
hosts     = host-os.conf
[dhcp]
mode  = server
range = 10.77.0.50 - 10.77.0.99
dns   = 10.77.0.1
[api]
socket = $BENCH_RUN/pxed.sock
[defaults]
args  = console=ttyS0
INI
}

pxed_hosts() { # ROLE: 10,000 hosts where files and scripts of machines are served; the peers of DHCP and TFTP have none, either
    case $1 in
    dhcp | nets | tftp) : >"$BENCH_RUN/no-hosts" && echo "$BENCH_RUN/no-hosts" ;;
    *) echo "$LAB/host-os.conf" ;;
    esac
}

pxed_ini() { # ROLE
    cat <<INI
[pxed]
plugins   = store-sqlite api dhcp tftp http os-linux
interface = ve0
address   = $BENCH_SERVER
root      = $BENCH_DATA
state     = $BENCH_RUN/state
hosts     = $(pxed_hosts "$1")
believe   = query
arm-limit = 0
unknown   = local
[dhcp]
mode        = server
range       = $BENCH_POOL_FIRST - $(bench_pool_last "${BENCH_POOL:-}")
lease-time  = 12h
dns         = $BENCH_SERVER
loader-bios = loader
[api]
socket = $BENCH_RUN/pxed.sock
[http]
INI
    [ "$1" != tls ] || printf 'listen = %s:443 tls\ncert = %s/tls/server.pem\nkey = %s/tls/server.key\n' "$BENCH_SERVER" "$LAB" "$LAB"
    [ "$1" != nets ] || pxed_nets
}

peer_start() {
    mkdir -p "$BENCH_RUN/state" "$LAB/root/tftp"
    case $1 in boot) pxed_boot_ini ;; *) pxed_ini "$1" ;; esac >"$BENCH_RUN/pxed.ini"
    bench_spawn pxed "$LAB_BUILD/sbin/pxed" run -c "$BENCH_RUN/pxed.ini"
}
