#!/bin/bash
# Images and answer files that could install nothing: said before anything is booted.
. "$(dirname "$0")/../e2e/common.sh"
e2e_begin
OS=$E2E/root/boot/os
e2e_image debian-12
mkdir -p "$OS/opensuse-15.6/boot/x86_64/loader"
for file in linux initrd; do echo $file >"$OS/opensuse-15.6/boot/x86_64/loader/$file"; done
cat >"$E2E/wrong.cfg" <<'CFG'
{{> disk-guard}}
{{#host.proxy}}
d-i mirror/http/proxy string {{host.proxy}}
CFG
cat >"$E2E/host-os.conf" <<'HOSTS'
08:00:27:4d:4d:01, opensuse-15.6, name=bare
08:00:27:4d:4d:02, debian-12, name=wrong, answer=wrong.cfg
08:00:27:4d:4d:03, debian-12, name=gone, answer=gone.cfg
08:00:27:4d:4d:04, debian-12, name=well
HOSTS
printf '[dhcp]\nmode = proxy\n' | e2e_ini
e2e_start
why_names no-repository bare
has "check says what is needed" "repo = URL of the full tree" "$(e2e_pxed check 2>&1)"
why_names answer-wrong wrong
has "the template reader's words" "wrong.cfg:2" "$(e2e_pxed why wrong)"
why_names answer-unreadable gone
has "which" gone.cfg "$(e2e_pxed why gone)"
is "a host whose image and answer file are whole: no cause" "" "$(cause_of well)"
e2e_stop && e2e_pass "it ends well"
e2e_done
