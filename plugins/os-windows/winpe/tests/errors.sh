#!/bin/bash
# What may go wrong: exit code, sentence, and no partial file.   usage: errors.sh PROGRAM
. "$(dirname "$0")/common.sh"
source_wim "$WORK/boot.wim" || { echo "no source WIM"; exit 1; }
OUT=$WORK/out
mkdir "$OUT"
SHARE='\\10.77.0.1\windows-media'
fails() { # NAME STATUS SENTENCE ARGUMENTS...
    local name=$1 status=$2 sentence=$3
    shift 3
    "$PROGRAM" "$@" >"$WORK/said" 2>&1
    is "$name" $? "$status"
    has "$name: the sentence" "$WORK/said" "$sentence"
    only "$name: nothing is left" "$OUT"
}
classic() { # NAME STATUS SENTENCE ARGUMENTS...
    local name=$1 status=$2 sentence=$3
    shift 3
    fails "$name" "$status" "$sentence" --quiet --classic --share "$SHARE" "$@"
}

# --- usage: exit 2
fails "no arguments" 2 "a SOURCE and an OUTPUT are needed"
fails "an unknown option" 2 "unknown option '--serve', did you mean '--server'?" --serve http://a "$WORK/boot.wim" "$OUT/a.wim"
fails "another one" 2 "unknown option '--frobnicate'" --frobnicate
fails "a value too much" 2 "--force takes no value" --force=yes
fails "a value missing" 2 "--drivers needs a value: DIR" "$WORK/boot.wim" "$OUT/a.wim" --drivers
fails "no server" 2 "--server http://ADDRESS is needed" "$WORK/boot.wim" "$OUT/a.wim"
fails "a server of another kind" 2 "is no http://HOST" --server https://10.77.0.1 "$WORK/boot.wim" "$OUT/a.wim"
fails "a server that breaks out" 2 "is no http://HOST" --server 'http://a&b' "$WORK/boot.wim" "$OUT/a.wim"
fails "a share that breaks out" 2 'is no \\SERVER\SHARE' --classic --share '\\a\b&c' "$WORK/boot.wim" "$OUT/a.wim"
fails "a share eaten by the shell" 2 'is no \\SERVER\SHARE' --classic --share '\a\b' "$WORK/boot.wim" "$OUT/a.wim"
fails "classic without a share" 2 "--classic needs --share" --classic "$WORK/boot.wim" "$OUT/a.wim"
fails "classic with a server" 2 "--classic uses no helper" --classic --share "$SHARE" --server http://a "$WORK/boot.wim" "$OUT/a.wim"
classic "three names" 2 "is too many" "$WORK/boot.wim" "$OUT/a.wim" "$OUT/b.wim"
classic "an output of no kind" 2 "OUTPUT must end in .iso or .wim" "$WORK/boot.wim" "$OUT/a.img"
classic "image 0" 2 "'0' is no number" --image 0 "$WORK/boot.wim" "$OUT/a.wim"
fails "help" 0 "usage: pxed-winpe" --help
fails "version" 0 "pxed-winpe 0" --version

# --- the source
classic "no source" 1 "cannot read $WORK/none.wim: No such file or directory" "$WORK/none.wim" "$OUT/a.wim"
classic "an image that is not there" 1 "has no image 7: it holds 3" --image 7 "$WORK/boot.wim" "$OUT/a.wim"
classic "a system instead of WinPE" 1 "is not WinPE: it lacks" --image 3 "$WORK/boot.wim" "$OUT/a.wim"
echo 'no image at all' >"$WORK/text.wim"
classic "a text" 1 "is neither a WIM nor an ISO" "$WORK/text.wim" "$OUT/a.wim"
: >"$WORK/empty.wim"
classic "an empty file" 1 "is neither a WIM nor an ISO" "$WORK/empty.wim" "$OUT/a.wim"
head -c 200000 "$WORK/boot.wim" >"$WORK/cut.wim"
classic "a WIM cut short" 1 "cannot read $WORK/cut.wim" "$WORK/cut.wim" "$OUT/a.wim"
head -c 100 "$WORK/boot.wim" >"$WORK/head.wim"
classic "a WIM cut in its header" 1 "cannot read $WORK/head.wim" "$WORK/head.wim" "$OUT/a.wim"
# Bytes of one file changed, as it lies in the WIM: stored as it is, and compressed. Compressed data is copied unread, so
# that only the check of what was written can tell. The other image does not use that file.
damage() { # FILE-IN-IMAGE-1 COPY
    local hash place
    hash=$(wimlib-imagex dir "$WORK/boot.wim" 1 --detailed --path="$1" | sed -n 's/^Hash *= 0x//p' | head -1)
    place=$(wimlib-imagex info "$WORK/boot.wim" --blobs | grep -i -A12 "$hash" | sed -n 's/^Offset in WIM *= \([0-9]*\) .*/\1/p' | head -1)
    cp "$WORK/boot.wim" "$2"
    head -c 64 /dev/zero | tr '\0' Z | dd of="$2" bs=1 seek=$((place + 2000)) conv=notrunc 2>/dev/null
}
for file in ntoskrnl.exe words.dll; do
    damage /Windows/System32/$file "$WORK/rot.wim"
    "$PROGRAM" --quiet --image 1 --classic --share "$SHARE" "$WORK/rot.wim" "$OUT/one.wim" >"$WORK/said1" 2>&1
    ONE=$?
    "$PROGRAM" --quiet --image 2 --classic --share "$SHARE" "$WORK/rot.wim" "$OUT/two.wim" >"$WORK/said2" 2>&1
    TWO=$?
    is "damaged $file fails in the image that uses it" "$ONE $TWO" "1 0"
    has "it says which WIM" "$WORK/said1" "$WORK/rot.wim"
    only "and leaves nothing" "$OUT" two.wim
    rm -f "$OUT/two.wim" "$OUT/one.wim"
done
wimlib-imagex capture "$WORK/one" "$WORK/noarch.wim" PE --boot >/dev/null
fails "an image of an unknown CPU" 1 "does not say for which CPU" --server http://a "$WORK/noarch.wim" "$OUT/a.wim"
wimlib-imagex append "$WORK/two" "$WORK/noarch.wim" PE2 >/dev/null
wimlib-imagex info "$WORK/noarch.wim" 0 --boot >/dev/null 2>&1
wimlib-imagex export "$WORK/noarch.wim" all "$WORK/noboot.wim" >/dev/null
classic "several images, none bootable" 1 "--image N says which" --arch amd64 "$WORK/noboot.wim" "$OUT/a.wim"
mkdir -p "$WORK/folder/sources"
classic "a folder without boot.wim" 1 "has no sources/boot.wim" "$WORK/folder" "$OUT/a.wim"
wimlib-imagex split "$WORK/boot.wim" "$WORK/part.swm" 0.2 >/dev/null
classic "a part of a split WIM" 1 "is one part of a split WIM" "$WORK/part.swm" "$OUT/a.wim"

# --- additions
mkdir "$WORK/nodrivers"
classic "drivers without inf" 1 "holds no *.inf" --drivers "$WORK/nodrivers" "$WORK/boot.wim" "$OUT/a.wim"
classic "no driver folder" 1 "cannot read $WORK/nowhere" --drivers "$WORK/nowhere" "$WORK/boot.wim" "$OUT/a.wim"
classic "tools that are a file" 1 "is no folder" --tools "$WORK/boot.wim" "$WORK/boot.wim" "$OUT/a.wim"
classic "--add without a place" 1 "is no FILE=PATH" --add "$WORK/boot.wim" "$WORK/boot.wim" "$OUT/a.wim"
classic "--add above the root" 1 "is no path in the image" --add "$WORK/boot.wim=/../x" "$WORK/boot.wim" "$OUT/a.wim"
classic "--add of nothing" 1 "cannot read $WORK/nothing" --add "$WORK/nothing=/x" "$WORK/boot.wim" "$OUT/a.wim"
fails "no helper" 1 "no helper program for arm64: $WORK/none.exe" --server http://a --arch arm64 --helper "$WORK/none.exe" "$WORK/boot.wim" "$OUT/a.wim"

# --- the output
classic "no folder for it" 1 "cannot write beside" "$WORK/boot.wim" "$OUT/no/a.wim"
cp "$WORK/boot.wim" "$OUT/a.wim"
SUM=$(sum "$OUT/a.wim")
"$PROGRAM" --quiet --classic --share "$SHARE" "$WORK/boot.wim" "$OUT/a.wim" >"$WORK/said" 2>&1
is "an existing output" $? 1
has "it says how" "$WORK/said" "exists: --force replaces it"
is "and leaves it" "$(sum "$OUT/a.wim")" "$SUM"
"$PROGRAM" --quiet --force --classic --share "$SHARE" "$OUT/a.wim" "$OUT/a.wim" >"$WORK/said" 2>&1
is "never over the source" $? 1
ln "$OUT/a.wim" "$OUT/b.wim"
"$PROGRAM" --quiet --force --classic --share "$SHARE" "$OUT/a.wim" "$OUT/b.wim" >"$WORK/said" 2>&1
is "nor by another name" $? 1
has "it says why" "$WORK/said" "stays untouched"
is "it is what it was" "$(sum "$OUT/b.wim")" "$SUM"
rm "$OUT/b.wim"
"$PROGRAM" --quiet --force --classic --share "$SHARE" "$WORK/boot.wim" "$OUT/a.wim" >"$WORK/said" 2>&1
is "--force replaces" $? 0
[ "$(sum "$OUT/a.wim")" != "$SUM" ]
ok "it is another file" $?
only "and leaves no other" "$OUT" a.wim
rm "$OUT/a.wim"

# --- without xorriso
media "$WORK/medium"
cp "$WORK/boot.wim" "$WORK/medium/sources/boot.wim"
PATH=$WORK/nodrivers "$PROGRAM" --quiet --classic --share "$SHARE" "$WORK/medium" "$OUT/a.iso" >"$WORK/said" 2>&1
is "no xorriso" $? 1
has "it names the package" "$WORK/said" "install the package xorriso"
only "and leaves nothing" "$OUT"
mkdir "$WORK/fake"
printf '#!/bin/sh\necho "xorriso : FATAL : it burns" >&2\nexit 5\n' >"$WORK/fake/xorriso"
chmod +x "$WORK/fake/xorriso"
PATH=$WORK/fake:$PATH "$PROGRAM" --quiet --classic --share "$SHARE" "$WORK/medium" "$OUT/a.iso" >"$WORK/said" 2>&1
is "xorriso fails" $? 1
has "its own words are shown" "$WORK/said" "FATAL : it burns"
only "and nothing is left" "$OUT"

# --- signals
printf '#!/bin/sh\n: >"%s"\nexec sleep 60\n' "$WORK/started" >"$WORK/fake/xorriso"
PATH=$WORK/fake:$PATH "$PROGRAM" --quiet --classic --share "$SHARE" "$WORK/medium" "$OUT/a.iso" >"$WORK/said" 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ -e "$WORK/started" ] && break
    sleep 0.1
done
kill -TERM $pid
wait $pid
is "a signal" $? 1
has "it says so" "$WORK/said" "interrupted"
only "and leaves nothing" "$OUT"

# --- a full disk: a small tmpfs in a mount namespace of its own
cat >"$WORK/full.sh" <<'EOF'
mount -t tmpfs -o size=256k none "$2" || exit 99
"$1" --quiet --classic --share "$3" "$4" "$2/a.wim"
echo "rc=$?"
ls -A "$2"
EOF
if [ "$(id -u)" = 0 ]; then unshare -m sh "$WORK/full.sh" "$PROGRAM" "$OUT" "$SHARE" "$WORK/boot.wim"; else
    unshare -rm sh "$WORK/full.sh" "$PROGRAM" "$OUT" "$SHARE" "$WORK/boot.wim"; fi >"$WORK/said" 2>&1
has "a full disk" "$WORK/said" "rc=1"
has "it says so" "$WORK/said" "No space left on device"
is "and leaves nothing" "$(sed '1,/^rc=/d' "$WORK/said")" ""
finish
