#!/bin/bash
# import-servers.sh BUILD: `pxed import --wds` and `--mdt` on folders made here, as those servers leave them: UTF-16, code page
# 1252, CR LF, names in any case, hostile files. What comes out is read by `pxed check`.
set -u
page=$(cd "$(dirname "$0")/../../docs" && pwd)/from-wds.md
pxed=$1/sbin/pxed
work=$(mktemp -d "${TMPDIR:-/tmp}/pxed-servers.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
command -v wimlib-imagex >/dev/null || { echo "wimlib-imagex is not installed (wimtools)"; exit 77; }
checks=0 failed=0
says() { # WHAT TEXT: the last run's output holds it
    checks=$((checks + 1))
    grep -qF -- "$2" out || { failed=$((failed + 1)); echo "not ok - $1: lacks \`$2\`"; cat out; }
}
silent() { # WHAT TEXT
    checks=$((checks + 1))
    ! grep -qF -- "$2" out || { failed=$((failed + 1)); echo "not ok - $1: says \`$2\`"; cat out; }
}
run() { # CODE ARGUMENTS...
    local want=$1
    shift
    timeout 60 "$pxed" "$1" -c pxed.ini "${@:2}" >out 2>&1
    [ $? = "$want" ] || { failed=$((failed + 1)); echo "not ok - $*: not exit $want"; cat out; }
    checks=$((checks + 1))
}
wim() { # FILE NAME ARCH MAJOR MINOR BUILD EDITION KIND
    mkdir -p tree/Windows "$(dirname "$1")"
    echo "$2" >tree/Windows/data
    wimlib-imagex capture tree "$1" "$2" >/dev/null || exit 1
    wimlib-imagex info "$1" 1 --image-property=WINDOWS/ARCH="$3" --image-property=WINDOWS/VERSION/MAJOR="$4" --image-property=WINDOWS/VERSION/MINOR="$5" \
        --image-property=WINDOWS/VERSION/BUILD="$6" --image-property=WINDOWS/EDITIONID="$7" --image-property=WINDOWS/INSTALLATIONTYPE="$8" >/dev/null || exit 1
}
utf16() { (printf '\377\376'; iconv -f UTF-8 -t UTF-16LE); }
mkdir -p root/boot/os
config() { printf '[pxed]\ninterface = lo\nplugins = store-sqlite http os-windows\nroot = %s/root\nstate = %s/state\n' "$work" "$work"; }
{ config; printf 'hosts = hosts.conf\n'; } >pxed.ini
: >hosts.conf

# --- WDS
R=RemoteInstall
wim $R/Boot/x64/Images/boot.wim "Microsoft Windows PE (x64)" 9 10 0 20348 WindowsPE WindowsPE
wim "$R/Images/Group One/install.wim" "Windows Server 2022 Standard" 9 10 0 20348 ServerStandard Server
wim "$R/Images/Group One/install-(2).wim" "Windows Server 2022 Datacenter" 9 10 0 20348 ServerDatacenter Server
wim $R/Images/Clients/w7x86.wim "Windows 7" 0 6 1 7601 Professional Client
wim $R/Images/Clients/odd.wim "Windows 3000" 9 12 0 99 Odd Client
# as WDS keeps images: the metadata alone
printf '\020' | dd of="$R/Images/Group One/install-(2).wim" bs=1 seek=16 conv=notrunc 2>/dev/null
: >"$R/Images/Group One/Res.RWM"
echo no wim >$R/Images/Clients/broken.wim
mkdir -p "$R/Images/Group One/install/UNATTEND" $R/WdsClientUnattend
utf16 >"$R/Images/Group One/install/UNATTEND/ImageUnattend.xml" <<'XML'
<?xml version="1.0" encoding="utf-16"?>
<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="specialize">
<component name="Microsoft-Windows-Shell-Setup"><ComputerName>%MACHINENAME%</ComputerName><TimeZone>W. Europe Standard Time</TimeZone>
<RegisteredOrganization>Müller &amp; Söhne</RegisteredOrganization><ProductKey>AAAAA-BBBBB-CCCCC-DDDDD-EEEEE</ProductKey></component>
<component name="Microsoft-Windows-UnattendedJoin"><Identification><Credentials><Domain>LAB</Domain><Username>join</Username><Password>Geheim1</Password></Credentials>
<JoinDomain>lab.test</JoinDomain><MachineObjectOU>OU=PC,DC=lab,DC=test</MachineObjectOU></Identification></component></settings>
<settings pass="oobeSystem"><component name="Microsoft-Windows-Shell-Setup"><UserAccounts><AdministratorPassword><Value>UABh</Value><PlainText>false</PlainText></AdministratorPassword></UserAccounts>
<FirstLogonCommands><SynchronousCommand><CommandLine>cmd /c tool.exe</CommandLine></SynchronousCommand></FirstLogonCommands><OOBE><HideEULAPage>true</HideEULAPage></OOBE></component></settings></unattend>
XML
cat >$R/WdsClientUnattend/x64.xml <<'XML'
<?xml version="1.0" encoding="utf-16"?>
<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="windowsPE"><component name="Microsoft-Windows-International-Core-WinPE"><UILanguage>de-DE</UILanguage><InputLocale>0407:00000407</InputLocale></component>
<component name="Microsoft-Windows-Setup"><DiskConfiguration><Disk><DiskID>0</DiskID><WillWipeDisk>true</WillWipeDisk></Disk></DiskConfiguration>
<WindowsDeploymentServices><Login><Credentials><Password>Geheim2</Password></Credentials></Login></WindowsDeploymentServices></component></settings></unattend>
XML
printf '\377\376' >$R/WdsClientUnattend/empty.xml
echo '<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;">]><unattend><TimeZone>&d;</TimeZone></unattend>' >$R/WdsClientUnattend/dtd.xml
ln -s /etc/passwd $R/WdsClientUnattend/link.xml
printf '#TYPE x\r\n"DeviceID","DeviceName","JoinRights"\r\n"00-15-5D-00-00-01","LAB\\srv01","Full"\r\n"{00000000-0000-0000-0000-00155D000002}","srv02",""\r\n"[00155D000003]","",""\r\n"{11111111-2222-3333-4444-555555555555}","srv04",""\r\n' |
    utf16 >$R/wds-clients.csv
run 0 import --wds $R
says "two of one version, by their editions" "[os windows-2022-serverstandard-x64]"
says "the other" "[os windows-2022-serverdatacenter-x64]"
says "an x86 client" "[os windows-7-i386]"
says "a build that nobody knows" "image 1, Windows 3000: which Windows it is does not follow from its build 99"
says "no WIM" "Images/Clients/broken.wim: is too short to be a WIM"
says "WinPE" "$R/Boot/x64/Images/boot.wim -> $work/root/boot/os/windows-2022-serverstandard-x64/boot.wim"
says "none for x86" "Boot/x86/Images: 0 boot images"
says "what WDS keeps apart" "wimlib-imagex export '$R/Images/Group One/install-(2).wim' 1 ROOT/boot/os/windows-2022-serverdatacenter-x64/install.wim --ref='$R/Images/Group One/Res.RWM'"
says "time zone of the answer file, in any case of its folder" "timezone = W. Europe Standard Time"
says "UTF-16" "organization = Müller & Söhne"
says "domain" "join-domain = lab.test"
says "unit" "join-ou = OU=PC,DC=lab,DC=test"
says "a UTF-8 file that says it is UTF-16" "ui-language = de-DE"
says "keyboard" "keyboard = 0407:00000407"
says "disks" "x64.xml:3: DiskConfiguration"
says "a command" "the command \`cmd /c tool.exe\`"
says "a secret" "admin-password=@FILE"
says "and who joins" "join-user = join"
silent "its value" Geheim
silent "nor that" UABh
silent "nor the key" AAAAA-BBBBB
says "an empty file" "WdsClientUnattend/empty.xml: no XML that can be read"
says "entities" "WdsClientUnattend/dtd.xml: its XML is of another kind"
silent "no link is followed" root:
says "a machine by MAC; of several systems none is guessed" "# which system? 00:15:5d:00:00:01, OS-ID, name=srv01"
says "by the GUID that is a MAC" "00:15:5d:00:00:02, OS-ID, name=srv02"
says "without a name" "00:15:5d:00:00:03, OS-ID"
says "by another GUID" "srv04 is known by {11111111-2222-3333-4444-555555555555}, which is no MAC"
rm $R/wds-clients.csv
run 0 import --wds $R --write
says "without a list" "Get-WdsClient | Export-Csv"
says "what to do" "include = imported-wds.ini"
[ "$(stat -c %h root/boot/os/windows-2022-serverstandard-x64/install.wim)" = 2 ] || { failed=$((failed + 1)); echo "not ok - the image is linked"; }
run 1 import --wds $R --write
says "nothing is overwritten" "imported-wds.ini: File exists"
run 1 import --wds nosuch
says "no folder" "nosuch: No such file"
run 1 import --wds hosts.conf
says "a file" "it is no folder"
mkdir empty
run 0 import --wds empty
says "an empty folder" "no system image was found"

# --- MDT
D=DeploymentShare
mkdir -p "$D/Control/W11" $D/control2 "$D/Operating Systems/Win11/Sources" $D/Boot "$D/Out-of-Box Drivers/x"
wim "$D/Operating Systems/Win11/Sources/install.wim" "Windows 11 Pro" 9 10 0 22631 Professional Client
wim $D/Boot/LiteTouchPE_x64.wim "Lite Touch" 9 10 0 22631 WindowsPE WindowsPE
cat >$D/Control/OperatingSystems.xml <<'XML'
<oss>
 <os guid="{AAAA}" enable="True"><Name>Windows 11 Pro</Name><Platform>x64</Platform><Build>10.0.22631.2428</Build><Flags>Professional</Flags>
  <ImageFile>.\operating systems\WIN11\sources\install.wim</ImageFile><ImageIndex>1</ImageIndex></os>
 <os guid="{BBBB}" enable="True"><Name>Gone</Name><Platform>x64</Platform><Build>10.0.20348.1</Build><Flags>SERVERSTANDARD</Flags><ImageFile>.\x\..\..\..\etc\passwd</ImageFile></os>
 <os guid="{CCCC}" enable="False"><Name>Off</Name></os>
 <os guid="{DDDD}"><Platform>x64</Platform><Build>10.0.26100.1</Build><ImageFile>.\Operating Systems\Win11\Sources\install.wim</ImageFile><ImageIndex>2</ImageIndex></os>
 <os guid="{EEEE}"><Platform>x64</Platform><Build>10.0.26100.1</Build><ImageFile>.\Boot\LiteTouchPE_x64.wim</ImageFile><ImageIndex>1</ImageIndex></os>
</oss>
XML
utf16 >$D/Control/TaskSequences.xml <<'XML'
<tss><ts guid="{1}" enable="True"><Name>Deploy</Name><ID>W11</ID></ts><ts guid="{2}" enable="True"><ID>LOST</ID></ts></tss>
XML
cat >$D/Control/W11/ts.xml <<'XML'
<sequence><globalVarList><variable name="OSGUID" property="OSGUID">{aaaa}</variable></globalVarList>
<group name="Install"><step type="SMS_TaskSequence_PartitionDiskAction" name="Format"/><step type="BDD_InstallApplication" name="Office" disable="false"/></group></sequence>
XML
echo '<unattend><settings><component><RegisteredOwner>Lab</RegisteredOwner></component></settings></unattend>' >$D/Control/W11/Unattend.xml
# code page 1252, CR LF
iconv -f UTF-8 -t CP1252 >$D/Control/customsettings.INI <<INI
[Settings]
Priority=MACAddress, Role, Default
[Default]
OSInstall=Y
SkipBDDWelcome=YES
TaskSequenceID=W11
TimeZoneName=W. Europe Standard Time
OrgName=Müller – Lab
JoinDomain=lab.test
DomainAdmin=join
DomainAdminDomain=LAB
DomainAdminPassword=Geheim3
OSDComputerName=PC-%SerialNumber%
KeyboardLocale=0407:00000407
MyProperty=x
[00:15:5D:00:00:01]
OSDComputerName=PC01
Role=Build Servers
OSDAdapterCount=1
OSDAdapter0EnableDHCP=FALSE
OSDAdapter0IPAddressList=10.0.0.5
OSDAdapter0SubnetMask=255.255.255.0
OSDAdapter0Gateways=10.0.0.1
OSDAdapter0DNSServerList=10.0.0.1,10.0.0.2
[00:15:5D:00:00:02]
TaskSequenceID=LOST
[Build Servers]
TimeZoneName=UTC
[5CG1234XYZ]
OSDComputerName=PC99
INI
sed -i 's/$/\r/' $D/Control/customsettings.INI
run 0 import --mdt $D
says "its system" "[os windows-11-x64]"
says "a second of its version" "[os windows-11-2-x64]"
says "and a third" "[os windows-11-3-x64]"
says "its image, in any case" "$D/Operating Systems/Win11/Sources/install.wim -> $work/root/boot/os/windows-11-x64/install.wim"
says "WinPE" "$D/Boot/LiteTouchPE_x64.wim -> $work/root/boot/os/windows-11-x64/boot.wim"
says "an image that is outside" "Gone: its ImageFile is not in the folder"
says "a machine" "00:15:5D:00:00:01, windows-11-x64, name=PC01, group=build-servers, gateway=10.0.0.1, dns=\"10.0.0.1,10.0.0.2\", ip=10.0.0.5/24"
says "defaults" "[os-windows]"
says "code page 1252" "organization = Müller – Lab"
says "who joins" "join-user = LAB\\join"
says "a role" "[group build-servers]"
says "a machine by serial number" "CustomSettings.ini:30: [5CG1234XYZ] is for a serial number"
says "a computed name" "CustomSettings.ini:13: OSDComputerName=PC-%SerialNumber% is computed"
says "a property of one's own" "[Default] MyProperty=x has no counterpart"
says "a secret" "DomainAdminPassword is a secret"
silent "its value" Geheim
silent "the wizard" SkipBDDWelcome
says "an application" "ts.xml:2: the step \`Office\` installs an application"
says "a task sequence without a system" "task sequence LOST: its ts.xml cannot be read"
says "whose machine has the default's system, and it is told" "CustomSettings.ini:26: TaskSequenceID=LOST: which system that is is not known"
says "drivers" "Out-of-Box Drivers: drivers:"
says "owner of the sequence's answer file" "owner = Lab"
run 0 import --mdt $D --copy
{ config; printf 'include = imported-mdt.ini\nhosts = imported-mdt.conf\n'; } >pxed.ini
run 1 check --offline
says "the secret that was left" "join-user=LAB\\join: join-password= is missing"
echo Geheim4 >join.password
printf '[defaults]\njoin-password = @join.password\n' >>pxed.ini
: >root/boot/os/wimboot
run 0 check --offline
run 0 explain PC01 --firmware efi-x64
says "and boots WinPE" "wimboot"
says "in the zone of its role" "timezone = UTC"
# --- docs/from-wds.md, as it is written: its commands and its pxed.ini, with this machine's folders
rm -rf root imported-* && mkdir -p root/boot/os && : >root/boot/os/wimboot && : >host-os.conf
sed -n '/^pxed.ini:$/,/^Then /{s/^    //p}' "$page" | sed "s|eth1|lo|; s|^plugins .*|plugins = store-sqlite http os-windows smb|; /^hosts/a root = $work/root\nstate = $work/state
    s|= /srv/pxed/windows-media|= $work|" >page.ini
config >pxed.ini
while read -r line; do
    case $line in
    "pxed watch"*) continue ;; # it needs the daemon
    "pxed check"*) { cat page.ini; printf '[defaults]\njoin-password = @join.password\n'; } >pxed.ini ;;
    esac
    line=${line//\/mnt\//}
    # shellcheck disable=SC2086
    run 0 ${line#pxed }
done < <(sed -n 's/^    \(pxed .*\)/\1/p' "$page")
says "the page's last command shows the machine" "host PC01  00:15:5d:00:00:01  windows-11-x64"
[ "$(grep -c '^    pxed ' "$page")" = 6 ] || { failed=$((failed + 1)); echo "not ok - the page has six commands"; }

# hostile: files of this machine, the terminal, two thousand machines, deep XML, a file that is a folder, a line without end
mkdir -p bad/Control/OperatingSystems.xml
python3 -c 'print("<tss>" + "<a>" * 5000)' >bad/Control/TaskSequences.xml
{ printf '[Default'; head -c 100000 /dev/zero | tr '\0' x; } >bad/Control/CustomSettings.ini
run 0 import --mdt bad
says "a folder for a file" "OperatingSystems.xml: no file"
printf '[Default]\nOrgName=@/etc/shadow\nX=\033[2Ja\302\233b\n[00:15:5D:00:00:07]\nOSDComputerName=@/etc/passwd\nOSDAdapter0DNSServerList=1.1.1.1"\n' >bad/Control/CustomSettings.ini
run 0 import --mdt bad
says "an @FILE is none of ours" "organization: its value cannot be written in one line, or begins with \`@\`"
says "nor a name" "name: its value cannot be written in a host line"
silent "nothing of it comes out" "= @"
says "no word for the terminal" "X=?[2Ja"
silent "nor an old one" "$(printf '\233')"
for i in $(seq 2000); do printf '[00:15:5D:01:%02X:%02X]\nOSDComputerName=PC%d\nRole=R%d\nOSDAdapter0IPAddressList=10.1.%d.%d\n' $((i / 256)) $((i % 256)) "$i" $((i % 300)) $((i / 250)) $((i % 250 + 1)); done >bad/Control/CustomSettings.ini
start=$(date +%s)
run 0 import --mdt bad
says "the last of two thousand" "00:15:5D:01:07:D0, OS-ID, name=PC2000"
[ $(($(date +%s) - start)) -lt 5 ] || { failed=$((failed + 1)); echo "not ok - two thousand machines take more than 5 s"; }
echo "$checks checks, $failed failed"
exit $((failed > 0))
