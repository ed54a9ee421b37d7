/* What a machine says of its own hardware: to `pxed find`, and to whoever asks why a file did not fit. By the query of
 * its script (iPXE knows SMBIOS) or by the body of an installer's event. Words of the machine: shown, never believed.
 * Pure. */
#pragma once

#include "pxed/slice.h"

enum { HARDWARE_TEXT = 64 };

struct hardware {
    char product[HARDWARE_TEXT], serial[HARDWARE_TEXT]; /* "": not told */
    int64_t memory;                                     /* bytes; 0: not told */
    int64_t cpu;                                        /* level of x86-64, 1 to 4; 0: not told */
};

/* Keys: `product`, `serial`, `memory` (MiB, or a number and `kB`), `cpu` (x86-64-v1 to 4). Another key, or a value that
 * cannot be read, changes nothing. Control characters become blanks; what is too long is cut. True if anything changed.
 */
bool hardware_put(struct hardware *hw, struct pxed_slice key, struct pxed_slice value);
/* Lines `KEY: VALUE`, others between them; the first 64 lines are read. True if anything changed. */
bool hardware_read(struct hardware *hw, struct pxed_slice body);
/* The query of a script: `&product=...&serial=...&memory=...`, percent-encoded. True if anything changed. */
bool hardware_query(struct hardware *hw, struct pxed_slice query);
