/* The service names/1: what pxed and its hosts are called. */
#include "names_told.h"

#include "pxed/names.h"

static struct pxed_slice told_own(void *self) {
    const struct daemon *d = self;
    struct pxed_slice name = pxed_slice_of(d->catalogue->settings.name);
    struct pxed_addr addr;
    return name.len == 0 || pxed_addr_parse(name, &addr) ? PXED_SLICE("") : name;
}

static const struct pxed_host *told_host(void *self, struct pxed_slice name) {
    const struct catalogue *c = ((const struct daemon *)self)->catalogue;
    for (size_t i = 0; i < c->n_hosts; i++)
        if (pxed_slice_eq_nocase(c->hosts[i].pub.name, name))
            return &c->hosts[i].pub;
    return NULL;
}

void names_told_init(struct daemon *d) {
    static struct pxed_names_service names;
    names = (struct pxed_names_service){.size = sizeof(names), .self = d, .own = told_own, .host = told_host};
    services_publish(&d->services, "names/1", &names);
}
