/* Writes a DNS answer. Pure. */
#pragma once

#include "pxed/addr.h"
#include "wire/query.h"

enum { DNS_ADDRS_MAX = 8, DNS_ANSWER_MAX = 1232 };

/* What is known about a question. A zeroed one with a code says just that. */
struct dns_found {
    enum dns_rcode code;
    bool owned;       /* the name, or one above it, is ours: AA, and SOA where there are no records */
    size_t apex;      /* where the owned name begins in the question's name */
    bool start, none; /* answer with SOA; with HINFO, which stands for any type (RFC 8482 4.2) */
    struct pxed_addr addrs[DNS_ADDRS_MAX]; /* A or AAAA, by family */
    size_t n_addrs;
    struct pxed_slice target; /* of PTR: a name as text; unset: none */
    uint32_t ttl;             /* seconds */
};

/* Writes at most `room` bytes (of DNS_ANSWER_MAX); what does not fit is left out and TC set. Returns the length. */
size_t dns_answer(const struct dns_query *q, const struct dns_found *found, size_t room, uint8_t *out);
