/* A folder of its own for each test, and records to compare with. */
#pragma once

#include <limits.h>

#include "pxed/store.h"

/* Made below TMPDIR or /tmp; emptied and removed by leave_folder. Returns the path. */
const char *enter_folder(void);
void leave_folder(void);
/* Path of a file in it; valid until the next four calls. */
const char *in_folder(const char *file);
bool exists_in_folder(const char *file);

static inline struct pxed_put put(const char *table, const char *key, const char *value, uint64_t replaces) {
    return (struct pxed_put){table, pxed_slice_of(key), pxed_slice_of(value), replaces};
}

/* What a load saw, as "key=value@version key=value@version ". */
struct seen {
    char text[4096];
    size_t n;
};
void see(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version);
