/* Packet sockets: receive solicitations, send advertisements. The kernel's own IPv6 may be off, as it is in most
 * containers. */
#include "ra_io.h"

#include <errno.h>
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/frame.h"
#include "wire/refuse.h"

enum { PACKET_MAX = 1500, PACKETS_PER_TURN = 256 };

/* ---- opening ---- */

/* Of all IPv6 traffic only what router.c and refuse.c read. */
static int only_read(int fd) {
    struct sock_filter rows[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, RA_AT_NEXT_HEADER),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RA_ICMPV6, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, RA_IP_HEAD),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RA_SOLICITATION, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RA_ADVERTISEMENT, 3, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RA_UDP, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, RA_IP_HEAD + 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REFUSE_PORT, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, PACKET_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {sizeof(rows) / sizeof(rows[0]), rows};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* ff02::1, where routers advertise, ff02::2, where machines solicit, ff02::1:2, where they look for DHCPv6 (RFC 2464
 * 7): `group` is the last 32 bits. */
static int join(int fd, uint32_t card, uint32_t group) {
    struct packet_mreq all = {.mr_ifindex = (int)card,
                              .mr_type = PACKET_MR_MULTICAST,
                              .mr_alen = 6,
                              .mr_address = {0x33, 0x33, [3] = (uint8_t)(group >> 16), [5] = (uint8_t)group}};
    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all));
}

static int link_open(struct ra_link *link) {
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IPV6), .sll_ifindex = (int)link->iface.index};
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); /* hears nothing before it is bound */
    if (fd < 0)
        return -errno;
    if (only_read(fd) < 0 || join(fd, link->iface.index, 1) < 0 || join(fd, link->iface.index, 2) < 0 ||
        join(fd, link->iface.index, 0x10002) < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
        int r = -errno;
        close(fd);
        return r;
    }
    link->fd = fd;
    return 0;
}

void ra_open(struct ra *ra) {
    for (size_t i = 0; i < ra->n_links; i++) {
        int r = link_open(&ra->links[i]);
        if (r < 0)
            pxed_log(ra->ctx, PXED_LOG_INFO, "ra-idle", NULL, NULL,
                     "interface=%s no router advertisements, iPXE will wait for IPv6: %s", ra->links[i].iface.name,
                     strerror(-r));
    }
}

/* ---- answering ---- */

static void send_to(struct ra_link *link, const struct pxed_hwaddr *mac, const char *what, const uint8_t *packet,
                    size_t size) {
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETHERTYPE_IPV6),
                             .sll_ifindex = (int)link->iface.index,
                             .sll_halen = mac->len};
    memcpy(to.sll_addr, mac->bytes, mac->len);
    ssize_t n = sendto(link->fd, packet, size, MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
    pxed_log(link->ra->ctx, PXED_LOG_DEBUG, what, mac, NULL, "interface=%s result=%s", link->iface.name,
             n < 0 ? strerror(errno) : "sent");
}

static void ra_io_answer(void *arg, const uint8_t address[16], const struct pxed_hwaddr *mac) {
    struct ra_link *link = arg;
    uint8_t packet[RA_PACKET_SIZE];
    ra_wrap(packet, link->iface.mac.bytes, address);
    send_to(link, mac, "ra", packet, sizeof(packet));
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
    if (mac->len != 6 || !ra_link_local(source) || ra_has_router(&link->watch, now))
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

/* Firmware that was sent to its disk by a loader of ours tries to boot by IPv6 first, which takes OVMF a minute. */
static void on_boot(struct ra_link *link, const uint8_t source[16], const struct pxed_hwaddr *mac,
                    struct pxed_slice message) {
    struct refuse_ask ask;
    char text[REFUSE_MAX];
    uint8_t packet[RA_IP_HEAD + RA_UDP_HEAD + REFUSE_MAX];
    struct pxed_buf answer = PXED_BUF(text);
    if (mac->len != 6 || !ra_link_local(source) || !refuse_read(message, link->iface.mac.bytes, &ask) ||
        ra_has_router(&link->watch, link->ra->core->now(link->ra->ctx)) || !is_loader(link, mac))
        return;
    refuse_write(&ask, link->iface.mac.bytes, &answer);
    size_t n = ra_wrap_udp(packet, sizeof(packet), link->iface.mac.bytes, source, REFUSE_PORT, pxed_buf_slice(&answer));
    if (n > 0 && !pxed_buf_full(&answer))
        send_to(link, mac, "ipv6-boot", packet, n);
    if (ask.request)
        pxed_log(link->ra->ctx, PXED_LOG_INFO, "ipv6-boot-refused", mac, NULL, "interface=%s", link->iface.name);
}

static bool take_packet(struct ra_link *link) {
    char bytes[PACKET_MAX];
    uint8_t source[16];
    struct ra_packet packet;
    struct sockaddr_ll from = {0};
    socklen_t size = sizeof(from);
    ssize_t n = recvfrom(link->fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (n < 0)
        return errno == EINTR;
    struct pxed_slice udp = ra_unwrap_udp(pxed_slice(bytes, (size_t)n), REFUSE_PORT, source);
    if (udp.ptr) {
        struct pxed_hwaddr mac = {.type = 1, .len = from.sll_halen == 6 ? 6 : 0};
        memcpy(mac.bytes, from.sll_addr, mac.len);
        on_boot(link, source, &mac, udp);
        return true;
    }
    if (!ra_unwrap(pxed_slice(bytes, (size_t)n), &packet))
        return true;
    struct ra_message m = ra_parse(packet.icmp, packet.source, packet.hop_limit);
    if (m.kind == RA_SOLICITS)
        on_solicitation(link, packet.source, &m.mac);
    else if (m.kind == RA_ADVERTISES)
        on_advertisement(link, packet.source, m.lifetime);
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
            pxed_log(ra->ctx, PXED_LOG_ERROR, "socket-failed", NULL, NULL, "cannot poll for router solicitations: %s",
                     uv_strerror(r));
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
