/* A message that needs to know who uses an address waits in memory and is handled again with the answer; nothing else
 * waits. */
#include "dhcp_probe.h"

#include <stdlib.h>
#include <string.h>

#include "dhcp_ask.h"
#include "dhcp_nets.h"
#include "pxed/arena.h"

enum {
    PROBES_MAX = 256,       /* at once, in all networks */
    PROBES_STRANGERS = 192, /* of these for undeclared machines: a flood leaves room for declared ones */
    AGAIN_MS = 200,         /* the second and last probe, in case the first was lost */
    LOOK_MS = 50,           /* the first look: who is there and awake has answered by then */
    END_MS = 500,           /* without an answer by then the address is free */
    TICK_MS = 25,
};

/* A message that waits for the probe. */
struct waiting {
    struct dhcp_port *port;
    struct dhcp_arrival arrival;
    unsigned nth; /* probe for this message */
    bool hasty;   /* the first look is enough */
    size_t len;   /* 0: none waits */
    uint8_t bytes[DHCP_RECV_SIZE];
};

struct dhcp_probe {
    struct dhcp_probe *next;
    struct pxed_hwaddr mac; /* of the client: its own answer does not count as another machine */
    bool there;             /* the client uses it by its own words */
    uint32_t ip;
    unsigned scope;
    uint64_t secret; /* of the questions by ICMP */
    bool taken, own, again;
    bool early;   /* the first look is over */
    bool patient; /* one answer is not enough: other machines matter too */
    uint64_t begun;
    struct waiting message;
};

/* ---- probes ---- */

static void probe_ask(struct dhcp *d, const struct dhcp_probe *p) {
    dhcp_ask(d, p->scope, p->ip, p->secret);
}

/* The timer and the sockets run while a probe does. */
static void probe_run(struct dhcp *d, bool on);

static void probe_again(struct dhcp *d, const struct dhcp_probe *p, const struct waiting *w, bool early) {
    struct dhcp_known known = {.ip = p->ip, .taken = p->taken, .own = p->own, .early = early, .probes = w->nth};
    d->again(w->port, &w->arrival, pxed_slice((const char *)w->bytes, w->len), &known);
}

/* After the first look: what is handled again may lead to further messages for the same probe. */
static void probe_early(struct dhcp *d, struct dhcp_probe *p) {
    struct waiting w = p->message;
    p->early = true;
    if (w.len == 0 || !w.hasty)
        return;
    p->message.len = 0;
    probe_again(d, p, &w, true);
}

/* The message was answered after the first look: what the rest shows stands in the table. */
static void probe_settle(struct dhcp *d, const struct dhcp_probe *p, uint64_t now) {
    struct pxed_addr ip = pxed_addr_v4(p->ip);
    if (!dhcp_lease_looked(&d->table, p->ip, &p->mac, p->taken, now))
        return;
    pxed_log(d->ctx, PXED_LOG_WARNING, "in-use", &p->mac, &ip,
             "net=%s another machine answers at this address: its REQUEST gets a NAK", d->nets[p->scope].label);
}

/* Removes ended probes, then handles their messages again, which may start new probes. */
static void probe_sweep(struct dhcp *d, uint64_t now) {
    struct dhcp_probe *ended = NULL, **at = &d->probes;
    while (*at) {
        struct dhcp_probe *p = *at;
        if ((!p->taken || p->patient) && now - p->begun < END_MS) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        p->next = ended;
        ended = p;
        d->n_probes--;
    }
    while (ended) {
        struct dhcp_probe *p = ended;
        ended = p->next;
        if (p->message.len > 0)
            probe_again(d, p, &p->message, false);
        else
            probe_settle(d, p, now);
        free(p);
    }
    if (d->n_probes == 0)
        probe_run(d, false);
}

static void probe_on_tick(uv_timer_t *timer) {
    struct dhcp *d = timer->data;
    uint64_t now = dhcp_now(d);
    for (struct dhcp_probe *p = d->probes; p; p = p->next) {
        if (!p->early && now - p->begun >= LOOK_MS)
            probe_early(d, p);
        if (!p->again && now - p->begun >= AGAIN_MS) {
            p->again = true;
            probe_ask(d, p);
        }
    }
    probe_sweep(d, now);
}

/* All cards of a host are one machine. */
static bool is_own(struct dhcp *d, const struct pxed_hwaddr *client, const struct pxed_hwaddr *mac) {
    return pxed_hwaddr_eq(client, mac) || pxed_host_has(d->core->host(d->ctx, client), mac);
}

void dhcp_probe_hear(struct dhcp *d, const struct dhcp_answer *answer) {
    bool any = false;
    for (struct dhcp_probe *p = d->probes; p; p = p->next) {
        if (p->ip != answer->ip || (answer->far && p->secret != answer->secret))
            continue;
        bool own = answer->far ? p->there : is_own(d, &p->mac, &answer->mac);
        *(own ? &p->own : &p->taken) = any = true;
    }
    if (any)
        probe_sweep(d, dhcp_now(d));
}

static void probe_run(struct dhcp *d, bool on) {
    if (!d->probing)
        return;
    dhcp_ask_hear(d, DHCP_HEAR_PROBES, on);
    if (on)
        uv_timer_start(&d->probe_timer, probe_on_tick, TICK_MS, TICK_MS);
    else
        uv_timer_stop(&d->probe_timer);
}

static void message_set(struct waiting *w, struct dhcp_port *port, const struct dhcp_arrival *arrival,
                        struct pxed_slice bytes, const struct dhcp_prober *who, const struct dhcp_known *next) {
    w->port = port;
    w->arrival = *arrival;
    w->nth = next->probes;
    w->hasty = who->hasty;
    w->len = bytes.len;
    memcpy(w->bytes, bytes.ptr, bytes.len);
}

/* Is it for the same client, which says nothing else about itself? */
static bool joins(const struct dhcp_probe *p, const struct dhcp_prober *who) {
    return !p->patient && !who->patient && p->there == who->there && pxed_hwaddr_eq(&p->mac, who->mac);
}

static void probe_join(struct dhcp_probe *p, struct dhcp_port *port, const struct dhcp_arrival *arrival,
                       struct pxed_slice bytes, const struct dhcp_prober *who, const struct dhcp_known *next) {
    struct dhcp_known known = *next;
    known.early = p->early && who->hasty;
    if (known.early)
        port->link->d->again(port, arrival, bytes, &known);
    else
        message_set(&p->message, port, arrival, bytes, who, next);
}

bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct dhcp_prober *who, const struct dhcp_known *next) {
    struct dhcp *d = port->link->d;
    const struct dhcp_nets nets = dhcp_nets_of(d);
    if (bytes.len > DHCP_RECV_SIZE)
        return false;
    int scope = dhcp_net_of(&nets, next->ip);
    for (struct dhcp_probe *p = d->probes; p; p = p->next)
        if (p->ip == next->ip) {
            if (joins(p, who)) /* else the client asks again */
                probe_join(p, port, arrival, bytes, who, next);
            return true;
        }
    if (scope == DHCP_NO_SCOPE || !dhcp_ask_can(d, (unsigned)scope)) {
        d->again(port, arrival, bytes, next);
        return true;
    }
    if (d->n_probes >= (who->declared ? PROBES_MAX : PROBES_STRANGERS))
        return false;
    struct dhcp_probe *p = pxed_xalloc(sizeof(*p));
    message_set(&p->message, port, arrival, bytes, who, next);
    p->mac = *who->mac;
    p->there = who->there;
    p->patient = who->patient;
    p->ip = next->ip;
    p->scope = (unsigned)scope;
    p->secret = dhcp_ask_secret();
    p->begun = dhcp_now(d);
    p->next = d->probes;
    d->probes = p;
    if (d->n_probes++ == 0)
        probe_run(d, true);
    probe_ask(d, p);
    return true;
}

/* ---- life ---- */

void dhcp_probe_listen(struct dhcp *d) {
    uv_timer_init(d->core->loop(d->ctx), &d->probe_timer);
    d->probe_timer.data = d;
    d->probing = true;
    d->handles++;
}

void dhcp_probe_forget(struct dhcp *d) {
    while (d->probes) {
        struct dhcp_probe *p = d->probes;
        d->probes = p->next;
        free(p);
    }
    d->n_probes = 0;
    probe_run(d, false);
}

static void probe_on_timer_closed(uv_handle_t *handle) {
    struct dhcp *d = handle->data;
    dhcp_handle_closed(d);
}

void dhcp_probe_close(struct dhcp *d) {
    dhcp_probe_forget(d);
    if (d->probing)
        uv_close((uv_handle_t *)&d->probe_timer, probe_on_timer_closed);
    d->probing = false;
}
