/* Sockets: ports 67 and 4011 on each interface, one packet socket for clients without an address. */
#include "dhcp_io.h"

#include <errno.h>
#include <net/ethernet.h>
#include <string.h>
#include <unistd.h>

#include "dhcp_packet.h"
#include "dhcp_send.h"
#include "pxed/socket.h"

enum { RECEIVE_BUFFER = 4 << 20 }; /* the default loses the first burst of a boot storm (PERFORMANCE.md 3) */

static int dhcp_io_fail(struct dhcp *d, const struct dhcp_port *port, const char *what) {
    int error = errno;
    pxed_log(d->ctx, PXED_LOG_ERROR, "socket-failed", NULL, NULL, "cannot %s UDP port %u on %s: %s", what,
             (unsigned)port->number, port->link->iface.name, strerror(error));
    return -error;
}

/* Only who may use raw sockets can tie one again. */
static bool tied_to(int fd, const char *name) {
    char now[sizeof(((struct pxed_iface *)NULL)->name)] = "";
    socklen_t room = sizeof(now);
    return getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, now, &room) == 0 && strcmp(now, name) == 0;
}

static int port_open(struct dhcp *d, struct dhcp_port *port) {
    const struct pxed_iface *iface = &port->link->iface;
    const int on = 1, off = IP_PMTUDISC_DONT;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port->number)};
    const struct pxed_addr anywhere = pxed_addr_v4(INADDR_ANY);
    int fd = d->core->socket(d->ctx, SOCK_DGRAM, &anywhere, port->number, iface->name);
    bool bound = fd >= 0;
    if (!bound)
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return dhcp_io_fail(d, port, "make a socket for");
    port->fd = port->out.fd = fd;
    int room = pxed_socket_room(fd, RECEIVE_BUFFER);
    if (room < RECEIVE_BUFFER)
        pxed_log(d->ctx, PXED_LOG_INFO, "small-buffer", NULL, NULL,
                 "port=%u room=%d: many machines at once lose requests: sysctl net.core.rmem_max=%d",
                 (unsigned)port->number, room, RECEIVE_BUFFER);
    (void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &off, sizeof(off));
    /* REUSEADDR: another DHCP server may live on another interface of this machine. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0 ||
        setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
        return dhcp_io_fail(d, port, "set up");
    if (!tied_to(fd, iface->name) &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, iface->name, (socklen_t)strlen(iface->name)) < 0)
        return dhcp_io_fail(d, port, "tie to its interface");
    if (!bound && bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
        return dhcp_io_fail(d, port, "bind");
    return 0;
}

int dhcp_open(struct dhcp *d) {
    /* Protocol 0: it sends, and receives nothing. Opened now because no capability is kept. */
    d->stations.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (d->stations.fd < 0)
        pxed_log(d->ctx, PXED_LOG_WARNING, "socket-failed", NULL, NULL,
                 "no packet socket: replies to clients without an address are broadcast error=%s", strerror(errno));
    for (unsigned i = 0; i < d->n_links; i++) {
        int r = port_open(d, &d->links[i].server);
        if (r == 0)
            r = port_open(d, &d->links[i].pxe);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool read_arrival(const struct dhcp_port *port, struct mmsghdr *m, const struct sockaddr_in *from,
                         struct dhcp_arrival *ret) {
    *ret = (struct dhcp_arrival){
        .source = ntohl(from->sin_addr.s_addr), .source_port = ntohs(from->sin_port), .port = port->number};
    if (m->msg_hdr.msg_flags & MSG_TRUNC)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m->msg_hdr); c; c = CMSG_NXTHDR(&m->msg_hdr, c)) {
        struct in_pktinfo info;
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
            continue;
        memcpy(&info, CMSG_DATA(c), sizeof(info));
        ret->unicast = ntohl(info.ipi_addr.s_addr) == pxed_addr_u32(&port->link->iface.addr);
    }
    return true;
}

static void prepare_batch(struct dhcp *d) {
    for (int i = 0; i < DHCP_RECV_BATCH; i++) {
        d->in_iov[i] = (struct iovec){d->in_bytes[i], DHCP_RECV_SIZE};
        d->in[i].msg_hdr = (struct msghdr){.msg_name = &d->in_from[i],
                                           .msg_namelen = sizeof(d->in_from[i]),
                                           .msg_iov = &d->in_iov[i],
                                           .msg_iovlen = 1,
                                           .msg_control = d->in_control[i],
                                           .msg_controllen = sizeof(d->in_control[i])};
    }
}

static void dhcp_io_drain(struct dhcp_port *port) {
    struct dhcp *d = port->link->d;
    for (int batch = 0; batch < DHCP_BATCHES_PER_TURN; batch++) {
        prepare_batch(d);
        int n = recvmmsg(port->fd, d->in, DHCP_RECV_BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) {
            struct dhcp_arrival arrival;
            if (!read_arrival(port, &d->in[i], &d->in_from[i], &arrival)) {
                struct pxed_addr peer = pxed_addr_v4(arrival.source);
                d->core->refuse(d->ctx, PXED_WHY_DHCP_MALFORMED, &peer, "too long");
                continue;
            }
            dhcp_packet(port, &arrival, pxed_slice((const char *)d->in_bytes[i], d->in[i].msg_len));
        }
        if (n < DHCP_RECV_BATCH)
            return;
    }
}

static void dhcp_io_on_readable(void *port, int events) {
    (void)events;
    dhcp_io_drain(port);
}

static void on_prepare(uv_prepare_t *prepare) {
    dhcp_flush(prepare->data);
}

static int port_listen(struct dhcp *d, struct dhcp_port *port) {
    int r = pxed_poll_open(&port->poll, d->core->loop(d->ctx), port->fd, dhcp_io_on_readable, port);
    if (r == 0) {
        d->handles++;
        r = pxed_poll_start(&port->poll, UV_READABLE);
    }
    if (r < 0)
        pxed_log(d->ctx, PXED_LOG_ERROR, "socket-failed", NULL, NULL, "cannot poll UDP port %u: %s",
                 (unsigned)port->number, uv_strerror(r));
    return r;
}

int dhcp_listen(struct dhcp *d) {
    uv_prepare_init(d->core->loop(d->ctx), &d->flush);
    d->flush.data = d;
    d->flushing = true;
    d->handles++;
    uv_prepare_start(&d->flush, on_prepare);
    uv_unref((uv_handle_t *)&d->flush);
    for (unsigned i = 0; i < d->n_links; i++) {
        int r = port_listen(d, &d->links[i].server);
        if (r == 0)
            r = port_listen(d, &d->links[i].pxe);
        if (r < 0)
            return r;
    }
    return 0;
}

void dhcp_deafen(struct dhcp *d) {
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_port *ports[] = {&d->links[i].server, &d->links[i].pxe};
        for (int n = 0; n < 2; n++)
            pxed_poll_stop(&ports[n]->poll);
    }
}

static void on_port_closed(uv_handle_t *handle) {
    struct dhcp_port *port = handle->data;
    struct dhcp *d = port->link->d;
    close(port->fd);
    port->fd = -1;
    dhcp_handle_closed(d);
}

static void on_flush_closed(uv_handle_t *handle) {
    struct dhcp *d = handle->data;
    dhcp_handle_closed(d);
}

static void port_close(struct dhcp_port *port) {
    if (port->poll.open) {
        pxed_poll_close(&port->poll, on_port_closed);
    } else if (port->fd >= 0) {
        close(port->fd);
        port->fd = -1;
    }
}

void dhcp_close(struct dhcp *d) {
    dhcp_flush(d);
    for (unsigned i = 0; i < d->n_links; i++) {
        port_close(&d->links[i].server);
        port_close(&d->links[i].pxe);
    }
    if (d->stations.fd >= 0)
        close(d->stations.fd);
    d->stations.fd = -1;
    if (d->flushing)
        uv_close((uv_handle_t *)&d->flush, on_flush_closed);
    d->flushing = false;
}
