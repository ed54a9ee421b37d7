#!/bin/bash
# Images outside root: folders named by image-path, and links to image folders. One that ends inside a named folder is served by
# HTTP and TFTP; one that ends elsewhere is refused by both, before the boot and whatever it says later.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac M4=08:00:27:4d:4d:ad
e2e_client one $M1
e2e_address one 10.77.0.60
e2e_client two $M2
e2e_address two 10.77.0.61
R=$E2E/root/boot/os
S=$E2E/store N=$E2E/nas X=$E2E/store-other # the last begins like a named folder, and is none
T=tftp://$E2E_SERVER
mkdir -p "$E2E/disk1/images" "$N" "$X/rocky-9" "$E2E/got"
ln -s disk1/images "$S" # the named folder may be a link itself

image() { # FOLDER: Debian's netboot files in it
    mkdir -p "$1"
    head -c 70000 /dev/urandom >"$1/linux"
    head -c 3000001 /dev/urandom >"$1/initrd.gz"
}
image "$S/debian-12.files"
image "$S/debian-10"
image "$N/bookworm"
image "$X/debian-11"
ln -s "$S/debian-12.files" "$R/debian-12"       # absolute, into a named folder
ln -s "$N/bookworm" "$S/debian-13"              # from one named folder into another
ln -s ../../../store-other/debian-11 "$R/debian-11" # relative, beside the named folders
mkdir "$S/kali" && ln -s "$X/debian-11" "$S/kali/inner" && cp "$N/bookworm/linux" "$S/kali/linux"
ln -s ../debian-10/initrd.gz "$S/kali/initrd.gz"  # of a file, inside
ln -s "$X/debian-11/linux" "$S/kali/outside"      # of a file, elsewhere
echo 'not for everybody' >"$S/notes.txt"
mkdir "$S/_private" && echo 'nor this' >"$S/_private/file"
cat >"$E2E/host-os.conf" <<HOSTS
$M1, debian-12, name=inside, ip=10.77.0.60
$M2, debian-11, name=outside, ip=10.77.0.61
$M3, debian-13, name=further
$M4, debian-10, name=plain
HOSTS
printf 'name = pxe-server\nimage-path = %s %s\n[dhcp]\nmode = server\nrange = 10.77.0.50 - 10.77.0.99\ndns = 10.77.0.1\n' "$S" "$N" | e2e_ini

# --- check says which one is not followed, and the key that would allow it
said=$(e2e_pxed check 2>&1)
has "check names the link that ends elsewhere" "debian-11 is a link that leads out of root and image-path, which is not followed; image-path = $X/debian-11 in [pxed] allows it" "$said"
has "for the line that needs it" "host-os.conf:2: " "$(grep debian-11 <<<"$said")"
for id in debian-12 debian-13 debian-10; do lacks "$id is no matter" "'$id'" "$said"; done
e2e_start

http() { curl_as one -o "$E2E/got/http" "$U/os/$1" && cmp "$E2E/got/http" "$2"; } # NAME FILE
tftp() { curl_as one -o "$E2E/got/tftp" "$T/os/$1" && cmp "$E2E/got/tftp" "$2"; }
tftp_code() { curl_as one -o /dev/null "$T/$1"; echo $?; } # 69: access violation, 68: not found
refused() { # WHAT NAME: by both, with the reason's name in the answer, the count and nothing of the file
    local before
    before=$(e2e_metric PRIVATE_FILE)
    is "$1: HTTP" 403 "$(code_as one "$U/os/$2")"
    has "with its reason" "PRIVATE_FILE: " "$(curl_as one "$U/os/$2")"
    is "HEAD and a part, too" "403 403" "$(code_as one -I "$U/os/$2") $(code_as one -r 0-9 "$U/os/$2")"
    is "$1: TFTP" 69 "$(tftp_code "os/$2")"
    ok "counted under that name" e2e_counted PRIVATE_FILE "$((${before:-0} + 4))"
}

# --- served: the same bytes by both
for row in "debian-12:$S/debian-12.files" "debian-13:$N/bookworm" "debian-10:$S/debian-10" "DEBIAN-12:$S/debian-12.files"; do
    for file in linux initrd.gz; do
        ok "HTTP: ${row%%:*}/$file" http "${row%%:*}/$file" "${row#*:}/$file"
        ok "TFTP: ${row%%:*}/$file" tftp "${row%%:*}/$file" "${row#*:}/$file"
    done
done
ok "a link of a file, inside: HTTP" http kali/initrd.gz "$S/debian-10/initrd.gz"
ok "TFTP" tftp kali/initrd.gz "$S/debian-10/initrd.gz"
is "a part of a file behind a link" "$(tail -c +1001 "$N/bookworm/linux" | sha256sum)" "$(curl_as one -r 1000- "$U/os/debian-13/linux" | sha256sum)"

# --- refused: both
refused "a folder's link that ends elsewhere" debian-11/linux
refused "a link inside an image, elsewhere" kali/inner/linux
refused "of a file" kali/outside
is "a name that is none of an image: HTTP" 404 "$(code_as one "$U/os/notes.txt")"
is "TFTP" 68 "$(tftp_code os/notes.txt)"
is "a folder that is none" 404 "$(code_as one "$U/os/_private/file")"
for name in 'os/debian-12/../../store-other/debian-11/linux' 'os/debian-12/%2e%2e/%2e%2e/notes.txt' 'os/debian-12/..%2fdebian-10/linux'; do
    no "no way up behind the link: $name" test 200 = "$(curl_as one --path-as-is -o /dev/null -w '%{http_code}' "$U/$name")"
done

# --- what the machines get
script() { curl_as "$1" -A iPXE/1.21 "$U/home.php?mac=$2"; }
has "the machine whose image is inside is told its kernel" "$U/os/debian-12/linux" "$(sed "s,//pxe-server/,//$E2E_SERVER/," <<<"$(script one $M1)")"
is "the one whose image is refused boots its disk" 0 "$(script two $M2 | grep -c '^kernel')"
has "and knows why" NO_IMAGE "$(e2e_journal outside)"
has "pxed why names the link and the key" "image-path = $X/debian-11" "$(e2e_pxed why outside 2>&1)"

# --- a link that is changed while the daemon runs
ln -sfn "$X/debian-11" "$R/debian-12"
until_true 10 eval 'test 403 = "$(code_as one "$U/os/debian-12/linux")"'
refused "turned away from the named folder" debian-12/linux
ln -sfn "$N/bookworm" "$R/debian-12"
ok "and back into another one" until_true 10 http debian-12/linux "$N/bookworm/linux"
ok "TFTP" tftp debian-12/linux "$N/bookworm/linux"
rm "$R/debian-11" && ln -s /nowhere "$R/debian-11"
ok "a link to nothing" until_true 10 eval 'test 404 = "$(code_as one "$U/os/debian-11/linux")"'
is "TFTP" 68 "$(tftp_code os/debian-11/linux)"

# --- the key that check named
rm "$R/debian-11" && ln -s "$X/debian-11" "$R/debian-11"
sed -i "s,^image-path = .*,& $X," "$E2E/pxed.ini"
e2e_stop
lacks "named, it is no matter to check" "no image for 'debian-11'" "$(e2e_pxed check 2>&1)"
e2e_start
ok "and is served: HTTP" http debian-11/linux "$X/debian-11/linux"
ok "TFTP" tftp debian-11/linux "$X/debian-11/linux"
has "the machine is told its kernel" /os/debian-11/linux "$(script two $M2)"
e2e_stop && e2e_pass "it ends well"
e2e_done
