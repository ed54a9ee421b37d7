/* The sessions by address and port, and how many an address has. */
#include "table.h"

#include <stdlib.h>

#include "pxed/arena.h"

static size_t addr_len(const struct pxed_addr *addr) {
    return addr->family == 4 ? 4 : sizeof(addr->bytes);
}

static uint64_t peer_hash(const struct tftp_table *t, const struct pxed_addr *addr) {
    return pxed_hash(addr->bytes, addr_len(addr), t->seed);
}

static size_t bucket_of(const struct tftp_table *t, const struct pxed_addr *addr, uint16_t port) {
    return pxed_hash(&port, sizeof(port), peer_hash(t, addr)) % TFTP_TABLE_BUCKETS;
}

/* The link that points to the address's counter, or the end of its chain. */
static struct tftp_peer **peer_link(const struct tftp_table *t, const struct pxed_addr *addr) {
    struct tftp_peer **link = (struct tftp_peer **)&t->peers[peer_hash(t, addr) % TFTP_PEER_BUCKETS];
    while (*link && !pxed_addr_eq(&(*link)->addr, addr))
        link = &(*link)->next;
    return link;
}

static struct tftp_entry *find_from(struct tftp_entry *entry, const struct pxed_addr *addr, uint16_t port) {
    while (entry && (entry->port != port || !pxed_addr_eq(&entry->addr, addr)))
        entry = entry->next;
    return entry;
}

struct tftp_entry *tftp_table_find(const struct tftp_table *t, const struct pxed_addr *addr, uint16_t port) {
    return find_from(t->buckets[bucket_of(t, addr, port)], addr, port);
}

struct tftp_entry *tftp_table_next(const struct tftp_entry *entry) {
    return find_from(entry->next, &entry->addr, entry->port);
}

size_t tftp_table_count(const struct tftp_table *t, const struct pxed_addr *addr) {
    const struct tftp_peer *peer = *peer_link(t, addr);
    return peer ? peer->n : 0;
}

const struct pxed_queue *tftp_table_unproven(const struct tftp_table *t, const struct pxed_addr *addr) {
    static const struct pxed_queue none;
    const struct tftp_peer *peer = addr ? *peer_link(t, addr) : NULL;
    return !addr ? &t->unproven : peer ? &peer->unproven : &none;
}

void tftp_table_prove(struct tftp_table *t, struct tftp_entry *entry) {
    if (!entry->unproven)
        return;
    entry->unproven = false;
    pxed_queue_remove(&t->unproven, &entry->link, TFTP_OF_ALL);
    pxed_queue_remove(&(*peer_link(t, &entry->addr))->unproven, &entry->link, TFTP_OF_PEER);
}

void tftp_table_add(struct tftp_table *t, struct tftp_entry *entry) {
    struct tftp_entry **bucket = &t->buckets[bucket_of(t, &entry->addr, entry->port)];
    struct tftp_peer **link = peer_link(t, &entry->addr);
    if (!*link) {
        *link = pxed_xalloc(sizeof(**link));
        (*link)->addr = entry->addr;
    }
    (*link)->n++;
    entry->unproven = true;
    pxed_queue_add(&t->unproven, &entry->link, TFTP_OF_ALL);
    pxed_queue_add(&(*link)->unproven, &entry->link, TFTP_OF_PEER);
    entry->next = *bucket;
    *bucket = entry;
    t->n++;
}

void tftp_table_remove(struct tftp_table *t, struct tftp_entry *entry) {
    struct tftp_entry **at = &t->buckets[bucket_of(t, &entry->addr, entry->port)];
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    tftp_table_prove(t, entry);
    struct tftp_peer **link = peer_link(t, &entry->addr), *peer = *link;
    if (--peer->n == 0) {
        *link = peer->next;
        free(peer);
    }
    t->n--;
}
