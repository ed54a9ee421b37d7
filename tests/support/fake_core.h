/* A core for the tests of a plugin: a table of struct pxed_core that answers what the test says and remembers what it
 * is told. A test overrides a member of `core` where it needs more. */
#pragma once

#include <uv.h>

#include "pxed/plugin.h"

struct fake_step {
    struct pxed_hwaddr mac;
    enum pxed_stage stage;
    enum pxed_reason reason;
    struct pxed_addr ip;
};

struct fake_core {
    struct pxed_ctx ctx;   /* the first member: from it the functions find the rest */
    struct pxed_core core; /* may be changed between fake_core_open and the plugin's init */
    const struct pxed_plugin *plugin;
    uv_loop_t loop;

    /* What the core says. */
    struct pxed_iface iface;      /* the only one */
    struct pxed_verdict verdict;  /* for everybody */
    const struct pxed_host *host; /* the only one, or NULL */
    const char *state_dir;
    uint64_t wall; /* ms; 0: the real clock */
    struct {
        const char *name;
        const void *service;
    } services[8]; /* published by the plugin or given by the test */
    size_t n_services;

    /* What the plugin told it. */
    struct fake_step steps[64];
    unsigned n_steps;
    unsigned refused[PXED_REASON_COUNT]; /* without a machine */
    enum pxed_reason last_refused;
    char log[4096];   /* "event: text\n", cut at the end; PXED_TEST_LOG=1 writes it to stderr too */
    unsigned errors;  /* lines of level ERROR */
    unsigned stopped; /* answers to fake_core_stop */

    struct fake_contents *contents; /* see fake_content.h */
};

/* `plugin` may be NULL: then the test drives the plugin's parts itself. */
void fake_core_open(struct fake_core *fake, const struct pxed_plugin *plugin, const void *config);
/* fini, and the loop until nothing is open; the process ends when a handle stays open. */
void fake_core_close(struct fake_core *fake);

/* init and start; 0 or what failed. */
int fake_core_start(struct fake_core *fake);
/* stop, without waiting for its answer. */
void fake_core_stop(struct fake_core *fake);
/* stop, fini and start again; the loop runs between. */
int fake_core_restart(struct fake_core *fake);

void fake_core_give(struct fake_core *fake, const char *name, const void *service);
/* A service that was given or published, or NULL. */
const void *fake_core_service(const struct fake_core *fake, const char *name);
/* The last step of this stage, or NULL. */
const struct fake_step *fake_core_step(const struct fake_core *fake, enum pxed_stage stage);

/* Lets the loop run for so many milliseconds. */
void fake_core_run(struct fake_core *fake, unsigned ms);
/* Runs `work` in a thread while the loop serves, until it returns. */
void fake_core_serve(struct fake_core *fake, void (*work)(void *arg), void *arg);
