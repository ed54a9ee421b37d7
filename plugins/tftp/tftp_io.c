/* Port 69: takes requests, answers refusals, begins transfers. */
#define _GNU_SOURCE /* recvmmsg */
#include "tftp_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"
#include "pxed/socket.h"
#include "refuse.h"
#include "session.h"
#include "session_state.h"

enum {
    TFTP_BUFFER = 4 * 1024 * 1024,
    TFTP_BATCHES = 16, /* of requests before other sockets get their turn */
    TFTP_RESERVED_PORTS = 1024,
    TFTP_PEER_SHARE = 4, /* one address may have this part of all transfers: a NAT or a relay is one address */
    TFTP_UNPROVEN = 32,  /* transfers of one address that it has not answered, though it had TFTP_ANSWER_MS */
    TFTP_ANSWER_MS = 500,
};

/* --- requests --- */

/* Why a well-formed request is not even looked up. */
static enum pxed_reason tftp_io_objection(const struct tftp *tftp, const struct tftp_request *request) {
    if (request->opcode == TFTP_WRQ)
        return PXED_WHY_TFTP_WRITE;
    if (request->mode != TFTP_OCTET && request->mode != TFTP_NETASCII)
        return PXED_WHY_BAD_REQUEST;
    if (request->name.len == 0 || request->name.len > TFTP_NAME_MAX)
        return PXED_WHY_BAD_NAME;
    if (tftp->stopping)
        return PXED_WHY_SHUTTING_DOWN;
    return PXED_WHY_OK;
}

static bool had_time(const struct tftp *tftp, const struct tftp_entry *oldest) {
    const struct tftp_session *s = (const struct tftp_session *)oldest;
    return s && tftp->ctx->core->now(tftp->ctx) - s->began >= TFTP_ANSWER_MS;
}

/* Room for one more: a transfer that nobody has answered goes if it could have been, one that a client waits for never
 * does. False: there is none. */
static bool make_room(struct tftp *tftp, const struct pxed_addr *peer) {
    const struct tftp_table *t = &tftp->table;
    for (struct tftp_entry *e; tftp_table_unproven(t, peer)->n >= TFTP_UNPROVEN;) {
        e = tftp_entry_of(tftp_table_unproven(t, peer)->first);
        if (!had_time(tftp, e))
            break; /* many behind one address, all at once */
        tftp_session_end((struct tftp_session *)e, PXED_WHY_BUSY, false);
    }
    size_t share = (tftp->config->max_transfers + TFTP_PEER_SHARE - 1) / TFTP_PEER_SHARE;
    bool all = tftp_table_count(t, peer) < share;
    if (all && t->n < tftp->config->max_transfers)
        return true;
    struct tftp_entry *oldest = tftp_entry_of(tftp_table_unproven(t, all ? NULL : peer)->first);
    if (!had_time(tftp, oldest))
        return false;
    tftp_session_end((struct tftp_session *)oldest, PXED_WHY_BUSY, false);
    return true;
}

static void log_request(struct tftp *tftp, const struct tftp_request *request, const struct pxed_addr *peer) {
    char name[128];
    struct pxed_buf buf = PXED_BUF(name);
    pxed_buf_escaped(&buf, pxed_slice_head(request->name, 100));
    pxed_log(tftp->ctx, PXED_LOG_DEBUG, "tftp-request", NULL, peer, "file=%s blksize=%llu windowsize=%llu",
             pxed_buf_cstr(&buf), (unsigned long long)request->value[TFTP_BLKSIZE],
             (unsigned long long)request->value[TFTP_WINDOWSIZE]);
}

/* lpxelinux requests all its files from one port: a new request ends what the client has abandoned, usually a transfer
 * whose last ACK was lost. */
static bool taken_up(struct tftp *tftp, const struct pxed_addr *peer, uint16_t port, struct pxed_slice packet) {
    struct tftp_entry *next;
    for (struct tftp_entry *entry = tftp_table_find(&tftp->table, peer, port); entry; entry = next) {
        struct tftp_session *s = (struct tftp_session *)entry;
        next = tftp_table_next(entry);
        if (tftp_session_is_repeat(s, packet)) {
            tftp_session_repeat(s);
            return true;
        }
        /* With one port of ours for all, a client's port has one transfer. */
        if (tftp_session_is_left(s) || tftp->config->single_port)
            tftp_session_end(s, PXED_WHY_OK, false);
    }
    return false;
}

/* Without a transfer it is no fault: our ERROR came from port 69, and some clients acknowledge it there, or send an
 * ERROR of their own. */
static bool is_reply(struct pxed_slice packet) {
    struct tftp_reply reply;
    return tftp_parse_reply(packet, &reply);
}

static void on_request(const struct tftp_listener *listener, const struct pxed_addr *peer, uint16_t port,
                       struct pxed_slice packet) {
    struct tftp *tftp = listener->tftp;
    struct tftp_request request;
    bool reply = port >= TFTP_RESERVED_PORTS && is_reply(packet);
    struct tftp_entry *entry = reply && tftp->config->single_port ? tftp_table_find(&tftp->table, peer, port) : NULL;
    if (entry) {
        tftp_session_heard((struct tftp_session *)entry, packet);
        return;
    }
    if (reply) {
        pxed_log(tftp->ctx, PXED_LOG_DEBUG, "tftp-stray", NULL, peer, "an answer to no transfer");
        return;
    }
    /* Two servers answering each other's errors never stop (CVE-2024-2169): nothing goes to a service's port, and
     * nothing here answers what is not a request. */
    if (port < TFTP_RESERVED_PORTS || !tftp_parse_request(packet, &request)) {
        tftp->ctx->core->refuse(tftp->ctx, PXED_WHY_TFTP_MALFORMED, peer,
                                port < TFTP_RESERVED_PORTS ? "from a reserved port" : "no request");
        return;
    }
    if (taken_up(tftp, peer, port, packet))
        return;
    log_request(tftp, &request, peer);
    enum pxed_reason reason = tftp_io_objection(tftp, &request);
    if (reason == PXED_WHY_OK && !make_room(tftp, peer))
        reason = PXED_WHY_BUSY;
    if (reason == PXED_WHY_OK) {
        tftp_session_begin(tftp, listener, peer, port, packet, &request);
        return;
    }
    tftp->ctx->core->refuse(tftp->ctx, reason, peer, NULL);
    /* A boot ROM that gets an ERROR gives up, one that gets nothing repeats its request: when there is room, or to the
     * daemon that comes after this one. */
    if (reason != PXED_WHY_BUSY && reason != PXED_WHY_SHUTTING_DOWN)
        tftp_send_refusal(listener, peer, port, reason);
}

static int tftp_io_receive(struct tftp_listener *listener, struct mmsghdr *messages, struct sockaddr_in *from) {
    struct tftp *tftp = listener->tftp;
    struct iovec iov[TFTP_BATCH];
    for (unsigned i = 0; i < TFTP_BATCH; i++) {
        iov[i] = (struct iovec){tftp->incoming[i], TFTP_REQUEST_MOST};
        messages[i].msg_hdr =
            (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof(from[i]), .msg_iov = &iov[i], .msg_iovlen = 1};
    }
    return recvmmsg(listener->fd, messages, TFTP_BATCH, MSG_DONTWAIT, NULL);
}

static void tftp_io_on_readable(void *data, int events) {
    struct tftp_listener *listener = data;
    struct mmsghdr messages[TFTP_BATCH];
    struct sockaddr_in from[TFTP_BATCH];
    (void)events;
    for (unsigned batch = 0, n = TFTP_BATCH; batch < TFTP_BATCHES && n == TFTP_BATCH; batch++) {
        int rc = tftp_io_receive(listener, messages, from);
        n = rc < 0 ? 0 : (unsigned)rc;
        for (unsigned i = 0; i < n; i++) {
            struct pxed_addr peer = pxed_addr_v4_be(&from[i].sin_addr);
            bool cut = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
            struct pxed_slice packet = pxed_slice(listener->tftp->incoming[i], cut ? 0 : messages[i].msg_len);
            on_request(listener, &peer, ntohs(from[i].sin_port), packet);
        }
    }
}

/* --- the socket --- */

/* A descriptor, or a negative errno. */
static int request_socket(const struct tftp *tftp, const struct pxed_iface *iface, uint16_t port) {
    struct sockaddr_in addr;
    int dont = IP_PMTUDISC_DONT, fd = tftp->ctx->core->socket(tftp->ctx, SOCK_DGRAM, &iface->addr, port, iface->name);
    bool bound = fd >= 0;
    if (!bound)
        fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    tftp_sockaddr(&iface->addr, port, &addr);
    if (fd >= 0 && setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont)) == 0 &&
        (bound || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0))
        return fd;
    int rc = -errno;
    if (fd >= 0)
        close(fd);
    return rc;
}

int tftp_listen(struct tftp_listener *listener) {
    struct tftp *tftp = listener->tftp;
    char text[PXED_ADDR_TEXT];
    uint16_t port = (uint16_t)tftp->config->port;
    int rc = -EAFNOSUPPORT, send_room = TFTP_BUFFER;
    listener->fd = -1;
    if (listener->iface.addr.family != 4)
        goto err;
    rc = listener->fd = request_socket(tftp, &listener->iface, port);
    if (rc < 0)
        goto err;
    if (tftp->config->single_port) /* the windows of all transfers */
        (void)setsockopt(listener->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_room, sizeof(send_room));
    int room = pxed_socket_room(listener->fd, TFTP_BUFFER);
    if (room < TFTP_BUFFER)
        pxed_log(tftp->ctx, PXED_LOG_INFO, "small-buffer", NULL, NULL,
                 "port=%u room=%d: many machines at once lose requests: sysctl net.core.rmem_max=%d", port, room,
                 TFTP_BUFFER);
    rc = pxed_poll_open(&listener->poll, tftp->ctx->core->loop(tftp->ctx), listener->fd, tftp_io_on_readable, listener);
    if (rc < 0)
        goto err;
    tftp->open_handles++;
    return 0;

err:
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
    pxed_log(tftp->ctx, PXED_LOG_ERROR, "tftp-failed", NULL, NULL, "cannot listen on %s port %u of %s: %s%s",
             pxed_addr_text(&listener->iface.addr, text), port, listener->iface.name, uv_strerror(rc),
             rc == -EADDRINUSE ? "; does another TFTP server run?" : "");
    return rc;
}

int tftp_listener_begin(struct tftp_listener *listener) {
    return pxed_poll_start(&listener->poll, UV_READABLE);
}

static void tftp_io_on_closed(uv_handle_t *handle) {
    struct tftp_listener *listener = handle->data;
    tftp_handle_closed(listener->tftp);
}

void tftp_listener_close(struct tftp_listener *listener) {
    if (listener->fd < 0)
        return;
    pxed_poll_close(&listener->poll, tftp_io_on_closed);
    close(listener->fd);
    listener->fd = -1;
}
