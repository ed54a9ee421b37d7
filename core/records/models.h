/* What machines of one model took before: a loader, and the way in which their firmware was told it. So a new machine
 * of a known model begins with that. */
#pragma once

#include "context.h"

/* More models than this are not remembered; a server room has a few dozen. */
enum { MODELS_MAX = 512 };

struct model {
    char name[LADDER_MODEL];
    char rung[LADDER_NAME]; /* with which the last of them was heard of; "": none was */
    int64_t rung_at;        /* when, wall ms */
    char way[WAYS_WORD];    /* in which one was told its boot file and fetched it; "": none did */
};

/* NULL: nothing is known of it. Valid until the next call. The first call walks all machines. */
const struct model *models_find(struct daemon *d, const char *name);
/* The machine was heard of, or fetched its boot file. */
void models_learn(struct daemon *d, struct machine *m);
void models_free(struct daemon *d);
