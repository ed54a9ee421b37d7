/* Asks the wires who else answers DHCP, as firmware and as a client that does not boot, and says it once of each. What
 * was not heard of in two rounds is forgotten. */
#include "dhcp_foreign.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    ROUND_MS = 10 * 60 * 1000,
    FIRST_MS = 300,  /* the first machines of a start are answered first */
    TELL_MS = 1000,  /* what a server answers to several questions is one line */
    GUARD_MS = 5000, /* dnsmasq looks for 3 s whether an address is in use before it offers it */
    PACKETS_PER_TURN = 64,
    PACKET_MAX = 2048,
    SAID_MAX = 1400,
};

static const struct {
    unsigned at;
    enum pxed_heard_asked as;
} asks[] = {{0, PXED_HEARD_FIRMWARE}, {200, PXED_HEARD_PLAIN}, {2500, PXED_HEARD_FIRMWARE}, {2700, PXED_HEARD_PLAIN}};
enum { ASKS = sizeof(asks) / sizeof(asks[0]) };

/* ---- a wire ---- */

void dhcp_foreign_open(struct dhcp_link *link) {
    struct dhcp_foreign *f = &link->foreign;
    f->fd = link->iface.mac.len == 6 ? pxed_heard_open(link->iface.index) : -EOPNOTSUPP;
    if (f->fd < 0)
        pxed_log(link->d->ctx, PXED_LOG_INFO, "socket-failed", NULL, NULL,
                 "interface=%s other DHCP servers there are not looked for: %s", link->iface.name, strerror(-f->fd));
    else if (getrandom(&f->xid, sizeof(f->xid), 0) < 0)
        f->xid = link->iface.index;
    f->xid &= ~1u;
}

/* What is said in the nets of this interface. */
static bool link_any(const struct dhcp_link *link, bool (*is)(const struct dhcp_config *c)) {
    const struct dhcp *d = link->d;
    for (unsigned i = 0; i < d->n_nets; i++)
        if (d->nets[i].link >= 0 && &d->links[d->nets[i].link] == link && is(&d->nets[i].terms[0].config))
            return true;
    return false;
}

static bool is_served(const struct dhcp_config *c) {
    return c->mode != DHCP_MODE_OFF;
}

static bool is_leased(const struct dhcp_config *c) {
    return c->mode == DHCP_MODE_SERVER;
}

static bool is_strict(const struct dhcp_config *c) {
    return c->mode != DHCP_MODE_OFF && c->foreign == DHCP_FOREIGN_STOP;
}

/* With the interface's own address: a server that answers by a frame to the asker is heard, too, and no switch sees a
 * new station. */
static void link_ask(struct dhcp_link *link, enum pxed_heard_asked as) {
    struct dhcp_foreign *f = &link->foreign;
    if (f->fd >= 0 && link_any(link, is_served))
        (void)pxed_heard_send(f->fd, link->iface.index, link->iface.mac.bytes, f->xid + (as == PXED_HEARD_PLAIN), as);
}

static void links_ask(struct dhcp *d, unsigned step) {
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_foreign *f = &d->links[i].foreign;
        if (step == 0) {
            f->before = f->now;
            f->now.n = 0;
            f->xid += 2;
        }
        link_ask(&d->links[i], asks[step].as);
    }
}

static bool is_ours(const struct dhcp *d, uint32_t ip) {
    for (unsigned i = 0; i < d->n_links; i++)
        if (pxed_addr_u32(&d->links[i].iface.addr) == ip)
            return true;
    for (unsigned i = 0; i < d->n_nets; i++)
        if (d->nets[i].address == ip && ip != 0)
            return true;
    return false;
}

static size_t link_judge(const struct dhcp_link *link, const struct pxed_heard_server *s,
                         struct pxed_heard_fault faults[static PXED_HEARD_FAULTS_MAX]) {
    const struct pxed_heard_site site = {.leases = link_any(link, is_leased), .own = pxed_addr_u32(&link->iface.addr)};
    return pxed_heard_judge(&link->foreign.now, s, &site, faults);
}

static const struct pxed_heard_server *find_heard(const struct pxed_heard *h, uint32_t id) {
    for (size_t i = 0; i < h->n; i++)
        if (h->servers[i].id == id)
            return &h->servers[i];
    return NULL;
}

/* Is there something about it that was not said yet? */
static bool is_news(const struct dhcp_link *link, struct pxed_heard_server *s, bool new) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    const struct pxed_heard_server *before = new ? find_heard(&link->foreign.before, s->id) : NULL;
    unsigned all = 1;
    size_t n = link_judge(link, s, faults);
    if (before)
        s->told = before->told;
    for (size_t i = 0; i < n; i++)
        all |= 2u << faults[i].kind;
    return (all & ~s->told) != 0;
}

/* A declared machine is answered by a server that does not belong there: that is a step of its boot. What the fault is
 * comes first, because only one that tells firmware something else keeps a machine from what it was told here. */
static void tell_its_host(struct dhcp_link *link, const struct pxed_heard_server *s, const struct pxed_hwaddr *client) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    struct pxed_addr addr = pxed_addr_v4(s->id);
    char text[192], server[PXED_ADDR_TEXT], mac[PXED_MAC_TEXT];
    const struct dhcp *d = link->d;
    if (client->len == 0 || !d->core->host(d->ctx, client))
        return;
    size_t n = link_judge(link, s, faults), worst = 0;
    for (size_t i = 1; i < n; i++)
        if (faults[i].kind == PXED_HEARD_PXE_CLASS || faults[i].kind == PXED_HEARD_OTHER_BOOT)
            worst = i;
    if (n == 0)
        return;
    snprintf(text, sizeof(text), "%s: server %s, MAC %s", faults[worst].word, pxed_addr_text(&addr, server),
             pxed_mac_text(&s->mac, ":", mac));
    d->core->step(d->ctx, client, PXED_STAGE_NONE, PXED_WHY_DHCP_OTHER_ANSWERS, NULL, text);
}

/* Takes what has come; returns whether any of it is news. */
static bool link_read(struct dhcp_link *link) {
    struct dhcp_foreign *f = &link->foreign;
    char bytes[PACKET_MAX];
    struct pxed_heard_reply r;
    bool news = false;
    for (int i = 0; i < PACKETS_PER_TURN; i++) {
        enum pxed_heard_got got = pxed_heard_receive(f->fd, bytes, sizeof(bytes), &r);
        if (got == PXED_HEARD_NOTHING)
            break;
        if (got != PXED_HEARD_REPLY || is_ours(link->d, r.source) || is_ours(link->d, r.server))
            continue;
        size_t before = f->now.n;
        struct pxed_heard_server *s = pxed_heard_note(&f->now, &r,
                                                      r.xid == f->xid       ? PXED_HEARD_FIRMWARE
                                                      : r.xid == f->xid + 1 ? PXED_HEARD_PLAIN
                                                                            : PXED_HEARD_STRANGER);
        news |= s && is_news(link, s, f->now.n > before);
        if (s)
            tell_its_host(link, s, &r.client);
    }
    return news;
}

/* ---- what is told ---- */

static void server_tell(struct dhcp_link *link, struct pxed_heard_server *s) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    char line[PXED_HEARD_TEXT_MAX], text[SAID_MAX];
    struct pxed_buf out = PXED_BUF(text);
    struct pxed_addr addr = pxed_addr_v4(s->id);
    unsigned all = 1;
    size_t n = link_judge(link, s, faults);
    pxed_buf_str(&out, pxed_heard_describe(s, line));
    for (size_t i = 0; i < n; i++) {
        all |= 2u << faults[i].kind;
        pxed_buf_str(&out, i == 0 ? " fault=" : "; ");
        pxed_buf_str(&out, faults[i].word);
        pxed_buf_str(&out, ": ");
        pxed_buf_str(&out, faults[i].text);
        pxed_buf_str(&out, "; cure: ");
        pxed_buf_str(&out, faults[i].cure);
    }
    if ((all & ~s->told) != 0)
        pxed_log(link->d->ctx, n > 0 ? PXED_LOG_WARNING : PXED_LOG_INFO, n > 0 ? "foreign-dhcp" : "other-dhcp", &s->mac,
                 &addr, "interface=%s %s", link->iface.name, pxed_buf_cstr(&out));
    s->told |= all;
}

static void links_tell(struct dhcp *d) {
    for (unsigned i = 0; i < d->n_links; i++)
        for (size_t k = 0; k < d->links[i].foreign.now.n; k++)
            server_tell(&d->links[i], &d->links[i].foreign.now.servers[k]);
}

static void server_row(const struct dhcp_link *link, const struct pxed_heard_server *s,
                       void (*row)(void *arg, const struct pxed_other_server *o), void *arg) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    char line[PXED_HEARD_TEXT_MAX];
    struct pxed_other_server o = {.interface = link->iface.name,
                                  .addr = pxed_addr_v4(s->id),
                                  .mac = s->mac,
                                  .leases = s->leases,
                                  .boot_server = s->proxy,
                                  .text = pxed_heard_describe(s, line),
                                  .cure = ""};
    size_t n = link_judge(link, s, faults);
    for (size_t i = 0; i < n; i++) {
        o.fault = faults[i].word;
        o.text = faults[i].text;
        o.cure = faults[i].cure;
        row(arg, &o);
    }
    if (n == 0)
        row(arg, &o);
}

static void each_other(void *self, void (*row)(void *arg, const struct pxed_other_server *o), void *arg) {
    struct dhcp *d = self;
    for (unsigned i = 0; i < d->n_links; i++) {
        const struct dhcp_foreign *f = &d->links[i].foreign;
        for (size_t k = 0; k < f->now.n; k++)
            server_row(&d->links[i], &f->now.servers[k], row, arg);
        for (size_t k = 0; k < f->before.n; k++)
            if (!find_heard(&f->now, f->before.servers[k].id))
                server_row(&d->links[i], &f->before.servers[k], row, arg);
    }
}

void dhcp_foreign_publish(struct dhcp *d) {
    d->leases.others = each_other;
}

/* ---- foreign = stop ---- */

/* The server of a strict wire that keeps this one from starting; says which. */
static bool guard_stops(struct dhcp *d) {
    struct pxed_heard_fault faults[PXED_HEARD_FAULTS_MAX];
    char mac[PXED_MAC_TEXT];
    for (unsigned i = 0; i < d->n_links; i++) {
        const struct dhcp_link *link = &d->links[i];
        for (size_t k = 0; k < link->foreign.now.n && link_any(link, is_strict); k++) {
            const struct pxed_heard_server *s = &link->foreign.now.servers[k];
            if (link_judge(link, s, faults) == 0)
                continue;
            pxed_log(d->ctx, PXED_LOG_ERROR, "foreign-stop", NULL, NULL,
                     "foreign = stop on %s, and %s (MAC %s); cure: %s, or set foreign = warn", link->iface.name,
                     faults[0].text, pxed_mac_text(&s->mac, ":", mac), faults[0].cure);
            return true;
        }
    }
    return false;
}

/* One turn of listening on all wires, until `until`. */
static void guard_listen(struct dhcp *d, struct pollfd *fds, uint64_t until) {
    uint64_t now = dhcp_now(d);
    int n = poll(fds, d->n_links, until > now ? (int)(until - now) : 0);
    uv_update_time(d->core->loop(d->ctx)); /* it stands still while the loop does not run */
    for (unsigned i = 0; i < d->n_links; i++)
        if (n > 0 && fds[i].revents)
            (void)link_read(&d->links[i]);
}

int dhcp_foreign_guard(struct dhcp *d) {
    bool strict = false;
    for (unsigned i = 0; i < d->n_links; i++) {
        if (!link_any(&d->links[i], is_strict))
            continue;
        strict = true;
        if (d->links[i].foreign.fd >= 0)
            continue;
        pxed_log(d->ctx, PXED_LOG_ERROR, "foreign-stop", NULL, NULL,
                 "foreign = stop on %s, and other servers cannot be looked for there: start as root, or set "
                 "foreign = warn",
                 d->links[i].iface.name);
        return -EPERM;
    }
    if (!strict)
        return 0;
    struct pollfd *fds = pxed_xalloc(d->n_links * sizeof(*fds));
    for (unsigned i = 0; i < d->n_links; i++)
        fds[i] = (struct pollfd){.fd = d->links[i].foreign.fd, .events = POLLIN};
    uint64_t begin = dhcp_now(d);
    unsigned asked = 0;
    bool stops = false;
    for (uint64_t past = 0; past < GUARD_MS && !stops; past = dhcp_now(d) - begin) {
        for (; asked < ASKS && past >= asks[asked].at; asked++)
            links_ask(d, asked);
        guard_listen(d, fds, begin + (asked < ASKS ? asks[asked].at : (unsigned)GUARD_MS));
        stops = guard_stops(d);
    }
    free(fds);
    d->guarded = true;
    if (!stops)
        links_tell(d);
    return stops ? -EADDRINUSE : 0;
}

/* ---- while it runs ---- */

static void on_tell(uv_timer_t *timer) {
    links_tell(timer->data);
}

static void on_ask(uv_timer_t *timer) {
    struct dhcp *d = timer->data;
    unsigned step = d->foreign_step;
    links_ask(d, step);
    d->foreign_step = (step + 1) % ASKS;
    uv_timer_start(timer, on_ask, d->foreign_step ? asks[step + 1].at - asks[step].at : (unsigned)ROUND_MS, 0);
}

static void on_heard(void *data, int events) {
    struct dhcp_link *link = data;
    (void)events;
    if (link_read(link) && !uv_is_active((const uv_handle_t *)&link->d->foreign_tell))
        uv_timer_start(&link->d->foreign_tell, on_tell, TELL_MS, 0);
}

static void open_timer(struct dhcp *d, uv_timer_t *timer) {
    uv_timer_init(d->core->loop(d->ctx), timer);
    timer->data = d;
    uv_unref((uv_handle_t *)timer);
    d->handles++;
}

int dhcp_foreign_listen(struct dhcp *d) {
    open_timer(d, &d->foreign_ask);
    open_timer(d, &d->foreign_tell);
    d->foreign_running = true;
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_link *link = &d->links[i];
        if (link->foreign.fd < 0)
            continue;
        int r = pxed_poll_open(&link->foreign.poll, d->core->loop(d->ctx), link->foreign.fd, on_heard, link);
        if (r == 0) {
            d->handles++;
            r = pxed_poll_start(&link->foreign.poll, UV_READABLE);
        }
        if (r < 0)
            return r;
    }
    uv_timer_start(&d->foreign_ask, on_ask, d->guarded ? (unsigned)ROUND_MS : (unsigned)FIRST_MS, 0);
    return 0;
}

static void on_poll_closed(uv_handle_t *handle) {
    struct dhcp_link *link = handle->data;
    struct dhcp *d = link->d;
    close(link->foreign.fd);
    link->foreign.fd = -1;
    dhcp_handle_closed(d);
}

static void on_timer_closed(uv_handle_t *handle) {
    struct dhcp *d = handle->data;
    dhcp_handle_closed(d);
}

void dhcp_foreign_close(struct dhcp *d) {
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_foreign *f = &d->links[i].foreign;
        if (f->poll.open) {
            pxed_poll_close(&f->poll, on_poll_closed);
        } else if (f->fd >= 0) {
            close(f->fd);
            f->fd = -1;
        }
    }
    if (d->foreign_running) {
        uv_close((uv_handle_t *)&d->foreign_ask, on_timer_closed);
        uv_close((uv_handle_t *)&d->foreign_tell, on_timer_closed);
    }
    d->foreign_running = false;
}
