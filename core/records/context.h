/* The state of the running daemon: one instance, shared by records and the rooms above. Loop thread only. */
#pragma once

#include <limits.h>
#include <uv.h>

#include "catalogue.h"
#include "config.h"
#include "interfaces.h"
#include "keeper.h"
#include "machines.h"
#include "pxed/plugin.h"
#include "services.h"
#include "store_guard.h"

struct content_cache;
struct open_content;
struct pending;
struct stage;
struct reload;
struct watch_images;
struct watch_links;
struct nonces;
struct models;

/* When overdue_end has to look at the machines again. */
struct overdue {
    int64_t next;    /* wall ms: the earliest end */
    int64_t timeout; /* for this install-timeout, in ms */
    uint64_t n_set;  /* and for records as they were then: machines.n_set */
};

struct daemon {
    uv_loop_t *loop;
    const char *ini_path; /* absolute */
    struct keeper keeper; /* what was forked, and the root process above this one */
    struct catalogue *catalogue;
    struct config *config, *start_config; /* in force; as it was at start */
    struct plugins plugins;
    struct machines machines;
    struct store_guard guard;    /* wraps the store */
    bool distrusted;             /* STORE_OLD at this start: the lines of its first table count as known, not as new */
    struct declaring *declaring; /* new lines being written to the store; NULL: none */
    bool declare_again;
    bool declare_whole;    /* the last one failed: the next looks at all lines */
    struct machine **kept; /* those that have `kept`: kept.h */
    size_t n_kept;
    struct pxed_iface ifaces[INTERFACES_MAX];
    size_t n_ifaces;
    const char *state_dir;
    int root_fd;        /* root, for serving files */
    int loader_fds[16]; /* of loader-path as it was at start, in its order; -1: that folder is missing */
    size_t n_loader_fds;
    uint64_t counters[PXED_REASON_COUNT];
    int64_t refusal_logged[PXED_REASON_COUNT]; /* wall ms of the last log line of this kind */
    struct open_content *transfers;            /* running transfers */
    uint64_t sent[2];                          /* bytes of ended transfers, by enum pxed_via */
    struct content_cache *content_cache;       /* files that are open for several transfers; NULL: none yet */
    struct pending *pending;                   /* requests that wait for an answer */
    uint64_t tickets;
    struct services services;
    struct overdue overdue;
    int64_t silence_at;    /* wall ms: when to look for machines that fell silent; 0: no machine boots */
    struct nonces *nonces; /* NULL: none was made yet */
    struct models *models; /* NULL: not asked for yet */
    struct reload *reload;
    struct stage *stage; /* NULL: no files are staged */
    struct watch_images *watch_images;
    struct watch_links *watch_links;
    bool load_refused;  /* the last load of the configuration; an earlier one is in force */
    int64_t started_at; /* calendar ms; 0: not yet */
    bool stopping;
};
