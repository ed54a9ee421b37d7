# shellcheck shell=bash
# For tests of shell that runs in installers: renders answer files, counts what holds.
set -u
PATH=$PATH:/usr/sbin:/sbin
TEMPLATES=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../plugins/os-linux/share" && pwd)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/pxed-shell.XXXXXX")
trap 'rm -rf --one-file-system "$WORK"' EXIT
GOOD=0 BAD=0

say() { # NAME GOT WANTED; with ONLY set, names that hold it
    case $1 in *"${ONLY:-}"*) ;; *) return ;; esac
    if [ "$2" = "$3" ]; then
        GOOD=$((GOOD + 1))
        echo "ok $((GOOD + BAD)) - $1"
    else
        BAD=$((BAD + 1))
        echo "not ok $((GOOD + BAD)) - $1: got '$2', wanted '$3'"
    fi
}

finish() { # [LINE...]: `proves: FAMILY COLUMN`, of docs/systems.md; printed if all is well
    echo "1..$((GOOD + BAD))"
    [ $BAD = 0 ] || { echo "# $BAD of $((GOOD + BAD)) failed"; exit 1; }
    [ $# = 0 ] || [ -n "${ONLY:-}" ] || printf '%s\n' "$@"
    exit 0
}

render() { # OS-ID VARIABLES FILE [IMAGE-FILE...]: the file as the machine would get it, secrets masked
    local id=$1 vars=$2 file=$3 top=$WORK/site name
    shift 3
    rm -rf "$top"
    for name in linux initrd.gz images/pxeboot/vmlinuz images/pxeboot/initrd.img "$@"; do
        mkdir -p "$(dirname "$top/boot/os/$id/$name")"
        : >"$top/boot/os/$id/$name"
    done
    printf '[pxed]\nplugins = os-linux http store-sqlite\ninterface = lo\nname = pxe-server\nroot = %s\nstate = %s/state\n' "$top" "$top" >"$top/pxed.ini"
    echo "08:00:27:4d:4d:aa, $id, name=web01${vars:+, $vars}" >"$top/host-os.conf"
    "$PXED" explain -c "$top/pxed.ini" 08:00:27:4d:4d:aa 2>"$top/errors" |
        awk -v head="file $file" 'index($0, head) == 1 { on = 1; next } on && !/^  / { exit } on' | sed 's/^  //' >"$top/text"
    [ -s "$top/text" ] || { echo "Bail out! $id has no $file:"; cat "$top/errors"; exit 1; } >&2
    cat "$top/text"
}
