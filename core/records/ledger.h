/* How records reach the store. A change that gives or uses a right is made on a copy, committed with the version it
 * replaces, and only then visible; a change that takes a right away is in force at once. One commit runs at a time;
 * what is requested meanwhile goes with the next. Loop thread only. */
#pragma once

#include "machines.h"

/* Changes `rec`, a copy. 1: changed; 0: nothing to change; negative errno: the whole entry is refused. Called when the
 * commit is made, so that it sees the changes of earlier entries: once for each machine, in list order. */
typedef int ledger_make(void *arg, struct machine *m, struct lifecycle_record *rec);
/* Called with 0 after everything is on disk, or with a negative errno if nothing is (-EBUSY: another writer changed the
 * store). */
typedef void ledger_done(void *arg, int result);

/* The store must stay valid until ledger_free. */
void ledger_open(struct machines *ms, const struct pxed_store *store);
void ledger_free(struct machines *ms);

/* Changes these machines, all or none. They must be declared or held. Returns 0, then `done` (may be NULL) is called
 * once, later; or a negative errno at once, and `done` is never called. */
int ledger_commit(struct machines *ms, struct machine *const *list, size_t n, ledger_make *make, ledger_done *done,
                  void *arg);

/* Takes a right from `rec`; true if it had one. May be called twice for one record. */
typedef bool ledger_taker(void *arg, struct lifecycle_record *rec);
/* Takes a right away: in force when this returns, on disk with the next flush. True if it changed anything. */
bool ledger_take(struct machines *ms, struct machine *m, ledger_taker *take, void *arg);
/* The host of `from` now has the MAC of `to`: moves record and history. */
void ledger_move(struct machines *ms, struct machine *from, struct machine *to);

/* Writes everything seen, taken away or added to the journal. Results as ledger_commit. */
int ledger_flush(struct machines *ms, ledger_done *done, void *arg);
/* Number of commits without an answer yet. */
size_t ledger_in_flight(const struct machines *ms);

/* `write` is called after each commit that raises the counter and before its `done`. It writes the mark elsewhere, then
 * calls `written` once, later. */
void ledger_on_mark(struct machines *ms,
                    void (*write)(void *arg, const struct ledger_mark *mark, void (*written)(void *arg),
                                  void *written_arg),
                    void *arg);
