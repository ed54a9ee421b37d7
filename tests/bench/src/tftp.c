/* A TFTP client that never blocks: see tftp.h. */
#include "tftp.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { TRIES = 8, LARGEST = 65468 };
enum { OP_DATA = 3, OP_ERROR = 5, OP_OACK = 6 };

void tftp_fail(struct tftp *x, const char *why) {
    if (x->state == TFTP_DATA) // else the server goes on sending, beside what comes next
        (void)send(x->fd, "\0\5\0\0", 5, 0);
    x->state = TFTP_FAILED;
    x->ended = load_now();
    load_why(x->why, why);
}

static void tftp_ask(struct tftp *x, const struct tftp_way *way) {
    char out[512];
    int n = snprintf(out, sizeof out, "%c%c%s%coctet%ctsize%c0%cblksize%c%d%c", 0, 1, way->file, 0, 0, 0, 0, 0,
                     way->block_size, 0);
    if (way->window > 1)
        n += snprintf(out + n, sizeof out - (size_t)n, "windowsize%c%d%c", 0, way->window, 0);
    // If it cannot be sent now, the time-out sends it again.
    (void)sendto(x->fd, out, (size_t)n, 0, (const struct sockaddr *)&way->server, sizeof way->server);
}

static bool tftp_lost(const struct tftp_way *way) {
    return way->loss > 0 && load_random() < way->loss;
}

static void tftp_send_ack(const struct tftp *x) {
    uint8_t out[4] = {0, 4, (uint8_t)(x->last >> 8), (uint8_t)x->last};
    (void)send(x->fd, out, sizeof out, 0);
}

static void tftp_ack(struct tftp *x, const struct tftp_way *way) {
    x->in_window = 0;
    x->deadline = load_now() + way->timeout;
    if (!tftp_lost(way))
        tftp_send_ack(x);
}

void tftp_start(struct tftp *x, const struct tftp_way *way, uint32_t from) {
    int room = way->block_size * way->window * 4;
    *x = (struct tftp){.fd = load_udp(from, 0, room < 262144 ? 262144 : room), .block_size = 512, .window = 1};
    x->begun = load_now();
    x->deadline = x->begun + way->timeout;
    tftp_ask(x, way);
}

/* `in` ends with a byte of zero. */
static void tftp_take_options(struct tftp *x, const struct tftp_way *way, const char *in, const char *end) {
    while (in < end) {
        const char *value = in + strlen(in) + 1;
        if (value >= end)
            break;
        if (strcasecmp(in, "blksize") == 0)
            x->block_size = atoi(value);
        else if (strcasecmp(in, "windowsize") == 0)
            x->window = atoi(value);
        else if (strcasecmp(in, "tsize") == 0 && strtoull(value, NULL, 10) != way->whole.length)
            tftp_fail(x, "size differs");
        in = value + strlen(value) + 1;
    }
    if (x->state == TFTP_FAILED)
        return;
    x->state = TFTP_DATA;
    x->tries = 0;
    tftp_ack(x, way);
}

static void tftp_take_next(struct tftp *x, const struct tftp_way *way, const uint8_t *data, size_t length) {
    const struct load_bytes *whole = &way->whole;
    if (length > whole->length - x->bytes || memcmp(whole->at + x->bytes, data, length) != 0) {
        tftp_fail(x, "content differs");
        return;
    }
    x->bytes += length;
    x->last++;
    x->in_window++;
    x->complained = false;
    x->tries = 0;
    x->deadline = load_now() + way->timeout;
    if ((int)length < x->block_size) {
        tftp_send_ack(x); // never dropped: nobody would see it
        x->ended = load_now();
        x->state = TFTP_DONE;
        if (x->bytes != whole->length)
            tftp_fail(x, "size differs");
    } else if (x->in_window >= x->window) {
        tftp_ack(x, way);
    }
}

static void tftp_take_data(struct tftp *x, const struct tftp_way *way, const uint8_t *in, size_t length) {
    uint16_t block = (uint16_t)(in[2] << 8 | in[3]), ahead = (uint16_t)(block - (uint16_t)(x->last + 1));
    x->state = TFTP_DATA;
    if (ahead == 0) {
        tftp_take_next(x, way, in + 4, length - 4);
    } else if (ahead < 32768) { // one before it is missing: said once
        if (!x->complained)
            tftp_ack(x, way);
        x->complained = true;
    } else {
        x->duplicates++;
        if (block == (uint16_t)x->last)
            tftp_ack(x, way);
    }
}

static void tftp_take(struct tftp *x, const struct tftp_way *way, uint8_t *in, size_t length) {
    x->packets++;
    in[length] = 0;
    if (in[1] == OP_ERROR)
        tftp_fail(x, (char *)in + 4);
    else if (x->state == TFTP_DATA && tftp_lost(way))
        return;
    else if (in[1] == OP_DATA)
        tftp_take_data(x, way, in, length);
    else if (in[1] == OP_OACK && x->last == 0)
        tftp_take_options(x, way, (char *)in + 2, (char *)in + length);
}

/* The first answer's sender is the partner from then on. */
static ssize_t tftp_receive(struct tftp *x, uint8_t *in, size_t room) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    if (x->state != TFTP_ASKED)
        return recv(x->fd, in, room, 0);
    ssize_t n = recvfrom(x->fd, in, room, 0, (struct sockaddr *)&from, &size);
    if (n >= 4 && connect(x->fd, (struct sockaddr *)&from, size) < 0)
        return -1;
    return n;
}

enum tftp_state tftp_readable(struct tftp *x, const struct tftp_way *way) {
    static uint8_t in[LARGEST + 1];
    while (x->state < TFTP_DONE) {
        ssize_t n = tftp_receive(x, in, LARGEST);
        if (n >= 4)
            tftp_take(x, way, in, (size_t)n);
        else if (n < 0 && errno == EAGAIN)
            break;
        else if (n < 0 && errno != EINTR && !(errno == ECONNREFUSED && x->state == TFTP_DATA))
            tftp_fail(x, strerror(errno));
    }
    return x->state;
}

enum tftp_state tftp_tick(struct tftp *x, const struct tftp_way *way, double now) {
    if (x->state >= TFTP_DONE || now < x->deadline)
        return x->state;
    if (++x->tries > TRIES) {
        tftp_fail(x, x->state == TFTP_ASKED ? "no answer" : "no more data");
        return x->state;
    }
    x->timeouts++;
    if (x->state == TFTP_ASKED)
        tftp_ask(x, way);
    else
        tftp_send_ack(x);
    x->deadline = now + way->timeout * (x->tries < 4 ? x->tries : 4);
    return x->state;
}
