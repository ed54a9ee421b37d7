# shellcheck shell=bash
# dnsmasq: DHCP and TFTP. Without its ping before an offer, which is its fastest setting.
peer_needs="dnsmasq"
peer_roles="dhcp nets tftp dhcp+tftp"
peer_version() { dnsmasq --version | sed -n 's/^\(Dnsmasq version [^ ]*\).*/\1/p'; }

dnsmasq_pools() { # ROLE
    local n
    [ "$1" != nets ] || for n in {0..999}; do
        echo "dhcp-range=10.$((104 + n / 256)).$((n % 256)).10,10.$((104 + n / 256)).$((n % 256)).250,255.255.255.0,12h"
    done
    echo "dhcp-range=$BENCH_POOL_FIRST,$(bench_pool_last "${BENCH_POOL:-}"),255.252.0.0,12h"
}

dnsmasq_start() { # ROLE
    {
        printf 'port=0\nuser=root\ngroup=root\npid-file=\nlog-facility=%s/dnsmasq.log\n' "$BENCH_RUN"
        printf 'interface=ve0\nbind-interfaces\nexcept-interface=lo\n'
        [ "$1" = tftp ] || {
            dnsmasq_pools "$1"
            printf 'dhcp-authoritative\ndhcp-lease-max=200000\ndhcp-leasefile=%s/dnsmasq.leases\nno-ping\nquiet-dhcp\n' "$BENCH_RUN"
            printf 'dhcp-userclass=set:ipxe,iPXE\ndhcp-boot=tag:!ipxe,loader,pxe,%s\n'  "$BENCH_SERVER"
            printf 'dhcp-boot=tag:ipxe,http://%s/cgi/home.php\n' "$BENCH_SERVER"
        }
        case $1 in *tftp) printf 'enable-tftp\ntftp-root=%s/tftp\ntftp-max=2000\nquiet-tftp\n' "$BENCH_DATA" ;; esac
    } >"$BENCH_RUN/dnsmasq.conf"
    bench_spawn dnsmasq dnsmasq -k --conf-file="$BENCH_RUN/dnsmasq.conf"
}
peer_start() { dnsmasq_start "$1"; }
