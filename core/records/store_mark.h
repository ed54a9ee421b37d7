/* state/store.mark: which store this server last wrote to, and how far. It lies beside the store, so that a lost,
 * emptied or older store is told from the right one: its armings must not take effect again. An empty file store.mark.N
 * beside it has the counter in its name, so that a copy of the folder that is put over it is told, too. */
#pragma once

#include "machines.h"

struct daemon;

struct store_mark {
    bool there;  /* the file could be read */
    bool copied; /* it is not the file that was written: the state folder was put back from a copy */
    struct ledger_mark mark;
};

/* With the higher counter of both. 0 or a negative errno; a missing file is no error, an unreadable one counts as
 * `copied`. */
int store_mark_read(const char *state_dir, struct store_mark *ret);
/* On disk when this returns 0. One block of fixed size is overwritten in place: that needs no room on a full disk. */
int store_mark_write(const char *state_dir, const struct ledger_mark *mark);

/* Records are loaded: compares store and mark, and takes every right away from a store that is not to be trusted
 * (STORE_OLD). From here on each commit that gives, uses or ends a right moves the mark. */
void store_mark_start(struct daemon *d);
