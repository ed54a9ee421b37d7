/* Reads the loaders in a thread of its own while the host table is read: a quarter of a start, on another CPU. */
#pragma once

#include <pthread.h>

#include "loaders.h"

struct loaders_aside {
    pthread_t thread;
    bool runs; /* false: no thread could be had, and what was to be done has been done */
    const struct settings *settings;
    const char *tftp_dir;
    struct pxed_arena arena;
    struct loaders *all;
};

/* The thread has the rights of the caller's: those of the account, while eyes are open. `settings` and `tftp_dir` stay.
 */
void loaders_aside_start(struct loaders_aside *a, const struct settings *settings, const char *tftp_dir);
/* Waits for it. The loaders live in a->arena, which is the caller's now. */
struct loaders *loaders_aside_end(struct loaders_aside *a);
