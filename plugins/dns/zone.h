/* Which names are ours, and what they stand for. Pure. */
#pragma once

#include "pxed/model.h"
#include "wire/answer.h"

enum { DNS_DOMAINS_MAX = 64, DNS_TEXT_MAX = 254 };

/* What the zone is made of; the functions are asked while a question is answered. */
struct dns_books {
    bool own_named, hosts_named;      /* [dns] names */
    struct pxed_slice own;            /* pxed's name; empty: none */
    struct pxed_addr address;         /* pxed's on the interface that was asked */
    const struct pxed_slice *domains; /* what clients are given as their domain */
    size_t n_domains;
    void *arg;
    const struct pxed_host *(*host)(void *arg, struct pxed_slice name);
    const struct pxed_host *(*host_by_ip)(void *arg, const struct pxed_addr *ip);
    /* The address that a host without ip= has now; false: none. */
    bool (*leased)(void *arg, const struct pxed_host *host, struct pxed_addr *ret);
    const struct pxed_host *(*leased_by)(void *arg, const struct pxed_addr *ip);
    bool (*is_own)(void *arg, const struct pxed_addr *ip); /* an address of a served interface */
};

/* `text`: room for the target of a PTR record, DNS_TEXT_MAX bytes; it must live as long as *ret is used. */
void dns_zone_find(const struct dns_books *books, const struct dns_query *q, char *text, struct dns_found *ret);

/* A name as a DNS message can hold it: labels of 1 to 63 bytes, 253 in all. */
bool dns_name_fits(struct pxed_slice name);
