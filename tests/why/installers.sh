#!/bin/bash
# Installers that stop: the scripts that pxed delivers, run as the machine runs them, on disks of files.
. "$(dirname "$0")/../e2e/common.sh"
for tool in faketime gpg gpgv apt-get openssl; do command -v $tool >/dev/null || { echo "skipped: $tool is missing (scripts/deps test)"; exit 77; }; done
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

# Its clock stands in 2019. In pacman's place real programs read what was signed today: apt, gpgv, and curl by TLS.
printf '%s, archlinux-2024.05.01-x86_64, name=web01, ip=10.77.0.60/24\n' $M >"$E2E/host-os.conf"
e2e_mark
kill -HUP "$(e2e_pid)"
until_true 10 logged reloaded
S=$E2E/signed
mkdir -p -m 700 "$S/gnupg" "$S/lists/partial" "$S/cache/archives/partial" "$S/repo/dists/x"
signs() { gpg --homedir "$S/gnupg" --batch --quiet --yes --pinentry-mode loopback --passphrase '' "$@" 2>"$E2E/gpg.log" || e2e_die "gpg: $(cat "$E2E/gpg.log")"; }
signs --faked-system-time 20150101T000000 --quick-generate-key old rsa2048 sign never
signs --quick-generate-key new rsa2048 sign never
for key in old new; do signs --export $key >"$S/$key.gpg"; done
mkdir -p "$S/repo/dists/x/main/binary-amd64"
: >"$S/repo/dists/x/main/binary-amd64/Packages"
printf 'Suite: x\nCodename: x\nComponents: main\nArchitectures: amd64\nDate: %s\nSHA256:\n %s 0 main/binary-amd64/Packages\n' \
    "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S UTC')" "$(sha256sum </dev/null | cut -d' ' -f1)" >"$S/release"
signs --local-user old --output "$S/repo/dists/x/InRelease" --clearsign "$S/release"
signs --local-user new --output "$S/release.sig" --detach-sign "$S/release"
echo "deb [signed-by=$S/old.gpg] file:$S/repo x main" >"$S/sources.list"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$S/key.pem" -out "$S/cert.pem" -days 30 -subj /CN=mirror -addext subjectAltName=IP:$E2E_SERVER 2>/dev/null
e2e_spawn mirror server openssl s_server -accept 8443 -cert "$S/cert.pem" -key "$S/key.pem" -www -quiet
until_true 5 e2e_socket -tlnH sport = :8443
apt=(apt-get -o Dir::State::Lists="$S/lists" -o Dir::Cache="$S/cache" -o Dir::Etc::SourceList="$S/sources.list" -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root
    -o Acquire::Languages=none -o Acquire::Check-Date=true update)
pacman() { # COMMAND...: stands for it
    { echo '#!/bin/bash'; printf '%q ' "$@"; echo '>&2 || exit 1'; echo 'exit 1'; } >"$W/bin/pacman"
    chmod 755 "$W/bin/pacman"
}
CLOCK='2019-01-01 12:00:00'
attempt pacman "${apt[@]}"
why_names clock-apt web01
has "in apt's words" "is not valid yet" "$(e2e_pxed why web01 | grep -A2 clock-skew)"
has "and by how much" "days behind this server's" "$(e2e_pxed why web01)"
attempt pacman gpgv --keyring "$S/new.gpg" "$S/release.sig" "$S/release"
why_names clock-gpg web01
attempt pacman curl -sS --cacert "$S/cert.pem" https://$E2E_SERVER:8443/
why_names clock-mirror web01
has "in curl's words" "certificate is not yet valid" "$(e2e_pxed why web01)"
CLOCK='2120-01-01 12:00:00'
attempt pacman curl -sS --cacert "$S/cert.pem" https://$E2E_SERVER:8443/
is "ahead, it is over by its own account" clock-skew "$(cause_of web01)"
CLOCK=
attempt pacman "${apt[@]}"
is "a clock that is right, and another fault" repo-unreachable "$(cause_of web01)"
e2e_kill mirror
e2e_stop && e2e_pass "it ends well"
e2e_done
