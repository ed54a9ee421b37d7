/* State shared by the files of staging. */
#pragma once

#include "context.h"
#include "pxed/helper.h"
#include "stage_files.h"
#include "stage_image.h"
#include "staged_known.h"

/* The files on disk for one machine. */
struct staged {
    struct staged_known known; /* first: `staged` of the machine points here */
    struct machine *machine;
    uint64_t key; /* hash of the inputs it was last rendered from */
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
    struct stage_job *jobs;       /* of the running batch */
    struct staged **batch;
    size_t n;
    bool busy, failed, started, settled;
    struct catalogue *catalogue; /* the batch's */
    struct images *images;
};
