/* A fake core for the tests of a plugin: a struct pxed_core that answers as the test says and records the calls. A test
 * may replace members of `core`. */
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
    struct pxed_ctx ctx;   /* must be first: the functions cast it back */
    struct pxed_core core; /* may be changed between fake_core_open and the plugin's init */
    const struct pxed_plugin *plugin;
    uv_loop_t loop;

    /* What the core answers. */
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

    /* What the plugin reported. */
    struct fake_step steps[64];
    unsigned n_steps;
    unsigned refused[PXED_REASON_COUNT]; /* refusals without a machine */
    enum pxed_reason last_refused;
    char log[4096];   /* "event: text\n", cut at the end; PXED_TEST_LOG=1 writes it to stderr too */
    unsigned errors;  /* lines of level ERROR */
    unsigned stopped; /* times that a stop was completed */

    struct fake_contents *contents; /* see fake_content.h */
};

/* `plugin` may be NULL: then the test drives the plugin's parts itself. */
void fake_core_open(struct fake_core *fake, const struct pxed_plugin *plugin, const void *config);
/* Calls fini and runs the loop until no handle is open; the process ends if one stays open. */
void fake_core_close(struct fake_core *fake);

/* Calls init and start; 0 or the result of the one that failed. */
int fake_core_start(struct fake_core *fake);
/* Calls stop without waiting for its answer. */
void fake_core_stop(struct fake_core *fake);
/* Calls stop, fini and start again; the loop runs in between. */
int fake_core_restart(struct fake_core *fake);

void fake_core_give(struct fake_core *fake, const char *name, const void *service);
/* A service that the plugin published or the test provided, or NULL. */
const void *fake_core_service(const struct fake_core *fake, const char *name);
/* The last step of this stage, or NULL. */
const struct fake_step *fake_core_step(const struct fake_core *fake, enum pxed_stage stage);

/* Runs the loop for so many milliseconds. */
void fake_core_run(struct fake_core *fake, unsigned ms);
/* Runs `work` in a thread while the loop runs, until it returns. */
void fake_core_serve(struct fake_core *fake, void (*work)(void *arg), void *arg);
