#!/bin/bash
# A Windows host over the wire and on disk: the switch to PXELINUX, wimboot, the share's folder, the states.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:b2:40:3e M2=08:00:27:b2:40:3f M3=08:00:27:b2:40:40 D1=08-00-27-b2-40-3e D2=08-00-27-b2-40-3f D3=08-00-27-b2-40-40
M4=08:00:27:b2:40:41 D4=08-00-27-b2-40-41
e2e_client m1 $M1
e2e_address m1 10.77.0.61
e2e_client m2 $M2
e2e_address m2 10.77.0.62
OS=$E2E/root/boot/os SHARE=$E2E/windows-media
mkdir -p "$OS/windows-2008r2-x64" "$OS/windows-2022-x64" "$SHARE"
head -c 3000000 /dev/urandom >"$OS/w2k8_pe_x64.iso"

# --- images as an operator has them: a system captured by wimlib, and a WinPE
wims() { # a WIM of NAME with the files that tell what it is
    local dir=$E2E/wim.$1
    mkdir -p "$dir/Windows/System32"
    echo "$1" >"$dir/Windows/System32/which.txt"
    shift
    wimlib-imagex capture "$dir" "$@" >/dev/null 2>&1 || e2e_die "wimlib-imagex"
}
wims system "$OS/windows-2008r2-x64/install.wim" Server --compress=none
wims pe "$OS/windows-2022-x64/boot.wim" "Windows PE" --boot --compress=none
wims system "$OS/windows-2022-x64/install.wim" Server --compress=none
mkdir -p "$OS/windows-2022-x64/inject" "$OS/windows-11-x64/media" "$OS/windows-11-x64/boot"
cp "$OS/windows-2022-x64/boot.wim" "$OS/windows-11-x64/media/winpe-11.wim"
cp "$OS/windows-2022-x64/install.wim" "$OS/windows-11-x64/"
echo bcd >"$OS/windows-11-x64/boot/bcd" && echo sdi >"$OS/windows-11-x64/boot/boot.sdi"
echo "a driver" >"$OS/windows-2022-x64/inject/nic.inf"
hosts() {
    cat >"$E2E/host-os.conf" <<HOSTS
$M1, windows-2008r2-x64, name=win01, ip=10.77.0.61, product-key=ABCDE-12345-FGHIJ-67890-KLMNO
$M2, windows-2022-x64, name=win02, ip=10.77.0.62, admin-password=Secret-42
$M4, windows-11-x64, name=win04
$M3, windows-2019-x64, name=win03, product-key=ABCDE-12345-FGHIJ-67890-KLMNO
HOSTS
}
hosts
config() {
    e2e_ini <<INI
[dhcp]
mode = server
range = 10.77.0.50 - 10.77.0.99
dns = 10.77.0.1
[os-windows]
share = $SHARE
write-pxelinux-cfg = yes
[os windows-2008r2-x64]
iso = w2k8_pe_x64.iso
[os windows-11-x64]
boot = media/winpe-11.wim
$*
INI
}
config
e2e_start
script() { curl_as "$1" -A "$3" "$U/home.php?mac=$2"; }

# --- the switch, to the byte
SWITCH=$'#!gpxe\nimgload pxelinux.0\nboot pxelinux.0'
is "gPXE is told to load PXELINUX" "$SWITCH" "$(script m1 $D1 gPXE/0.9.9)"
is "iPXE too" "$SWITCH" "$(script m1 $D1 iPXE/1.0.0)"
is "and so is who says nothing" "$SWITCH" "$(script m1 $D1 curl)"
PE=$(printf 'default pe\nlabel pe\nkernel %s/os/memdisk\nappend iso initrd=%s/os/w2k8_pe_x64.iso' "$U" "$U")
is "its configuration by HTTP" "$PE" "$(curl_as m1 "$U/pxelinux.cfg/01-$D1")"
is "and by TFTP" "$PE" "$(curl_as m1 "tftp://$E2E_SERVER/pxelinux.cfg/01-$D1")"
ok "lpxelinux.0 stands in for pxelinux.0" cmp <(curl_as m1 "$U/pxelinux.0") /usr/lib/PXELINUX/lpxelinux.0
ok "with its ldlinux.c32" cmp <(curl_as m1 "$U/ldlinux.c32") /usr/lib/syslinux/modules/bios/ldlinux.c32
ok "memdisk comes from the loaders' folder" cmp <(curl_as m1 "$U/os/memdisk") /usr/lib/syslinux/memdisk

# gPXE that pxed has seen come, as a ROM or from a loader, has no image of that name unless it is gpxelinux.0
ok "below gPXE it is itself" cmp <(curl_as m1 -A gPXE/1.0.0 "$U/pxelinux.0") /usr/lib/PXELINUX/pxelinux.0
BY_URL=$(printf '#!gpxe\nchain %s/pxelinux.0' "$U")
dhcp_as m1 lease --mac $M1 --firmware bios --loader gpxe >/dev/null
is "gPXE in a ROM loads it by its URL" "$BY_URL" "$(script m1 $D1 gPXE/1.0.1)"
is "iPXE has the recipe's two lines" "$SWITCH" "$(script m1 $D1 iPXE/1.0.0)"
echo 'gPXE and PXELINUX' >"$E2E/root/tftp/gpxelinux.0"
dhcp_as m1 lease --mac $M1 --firmware bios >/dev/null
curl_as m1 -o /dev/null "tftp://$E2E_SERVER/gpxelinux.0"
dhcp_as m1 lease --mac $M1 --firmware bios --loader gpxe >/dev/null
is "and so has gpxelinux.0" "$SWITCH" "$(script m1 $D1 gPXE/0.9.9)"

# PXELINUX takes everything before the last special byte of its boot file's name for its folder
ok "what PXELINUX makes of home.php?mac=" cmp <(curl_as m1 -A Syslinux/6.04 "$U/home.php?mac=ldlinux.c32") /usr/lib/syslinux/modules/bios/ldlinux.c32
is "its configuration by that name" "$PE" "$(curl_as m1 -A Syslinux/6.04 "$U/home.php?mac=pxelinux.cfg/01-$D1")"
is "and through iPXE's own HTTP" "$PE" "$(curl_as m1 -A iPXE/1.0 "$U/home.php?mac=pxelinux.cfg/01-$D1")"
is "no way out of root" 400 "$(code_as m1 -A Syslinux/6.04 "$U/home.php?mac=../../pxed.ini")"
is "a MAC that cannot be read stays one" 400 "$(code_as m1 -A iPXE/1.0 "$U/home.php?mac=nonsense")"

# --- the folder in the share
staged() { [ -f "$SHARE/$D1/autorun.bat" ] && [ -f "$SHARE/$D2/autorun.bat" ] && [ -f "$SHARE/$D3/autorun.bat" ]; }
ok "each host has its folder" until_true 20 staged
ok "the partitions" test -s "$SHARE/$D1/diskpart.txt"
ok "the answer file" grep -q '<ComputerName>WIN01<' "$SHARE/$D1/unattend.xml"
ok "with the key of the line" grep -q ABCDE-12345-FGHIJ-67890-KLMNO "$SHARE/$D1/unattend.xml"
ok "the system image under its own name" test "$SHARE/$D1/install.wim" -ef "$OS/windows-2008r2-x64/install.wim"
no "and not as boot.wim" test -e "$SHARE/$D1/boot.wim"
no "no line without CR" grep -qv $'\r$' "$SHARE/$D1/autorun.bat"
has "an image that is missing is told by the script" 'MISSING_IMAGE' "$(cat "$SHARE/$D3/autorun.bat")"
BEFORE=$(stat -c %i.%Y "$SHARE/$D1"/*)
cp "$E2E/host-os.conf" "$E2E/again" && cat "$E2E/again" >"$E2E/host-os.conf"
sleep 1.5
is "a reload that changes nothing writes nothing" "$BEFORE" "$(stat -c %i.%Y "$SHARE/$D1"/*)"
sed -i 's/name=win01/name=web01/' "$E2E/host-os.conf"
ok "a changed name is staged anew" until_true 10 grep -q '<ComputerName>WEB01<' "$SHARE/$D1/unattend.xml"
hosts
until_true 10 grep -q '<ComputerName>WIN01<' "$SHARE/$D1/unattend.xml"

# --- the copy of PXELINUX's configuration in root/tftp
CFG=$E2E/root/tftp/pxelinux.cfg/01-$D1
ok "it is written" until_true 10 grep -q w2k8_pe_x64.iso "$CFG"
is "as it is told" "$PE" "$(cat "$CFG")"
cp "$CFG" "$E2E/cfg"
echo "default mine" >"$CFG"
is "an operator's own wins" "default mine" "$(curl_as m1 "tftp://$E2E_SERVER/pxelinux.cfg/01-$D1")"
cp "$E2E/cfg" "$CFG"

# --- the right to write is used up by the last byte of the ISO; then the disk, wherever it asks
event() { curl_as "$1" "$U/event?mac=$2&stage=$3${4:-}"; }
is "armed" armed "$(e2e_state $M1 install)"
curl_as m1 -r 0-1000 -o /dev/null "$U/os/w2k8_pe_x64.iso"
is "a part of the ISO spends nothing" armed "$(e2e_state $M1 install)"
curl_as m1 -o /dev/null "$U/os/w2k8_pe_x64.iso"
is "the whole ISO does" installing "$(e2e_state $M1 install)"
ok "the script is in the share while it is installed" test -s "$SHARE/$D1/unattend.xml"
is "winpe" ok "$(event m1 $D1 winpe)"
is "applied" ok "$(event m1 $D1 applied)"
lacks "after that the disk" pxelinux "$(script m1 $D1 iPXE)"
is "firstboot" ok "$(event m1 $D1 firstboot)"
is "installed" ok "$(event m1 $D1 installed)"
is "it is" installed "$(e2e_state $M1 install)"
closed() { ! [ -e "$SHARE/$D1/unattend.xml" ] && ! [ -e "$SHARE/$D1/install.wim" ] && grep -q 'not armed' "$SHARE/$D1/autorun.bat"; }
ok "its folder holds a refusal only" until_true 10 closed
ok "its copy in root/tftp boots the disk" until_true 10 grep -q 'localboot 0' "$CFG"
has "the steps are in the journal" firstboot "$(e2e_journal win01)"

# --- UEFI: wimboot, every name in its script answers with the right length
dhcp_as m2 discover --mac $M2 --firmware efi-x64 >/dev/null
has "without wimboot its script says so" 'program that boots this image' "$(script m2 $D2 iPXE)"
has "and check says what to get" wimboot "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
echo "wimboot itself" >"$OS/wimboot"
SCRIPT=$(script m2 $D2 iPXE)
has "with it the script loads it" "kernel $U/os/wimboot" "$SCRIPT"
has "the WIM by name" "initrd --name boot.wim $U/os/windows-2022-x64/boot.wim boot.wim" "$SCRIPT"
has "the operator's driver" "initrd --name nic.inf $U/os/windows-2022-x64/inject/nic.inf nic.inf" "$SCRIPT"
has "a secret's answer file by token" "initrd --name unattend.xml $U/s/" "$SCRIPT"
is "the answer file is the last" unattend.xml "$(grep '^initrd' <<<"$SCRIPT" | tail -n 1 | sed 's/.* //')"
OTHER=$(script server $D4 iPXE)
has "a WinPE of another name is boot.wim to the machine" "initrd --name boot.wim $U/os/windows-11-x64/media/winpe-11.wim boot.wim" "$OTHER"
has "and bcd is BCD" "initrd --name BCD $U/os/windows-11-x64/boot/bcd BCD" "$OTHER"
ALL=yes
for url in $(sed -n 's/^kernel \([^ ]*\).*/\1/p; s/^initrd --name [^ ]* \([^ ]*\) .*/\1/p' <<<"$SCRIPT"); do
    length=$(curl_as m2 -I "$url" | tr -d '\r' | sed -n 's/^[Cc]ontent-[Ll]ength: //p')
    curl_as m2 -f -o "$E2E/got" "$url" && [ "$(stat -c %s "$E2E/got")" = "$length" ] && [ "$length" -gt 0 ] || ALL="$url: $length"
done
is "every name answers HEAD and GET alike" yes "$ALL"
is "the answer file, the last of them, has spent the arming" installing "$(e2e_state $M2 install)"
# --- an image that comes later needs no reload
cp "$OS/windows-2008r2-x64/install.wim" "$E2E/root/boot/os/late.wim"
mkdir -p "$OS/windows-2019-x64"
mv "$E2E/root/boot/os/late.wim" "$OS/windows-2019-x64/install.wim"
ok "the missing image is found and linked" until_true 30 test "$SHARE/$D3/install.wim" -ef "$OS/windows-2019-x64/install.wim"
script_is_complete() { ! grep -q 'missing for windows-2019-x64' "$SHARE/$D3/autorun.bat"; } # the gate is written last
ok "and its script misses it no more" until_true 10 script_is_complete

# --- what leaves takes its folder with it; what an operator put there stays
echo "my own" >"$SHARE/$D3/notes.txt"
sed -i "/$M3/d" "$E2E/host-os.conf"
gone() { ! [ -e "$SHARE/$D3/autorun.bat" ]; }
ok "a removed host's files go" until_true 10 gone
ok "an operator's file stays" test -s "$SHARE/$D3/notes.txt"

# --- a line removed in mid-installation takes nothing away from the machine
is "win02 is being installed" installing "$(e2e_state $M2 install)"
cp "$E2E/host-os.conf" "$E2E/with-m2"
e2e_mark
sed -i "/$M2/d" "$E2E/host-os.conf"
until_true 10 logged 'core reloaded'
sleep 1
ok "its answer file stays" test -s "$SHARE/$D2/unattend.xml"
ok "and its image" test "$SHARE/$D2/install.wim" -ef "$OS/windows-2022-x64/install.wim"
no "its configuration in root/tftp does not" test -e "$E2E/root/tftp/pxelinux.cfg/01-$D2"
e2e_stop
e2e_start
ok "nor does a restart take them" test -s "$SHARE/$D2/unattend.xml"
is "its end is heard" ok "$(event m2 $D2 installed)"
left() { ! [ -e "$SHARE/$D2" ]; }
ok "and then all of it goes" until_true 10 left
cat "$E2E/with-m2" >"$E2E/host-os.conf"
until_true 10 logged 'core reloaded hosts=3'

# --- after a crash nothing of ours is taken for an operator's
e2e_crash
e2e_start
e2e_pxed arm win01 --yes >/dev/null
ok "armed again, staged again" until_true 10 test -s "$SHARE/$D1/unattend.xml"
ok "and the configuration with it" until_true 10 grep -q w2k8_pe_x64.iso "$CFG"
dhcp_as m1 discover --mac $M1 --firmware efi-x64 >/dev/null
has "memdisk is nothing for UEFI: its screen says so" 'with BIOS only; this one has UEFI' "$(script m1 $D1 iPXE)"
has "and the journal" NEEDS_BIOS "$(e2e_journal win01)"
dhcp_as m1 discover --mac $M1 --firmware bios >/dev/null
is "the same machine with BIOS switches" "$SWITCH" "$(script m1 $D1 iPXE)"
e2e_stop

# --- pxed's own Samba: the deployment's account reads its own folder, until the installation ends
sed -i 's/^\[dhcp\]/[smb]\nmode = managed\n&/' "$E2E/pxed.ini"
rm -f "$E2E/root/tftp/pxelinux.cfg/"*
has "check tells what an unmodified WinPE needs" 'needs [smb] guest = yes' "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
e2e_start
e2e_pxed arm win01 win02 --yes >/dev/null
until_true 20 test -s "$SHARE/$D2/unattend.xml"
account() { # MACHINE FOLDER: USER%PASSWORD out of what its WinPE fetches
    curl_as "$1" "$U/hosts/$2/net.cmd" | tr -d '\r' | sed -n 's/.*net use J: "[^"]*" "\([^"]*\)" "*\/user:\([^" ]*\)"*.*/\2%\1/p' | sed 's/^[^%]*\\//' | head -n 1
}
smb() { # MACHINE ACCOUNT COMMANDS
    e2e_in "$1" timeout 20 smbclient "//$E2E_SERVER/windows-media" -U "$2" --option='client signing=required' -c "$3" 2>&1
}
A1=$(account m1 $D1) A2=$(account m2 $D2)
has "WinPE is given an account" % "$A1"
is "each deployment its own" 2 "$(printf '%s\n' "$A1" "$A2" | sort -u | grep -c %)"
lacks "nobody else is given it" "${A1#*%}" "$(curl_as m2 "$U/hosts/$D1/net.cmd")"
reads() { smb m1 "$A1" "cd $D1; get autorun.bat $E2E/got.bat" && cmp "$E2E/got.bat" "$SHARE/$D1/autorun.bat"; }
ok "it reads its folder, signed" until_true 20 reads
has "it reads the image" blocks "$(smb m1 "$A1" "cd $D1; ls install.wim")"
has "it writes nothing" NT_STATUS_ACCESS_DENIED "$(smb m1 "$A1" "cd $D1; put $E2E/pxed.ini x")"
has "it reads no other host's folder" NT_STATUS_ "$(smb m1 "$A1" "cd $D2; get unattend.xml $E2E/stolen")"
no "nothing was stolen" test -s "$E2E/stolen"
event m1 $D1 installing >/dev/null
event m1 $D1 installed >/dev/null
dead() { smb m1 "$A1" ls | grep -q NT_STATUS_LOGON_FAILURE; }
ok "after installed the account is dead" until_true 15 dead
has "the other lives" unattend.xml "$(smb m2 "$A2" "cd $D2; ls")"
event m2 $D2 installing >/dev/null
SMBD=$(tr -d '\0 \n' <"$E2E/state/smb/pid/smbd.pid")
e2e_mark
e2e_stop
ok "Samba outlives the daemon while it installs a machine" kill -0 "$SMBD"
ok "which is told" logged "smbd pid=$SMBD still serves $SHARE"
e2e_start
ok "and at the next start" until_true 10 logged "smbd pid=$SMBD of an earlier run still serves the share"
has "its account lives on" unattend.xml "$(smb m2 "$A2" "cd $D2; ls")"
e2e_stop
sed -i 's/^\[pxed\]/&\nplugins = store-sqlite api dhcp tftp http os-windows/' "$E2E/pxed.ini"
e2e_mark
e2e_start
ok "without the plugin the start tells what still runs" logged "smbd pid=$SMBD of an earlier run still serves its share.*kill $SMBD"
is "no helper runs" "" "$(pgrep -P "${E2E_PIDS[pxed]}" -x pxed-smb)"
e2e_stop
sed -i '/^plugins = /d' "$E2E/pxed.ini"
e2e_start
# A WinPE that speaks SMB 1 alone: Samba refuses it, and the batch file reports that.
lacks "SMB 1 is refused" unattend.xml "$(e2e_in m2 timeout 20 smbclient "//$E2E_SERVER/windows-media" -U "$A2" -m NT1 -c "cd $D2; ls" 2>&1)"
event m2 $D2 failed "&reason=SHARE_UNREACHABLE" >/dev/null
why_names smb-refused win02
e2e_pxed arm win01 --yes >/dev/null
e2e_mark
until_true 10 reads
e2e_stop
ok "a machine that is only armed keeps no Samba" logged "smbd pid=$SMBD is stopped: nothing is being installed"
no "it is gone" test -e "/proc/$SMBD/exe" # a zombie has none
sed -i '/^\[smb\]/,/^mode = managed/d' "$E2E/pxed.ini"

# --- a Samba of the operator's: one account for all machines, which is a secret
sed -i 's/^\[dhcp\]/[smb]\nmode = external\nuser = deploy\npassword = Samba-42\n&/' "$E2E/pxed.ini"
has "check: who boots an ISO as it is gets no password" 'given only to a WinPE that was given a token' "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
e2e_start
e2e_pxed arm win01 win02 --yes >/dev/null
is "the machine itself at the plain name" 403 "$(code_as m2 "$U/hosts/$D2/net.cmd")"
ok "for want of a token" e2e_counted SECRET_NO_TOKEN
is "a neighbour" 403 "$(code_as m1 "$U/hosts/$D2/net.cmd")"
has "the server sees ***" '"***" "/user:deploy"' "$(curl_as server "$U/hosts/$D2/net.cmd")"
NET=$(script m2 $D2 iPXE | sed -n "s/^initrd --name startnet.cmd \([^ ]*\) .*/\1/p")
NET=$(curl_as m2 "$NET" | tr -d '\r' | sed -n 's/.*get "\([^"]*net.cmd\)".*/\1/p')
has "WinPE is told a name with a token" "$U/s/" "$NET"
has "and gets the account there" '"Samba-42" "/user:deploy"' "$(curl_as m2 "$NET")"
lacks "no log has it" Samba-42 "$(cat "$E2E_LOG")"
e2e_stop
sed -i '/^\[smb\]/,/^password/d' "$E2E/pxed.ini"

# --- the classic recipe: an autorun.bat of the operator's own
mkdir -p "$E2E/root/boot/hosts/$D1"
printf 'imagex /apply boot.wim 1 C:\r\n' >"$E2E/root/boot/hosts/$D1/autorun.bat"
e2e_start
e2e_pxed arm win01 --yes >/dev/null
ok "it takes the place of ours" until_true 10 grep -q 'imagex /apply boot.wim' "$SHARE/$D1/autorun.bat"
ok "and finds the image as boot.wim" until_true 10 test "$SHARE/$D1/boot.wim" -ef "$OS/windows-2008r2-x64/install.wim"
e2e_stop

# --- as an ordinary account: images belong to whoever copied them, and the kernel lets only owners link
rm -rf "$E2E/root/boot/hosts" "${SHARE:?}"/* "$E2E/state"
mkdir -m 755 "$E2E/state"
chown root:root "$SHARE" "$OS"/*/install.wim
chmod 644 "$OS"/*/install.wim
sed -i 's/^\[dhcp\]/user = nobody\n&/' "$E2E/pxed.ini"
chmod 644 "$E2E/pxed.ini" "$E2E/host-os.conf"
e2e_start
ok "the daemon is nobody" grep -q "^Uid:.*$(id -u nobody)" "/proc/$(e2e_pid)/status"
ok "root's image is linked all the same" until_true 20 test "$SHARE/$D2/install.wim" -ef "$OS/windows-2022-x64/install.wim"
ok "and the host's files are there" until_true 10 test -s "$SHARE/$D2/unattend.xml"
sed -i 's/^write-pxelinux-cfg = yes/write-pxelinux-cfg = no/' "$E2E/pxed.ini"
e2e_stop
rm -rf "$E2E/root/tftp/pxelinux.cfg"
e2e_mark
e2e_start
touch "$E2E/host-os.conf"
until_true 10 logged 'core reloaded'
sleep 1
no "write-pxelinux-cfg = no: nothing is tried in root/tftp, and no host has an error" logged ' error core stage'
sed -i 's/^write-pxelinux-cfg = no/write-pxelinux-cfg = yes/' "$E2E/pxed.ini"
lacks "yes: root will make the folder" 'write-pxelinux-cfg = yes:' "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
mkdir -m 755 "$E2E/root/tftp/pxelinux.cfg"
chown daemon "$E2E/root/tftp/pxelinux.cfg"
has "check says when it is another's" "write-pxelinux-cfg = yes: 'nobody' cannot write $E2E/root/tftp/pxelinux.cfg" "$("$E2E_BIN" check -c "$E2E/pxed.ini" 2>&1)"
rmdir "$E2E/root/tftp/pxelinux.cfg"
e2e_stop

# --- who may write beside the share may put a link in its place: root gives nothing away behind one
mkdir "$E2E/precious"
rm -rf "$SHARE"
ln -s "$E2E/precious" "$SHARE"
e2e_mark
e2e_start
is "a folder of root's behind a link stays root's" root "$(stat -c %U "$E2E/precious")"
ok "and the cure is told" logged "windows-media leads through a symbolic link.*chown nobody $SHARE"
e2e_stop
e2e_done "proves: windows scripted"
