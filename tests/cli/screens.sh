#!/bin/bash
# pxed why --screen: what somebody reads out finds its row of docs/screens.md, and every row of that page can be found.
PXED=$1/sbin/pxed
PAGE=$(dirname "$0")/../../docs/screens.md
FAILED=0
ok() { if "${@:2}"; then echo "ok - $1"; else echo "not ok - $1"; FAILED=1; fi; }
finds() { "$PXED" why --screen "$1" | grep -qF "$2"; }
ok "a code in small letters" finds 'pxe-e18' 'PXE-E18; Server response timeout'
ok "a line with more around it" finds 'BdsDxe: failed to load Boot0002 "UEFI PXEv4": Access Denied' 'Secure Boot refuses'
ok "a part of a text" finds 'media test' 'PXE-E61'
ok "what is not known ends with 1" eval '! "$PXED" why --screen "no such text" >/dev/null 2>&1'
ok "and with a sentence" eval '"$PXED" why --screen "no such text" 2>&1 | grep -q "no text like this is known"'
ok "not beside a host" eval '! "$PXED" why --screen PXE-E18 web01 >/dev/null 2>&1'
ok "each row is read" test "$("$PXED" why --screen '' --json | wc -l)" = "$(sed -n '/^|---/,$p' "$PAGE" | tail -n +2 | grep -c '^|')"
while IFS= read -r says; do
    ok "found by itself: ${says%%;*}" finds "${says%%;*}" "$says"
done < <("$PXED" why --screen '' --json | jq -r .says)
ok "as objects" test "$("$PXED" why --screen PXE-E61 --json | jq -r .cause)" = "the card sees no link"
exit $FAILED
