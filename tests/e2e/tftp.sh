#!/bin/bash
# TFTP with curl, atftp and tftp-hpa: options, names, what is made for one machine, many at once.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client one $M1
e2e_client two $M2
e2e_address one 10.77.0.60
e2e_address two 10.77.0.61
for os in centos-5.5-i386 debian-12; do e2e_image $os; done
R=$E2E/root
cat >"$E2E/host-os.conf" <<HOSTS
$M1, centos-5.5-i386, name=web01, ip=10.77.0.60
$M2, debian-12, name=sec01, ip=10.77.0.61, root-password-hash=\$6\$salt\$VerySecret
HOSTS
# drain: where the last acknowledgement was lost on the way, the last block is sent again for a while, and the end waits for it
printf 'name = pxe-server\ndrain = 4s\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini
for size in 0 1 511 512 513 1024 1428 1468 65464 100000; do head -c $size /dev/urandom >"$R/tftp/f$size"; done
head -c 3000000 /dev/urandom >"$R/tftp/big.bin"
head -c 40000000 /dev/urandom >"$R/boot/os/debian-12/huge.bin" # more than 65535 blocks of 512
printf 'one\ntwo\r\nthree\rfour\n' >"$R/tftp/text"
echo 'from tftp' >"$R/tftp/same.txt"
echo 'from boot' >"$R/boot/same.txt"
echo 'boot only' >"$R/boot/bootonly.txt"
echo 'my own loader' >"$R/tftp/pxelinux.0"
mkdir "$E2E/got"
T=tftp://$E2E_SERVER
e2e_start

get() { curl_as one -o "$E2E/got/curl" "${@:2}" "$T/$1" && cmp "$E2E/got/curl" "${FROM:-$R/tftp}/$1"; }
hpa() { (cd "$E2E/got" && rm -f "$1" && e2e_in one timeout 20 tftp -m "${2:-octet}" $E2E_SERVER -c get "$1" && cmp "$1" "${FROM:-$R/tftp}/$1"); }
at() { rm -f "$E2E/got/at" && e2e_in one timeout 60 atftp -g -r "$1" -l "$E2E/got/at" "${@:2}" $E2E_SERVER 69 && cmp "$E2E/got/at" "${FROM:-$R/tftp}/$1"; }
text() { curl_as "${2:-one}" "$T/$1"; }
code() { curl_as one -o /dev/null "$T/$1"; echo $?; } # curl: 68 not found, 69 access violation, 71 illegal operation

# --- sizes, clients, options
for size in 0 1 511 512 513 1024 1428 1468 65464 100000; do
    ok "curl, $size bytes" get "f$size"
    ok "tftp-hpa, $size bytes" hpa "f$size"
    ok "atftp, $size bytes, blksize 1428" at "f$size" --option "blksize 1428"
done
for n in 8 512 1024 1468 8192 65464; do ok "curl, blksize $n" get f100000 --tftp-blksize $n; done
ok "curl without options" get f100000 --tftp-no-options
sleep 2.5 # unchanged for so long it is kept in memory
ok "from memory" eval 'get f100000 && get f100000'
head -c 100000 /dev/urandom >"$R/tftp/f100000"
ok "changed in place it is read again" get f100000
head -c 70000 /dev/urandom >"$R/tftp/new" && mv "$R/tftp/new" "$R/tftp/f100000"
ok "and replaced by another" get f100000
ok "atftp, blksize 8192" at big.bin --option "blksize 8192" --option "tsize 0" --option "timeout 3"
ok "atftp, windowsize 8" at big.bin --option "windowsize 8" --option "blksize 1024"
ok "atftp, windowsize 64" at big.bin --option "windowsize 64"
ok "tftp-hpa, 3 MB" hpa big.bin
FROM=$R/boot/os/debian-12 ok "40 MB in blocks of 512: the number rolls over" test "$(curl_as one --max-time 120 --tftp-blksize 512 "$T/os/debian-12/huge.bin" | sha256sum)" = "$(sha256sum <"$R/boot/os/debian-12/huge.bin")"
ok "netascii" test "$(cd "$E2E/got" && rm -f text && e2e_in one timeout 20 tftp -m netascii $E2E_SERVER -c get text && od -c text)" = "$(od -c "$R/tftp/text")"

# --- names
is "root/tftp comes before root/boot" "from tftp" "$(text same.txt)"
is "root/boot after it" "boot only" "$(text bootonly.txt)"
is "boot/ is optional" "boot only" "$(text boot/bootonly.txt)"
is "a leading slash" "boot only" "$(text /bootonly.txt)"
is "backslashes" "boot only" "$(text '%5Cboot%5Cbootonly.txt')"
is "an image's file" "kernel of centos-5.5-i386" "$(text os/centos-5.5-i386/pxeboot/vmlinuz)"
ok "a loader from loader-path" test "$(text undionly.kpxe | sha256sum)" = "$(sha256sum </usr/lib/ipxe/undionly.kpxe)"
is "an operator's loader wins" "my own loader" "$(text pxelinux.0)"
ok "a module beside it" test "$(text ldlinux.c32 | sha256sum)" = "$(sha256sum </usr/lib/syslinux/modules/bios/ldlinux.c32)"
is "missing: file not found" 68 "$(code nothing)"
is "a folder: file not found" 68 "$(code os)"
is "tftp-hpa says so" 1 "$(cd "$E2E/got" && e2e_in one timeout 20 tftp $E2E_SERVER -c get nothing 2>&1 | grep -c 'Error code 1')"
for name in ../../etc/passwd /../../etc/passwd ..%5C..%5Cetc%5Cpasswd /etc/passwd boot/../../etc/passwd os/../../../etc/passwd; do
    no "never: $name" grep -q root: <(curl_as one --path-as-is "$T/$name")
done
no "tftp-hpa: ../../etc/passwd" hpa ../../etc/passwd
is "refused" 1 "$(e2e_in one timeout 20 tftp $E2E_SERVER -c get ../../etc/passwd "$E2E/got/passwd" 2>&1 | grep -c Error)"
lacks "and nothing came" root: "$(cat "$E2E/got/passwd" 2>/dev/null)"

# --- writing
echo mine >"$E2E/got/mine"
has "tftp-hpa: put is refused" Error "$(cd "$E2E/got" && e2e_in one timeout 20 tftp $E2E_SERVER -c put mine 2>&1)"
no "atftp: put is refused" e2e_in one timeout 20 atftp -p -l "$E2E/got/mine" -r mine $E2E_SERVER 69
no "nothing was written" test -e "$R/tftp/mine" -o -e "$R/boot/mine"
ok "TFTP_WRITE" e2e_counted TFTP_WRITE

# --- made for one machine
LINUX='default linux
label linux
kernel http://pxe-server/boot/os/centos-5.5-i386/pxeboot/vmlinuz
append ksdevice=link ks=http://pxe-server/boot/hosts/linux-ks/08-00-27-4d-4d-aa.txt initrd=http://pxe-server/boot/os/centos-5.5-i386/pxeboot/initrd.img'
is "pxelinux.cfg/01-MAC" "$LINUX" "$(text pxelinux.cfg/01-08-00-27-4d-4d-aa)"
is "with the folder of the loader before it" "$LINUX" "$(text boot/pxelinux.cfg/01-08-00-27-4d-4d-aa)"
is "and other names that PXELINUX tries are not there" 68 "$(code pxelinux.cfg/0A4D003C)"
is "for an unknown machine there is none" 68 "$(code pxelinux.cfg/01-02-02-02-02-02-02)"
has "grub/grub.cfg, the asker's own" "linux /boot/os/centos-5.5-i386/pxeboot/vmlinuz ksdevice=link" "$(text grub/grub.cfg)"
has "another's" "linux /boot/os/debian-12/linux" "$(text grub/grub.cfg two)"
has "by MAC" "linux /boot/os/centos-5.5-i386/" "$(text grub/grub.cfg-01-08-00-27-4d-4d-aa)"

# --- loaders in folders
mkdir -p "$R"/tftp/{bios,efi64,EFI/BOOT,boot,Win/Boot,two}
echo 'bcd' >"$R/tftp/boot/bcd"
echo 'wim' >"$R/tftp/Win/Boot/Boot.WIM"
echo 'a' >"$R/tftp/two/name"
echo 'b' >"$R/tftp/two/NAME"
is "PXELINUX in a folder" "$LINUX" "$(text bios/pxelinux.cfg/01-08-00-27-4d-4d-aa)"
for name in /grub.cfg-01-08-00-27-4d-4d-aa EFI/BOOT/grub.cfg-01-08-00-27-4d-4d-aa EFI/BOOT/grub.cfg grub2/grub.cfg; do
    has "GRUB: $name" "linux /boot/os/centos-5.5-i386/" "$(text "$name")"
done
ok "a module that lies elsewhere" test "$(text bios/ldlinux.c32 | sha256sum)" = "$(sha256sum </usr/lib/syslinux/modules/bios/ldlinux.c32)"
is "a kernel, by its name below boot" "kernel of centos-5.5-i386" "$(text EFI/BOOT/boot/os/centos-5.5-i386/pxeboot/vmlinuz)"
is "and by its URL" "kernel of centos-5.5-i386" "$(text "bios/http://$E2E_SERVER/boot/os/centos-5.5-i386/pxeboot/vmlinuz")"
is "not of another server" 68 "$(code "bios/http://10.9.9.9/boot/os/centos-5.5-i386/pxeboot/vmlinuz")"
is "nor below a folder that is not there" 68 "$(code nowhere/ldlinux.c32)"
is "root/tftp may have a folder boot" bcd "$(text boot/bcd)"
is "Windows asks in any case" bcd "$(text '%5CBoot%5CBCD')"
is "all along the way" wim "$(text 'win%5CBOOT%5Cboot.wim')"
echo 'old' >"$R/tftp/Win/menu.bak"
is "an editor's backup is private in any case" "69 69" "$(code Win/menu.bak) $(code Win/menu.BAK)"
is "of two that fit none is served" 68 "$(code two/Name)"
is "and each by its own name" "a b" "$(text two/name) $(text two/NAME)"
rm "$R/tftp/two/NAME"
is "what is changed is seen" a "$(text two/Name)"
ok "an answer file of another is refused there, too" test "$(code bios/hosts/08-00-27-4d-4d-ab/preseed.cfg)" = 69
AUTOEXEC="#!ipxe
dhcp
chain http://pxe-server/boot/home.php?mac=08-00-27-4d-4d-aa&product=\${product:uristring}&serial=\${serial:uristring}&memory=\${memsize}"
for name in autoexec.ipxe EFI/BOOT/autoexec.ipxe boot/autoexec.ipxe; do is "iPXE's $name" "$AUTOEXEC" "$(text $name)"; done
is "by HTTP" "$AUTOEXEC" "$(curl_as one "$U/autoexec.ipxe")"
echo '#!ipxe' >"$R/tftp/autoexec.ipxe"
is "an operator's wins" '#!ipxe' "$(text autoexec.ipxe)"
rm "$R/tftp/autoexec.ipxe"

# --- asked in vain
code EFI/BOOT/revocations.efi >/dev/null
code EFI/BOOT/revocations.efi >/dev/null
curl_as one "$U/favicon.ico" >/dev/null
is "told once" 1 "$(e2e_pxed log web01 | grep -c 'missing.*EFI/BOOT/revocations.efi')"
is "by HTTP, too" 1 "$(e2e_pxed log web01 | grep -c 'missing.*favicon.ico')"
for n in $(seq 30); do code "no$n" >/dev/null; done
has "the first of many" 'name="no1"' "$(e2e_pxed log web01)"
lacks "and not the last: 16 in a boot" 'name="no30"' "$(e2e_pxed log web01)"

mkdir -p "$R/tftp/pxelinux.cfg"
echo 'default mine' >"$R/tftp/pxelinux.cfg/01-08-00-27-4d-4d-ab"
is "an operator's file wins" "default mine" "$(text pxelinux.cfg/01-08-00-27-4d-4d-ab two)"
is "an answer file of another: refused" 69 "$(code hosts/08-00-27-4d-4d-ab/preseed.cfg)"
has "of one's own" "Kickstart of web01" "$(text hosts/linux-ks/08-00-27-4d-4d-aa.txt)"
is "is spent" installing "$(e2e_state $M1 install)"
has "from then on: its disk" "localboot 0" "$(text pxelinux.cfg/01-08-00-27-4d-4d-aa)"
SECRET=$(curl_as two "$U/home.php?mac=$M2" | grep -o '/boot/s/[^ ]*')
is "a secret without its token: refused" 69 "$(curl_as two -o /dev/null "$T/hosts/08-00-27-4d-4d-ab/preseed.cfg"; echo $?)"
has "with it" VerySecret "$(text "${SECRET#/}" two)"
is "spent, too" installing "$(e2e_state $M2 install)"
is "the boot script is HTTP's" 69 "$(code home.php)"

# --- pxed find
for word in 4D-4D-AA 00274d4daa 0800.274d.4daa WEB 10.77.0.60 centos; do
    is "found by $word" "web01" "$(e2e_pxed find --json $word | jq -r .name)"
done
has "in words" "installing" "$(e2e_pxed find sec)"
is "nothing: exit status 1" 1 "$(e2e_pxed find nowhere >/dev/null 2>&1; echo $?)"

# --- many at once
CROWD=()
for n in $(seq 64); do
    e2e_in one curl -s --max-time 100 --tftp-blksize $((512 + n * 13)) -o "$E2E/got/m$n" "$T/big.bin" &
    CROWD+=($!)
done
wait "${CROWD[@]}"
is "64 at once, all the same" 64 "$(sha256sum "$E2E"/got/m* | grep -c "^$(sha256sum <"$R/tftp/big.bin" | cut -d' ' -f1)")"

# --- a bad wire
if e2e_in one tc qdisc add dev eth0 root netem loss 5% 2>/dev/null && e2e_in server tc qdisc add dev p_one root netem loss 5% delay 1ms reorder 20% 2>/dev/null; then
    ok "packets get lost: atftp" at f100000 --option "blksize 1428" --option "timeout 1"
    ok "and with a window" at f100000 --option "windowsize 8" --option "blksize 1024" --option "timeout 1"
fi
e2e_in one tc qdisc del dev eth0 root 2>/dev/null
e2e_in server tc qdisc del dev p_one root 2>/dev/null
far() { # DELAY LOSS NAME OPTIONS...: by way of a relay
    rm -f "$E2E/got/at"
    e2e_spawn far one python3 "$E2E_HERE/far.py" 6969 $E2E_SERVER "$1" "$2"
    sleep 0.3
    local began
    began=$(date +%s%N)
    e2e_in one timeout 60 atftp -g -r "$3" -l "$E2E/got/at" "${@:4}" 127.0.0.1 6969
    FAR_MS=$((($(date +%s%N) - began) / 1000000))
    e2e_kill far
    cmp "$E2E/got/at" "$R/tftp/$3"
}
ok "150 ms away, window 64" far 75 0 big.bin --option "windowsize 64" --option "blksize 1428"
ok "at the pace of the wire ($FAR_MS ms)" test "$FAR_MS" -lt 20000
ok "one packet in a hundred is lost, lock-step" far 2 1 f100000 --option "blksize 512"
ok "which costs no seconds ($FAR_MS ms)" test "$FAR_MS" -lt 15000
ok "one in a hundred, window 16" far 2 1 big.bin --option "windowsize 16" --option "blksize 1428"
ok "which costs no seconds ($FAR_MS ms)" test "$FAR_MS" -lt 15000
e2e_stop && e2e_pass "it ends well"

# --- one port for all
printf '[tftp]\nsingle-port = yes\n' >>"$E2E/pxed.ini"
e2e_start
first_port() { # the port that the first DATA comes from
    e2e_in one python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b"\0\1f1024\0octet\0", ("'$E2E_SERVER'", 69))
data, sender = s.recvfrom(2000)
s.sendto(b"\0\5\0\0enough\0", sender)
print(len(data), sender[1])'
}
is "single-port: DATA comes from port 69" "516 69" "$(first_port)"
for size in 0 1 511 512 513 65464; do
    ok "single-port: curl, $size bytes" get "f$size"
    ok "single-port: tftp-hpa, $size bytes" hpa "f$size"
done
ok "single-port: atftp, windowsize 64" at big.bin --option "windowsize 64"
ok "single-port: losses" far 2 1 big.bin --option "windowsize 16" --option "blksize 1428"
is "single-port: missing" 68 "$(code nothing)"
CROWD=()
for n in $(seq 32); do
    e2e_in one curl -s --max-time 100 --tftp-blksize $((512 + n * 13)) -o "$E2E/got/s$n" "$T/big.bin" &
    CROWD+=($!)
done
wait "${CROWD[@]}"
is "single-port: 32 at once, all the same" 32 "$(sha256sum "$E2E"/got/s* | grep -c "^$(sha256sum <"$R/tftp/big.bin" | cut -d' ' -f1)")"
e2e_stop && e2e_pass "it ends well"
e2e_done
