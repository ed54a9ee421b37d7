/* The text of store.mark: "pxed-mark 1 inode=N born=N id=HEX counter=N", blanks, one line end. Pure. */
#pragma once

#include "store_mark.h"

/* Identifies a file. Inode numbers are reused soon; the time of creation is not (0: not supported by the file
 * system). */
struct store_identity {
    uint64_t inode, born;
};

/* Fills in `copied` and `mark`. False: it is no such text. `own`: of the file that it was read from. */
bool store_mark_parse(struct pxed_slice text, const struct store_identity *own, struct store_mark *ret);
