/* Which solicitors to answer, and when to send nothing: the state of one interface. Pure; times are monotonic
 * milliseconds. */
#pragma once

#include "wire/router.h"

enum {
    RA_ROUTERS = 8,
    RA_WAITING = 512,
    RA_PATIENCE_MS = 3000,    /* a solicitation is remembered this long: the DISCOVER may come after it */
    RA_LOOK_AGAIN_MS = 50,    /* ... and checked again this often */
    RA_LOADER_MS = 60 * 1000, /* a machine counts as a loader this long after its last DHCP message */
};

struct ra_router {
    uint8_t address[16];
    uint64_t until; /* 0: unused */
};

struct ra_waiting {
    uint8_t address[16];
    struct pxed_hwaddr mac;
    uint64_t since;
};

struct ra_watch {
    struct ra_router routers[RA_ROUTERS];
    struct ra_waiting waiting[RA_WAITING];
    size_t n_waiting;
};

/* A real router was heard; lifetime 0: it is no longer a router. */
void ra_heard_router(struct ra_watch *w, const uint8_t address[16], uint16_t lifetime, uint64_t now);
/* Is a real router on the link? Then it answers, and we must not. */
bool ra_has_router(const struct ra_watch *w, uint64_t now);

/* Remembers a solicitor that is not (yet) known as a loader. Repeating is harmless; if all places are taken the one
 * that has waited longest is dropped. */
void ra_wait(struct ra_watch *w, const uint8_t address[16], const struct pxed_hwaddr *mac, uint64_t now);
/* Drops those that have waited too long, then calls `is_loader` for each of the others and `answer` for those that are;
 * they are dropped too. */
void ra_look_again(struct ra_watch *w, uint64_t now, bool (*is_loader)(void *arg, const struct pxed_hwaddr *mac),
                   void (*answer)(void *arg, const uint8_t address[16], const struct pxed_hwaddr *mac), void *arg);
