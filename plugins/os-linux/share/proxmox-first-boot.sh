#!/bin/sh
# Runs once, when the installed Proxmox VE has first booted. The installer fetches it while it installs.
DNS='{{host.dns}}' NTP='{{host.ntp}}' PROXY='{{host.proxy}}' PACKAGES='{{host.packages}}'
ROOT=${PXED_TARGET:-}

{{> report}}

[ -z "$NTP" ] || {
    mkdir -p "$ROOT/etc/chrony/sources.d"
    for server in $NTP; do echo "server $server iburst"; done >"$ROOT/etc/chrony/sources.d/pxed.sources"
    chronyc reload sources >/dev/null 2>&1
}
# The answer file has room for one name server.
case $DNS in
*' '* | *,*)
    { grep -v '^nameserver' "$ROOT/etc/resolv.conf"
      for server in $(echo "$DNS" | tr ',' ' '); do echo "nameserver $server"; done; } >"$ROOT/etc/resolv.conf.pxed" &&
        mv "$ROOT/etc/resolv.conf.pxed" "$ROOT/etc/resolv.conf" ;;
esac
[ -z "$PROXY" ] || echo "Acquire::http::Proxy \"$PROXY\";" >"$ROOT/etc/apt/apt.conf.d/76pxed"
pxed_event installed
# The enterprise repository of a new system answers only to subscribers, so this may fail; the system is installed all the same.
# shellcheck disable=SC2086
[ -z "$PACKAGES" ] || { apt-get update; DEBIAN_FRONTEND=noninteractive apt-get install -y $PACKAGES; } >/var/log/pxed-packages.log 2>&1 || exit 1
