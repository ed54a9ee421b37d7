#!/bin/bash
# `pxed backup` and `pxed restore`: a copy of a store in use, and what a restored one may do: nothing that writes a disk.
. "$(dirname "$0")/common.sh"
e2e_begin
M1=08:00:27:4d:4d:aa M2=08:00:27:4d:4d:ab M3=08:00:27:4d:4d:ac
e2e_image debian-12
e2e_client m1 $M1
STATE=$E2E/state
line() { printf '%s, debian-12, name=%s, ip=%s\n' "$@"; }
{ line $M1 web01 10.77.0.61; line $M2 web02 10.77.0.62; } >"$E2E/host-os.conf"
e2e_ini <<INI
user = daemon
[dhcp]
mode = server
range = 10.77.0.100 - 10.77.0.199
INI
backup() { timeout 60 "$E2E_BIN" backup -c "$E2E/pxed.ini" "$@" 2>&1; }
restore() { timeout 60 "$E2E_BIN" restore -c "$E2E/pxed.ini" "$@" 2>&1; }
install_is() { e2e_state_is "$1" install "$2"; }
steps() { e2e_pxed log "$1" --json | jq -r '.what + " " + .reason'; }
leftovers() { find "$STATE" -name '*.backup-*' -o -name '*.restore' | wc -l; }
replaced() { find "$STATE" -name 'pxed.db.replaced-*' | wc -l; }

# --- a running daemon
e2e_start
ok "two new lines are armed" install_is $M1 armed
e2e_pxed arm web02 --yes >/dev/null
has "a copy of a store in use" "$E2E/one: " "$(backup "$E2E/one")"
is "is its owner's alone" 600 "$(stat -c %a "$E2E/one")"
is "and whole: SQLite reads it" ok "$(sqlite3 "$E2E/one" 'PRAGMA integrity_check')"
is "in one file" 1 "$(find "$E2E" -maxdepth 1 -name 'one*' | wc -l)"
is "nothing is left beside the store" 0 "$(leftovers)"
has "who asked is logged" "by=uid 0" "$(grep " backup " "$E2E_LOG")"
has "--json: what was written" '"file":"'"$E2E/one" "$(backup --json "$E2E/one")"
has "a folder that is not there" "No such file or directory" "$(backup "$E2E/none/one")"
is "nothing is left then, either" 0 "$(leftovers)"
has "it does not go over a running daemon" "another pxed is using it" "$(restore "$E2E/one")"
is "with status 1" 1 "$(restore "$E2E/one" >/dev/null; echo $?)"
ok "the daemon has its store" install_is $M2 armed

# --- machines come and go while copies are written
flood() { e2e_in m1 python3 "$E2E_HERE/dhcp.py" eth0 flood --count 60 --out "$E2E/acks" --wait 30; }
( for n in 1 2 3 4 5 6 7 8; do backup "$E2E/busy$n" >/dev/null; done ) &
copies=$!
ok "60 machines get their leases meanwhile" flood
wait $copies
for n in 1 2 3 4 5 6 7 8; do
    [ "$(sqlite3 "$E2E/busy$n" 'PRAGMA integrity_check')" = ok ] || e2e_fail "copy $n is whole"
done
is "each copy has at least what the one before had" sorted "$(for n in 1 2 3 4 5 6 7 8; do sqlite3 "$E2E/busy$n" 'SELECT count(*) FROM t_journal'; done | sort -nc && echo sorted)"

# --- back on the same machine, with nothing done since: what is armed ends all the same
backup "$E2E/two" >/dev/null
e2e_stop
out=$(restore --dry-run "$E2E/two")
has "a dry run says what is armed" "$M1 (web01): debian-12, was armed (blank)" "$out"
has "with which right" "$M2 (web02): debian-12, was armed (any)" "$out"
is "and changes nothing" 0 "$(replaced)"
out=$(restore "$E2E/two")
has "a restore prints what was armed" "$M2 (web02): debian-12, was armed (any)" "$out"
has "and where the store before is" "the store before is $STATE/pxed.db.replaced-" "$out"
is "which is kept" 1 "$(replaced)"
is "the files are the account's, for it alone" "$(stat -c '%U 600' "$STATE")" "$(stat -c '%U %a' "$STATE/pxed.db")"
line $M3 web03 10.77.0.63 >>"$E2E/host-os.conf"
e2e_start
ok "nothing of it is armed: a line" install_is $M1 ""
ok "an order" install_is $M2 ""
has "the journal says why" "not-armed STORE_OLD" "$(steps web02)"
ok "a line that is newer than the backup is known, not armed" install_is $M3 ""
has "the log says what happened" "put back from a backup (STORE_OLD)" "$(cat "$E2E_LOG")"
has "an order arms again" "web02" "$(e2e_pxed arm web02 --yes 2>&1)"
ok "as ever" install_is $M2 armed
e2e_stop
e2e_mark
e2e_start
ok "and stands after a restart" install_is $M2 armed
lacks "that is no restore any more" "put back from a backup" "$(e2e_news)"
e2e_stop

# --- another machine: no state at all, and lines that this store never saw
rm -rf "$STATE"
restore --json "$E2E/two" >"$E2E/json"
is "--json: one object a machine" "$M1 armed blank" "$(jq -r 'select(.mac == "'$M1'") | .mac + " " + .install + " " + .right' "$E2E/json")"
e2e_start
ok "an unknown line arms nothing there" install_is $M3 ""
ok "a known one neither" install_is $M1 ""
has "history came along" "armed OK" "$(steps web02)"
e2e_crash
e2e_start
ok "nor after a crash" install_is $M3 ""
e2e_stop

# --- without a daemon
has "a copy of a store at rest" "$E2E/three: " "$(backup "$E2E/three")"
is "the same records" "$(sqlite3 "$STATE/pxed.db" 'SELECT count(*) FROM t_journal')" "$(sqlite3 "$E2E/three" 'SELECT count(*) FROM t_journal')"
is "its account's files, all of them" "" "$(find "$STATE" ! -user "$(stat -c %U "$STATE")")"

# --- from store to store
copy_store() { timeout 60 "$E2E_BIN" store copy -c "$E2E/pxed.ini" "$@" 2>&1; }
mkdir "$E2E/other-state"
chown "$(stat -c %U "$STATE")" "$E2E/other-state"
e2e_start
has "a store in use is not taken" "in use by another process" "$(copy_store --from "$STATE/pxed.db" --to "$E2E/other-state/pxed.db")"
has "nor replaced" "another pxed is using it" "$(copy_store --from "$E2E/two" --to "$STATE/pxed.db")"
e2e_pxed arm web02 --yes >/dev/null
e2e_stop
out=$(copy_store --from "$STATE/pxed.db" --to "$E2E/other-state/pxed.db" --dry-run)
has "a dry run says what is armed" "$M2 (web02): debian-12, was armed (any)" "$out"
is "and writes nothing" "" "$(ls "$E2E/other-state")"
has "it is copied" "restored, nothing is armed" "$(copy_store --from "$STATE/pxed.db" --to "$E2E/other-state/pxed.db")"
is "alone" pxed.db "$(ls "$E2E/other-state")"
is "and says that it is a copy" 1 "$(sqlite3 "$E2E/other-state/pxed.db" "SELECT count(*) FROM t_meta WHERE key = CAST('restored' AS BLOB)")"
has "over another one: that is kept" "the store before is $E2E/other-state/pxed.db.replaced-" "$(copy_store --from "$STATE/pxed.db" --to "$E2E/other-state/pxed.db")"
has "a store that is not there" "No such file" "$(copy_store --from "$E2E/none.db" --to "$E2E/other-state/pxed.db")"

# --- what is no backup
before=$(sqlite3 "$STATE/pxed.db" 'SELECT count(*), sum(version) FROM t_machine')
for wrong in /dev/null "$E2E/pxed.ini" "$E2E/empty" "$E2E/cut" "$E2E/other"; do
    : >"$E2E/empty"
    head -c 9000 "$E2E/two" >"$E2E/cut"
    sqlite3 "$E2E/other" 'CREATE TABLE IF NOT EXISTS x(y)'
    is "refused: $(basename "$wrong")" 1 "$(restore "$wrong" >/dev/null; echo $?)"
done
is "the store is as it was" "$before" "$(sqlite3 "$STATE/pxed.db" 'SELECT count(*), sum(version) FROM t_machine')"
is "no copies are left" 0 "$(leftovers)"

# --- killed at any moment: the old state or the new one, whole
# A long copy, so that the kills fall into it.
sqlite3 "$E2E/two" "INSERT INTO t_journal SELECT randomblob(8), 1, randomblob(4000) FROM generate_series(1, 4000)" 2>/dev/null ||
    sqlite3 "$E2E/two" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO t_journal SELECT randomblob(8), 1, randomblob(4000) FROM n"
sqlite3 "$STATE/pxed.db" "CREATE TABLE t_old(x)"
which_store() { sqlite3 "$STATE/pxed.db" "PRAGMA integrity_check; SELECT count(*) FROM sqlite_master WHERE name = 't_old'" 2>&1 | tr '\n' ' '; }
is "the old one" "ok 1 " "$(which_store)"
bad=0 killed=0 olds=0
for n in $(seq 1 30); do
    "$E2E_BIN" restore -c "$E2E/pxed.ini" "$E2E/two" >/dev/null 2>&1 &
    pid=$!
    sleep "0.$(printf %03d $((n * 7)))"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null
    case $(which_store) in
    "ok 1 ") olds=$((olds + 1)) ;;
    "ok 0 ") [ "$(sqlite3 "$STATE/pxed.db" "SELECT count(*) FROM t_meta WHERE key = CAST('restored' AS BLOB)")" = 1 ] || bad=$((bad + 1))
        cp "$(find "$STATE" -name 'pxed.db.replaced-*' | sort | tail -n 1)" "$E2E/was"
        case $(sqlite3 "$E2E/was" "SELECT count(*) FROM sqlite_master WHERE name = 't_old'") in
        1) ;;
        *) bad=$((bad + 1)) ;;
        esac
        rm -f "$STATE"/pxed.db.replaced-*
        cp "$E2E/was" "$STATE/pxed.db" ;;
    *) bad=$((bad + 1)) ;;
    esac
done
is "killed while it restores: whole, 30 times" 0 $bad
# What a killed one left is not replayed into the next one.
echo "no log" >"$STATE/pxed.db.restore-wal"
head -c 5000 "$E2E/two" >"$STATE/pxed.db.restore"
: >"$STATE/pxed.db.restore-journal"
ok "the kills fell into it ($killed), often before its end ($olds)" test $killed -gt 2 -a $olds -gt 2
chown "$(stat -c %U:%G "$STATE")" "$STATE/pxed.db"
cp "$E2E/three" "$E2E/keep"
e2e_start
bad=0
for n in $(seq 1 15); do
    "$E2E_BIN" backup -c "$E2E/pxed.ini" "$E2E/keep" >/dev/null 2>&1 &
    pid=$!
    sleep "0.$(printf %03d $((n * 4)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ "$(sqlite3 "$E2E/keep" 'PRAGMA integrity_check')" = ok ] || bad=$((bad + 1))
done
is "killed while it copies: the last whole copy is there, 15 times" 0 $bad
ok "the daemon lives" e2e_alive pxed
e2e_crash
e2e_start
is "copies that nobody took are gone with the next start" 0 "$(leftovers)"
e2e_stop
e2e_done
