#!/bin/bash
# WIM in, WIM out: what is in it afterwards, and that the source is what it was.   usage: make.sh PROGRAM
. "$(dirname "$0")/common.sh"
source_wim "$WORK/boot.wim" || { echo "no source WIM"; exit 1; }
BEFORE=$(sum "$WORK/boot.wim")
OUT=$WORK/out
mkdir -p "$OUT" "$WORK/drivers/net card" "$WORK/more" "$WORK/tools/sub"
echo inf >"$WORK/drivers/net card/e1000.inf"
echo sys >"$WORK/drivers/net card/e1000.sys"
echo INF >"$WORK/more/SCSI.INF"
echo imagex >"$WORK/tools/imagex.exe"
echo mui >"$WORK/tools/sub/x.mui"
echo helper >"$WORK/pxed-amd64.exe"
echo 'net of ours' >"$WORK/net.exe"
echo note >"$WORK/note.txt"
ln -s ../note.txt "$WORK/tools/link.txt"

"$PROGRAM" --server http://10.77.0.1/ --helper "$WORK/pxed-amd64.exe" --drivers "$WORK/drivers" --drivers "$WORK/more" \
    --tools "$WORK/tools" --add "$WORK/net.exe=X:\\windows\\system32\\NET.exe" --add="$WORK/note.txt=/Docs/" \
    "$WORK/boot.wim" "$OUT/pxed.wim" >"$WORK/said" 2>&1
is "helper mode" $? 0
[ $BAD = 0 ] || cat "$WORK/said"
W=$OUT/pxed.wim
only "nothing but the WIM is left" "$OUT" pxed.wim
is "the source is untouched" "$(sum "$WORK/boot.wim")" "$BEFORE"
wimlib-imagex verify "$W" >/dev/null 2>&1
ok "the WIM is sound" $?
wimlib-imagex info "$W" >"$WORK/info"
is "one image" "$(sed -n 's/^Image Count: *//p' "$WORK/info")" 1
is "bootable" "$(sed -n 's/^Boot Index: *//p' "$WORK/info")" 1
is "compression as it was" "$(sed -n 's/^Compression: *//p' "$WORK/info")" LZX
is "chunks as bootmgr reads them" "$(sed -n 's/^Chunk Size: *//p' "$WORK/info")" "32768 bytes"
is "the bootable image was taken" "$(sed -n 's/^Name: *//p' "$WORK/info")" "Microsoft Windows Setup (x64)"

is "the helper" "$(in_wim "$W" /Windows/System32/pxed.exe)" helper
is "a driver, its folder kept" "$(in_wim "$W" "/pxed/drivers/1/net card/e1000.inf")" inf
is "its other files" "$(in_wim "$W" "/pxed/drivers/1/net card/e1000.sys")" sys
is "a second folder of drivers" "$(in_wim "$W" /pxed/drivers/2/SCSI.INF)" INF
is "a tool" "$(in_wim "$W" /Windows/System32/imagex.exe)" imagex
is "a tool's folder" "$(in_wim "$W" /Windows/System32/sub/x.mui)" mui
is "a link is followed" "$(in_wim "$W" /Windows/System32/link.txt)" note
is "--add replaces a file, whatever its case" "$(in_wim "$W" /Windows/System32/net.exe)" "net of ours"
is "it is there once" "$(wimlib-imagex dir "$W" 1 --path=/Windows/System32 | grep -ci '/net.exe$')" 1
is "--add into a folder" "$(in_wim "$W" /Docs/note.txt)" note
is "what was there stays" "$(in_wim "$W" /Windows/System32/ntoskrnl.exe | sha256sum)" \
    "$(sha256sum <"$WORK/two/Windows/System32/ntoskrnl.exe")"

in_wim "$W" /Windows/System32/startnet.cmd >"$WORK/startnet.cmd"
is "every line of startnet.cmd ends in CR LF" "$(grep -c "$(printf '\r')\$" "$WORK/startnet.cmd")" "$(wc -l <"$WORK/startnet.cmd")"
has "the server, its last slash cut" "$WORK/startnet.cmd" "set \"PXED_SERVER=http://10.77.0.1\"$(printf '\r')"
has "drivers are loaded" "$WORK/startnet.cmd" 'drvload "%%i"'
is "no tag of the template is left" "$(grep -c '{{' "$WORK/startnet.cmd")" 0
in_wim "$W" /Windows/System32/winpeshl.ini >"$WORK/winpeshl.ini"
has "winpeshl.ini starts it: setup.exe would win" "$WORK/winpeshl.ini" 'cmd.exe, /k %SYSTEMROOT%\System32\startnet.cmd'
has "a line of progress" "$WORK/said" "writing"

"$PROGRAM" --quiet --classic --share '\\10.77.0.1\windows-media' --image=1 "$WORK/boot.wim" "$OUT/classic.wim" 2>"$WORK/said"
is "classic mode" $? 0
is "--quiet says nothing" "$(wc -c <"$WORK/said")" 0
in_wim "$OUT/classic.wim" /Windows/System32/startnet.cmd >"$WORK/classic.cmd"
has "the share" "$WORK/classic.cmd" 'net use J: "\\10.77.0.1\windows-media"'
is "no drivers, no drvload" "$(grep -c drvload "$WORK/classic.cmd")" 0
is "no helper" "$(in_wim "$OUT/classic.wim" /Windows/System32/pxed.exe | wc -c)" 0
is "image 1 was taken" "$(wimlib-imagex info "$OUT/classic.wim" | sed -n 's/^Name: *//p')" "Microsoft Windows PE (x64)"

# Media hold WIMs that bootmgr cannot read: solid LZMS, other chunks. They are compressed anew.
wimlib-imagex export "$WORK/boot.wim" 2 "$WORK/solid.wim" --solid --boot >/dev/null
"$PROGRAM" --quiet --classic --share '\\s\p' "$WORK/solid.wim" "$OUT/solid.wim"
is "a solid source" $? 0
wimlib-imagex info "$OUT/solid.wim" >"$WORK/info"
is "becomes LZX" "$(sed -n 's/^Compression: *//p' "$WORK/info")" LZX
is "is sound" "$(wimlib-imagex verify "$OUT/solid.wim" >/dev/null 2>&1; echo $?)" 0
"$PROGRAM" --quiet --recompress --classic --share '\\s\p' "$WORK/boot.wim" "$OUT/again.wim"
is "--recompress" $? 0

# The helper of the program's own prefix.
P=$WORK/prefix
mkdir -p "$P/bin" "$P/share/pxed/os-windows"
cp "$PROGRAM" "$P/bin/"
cp -r "$(dirname "$0")/../templates" "$P/share/pxed/winpe"
cp "$(dirname "$0")/../../templates/winpeshl.ini" "$P/share/pxed/os-windows/"
"$P/bin/pxed-winpe" --server http://[fd00::1]:8080 "$WORK/boot.wim" "$OUT/none.wim" 2>"$WORK/said"
is "without a helper program" $? 1
has "it says which" "$WORK/said" "os-windows/pxed-amd64.exe"
echo own >"$P/share/pxed/os-windows/pxed-amd64.exe"
"$P/bin/pxed-winpe" --quiet --server http://[fd00::1]:8080 "$WORK/boot.wim" "$OUT/own.wim"
is "with it" $? 0
is "it is that one" "$(in_wim "$OUT/own.wim" /Windows/System32/pxed.exe)" own

"$PROGRAM" --list "$WORK/boot.wim" >"$WORK/list"
is "--list" $? 0
is "a line for each image" "$(wc -l <"$WORK/list")" 4
is "image 2" "$(awk '$1 == 2 { print $2, $3, $4, $5 }' "$WORK/list")" "yes amd64 setup 10.0.19041"
is "image 3" "$(awk '$1 == 3 { print $2, $3, $4, $5 }' "$WORK/list")" "- x86 - -"
is "the source is still untouched" "$(sum "$WORK/boot.wim")" "$BEFORE"
finish
