/* Takes over what systemd has bound, so that pxed need not be root to have ports below 1024. */
#include "handed.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "systemd.h"

enum { HANDED_MAX = 64 };

struct handed {
    int fd, type;
    struct pxed_addr addr; /* family 0: not IP */
    bool every_address;
    uint16_t port;
    char device[IFNAMSIZ]; /* empty: any */
};

static struct handed handed[HANDED_MAX];
static size_t n_handed;

static void read_name(struct handed *h) {
    struct sockaddr_storage name = {0};
    socklen_t len = sizeof(name);
    if (getsockname(h->fd, (struct sockaddr *)&name, &len) < 0)
        return;
    if (name.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&name;
        h->addr = pxed_addr_v4_be(&in->sin_addr);
        h->port = ntohs(in->sin_port);
        h->every_address = in->sin_addr.s_addr == INADDR_ANY;
    } else if (name.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&name;
        h->addr.family = 6;
        memcpy(h->addr.bytes, &in6->sin6_addr, sizeof(in6->sin6_addr));
        h->port = ntohs(in6->sin6_port);
        h->every_address = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
    }
}

void handed_init(void) {
    int n = systemd_sockets();
    n_handed = 0;
    if (n < 0)
        log_core(PXED_LOG_WARNING, "socket-unused", "what systemd says of its sockets is broken: %s", strerror(-n));
    for (int i = 0; i < n && n_handed < HANDED_MAX; i++) {
        struct handed *h = &handed[n_handed++];
        socklen_t len = sizeof(h->type), room = sizeof(h->device);
        *h = (struct handed){.fd = SYSTEMD_FDS_START + i};
        if (getsockopt(h->fd, SOL_SOCKET, SO_TYPE, &h->type, &len) < 0)
            h->type = 0;
        if (getsockopt(h->fd, SOL_SOCKET, SO_BINDTODEVICE, h->device, &room) < 0)
            h->device[0] = '\0';
        read_name(h);
        fcntl(h->fd, F_SETFL, fcntl(h->fd, F_GETFL) | O_NONBLOCK);
    }
}

/* A socket that hears every interface is one's own only if there is just one. */
static bool fits(const struct handed *h, const struct daemon *d, const struct pxed_addr *addr, const char *iface) {
    if (h->addr.family != addr->family || !(h->every_address || pxed_addr_eq(&h->addr, addr)))
        return false;
    return !iface || (h->device[0] ? strcmp(h->device, iface) == 0 : !h->every_address || d->n_ifaces == 1);
}

int handed_take(const struct daemon *d, int type, const struct pxed_addr *addr, uint16_t port, const char *iface) {
    for (size_t i = 0; i < n_handed; i++) {
        struct handed *h = &handed[i];
        if (h->fd < 0 || h->type != type || h->port != port || !fits(h, d, addr, iface))
            continue;
        int fd = h->fd;
        h->fd = -1;
        return fd;
    }
    return -1;
}

void handed_end(void) {
    char text[PXED_ADDR_TEXT];
    for (size_t i = 0; i < n_handed; i++) {
        const struct handed *h = &handed[i];
        if (h->fd < 0)
            continue;
        log_core(
            PXED_LOG_WARNING, "socket-unused",
            "systemd's %s socket %s port %u%s%s is closed: no plugin asked for it (an IPv4 address? the interface?)",
            h->type == SOCK_STREAM  ? "stream"
            : h->type == SOCK_DGRAM ? "datagram"
                                    : "other",
            h->addr.family ? pxed_addr_text(&h->addr, text) : "-", h->port, h->device[0] ? " of " : "", h->device);
        close(h->fd);
    }
    n_handed = 0;
}
