/* Port 53 of UDP on each served interface. */
#include "dns_udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns_books.h"

enum { PACKETS_PER_TURN = 256, LOW_PORTS = 1024 };

int dns_udp_open(struct dns_link *link) {
    const struct pxed_iface *i = &link->iface;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
    memcpy(&at.sin_addr, i->addr.bytes, 4);
    int fd = link->dns->core->socket(link->dns->ctx, SOCK_DGRAM, &i->addr, DNS_PORT, i->name);
    if (fd < 0) {
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        /* No SO_REUSEADDR: with it two servers would share the port, and each lose questions to the other. */
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, i->name, (socklen_t)strlen(i->name)) < 0 ||
            bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0) {
            int error = errno;
            if (fd >= 0)
                close(fd);
            return -error;
        }
    }
    link->udp = fd;
    return 0;
}

/* Small servers such as echo and chargen answer anything with anything: a forged question from their port would start a
 * loop (CVE-2024-2169). Resolvers ask from 53 or from a high port. */
static bool udp_answers_port(uint16_t port) {
    return port >= LOW_PORTS || port == DNS_PORT;
}

static bool udp_take(struct dns_link *link) {
    struct dns *d = link->dns;
    uint8_t bytes[DNS_QUERY_MAX], answer[DNS_ANSWER_MAX];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    ssize_t n = recvfrom(link->udp, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &len);
    if (n < 0)
        return errno == EINTR;
    struct pxed_addr peer = pxed_addr_v4_be(&from.sin_addr);
    if ((size_t)n > sizeof(bytes) || !udp_answers_port(ntohs(from.sin_port)))
        return true;
    if (!dns_rate_admits(&d->rate, &peer, d->core->now(d->ctx))) {
        d->core->refuse(d->ctx, PXED_WHY_DNS_RATE, &peer, "too many questions");
        return true;
    }
    size_t size = dns_books_answer(link, pxed_slice((const char *)bytes, (size_t)n), 0, answer);
    if (size > 0)
        (void)!sendto(link->udp, answer, size, MSG_DONTWAIT, (const struct sockaddr *)&from, len);
    return true;
}

void dns_udp_ready(void *link, int events) {
    (void)events;
    for (int i = 0; i < PACKETS_PER_TURN && udp_take(link); i++)
        ;
}
