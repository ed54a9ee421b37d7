/* What the running daemon knows: one instance, which the rooms from here upward share. Loop thread only. */
#pragma once

#include <limits.h>
#include <uv.h>

#include "catalogue.h"
#include "config.h"
#include "interfaces.h"
#include "machines.h"
#include "pxed/plugin.h"
#include "services.h"
#include "store_guard.h"

struct open_content;
struct pending;
struct stage;
struct reload;
struct watch_images;

struct daemon {
    uv_loop_t *loop;
    const char *ini_path; /* absolute */
    struct catalogue *catalogue;
    struct config *config;
    struct plugins plugins;
    struct machines machines;
    struct store_guard guard;    /* before the store */
    bool distrusted;             /* STORE_OLD at this start: the lines of its first table are known, not new */
    struct declaring *declaring; /* new lines on their way to the disk; NULL: none */
    bool declare_again;
    struct pxed_iface ifaces[INTERFACES_MAX];
    size_t n_ifaces;
    const char *state_dir;
    int root_fd; /* root, for the namespace */
    int loader_fds[16];
    size_t n_loader_fds;
    uint64_t counters[PXED_REASON_COUNT];
    int64_t refusal_logged[PXED_REASON_COUNT]; /* wall ms of the last log line of this kind */
    struct open_content *transfers;            /* being delivered now */
    struct pending *pending;                   /* requests that wait for an answer */
    uint64_t tickets;
    struct services services;
    struct reload *reload;
    struct stage *stage; /* NULL: nothing is staged */
    struct watch_images *watch_images;
    bool stopping;
};
