/* A token bucket for each address; the one that was filled longest ago makes room. Pure. */
#include "rate.h"

static struct console_rate_slot *slot_of(struct console_rate *r, const struct pxed_addr *addr, uint64_t now) {
    struct console_rate_slot *oldest = &r->slots[0];
    for (size_t i = 0; i < CONSOLE_RATE_SLOTS; i++) {
        struct console_rate_slot *s = &r->slots[i];
        if (s->addr.family != 0 && pxed_addr_eq(&s->addr, addr))
            return s;
        if (s->addr.family == 0 || (oldest->addr.family != 0 && s->at < oldest->at))
            oldest = s;
    }
    *oldest = (struct console_rate_slot){*addr, now, CONSOLE_RATE_BURST};
    return oldest;
}

bool console_rate_takes(struct console_rate *r, const struct pxed_addr *addr, uint64_t now) {
    struct console_rate_slot *s = slot_of(r, addr, now);
    uint64_t more = (now - s->at) / CONSOLE_RATE_MS;
    if (more > 0) {
        s->left = more > CONSOLE_RATE_BURST - s->left ? CONSOLE_RATE_BURST : s->left + (unsigned)more;
        s->at = s->left == CONSOLE_RATE_BURST ? now : s->at + more * CONSOLE_RATE_MS;
    }
    if (s->left == 0)
        return false;
    s->left--;
    return true;
}
