/* The live transfers, found by the client's address and port, and how many each address has. */
#pragma once

#include "pxed/addr.h"

enum { TFTP_TABLE_BUCKETS = 1024, TFTP_PEER_BUCKETS = 256 };

struct tftp_peer {
    struct tftp_peer *next;
    struct pxed_addr addr;
    size_t n;
};

/* Embedded first in a transfer's session. */
struct tftp_entry {
    struct tftp_entry *next;
    struct pxed_addr addr;
    uint16_t port;
};

struct tftp_table {
    struct tftp_entry *buckets[TFTP_TABLE_BUCKETS];
    struct tftp_peer *peers[TFTP_PEER_BUCKETS];
    uint64_t seed; /* secret, so that an attacker cannot choose ports that share a bucket */
    size_t n;
};

/* The newest transfer of a key; there may be older ones, which tftp_table_next finds. NULL: none. */
struct tftp_entry *tftp_table_find(const struct tftp_table *t, const struct pxed_addr *addr, uint16_t port);
struct tftp_entry *tftp_table_next(const struct tftp_entry *entry);
/* Transfers of one address. */
size_t tftp_table_count(const struct tftp_table *t, const struct pxed_addr *addr);
/* Addr and port are set. */
void tftp_table_add(struct tftp_table *t, struct tftp_entry *entry);
void tftp_table_remove(struct tftp_table *t, struct tftp_entry *entry);
