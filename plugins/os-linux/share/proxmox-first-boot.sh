#!/bin/sh
# Runs once, when the installed Proxmox VE has first booted. The installer fetches it while it installs.
DNS='{{host.dns}}' NTP='{{host.ntp}}' PROXY='{{host.proxy}}' PACKAGES='{{host.packages}}'
NAME='{{host.name}}' DOMAIN='{{host.domain}}' MAC='{{host.mac-colon}}'
STATIC='{{#host.static}}yes{{/host.static}}' ADDRESS='{{host.ip}}' PREFIX='{{host.prefix}}' GATEWAY='{{host.gateway}}'
ADDRESS6='{{#host.ip6-list}}{{ip6.address}}/{{ip6.prefix}} {{/host.ip6-list}}' GATEWAY6='{{host.gateway6}}'
BOND='{{host.bond}}' VLAN='{{host.vlan}}' PORTS='{{#host.ports-list}}{{port.mac}} {{/host.ports-list}}'
ROOT=${PXED_TARGET:-}

{{> report}}

[ -z "$NTP" ] || {
    mkdir -p "$ROOT/etc/chrony/sources.d"
    for server in $NTP; do echo "server $server iburst"; done >"$ROOT/etc/chrony/sources.d/pxed.sources"
    chronyc reload sources >/dev/null 2>&1
}
resolv() { # in place of the installer's servers
    { if [ -n "$DOMAIN" ]; then echo "search $DOMAIN"; else grep '^search' "$ROOT/etc/resolv.conf"; fi
      for server in $(echo "$DNS" | tr ',' ' '); do echo "nameserver $server"; done; } >"$ROOT/etc/resolv.conf.pxed" &&
        mv "$ROOT/etc/resolv.conf.pxed" "$ROOT/etc/resolv.conf"
}
# The answer file has room for one name server.
case $DNS in
*' '* | *,*) resolv ;;
esac
[ -z "$PROXY" ] || echo "Acquire::http::Proxy \"$PROXY\";" >"$ROOT/etc/apt/apt.conf.d/76pxed"

# --- bond=, vlan=, ip6=, which the installer does not know: Proxmox' own file, with its bridge vmbr0 for the guests
NET=$ROOT/etc/network/interfaces
card() { # MAC: the name of the card; the bridge has the same address
    for file in "${PXED_SYSFS:-/sys}"/class/net/*/address; do
        [ "$(cat "$file")" = "$1" ] && [ -e "${file%address}device" ] || continue
        file=${file%/address}
        echo "${file##*/}"
        return
    done
}

addresses() { # INTERFACE
    if [ -n "$STATIC" ]; then printf 'iface %s inet static\n\taddress %s/%s\n' "$1" "$ADDRESS" "$PREFIX"
        [ -z "$GATEWAY" ] || printf '\tgateway %s\n' "$GATEWAY"
    elif [ -n "$VLAN" ]; then printf 'iface %s inet dhcp\n' "$1"
    else # what the installer had by DHCP and wrote down
        printf 'iface %s inet static\n' "$1"
        sed -n '/^iface vmbr0 inet /,/^$/{ /^[[:space:]]*\(address\|gateway\) /p; }' "$NET"
    fi
    [ "$1" != vmbr0 ] || bridge
    gateway=$GATEWAY6
    for address in $ADDRESS6; do
        printf '\niface %s inet6 static\n\taddress %s\n' "$1" "$address"
        [ -z "$gateway" ] || printf '\tgateway %s\n' "$gateway"
        gateway=
    done
}

bridge() { printf '\tbridge-ports %s\n\tbridge-stp off\n\tbridge-fd 0\n' "$top"; }

interfaces() { # fails, with nothing to take, if a port is not here
    printf '# written by pxed\nauto lo\niface lo inet loopback\n'
    top= slaves=
    for port in ${BOND:+$PORTS}; do
        name=$(card "$port")
        [ -n "$name" ] || { pxed_trouble "bond: no card has the address $port" >&2; continue; }
        slaves="$slaves $name"
        printf '\niface %s inet manual\n' "$name"
    done
    if [ -z "$BOND" ]; then
        top=$(card "$MAC")
        [ -n "$top" ] || return 1
        printf '\niface %s inet manual\n' "$top"
    else
        [ -n "$slaves" ] || return 1
        printf '\nauto bond0\niface bond0 inet manual\n\tbond-slaves%s\n\tbond-mode %s\n\tbond-miimon 100\n' "$slaves" "$BOND"
        top=bond0
    fi
    printf '\nauto vmbr0\n'
    if [ -n "$VLAN" ]; then # guests may use the other VLANs
        printf 'iface vmbr0 inet manual\n'
        bridge
        printf '\tbridge-vlan-aware yes\n\tbridge-vids 2-4094\n\nauto vmbr0.%s\n' "$VLAN"
        addresses "vmbr0.$VLAN"
    else
        addresses vmbr0
    fi
    printf '\nsource /etc/network/interfaces.d/*\n'
}

# Its own name has to be the address of this network.
own_name() {
    awk -v name="$NAME" -v address="$ADDRESS" '{ for (i = 2; i <= NF; i++) if ($i == name) $1 = address } 1' "$ROOT/etc/hosts" >"$ROOT/etc/hosts.pxed" &&
        mv "$ROOT/etc/hosts.pxed" "$ROOT/etc/hosts"
}

change=
if [ -n "$BOND$VLAN$ADDRESS6" ]; then
    if interfaces >"$NET.pxed" && [ -s "$NET.pxed" ]; then change=yes
    else
        rm -f "$NET.pxed"
        pxed_trouble "bond, vlan, ip6: no card has the host's address; the network is as the installer left it"
    fi
fi
# Still by the network of the installation, where the server is.
pxed_event installed
code=0
# The enterprise repository of a new system answers only to subscribers, so this may fail; the system is installed all the same.
# shellcheck disable=SC2086
[ -z "$PACKAGES" ] || { apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y $PACKAGES; } >"$ROOT/var/log/pxed-packages.log" 2>&1 || code=1
if [ -n "$change" ]; then
    mv "$NET.pxed" "$NET"
    if [ -n "$VLAN" ] && [ -n "$STATIC" ]; then
        own_name
        [ -z "$DNS" ] || resolv
    fi
    # After this script, which would else run again.
    shutdown -r +1 "the network of this host takes effect"
fi
exit $code
