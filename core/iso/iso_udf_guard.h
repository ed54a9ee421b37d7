/* Looks at each block of UDF before libudfread does: what that library would believe without a check is refused, and
 * entries that were deleted are hidden, which it would list. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UDF_GUARD_BLOCK = 2048 };

/* The folder being read. Zeroed: none. */
struct udf_guard {
    uint8_t *base;   /* libudfread's buffer for it; valid while one call of libudfread runs */
    size_t have, at; /* bytes of it that are read; offset of the next entry */
    size_t len;      /* of the folder, as its own entry says */
};

/* Call with an empty state before each call of libudfread, then for every block that it asks for, where it will find
 * it: blocks of one folder lie one behind the other there. Marks deleted entries as ones to skip. False: the block must
 * not be given to it. */
bool udf_guard_block(struct udf_guard *g, uint8_t *block);
