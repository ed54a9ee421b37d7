/* Writes leases to the store: an ACK is sent only when its lease is on disk. What the store cannot write now is written
 * when it can. */
#include "dhcp_commit.h"

#include "dhcp_doubt.h"
#include "dhcp_pending.h"
#include "dhcp_send.h"
#include "record.h"

enum { PUTS_MAX = 4, RETRY_MS = 1000, COMPLAIN_MS = 10 * 1000 };

/* The puts of one commit and the memory of their texts. */
struct batch {
    struct pxed_put puts[PUTS_MAX];
    size_t n;
    char keys[PUTS_MAX][PXED_ADDR_TEXT];
    char values[PUTS_MAX][DHCP_RECORD_MAX];
};

static struct pxed_put *batch_add(struct batch *b, uint32_t ip) {
    struct pxed_buf key = PXED_BUF(b->keys[b->n]);
    dhcp_record_key(ip, &key);
    struct pxed_put *put = &b->puts[b->n++];
    *put = (struct pxed_put){.table = DHCP_RECORD_TABLE, .key = pxed_buf_slice(&key), .replaces = PXED_STORE_ANY};
    return put;
}

static void batch_write(struct batch *b, struct dhcp *d, const struct dhcp_lease *e, enum dhcp_lease_state state,
                        uint64_t until, struct pxed_slice name) {
    struct dhcp_record r = {.ip = e->ip, .state = state, .mac = e->mac, .kept = e->kept, .name = name};
    struct pxed_buf value = PXED_BUF(b->values[b->n]);
    r.end = dhcp_record_end(until, dhcp_now(d), (int64_t)d->core->wall(d->ctx));
    dhcp_record_write(&r, &value);
    batch_add(b, e->ip)->value = pxed_buf_slice(&value);
}

/* A machine that gets another address loses its former one in this network, in the same transaction. */
static void batch_settle(struct batch *b, struct dhcp *d, uint32_t lease) {
    const struct dhcp_lease *e = dhcp_lease_at(&d->table, lease);
    uint32_t other = DHCP_NONE;
    while (b->n < PUTS_MAX && (other = dhcp_lease_next(&d->table, e->scope, &e->mac, other, lease)) != DHCP_NONE) {
        const struct dhcp_lease *old = dhcp_lease_at(&d->table, other);
        if (old->pending)
            continue;
        if (dhcp_lease_after(old) == DHCP_FREE)
            batch_add(b, old->ip); /* without a value: deleted */
        else
            batch_write(b, d, old, DHCP_EXPIRED, dhcp_now(d), pxed_slice(old->name, old->name_len));
    }
}

bool dhcp_cannot_write(const struct dhcp *d) {
    const struct pxed_store *s = d->store;
    return s->size >= offsetof(struct pxed_store, failing) + sizeof(s->failing) && s->failing && s->failing(s->self);
}

static void on_retry(uv_timer_t *timer);

static void commit_complain(struct dhcp *d, const struct pxed_hwaddr *mac, uint32_t address) {
    struct pxed_addr ip = pxed_addr_v4(address);
    uint64_t now = dhcp_now(d);
    if (d->unstored_at != 0 && now - d->unstored_at < COMPLAIN_MS)
        return;
    d->unstored_at = now;
    pxed_log(d->ctx, PXED_LOG_ERROR, "lease-unstored", mac, &ip,
             "the store could not write it: leases on disk run on, hosts with ip= are leased, nobody else is");
}

/* No reply waits for this commit: it is tried again. */
static void leave_for_later(struct dhcp *d, uint32_t lease) {
    dhcp_lease_at(&d->table, lease)->unsaved = true;
    if (d->retrying && !uv_is_active((uv_handle_t *)&d->retry))
        uv_timer_start(&d->retry, on_retry, RETRY_MS, RETRY_MS);
}

/* Restores the table, and handles the request again under the rules for a store that cannot write. */
static void commit_give_up(struct dhcp_pending *p) {
    static const struct dhcp_known known = {.unwritten = true};
    struct dhcp *d = p->d;
    commit_complain(d, &p->mac, dhcp_lease_at(&d->table, p->lease)->ip);
    if (p->len == 0) {
        leave_for_later(d, p->lease);
    } else {
        const struct dhcp_lease *e = dhcp_lease_at(&d->table, p->lease);
        if (e->state == DHCP_BOUND && e->unsaved) /* its request only joined */
            leave_for_later(d, p->lease);
        dhcp_lease_undo(&d->table, p->lease, dhcp_now(d));
        d->again(p->port, &p->arrival, pxed_slice((const char *)p->request, p->request_len), &known);
    }
    dhcp_pending_end(p);
}

static void on_stored(void *arg, int result) {
    struct dhcp_pending *p = arg;
    struct dhcp *d = p->d;
    struct dhcp_lease *e = dhcp_lease_at(&d->table, p->lease);
    e->pending = NULL;
    if (d->finished) {
        dhcp_pending_end(p);
        return;
    }
    if (result != PXED_STORE_OK) {
        commit_give_up(p);
        return;
    }
    struct pxed_addr ip = pxed_addr_v4(e->ip);
    e->on_disk = true;
    e->unsaved = false;
    dhcp_lease_bind(&d->table, p->lease, p->until, p->name);
    dhcp_lease_settle(&d->table, p->lease, dhcp_now(d));
    static const struct dhcp_known none;
    if (p->len > 0 && p->again) {
        d->again(p->port, &p->arrival, pxed_slice((const char *)p->request, p->request_len), &none);
    } else if (p->len > 0) {
        dhcp_send(p->port, &p->route, &p->mac, pxed_slice((const char *)p->packet, p->len));
        pxed_log(d->ctx, PXED_LOG_DEBUG, "ack", &p->mac, &ip, "interface=%s", p->port->link->iface.name);
        d->core->step(d->ctx, &p->mac, PXED_STAGE_LEASED, PXED_WHY_OK, &ip, NULL);
    }
    dhcp_pending_end(p);
}

void dhcp_commit(struct dhcp_pending *p) {
    struct dhcp *d = p->d;
    struct dhcp_lease *e = dhcp_lease_at(&d->table, p->lease);
    struct batch b;
    b.n = 0;
    batch_write(&b, d, e, DHCP_BOUND, p->until, p->name.ptr ? p->name : pxed_slice(e->name, e->name_len));
    batch_settle(&b, d, p->lease);
    e->pending = p;
    d->n_pending++;
    if (d->store->commit(d->store->self, b.puts, b.n, on_stored, p) == 0)
        return;
    e->pending = NULL;
    commit_give_up(p);
}

static void on_noted(void *arg, int result) {
    struct dhcp_pending *p = arg;
    struct dhcp *d = p->d;
    if (result != PXED_STORE_OK && !d->finished) {
        commit_complain(d, &p->mac, dhcp_lease_at(&d->table, p->lease)->ip);
        leave_for_later(d, p->lease);
    }
    dhcp_pending_end(p);
}

void dhcp_note(struct dhcp *d, uint32_t lease) {
    const struct dhcp_lease *e = dhcp_lease_at(&d->table, lease);
    struct dhcp_pending *p = dhcp_pending_new(d);
    struct batch b;
    b.n = 0;
    p->lease = lease;
    p->mac = e->mac;
    batch_write(&b, d, e, (enum dhcp_lease_state)e->state, e->until, pxed_slice(e->name, e->name_len));
    d->n_pending++;
    int r = d->store->commit(d->store->self, b.puts, b.n, on_noted, p);
    if (r < 0)
        on_noted(p, r);
}

/* ---- what could not be written ---- */

void dhcp_keep(struct dhcp *d, uint32_t lease, uint64_t until, struct pxed_slice name) {
    dhcp_lease_bind(&d->table, lease, until, name);
    leave_for_later(d, lease);
}

static void commit_save(struct dhcp *d, uint32_t lease) {
    struct dhcp_lease *e = dhcp_lease_at(&d->table, lease);
    if (e->state != DHCP_BOUND)
        e->unsaved = false; /* a lease is, until it is written */
    if (e->state == DHCP_EXPIRED || e->state == DHCP_DECLINED)
        dhcp_note(d, lease);
    if (e->state != DHCP_BOUND || e->pending)
        return;
    struct dhcp_pending *p = dhcp_pending_new(d);
    p->lease = lease;
    p->until = e->until;
    p->mac = e->mac;
    p->name = PXED_NO_SLICE; /* the one it has */
    dhcp_commit(p);
}

static void on_retry(uv_timer_t *timer) {
    struct dhcp *d = timer->data;
    if (dhcp_cannot_write(d))
        return;
    uv_timer_stop(timer); /* a new failure starts it again */
    for (uint32_t i = 0; i < d->table.used; i++)
        if (dhcp_lease_at(&d->table, i)->state != DHCP_FREE && dhcp_lease_at(&d->table, i)->unsaved)
            commit_save(d, i);
    if (d->doubt_wall_ms != 0) {
        dhcp_doubt_save(d);
        uv_timer_start(timer, on_retry, RETRY_MS, RETRY_MS);
    }
}

int dhcp_retry_listen(struct dhcp *d) {
    if (!d->store)
        return 0;
    int r = uv_timer_init(d->core->loop(d->ctx), &d->retry);
    if (r < 0)
        return r;
    d->retry.data = d;
    d->retrying = true;
    d->handles++;
    if (d->doubt_wall_ms != 0)
        on_retry(&d->retry);
    return 0;
}

static void on_retry_closed(uv_handle_t *handle) {
    struct dhcp *d = handle->data;
    dhcp_handle_closed(d);
}

void dhcp_retry_close(struct dhcp *d) {
    if (d->retrying)
        uv_close((uv_handle_t *)&d->retry, on_retry_closed);
    d->retrying = false;
}
