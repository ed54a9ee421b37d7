/* ARP probes to find out who uses an address. The message that needs one waits in memory and is handled again with the
 * answer; nothing else waits. */
#include "dhcp_probe.h"

#include <errno.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pxed/arena.h"
#include "wire/arp.h"

enum {
    PROBES_MAX = 256,       /* at once, in all networks */
    PROBES_STRANGERS = 192, /* of these for undeclared machines: a flood leaves room for declared ones */
    AGAIN_MS = 200,         /* the second and last probe, in case the first was lost */
    END_MS = 500,           /* without an answer by then the address is free */
    TICK_MS = 50,
    ARP_PER_TURN = 256,
};

struct dhcp_probe {
    struct dhcp_probe *next;
    struct dhcp_port *port;
    struct dhcp_arrival arrival;
    struct pxed_hwaddr mac; /* of the client: its own answer does not count as another machine */
    uint32_t ip;
    unsigned nth; /* probe for this message */
    bool taken, own, again;
    bool patient; /* one answer is not enough: other machines matter too */
    uint64_t begun;
    size_t len;
    uint8_t bytes[DHCP_RECV_SIZE];
};

/* ---- the socket ---- */

/* Opened before the capability is dropped; bound to one interface, so that an answer belongs to one network. */
void dhcp_probe_open(struct dhcp_link *link) {
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_ARP), .sll_ifindex = (int)link->iface.index};
    link->arp = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETHERTYPE_ARP));
    if (link->arp >= 0 && bind(link->arp, (const struct sockaddr *)&at, sizeof(at)) == 0)
        return;
    pxed_log(link->d->ctx, PXED_LOG_WARNING, "socket-failed", NULL, NULL,
             "interface=%s no ARP socket: no DECLINE counts, and no address is probed error=%s", link->iface.name,
             strerror(errno));
    if (link->arp >= 0)
        close(link->arp);
    link->arp = -1;
}

static void probe_ask(const struct dhcp_probe *p) {
    const struct dhcp_link *link = p->port->link;
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETHERTYPE_ARP),
                             .sll_ifindex = (int)link->iface.index,
                             .sll_halen = 6,
                             .sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    uint8_t packet[DHCP_ARP_SIZE];
    dhcp_arp_probe(packet, link->iface.mac.bytes, p->ip);
    /* A probe that cannot be sent counts as lost: the second one may get through. */
    (void)sendto(link->arp, packet, sizeof(packet), MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
}

/* ---- probes ---- */

static void listen_to_arp(struct dhcp *d, bool on);

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
        struct dhcp_known known = {.ip = p->ip, .taken = p->taken, .own = p->own, .probes = p->nth};
        d->again(p->port, &p->arrival, pxed_slice((const char *)p->bytes, p->len), &known);
        free(p);
    }
    if (d->n_probes == 0)
        listen_to_arp(d, false);
}

static void probe_on_tick(uv_timer_t *timer) {
    struct dhcp *d = timer->data;
    uint64_t now = dhcp_now(d);
    for (struct dhcp_probe *p = d->probes; p; p = p->next)
        if (!p->again && now - p->begun >= AGAIN_MS) {
            p->again = true;
            probe_ask(p);
        }
    probe_sweep(d, now);
}

/* All cards of a host are one machine. */
static bool is_own(struct dhcp *d, const struct pxed_hwaddr *client, const struct pxed_hwaddr *mac) {
    return pxed_hwaddr_eq(client, mac) || pxed_host_has(d->core->host(d->ctx, client), mac);
}

static void on_arp(void *data, int events) {
    struct dhcp_link *link = data;
    struct dhcp *d = link->d;
    struct pxed_hwaddr mac;
    uint32_t ip;
    char bytes[64];
    bool any = false;
    (void)events;
    for (int i = 0; i < ARP_PER_TURN; i++) {
        ssize_t n = recv(link->arp, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n < 0)
            break;
        if (!dhcp_arp_sender(pxed_slice(bytes, (size_t)n), &ip, &mac))
            continue;
        for (struct dhcp_probe *p = d->probes; p; p = p->next)
            if (p->ip == ip && p->port->link == link)
                *(is_own(d, &p->mac, &mac) ? &p->own : &p->taken) = any = true;
    }
    if (any)
        probe_sweep(d, dhcp_now(d));
}

/* ARP traffic is frequent: the socket is polled only while a probe runs, and earlier packets are dropped. */
static void listen_to_arp(struct dhcp *d, bool on) {
    char bytes[64];
    if (!d->probing)
        return;
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_link *link = &d->links[i];
        if (!link->arp_poll.open)
            continue;
        if (!on) {
            pxed_poll_stop(&link->arp_poll);
            continue;
        }
        for (int n = 0; n < 4 * ARP_PER_TURN && recv(link->arp, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0; n++)
            ;
        pxed_poll_start(&link->arp_poll, UV_READABLE);
    }
    if (on)
        uv_timer_start(&d->probe_timer, probe_on_tick, TICK_MS, TICK_MS);
    else
        uv_timer_stop(&d->probe_timer);
}

bool dhcp_probe(struct dhcp_port *port, const struct dhcp_arrival *arrival, struct pxed_slice bytes,
                const struct pxed_hwaddr *mac, bool declared, bool patient, const struct dhcp_known *next) {
    struct dhcp *d = port->link->d;
    for (const struct dhcp_probe *p = d->probes; p; p = p->next)
        if (p->ip == next->ip && p->port->link == port->link)
            return true; /* a probe is already running; the client asks again */
    if (!port->link->arp_poll.open) {
        d->again(port, arrival, bytes, next);
        return true;
    }
    if (d->n_probes >= (declared ? PROBES_MAX : PROBES_STRANGERS) || bytes.len > DHCP_RECV_SIZE)
        return false;
    struct dhcp_probe *p = pxed_xalloc(sizeof(*p));
    p->port = port;
    p->arrival = *arrival;
    p->mac = *mac;
    p->ip = next->ip;
    p->nth = next->probes;
    p->patient = patient;
    p->begun = dhcp_now(d);
    p->len = bytes.len;
    memcpy(p->bytes, bytes.ptr, bytes.len);
    p->next = d->probes;
    d->probes = p;
    if (d->n_probes++ == 0)
        listen_to_arp(d, true);
    probe_ask(p);
    return true;
}

/* ---- life ---- */

int dhcp_probe_listen(struct dhcp *d) {
    uv_timer_init(d->core->loop(d->ctx), &d->probe_timer);
    d->probe_timer.data = d;
    d->probing = true;
    d->handles++;
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_link *link = &d->links[i];
        if (link->arp < 0)
            continue;
        int r = pxed_poll_open(&link->arp_poll, d->core->loop(d->ctx), link->arp, on_arp, link);
        if (r < 0)
            return r;
        d->handles++;
    }
    return 0;
}

void dhcp_probe_forget(struct dhcp *d) {
    while (d->probes) {
        struct dhcp_probe *p = d->probes;
        d->probes = p->next;
        free(p);
    }
    d->n_probes = 0;
    listen_to_arp(d, false);
}

static void on_arp_closed(uv_handle_t *handle) {
    struct dhcp_link *link = handle->data;
    struct dhcp *d = link->d;
    close(link->arp);
    link->arp = -1;
    dhcp_handle_closed(d);
}

static void probe_on_timer_closed(uv_handle_t *handle) {
    struct dhcp *d = handle->data;
    dhcp_handle_closed(d);
}

void dhcp_probe_close(struct dhcp *d) {
    dhcp_probe_forget(d);
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_link *link = &d->links[i];
        if (link->arp_poll.open) {
            pxed_poll_close(&link->arp_poll, on_arp_closed);
        } else if (link->arp >= 0) {
            close(link->arp);
            link->arp = -1;
        }
    }
    if (d->probing)
        uv_close((uv_handle_t *)&d->probe_timer, probe_on_timer_closed);
    d->probing = false;
}
