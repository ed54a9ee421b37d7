/* The service "veto/1": a plugin that is asked before machines are armed by an order. While it is published, a new line
 * arms nothing by itself: it waits for `pxed arm --new`, which asks. Loop thread only. Since minor 8. */
#pragma once

#include "pxed/addr.h"
#include "pxed/reason.h"

struct pxed_veto_host {
    struct pxed_hwaddr mac;
    struct pxed_slice name, os; /* os: that would be installed */
};

/* Borrowed for the call. */
struct pxed_veto_question {
    const struct pxed_veto_host *hosts;
    size_t n;
    struct pxed_slice who;
    bool erases; /* the right would be `any` */
};

struct pxed_veto_service {
    uint32_t size;
    void *self;
    /* `done` comes exactly once, later, within a bounded time: OK, HOOK_REFUSED or HOOK_SILENT, and who said what, for
     * the journal. Until then nothing is recorded. */
    void (*ask)(void *self, const struct pxed_veto_question *question,
                void (*done)(void *arg, enum pxed_reason why, const char *text), void *arg);
};
