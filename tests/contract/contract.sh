#!/bin/bash
# contract.sh BUILD: every plugin that was built passes `pxed contract-test`, and one with a fault does not: the fault is named.
# PXED_PLUGINS: the plugins of this build, separated by `;`. CC: the compiler.
set -u
build=$1 here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
result() { # WHAT STATUS
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED: $1"
        sed 's/^/    /' "$tmp/out"
    fi
}
unset PXED_PLUGIN_DIR
"$build/sbin/pxed" contract-test --all >"$tmp/out" 2>&1
result "every plugin" $?
IFS=';' read -ra plugins <<<"$PXED_PLUGINS"
for plugin in "${plugins[@]}"; do
    grep -q "^$plugin [0-9.]*: passed" "$tmp/out"
    result "$plugin was tested" $?
done
[ "${#plugins[@]}" -gt 0 ]
result "there are plugins" $?

fault() { # NUMBER WHAT-IT-SAYS
    ${CC:-cc} -std=gnu17 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden -DWRONG="$1" -I"$here/../../core/include" "$here/wrong.c" \
        -o "$tmp/os-wrong.so" >"$tmp/out" 2>&1
    result "fault $1 compiles" $?
    timeout 120 "$build/sbin/pxed" contract-test "$tmp/os-wrong.so" >"$tmp/out" 2>&1
    local code=$?
    [ $code = "$([ "$1" = 0 ] && echo 0 || echo 1)" ]
    result "fault $1: its exit status ($code)" $?
    grep -qF -e "$2" "$tmp/out"
    result "fault $1: it does not say: $2" $?
}
mkdir -p "$tmp/share/os-wrong"
printf '#!/bin/sh\necho {{host.wrong-size}} {{event.url}}\n' >"$tmp/share/os-wrong/install.sh"
if [ -e "$build/lib/pxed/plugins/os-linux.so" ]; then # a static build has no plugin files, and none is loaded there
    fault 0 "os-wrong 1: passed"
    fault 1 "claim \`Wrong\`"
    [ ! -e "$build/lib/pxed/plugins/os-solaris.so" ] || fault 2 "both claim 'omnios-1-x86_64'"
    fault 3 "an empty list fits nothing; NULL fits anything"
    fault 4 "boot row 0"
    fault 5 "a gap in row 0"
    fault 6 "arguments of row 0 are not one line"
    fault 7 "{{file.other_sh}} is declared nowhere"
    fault 8 "os-wrong/wrongos, arguments:1:"
    fault 9 "none.sh is missing"
    fault 10 "hosts/x/y.txt holds no <mac>"
    fault 11 "/boot/x is no name outside /boot"
    fault 12 "install.sh is flagged GUARDED and holds no disk guard"
    fault 13 "the second row of install.sh is never reached"
    fault 14 "the step \`installed\` is the core's"
    fault 15 "\`timezone\` is a variable of every system"
    fault 16 "variable \`wrong-size\`"
    fault 17 "boots nothing"
    fault 18 "ended by signal 6 (Aborted)"
    fault 19 "the first member of its ops is their size"
    fault 20 "\`many\` is no value for 'number'"
    fault 21 "option \`number\`: a key of a-z, 0-9 and hyphens, and a help text"
    fault 22 "OS plugins are named os-*, and only they"
    fault 23 "it needs a name of a-z, 0-9 and hyphens, a version and a summary"
    printf '#!/bin/sh\nif true; then {{host.name}}\n' >"$tmp/share/os-wrong/install.sh"
    timeout 120 "$build/sbin/pxed" contract-test "$tmp/os-wrong.so" >"$tmp/out" 2>&1
    [ $? = 1 ] && grep -q "install.sh of wrongos-1-amd64 is no shell script" "$tmp/out"
    result "a script that is none" $?
fi
: >"$tmp/os-none.so"
"$build/sbin/pxed" contract-test "$tmp/os-none.so" >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q "os-none.so: cannot be loaded" "$tmp/out"
result "no library" $?
"$build/sbin/pxed" contract-test "$tmp/none.so" >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q "No such file" "$tmp/out"
result "no file" $?
[ -z "$(find /tmp -maxdepth 1 -name 'pxed-contract-*' -newer "$tmp/share" -user "$(id -un)" -mmin -0.1 2>/dev/null)" ]
result "no folder is left" $?
echo "$passed passed, $failed failed"
[ $failed = 0 ]
