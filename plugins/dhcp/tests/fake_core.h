/* A core and a store for the plugin's I/O test: what the plugin told them is kept for the test to look at. */
#pragma once

#include <uv.h>

#include "pxed/plugin.h"

struct fake_step {
    struct pxed_hwaddr mac;
    enum pxed_stage stage;
    enum pxed_reason reason;
    struct pxed_addr ip;
};

struct fake_record {
    char table[16], key[64], value[256];
};

struct fake {
    uv_loop_t loop;
    struct pxed_ctx ctx;
    struct pxed_iface iface;
    struct pxed_verdict verdict; /* for every boot client */
    const struct pxed_host *host;
    struct fake_step steps[64];
    unsigned n_steps;
    enum pxed_reason refused; /* the last refusal without a machine */
    unsigned n_refused;
    const void *leases; /* what was published as leases/1 */
    struct fake_record records[128];
    unsigned n_records;
    unsigned commits;
    bool hold;         /* commits wait until fake_release */
    int result;        /* of the next commits */
    bool failing, old; /* what the store says of itself */
    bool plain;        /* it is of the first ABI: it says nothing */
    uint64_t wall;     /* ms; 0: the real clock */
    struct {
        void (*done)(void *arg, int result);
        void *arg;
    } waiting[64];
    unsigned n_waiting;
    uv_idle_t later;
    bool stopped;
};

void fake_open(struct fake *f, const void *config);
void fake_close(struct fake *f);
/* Lets the loop run for so long. */
void fake_run(struct fake *f, unsigned ms);
/* Answers the commits that were held. */
void fake_release(struct fake *f);
/* The last step of this stage; NULL: none. */
const struct fake_step *fake_last(const struct fake *f, enum pxed_stage stage);
void fake_stopped(struct pxed_ctx *ctx);
