#!/bin/bash
# The Debian packages in a chroot: built, judged by lintian, installed, a plugin built with them, upgraded in the middle of an
# installation, downgraded, removed, purged. No systemd runs there: the daemon is started by hand, in a network namespace.
# usage: deb.sh BUILD [FOLDER], which has the packages already
. "$(dirname "$0")/../e2e/common.sh"
TOP=$(cd "$(dirname "$0")/../.." && pwd)
for tool in mmdebstrap debhelper lintian dpkg-buildpackage apparmor_parser; do
    case $tool in
    debhelper) command -v dh ;;
    *) command -v $tool ;;
    esac >/dev/null || { echo "skipped: $tool is missing (scripts/deps package)"; exit 77; }
done
# The mounts are this script's alone.
if [ -z "${PACKAGE_OWN_MOUNTS:-}" ]; then
    PACKAGE_OWN_MOUNTS=yes exec unshare --mount --propagation private "$0" "$@"
fi
SUITE=$(. /etc/os-release && echo "$VERSION_CODENAME")
e2e_begin
unmount() {
    for folder in proc dev; do
        ! mountpoint -q "$E2E/chroot/$folder" || umount -l "$E2E/chroot/$folder"
    done
}
trap 'CODE=$?; unmount; (exit $CODE); e2e_end' EXIT
M1=08:00:27:4d:4d:aa
D1=08-00-27-4d-4d-aa
e2e_client one $M1
e2e_address one 10.77.0.60

# --- the packages, and the next version of the same
OUT=${2:-$E2E/debs}
[ -n "${2:-}" ] || ok "they are built, and lintian finds nothing" "$TOP/scripts/package" deb -o "$OUT"
VERSION=$(dpkg-deb -f "$OUT"/pxed-doc_*_all.deb Version) || e2e_die "the packages are built"
is "their version is the source's" "$(sed -n 's/^project(pxed VERSION \([0-9.]*\).*/\1/p' "$TOP/CMakeLists.txt")" "$VERSION"
is "four, and their symbols" "pxed pxed-dbgsym pxed-dev pxed-doc pxed-smb pxed-smb-dbgsym" \
    "$(for deb in "$OUT"/*.deb; do dpkg-deb -f "$deb" Package; done | sort | paste -sd' ')"
next() { # PACKAGE: the same files as a newer version
    local dir=$E2E/next.$1
    dpkg-deb -R "$OUT/$1"_*.deb "$dir"
    sed -i "/^Version:/s/\$/+next/; s/(= $VERSION)/(= $VERSION+next)/g" "$dir/DEBIAN/control"
    echo '; a line of the next version' >>"$dir/etc/pxed/pxed.ini" 2>/dev/null
    (cd "$dir" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
    dpkg-deb -b "$dir" "$E2E/new" >/dev/null
    rm -rf "$dir"
}
mkdir "$E2E/old" "$E2E/new"
for package in pxed pxed-dev pxed-doc pxed-smb; do
    cp "$OUT/$package"_*.deb "$E2E/old/"
    next $package
done

# --- a small system, from this machine's own apt sources
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    grep -E " $SUITE(-updates|-security)? " | sort -u >"$E2E/sources.list"
[ -s "$E2E/sources.list" ] || { echo "skipped: apt knows no source of Debian $SUITE"; exit 77; }
R=$E2E/chroot
mmdebstrap --quiet --mode=root --variant=apt --include=systemd,procps,apparmor,curl,iproute2 \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --format=directory "$SUITE" "$R" "$E2E/sources.list" >"$E2E/mmdebstrap.log" 2>&1 ||
    { tail -n 20 "$E2E/mmdebstrap.log"; e2e_die "mmdebstrap makes a chroot"; }
chmod 755 "$R"
# Nothing of this machine is mounted into it: what is below $E2E is deleted at the end.
mount -t proc proc "$R/proc" && mount -t tmpfs -o mode=755 dev "$R/dev" || e2e_die "its folders are mounted"
for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
    read -r name major minor <<<"$node"
    mknod -m 666 "$R/dev/$name" c "$major" "$minor"
done
mkdir "$R/debs"
cp -R "$E2E/old" "$E2E/new" "$R/debs/"
cp /etc/resolv.conf /etc/hosts "$R/etc/"
in_root() { chroot "$R" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { in_root apt-get -qy -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" >"$E2E/apt.out" 2>&1; }
debs() { (cd "$R/debs/$1" && printf "/debs/$1/%s" "$2"_*.deb); } # old|new PACKAGE
# The packages that dpkg knows, and how: "pxed ii 0.1.0"
dpkg_says() { in_root dpkg-query -W -f '${Package} ${db:Status-Abbrev}${Version}\n' "$@" 2>/dev/null | sed 's/  */ /g'; }
installs() { # WHAT PACKAGES...
    local what=$1
    shift
    apt install --allow-downgrades "$@"
    local code=$?
    [ $code = 0 ] || sed 's/^/    /' "$E2E/apt.out" | tail -n 30
    is "$what" 0 $code
}
apt update || { cat "$E2E/apt.out"; e2e_die "apt reads its sources"; }
told() { grep -qE -- "$1" "$E2E/apt.out"; }

# --- installed, and nothing runs
installs "pxed is installed" $(debs old pxed)
is "dpkg says so" "pxed ii $VERSION" "$(dpkg_says pxed)"
is "nothing is started" "" "$(pgrep -f "$R/usr/sbin/pxed" ; in_root pgrep -x pxed | while read -r pid; do readlink "/proc/$pid/root" | grep -x "$R"; done)"
is "nor enabled" "" "$(find "$R/etc/systemd" -name '*pxed*')"
is "the accounts" "pxed:/var/lib/pxed:/usr/sbin/nologin pxed-cgi:/nonexistent:/usr/sbin/nologin" \
    "$(in_root getent passwd pxed pxed-cgi | cut -d: -f1,6,7 | paste -sd' ')"
is "are locked" "! !" "$(in_root getent shadow pxed pxed-cgi | cut -d: -f2 | cut -c1 | paste -sd' ')"
is "the state is the daemon's" "750 pxed" "$(in_root stat -c '%a %U' /var/lib/pxed)"
is "the folders for images and loaders" "755 root 755 root" "$(in_root stat -c '%a %U' /srv/pxed/boot/os /srv/pxed/tftp | paste -sd' ')"
is "the configuration is the operator's" "/etc/apparmor.d/usr.sbin.pxed /etc/pxed/host-os.conf /etc/pxed/pxed.ini" \
    "$(in_root dpkg-query -W -f '${Conffiles}\n' pxed | awk 'NF { print $1 }' | sort | paste -sd' ')"
for file in share/man/man8/pxed.8.gz share/man/man5/pxed.ini.5.gz share/bash-completion/completions/pxed share/zsh/site-functions/_pxed \
    share/fish/vendor_completions.d/pxed.fish share/doc/pxed/copyright share/doc/pxed/README.Debian share/pxed/make-image share/pxed/ubuntu-archive; do
    ok "there is $file" test -s "$R/usr/$file"
done
ok "the unit passes systemd-analyze" in_root systemd-analyze verify --man=no /lib/systemd/system/pxed.service
is "and says nothing else" "" "$(cat "$E2E/last")"
ok "the AppArmor profile compiles" apparmor_parser -Q -K --base "$R/etc/apparmor.d" -I "$R/etc/apparmor.d" -I /etc/apparmor.d "$R/etc/apparmor.d/usr.sbin.pxed"
no "no plugin for the share" test -e "$R/usr/lib/pxed/plugins/smb.so"
CHECK=$(in_root pxed check 2>&1)
is "check, of the shipped configuration: 0" 0 $?
has "by itself it reads /etc/pxed" "/etc/pxed/pxed.ini" "$CHECK"
lacks "only this machine's troubles are told" "smb" "$CHECK"

# --- by systemd, on a kernel with AppArmor: the unit, the profile, an upgrade while nobody installs
KERNEL=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux
if [ -f $KERNEL ] && command -v qemu-system-x86_64 busybox >/dev/null; then
    cp "$(dirname "$0")/booted.sh" "$R/init"
    (cd "$R" && find . -xdev -path ./debs/old -prune -o -path ./usr/share/doc -prune -o -path ./var/cache/apt -prune -o -path ./var/lib/apt -prune \
        -o -path ./usr/share/locale -prune -o -print | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$E2E/system.img"
    rm "$R/init"
    timeout 1500 qemu-system-x86_64 -m 3072 -display none -serial "file:$E2E/serial.log" -no-reboot -net none -kernel $KERNEL \
        -initrd "$E2E/system.img" \
        -append "console=ttyS0 rdinit=/init systemd.unit=try.service systemd.show_status=no security=apparmor quiet" </dev/null >/dev/null 2>&1
    rm "$E2E/system.img"
    cat "$E2E/serial.log"
    SERIAL=$(tr -d '\r\0' <"$E2E/serial.log")
    for line in "profile: pxed (enforce)" "started: 0 active disabled" "confined: pxed (enforce)" "http: kernel" "tftp: initrd" \
        "cgi: pxed-cgi pxed (enforce)" "script: kernel http://127.0.0.1/boot/os/debian-12/linux" "machines: web01 armed" "reloaded: web01 web02" "state refused: 0" \
        "activated: 0 active pxed" "activated http: kernel" "activated tftp: initrd" "activated machines: web01 web02" \
        "upgraded: 0 active" "restarted: nobody installed" "stop: 0" "stays: inactive" "removed: 0 inactive" "sandbox lacks: 0" "denied: 0"; do
        has "by systemd: $line" "$line" "$SERIAL"
    done
else
    echo "# not tried: systemd and AppArmor (qemu-system-x86, debian-installer-12-netboot-amd64, busybox-static)"
fi

# --- the share's plugin
sections() { in_root pxed options | sed -n "s|^\\(\\[[^]]*\\]\\).*|\\1|p"; }
lacks "no options of the share" "[smb]" "$(sections)"
installs "pxed-smb" $(debs old pxed-smb)
has "brings them" "[smb]" "$(sections)"
ok "check" in_root pxed check

# --- a plugin, as its manual says
installs "pxed-dev and pxed-doc" $(debs old pxed-dev) $(debs old pxed-doc)
ok "the manual is there" in_root test -s /usr/share/doc/pxed-dev/writing-os-plugins.md
ok "the guide is where the unit says" in_root test -s "$(sed -n 's/^Documentation=.*file://p' "$R/lib/systemd/system/pxed.service")"
for file in $(in_root dpkg -L pxed-doc pxed-dev | grep '\.md$'); do
    while read -r link; do
        ok "$(basename "$file") links to $link" in_root test -e "/usr/share/doc/pxed/$link"
    done < <(grep -o '](\([a-z-]*\.md\))' "$R/$file" | tr -d ']()' | sort -u)
done
installs "a compiler" gcc libc6-dev make cmake pkg-config
in_root cp -R /usr/share/doc/pxed-dev/examples/os-openbsd /tmp/
ok "cmake finds pxed" in_root cmake -S /tmp/os-openbsd -B /tmp/os-openbsd/build
ok "the example is built" in_root cmake --build /tmp/os-openbsd/build
ok "and installed" in_root cmake --install /tmp/os-openbsd/build --prefix /usr
has "it is loaded" "os-openbsd" "$(in_root pxed options os-openbsd)"
ok "check" in_root pxed check
ok "pkg-config builds it, too" in_root sh -c 'cd /tmp/os-openbsd && gcc -std=gnu17 -fvisibility=hidden -fPIC -shared $(pkg-config --cflags pxed) \
    os_openbsd.c $(pkg-config --libs pxed) -Wl,--no-undefined -o os-openbsd.so && cp os-openbsd.so $(pkg-config --variable=plugindir pxed)'
has "and it is loaded" "openbsd-sets" "$(in_root pxed options os-openbsd)"

# --- a daemon, and a machine that is being installed
sed -i 's/^interface = eth0/interface = lan0/' "$R/etc/pxed/pxed.ini"
printf '[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' >>"$R/etc/pxed/pxed.ini"
echo "$M1, debian-12, name=web01, ip=10.77.0.60" >>"$R/etc/pxed/host-os.conf"
mkdir "$R/srv/pxed/boot/os/debian-12"
echo kernel >"$R/srv/pxed/boot/os/debian-12/linux"
echo initrd >"$R/srv/pxed/boot/os/debian-12/initrd.gz"
daemon() {
    E2E_FROM=$(stat -c %s "$E2E_LOG" 2>/dev/null || echo 0)
    e2e_spawn pxed server chroot "$R" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin pxed run -c /etc/pxed/pxed.ini
    until_true 30 e2e_settled
    e2e_ready
}
install_state() { in_root pxed machines --json | jq -r 'select(.name == "web01") | .install'; }
gone() { ! e2e_alive pxed; }
script() { curl_as one -A iPXE "$U/home.php?mac=$D1"; }
answer() { code_as one "$U/hosts/$D1/preseed.cfg"; }
ok "the daemon starts" daemon
PID=$(e2e_pid)
is "as the account" "$(in_root id -u pxed)" "$(awk '$1 == "Uid:" { print $2 }' "/proc/$PID/status")"
is "the socket" "660 root" "$(in_root stat -c '%a %U' /run/pxed/pxed.sock)"
is "the new line is armed" armed "$(install_state)"
dhcp_as one lease --mac $M1 --firmware bios >/dev/null
has "the machine gets its installer" /boot/os/debian-12/linux "$(script)"
is "and its answer file" 200 "$(answer)"
is "it installs" installing "$(install_state)"

# --- upgrade in the middle of it
installs "an upgrade meanwhile" $(debs new pxed) $(debs new pxed-smb) $(debs new pxed-dev) $(debs new pxed-doc)
ok "it says that a restart is pending, and for whom" told '^pxed: restart pending: 1 host installs$'
is "the next version is there" "pxed ii $VERSION+next" "$(dpkg_says pxed)"
ok "the operator's configuration is kept" grep -q '^interface = lan0' "$R/etc/pxed/pxed.ini"
is "the same daemon serves on" "$PID kernel" "$(e2e_pid) $(curl_as one "$U/os/debian-12/linux")"
is "the installation goes on" "ok ok" "$(curl_as one "$U/event?mac=$D1&stage=installing") $(curl_as one "$U/event?mac=$D1&stage=installed")"
is "to its end" installed "$(install_state)"
ok "then the daemon may be ended" in_root pxed stop --when-idle --timeout 1m
ok "and has ended" gone
ok "the next version starts" daemon
is "with the records" installed "$(install_state)"

# --- downgrade, while nobody installs
installs "a downgrade" $(debs old pxed) $(debs old pxed-smb) $(debs old pxed-dev) $(debs old pxed-doc)
is "the old version is there" "pxed ii $VERSION" "$(dpkg_says pxed)"
ok "a daemon that systemd did not start is not touched" told '^pxed: restart pending: the daemon was not started by systemd'
ok "it can be ended" in_root pxed stop
ok "the old version starts" daemon
is "with the records" installed "$(install_state)"

# --- removed in the middle of an installation
in_root pxed arm --yes web01 >/dev/null
dhcp_as one lease --mac $M1 --firmware bios >/dev/null
script >/dev/null
is "the machine is installed once more" 200 "$(answer)"
apt remove pxed
is "pxed is removed" 0 $?
ok "it names whom that cuts off" told '^web01: debian-12, installing'
ok "the daemon has ended" until_true 10 gone
is "the configuration is left" "pxed rc $VERSION" "$(dpkg_says pxed)"
ok "what the operator wrote, too" grep -q web01 "$R/etc/pxed/host-os.conf"
ok "the state, too" test -s "$R/var/lib/pxed/pxed.db"
ok "and the images" test -s "$R/srv/pxed/boot/os/debian-12/linux"
no "no program" test -e "$R/usr/sbin/pxed"
installs "it comes back" $(debs old pxed)
ok "it starts" daemon
is "and knows what was going on" installing "$(install_state)"
is "which ends" ok "$(curl_as one "$U/event?mac=$D1&stage=installed")"
in_root pxed stop >/dev/null

# --- purged
apt purge pxed
is "pxed is purged" 0 $?
is "dpkg knows nothing of it" "" "$(dpkg_says pxed | grep -v '^pxed un')"
for path in /etc/pxed /var/lib/pxed /run/pxed /usr/lib/pxed/plugins/tftp.so /usr/share/pxed/os-linux /etc/apparmor.d/usr.sbin.pxed \
    /etc/apparmor.d/local/usr.sbin.pxed; do
    no "$path is gone" in_root test -e "$path"
done
is "the accounts are gone" "" "$(in_root getent passwd pxed pxed-cgi)"
ok "the operator's images are not" test -s "$R/srv/pxed/boot/os/debian-12/linux"
ok "which is said" told '^pxed: /srv/pxed is not empty and stays'
installs "after a purge it is installed again" $(debs old pxed)
in_root chown pxed /srv/pxed/boot/os/debian-12/linux
apt purge pxed
is "an account with files is not removed" pxed "$(in_root getent passwd pxed | cut -d: -f1)"
ok "which is said" told '^pxed: the account pxed stays'
rm -r "$R/srv/pxed/boot/os/debian-12"
installs "and once more" $(debs old pxed)
apt purge pxed
no "empty folders are removed" test -e "$R/srv/pxed"
e2e_done
