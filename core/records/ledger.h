/* How records reach the store. What gives a right or uses one is made aside, committed with the version it replaces,
 * and only then shown and acted upon; what takes one away is in force at once. One commit is on its way at a time; all
 * that waits meanwhile goes with the next. Loop thread only. */
#pragma once

#include "machines.h"

/* How a record shall be: changes `rec`, a copy. 1: changed; 0: there is nothing to change; negative errno: the whole
 * entry is refused. Called when the commit is made, so it sees what earlier entries did: once for each machine, in the
 * order of the list. */
typedef int ledger_make(void *arg, struct machine *m, struct lifecycle_record *rec);
/* After everything is on disk (0), or nothing of it is (negative errno; -EBUSY: another writer changed the store). */
typedef void ledger_done(void *arg, int result);

/* The store must stay until ledger_free. */
void ledger_open(struct machines *ms, const struct pxed_store *store);
void ledger_free(struct machines *ms);

/* Changes these machines, all or none. They must be declared or held. Returns 0, then `done` (may be NULL) comes once,
 * later; or a negative errno at once, and `done` never comes. */
int ledger_commit(struct machines *ms, struct machine *const *list, size_t n, ledger_make *make, ledger_done *done,
                  void *arg);

/* Takes from `rec`; true if there was anything. May be called twice for one record. */
typedef bool ledger_taker(void *arg, struct lifecycle_record *rec);
/* What takes a right away: in force when this returns, on disk with the next flush. True if it changed anything. */
bool ledger_take(struct machines *ms, struct machine *m, ledger_taker *take, void *arg);
/* The host of `from` has the MAC of `to` now: record and history move. */
void ledger_move(struct machines *ms, struct machine *from, struct machine *to);

/* Writes all that was seen, taken or journalled. As ledger_commit. */
int ledger_flush(struct machines *ms, ledger_done *done, void *arg);
/* Commits not yet answered. */
size_t ledger_in_flight(const struct machines *ms);

/* Called after each commit that raises the counter and before its `done`: writes the mark elsewhere, then calls
 * `written` once, later. */
void ledger_on_mark(struct machines *ms,
                    void (*write)(void *arg, const struct ledger_mark *mark, void (*written)(void *arg),
                                  void *written_arg),
                    void *arg);
