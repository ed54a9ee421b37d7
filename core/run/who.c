/* Who is asking: an address against leases, what a proxy overheard, and the kernel's neighbour table. */
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "daemon.h"

bool who_is_server(const struct daemon *d, const struct pxed_addr *peer) {
    struct pxed_addr loopback = pxed_addr_v4(0x7f000001);
    if (pxed_addr_in_net(peer, &loopback, 8))
        return true;
    for (size_t i = 0; i < d->n_ifaces; i++)
        if (pxed_addr_eq(&d->ifaces[i].addr, peer))
            return true;
    return false;
}

/* What the kernel resolved for an on-link neighbour. A TCP client always has an entry; a spoofed one has a wrong MAC.
 */
static bool neighbour(const struct daemon *d, const struct pxed_addr *peer, struct pxed_hwaddr *ret) {
    if (peer->family != 4)
        return false;
    static int fd = -1; /* any socket will do: one for the process, asked for each file */
    bool found = false;
    if (fd < 0)
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; i < d->n_ifaces && fd >= 0 && !found; i++) {
        if (!pxed_addr_in_net(peer, &d->ifaces[i].addr, d->ifaces[i].prefix))
            continue;
        struct arpreq req = {0};
        struct sockaddr_in sin = {.sin_family = AF_INET};
        memcpy(&sin.sin_addr, peer->bytes, 4);
        memcpy(&req.arp_pa, &sin, sizeof(sin));
        snprintf(req.arp_dev, sizeof(req.arp_dev), "%s", d->ifaces[i].name);
        if (ioctl(fd, SIOCGARP, &req) == 0 && (req.arp_flags & ATF_COM)) {
            *ret = (struct pxed_hwaddr){.type = 1, .len = 6};
            memcpy(ret->bytes, req.arp_ha.sa_data, 6);
            found = true;
        }
    }
    return found;
}

bool who_is_machine(struct daemon *d, const struct machine *m, const struct catalogue_host *host,
                    const struct pxed_addr *peer) {
    struct pxed_hwaddr mac;
    if (m && m->rec.ip.family && pxed_addr_eq(&m->rec.ip, peer))
        return true;
    if (!neighbour(d, peer, &mac))
        return false;
    for (size_t i = 0; host && i < host->pub.n_macs; i++)
        if (pxed_hwaddr_eq(&host->pub.macs[i], &mac))
            return true;
    return !host && m && pxed_hwaddr_eq(&m->rec.mac, &mac);
}

struct machine *who_asks(struct daemon *d, const struct pxed_addr *peer) {
    struct pxed_hwaddr mac;
    struct machine *m = machines_find_ip(&d->machines, peer);
    if (m || who_is_server(d, peer) || !neighbour(d, peer, &mac))
        return m;
    const struct catalogue_host *host = catalogue_find(d->catalogue, &mac);
    return machines_find(&d->machines, host ? &host->pub.macs[0] : &mac);
}
