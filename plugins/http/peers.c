/* How many connections each address has open, and which of them wait. Pure. */
#include "peers.h"

static size_t peers_home(const struct http_peers *p, const struct pxed_addr *addr) {
    uint64_t h = pxed_hash(addr->bytes, addr->family == 4 ? 4 : 16, p->seed ^ addr->family);
    return (size_t)(h ^ h >> 32) & (HTTP_PEER_SLOTS - 1);
}

/* The slot of `addr`, or the free one where it would go; HTTP_PEER_SLOTS when there is neither. */
static size_t peers_find(const struct http_peers *p, const struct pxed_addr *addr) {
    size_t at = peers_home(p, addr);
    for (size_t n = 0; n < HTTP_PEER_SLOTS; n++, at = (at + 1) & (HTTP_PEER_SLOTS - 1))
        if (p->slots[at].count == 0 || pxed_addr_eq(&p->slots[at].addr, addr))
            return at;
    return HTTP_PEER_SLOTS;
}

bool http_peers_enter(struct http_peers *p, const struct pxed_addr *addr, unsigned limit) {
    size_t at = peers_find(p, addr);
    if (at == HTTP_PEER_SLOTS || p->slots[at].count >= limit)
        return false;
    if (p->slots[at].count == 0)
        p->slots[at].waiting = (struct pxed_queue){0};
    p->slots[at].addr = *addr;
    p->slots[at].count++;
    return true;
}

/* Knuth's deletion: moves entries into the hole that would not be found any more. */
static void close_hole(struct http_peers *p, size_t hole) {
    const size_t mask = HTTP_PEER_SLOTS - 1;
    for (size_t at = (hole + 1) & mask; p->slots[at].count != 0; at = (at + 1) & mask) {
        size_t want = peers_home(p, &p->slots[at].addr);
        if (((at - want) & mask) >= ((at - hole) & mask)) {
            p->slots[hole] = p->slots[at];
            p->slots[at].count = 0;
            hole = at;
        }
    }
}

void http_peers_leave(struct http_peers *p, const struct pxed_addr *addr) {
    size_t at = peers_find(p, addr);
    if (at == HTTP_PEER_SLOTS || p->slots[at].count == 0)
        return;
    if (--p->slots[at].count == 0)
        close_hole(p, at);
}

unsigned http_peers_count(const struct http_peers *p, const struct pxed_addr *addr) {
    size_t at = peers_find(p, addr);
    return at == HTTP_PEER_SLOTS ? 0 : p->slots[at].count;
}

void http_peers_wait(struct http_peers *p, const struct pxed_addr *addr, struct pxed_link *w) {
    pxed_queue_add(&p->waiting, w, HTTP_OF_ALL);
    pxed_queue_add(&p->slots[peers_find(p, addr)].waiting, w, HTTP_OF_PEER);
}

void http_peers_heard(struct http_peers *p, const struct pxed_addr *addr, struct pxed_link *w) {
    pxed_queue_remove(&p->waiting, w, HTTP_OF_ALL);
    pxed_queue_remove(&p->slots[peers_find(p, addr)].waiting, w, HTTP_OF_PEER);
}

const struct pxed_queue *http_peers_waiting(const struct http_peers *p, const struct pxed_addr *addr) {
    static const struct pxed_queue none;
    size_t at = addr ? peers_find(p, addr) : HTTP_PEER_SLOTS;
    if (!addr)
        return &p->waiting;
    return at == HTTP_PEER_SLOTS || p->slots[at].count == 0 ? &none : &p->slots[at].waiting;
}
