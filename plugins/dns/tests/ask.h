/* Makes DNS queries byte by byte, and a small site that is asked: for the tests and the fuzz target. */
#pragma once

#include "rate.h"
#include "zone.h"

enum { ASK_MAX = 600 };

struct ask {
    uint8_t bytes[ASK_MAX];
    size_t n;
};

/* A query for `name` (text; "" is the root), recursion desired, id 0x1234. */
struct ask ask_make(const char *name, uint16_t type);
/* Adds OPT with this UDP size and version. */
void ask_edns(struct ask *a, uint16_t size, uint8_t version);
struct pxed_slice ask_slice(const struct ask *a);

/* pxe-server at 10.77.0.1; web01 with ip= 10.77.0.60 and an IPv6 address; db01, leased 10.77.0.51, in db.example.org;
 * idle, without an address; clients get the domain example.org. */
extern struct dns_books ask_site;
/* Parses and answers; the answer lies in `out` (DNS_ANSWER_MAX). 0: none. */
size_t ask_site_answer(struct pxed_slice query, size_t room, uint8_t *out);
