#!/bin/sh
# The emulated machine of deb.sh: its chroot, started by systemd on a kernel with AppArmor. First process of the machine, then
# (`booted.sh try`) a service that lets the unit start, serve, be upgraded and removed. Each line `what: result` is looked for
# by deb.sh.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# systemd wants a root that it can move; the first one of a kernel is none.
boot() {
    mount -t tmpfs -o size=90% root /mnt
    for folder in bin sbin lib lib64 usr etc var debs; do cp -a /$folder /mnt/; done
    mkdir -p /mnt/dev /mnt/proc /mnt/sys /mnt/run /mnt/tmp /mnt/srv /mnt/root
    cp "$0" /mnt/booted.sh
    cat >/mnt/etc/systemd/system/try.service <<'UNIT'
[Unit]
DefaultDependencies=no
After=sysinit.target
[Service]
Type=oneshot
ExecStart=/booted.sh try
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
TimeoutStartSec=infinity
UNIT
    mount -t devtmpfs dev /mnt/dev
    exec switch_root /mnt /lib/systemd/systemd
}

state() { pxed machines --json | tr '{,' '\n\n' | sed -n 's/^"name":"\(.*\)"/\1/p; s/^"install":"\(.*\)"/\1/p' | tr '\n' ' '; }
pid() { systemctl show -P MainPID pxed; }

configure() {
    echo kernel >/srv/pxed/boot/os/debian-12/linux
    echo initrd >/srv/pxed/boot/os/debian-12/initrd.gz
    sed -i 's/^interface = eth0/interface = lo/' /etc/pxed/pxed.ini
    printf '[dhcp]\nmode = server\nrange = 127.0.0.50 - 127.0.0.99\ndns = 127.0.0.1\n[http]\ncgi = .sh /bin/sh\n' >>/etc/pxed/pxed.ini
    echo '08:00:27:4d:4d:aa, debian-12, name=web01, ip=127.0.0.60' >/etc/pxed/host-os.conf
    cat >/srv/pxed/boot/t.sh <<'CGI'
printf 'Content-Type: text/plain\n\n%s %s\n' "$(id -un)" "$(cat /proc/self/attr/current)"
CGI
}

serve() {
    systemctl start pxed
    echo "started: $? $(systemctl is-active pxed) $(systemctl is-enabled pxed)"
    echo "confined: $(cat "/proc/$(pid)/attr/current")"
    echo "http: $(curl -s http://127.0.0.1/boot/os/debian-12/linux)"
    echo "tftp: $(curl -s tftp://127.0.0.1/os/debian-12/initrd.gz)"
    echo "cgi: $(curl -s http://127.0.0.1/boot/t.sh)"
    echo "script: $(curl -s -A iPXE 'http://127.0.0.1/boot/home.php?mac=08:00:27:4d:4d:aa' | grep ^kernel)"
    echo "machines: $(state)"
    echo '08:00:27:4d:4d:ab, debian-12, name=web02, ip=127.0.0.61' >>/etc/pxed/host-os.conf
    systemctl reload pxed
    sleep 3
    echo "reloaded: $(state | sed 's/armed //g')"
    ls -la /var/lib/pxed
    grep -hE '^(Name|Uid|CapEff)' /proc/[0-9]*/status | paste - - - | grep pxed
    echo "state refused: $(journalctl -o cat -u pxed | grep -c 'Permission denied')"
}

# On systemd's sockets, as the account pxed from the first instruction on.
activate() {
    systemctl stop pxed
    systemctl start pxed@lo.socket pxed@lo.service
    echo "activated: $? $(systemctl is-active pxed@lo) $(stat -c %U "/proc/$(systemctl show -P MainPID pxed@lo)")"
    echo "activated http: $(curl -s http://127.0.0.1/boot/os/debian-12/linux)"
    echo "activated tftp: $(curl -s tftp://127.0.0.1/os/debian-12/initrd.gz)"
    echo "activated machines: $(state | sed 's/armed //g')"
    journalctl -o cat -u pxed@lo | tail -n 20
    systemctl stop pxed@lo.service pxed@lo.socket
    systemctl start pxed
}

change() {
    old=$(pid)
    dpkg -i --force-confold /debs/new/pxed_*.deb >/run/dpkg.out 2>&1
    echo "upgraded: $? $(systemctl is-active pxed)"
    [ "$old" = "$(pid)" ] || echo "restarted: nobody installed"
    grep -E '^pxed:|denied' /run/dpkg.out
    pxed stop --when-idle
    echo "stop: $?"
    sleep 4 # longer than RestartSec
    echo "stays: $(systemctl is-active pxed)"
    systemctl start pxed
    dpkg -r pxed >/run/dpkg.out 2>&1
    echo "removed: $? $(systemctl is-active pxed)"
}

try() {
    [ -d /sys/kernel/security/apparmor ] || mount -t securityfs security /sys/kernel/security
    ip link set lo up
    apparmor_parser -r /etc/apparmor.d/usr.sbin.pxed
    echo "profile: $(grep pxed /sys/kernel/security/apparmor/profiles)"
    systemd-tmpfiles --create pxed.conf
    mkdir /srv/pxed/boot/os/debian-12
    configure
    serve
    activate
    change
    journalctl -o cat -u pxed | tail -n 40
    echo "sandbox lacks: $(journalctl -o cat -u pxed | grep -c 'core sandbox no')"
    dmesg | grep 'apparmor="DENIED"'
    echo "denied: $(dmesg | grep -c 'apparmor="DENIED"')"
    echo o >/proc/sysrq-trigger
    sleep 10
}

if [ "${1:-}" = try ]; then try; else boot; fi
