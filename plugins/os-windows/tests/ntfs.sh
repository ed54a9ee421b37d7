#!/bin/bash
# A system image on a real NTFS volume, with the answer file where autorun.bat puts it: name and address are there, and
# where the boot sector's own tools find them. usage: ntfs.sh DRIVER TEMPLATES
set -u
DRIVER=$1 TEMPLATES=$2
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
N=0 FAILED=0
PATH=$PATH:/usr/sbin:/sbin
for tool in wimlib-imagex mkntfs ntfscp ntfscat ntfsls xmllint python3; do
    command -v $tool >/dev/null || { echo "$tool is missing"; exit 1; }
done

ok() { # NAME COMMAND...
    local name=$1
    shift
    N=$((N + 1))
    if "$@" >"$T/out" 2>&1; then echo "ok $N - $name"; else
        FAILED=1
        echo "not ok $N - $name"
        head -5 "$T/out"
    fi
}

same() { [ "$1" = "$2" ] || { echo "got $1, not $2"; false; }; }

answer() { # ROW FILE: what a host of that row is given
    python3 - "$1" "$TEMPLATES/$2" >"$T/case.json" <<'PY'
import json, sys
print(json.dumps([{"row": sys.argv[1], "template": sys.argv[2], "vars": {
    "name": "win01", "ip": "10.77.0.61/24", "gateway": "10.77.0.1", "dns": "10.77.0.1", "timezone": "Europe/Berlin",
    "admin-password": "S3&<cret", "product-key": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"}}]))
PY
    "$DRIVER" <"$T/case.json" | python3 -c 'import json, sys
answer = json.load(sys.stdin)[0]
sys.exit(str(answer["diags"])) if answer["diags"] else sys.stdout.write(answer["text"])' >"$T/$2"
}

volume() { # IMAGE TREE: an NTFS volume that holds the captured tree
    wimlib-imagex capture "$2" "$T/image.wim" Golden &&
        truncate -s 64M "$1" && mkntfs -q -F -L Windows "$1" && wimlib-imagex apply "$T/image.wim" 1 "$1"
}

placed() { # WORD...: autorun.bat copies the answer file to this place
    grep -qF "$*" "$TEMPLATES/autorun.bat"
}

text_of() { xmllint --xpath "string(//*[local-name()='$1'])" "$T/back.xml"; }

# Windows Vista and later
mkdir -p "$T/new/Windows/Panther" "$T/new/Windows/System32"
echo "the answer file that sealed the image" >"$T/new/Windows/Panther/unattend.xml"
head -c 2000000 /dev/urandom >"$T/new/Windows/System32/ntoskrnl.exe"
ok "a volume" volume "$T/new.img" "$T/new"
ok "unattend.xml" answer "Windows Server 2022" unattend.xml
ok "its place" placed 'unattend.xml" W:\Windows\Panther\unattend.xml'
ok "copied" ntfscp -f "$T/new.img" "$T/unattend.xml" Windows/Panther/unattend.xml
ok "read back" bash -c "ntfscat -f '$T/new.img' Windows/Panther/unattend.xml >'$T/back.xml'"
ok "whole" cmp "$T/unattend.xml" "$T/back.xml"
ok "name" same "$(text_of ComputerName)" WIN01
ok "address" same "$(text_of IpAddress)" 10.77.0.61/24
ok "gateway" same "$(text_of NextHopAddress)" 10.77.0.1
ok "NIC" same "$(text_of Identifier)" 08-00-27-B2-40-3E
ok "zone" same "$(text_of TimeZone)" "W. Europe Standard Time"
ok "password" same "$(xmllint --xpath "string(//*[local-name()='AdministratorPassword']/*[local-name()='Value'])" "$T/back.xml")" 'S3&<cret'
ok "the system beside it" cmp "$T/new/Windows/System32/ntoskrnl.exe" <(ntfscat -f "$T/new.img" Windows/System32/ntoskrnl.exe)

# Windows 2000 to 2003
mkdir -p "$T/old/sysprep" "$T/old/WINDOWS"
touch "$T/old/ntldr" "$T/old/boot.ini"
echo "[GuiUnattended]" >"$T/old/sysprep/sysprep.inf"
ok "an old volume" volume "$T/old.img" "$T/old"
ok "sysprep.inf" answer "Windows XP" sysprep.inf
ok "its place" placed 'sysprep.inf" W:\sysprep\sysprep.inf'
sed -i 's/$/\r/' "$T/sysprep.inf"
ok "copied" ntfscp -f "$T/old.img" "$T/sysprep.inf" sysprep/sysprep.inf
ok "read back" bash -c "ntfscat -f '$T/old.img' sysprep/sysprep.inf >'$T/back.inf'"
ok "whole" cmp "$T/sysprep.inf" "$T/back.inf"
for line in ComputerName=WIN01 IPAddress=10.77.0.61 SubnetMask=255.255.255.0 DefaultGateway=10.77.0.1 TimeZone=110 \
    'AdminPassword="S3&<cret"'; do
    ok "$line" grep -qxF "$line"$'\r' "$T/back.inf"
done
echo "1..$N"
exit $FAILED
