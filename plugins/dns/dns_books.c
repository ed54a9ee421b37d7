/* Answers one query from what the core and the lease table know. */
#include "dns_books.h"

#include <stdlib.h>

#include "pxed/grow.h"

enum { LEASES_MS = 1000 /* how old the copy of the lease table may be: a flood of questions walks it once a second */ };

/* ---- leases ---- */

static void books_lease(void *arg, const struct pxed_lease *lease) {
    struct dns *d = arg;
    if (!pxed_slice_is(pxed_slice_of(lease->state), "bound") ||
        lease->expires <= (int64_t)(d->core->wall(d->ctx) / 1000))
        return;
    PXED_GROW(d->leased, d->n_leased);
    d->leased[d->n_leased++] = (struct dns_leased){lease->ip, lease->mac};
}

static void books_refresh(struct dns *d) {
    uint64_t now = d->core->now(d->ctx);
    if (!d->leases || (d->leased_at != 0 && now - d->leased_at < LEASES_MS))
        return;
    free(d->leased);
    d->leased = NULL;
    d->n_leased = 0;
    d->leased_at = now;
    d->leases->each(d->leases->self, books_lease, d);
}

static bool books_leased(void *arg, const struct pxed_host *host, struct pxed_addr *ret) {
    struct dns *d = arg;
    books_refresh(d);
    for (size_t m = 0; m < host->n_macs; m++)
        for (size_t i = 0; i < d->n_leased; i++)
            if (pxed_hwaddr_eq(&d->leased[i].mac, &host->macs[m])) {
                *ret = d->leased[i].ip;
                return true;
            }
    return false;
}

static const struct pxed_host *books_leased_by(void *arg, const struct pxed_addr *ip) {
    struct dns *d = arg;
    books_refresh(d);
    for (size_t i = 0; i < d->n_leased; i++)
        if (pxed_addr_eq(&d->leased[i].ip, ip))
            return d->core->host(d->ctx, &d->leased[i].mac);
    return NULL;
}

/* ---- hosts ---- */

static const struct pxed_host *books_host(void *arg, struct pxed_slice name) {
    const struct dns *d = arg;
    return d->names->host(d->names->self, name);
}

static const struct pxed_host *books_host_by_ip(void *arg, const struct pxed_addr *ip) {
    struct dns *d = arg;
    return d->core->host_by_ip(d->ctx, ip);
}

static bool books_is_own(void *arg, const struct pxed_addr *ip) {
    const struct dns *d = arg;
    for (size_t i = 0; i < d->n_links; i++)
        if (pxed_addr_eq(&d->links[i].iface.addr, ip))
            return true;
    return false;
}

size_t dns_books_answer(struct dns_link *link, struct pxed_slice bytes, size_t room, uint8_t *out) {
    struct dns *d = link->dns;
    char text[DNS_TEXT_MAX];
    struct dns_query q;
    struct dns_found found;
    if (!dns_query_read(bytes, &q))
        return 0;
    struct pxed_slice own = d->names->own(d->names->self);
    const struct dns_books books = {
        .own_named = d->own_named,
        .hosts_named = d->hosts_named,
        .own = dns_name_fits(own) ? own : PXED_SLICE(""),
        .address = link->iface.addr,
        .domains = d->domains,
        .n_domains = d->n_domains,
        .arg = d,
        .host = books_host,
        .host_by_ip = books_host_by_ip,
        .leased = books_leased,
        .leased_by = books_leased_by,
        .is_own = books_is_own,
    };
    dns_zone_find(&books, &q, text, &found);
    return dns_answer(&q, &found, room ? room : q.room, out);
}
