# Solaris 10: what jumpstart/finish fetches and runs in ksh when the system lies below /a. Name, address, zone, root's password.
{{> report}}
PXED_ROOT=${PXED_ROOT:-/a}
NAME='{{host.name|shell}}'
DOMAIN='{{host.domain|shell}}'
ZONE='{{host.timezone|shell}}'
LOCALE='{{host.locale|shell}}'
HASH='{{host.root-password-hash|shell}}'

put() { # FILE: from standard input, with the rights that FILE has
    cat >"$PXED_TMP/pxed-new" && cat "$PXED_TMP/pxed-new" >"$PXED_ROOT/$1"
}

set_word() { # FILE KEY VALUE: KEY=VALUE in it, once
    [ -f "$PXED_ROOT/$1" ] || : >"$PXED_ROOT/$1"
    { sed "/^$2=/d" "$PXED_ROOT/$1"; echo "$2=$3"; } | put "$1"
}

echo "$NAME" | put etc/nodename
set_word etc/default/init TZ "${ZONE:-UTC}"
[ -z "$LOCALE" ] || set_word etc/default/init LANG "$LOCALE"
# An account without a password stays locked.
[ -n "$HASH" ] || HASH='*LK*'
while IFS= read -r line; do
    case $line in
    root:*) echo "root:$HASH:${line#root:*:}" ;;
    *) echo "$line" ;;
    esac
done <"$PXED_ROOT/etc/shadow" | put etc/shadow
{
    echo "::1 localhost"
    echo "127.0.0.1 localhost"
    echo "{{^host.static}}127.0.0.1{{/host.static}}{{#host.static}}{{host.ip|word}}{{/host.static}} $NAME${DOMAIN:+.$DOMAIN} $NAME loghost"
} | put etc/inet/hosts
{{#host.static}}
CARD=$(ifconfig -a 2>/dev/null | sed -n 's/^\([a-z][a-z0-9]*[0-9]\): .*/\1/p' | sed '/^lo0$/d' | sed -n 1p)
if [ -n "$CARD" ]; then
    rm -f "$PXED_ROOT/etc/dhcp.$CARD"
    echo '{{host.ip|shell}} netmask {{host.netmask|shell}} broadcast + up' | put "etc/hostname.$CARD"
fi
{{#host.gateway}}
echo '{{host.gateway|shell}}' | put etc/defaultrouter
{{/host.gateway}}
{{/host.static}}
{{#host.dns}}
{
    [ -z "$DOMAIN" ] || echo "domain $DOMAIN"
{{#host.dns-list}}
    echo 'nameserver {{.|shell}}'
{{/host.dns-list}}
} | put etc/resolv.conf
[ ! -f "$PXED_ROOT/etc/nsswitch.dns" ] || put etc/nsswitch.conf <"$PXED_ROOT/etc/nsswitch.dns"
{{/host.dns}}
{{#host.ssh-key}}
mkdir -p "$PXED_ROOT/.ssh"
chmod 700 "$PXED_ROOT/.ssh"
echo '{{host.ssh-key|shell}}' | put .ssh/authorized_keys
{{/host.ssh-key}}
rm -f "$PXED_TMP/pxed-new"
pxed_event installed
