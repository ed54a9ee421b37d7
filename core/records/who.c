/* Asks the kernel by rtnetlink for route and neighbour entry. */
#define _GNU_SOURCE
#include "who.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DISCARD_PORT = 9 };

/* One socket for the process; the kernel answers within the call. */
static struct mnl_socket *open_socket(void) {
    static struct mnl_socket *socket;
    if (!socket && (socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK)) &&
        mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        mnl_socket_close(socket);
        socket = NULL;
    }
    return socket;
}

/* Sends the request and passes its answer to `read`. False if the kernel returns an error. */
static bool who_ask(struct nlmsghdr *request, mnl_cb_t read, void *arg) {
    static unsigned seq;
    char answer[8192];
    struct mnl_socket *socket = open_socket();
    if (!socket)
        return false;
    request->nlmsg_flags = NLM_F_REQUEST;
    request->nlmsg_seq = ++seq;
    if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
        return false;
    for (;;) {
        ssize_t n = mnl_socket_recvfrom(socket, answer, sizeof(answer));
        const struct nlmsghdr *head = (const struct nlmsghdr *)(const void *)answer;
        if (n < (ssize_t)sizeof(*head))
            return false;
        if (head->nlmsg_seq == seq) /* skips answers to earlier requests that failed */
            return mnl_cb_run(answer, (size_t)n, seq, mnl_socket_get_portid(socket), read, arg) >= 0;
    }
}

static size_t addr_size(const struct pxed_addr *a) {
    return a->family == 4 ? 4 : 16;
}

static uint8_t addr_family(const struct pxed_addr *a) {
    return a->family == 4 ? AF_INET : AF_INET6;
}

struct route {
    bool found, local;
    struct pxed_addr gateway;
    uint32_t card;
};

static int read_route(const struct nlmsghdr *head, void *arg) {
    struct route *r = arg;
    const struct rtmsg *route = mnl_nlmsg_get_payload(head);
    const struct nlattr *attr;
    if (head->nlmsg_type != RTM_NEWROUTE)
        return MNL_CB_OK;
    r->found = true;
    r->local = route->rtm_type == RTN_LOCAL;
    for (attr = mnl_nlmsg_get_payload_offset(head, sizeof(*route));
         mnl_attr_ok(attr, (int)((const char *)mnl_nlmsg_get_payload_tail(head) - (const char *)attr));
         attr = mnl_attr_next(attr)) {
        if (mnl_attr_get_type(attr) == RTA_OIF)
            r->card = mnl_attr_get_u32(attr);
        if (mnl_attr_get_type(attr) == RTA_VIA)
            r->gateway.family = 6;
        if (mnl_attr_get_type(attr) == RTA_GATEWAY) {
            r->gateway.family = route->rtm_family == AF_INET ? 4 : 6;
            memcpy(r->gateway.bytes, mnl_attr_get_payload(attr), addr_size(&r->gateway));
        }
    }
    return MNL_CB_OK;
}

static struct route find_route(const struct pxed_addr *peer) {
    char buffer[256];
    struct route r = {.found = false};
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = RTM_GETROUTE;
    struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
    route->rtm_family = addr_family(peer);
    route->rtm_dst_len = (uint8_t)(addr_size(peer) * 8);
    mnl_attr_put(request, RTA_DST, addr_size(peer), peer->bytes);
    if (!who_ask(request, read_route, &r))
        r.found = false;
    return r;
}

static int read_neighbour(const struct nlmsghdr *head, void *arg) {
    struct who *who = arg;
    const struct ndmsg *neighbour = mnl_nlmsg_get_payload(head);
    const struct nlattr *attr;
    enum { COMPLETE = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT };
    if (head->nlmsg_type != RTM_NEWNEIGH || !(neighbour->ndm_state & COMPLETE))
        return MNL_CB_OK;
    for (attr = mnl_nlmsg_get_payload_offset(head, sizeof(*neighbour));
         mnl_attr_ok(attr, (int)((const char *)mnl_nlmsg_get_payload_tail(head) - (const char *)attr));
         attr = mnl_attr_next(attr)) {
        uint16_t n = mnl_attr_get_payload_len(attr);
        if (mnl_attr_get_type(attr) != NDA_LLADDR || n == 0 || n > sizeof(who->mac.bytes))
            continue;
        if (n == sizeof(who->mac.bytes)) {
            who->mac = pxed_hwaddr_infiniband(mnl_attr_get_payload(attr), n);
        } else {
            who->mac = (struct pxed_hwaddr){.type = ARPHRD_ETHER, .len = (uint8_t)n};
            memcpy(who->mac.bytes, mnl_attr_get_payload(attr), n);
        }
        who->resolved = true;
    }
    return MNL_CB_OK;
}

/* Requests a single entry: since Linux 5.0. */
static void find_neighbour(const struct pxed_addr *peer, uint32_t card, struct who *ret) {
    char buffer[256];
    struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
    request->nlmsg_type = RTM_GETNEIGH;
    struct ndmsg *neighbour = mnl_nlmsg_put_extra_header(request, sizeof(*neighbour));
    neighbour->ndm_family = addr_family(peer);
    neighbour->ndm_ifindex = (int)card;
    mnl_attr_put(request, NDA_DST, addr_size(peer), peer->bytes);
    who_ask(request, read_neighbour, ret);
}

void who_look(const struct pxed_addr *peer, struct who *ret) {
    *ret = (struct who){.routed = true};
    if (peer->family != 4 && peer->family != 6)
        return;
    struct route r = find_route(peer);
    ret->own = r.found && r.local;
    ret->routed = !r.found || r.gateway.family != 0;
    ret->gateway = r.gateway;
    if (!ret->own && !ret->routed)
        find_neighbour(peer, r.card, ret);
}

void who_prod(const struct pxed_addr *peer) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(DISCARD_PORT)};
    if (peer->family != 4)
        return;
    memcpy(&to.sin_addr, peer->bytes, 4);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, "", 0, 0, (const struct sockaddr *)&to,
                  sizeof(to)); /* may be lost: the entry is looked up again */
    close(fd);
}

const char *who_text(const struct who *who, char text[64]) {
    char mac[PXED_MAC_TEXT], ip[PXED_ADDR_TEXT];
    if (who->resolved)
        snprintf(text, 64, "mac=%s", pxed_mac_text(&who->mac, ":", mac));
    else if (who->gateway.family != 0)
        snprintf(text, 64, "via=%s", pxed_addr_text(&who->gateway, ip));
    else
        snprintf(text, 64, who->routed ? "no route" : "mac unknown");
    return text;
}
