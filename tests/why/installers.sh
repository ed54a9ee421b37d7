#!/bin/bash
# Installers that stop: the scripts that pxed delivers, run as the machine runs them, on disks of files.
. "$(dirname "$0")/../e2e/common.sh"
e2e_begin
M=08:00:27:4d:4d:aa
e2e_client web $M
e2e_address web 10.77.0.60
e2e_arch_medium archlinux-2024.05.01-x86_64
echo "$M, archlinux-2024.05.01-x86_64, name=web01, ip=10.77.0.60/24, repo=http://10.77.0.99/arch" >"$E2E/host-os.conf"
printf 'arm = command\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\n' | e2e_ini
e2e_start

W=$E2E/machine
attempt() { # SETUP...: armed, booted, its script fetched; then SETUP changes the machine, and the script runs
    e2e_pxed arm web01 --yes ${ARM:-} >/dev/null 2>&1
    dhcp_as web lease --mac $M --firmware bios >/dev/null
    curl_as web -A iPXE/1.21 "$U/home.php?mac=$M" >"$E2E/script"
    curl_as web -o "$E2E/install.sh" "$(sed -n 's/.* script=\([^ ]*\).*/\1/p' "$E2E/script")"
    rm -rf "$W"
    mkdir -p "$W"/{tmp,target,dev,sys/block,bin}
    printf '#!/bin/sh\nexit 0\n' >"$W/bin/udevadm"
    chmod 755 "$W/bin/udevadm"
    e2e_disk "$W"
    "$@"
    e2e_live web install.sh >/dev/null 2>&1
    return 0
}
no_disk() { rm -r "$W/sys/block/vda" "$W/dev/vda"; }
two_disks() { e2e_disk_too "$W"; }
attempt true
why_names mirror-unreachable web01
has "which" 10.77.0.99/arch/core/os/x86_64/core.db "$(e2e_journal web01)"
curl_as web -A iPXE/1.21 -o /dev/null "$U/home.php?mac=$M"
is "sent to its disk, the cause stays" repo-unreachable "$(cause_of web01)"
attempt no_disk
why_names disk-none web01
attempt two_disks
why_names disks-ambiguous web01
has "they are listed" vdb "$(e2e_journal web01)"
printf '%s, archlinux-2024.05.01-x86_64, name=web01, ip=10.77.0.60/24, disk=/dev/sdx\n' $M >"$E2E/host-os.conf"
kill -HUP "$(e2e_pid)"
e2e_mark
until_true 10 logged reloaded
attempt true
why_names disk-not-found web01
e2e_stop && e2e_pass "it ends well"
e2e_done
