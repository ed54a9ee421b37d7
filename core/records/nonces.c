/* Makes and finds boot nonces. Some bits of one say where it is kept, so nothing is searched. */
#define _GNU_SOURCE
#include "nonces.h"

#include <stdlib.h>
#include <sys/random.h>

#include "decide.h"

enum {
    SLOTS = 1 << 14, /* hosts behind relays that boot within ten minutes, with room */
    TRIES = 64,
    REUSE_MS = 5 * 60 * 1000,
    LIFE_MS = 10 * 60 * 1000,
};

struct nonces {
    struct {
        uint64_t nonce;
        struct pxed_hwaddr mac;
        uint64_t made; /* loop ms */
    } slots[SLOTS];
};

static uint64_t nonces_now(const struct daemon *d) {
    return uv_now(d->loop);
}

static bool nonces_lives(const struct daemon *d, size_t at, uint64_t life) {
    return d->nonces->slots[at].nonce != 0 && nonces_now(d) - d->nonces->slots[at].made < life;
}

/* 64 random bits whose place is free; 0: there is none. */
static uint64_t nonces_draw(const struct daemon *d) {
    for (int n = 0; n < TRIES; n++) {
        uint64_t bits;
        if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
            return 0;
        if (bits != 0 && !nonces_lives(d, bits % SLOTS, LIFE_MS))
            return bits;
    }
    return 0;
}

uint64_t nonces_make(struct daemon *d, const struct pxed_hwaddr *mac) {
    const struct catalogue_host *host;
    struct machine *m = decide_machine(d, mac, &host);
    if (!host)
        return 0;
    if (!d->nonces)
        d->nonces = pxed_xalloc(sizeof(*d->nonces));
    size_t at = machine_awake(m)->nonce % SLOTS;
    if (machine_awake(m)->nonce != 0 && d->nonces->slots[at].nonce == machine_awake(m)->nonce &&
        nonces_lives(d, at, REUSE_MS))
        return machine_awake(m)->nonce;
    machine_edit(m)->nonce = nonces_draw(d);
    at = machine_awake(m)->nonce % SLOTS;
    if (machine_awake(m)->nonce == 0)
        return 0;
    d->nonces->slots[at].nonce = machine_awake(m)->nonce;
    d->nonces->slots[at].mac = m->mac;
    d->nonces->slots[at].made = nonces_now(d);
    return machine_awake(m)->nonce;
}

struct machine *nonces_find(struct daemon *d, uint64_t nonce) {
    size_t at = nonce % SLOTS;
    if (!d->nonces || nonce == 0 || d->nonces->slots[at].nonce != nonce || !nonces_lives(d, at, LIFE_MS))
        return NULL;
    return machines_find(&d->machines, &d->nonces->slots[at].mac);
}

void nonces_free(struct daemon *d) {
    free(d->nonces);
    d->nonces = NULL;
}
