/* The state that the files of the plugin share. One `struct hooks` per daemon; everything on the loop thread. */
#pragma once

#include "event.h"
#include "post.h"
#include "pxed/arena.h"
#include "pxed/control.h"
#include "pxed/plugin.h"
#include "pxed/run.h"
#include "pxed/veto.h"

enum {
    HOOKS_MAX = 16,
    HOOKS_QUEUE = 4000,           /* events that wait for one hook */
    HOOKS_TICK = 500,             /* ms between two looks at the journal, as for the API's streams */
    HOOKS_PER_TICK = 4096,        /* events of all hooks that are taken in one look */
    HOOKS_FOR = 24 * 3600 * 1000, /* ms: an event older than that is not told any more */
    HOOKS_NAME = 32,              /* bytes of a name, at most */
};

/* [hook NAME]; [hooks] is what each begins with. */
struct hooks_config {
    struct pxed_sections sections;
    const char *url, *exec, *secret;
    struct pxed_list on;
    uint64_t timeout; /* ms */
    unsigned before;  /* 1: arm */
};

/* An event that waits for its hook, with what it is told. */
struct hooks_waiting {
    struct hooks_waiting *next;
    uint64_t seq;
    int64_t at;
    unsigned tries;
    const char *event; /* of hooks_words */
    char *body, *env;
    size_t body_len, env_len, n_env;
};

struct hook {
    struct hooks *all;
    const char *name;
    const struct hooks_config *config;
    uint32_t on; /* bits: hooks_words */
    bool asked;  /* before = arm */
    struct hooks_waiting *first, **last;
    size_t n;
    struct hooks_sending *sending; /* the first is on its way; NULL: it waits until `due` */
    uint64_t due;                  /* loop ms */
    uint64_t seen;                 /* the last event that is done with */
    bool known, dirty;             /* the store has that; it has an older one */
    uint64_t told, failed, dropped;
    bool full; /* that events were dropped has been said */
};

struct hooks_question;

struct hooks {
    struct pxed_ctx *ctx;
    const struct pxed_control *control;
    const struct pxed_run_service *run; /* NULL: none */
    const struct pxed_store *store;
    struct hooks_posts posts;
    struct hook hooks[HOOKS_MAX];
    size_t n;
    uint64_t seen; /* the last step that was looked at */
    uv_timer_t timer;
    bool keeping, stopping, ended; /* keeping: a commit runs */
    unsigned open;                 /* the timer, the posts, a commit: freed when none is left */
    size_t n_sending;
    void (*stopped)(struct pxed_ctx *ctx);
    struct hooks_question *questions; /* ask.h */
    struct pxed_veto_service veto;
};

/* Says that it has stopped, once nothing is on its way any more. */
void hooks_when_quiet(struct hooks *h);
/* Frees it, once fini was called and nothing is open any more. */
void hooks_free(struct hooks *h);
