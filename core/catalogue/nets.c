/* Collects the nets that plugins declare. */
#include "nets.h"

/* With a slash at its end: names are put behind it. */
static const char *folder_of(struct catalogue *c, const char *url) {
    return pxed_arena_printf(&c->arena, "%s%s", url, pxed_slice_ends(pxed_slice_of(url), PXED_SLICE("/")) ? "" : "/");
}

void nets_build(struct build *b) {
    struct catalogue *c = b->c;
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.kind == PXED_KIND_OS ? NULL : p->desc.ops;
        struct pxed_net net = {0};
        if (!CATALOGUE_HAS_OP(ops, net))
            continue;
        size_t n = 0;
        while (ops->net(p->config, n, &net))
            n++;
        struct pxed_net *all = PXED_NEWS(&c->arena, struct pxed_net, c->n_nets + n + 1);
        if (c->n_nets > 0)
            memcpy(all, c->nets, c->n_nets * sizeof(*all));
        for (size_t at = 0; at < n; at++) {
            net = (struct pxed_net){0};
            if (!ops->net(p->config, at, &net) || !net.net.family)
                continue;
            all[c->n_nets] = net;
            all[c->n_nets++].images = net.images ? folder_of(c, net.images) : NULL;
        }
        c->nets = all;
    }
}

const struct pxed_net *nets_find(const struct catalogue *c, const struct pxed_addr *addr) {
    for (size_t i = 0; i < c->n_nets; i++)
        if (pxed_addr_in_net(addr, &c->nets[i].net, c->nets[i].prefix))
            return &c->nets[i];
    return NULL;
}

const char *nets_images(const struct catalogue *c, const struct pxed_addr *peer) {
    const struct pxed_net *net = nets_find(c, peer);
    return net ? net->images : NULL;
}
