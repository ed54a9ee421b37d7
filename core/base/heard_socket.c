/* The packet socket that hears other DHCP servers. */
#include <errno.h>
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pxed/heard.h"

/* Only UDP to port 68, as the kernel's filter says it: a server's card is busy with other things. */
static void heard_filter(int fd) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof(code) / sizeof(*code), .filter = code};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int pxed_heard_open(unsigned iface_index) {
    struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)iface_index};
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); /* 0: deaf until it is bound */
    if (fd < 0)
        return -errno;
    heard_filter(fd);
    if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

int pxed_heard_send(int fd, unsigned iface_index, const uint8_t mac[6], uint32_t xid, enum pxed_heard_asked as) {
    uint8_t packet[PXED_HEARD_FRAME_MAX];
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_IP),
                             .sll_ifindex = (int)iface_index,
                             .sll_halen = 6,
                             .sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    size_t n = pxed_heard_ask(packet, mac, xid, as);
    return sendto(fd, packet, n, MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

enum pxed_heard_got pxed_heard_receive(int fd, char *bytes, size_t size, struct pxed_heard_reply *ret) {
    struct sockaddr_ll from = {0};
    socklen_t len = sizeof(from);
    ssize_t n = recvfrom(fd, bytes, size, MSG_DONTWAIT, (struct sockaddr *)&from, &len);
    if (n < 0)
        return PXED_HEARD_NOTHING;
    if (from.sll_pkttype == PACKET_OUTGOING || !pxed_heard_read(pxed_slice(bytes, (size_t)n), ret))
        return PXED_HEARD_OTHER;
    if (from.sll_halen == 6) {
        ret->mac = (struct pxed_hwaddr){.type = 1, .len = 6};
        memcpy(ret->mac.bytes, from.sll_addr, 6);
    }
    return PXED_HEARD_REPLY;
}
