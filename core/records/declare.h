/* A generation comes into force: what its lines arm, disarm and follow. The only place, besides `pxed arm`, where
 * anything is armed. */
#pragma once

#include "context.h"
#include "lifecycle.h"

/* Later, when it is on disk, the generation's table is kept. Called again when the store can be written again. */
void declare_hosts(struct daemon *d, struct catalogue *c);

struct declare_secrets {
    uint8_t token[16], account[16];
};
void declare_secrets(struct declare_secrets *ret);
void declare_arm(struct lifecycle_record *rec, enum lifecycle_right right, struct pxed_slice os, unsigned tries,
                 const struct declare_secrets *secrets, struct pxed_slice by, int64_t now);
/* The step in its journal, when it is on disk. */
void declare_tell_armed(struct daemon *d, struct machine *m);
