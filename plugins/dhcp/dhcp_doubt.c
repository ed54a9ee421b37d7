/* Leases that a restored older store does not have may still be in use: how long every address is probed before it is
 * given. */
#include "dhcp_doubt.h"

#include <string.h>

#include "dhcp_pending.h"

static const char own_table[] = "dhcp", doubt_key[] = "doubt";

static void on_own_record(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version) {
    uint64_t *doubt = arg;
    (void)version;
    if (pxed_slice_is(key, doubt_key))
        (void)pxed_slice_u64(value, INT64_MAX, doubt);
}

static bool store_is_old(const struct pxed_store *s) {
    return s->size >= offsetof(struct pxed_store, old) + sizeof(s->old) && s->old && s->old(s->self);
}

/* Leases may have been lost with an older store: as long as one of them can be in use, across restarts, every address
 * is probed before it is given. */
int dhcp_doubt_load(struct dhcp *d) {
    uint64_t wall = d->core->wall(d->ctx), until = 0;
    int r = d->store->load(d->store->self, own_table, on_own_record, &until);
    if (r < 0) {
        pxed_log(d->ctx, PXED_LOG_ERROR, "leases-unreadable", NULL, NULL, "cannot read the store: %s", strerror(-r));
        return r;
    }
    if (store_is_old(d->store) && until < wall + d->config->lease_time)
        d->doubt_wall_ms = until = wall + d->config->lease_time;
    if (until > wall) {
        d->doubt_until = dhcp_now(d) + (until - wall);
        pxed_log(d->ctx, PXED_LOG_WARNING, "leases-doubtful", NULL, NULL,
                 "leases may have been lost: for %llu s an address is probed before a machine without a lease gets it",
                 (unsigned long long)((until - wall) / 1000));
    }
    return 0;
}

static void on_doubt_saved(void *arg, int result) {
    struct dhcp_pending *p = arg;
    if (result == PXED_STORE_OK)
        p->d->doubt_wall_ms = 0;
    dhcp_pending_end(p);
}

void dhcp_doubt_save(struct dhcp *d) {
    char text[24];
    struct pxed_buf value = PXED_BUF(text);
    struct dhcp_pending *p = dhcp_pending_new(d);
    pxed_buf_u64(&value, d->doubt_wall_ms);
    struct pxed_put put = {.table = own_table,
                           .key = pxed_slice_of(doubt_key),
                           .value = pxed_buf_slice(&value),
                           .replaces = PXED_STORE_ANY};
    d->n_pending++;
    int r = d->store->commit(d->store->self, &put, 1, on_doubt_saved, p);
    if (r < 0)
        on_doubt_saved(p, r);
}
