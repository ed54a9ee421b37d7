/* A TFTP client that does what a test says. */
#include "client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int client_socket(void) {
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        abort();
    return fd;
}

void client_send(int fd, uint16_t port, struct pxed_slice packet) {
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
    if (sendto(fd, packet.ptr, packet.len, 0, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        perror("sendto");
}

int client_receive(int fd, unsigned ms, char *packet, size_t cap, uint16_t *ret_port) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    if (poll(&p, 1, (int)ms) != 1)
        return -1;
    ssize_t n = recvfrom(fd, packet, cap, 0, (struct sockaddr *)&from, &len);
    *ret_port = ntohs(from.sin_port);
    return (int)n;
}

size_t client_request(char *out, const char *name, const char *mode, const char *options) {
    size_t n = 2;
    struct pxed_slice rest = pxed_slice_of(options), word;
    out[0] = 0, out[1] = 1;
    n += (size_t)sprintf(out + n, "%s", name) + 1;
    n += (size_t)sprintf(out + n, "%s", mode) + 1;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        n += (size_t)sprintf(out + n, "%.*s", PXED_S(word)) + 1;
    return n;
}

static void note_oack(struct client *c, const char *packet, size_t n) {
    size_t at = 0;
    struct pxed_slice rest = pxed_slice(packet + 2, n - 2);
    while (rest.len > 0) {
        size_t name = strlen(rest.ptr) + 1, value = strlen(rest.ptr + name) + 1;
        at += (size_t)snprintf(c->oack + at, sizeof(c->oack) - at, "%s=%s ", rest.ptr, rest.ptr + name);
        rest = pxed_slice_skip(rest, name + value);
    }
}

static void acknowledge(struct client *c, int fd, uint64_t block) {
    char ack[4] = {0, 4, (char)(block >> 8), (char)block};
    client_send(fd, c->server_port, pxed_slice(ack, 4));
}

/* One packet; true while more is to come. */
static bool handle(struct client *c, int fd, const char *packet, size_t n, uint64_t *expects, unsigned *in_window) {
    unsigned blksize = c->blksize ? c->blksize : 512, window = c->window ? c->window : 1;
    if (packet[1] == 5) {
        c->error = packet[3];
        snprintf(c->text, sizeof(c->text), "%.200s", packet + 4);
        return false;
    }
    if (packet[1] == 6) {
        note_oack(c, packet, n);
        acknowledge(c, fd, 0);
        return true;
    }
    uint16_t block = (uint16_t)((uint8_t)packet[2] << 8 | (uint8_t)packet[3]);
    if (packet[1] != 3 || block != (uint16_t)*expects)
        return true;
    if (c->n + n > c->room)
        c->bytes = realloc(c->bytes, c->room = 2 * (c->n + n));
    memcpy(c->bytes + c->n, packet + 4, n - 4);
    c->n += n - 4;
    c->done = n - 4 < blksize;
    ++*expects;
    if (c->done && c->silent_end)
        return false;
    if (c->stop_after && *expects > c->stop_after)
        return false;
    if (c->done || ++*in_window == window) {
        acknowledge(c, fd, *expects - 1);
        *in_window = 0;
    }
    return !c->done;
}

void client_get(void *arg) {
    struct client *c = arg;
    char packet[66000];
    uint64_t expects = 1;
    unsigned in_window = 0;
    int fd = c->fd ? c->fd : client_socket(), n;
    c->error = -1;
    client_send(fd, c->port,
                pxed_slice(packet, client_request(packet, c->name, c->mode ? c->mode : "octet", c->options)));
    do {
        n = client_receive(fd, 3000, packet, sizeof(packet) - 1, &c->server_port);
        c->timed_out = n < 0;
        if (n >= 0)
            packet[n] = '\0';
    } while (n >= 4 && handle(c, fd, packet, (size_t)n, &expects, &in_window));
    if (!c->fd)
        close(fd);
}
