/* When a boot has come to nothing, and at which step. Pure. */
#pragma once

#include "lifecycle.h"
#include "pxed/reason.h"

/* Milliseconds after which nothing more is to be expected. A loader may wait for spanning tree and for DHCP again; an
 * installer starts its kernel, finds its network card and asks. After SILENCE_OVER nobody looks any more. */
enum {
    SILENCE_LOADER = 90 * 1000,
    SILENCE_SCRIPT = 60 * 1000,
    SILENCE_KERNEL = 120 * 1000,
    SILENCE_ANSWER = 10 * 60 * 1000,
    SILENCE_OVER = 20 * 60 * 1000,
};

struct silence_facts {
    enum pxed_stage stage; /* the last one of this boot */
    int64_t quiet;         /* ms since then */
    bool armed;
    bool own_script; /* the operator's: what it makes the machine ask for is not known */
    bool loads;      /* something is being sent to it */
    bool initrd;     /* its plan has one */
    bool initrd_asked;
    bool answer;    /* pxed has an answer file for it */
    bool elsewhere; /* its net gets kernels and initrds from another server: what it asks there is not seen */
};

/* May it have fallen silent there later on? */
bool silence_due(enum pxed_stage stage);
/* OK: it has not, or that is not known yet. */
enum pxed_reason silence_of(const struct silence_facts *f);
