/* Probes free addresses before a machine asks for one: a timer that runs while there is something to ask, and once a
 * minute. */
#include "dhcp_ahead.h"

#include <stdlib.h>

#include "dhcp_ask.h"
#include "dhcp_nets.h"
#include "dhcp_store.h"

static void on_step(uv_timer_t *timer) {
    struct dhcp *d = timer->data;
    struct dhcp_ahead_entry *ask[DHCP_AHEAD_STEP];
    uint64_t ms;
    unsigned n = dhcp_ahead_step(&d->table, dhcp_reserved_of(d, 0), dhcp_now(d), ask, &ms);
    dhcp_ask_hear(d, DHCP_HEAR_AHEAD, ms < DHCP_AHEAD_REST_MS);
    for (unsigned i = 0; i < n; i++) {
        ask[i]->secret = dhcp_ask_secret();
        dhcp_ask(d, ask[i]->scope, ask[i]->ip, ask[i]->secret);
    }
    uv_timer_start(timer, on_step, ms, 0);
}

void dhcp_ahead_wake(struct dhcp *d) {
    if (d->table.ahead && d->table.ahead->lacking && uv_timer_get_due_in(&d->ahead_timer) > DHCP_AHEAD_TICK_MS)
        uv_timer_start(&d->ahead_timer, on_step, 0, 0);
}

/* Is it, as far as one can see, the machine whose lease this was? It keeps its claim. */
static bool is_last_owner(struct dhcp *d, const struct dhcp_lease *lease, const struct dhcp_answer *answer) {
    if (lease->state != DHCP_EXPIRED || lease->mac.len == 0)
        return false;
    return answer->far || pxed_hwaddr_eq(&lease->mac, &answer->mac) ||
           pxed_host_has(d->core->host(d->ctx, &lease->mac), &answer->mac);
}

/* A stranger uses a free address. */
static void keep_back(struct dhcp *d, unsigned scope, const struct dhcp_answer *answer, uint64_t now) {
    static const struct pxed_hwaddr nobody;
    dhcp_table_room(d);
    uint32_t index = dhcp_lease_hold(&d->table, scope, answer->ip, &nobody, now);
    if (index != DHCP_NONE)
        dhcp_lease_decline(&d->table, index, now);
    struct pxed_addr ip = pxed_addr_v4(answer->ip);
    pxed_log(d->ctx, PXED_LOG_WARNING, "in-use", answer->far ? NULL : &answer->mac, &ip,
             "net=%s a machine without a lease answers at this address: it is not given", d->nets[scope].label);
}

void dhcp_ahead_hear(struct dhcp *d, const struct dhcp_answer *answer) {
    static const struct pxed_hwaddr nobody;
    const struct dhcp_ahead_entry *e = d->table.ahead ? dhcp_ahead_find(d->table.ahead, answer->ip) : NULL;
    uint64_t now = dhcp_now(d);
    if (!e || (answer->far && answer->secret != e->secret))
        return;
    unsigned scope = e->scope;
    if (!dhcp_ahead_answered(&d->table, answer->ip, now))
        return;
    uint32_t index = dhcp_lease_by_ip(&d->table, answer->ip);
    const struct dhcp_lease *lease = index == DHCP_NONE ? NULL : dhcp_lease_at(&d->table, index);
    if (!lease || (dhcp_lease_open_to(lease, &nobody, now) && !is_last_owner(d, lease, answer)))
        keep_back(d, scope, answer, now);
}

/* ---- life ---- */

int dhcp_ahead_listen(struct dhcp *d) {
    if (!d->serves)
        return 0;
    d->ahead_entries = calloc(DHCP_AHEAD_ALL, sizeof(*d->ahead_entries)); /* pages that are not used take no memory */
    if (!d->ahead_entries)
        return UV_ENOMEM;
    dhcp_ahead_init(&d->ahead, d->ahead_entries, &d->table);
    d->table.ahead = &d->ahead;
    uv_timer_init(d->core->loop(d->ctx), &d->ahead_timer);
    d->ahead_timer.data = d;
    d->handles++;
    return uv_timer_start(&d->ahead_timer, on_step, 0, 0);
}

void dhcp_ahead_stop(struct dhcp *d) {
    if (d->table.ahead)
        uv_timer_stop(&d->ahead_timer);
    dhcp_ask_hear(d, DHCP_HEAR_AHEAD, false);
}

static void on_timer_closed(uv_handle_t *handle) {
    dhcp_handle_closed(handle->data);
}

void dhcp_ahead_close(struct dhcp *d) {
    dhcp_ahead_stop(d);
    if (d->ahead_entries)
        uv_close((uv_handle_t *)&d->ahead_timer, on_timer_closed);
    free(d->ahead_entries);
    d->ahead_entries = NULL;
    d->table.ahead = NULL;
}
