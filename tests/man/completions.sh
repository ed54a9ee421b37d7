#!/bin/bash
# completions.sh BUILD: bash's and fish's completion of a few words, with a daemon that knows three machines; zsh's file is
# only read.
set -u
BUILD=$1
SHARE=$BUILD/share
PASSED=0 FAILED=0
. "$SHARE/bash-completion/completions/pxed"
[ ! -x "$BUILD/bin/pxed-winpe" ] || . "$SHARE/bash-completion/completions/pxed-winpe"

# What `pxed machines` prints; the last is nothing that a completion may pass on.
pxed() {
    [ "$1" = machines ] || return 2
    ASKED=$*
    printf '%s\n' 'MAC NAME OS' '08:00:27:4d:4d:aa web01 debian-12' '08:00:27:4d:4d:ab - local' '$(touch${IFS}bad) `id` x'
    echo "$*" >"$TMP/asked"
}
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
cd "$TMP" || exit 1
touch "my file.ini"

result() { # NAME GOT WANTED
    if [ "$2" = "$3" ]; then
        PASSED=$((PASSED + 1))
    else
        FAILED=$((FAILED + 1))
        printf 'FAILED: %s\n    got    %s\n    wanted %s\n' "$1" "$2" "$3"
    fi
}
complete_bash() { # LINE WANTED: the replies, joined by commas
    COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
    _pxed 2>"$TMP/err"
    local IFS=,
    result "bash: $1" "${COMPREPLY[*]}$(cat "$TMP/err")" "$2"
}

complete_bash 'pxed ar' arm
complete_bash 'pxed o' options
complete_bash 'pxed snippet k' kea
complete_bash 'pxed leases im' import
complete_bash 'pxed hosts e' export,edit
complete_bash 'pxed new-plugin ' os,protocol,--help
complete_bash 'pxed contract-test --' --all,--help
complete_bash 'pxed leases export k' kea,kea-sql
complete_bash 'pxed snippet kea w' 'windows,web01'
complete_bash 'pxed -' -c,--help,--version
complete_bash 'pxed explain --as ' armed,installed
complete_bash 'pxed explain --as i' installed
complete_bash 'pxed arm --d' --dry-run
complete_bash 'pxed arm --for ' ''
complete_bash 'pxed arm w' web01
complete_bash 'pxed arm web01 08:00:27:4d:4d:a' aa,ab
complete_bash 'pxed event web01 i' installed
complete_bash 'pxed options st' store-sqlite
complete_bash 'pxed check -c m' 'my file.ini'
complete_bash 'pxed nonsense ' ''
complete_bash 'pxed log -c other.ini w' web01
result "bash: the file that was typed" "$(cat "$TMP/asked")" "machines -c other.ini"
complete_bash 'pxed log ' '-c,--json,--help,08:00:27:4d:4d:aa,web01,08:00:27:4d:4d:ab'
result "bash: nothing else is expanded" "$(ls "$TMP")" "$(printf '%s\n' asked err 'my file.ini')"
COMP_WORDBREAKS=' '
complete_bash 'pxed arm 08:00:27:4d:4d:a' 08:00:27:4d:4d:aa,08:00:27:4d:4d:ab
if [ -x "$BUILD/bin/pxed-winpe" ]; then
    COMP_WORDS=(pxed-winpe --se) COMP_CWORD=1
    _pxed_winpe
    result "bash: pxed-winpe" "${COMPREPLY[*]}" --server
fi

if command -v fish >/dev/null; then
    printf '#!/bin/sh\nprintf "MAC NAME\\n08:00:27:4d:4d:aa web01\\n"\n' >"$TMP/pxed"
    chmod +x "$TMP/pxed"
    fish_words() {
        HOME=$TMP PATH=$TMP:$PATH fish --no-config -c "source $SHARE/fish/vendor_completions.d/pxed.fish
            complete -C '$1'" 2>&1 | cut -f 1 | sort | tr '\n' ' '
    }
    result "fish: commands" "$(fish_words 'pxed ar')" "arm "
    result "fish: hosts" "$(fish_words 'pxed arm web')" "web01 "
    result "fish: values" "$(fish_words 'pxed explain --as ')" "armed installed "
fi
if command -v zsh >/dev/null; then
    zsh -n "$SHARE/zsh/site-functions/_pxed" 2>"$TMP/err"
    result "zsh: syntax" "$?$(cat "$TMP/err")" 0
fi
echo "$PASSED passed, $FAILED failed"
[ $FAILED = 0 ] && [ $PASSED -gt 0 ]
