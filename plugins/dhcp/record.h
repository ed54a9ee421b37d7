/* A lease as the store keeps it. Key: the address, because one address has one lease; so no crash can leave two owners
 * of one address behind. Value: one line of text, `1 bound 1795400000 1-525400aa0033 web01`: version, state, end in
 * seconds since the epoch, hardware type and address, host name if any (`-`: none, when
 * a word follows), and `kept` when ip= gave it. Pure. */
#pragma once

#include "leases.h"

#define DHCP_RECORD_TABLE "lease"
enum { DHCP_RECORD_MAX = 192 };

struct dhcp_record {
    uint32_t ip;
    enum dhcp_lease_state state; /* BOUND, EXPIRED or DECLINED */
    int64_t end;
    struct pxed_hwaddr mac; /* of length 0: none (declined) */
    bool kept;              /* given because of ip= */
    struct pxed_slice name; /* points into the value when read */
};

void dhcp_record_key(uint32_t ip, struct pxed_buf *out);
void dhcp_record_write(const struct dhcp_record *r, struct pxed_buf *out);
/* False when it is not a record of this version. */
bool dhcp_record_read(struct pxed_slice key, struct pxed_slice value, struct dhcp_record *ret);

/* The lease table runs on the monotonic clock (ms), so that a step of the wall clock ends no lease; records on the wall
 * clock (s). */
uint64_t dhcp_record_until(int64_t end, uint64_t now, int64_t wall_ms);
int64_t dhcp_record_end(uint64_t until, uint64_t now, int64_t wall_ms);
