/* As much of the core as the store needs. */
#pragma once

#include <uv.h>

#include "pxed/plugin.h"

struct fake_core {
    struct pxed_ctx ctx;
    uv_loop_t loop;
    const char *state_dir;
    const void *service; /* published */
    char log[4096];      /* "event: text\n" */
    unsigned errors;     /* lines of level ERROR */
};

extern const struct pxed_plugin *pxed_plugin_query(uint16_t host_major);

void fake_core_open(struct fake_core *fake, const char *state_dir, const void *config);
/* Runs fini and the loop until nothing is open. */
void fake_core_close(struct fake_core *fake);
