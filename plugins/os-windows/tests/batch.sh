#!/bin/bash
# autorun.bat for every generation: the right tools in the right order with the right arguments, a stop at the first
# failure, every failure reported.   usage: batch.sh BUILD-FOLDER MINGW-GCC [PATTERN]
# Needs: wine, iproute2, util-linux, python3.
# shellcheck disable=SC2086 # FACTS and ACCOUNT are several words
# shellcheck source=batch-common.sh
. "$(dirname "$0")/batch-common.sh"

# --- every generation, every firmware

generation() { # ID FIRMWARE APPLY BOOT
    wanted "$1" || return 0
    local id=$1 fw=$2 answer=Windows/Panther/unattend.xml name=unattend.xml key=
    case $id in *2000* | *xp* | *2003*) answer=sysprep/sysprep.inf name=sysprep.inf key=$KEY ;; esac
    fresh "$id, name=win01, ip=10.77.0.61, gateway=10.77.0.1$key" $FACTS "firmware=${fw/efi/efi-x64}" || return
    export STUB_FIRMWARE=$fw
    autorun "$id by $fw" 0 <<TOOLS
$WINPE
$GUARD
$DISK
$3
$4
$DONE
TOOLS
    unset STUB_FIRMWARE
    local parts=diskpart.txt
    [ "$fw" = bios ] || parts=diskpart-efi.txt
    is "$id by $fw: partitions of the chosen disk" "select disk 0
$(tr -d '\r' <"$share/$mac/$parts")" "$(tr -d '\r' <"$drive/diskpart.seen")"
    if same "$work/disk/w/$answer" "$share/$mac/$name" && grep -qi win01 "$work/disk/w/$answer"; then
        pass "$id by $fw: $answer"
    else
        miss "$id by $fw: $answer" "the staged $name" "$(ls -R "$work/disk/w")"
    fi
    case $name in
    unattend.xml)
        is "$id by $fw: scripts" "SetupComplete.cmd pxed.exe" "$(cd "$work/disk/w/Windows/Setup/Scripts" && echo *)"
        is "$id by $fw: nothing comes before it" "" "$(ls "$work/disk/w/Windows/Panther/Unattend")" ;;
    *)
        is "$id by $fw: scripts" "firstboot.cmd pxed.exe" "$(cd "$work/disk/w/pxed" && echo *)"
        is "$id by $fw: mini-setup's commands" "[Commands] \"cmd.exe /c C:\\pxed\\firstboot.cmd\"" \
            "$(tr -d '\r' <"$work/disk/w/sysprep/i386/\$oem\$/cmdlines.txt" | paste -sd ' ')" ;;
    esac
}
for id in windows-2000-x86 windows-xp-x86 windows-xp-x64 windows-2003-x64; do generation $id bios "$IMAGEX" "$NT52"; done
for id in windows-vista-x86 windows-2008-x64 windows-7-x86 windows-7-x64 windows-2008r2-x64; do
    generation $id bios "$IMAGEX" 'bcdboot W:\Windows /s W:'
done
for id in windows-7-x64 windows-2008r2-x64; do generation $id efi "$IMAGEX" 'bcdboot W:\Windows /s S:'; done
for id in windows-8-x64 windows-8.1-x86 windows-2012-x64 windows-2012r2-x64 windows-10-x64 windows-2016-x64 windows-2022-x64 \
    windows-11-x64 windows-2025-x64; do
    generation $id bios "$DISM" 'bcdboot W:\Windows /s W: /f BIOS'
done
for id in windows-8-x64 windows-2012r2-x64 windows-10-x86 windows-2019-x64 windows-11-x64 windows-2025-x64 windows-11-arm64; do
    generation $id efi "$DISM" 'bcdboot W:\Windows /s S: /f UEFI'
done

# --- which tool

if wanted tools; then
    H="windows-2008r2-x64, name=win01"
    fresh "$H" $FACTS
    mkdir -p "$share/tools/amd64"
    cp "$work/stub.exe" "$share/tools/imagex.exe"
    cp "$work/stub.exe" "$share/tools/amd64/bcdboot.exe"
    rm "$system/imagex.exe" "$system/bcdboot.exe"
    autorun "tools of the share" 0 <<TOOLS
$WINPE
$GUARD
$DISK
$IMAGEX
bcdboot W:\\Windows /s W:
$DONE
TOOLS
    fresh "windows-xp-x86, name=win01$KEY" $FACTS
    autorun "no imagex: dism, where it can" 0 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
$NT52
$DONE
TOOLS
    export STUBRC_dism_knows=87
    fresh "$H" $FACTS "fact:swm=install*.swm"
    mkdir -p "$share/tools"
    cp "$work/stub.exe" "$share/tools/wimlib-imagex.exe"
    cp "$work/stub.exe" "$share/tools/bcdboot.exe"
    autorun "an old dism: wimlib, a split image" 0 <<TOOLS
$WINPE
$GUARD
$DISK
wimlib-imagex apply HERE\\install.wim 3 W:\\ --ref=HERE\\install*.swm
bcdboot W:\\Windows /s W:
$DONE
TOOLS
    fresh "windows-10-x64, name=win01" $FACTS
    autorun "no tool at all" 1 <<TOOLS
$WINPE
$GUARD
$DISK
$(failed APPLY_FAILED apply.log)
TOOLS
    unset STUBRC_dism_knows
    fresh "windows-10-x64, name=win01" $FACTS "fact:swm=install*.swm"
    autorun "no bcdboot, a split image" 1 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM /SWMFile:HERE\\install*.swm
$(failed BOOT_RECORD_FAILED boot.log)
TOOLS
    cp "$work/stub.exe" "$system/imagex.exe"
    cp "$work/stub.exe" "$system/bcdboot.exe"
fi

# --- each failure stops, and is reported

stops() { # NAME 'HOST' VARIABLE=VALUE EXPECTED-CODE: tools on stdin
    wanted "$1" || { cat >/dev/null; return 0; }
    fresh "$2" $FACTS ${MORE:-} || return
    [ -z "${PREPARE:-}" ] || $PREPARE
    export "${3?}"
    autorun "$1" "$4"
    unset "${3%%=*}"
}
for code in 1 5 -3 -1; do
    stops "diskpart ends with $code" "$W10" STUBRC_diskpart=$code 1 <<TOOLS
$WINPE
$GUARD
$DISK
$(failed DISKPART_FAILED diskpart.log)
TOOLS
    stops "dism ends with $code" "$W10" STUBRC_dism=$code 1 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
$(failed APPLY_FAILED apply.log)
TOOLS
done
wanted "dism ends" && is "its output is reported" "output of dism" "$(tr -d '\r' <"$drive/body.txt")"
stops "diskpart says 0 and did nothing" "$W10" STUB_LAZY=1 1 <<TOOLS
$WINPE
$GUARD
$DISK
$(failed DISKPART_FAILED diskpart.log)
TOOLS
stops "imagex fails" "$XP" STUBRC_imagex=2 1 <<TOOLS
$WINPE
$GUARD
$DISK
$IMAGEX
$(failed APPLY_FAILED apply.log)
TOOLS
stops "bootsect fails" "$XP" STUBRC_bootsect=1 1 <<TOOLS
$WINPE
$GUARD
$DISK
$IMAGEX
$NT52
$(failed BOOT_RECORD_FAILED boot.log)
TOOLS
stops "bcdboot fails" "$W10" STUBRC_bcdboot=193 1 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
bcdboot W:\\Windows /s W: /f BIOS
$(failed BOOT_RECORD_FAILED boot.log)
TOOLS
no_ntldr() { rm "$work/disk/w/ntldr"; }
PREPARE=no_ntldr stops "no ntldr in the image" "$XP" NOTHING=1 1 <<TOOLS
$WINPE
$GUARD
$DISK
$IMAGEX
$(failed BOOT_RECORD_FAILED boot.log)
TOOLS
no_place() { rm -rf "$work/disk/w/Windows/Panther"; : >"$work/disk/w/Windows/Panther"; }
PREPARE=no_place stops "the answer file cannot be written" "$W10" NOTHING=1 1 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
$(failed ANSWER_FAILED answer.log)
TOOLS
no_answer() { rm "$share/$mac/unattend.xml"; }
PREPARE=no_answer stops "no answer file: the disk is not touched" "$W10" NOTHING=1 1 <<TOOLS
$WINPE
pxed event URL failed ANSWER_FAILED
TOOLS
own_setup() { echo own >"$work/disk/w/Windows/Setup/Scripts/SetupComplete.cmd"; }
PREPARE=own_setup stops "the image has a SetupComplete.cmd" "$W10" NOTHING=1 0 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
wanted "the image has" && is "it is kept" own "$(cat "$work/disk/w/Windows/Setup/Scripts/SetupComplete-image.cmd")"
no_wim() { rm "$share/$mac/install.wim"; }
PREPARE=no_wim stops "the image is missing: the disk is not touched" "$W10" NOTHING=1 1 <<TOOLS
$WINPE
$(failed MISSING_IMAGE missing.txt)
TOOLS
media_wim() { mkdir -p "$share/.media/windows-10-x64/sources"; mv "$share/$mac/install.wim" "$share/.media/windows-10-x64/sources/"; }
PREPARE=media_wim stops "the image lies in the media's tree" "$W10" NOTHING=1 0 <<TOOLS
$WINPE
$GUARD
$DISK
dism /Apply-Image /ImageFile:HERE\\..\\.media\\windows-10-x64\\sources\\install.wim /Index:3 /ApplyDir:W:\\
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
taken() { ln -s "$work/disk/s" "$WINEPREFIX/dosdevices/w:"; }
PREPARE=taken stops "W: is taken" "$W10" NOTHING=1 1 <<TOOLS
$WINPE
$GUARD
pxed event URL failed LETTER_TAKEN
TOOLS
stops "UEFI and a Windows that cannot" "windows-7-x86, name=win01" STUB_FIRMWARE=efi 1 <<TOOLS
$WINPE
pxed event URL failed FIRMWARE_EFI
TOOLS
stops "UEFI and XP" "$XP" STUB_FIRMWARE=efi 1 <<TOOLS
$WINPE
pxed event URL failed FIRMWARE_EFI
TOOLS
stops "unknown firmware" "$W10" STUB_FIRMWARE=coffee 1 <<TOOLS
$WINPE
pxed event URL failed FIRMWARE_UNKNOWN
TOOLS
for why in DISK_NOT_BLANK DISK_AMBIGUOUS DISK_NONE; do
    stops "the guard refuses: $why" "$W10" STUB_REFUSE=$why 2 <<TOOLS
$WINPE
$GUARD
$(failed $why guard.cmd.txt)
ping -n 31 127.0.0.1
wpeutil reboot
TOOLS
done
stops "the guard breaks" "$W10" STUBRC_guard=-5 2 <<TOOLS
$WINPE
$GUARD
$(failed DISK_UNREADABLE guard.cmd.txt)
ping -n 31 127.0.0.1
wpeutil reboot
TOOLS
stops "nobody hears the events" "$W10" STUBRC_event=1 0 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
stops "disk= and the right to erase" "windows-10-x64, name=win01, disk=serial:S&x%y^z" STUB_DISK=2 0 <<TOOLS
$WINPE
pxed guard serial:S&x%y^z blank TMP/guard.cmd
$DISK
$DISM
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
wanted "disk= and" && is "that disk" "select disk 2" "$(tr -d '\r' <"$drive/diskpart.seen" | sed -n 1p)"
MORE=right=any stops "armed by command" "$W10, disk=number:1" NOTHING=1 0 <<TOOLS
$WINPE
pxed guard number:1 any TMP/guard.cmd
$DISK
$DISM
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
MORE=fact:missing=install.wim stops "a missing image known before" "$W10" NOTHING=1 1 <<TOOLS
$WINPE
$(failed MISSING_IMAGE missing.txt)
TOOLS
unset PREPARE MORE

# --- drivers

some_drivers() { mkdir -p "$share/drivers/Dell 7010/net"; : >"$share/drivers/Dell 7010/net/a.inf"; }
PREPARE=some_drivers stops "drivers" "$W10, drivers=Dell 7010" NOTHING=1 0 <<TOOLS
$WINPE
$GUARD
$DISK
$DISM
dism /Image:W:\\ /Add-Driver [/Driver:HERE\\..\\drivers\\Dell 7010] /Recurse
bcdboot W:\\Windows /s W: /f BIOS
$DONE
TOOLS
PREPARE=some_drivers stops "drivers of XP" "$XP, drivers=Dell 7010" NOTHING=1 0 <<TOOLS
$WINPE
$GUARD
$DISK
$IMAGEX
xcopy [HERE\\..\\drivers\\Dell 7010] W:\\drivers /e /i /y /q /h
$NT52
$DONE
TOOLS
stops "no such drivers: the disk is not touched" "$W10, drivers=Dell 7010" NOTHING=1 1 <<TOOLS
$WINPE
pxed event URL failed DRIVERS_FAILED
TOOLS

# --- setup.exe

media() { mkdir -p "$share/.media/windows-10-x64"; cp "$work/stub.exe" "$share/.media/windows-10-x64/setup.exe"; }
SETUP="$W10, method=setup" FILL="pxed fill HERE\\unattend.xml TMP/unattend.xml 0"
RUN="setup /unattend:TMP/unattend.xml /noreboot"
PREPARE=media
MORE="fact:setup=yes" stops "setup.exe by bios" "$SETUP" NOTHING=1 0 <<TOOLS
$WINPE
$GUARD
$DISK
$FILL
$RUN
$DONE
TOOLS
MORE="fact:setup=yes firmware=efi-x64" stops "setup.exe by efi" "$SETUP" STUB_FIRMWARE=efi 0 <<TOOLS
$WINPE
$GUARD
$DISK
$FILL
$RUN
$DONE
TOOLS
MORE="fact:setup=yes firmware=efi-x64" stops "setup.exe: another firmware than the answer file's" "$SETUP" STUB_FIRMWARE=bios 1 <<TOOLS
$WINPE
pxed event URL failed FIRMWARE_CHANGED
TOOLS
MORE="fact:setup=yes" stops "setup.exe fails" "$SETUP" STUBRC_setup=31 1 <<TOOLS
$WINPE
$GUARD
$DISK
$FILL
$RUN
pxed event URL failed SETUP_FAILED
TOOLS
MORE="fact:setup=yes" stops "setup.exe: the answer file cannot be filled" "$SETUP" STUBRC_fill=1 1 <<TOOLS
$WINPE
$GUARD
$DISK
$FILL
$(failed ANSWER_FAILED fill.log)
TOOLS
unset PREPARE
MORE="fact:setup=yes" stops "setup.exe: no media" "$SETUP" NOTHING=1 1 <<TOOLS
$WINPE
$(failed MISSING_IMAGE missing.txt)
TOOLS
unset MORE

# --- what may not start

if wanted closed; then
    fresh "$W10" $FACTS
    rm -rf "${share:?}/$mac"
    "$build/tests/os-windows-render" "$share" "08:00:27:b2:40:3e, $W10" $FACTS closed=1
    cp "$work/stub.exe" "$share/$mac/pxed-amd64.exe"
    autorun "closed: not armed" 1 </dev/null
    is "closed: it says so" 1 "$(grep -c 'not armed' "$work/out")"
    fresh "$W10" $FACTS
    rm "$share/$mac"/pxed-*.exe
    autorun "closed: no helper" 1 </dev/null
fi

echo "$good passed, $bad failed"
[ $bad = 0 ]
