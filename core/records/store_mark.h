/* state/store.mark: which store this server last wrote to, and how far. It lies beside the store, so that a lost,
 * emptied or older store is recognised: its armings must not take effect again. An empty file store.mark.N beside it
 * has the counter in its name, which reveals that an older copy was put over the whole folder. */
#pragma once

#include "machines.h"

struct daemon;

struct store_mark {
    bool there;  /* the file could be read */
    bool copied; /* it is not the file that was written: the state folder was restored from a copy */
    struct ledger_mark mark;
};

/* Returns the higher counter of the two. 0 or a negative errno; a missing file is no error, an unreadable one counts as
 * `copied`. Blocks. */
int store_mark_read(const char *state_dir, struct store_mark *ret);
/* On disk when this returns 0. Overwrites one block of fixed size in place, which works on a full disk too. Blocks. */
int store_mark_write(const char *state_dir, const struct ledger_mark *mark);

/* Call after records are loaded: compares store and mark, and takes every right away if the store cannot be trusted
 * (STORE_OLD). From here on each commit that gives, uses or ends a right moves the mark. */
void store_mark_start(struct daemon *d);
