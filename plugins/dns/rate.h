/* How many questions one address may ask. Pure; times are monotonic milliseconds. */
#pragma once

#include "pxed/addr.h"

enum {
    DNS_BUCKETS = 1024,  /* addresses share them: a forged one gets no bucket of its own */
    DNS_PER_SECOND = 50, /* of one address: a booting machine asks a few, an installer some dozens */
    DNS_BURST = 200,
};

struct dns_rate {
    uint64_t seed; /* of the hash, so that nobody can choose whose bucket he empties */
    struct {
        uint64_t at;    /* when it was last filled up */
        unsigned spent; /* of DNS_BURST; zeroed it is full */
    } buckets[DNS_BUCKETS];
};

/* May this address ask once more? */
bool dns_rate_admits(struct dns_rate *r, const struct pxed_addr *peer, uint64_t now);
