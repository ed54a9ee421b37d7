/* The live transfers, found by the client's address and port, and how many each address has. A transfer is unproven
 * until its client has acknowledged something: anyone can send a request in another's name, so these are few and the
 * first to go. */
#pragma once

#include "pxed/addr.h"
#include "pxed/queue.h"

enum { TFTP_TABLE_BUCKETS = 1024, TFTP_PEER_BUCKETS = 256 };

/* The queues that an unproven transfer is in. */
enum { TFTP_OF_ALL, TFTP_OF_PEER };

struct tftp_peer {
    struct tftp_peer *next;
    struct pxed_addr addr;
    size_t n;
    struct pxed_queue unproven;
};

/* Embedded first in a transfer's session. */
struct tftp_entry {
    struct tftp_entry *next;
    struct pxed_link link; /* in the queues, while it is unproven */
    struct pxed_addr addr;
    uint16_t port;
    bool unproven;
};

struct tftp_table {
    struct tftp_entry *buckets[TFTP_TABLE_BUCKETS];
    struct tftp_peer *peers[TFTP_PEER_BUCKETS];
    struct pxed_queue unproven;
    uint64_t seed; /* secret, so that an attacker cannot choose ports that share a bucket */
    size_t n;
};

/* NULL for NULL. */
static inline struct tftp_entry *tftp_entry_of(struct pxed_link *link) {
    return link ? (struct tftp_entry *)((char *)link - offsetof(struct tftp_entry, link)) : NULL;
}

/* The newest transfer of a key; there may be older ones, which tftp_table_next finds. NULL: none. */
struct tftp_entry *tftp_table_find(const struct tftp_table *t, const struct pxed_addr *addr, uint16_t port);
struct tftp_entry *tftp_table_next(const struct tftp_entry *entry);
/* Transfers of one address. */
size_t tftp_table_count(const struct tftp_table *t, const struct pxed_addr *addr);
/* Its unproven transfers, links of entries; of all addresses if `addr` is NULL. */
const struct pxed_queue *tftp_table_unproven(const struct tftp_table *t, const struct pxed_addr *addr);
/* Addr and port are set. It is unproven. */
void tftp_table_add(struct tftp_table *t, struct tftp_entry *entry);
/* The client has answered. */
void tftp_table_prove(struct tftp_table *t, struct tftp_entry *entry);
void tftp_table_remove(struct tftp_table *t, struct tftp_entry *entry);
