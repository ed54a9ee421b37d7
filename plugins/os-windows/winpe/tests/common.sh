# For the tests of pxed-winpe: a source WIM and media of our own making, and checks. Sourced with the program as $1.
set -u
PROGRAM=$1
WORK=$(mktemp -d)
GOOD=0 BAD=0
cleanup() { rm -rf "$WORK"; }
trap cleanup EXIT
export LC_ALL=C WIMLIB_IMAGEX_IGNORE_CASE=1 PATH=$PATH:/usr/sbin:/sbin

for tool in wimlib-imagex xorriso sha256sum; do
    command -v $tool >/dev/null || { echo "the tool $tool is missing"; exit 1; }
done

ok() { # NAME STATUS [TEXT]
    if [ "$2" = 0 ]; then
        GOOD=$((GOOD + 1))
        echo "ok - $1"
    else
        BAD=$((BAD + 1))
        echo "not ok - $1${3:+: $3}"
    fi
}
is() { # NAME GOT WANTED
    [ "$2" = "$3" ]
    ok "$1" $? "got '$2', wanted '$3'"
}
has() { # NAME FILE TEXT: a line of FILE holds TEXT
    grep -qF -- "$3" "$2"
    ok "$1" $? "$(head -5 "$2")"
}
finish() { # [LINE]: `proves: FAMILY COLUMN`, of docs/systems.md; printed if all is well
    echo "$GOOD good, $BAD bad"
    [ $BAD = 0 ] && [ $GOOD -gt 0 ] || exit 1
    [ $# = 0 ] || echo "$1"
    exit 0
}

# pe DIR: the tree of a WinPE, as far as anybody here looks at it. Spelt in mixed case, as Windows does.
pe() {
    mkdir -p "$1/Windows/System32" "$1/Windows/Boot/PCAT" "$1/Program Files"
    for f in wpeinit.exe wpeutil.exe cmd.exe net.exe; do echo "the $f of $1" >"$1/Windows/System32/$f"; done
    printf 'wpeinit\r\n' >"$1/Windows/System32/startnet.cmd"
    head -c 300000 /dev/urandom >"$1/Windows/System32/ntoskrnl.exe"
    seq -f "%.0f $1" 30000 >"$1/Windows/System32/words.dll"
    head -c 40000 /dev/zero >"$1/Windows/System32/zeros.dll"
}
# source_wim FILE: image 1 a bare Windows PE, 2 the bootable one of an installation medium, 3 no PE
source_wim() {
    pe "$WORK/one"
    pe "$WORK/two"
    mkdir -p "$WORK/two/sources" "$WORK/three/Windows/System32"
    echo setup >"$WORK/two/setup.exe"
    echo setup >"$WORK/two/sources/setup.exe"
    echo system >"$WORK/three/Windows/System32/kernel32.dll"
    wimlib-imagex capture "$WORK/one" "$1" "Microsoft Windows PE (x64)" --compress=LZX \
        --image-property WINDOWS/ARCH=9 >/dev/null &&
        wimlib-imagex append "$WORK/two" "$1" "Microsoft Windows Setup (x64)" --boot --image-property WINDOWS/ARCH=9 \
            --image-property WINDOWS/VERSION/MAJOR=10 --image-property WINDOWS/VERSION/MINOR=0 \
            --image-property WINDOWS/VERSION/BUILD=19041 >/dev/null &&
        wimlib-imagex append "$WORK/three" "$1" "Windows 10 Pro" --image-property WINDOWS/ARCH=0 >/dev/null
}
# media DIR: the boot files of an installation medium
media() {
    mkdir -p "$1/boot/fonts" "$1/sources" "$1/efi/boot" "$1/efi/microsoft/boot"
    echo bootmgr >"$1/bootmgr"
    echo bcd >"$1/boot/bcd"
    echo sdi >"$1/boot/boot.sdi"
    echo bootfix >"$1/boot/bootfix.bin"
    echo font >"$1/boot/fonts/wgl4_boot.ttf"
    head -c 4096 /dev/urandom >"$1/boot/etfsboot.com"
    echo bootx64 >"$1/efi/boot/bootx64.efi"
    echo bcd-efi >"$1/efi/microsoft/boot/bcd"
    head -c 1474560 /dev/zero >"$1/efi/microsoft/boot/efisys.bin"
    head -c 1474560 /dev/zero | tr '\0' 'n' >"$1/efi/microsoft/boot/efisys_noprompt.bin"
}
in_wim() { wimlib-imagex extract "$1" "${3:-1}" "$2" --to-stdout 2>/dev/null; } # WIM PATH [IMAGE]
sum() { sha256sum "$1" | cut -d' ' -f1; }
# Nothing is left in a folder but these names.
only() { # NAME DIR NAMES...
    local name=$1 dir=$2
    shift 2
    is "$name" "$(ls -A "$dir" | sort | tr '\n' ' ')" "$([ $# = 0 ] || printf '%s\n' "$@" | sort | tr '\n' ' ')"
}
