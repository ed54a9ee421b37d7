/* ICMPv6 sockets: receive solicitations, send advertisements. */
#include "ra_io.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET_MAX = 1500, PACKETS_PER_TURN = 256 };

/* ---- opening ---- */

static bool ipv6_is_off(const struct pxed_iface *iface) {
    char path[96], byte = '1';
    snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", iface->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true;
    ssize_t n = read(fd, &byte, 1);
    close(fd);
    return n != 1 || byte != '0';
}

static int set_up(int fd, const struct pxed_iface *iface) {
    const int on = 1, hops = RA_HOP_LIMIT;
    struct icmp6_filter filter;
    struct ipv6_mreq all_routers = {.ipv6mr_interface = iface->index};
    static const uint8_t group[16] = {0xff, 2, [15] = 2};
    memcpy(&all_routers.ipv6mr_multiaddr, group, sizeof(group));
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
    ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
    if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, iface->name, (socklen_t)strlen(iface->name)) < 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops)) < 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) < 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &all_routers, sizeof(all_routers)) < 0)
        return -errno;
    return 0;
}

static int link_open(struct ra_link *link) {
    if (ipv6_is_off(&link->iface))
        return -EAFNOSUPPORT;
    int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
    if (fd < 0)
        return -errno;
    int r = set_up(fd, &link->iface);
    if (r < 0)
        close(fd);
    else
        link->fd = fd;
    return r;
}

void ra_open(struct ra *ra) {
    for (size_t i = 0; i < ra->n_links; i++) {
        int r = link_open(&ra->links[i]);
        if (r < 0)
            pxed_log(ra->ctx, PXED_LOG_INFO, "ra-idle", NULL, NULL,
                     "interface=%s no router advertisements, iPXE will wait for IPv6: %s", ra->links[i].iface.name,
                     r == -EAFNOSUPPORT ? "IPv6 is off" : strerror(-r));
    }
}

/* ---- answering ---- */

static void ra_io_answer(void *arg, const uint8_t address[16], const struct pxed_hwaddr *mac) {
    struct ra_link *link = arg;
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_scope_id = link->iface.index};
    uint8_t reply[RA_REPLY_SIZE];
    memcpy(&to.sin6_addr, address, 16);
    ra_build(reply, link->iface.mac.bytes);
    ssize_t n = sendto(link->fd, reply, sizeof(reply), MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
    pxed_log(link->ra->ctx, PXED_LOG_DEBUG, "ra", mac, NULL, "interface=%s result=%s", link->iface.name,
             n < 0 ? strerror(errno) : "sent");
}

static bool is_loader(void *arg, const struct pxed_hwaddr *mac) {
    struct ra_link *link = arg;
    const struct pxed_core *core = link->ra->core;
    return core->loader_seen(link->ra->ctx, mac, RA_LOADER_MS);
}

static void on_again(uv_timer_t *timer) {
    struct ra_link *link = timer->data;
    uint64_t now = link->ra->core->now(link->ra->ctx);
    if (ra_has_router(&link->watch, now))
        link->watch.n_waiting = 0;
    ra_look_again(&link->watch, now, is_loader, ra_io_answer, link);
    if (link->watch.n_waiting == 0)
        uv_timer_stop(timer);
}

static void on_solicitation(struct ra_link *link, const uint8_t source[16], const struct pxed_hwaddr *mac) {
    uint64_t now = link->ra->core->now(link->ra->ctx);
    /* Only to one address on this link: no other machine may get the advertisement. */
    if (mac->len == 0 || !ra_link_local(source) || ra_has_router(&link->watch, now))
        return;
    if (is_loader(link, mac)) {
        ra_io_answer(link, source, mac);
        return;
    }
    ra_wait(&link->watch, source, mac, now);
    if (!uv_is_active((const uv_handle_t *)&link->again))
        uv_timer_start(&link->again, on_again, RA_LOOK_AGAIN_MS, RA_LOOK_AGAIN_MS);
}

static void on_advertisement(struct ra_link *link, const uint8_t source[16], uint16_t lifetime) {
    uint64_t now = link->ra->core->now(link->ra->ctx);
    ra_heard_router(&link->watch, source, lifetime, now);
    bool silent = ra_has_router(&link->watch, now);
    if (silent != link->silent)
        pxed_log(link->ra->ctx, PXED_LOG_INFO, "ra-router", NULL, NULL, "interface=%s %s", link->iface.name,
                 silent ? "a real IPv6 router is here: it answers iPXE" : "no real IPv6 router is here any more");
    link->silent = silent;
}

static int hop_limit_of(struct msghdr *head) {
    int hops = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c))
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)
            memcpy(&hops, CMSG_DATA(c), sizeof(hops));
    return hops;
}

static bool take_packet(struct ra_link *link) {
    char bytes[PACKET_MAX];
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct sockaddr_in6 from;
    struct iovec iov = {bytes, sizeof(bytes)};
    struct msghdr head = {.msg_name = &from,
                          .msg_namelen = sizeof(from),
                          .msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = control,
                          .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(link->fd, &head, MSG_DONTWAIT);
    if (n < 0)
        return errno == EINTR;
    struct ra_message m = ra_parse(pxed_slice(bytes, (size_t)n), from.sin6_addr.s6_addr, hop_limit_of(&head));
    if (m.kind == RA_SOLICITS)
        on_solicitation(link, from.sin6_addr.s6_addr, &m.mac);
    else if (m.kind == RA_ADVERTISES)
        on_advertisement(link, from.sin6_addr.s6_addr, m.lifetime);
    return true;
}

static void ra_io_on_readable(void *link, int events) {
    (void)events;
    for (int i = 0; i < PACKETS_PER_TURN && take_packet(link); i++)
        ;
}

/* ---- life ---- */

int ra_listen(struct ra *ra) {
    uv_loop_t *loop = ra->core->loop(ra->ctx);
    for (size_t i = 0; i < ra->n_links; i++) {
        struct ra_link *link = &ra->links[i];
        if (link->fd < 0)
            continue;
        int r = pxed_poll_open(&link->poll, loop, link->fd, ra_io_on_readable, link);
        if (r < 0) {
            pxed_log(ra->ctx, PXED_LOG_ERROR, "socket-failed", NULL, NULL, "cannot poll ICMPv6: %s", uv_strerror(r));
            return r;
        }
        uv_timer_init(loop, &link->again);
        link->again.data = link;
        ra->handles += 2;
        pxed_poll_start(&link->poll, UV_READABLE);
    }
    return 0;
}

static void ra_io_free_if_done(struct ra *ra) {
    if (!ra->finished || ra->handles > 0)
        return;
    for (size_t i = 0; i < ra->n_links; i++)
        if (ra->links[i].fd >= 0)
            close(ra->links[i].fd);
    free(ra->links);
    free(ra);
}

static void ra_io_on_closed(uv_handle_t *handle) {
    struct ra_link *link = handle->data;
    link->ra->handles--;
    ra_io_free_if_done(link->ra);
}

void ra_close(struct ra *ra) {
    ra->finished = true;
    for (size_t i = 0; i < ra->n_links; i++) {
        struct ra_link *link = &ra->links[i];
        if (!link->poll.open)
            continue;
        pxed_poll_close(&link->poll, ra_io_on_closed);
        uv_close((uv_handle_t *)&link->again, ra_io_on_closed);
    }
    ra_io_free_if_done(ra);
}
