/* Makes the URLs of this server, and chooses one for a machine. */
#include "site_url.h"

static void put_url(struct build *b, const char *name, const struct pxed_addr *addr, const struct pxed_net *net) {
    struct catalogue *c = b->c;
    struct site_url *u = &c->urls[c->n_urls++];
    bool plain = c->site.port == 80 || c->site.port == 0;
    u->authority = plain ? name : pxed_arena_printf(&c->arena, "%s:%u", name, c->site.port);
    u->url = pxed_arena_printf(&c->arena, "http://%s", u->authority);
    u->base = pxed_arena_printf(&c->arena, "%s/boot/", u->url);
    if (c->site.tls_port) {
        const char *asked = c->site.tls_name ? c->site.tls_name : name;
        u->secure = c->site.tls_port == 443
                        ? pxed_arena_printf(&c->arena, "https://%s/boot/", asked)
                        : pxed_arena_printf(&c->arena, "https://%s:%u/boot/", asked, c->site.tls_port);
    }
    if (addr)
        u->addr = *addr;
    if (net) {
        u->net = net->net;
        u->prefix = net->prefix;
    }
}

static const char *addr_name(struct build *b, const struct pxed_addr *addr) {
    char text[PXED_ADDR_TEXT];
    return pxed_arena_printf(&b->c->arena, "%s", pxed_addr_text(addr, text));
}

/* The first one is for whoever asks in no known way. Without a name, each interface has its own. */
void site_url_build(struct build *b) {
    struct catalogue *c = b->c;
    const struct settings *s = &c->settings;
    const struct catalogue_input *in = b->in;
    const struct pxed_addr *first = in->n_ifaces ? &in->ifaces[0].addr : s->address.family ? &s->address : NULL;
    bool named = s->name && *s->name;
    c->urls = PXED_NEWS(&c->arena, struct site_url, c->n_nets + in->n_ifaces + 1);
    put_url(b, named ? s->name : first ? addr_name(b, first) : "localhost", first, NULL);
    for (size_t i = 0; i < c->n_nets; i++)
        if (c->nets[i].address.family)
            put_url(b, addr_name(b, &c->nets[i].address), &c->nets[i].address, &c->nets[i]);
    for (size_t i = 0; i < in->n_ifaces; i++)
        put_url(b, named ? s->name : addr_name(b, &in->ifaces[i].addr), &in->ifaces[i].addr, NULL);
    c->base = c->urls[0].base;
}

const struct site_url *site_url_of(const struct catalogue *c, const struct pxed_addr *local,
                                   const struct pxed_addr *peer) {
    for (size_t i = 1; peer && i < c->n_urls; i++)
        if (c->urls[i].net.family && pxed_addr_in_net(peer, &c->urls[i].net, c->urls[i].prefix))
            return &c->urls[i];
    for (size_t i = 1; local && i < c->n_urls; i++)
        if (pxed_addr_eq(&c->urls[i].addr, local))
            return &c->urls[i];
    for (size_t i = 0; peer && i < c->n_ifaces; i++)
        if (!local && pxed_addr_in_net(peer, &c->ifaces[i].addr, c->ifaces[i].prefix))
            return site_url_of(c, &c->ifaces[i].addr, NULL);
    return &c->urls[0];
}

bool site_url_is_ours(const struct catalogue *c, struct pxed_slice authority) {
    char text[PXED_ADDR_TEXT];
    ptrdiff_t colon = pxed_slice_find(authority, ':', 0);
    struct pxed_slice server = pxed_slice_head(authority, colon < 0 ? authority.len : (size_t)colon);
    for (size_t i = 0; i < c->n_urls; i++)
        if (pxed_slice_eq_nocase(authority, pxed_slice_of(c->urls[i].authority)) ||
            (c->urls[i].addr.family && pxed_slice_is(server, pxed_addr_text(&c->urls[i].addr, text))))
            return true;
    return false;
}
