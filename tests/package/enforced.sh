#!/bin/sh
# The first process of an emulated machine with the chroot of deb.sh as its only file system: the daemon under its AppArmor
# profile and no_new_privs, as the unit starts it. Each line `what: result` is looked for by deb.sh.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t securityfs security /sys/kernel/security
mount -t tmpfs run /run
exec >/dev/ttyS0 2>&1 </dev/null
ip link set lo up
systemd-tmpfiles --create pxed.conf
apparmor_parser -r /etc/apparmor.d/usr.sbin.pxed
echo "profile: $(grep pxed /sys/kernel/security/apparmor/profiles)"

I=/srv/pxed/boot/os/debian-12
mkdir -p $I
echo kernel >$I/linux
echo initrd >$I/initrd.gz
sed -i 's/^interface = eth0/interface = lo/' /etc/pxed/pxed.ini
printf '[dhcp]\nmode = server\nrange = 127.0.0.50 - 127.0.0.99\ndns = 127.0.0.1\n[http]\ncgi = .sh /bin/sh\n' >>/etc/pxed/pxed.ini
echo '08:00:27:4d:4d:aa, debian-12, name=web01, ip=127.0.0.60' >/etc/pxed/host-os.conf
cat >/srv/pxed/boot/t.sh <<'CGI'
printf 'Content-Type: text/plain\n\n%s %s\n' "$(id -un)" "$(cat /proc/self/attr/current)"
CGI
setpriv --no-new-privs pxed run -c /etc/pxed/pxed.ini >/run/log 2>&1 &
PID=$!
n=0
until grep -q 'core ready' /run/log || [ $n = 60 ]; do
    sleep 1
    n=$((n + 1))
done
cat /run/log
echo "confined: $(cat /proc/$PID/attr/current)"
echo "http: $(curl -s http://127.0.0.1/boot/os/debian-12/linux)"
echo "tftp: $(curl -s tftp://127.0.0.1/os/debian-12/initrd.gz)"
echo "cgi: $(curl -s http://127.0.0.1/boot/t.sh)"
echo "script: $(curl -s -A iPXE 'http://127.0.0.1/boot/home.php?mac=08:00:27:4d:4d:aa' | grep ^kernel)"
state() { pxed machines --json | tr '{,' '\n\n' | sed -n 's/^"name":"\(.*\)"/\1/p; s/^"install":"\(.*\)"/\1/p' | tr '\n' ' '; }
echo "machines: $(state)"
echo '08:00:27:4d:4d:ab, debian-12, name=web02, ip=127.0.0.61' >>/etc/pxed/host-os.conf
kill -HUP $PID
sleep 3
echo "reloaded: $(state | sed 's/armed //g')"
pxed stop --when-idle
echo "stop: $?"
dmesg | grep 'apparmor="DENIED"'
echo "denied: $(dmesg | grep -c 'apparmor="DENIED"')"
echo o >/proc/sysrq-trigger
sleep 10
