/* Staging: what stage.c (when, and what the store is told) and stage_make.c (what should lie there) share. */
#pragma once

#include "daemon.h"
#include "pxed/helper.h"
#include "render.h"
#include "stage_files.h"
#include "stage_image.h"

/* What lies on disk for one machine. */
struct staged {
    struct machine *machine;
    struct pxed_arena arena;   /* of `known` */
    struct stage_known *known; /* as the store has it */
    size_t n_known;
    uint64_t key; /* of the inputs it was last rendered from */
    bool queued, account, told;
    struct staged *next;
};

struct stage {
    struct daemon *d;
    uv_idle_t idle;
    uv_timer_t retry;
    uv_work_t work;
    struct pxed_helper linker;
    uint64_t generation;
    struct staged *first, **last; /* queue */
    struct stage_job *jobs;       /* of the batch that runs */
    struct staged **batch;
    size_t n;
    bool busy, failed, started, settled;
    struct catalogue *catalogue; /* the batch's */
    struct images *images;
};

/* Does this system put files into the share? */
bool stage_shares(const struct catalogue_os *os);
/* What should lie on disk for a machine now. False: not yet, its image is on its way. */
bool stage_make(struct stage *st, struct staged *s, struct stage_job *job);
