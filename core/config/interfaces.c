/* The served interfaces, as the kernel reports them now. */
#define _GNU_SOURCE
#include "interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static unsigned prefix_of(const struct sockaddr *mask) {
    uint32_t bits = mask ? ((const struct sockaddr_in *)(const void *)mask)->sin_addr.s_addr : 0;
    return (unsigned)__builtin_popcount(bits);
}

static unsigned mtu_of(const char *name) {
    struct ifreq req = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", name);
    unsigned mtu = fd >= 0 && ioctl(fd, SIOCGIFMTU, &req) == 0 && req.ifr_mtu > 0 ? (unsigned)req.ifr_mtu : 1500;
    if (fd >= 0)
        close(fd);
    return mtu;
}

/* The configured address if the interface has it, else its first. */
static void take_address(const struct ifaddrs *list, const struct pxed_addr *wanted, struct pxed_iface *iface) {
    for (const struct ifaddrs *a = list; a; a = a->ifa_next) {
        if (!a->ifa_addr || strcmp(a->ifa_name, iface->name) != 0)
            continue;
        if (a->ifa_addr->sa_family == AF_PACKET) {
            const struct sockaddr_ll *ll = (const void *)a->ifa_addr;
            iface->mac.type = (uint8_t)ll->sll_hatype;
            iface->mac.len = ll->sll_halen <= 8 ? ll->sll_halen : 0;
            memcpy(iface->mac.bytes, ll->sll_addr, iface->mac.len);
        } else if (a->ifa_addr->sa_family == AF_INET) {
            struct pxed_addr addr = pxed_addr_v4_be(&((const struct sockaddr_in *)(const void *)a->ifa_addr)->sin_addr);
            if (iface->addr.family == 0 || pxed_addr_eq(&addr, wanted)) {
                iface->addr = addr;
                iface->prefix = (uint8_t)prefix_of(a->ifa_netmask);
            }
        }
    }
}

size_t interfaces_find(const struct settings *settings, struct pxed_iface ret[INTERFACES_MAX],
                       struct pxed_diags *diags) {
    struct ifaddrs *list = NULL;
    size_t n = 0;
    bool wanted_found = settings->address.family == 0;
    if (getifaddrs(&list) < 0)
        list = NULL;
    for (size_t i = 0; i < settings->interfaces.n && n < INTERFACES_MAX; i++) {
        struct pxed_iface iface = {.index = if_nametoindex(settings->interfaces.items[i])};
        snprintf(iface.name, sizeof(iface.name), "%s", settings->interfaces.items[i]);
        if (iface.index == 0) {
            pxed_diag_add(diags, PXED_WARNING, settings->file, settings->interfaces.lines[i],
                          "here: interface '%s' does not exist", iface.name);
            continue;
        }
        take_address(list, &settings->address, &iface);
        if (iface.addr.family == 0) {
            pxed_diag_add(diags, PXED_WARNING, settings->file, settings->interfaces.lines[i],
                          "here: interface '%s' has no IPv4 address", iface.name);
            continue;
        }
        wanted_found |= pxed_addr_eq(&iface.addr, &settings->address);
        iface.mtu = mtu_of(iface.name);
        ret[n++] = iface;
    }
    if (!wanted_found && n > 0)
        pxed_diag_add(diags, PXED_WARNING, settings->file, 0,
                      "here: the address of [pxed] address is on none of the served interfaces");
    freeifaddrs(list);
    return n;
}

unsigned interfaces_neighbour_room(void) {
    unsigned n = 0;
    FILE *from = fopen("/proc/sys/net/ipv4/neigh/default/gc_thresh3", "re");
    if (from && fscanf(from, "%u", &n) != 1)
        n = 0;
    if (from)
        fclose(from);
    return n;
}

enum interface_now interfaces_look(const struct pxed_iface *found) {
    unsigned index = if_nametoindex(found->name);
    struct ifaddrs *list = NULL;
    bool has = false;
    if (index != found->index)
        return index == 0 ? INTERFACE_AWAY : INTERFACE_ANEW;
    if (getifaddrs(&list) < 0)
        return INTERFACE_SAME; /* out of memory: nothing is known */
    for (const struct ifaddrs *a = list; a && !has; a = a->ifa_next) {
        if (!a->ifa_addr || a->ifa_addr->sa_family != AF_INET || strcmp(a->ifa_name, found->name) != 0)
            continue;
        struct pxed_addr addr = pxed_addr_v4_be(&((const struct sockaddr_in *)(const void *)a->ifa_addr)->sin_addr);
        has = pxed_addr_eq(&addr, &found->addr);
    }
    freeifaddrs(list);
    return has ? INTERFACE_SAME : INTERFACE_NO_ADDRESS;
}
