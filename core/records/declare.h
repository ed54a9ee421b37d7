/* Puts a generation into force: what its lines arm, disarm and change. The only place, besides `pxed arm`, that
 * arms. */
#pragma once

#include "changes.h"
#include "context.h"
#include "lifecycle.h"

/* Once everything is on disk, the generation's table is kept. Called again when the store becomes writable. `changes`:
 * what it changes of the one in force before; NULL: all of it counts. */
void declare_hosts(struct daemon *d, struct catalogue *c, const struct changes *changes);

struct declare_secrets {
    uint8_t token[16], account[16];
};
enum { DECLARE_SECRETS_MAX = 8 /* of one call: the kernel gives 256 bytes whole */ };
void declare_secrets(struct declare_secrets *ret, size_t n);
void declare_arm(struct lifecycle_record *rec, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                 const struct declare_secrets *secrets, struct pxed_slice by, int64_t now);
/* Adds the step `armed` to its journal, once it is on disk. */
void declare_tell_armed(struct daemon *d, struct machine *m);
