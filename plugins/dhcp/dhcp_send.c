/* Replies: batches of datagrams sent before the loop sleeps; frames for clients without an address. */
#include "dhcp_send.h"

#include <errno.h>
#include <net/ethernet.h>
#include <string.h>

enum { COMPLAIN_MS = 10 * 1000 };

static void dhcp_send_complain(struct dhcp *d, const struct dhcp_port *port, int error) {
    uint64_t now = dhcp_now(d);
    if (d->send_failed_at != 0 && now - d->send_failed_at < COMPLAIN_MS)
        return;
    d->send_failed_at = now;
    pxed_log(d->ctx, PXED_LOG_WARNING, "send-failed", NULL, NULL, "interface=%s error=%s", port->link->iface.name,
             strerror(error));
}

/* A frame that could not be sent is broadcast instead: every boot client accepts that. */
static void send_to_everybody(const struct dhcp_parcel *p) {
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(DHCP_PORT_CLIENT), .sin_addr.s_addr = INADDR_NONE};
    (void)sendto(p->port->link->server.fd, p->bytes + DHCP_FRAME_HEAD, p->iov.iov_len - DHCP_FRAME_HEAD, MSG_DONTWAIT,
                 (const struct sockaddr *)&to, sizeof(to));
}

static void outbox_flush(struct dhcp *d, struct dhcp_outbox *out) {
    for (unsigned sent = 0; sent < out->n;) {
        int n = sendmmsg(out->fd, out->heads + sent, out->n - sent, MSG_DONTWAIT);
        if (n > 0) {
            sent += (unsigned)n;
            continue;
        }
        if (errno == EINTR)
            continue;
        /* The first of the rest failed: it is lost (the client asks again), the others are not. */
        dhcp_send_complain(d, out->parcels[sent].port, errno);
        if (out == &d->stations)
            send_to_everybody(&out->parcels[sent]);
        sent++;
    }
    out->n = 0;
}

void dhcp_flush(struct dhcp *d) {
    outbox_flush(d, &d->stations);
    for (unsigned i = 0; i < d->n_links; i++) {
        outbox_flush(d, &d->links[i].server.out);
        outbox_flush(d, &d->links[i].pxe.out);
    }
}

static struct dhcp_parcel *parcel_new(struct dhcp *d, struct dhcp_outbox *out, struct dhcp_port *port) {
    if (out->n == DHCP_SEND_BATCH)
        outbox_flush(d, out);
    struct dhcp_parcel *p = &out->parcels[out->n];
    p->port = port;
    out->heads[out->n] = (struct mmsghdr){.msg_hdr = {.msg_name = &p->to, .msg_iov = &p->iov, .msg_iovlen = 1}};
    return p;
}

/* Our address on this interface is the source, even where the interface has several. */
static void put_source(struct dhcp_parcel *p, struct msghdr *head, const struct dhcp_link *link) {
    struct in_pktinfo info = {.ipi_ifindex = (int)link->iface.index};
    memcpy(&info.ipi_spec_dst, link->iface.addr.bytes, 4);
    head->msg_control = p->control;
    head->msg_controllen = sizeof(p->control);
    memset(p->control, 0, sizeof(p->control));
    struct cmsghdr *c = CMSG_FIRSTHDR(head);
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void send_frame(struct dhcp_port *port, const struct dhcp_route *route, const struct pxed_hwaddr *mac,
                       struct pxed_slice packet) {
    struct dhcp *d = port->link->d;
    struct dhcp_outbox *out = &d->stations;
    struct dhcp_parcel *p = parcel_new(d, out, port);
    struct msghdr *head = &out->heads[out->n++].msg_hdr;
    p->to.station = (struct sockaddr_ll){.sll_family = AF_PACKET,
                                         .sll_protocol = htons(ETHERTYPE_IP),
                                         .sll_ifindex = (int)port->link->iface.index,
                                         .sll_halen = mac->len};
    memcpy(p->to.station.sll_addr, mac->bytes, sizeof(p->to.station.sll_addr));
    head->msg_namelen = sizeof(p->to.station);
    dhcp_frame_head(p->bytes, pxed_addr_u32(&port->link->iface.addr), port->number, route->ip, route->port, packet);
    memcpy(p->bytes + DHCP_FRAME_HEAD, packet.ptr, packet.len);
    p->iov = (struct iovec){p->bytes, DHCP_FRAME_HEAD + packet.len};
}

void dhcp_send(struct dhcp_port *port, const struct dhcp_route *route, const struct pxed_hwaddr *mac,
               struct pxed_slice packet) {
    struct dhcp *d = port->link->d;
    if (packet.len > DHCP_REPLY_MAX)
        return;
    if (route->how == DHCP_TO_STATION && d->stations.fd >= 0 && mac->len <= 8) {
        send_frame(port, route, mac, packet);
        return;
    }
    struct dhcp_outbox *out = &port->out;
    struct dhcp_parcel *p = parcel_new(d, out, port);
    struct msghdr *head = &out->heads[out->n++].msg_hdr;
    uint32_t to = route->how == DHCP_TO_ADDRESS ? route->ip : INADDR_BROADCAST;
    p->to.in =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(route->port), .sin_addr.s_addr = htonl(to)};
    head->msg_namelen = sizeof(p->to.in);
    memcpy(p->bytes, packet.ptr, packet.len);
    p->iov = (struct iovec){p->bytes, packet.len};
    put_source(p, head, port->link);
}
