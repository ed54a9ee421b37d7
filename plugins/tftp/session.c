#define _GNU_SOURCE /* sendmmsg, recvmmsg, preadv */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "pxed/arena.h"
#include "tftp_io.h"

enum { TFTP_READ_AHEAD = 512 * 1024 };

static uint64_t now_of(const struct tftp_session *s) {
    return s->tftp->ctx->core->now(s->tftp->ctx);
}

/* --- reading the content --- */

/* Asked before it is needed: a read of what is not in memory would hold up the whole loop. */
static void read_ahead(struct tftp_session *s, uint64_t position) {
    if (s->content->kind != PXED_CONTENT_FILE || position + TFTP_READ_AHEAD / 2 < s->advised || s->advised >= s->size)
        return;
    uint64_t n = s->size - s->advised < TFTP_READ_AHEAD ? s->size - s->advised : TFTP_READ_AHEAD;
    posix_fadvise(s->content->fd, (off_t)(s->content->offset + s->advised), (off_t)n, POSIX_FADV_WILLNEED);
    s->advised += n;
}

/* Reads `n` bytes at `position` of the file into blocks of `blksize`, each behind a gap for its header. */
static bool read_file(struct tftp_session *s, uint64_t position, size_t n, char *out, size_t blksize) {
    struct iovec iov[TFTP_WINDOW_MOST];
    int count = 0;
    for (size_t left = n; left > 0; count++) {
        size_t part = left < blksize ? left : blksize;
        iov[count] = (struct iovec){out + (size_t)count * (blksize + TFTP_DATA_HEADER) + TFTP_DATA_HEADER, part};
        left -= part;
    }
    return preadv(s->content->fd, iov, count, (off_t)(s->content->offset + position)) == (ssize_t)n;
}

static void copy_bytes(const char *from, size_t n, char *out, size_t blksize) {
    for (; n > 0; out += blksize + TFTP_DATA_HEADER) {
        size_t part = n < blksize ? n : blksize;
        memcpy(out + TFTP_DATA_HEADER, from, part);
        from += part;
        n -= part;
    }
}

static bool lay_content(struct tftp_session *s, uint64_t position, size_t n, char *out, size_t blksize) {
    if (n == 0)
        return true; /* empty content may have no pointer */
    if (s->content->kind == PXED_CONTENT_FILE)
        return read_file(s, position, n, out, blksize);
    copy_bytes(s->content->bytes.ptr + position, n, out, blksize);
    return true;
}

/* Lays blocks first .. first + count - 1 into the scratch, headers included. Returns the length, 0 on a read error. */
static size_t lay_octets(struct tftp_session *s, uint64_t first, unsigned count) {
    size_t blksize = s->terms.blksize, n = count * blksize;
    uint64_t position = (first - 1) * blksize;
    char *out = s->tftp->packets;
    if (n > s->size - position)
        n = (size_t)(s->size - position);
    read_ahead(s, position + n);
    if (!lay_content(s, position, n, out, blksize))
        return 0;
    for (unsigned i = 0; i < count; i++)
        tftp_put_data_header(out + i * (blksize + TFTP_DATA_HEADER), first + i);
    return n + count * (size_t)TFTP_DATA_HEADER;
}

/* The source bytes of one netascii block; at most blksize are needed, none grows smaller. */
static bool text_source(struct tftp_session *s, uint64_t offset, struct pxed_slice *ret) {
    size_t n = s->terms.blksize;
    if (n > s->size - offset)
        n = (size_t)(s->size - offset);
    if (s->content->kind == PXED_CONTENT_BYTES) {
        *ret = n > 0 ? pxed_slice(s->content->bytes.ptr + offset, n) : pxed_slice("", 0);
        return true;
    }
    *ret = pxed_slice(s->tftp->source, n);
    return pread(s->content->fd, s->tftp->source, n, (off_t)(s->content->offset + offset)) == (ssize_t)n;
}

/* The same in netascii: how long the content is shows only on the way. */
static size_t lay_text(struct tftp_session *s, uint64_t first, unsigned count) {
    size_t length = 0;
    for (uint64_t block = first; block < first + count; block++) {
        struct tftp_text_at at = s->text[block % TFTP_TEXT_PLACES];
        struct pxed_slice source;
        char *out = s->tftp->packets + length;
        if (!text_source(s, at.offset, &source))
            return 0;
        size_t n = tftp_netascii(source, &at, out + TFTP_DATA_HEADER, s->terms.blksize);
        tftp_put_data_header(out, block);
        length += n + TFTP_DATA_HEADER;
        s->text[(block + 1) % TFTP_TEXT_PLACES] = at;
        if (n < s->terms.blksize) {
            tftp_transfer_ends(&s->transfer, block);
            break;
        }
    }
    return length;
}

/* --- sending --- */

/* A packet that does not leave is a packet lost, which the timer repairs; only "nobody listens there" ends a transfer.
 */
static bool client_gone(ssize_t rc) {
    return rc < 0 && errno == ECONNREFUSED;
}

static bool send_segmented(struct tftp_session *s, size_t length, size_t segment, bool *ret_gone) {
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control = {0};
    struct iovec iov = {s->tftp->packets, length};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
    uint16_t size = (uint16_t)segment;
    cmsg->cmsg_level = IPPROTO_UDP;
    cmsg->cmsg_type = UDP_SEGMENT;
    cmsg->cmsg_len = CMSG_LEN(sizeof(size));
    memcpy(CMSG_DATA(cmsg), &size, sizeof(size));
    ssize_t rc = sendmsg(s->fd, &msg, 0);
    *ret_gone = client_gone(rc);
    return rc >= 0 || *ret_gone || errno == EAGAIN || errno == ENOBUFS;
}

static bool send_singly(struct tftp_session *s, size_t length, size_t segment) {
    struct mmsghdr messages[TFTP_WINDOW_MOST] = {0};
    struct iovec iov[TFTP_WINDOW_MOST];
    unsigned n = 0;
    for (size_t at = 0; at < length && n < TFTP_WINDOW_MOST; at += segment, n++) {
        iov[n] = (struct iovec){s->tftp->packets + at, length - at < segment ? length - at : segment};
        messages[n].msg_hdr = (struct msghdr){.msg_iov = &iov[n], .msg_iovlen = 1};
    }
    return client_gone(sendmmsg(s->fd, messages, n, 0));
}

/* UDP_SEGMENT lets one call send a whole window, a quarter of the cost per packet. Where a device or route cannot, the
 * kernel says so and the blocks go out one by one. True: nobody listens there. */
static bool send_packets(struct tftp_session *s, size_t length) {
    size_t segment = s->terms.blksize + TFTP_DATA_HEADER;
    bool gone = false;
    if (length <= segment)
        return client_gone(send(s->fd, s->tftp->packets, length, 0));
    if (!s->plain && send_segmented(s, length, segment, &gone))
        return gone;
    s->plain = true;
    return send_singly(s, length, segment);
}

/* The port is closed. After the last block that is the client's way of not sending the last ACK, after the OACK of not
 * sending an ERROR. */
static void end_gone(struct tftp_session *s) {
    bool harmless = s->transfer.next > s->transfer.last || s->transfer.base == 0;
    tftp_session_end(s, harmless ? PXED_WHY_OK : PXED_WHY_TFTP_ABORTED, false);
}

static void watch_deadline(struct tftp_session *s) {
    if (s->transfer.deadline < s->due.at) {
        tftp_deadlines_move(&s->tftp->deadlines, &s->due, s->transfer.deadline);
        tftp_arm_timer(s->tftp);
    }
}

static void fail(struct tftp_session *s, enum pxed_reason reason) {
    char packet[TFTP_SMALL_PACKET];
    size_t n =
        tftp_build_error(packet, sizeof(packet), TFTP_CODE_UNDEFINED, pxed_slice_of(pxed_reason_sentence(reason)));
    if (send(s->fd, packet, n, 0) < 0)
        errno = 0; /* the client will time out instead */
    tftp_session_end(s, reason, false);
}

static void step(struct tftp_session *s, enum tftp_input_kind kind, uint16_t block);

/* The core's word on what was held back. */
static void on_may_send(void *arg, bool may_send) {
    struct tftp_session *s = arg;
    s->held = false;
    if (may_send)
        step(s, TFTP_RELEASED, 0);
    else
        fail(s, PXED_WHY_STORE_CANNOT_WRITE);
}

/* What stands in the way: that the asker has been heard, then that its right is used up. */
static void ask_core(struct tftp_session *s) {
    struct tftp_transfer *t = &s->transfer;
    struct pxed_content *c = s->content;
    int hold = PXED_HOLD_GO;
    if (s->held)
        return; /* the client asks again meanwhile */
    s->held = true;
    if (t->hold_heard && t->seen) {
        t->hold_heard = false;
        hold = c->heard(c, on_may_send, s);
    } else if (!t->seen) { /* one block, and no OACK before it: nobody has proved to be there */
        s->held = false;
        fail(s, PXED_WHY_NOT_BELIEVED);
        return;
    } else if (t->hold_last) {
        t->hold_last = false;
        hold = c->settle(c, on_may_send, s);
    }
    if (hold == PXED_HOLD_WAIT) {
        watch_deadline(s);
        return;
    }
    s->held = false;
    if (hold == PXED_HOLD_GO)
        step(s, TFTP_RELEASED, 0);
    else
        fail(s, PXED_WHY_STORE_CANNOT_WRITE);
}

static void act(struct tftp_session *s, struct tftp_action action) {
    bool gone = false;
    s->resends += action.resend;
    if (action.what == TFTP_DO_HOLD) {
        ask_core(s);
        return;
    }
    if (action.what == TFTP_DO_END) {
        tftp_session_end(s, action.reason, action.whole);
        return;
    }
    if (action.what == TFTP_DO_OACK) {
        gone = client_gone(send(s->fd, s->oack, s->oack_len, 0));
    } else if (action.what == TFTP_DO_DATA) {
        size_t n = s->text ? lay_text(s, action.first, action.count) : lay_octets(s, action.first, action.count);
        if (n == 0) {
            fail(s, PXED_WHY_IO_ERROR);
            return;
        }
        gone = send_packets(s, n);
    }
    if (gone)
        end_gone(s);
    else
        watch_deadline(s);
}

static void step(struct tftp_session *s, enum tftp_input_kind kind, uint16_t block) {
    act(s, tftp_step(&s->transfer, (struct tftp_input){.kind = kind, .block = block}, now_of(s)));
}

/* --- the client's answers --- */

static void log_error(struct tftp_session *s, const struct tftp_reply *reply) {
    char text[400];
    struct pxed_buf buf = PXED_BUF(text);
    pxed_buf_escaped(&buf, pxed_slice_head(reply->message, 80));
    pxed_log(s->tftp->ctx, PXED_LOG_DEBUG, "tftp-error", NULL, &s->entry.addr, "file=%s code=%u text=%s", s->name,
             reply->number, pxed_buf_cstr(&buf));
}

static void count_delivered(struct tftp_session *s) {
    uint64_t sent = (s->transfer.base - 1) * s->terms.blksize;
    if (s->transfer.base > 1 && sent > s->content->sent)
        s->content->sent = sent < s->size ? sent : s->size;
}

static void nobody_waits(void *arg, bool may_send) {
    (void)arg, (void)may_send;
}

static void on_reply(struct tftp_session *s, struct pxed_slice packet) {
    struct tftp_reply reply;
    if (!tftp_parse_reply(packet, &reply))
        return;
    if (reply.opcode == TFTP_ERROR) {
        log_error(s, &reply);
        /* EDK2 asks for the size, reads it in the OACK and aborts: that is no failure (PROTOCOLS 7). */
        if (s->transfer.base == 0)
            tftp_session_end(s, PXED_WHY_OK, false);
        else
            step(s, TFTP_GOT_ERROR, 0);
        return;
    }
    struct tftp_action action =
        tftp_step(&s->transfer, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = reply.number}, now_of(s));
    count_delivered(s);
    if (action.what == TFTP_DO_END && s->transfer.hold_heard) /* one block was all: it was its machine all the same */
        s->content->heard(s->content, nobody_waits, NULL);
    act(s, action);
}

/* One packet per call: libuv comes again while more wait, and most often there is one. */
static void on_readable(uv_poll_t *poll, int status, int events) {
    struct tftp_session *s = poll->data;
    char packet[512];
    (void)events;
    if (status < 0) /* libuv stops at a pending ICMP error, which recv will tell */
        uv_poll_start(poll, UV_READABLE, on_readable);
    ssize_t n = recv(s->fd, packet, sizeof(packet), 0);
    if (n >= 0)
        on_reply(s, pxed_slice(packet, (size_t)n));
    else if (client_gone(n))
        end_gone(s);
}

/* --- beginning and ending --- */

static void free_session(struct tftp_session *s) {
    free(s->packet);
    free(s->text);
    free(s);
}

static void on_closed(uv_handle_t *handle) {
    struct tftp_session *s = handle->data;
    struct tftp *tftp = s->tftp;
    free_session(s);
    tftp_handle_closed(tftp);
}

static void report(struct tftp_session *s, enum pxed_reason reason, bool whole) {
    struct pxed_ctx *ctx = s->tftp->ctx;
    if (reason == PXED_WHY_OK && s->content)
        pxed_log(ctx, whole ? PXED_LOG_INFO : PXED_LOG_DEBUG, whole ? "tftp-sent" : "tftp-ended", NULL, &s->entry.addr,
                 "file=%s bytes=%llu ms=%llu blksize=%zu windowsize=%u resends=%u", s->name,
                 (unsigned long long)s->content->sent, (unsigned long long)(now_of(s) - s->began), s->terms.blksize,
                 s->terms.window, s->resends);
    else if (reason != PXED_WHY_OK)
        ctx->core->refuse(ctx, reason, &s->entry.addr, s->name);
}

void tftp_session_end(struct tftp_session *s, enum pxed_reason reason, bool whole) {
    struct tftp *tftp = s->tftp;
    if (whole && s->content)
        s->content->sent = s->size;
    report(s, reason, whole);
    tftp_table_remove(&tftp->table, &s->entry);
    if (s->waiting)
        tftp->ctx->core->cancel(tftp->ctx, s->ticket);
    if (s->content)
        s->content->release(s->content, whole);
    s->content = NULL;
    if (s->fd < 0) {
        free_session(s);
    } else {
        tftp_deadlines_remove(&tftp->deadlines, &s->due);
        uv_close((uv_handle_t *)&s->poll, on_closed);
        close(s->fd);
    }
    if (tftp->table.n == 0 && tftp->stop_done) {
        void (*done)(struct pxed_ctx *) = tftp->stop_done;
        tftp->stop_done = NULL;
        done(tftp->ctx);
    }
}

/* A port of its own, from the address that was asked, connected: the kernel sorts out strangers and tells when nobody
 * listens any more. Fragments and small MTUs on the way are the routers' to handle, so DF stays off. */
static int open_socket(struct tftp_session *s) {
    struct sockaddr_in local, peer;
    int dont = IP_PMTUDISC_DONT, rc;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    tftp_sockaddr(&s->listener->iface.addr, 0, &local);
    tftp_sockaddr(&s->entry.addr, s->entry.port, &peer);
    if (setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont)) < 0 ||
        bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0 ||
        connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0) {
        rc = -errno;
        goto err;
    }
    if ((rc = uv_poll_init(s->tftp->ctx->core->loop(s->tftp->ctx), &s->poll, fd)) < 0)
        goto err;
    s->fd = fd;
    s->poll.data = s;
    s->tftp->open_handles++;
    uv_poll_start(&s->poll, UV_READABLE, on_readable);
    return 0;

err:
    close(fd);
    return rc;
}

static void refuse(struct tftp_session *s, enum pxed_reason reason) {
    tftp_send_refusal(s->listener, &s->entry.addr, s->entry.port, reason);
    tftp_session_end(s, PXED_WHY_OK, false);
}

/* What an opened content means here; HTTP's statuses and scripts have no place in TFTP. */
static enum pxed_reason unfit(const struct pxed_content *content) {
    if (content->kind == PXED_CONTENT_CGI)
        return PXED_WHY_SCRIPT_SOURCE;
    if (content->status >= 400)
        return content->status == 404 ? PXED_WHY_NOT_FOUND : PXED_WHY_BAD_REQUEST;
    return PXED_WHY_OK;
}

static void negotiate(struct tftp_session *s) {
    bool text = s->request.mode == TFTP_NETASCII;
    uint64_t size = text ? UINT64_MAX : s->size;
    s->terms = tftp_negotiate(&s->request, &s->tftp->limits, s->listener->iface.mtu, size);
    s->oack_len = (uint8_t)tftp_build_oack(s->oack, sizeof(s->oack), &s->request, s->terms.accepted, s->terms.value);
    if (text)
        s->text = pxed_xalloc(TFTP_TEXT_PLACES * sizeof(*s->text));
    tftp_transfer_init(&s->transfer, &s->terms, size);
    s->transfer.hold_heard = s->content->heard != NULL;
    s->transfer.hold_last = s->content->settle != NULL;
    free(s->packet);
    s->packet = NULL;
}

/* The core's answer to `open`. Its refusals it has counted itself; the client still has to hear of them. */
static void opened(struct tftp_session *s, enum pxed_reason reason, struct pxed_content *content) {
    s->waiting = false;
    s->content = content;
    if (reason == PXED_WHY_OK && (reason = unfit(content)) != PXED_WHY_OK)
        s->tftp->ctx->core->refuse(s->tftp->ctx, reason, &s->entry.addr, s->name);
    if (reason != PXED_WHY_OK) {
        refuse(s, reason);
        return;
    }
    s->size = content->kind == PXED_CONTENT_BYTES ? content->bytes.len : content->size;
    negotiate(s);
    if (open_socket(s) < 0) {
        /* Out of descriptors or ports: say nothing, the client asks again when others have finished. */
        tftp_session_end(s, PXED_WHY_BUSY, false);
        return;
    }
    s->due.at = UINT64_MAX;
    tftp_deadlines_add(&s->tftp->deadlines, &s->due);
    step(s, TFTP_START, 0);
}

static void on_opened(void *arg, enum pxed_reason reason, struct pxed_content *content) {
    opened(arg, reason, content);
}

/* s/TOKEN/NAME stands in logs as NAME: whoever reads them must not become the machine. */
static struct pxed_slice without_token(struct pxed_slice name) {
    enum { TOKEN = 32 };
    struct pxed_slice rest = name, boot = PXED_SLICE("boot/"), s = PXED_SLICE("s/");
    while (rest.len > 0 && (rest.ptr[0] == '/' || rest.ptr[0] == '\\'))
        rest = pxed_slice_skip(rest, 1);
    if (pxed_slice_starts(rest, boot))
        rest = pxed_slice_skip(rest, boot.len);
    bool has = pxed_slice_starts(rest, s) && rest.len > s.len + TOKEN;
    return has ? pxed_slice_skip(rest, s.len + TOKEN) : name;
}

static struct tftp_session *new_session(struct tftp *tftp, const struct tftp_listener *listener,
                                        const struct pxed_addr *peer, uint16_t port, struct pxed_slice packet,
                                        const struct tftp_request *request) {
    size_t room = 4 * request->name.len + 1; /* escaped */
    struct tftp_session *s = pxed_xalloc(sizeof(*s) + room);
    struct pxed_buf buf = {s->name, room, 0};
    pxed_buf_escaped(&buf, without_token(request->name));
    pxed_buf_cstr(&buf);
    s->entry = (struct tftp_entry){.addr = *peer, .port = port};
    s->tftp = tftp;
    s->listener = listener;
    s->fd = -1;
    s->began = now_of(s);
    s->request_hash = pxed_hash(packet.ptr, packet.len, 0);
    /* The options are needed when the content is open, which may be later. */
    s->packet = pxed_xstrdup(packet);
    tftp_parse_request(pxed_slice(s->packet, packet.len), &s->request);
    return s;
}

void tftp_session_begin(struct tftp *tftp, const struct tftp_listener *listener, const struct pxed_addr *peer,
                        uint16_t port, struct pxed_slice packet, const struct tftp_request *request) {
    struct tftp_session *s = new_session(tftp, listener, peer, port, packet, request);
    struct pxed_request ask = {
        .via = PXED_VIA_TFTP, .path = s->request.name, .peer = *peer, .local = listener->iface.addr, .peer_port = port};
    enum pxed_reason reason = PXED_WHY_OK;
    struct pxed_content *content = NULL;
    tftp_table_add(&tftp->table, &s->entry);
    s->waiting = true; /* set before: `later` may use the session as soon as the call has returned */
    if (tftp->ctx->core->open(tftp->ctx, &ask, &reason, &content, on_opened, s, &s->ticket))
        opened(s, reason, content);
}

void tftp_session_repeat(struct tftp_session *s) {
    if (!s->waiting)
        step(s, TFTP_GOT_REQUEST, 0);
}

void tftp_session_tick(struct tftp_session *s) {
    uint64_t now = now_of(s);
    if (s->transfer.deadline > now) {
        tftp_deadlines_move(&s->tftp->deadlines, &s->due, s->transfer.deadline);
        return;
    }
    /* Out of the way, so that the next deadline counts as an earlier one. */
    tftp_deadlines_move(&s->tftp->deadlines, &s->due, UINT64_MAX);
    step(s, TFTP_TICK, 0);
}

bool tftp_session_is_left(const struct tftp_session *s) {
    const struct tftp_transfer *t = &s->transfer;
    return !t->seen || t->tries > 0 || t->next > t->last;
}

bool tftp_session_is_repeat(const struct tftp_session *s, struct pxed_slice packet) {
    return !s->transfer.seen && s->request_hash == pxed_hash(packet.ptr, packet.len, 0);
}
