/* The live transfers, found by the client's address and port, and how many each address has. A transfer is unproven
 * until its client has acknowledged something: anyone can send a request in another's name, so these are few and the
 * first to go. */
#pragma once

#include "pxed/addr.h"

enum { TFTP_TABLE_BUCKETS = 1024, TFTP_PEER_BUCKETS = 256 };

struct tftp_entry;

/* Unproven transfers, the oldest first. */
struct tftp_queue {
    struct tftp_entry *first, *last;
    size_t n;
};

/* The queues that an unproven transfer is in. */
enum { TFTP_OF_ALL, TFTP_OF_PEER, TFTP_QUEUES };

struct tftp_peer {
    struct tftp_peer *next;
    struct pxed_addr addr;
    size_t n;
    struct tftp_queue unproven;
};

/* Embedded first in a transfer's session. */
struct tftp_entry {
    struct tftp_entry *next;
    struct {
        struct tftp_entry *older, *newer;
    } in[TFTP_QUEUES];
    struct pxed_addr addr;
    uint16_t port;
    bool unproven;
};

struct tftp_table {
    struct tftp_entry *buckets[TFTP_TABLE_BUCKETS];
    struct tftp_peer *peers[TFTP_PEER_BUCKETS];
    struct tftp_queue unproven;
    uint64_t seed; /* secret, so that an attacker cannot choose ports that share a bucket */
    size_t n;
};

/* The newest transfer of a key; there may be older ones, which tftp_table_next finds. NULL: none. */
struct tftp_entry *tftp_table_find(const struct tftp_table *t, const struct pxed_addr *addr, uint16_t port);
struct tftp_entry *tftp_table_next(const struct tftp_entry *entry);
/* Transfers of one address. */
size_t tftp_table_count(const struct tftp_table *t, const struct pxed_addr *addr);
/* Its unproven transfers; of all addresses if `addr` is NULL. */
const struct tftp_queue *tftp_table_unproven(const struct tftp_table *t, const struct pxed_addr *addr);
/* Addr and port are set. It is unproven. */
void tftp_table_add(struct tftp_table *t, struct tftp_entry *entry);
/* The client has answered. */
void tftp_table_prove(struct tftp_table *t, struct tftp_entry *entry);
void tftp_table_remove(struct tftp_table *t, struct tftp_entry *entry);
