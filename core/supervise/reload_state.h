/* State of the reloads. */
#pragma once

#include <sys/stat.h>

#include "changes.h"
#include "context.h"

enum { RELOAD_WATCHED = 32 };

struct watched {
    struct reload *reload;
    uv_fs_event_t event;
    const char *path;
    bool folder;
    struct stat last;
};

struct reload {
    struct daemon *daemon;
    uv_work_t work;
    uv_timer_t quiet;
    uint64_t first_change; /* loop ms of the first change not yet loaded; 0: none */
    bool busy, whole, again, whole_again;
    struct config *config;
    struct catalogue *before, *built;      /* the generation that was in force as this one began; the new one */
    struct changes changes;                /* from the one to the other */
    uint64_t folders;                      /* signature of the image folders that `built` was made from */
    struct pxed_diags config_diags, diags; /* of the ini, if it was read; of the hosts */
    struct config *watched_config;         /* owns the strings of the paths: [pxed] hosts needs a restart */
    struct watched watched[RELOAD_WATCHED];
    size_t n_watched;
};
