#!/bin/bash
# Images inside ISOs: a machine boots from an ISO that was merely dropped into its folder; HTTP and TFTP serve its files.
. "$(dirname "$0")/common.sh"
for tool in xorriso genisoimage atftp; do command -v $tool >/dev/null || e2e_die "$tool is missing"; done
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab
e2e_client one $M1
e2e_client two $M2
e2e_address one 10.77.0.60
e2e_address two 10.77.0.61
R=$E2E/root/boot/os
D=$E2E/debian W=$E2E/windows
mkdir -p "$R/debian-12-amd64" "$R/windows-10-x64" "$R/debian-11" "$E2E/got" "$D/debian-installer/amd64/gtk" "$D/pool" "$W/sources" "$W/EFI/BOOT"

# A Debian medium has Rock Ridge names and links, Microsoft's has UDF.
head -c 700000 /dev/urandom >"$D/debian-installer/amd64/linux"
head -c 3000001 /dev/urandom >"$D/debian-installer/amd64/initrd.gz"
head -c 40000000 /dev/urandom >"$D/pool/huge.deb" # more than 65535 blocks of 512
head -c 2048 /dev/urandom >"$D/pool/block"
: >"$D/pool/empty"
echo readme >"$D/README.txt"
ln -s debian-installer/amd64 "$D/install"
xorriso -as mkisofs -quiet -R -J -o "$R/debian-12-amd64/debian.iso" "$D" 2>"$E2E/make.log" || e2e_die "xorriso"
head -c 5000000 /dev/urandom >"$W/sources/boot.wim"
head -c 100 /dev/urandom >"$W/sources/small"
echo loader >"$W/EFI/BOOT/bootx64.efi"
mkdir "$E2E/plain"
echo 'this disc holds UDF' >"$E2E/plain/readme.txt"
genisoimage -quiet -udf -o "$R/windows-10-x64/Win10.ISO" "$W" 2>>"$E2E/make.log" || e2e_die "genisoimage"
head -c 300000 "$R/debian-12-amd64/debian.iso" >"$R/debian-11/cut.iso"
echo 'of the folder' >"$R/windows-10-x64/own.txt"

cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12-amd64, name=web01, ip=10.77.0.60
$M2, debian-11, name=cut, ip=10.77.0.61
HOSTS
printf 'name = pxe-server\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' | e2e_ini

# --- what check says
said=$(e2e_pxed check 2>&1)
has "check names the ISO that is cut off" "debian-11/cut.iso" "$said"
has "and the line that needs it" "host-os.conf:2: " "$(grep cut.iso <<<"$said")"
lacks "a good ISO is no matter" debian.iso "$said"
lacks "nor is its image" "no image for 'debian-12-amd64'" "$said"
has "the cut one is no image" "no image for 'debian-11'" "$said"
e2e_start

T=tftp://$E2E_SERVER
H=$U/os/debian-12-amd64
get() { curl_as one -o "$E2E/got/http" "$U/os/$1" && cmp "$E2E/got/http" "$2"; }                          # NAME FILE
at() { rm -f "$E2E/got/at" && e2e_in one timeout 60 atftp -g -r "os/$1" -l "$E2E/got/at" "${@:3}" $E2E_SERVER 69 && cmp "$E2E/got/at" "$2"; }
head_of() { curl_as one -I "$U/os/$1" | tr -d '\r'; }
field() { sed -n "s/^$1: //Ip"; }

# --- the same bytes by HTTP and TFTP
for name in debian-installer/amd64/linux debian-installer/amd64/initrd.gz pool/block README.txt; do
    ok "HTTP: $name" get "debian-12-amd64/$name" "$D/$name"
    ok "TFTP: $name" at "debian-12-amd64/$name" "$D/$name" --option "blksize 1428"
done
ok "HTTP: 40 MB" get debian-12-amd64/pool/huge.deb "$D/pool/huge.deb"
ok "TFTP: 40 MB in blocks of 512" at debian-12-amd64/pool/huge.deb "$D/pool/huge.deb"
ok "TFTP: windows of 16" at debian-12-amd64/pool/huge.deb "$D/pool/huge.deb" --option "windowsize 16" --option "blksize 1428"
is "an empty file" "200 " "$(body_as one "$H/pool/empty")"
ok "a link inside the ISO" get debian-12-amd64/install/linux "$D/debian-installer/amd64/linux"
ok "UDF: sources/boot.wim" get windows-10-x64/sources/boot.wim "$W/sources/boot.wim"
ok "UDF: a small file" get windows-10-x64/sources/small "$W/sources/small"
ok "UDF by TFTP" at windows-10-x64/sources/boot.wim "$W/sources/boot.wim" --option "blksize 1428"
ok "the ISO itself, whole" get debian-12-amd64/debian.iso "$R/debian-12-amd64/debian.iso"

# --- letters' case, and names that are none
ok "HTTP: another case" get debian-12-amd64/DEBIAN-INSTALLER/AMD64/LiNux "$D/debian-installer/amd64/linux"
ok "UDF: another case" get windows-10-x64/Sources/BOOT.WIM "$W/sources/boot.wim"
ok "TFTP: backslashes and another case" at 'windows-10-x64\SOURCES\BOOT.WIM' "$W/sources/boot.wim"
for name in debian-12-amd64/debian-installer/amd64 debian-12-amd64/nothing debian-12-amd64/pool/ debian-12-amd64/debian.iso/README.txt windows-10-x64/readme.txt \
    debian-13/README.txt debian-12-amd64/pool/huge.deb/x debian-11/debian-installer/amd64/linux; do
    is "404: $name" 404 "$(code_as one "$U/os/$name")"
done
is "never above the ISO" 400 "$(code_as one --path-as-is "$H/install/../../../hosts")"

# --- HEAD, ranges, conditions
is "HEAD: the length" 3000001 "$(head_of debian-12-amd64/debian-installer/amd64/initrd.gz | field content-length)"
is "HEAD: 200" "HTTP/1.1 200 OK" "$(head_of debian-12-amd64/debian-installer/amd64/initrd.gz | head -1)"
is "the type, by name" application/efi "$(head_of windows-10-x64/EFI/BOOT/BOOTX64.EFI | field content-type)"
is "text" text/plain "$(head_of debian-12-amd64/readme.TXT | field content-type | cut -d';' -f1)"
range() { curl_as one -r "$1" "$H/debian-installer/amd64/initrd.gz" | sha256sum; }
part() { tail -c "+$(($1 + 1))" "$D/debian-installer/amd64/initrd.gz" | head -c "$2" | sha256sum; }
is "a range" "$(part 1000 5000)" "$(range 1000-5999)"
is "from a byte to the end" "$(part 2999990 100)" "$(range 2999990-)"
is "the last bytes" "$(part 2999001 1000)" "$(range -1000)"
is "206" 206 "$(code_as one -r 0-0 "$H/debian-installer/amd64/initrd.gz")"
is "416 behind the end, though the ISO goes on" 416 "$(code_as one -r 3000001- "$H/debian-installer/amd64/initrd.gz")"
is "not a byte of the next file" 3000001 "$(curl_as one -r 0-99999999 "$H/debian-installer/amd64/initrd.gz" | wc -c)"
tag=$(head_of debian-12-amd64/debian-installer/amd64/initrd.gz | field etag)
is "304 by its tag" 304 "$(code_as one -H "If-None-Match: $tag" "$H/debian-installer/amd64/initrd.gz")"
no "each file has its own tag" test "$tag" = "$(head_of debian-12-amd64/pool/block | field etag)"
is "304 by date" 304 "$(code_as one -z "$(head_of debian-12-amd64/pool/block | field last-modified)" "$H/pool/block")"

# --- a real file in the folder wins
ok "the folder's file beside an ISO" get windows-10-x64/own.txt "$R/windows-10-x64/own.txt"
mkdir "$R/debian-12-amd64/pool"
echo 'patched' >"$R/debian-12-amd64/pool/block"
is "wins over the ISO's" "200 patched" "$(body_as one "$H/pool/block")"
is "by TFTP too" patched "$(curl_as one "$T/os/debian-12-amd64/pool/block")"
ok "the others are the ISO's" get debian-12-amd64/README.txt "$D/README.txt"
rm "$R/debian-12-amd64/pool/block"
ok "and again when it is gone" get debian-12-amd64/pool/block "$D/pool/block"

# --- a machine boots from it, by its profile
script=$(curl_as one -A iPXE "$U/home.php?mac=$M1")
has "the kernel inside the ISO" "kernel http://pxe-server/boot/os/debian-12-amd64/debian-installer/amd64/linux " "$script"
has "its initrd" "initrd http://pxe-server/boot/os/debian-12-amd64/debian-installer/amd64/initrd.gz" "$script"
lacks "a cut ISO is no image" /boot/os/ "$(curl_as two -A iPXE "$U/home.php?mac=$M2")"
dhcp_as one lease --mac $M1 --firmware bios >/dev/null
curl_as one -A iPXE -o /dev/null "$U/home.php?mac=$M1"
ok "it fetches its kernel" get debian-12-amd64/debian-installer/amd64/linux "$D/debian-installer/amd64/linux"
is "which is seen" kernel "$(e2e_state $M1 stage)"

# --- another ISO in its place
mkdir "$E2E/next"
echo 'second edition' >"$E2E/next/README.txt"
mkdir -p "$E2E/next/debian-installer/amd64" && cp "$D/pool/block" "$E2E/next/debian-installer/amd64/linux" && cp "$D/README.txt" "$E2E/next/debian-installer/amd64/initrd.gz"
xorriso -as mkisofs -quiet -R -o "$E2E/next.iso" "$E2E/next" 2>>"$E2E/make.log" || e2e_die "xorriso"
mv "$E2E/next.iso" "$R/debian-12-amd64/debian.iso"
e2e_mark
no "before the reload: no byte of a place that was another file's" get debian-12-amd64/README.txt "$D/README.txt"
ok "refused by name" e2e_counted IO_ERROR
ok "the log names the ISO" logged 'debian.iso has changed since it was read'
kill -HUP "$(e2e_pid)"
ok "the reload" until_true 10 logged ' core reloaded '
is "the new content" "200 second edition" "$(body_as one "$H/README.txt")"
is "what was in the old one" 404 "$(code_as one "$H/pool/huge.deb")"
ok "an ISO that did not change" get windows-10-x64/sources/boot.wim "$W/sources/boot.wim"
rm "$R/debian-12-amd64/debian.iso"
is "no ISO any more" 404 "$(code_as one "$H/README.txt")"

# --- a link out of root leads nowhere
cp "$R/windows-10-x64/Win10.ISO" "$E2E/outside.iso"
ln -s "$E2E/outside.iso" "$R/debian-12-amd64/link.iso"
has "check says so" "leads out of root" "$(e2e_pxed check 2>&1 | grep link.iso)"
e2e_mark
kill -HUP "$(e2e_pid)"
ok "another reload" until_true 10 logged ' core reloaded '
is "nothing of it is served" 404 "$(code_as one "$H/sources/boot.wim")"

e2e_stop
e2e_done
