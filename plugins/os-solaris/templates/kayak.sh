#!/usr/bin/bash
# OmniOS: the configuration that kayak, its network installer, fetches and sources. Its functions: BuildRpool, SetHostname, ...
{{> report}}
{{> disk-guard}}
# The image must be there before a disk is touched.
curl -fsSI -m 60 -o /dev/null '{{os.url|shell}}/{{image.media|shell}}' ||
    pxed_fail REPO_UNREACHABLE
pxed_event installing
pxed_event disk
BuildRpool "$PXED_DISK"
SetHostname '{{host.name|shell}}'
SetTimezone '{{#host.timezone}}{{host.timezone|shell}}{{/host.timezone}}{{^host.timezone}}UTC{{/host.timezone}}'
SetLang '{{#host.locale}}{{host.locale|shell}}{{/host.locale}}{{^host.locale}}C{{/host.locale}}'
# An account without a password stays locked.
RootPW '{{#host.root-password-hash}}{{host.root-password-hash|shell}}{{/host.root-password-hash}}{{^host.root-password-hash}}*LK*{{/host.root-password-hash}}'
{{#host.dns}}
EnableDNS '{{host.domain|shell}}'
SetDNS{{#host.dns-list}} '{{.|shell}}'{{/host.dns-list}}
{{/host.dns}}
# The card with the host's own address: dladm leaves out leading zeros.
PXED_CARD=$(/sbin/dladm show-phys -m -p -o LINK,ADDRESS 2>/dev/null | sed 's/\\//g' |
    sed -n "s/:$(echo '{{host.mac-colon|shell}}' | sed 's/^0//; s/:0/:/g')\$//p" | sed -n 1p)
[ -n "$PXED_CARD" ] || PXED_CARD=$(/sbin/dladm show-phys -p -o LINK 2>/dev/null | sed -n 1p)
Postboot "/sbin/ipadm create-if $PXED_CARD"
{{#host.static}}
Postboot "/sbin/ipadm create-addr -T static -a {{host.ip|word}}/{{host.prefix|word}} $PXED_CARD/v4"
{{#host.gateway}}
Postboot '/sbin/route -p add default {{host.gateway|word}}'
{{/host.gateway}}
{{/host.static}}
{{^host.static}}
Postboot "/sbin/ipadm create-addr -T dhcp $PXED_CARD/v4"
{{/host.static}}
{{#host.ssh-key}}
mkdir -p "$ALTROOT/root/.ssh"
echo '{{host.ssh-key|shell}}' >>"$ALTROOT/root/.ssh/authorized_keys"
{{/host.ssh-key}}
{{#host.packages-list}}
Postboot '/usr/bin/pkg install {{.|word}}'
{{/host.packages-list}}
Postboot "/usr/bin/curl -fsS --retry 5 --retry-connrefused -o /dev/null '$PXED_EVENT&stage=installed'"
