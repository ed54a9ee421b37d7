/* For a list every host that was never heard of is compared with every stranger: thousands with thousands, so a pair
 * costs a few instructions. */
#include "near.h"

#include <stdlib.h>

enum { NEAR_DIGITS = 2, HWADDR_MAX = sizeof(((struct pxed_hwaddr *)0)->bytes), WORDS = (HWADDR_MAX + 7) / 8 };

struct near_mac {
    uint64_t words[WORDS];
    const struct machine *m;
};

static void near_pack(const struct pxed_hwaddr *mac, uint64_t words[static WORDS]) {
    memset(words, 0, WORDS * sizeof(*words));
    for (size_t i = 0; i < mac->len; i++)
        words[i / 8] |= (uint64_t)mac->bytes[i] << i % 8 * 8;
}

/* Hexadecimal digits in which they differ. */
static unsigned near_digits(uint64_t a, uint64_t b) {
    uint64_t x = a ^ b;
    x |= x >> 2;
    x |= x >> 1;
    return (unsigned)__builtin_popcountll(x & UINT64_C(0x1111111111111111));
}

static void near_count(void *arg, struct machine *m) {
    struct near *near = arg;
    near->n += !m->declared && machine_rec(m)->stage != PXED_STAGE_NONE;
}

static void near_add(void *arg, struct machine *m) {
    struct near *near = arg;
    if (m->declared || machine_rec(m)->stage == PXED_STAGE_NONE)
        return;
    near_pack(&m->mac, near->items[near->n].words);
    near->items[near->n++].m = m;
}

static void near_read(struct near *near, struct machines *ms) {
    machines_each(ms, near_count, near);
    near->items = pxed_xalloc((near->n + 1) * sizeof(*near->items));
    near->n = 0;
    machines_each(ms, near_add, near);
    near->read = true;
}

const struct machine *near_find(struct near *near, struct machines *ms, const struct pxed_host *host) {
    const struct machine *found = NULL;
    unsigned best = NEAR_DIGITS + 1;
    if (!near->read)
        near_read(near, ms);
    for (size_t i = 0; i < host->n_macs; i++) {
        uint64_t words[WORDS];
        near_pack(&host->macs[i], words);
        for (size_t k = 0; k < near->n; k++) {
            const struct near_mac *item = &near->items[k];
            unsigned digits = near_digits(words[0], item->words[0]);
            for (size_t w = 1; w < WORDS && digits < best; w++)
                digits += near_digits(words[w], item->words[w]);
            if (digits > 0 && digits < best && item->m->mac.len == host->macs[i].len) {
                best = digits;
                found = item->m;
            }
        }
    }
    return found;
}

void near_end(struct near *near) {
    free(near->items);
    *near = (struct near){0};
}
