/* Collects the nets that plugins declare. */
#include "nets.h"

void nets_build(struct build *b) {
    struct catalogue *c = b->c;
    for (size_t i = 0; i < b->in->plugins->n; i++) {
        const struct plugin *p = b->in->plugins->items[i];
        const struct pxed_protocol_ops *ops = p->desc.kind == PXED_KIND_OS ? NULL : p->desc.ops;
        struct pxed_net net;
        if (!CATALOGUE_HAS_OP(ops, net))
            continue;
        size_t n = 0;
        while (ops->net(p->config, n, &net))
            n++;
        struct pxed_net *all = PXED_NEWS(&c->arena, struct pxed_net, c->n_nets + n + 1);
        if (c->n_nets > 0)
            memcpy(all, c->nets, c->n_nets * sizeof(*all));
        for (size_t at = 0; at < n; at++)
            if (ops->net(p->config, at, &net) && net.net.family)
                all[c->n_nets++] = net;
        c->nets = all;
    }
}

const struct pxed_net *nets_find(const struct catalogue *c, const struct pxed_addr *addr) {
    for (size_t i = 0; i < c->n_nets; i++)
        if (pxed_addr_in_net(addr, &c->nets[i].net, c->nets[i].prefix))
            return &c->nets[i];
    return NULL;
}
