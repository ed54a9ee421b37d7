/* The question who uses an address: ARP on a wire of ours, ICMP echo behind relays. The sockets are opened before the
 * capability is dropped. */
#include "dhcp_ask.h"

#include <errno.h>
#include <linux/icmp.h>
#include <net/ethernet.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "dhcp_nets.h"
#include "wire/arp.h"
#include "wire/echo.h"

enum { ANSWERS_PER_TURN = 256, ANSWER_SIZE = 128 };

/* ---- the sockets ---- */

/* Bound to one interface, so that an answer belongs to one wire. Protocol 0: it hears nothing before that, else bind()
 * would wait until every CPU has let go of a packet, ten milliseconds of each start. */
static void open_arp(struct dhcp_link *link) {
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_ARP), .sll_ifindex = (int)link->iface.index};
    link->arp = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (link->arp >= 0 && bind(link->arp, (const struct sockaddr *)&at, sizeof(at)) == 0)
        return;
    pxed_log(link->d->ctx, PXED_LOG_WARNING, "socket-failed", NULL, NULL,
             "interface=%s no ARP socket: no DECLINE counts, and no address is probed error=%s", link->iface.name,
             strerror(errno));
    if (link->arp >= 0)
        close(link->arp);
    link->arp = -1;
}

static bool leases_behind_relays(const struct dhcp *d) {
    for (unsigned i = 0; i < d->n_nets; i++)
        if (d->nets[i].link == DHCP_NO_LINK && d->nets[i].terms[0].config.mode == DHCP_MODE_SERVER)
            return true;
    return false;
}

static void open_echo(struct dhcp *d) {
    struct icmp_filter filter = {.data = ~(1u << ICMP_ECHOREPLY)};
    d->echo = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
    if (d->echo >= 0 && setsockopt(d->echo, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter)) == 0)
        return;
    pxed_log(d->ctx, PXED_LOG_WARNING, "socket-failed", NULL, NULL,
             "no ICMP socket: behind relays no DECLINE counts, and no address is probed error=%s", strerror(errno));
    if (d->echo >= 0)
        close(d->echo);
    d->echo = -1;
}

void dhcp_ask_open(struct dhcp *d) {
    for (unsigned i = 0; i < d->n_links; i++)
        open_arp(&d->links[i]);
    d->echo = -1;
    if (leases_behind_relays(d))
        open_echo(d);
    d->echo_id = (uint16_t)dhcp_ask_secret();
}

bool dhcp_ask_can(const struct dhcp *d, unsigned scope) {
    int link = d->nets[scope].link;
    return link == DHCP_NO_LINK ? d->echo_poll.open : d->links[link].arp_poll.open;
}

uint64_t dhcp_ask_secret(void) {
    uint64_t secret = 0;
    if (getrandom(&secret, sizeof(secret), GRND_NONBLOCK) != (ssize_t)sizeof(secret))
        secret = uv_hrtime();
    return secret;
}

/* ---- questions ---- */

/* One that cannot be sent counts as lost: the second one may get through. */
static void ask_arp(const struct dhcp_link *link, uint32_t ip) {
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETHERTYPE_ARP),
                             .sll_ifindex = (int)link->iface.index,
                             .sll_halen = 6,
                             .sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    uint8_t packet[DHCP_ARP_SIZE];
    dhcp_arp_probe(packet, link->iface.mac.bytes, ip);
    (void)sendto(link->arp, packet, sizeof(packet), MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
}

static void ask_echo(const struct dhcp *d, uint32_t ip, uint64_t secret) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(ip)};
    uint8_t packet[DHCP_ECHO_SIZE];
    dhcp_echo(packet, d->echo_id, secret);
    (void)sendto(d->echo, packet, sizeof(packet), MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
}

void dhcp_ask(struct dhcp *d, unsigned scope, uint32_t ip, uint64_t secret) {
    int link = d->nets[scope].link;
    if (!dhcp_ask_can(d, scope))
        return;
    if (link == DHCP_NO_LINK)
        ask_echo(d, ip, secret);
    else
        ask_arp(&d->links[link], ip);
}

/* ---- answers ---- */

/* The net of an address whose answers come this way, or DHCP_NO_SCOPE. */
static int scope_of(const struct dhcp *d, uint32_t ip, int link) {
    const struct dhcp_nets nets = dhcp_nets_of(d);
    int scope = dhcp_net_of(&nets, ip);
    return scope != DHCP_NO_SCOPE && d->nets[scope].link == link ? scope : DHCP_NO_SCOPE;
}

static void on_arp(void *data, int events) {
    struct dhcp_link *link = data;
    struct dhcp *d = link->d;
    char bytes[64];
    (void)events;
    for (int i = 0; i < ANSWERS_PER_TURN; i++) {
        struct dhcp_answer answer = {0};
        ssize_t n = recv(link->arp, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n < 0)
            break;
        if (dhcp_arp_sender(pxed_slice(bytes, (size_t)n), &answer.ip, &answer.mac) &&
            scope_of(d, answer.ip, (int)(link - d->links)) != DHCP_NO_SCOPE)
            d->answered(d, &answer);
    }
}

static void on_echo(void *data, int events) {
    struct dhcp *d = data;
    char bytes[ANSWER_SIZE];
    (void)events;
    for (int i = 0; i < ANSWERS_PER_TURN; i++) {
        struct dhcp_answer answer = {.far = true};
        ssize_t n = recv(d->echo, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n < 0)
            break;
        if (dhcp_echo_sender(pxed_slice(bytes, (size_t)n), d->echo_id, &answer.ip, &answer.secret) &&
            scope_of(d, answer.ip, DHCP_NO_LINK) != DHCP_NO_SCOPE)
            d->answered(d, &answer);
    }
}

static void hear(struct pxed_poll *poll, int fd, bool on) {
    char bytes[ANSWER_SIZE];
    if (!poll->open)
        return;
    if (!on) {
        pxed_poll_stop(poll);
        return;
    }
    for (int n = 0; n < 4 * ANSWERS_PER_TURN && recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) >= 0; n++)
        ;
    pxed_poll_start(poll, UV_READABLE);
}

/* ARP traffic is frequent: the sockets are polled only while somebody waits for an answer. */
void dhcp_ask_hear(struct dhcp *d, enum dhcp_hearer who, bool on) {
    unsigned before = d->hearers;
    d->hearers = on ? before | who : before & ~(unsigned)who;
    if ((before == 0) == (d->hearers == 0))
        return;
    for (unsigned i = 0; i < d->n_links; i++)
        hear(&d->links[i].arp_poll, d->links[i].arp, d->hearers != 0);
    hear(&d->echo_poll, d->echo, d->hearers != 0);
}

/* ---- life ---- */

int dhcp_ask_listen(struct dhcp *d) {
    for (unsigned i = 0; i < d->n_links; i++) {
        struct dhcp_link *link = &d->links[i];
        if (link->arp < 0)
            continue;
        int r = pxed_poll_open(&link->arp_poll, d->core->loop(d->ctx), link->arp, on_arp, link);
        if (r < 0)
            return r;
        d->handles++;
    }
    if (d->echo < 0)
        return 0;
    int r = pxed_poll_open(&d->echo_poll, d->core->loop(d->ctx), d->echo, on_echo, d);
    d->handles += r == 0;
    return r;
}

static void on_arp_closed(uv_handle_t *handle) {
    struct dhcp_link *link = handle->data;
    dhcp_handle_closed(link->d);
}

static void on_echo_closed(uv_handle_t *handle) {
    dhcp_handle_closed(handle->data);
}

static void ask_close(struct pxed_poll *poll, int *fd, uv_close_cb closed) {
    pxed_poll_close(poll, closed);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void dhcp_ask_close(struct dhcp *d) {
    for (unsigned i = 0; i < d->n_links; i++)
        ask_close(&d->links[i].arp_poll, &d->links[i].arp, on_arp_closed);
    ask_close(&d->echo_poll, &d->echo, on_echo_closed);
}
