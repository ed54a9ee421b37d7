# shellcheck shell=bash
# Sourced by the tests that stage a fault of tests/why/faults. The table holds the answer; `pxed why` gives it.
#   fault_cause KEY     the cause of its row; "no row of KEY" if there is none
WHY_FAULTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/faults
fault_cause() { awk -F ' *[|] *' -v key="$1" '$1 == key { print $2; found = 1 } END { if (!found) print "no row of " key }' "$WHY_FAULTS"; }
