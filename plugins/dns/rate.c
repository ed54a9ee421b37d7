/* How many questions one address may ask. Pure. */
#include "rate.h"

bool dns_rate_admits(struct dns_rate *r, const struct pxed_addr *peer, uint64_t now) {
    size_t place = pxed_hash(peer->bytes, sizeof(peer->bytes), r->seed) % DNS_BUCKETS;
    uint64_t back = (now - r->buckets[place].at) * DNS_PER_SECOND / 1000;
    unsigned *spent = &r->buckets[place].spent;
    if (back > 0) {
        *spent = back >= *spent ? 0 : *spent - (unsigned)back;
        r->buckets[place].at = now;
    }
    if (*spent >= DNS_BURST)
        return false;
    ++*spent;
    return true;
}
