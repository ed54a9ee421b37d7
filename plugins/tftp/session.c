/* One transfer from its request to its end: carries out what transfer.c decides. */
#include "session.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"
#include "pxed/arena.h"
#include "pxed/path.h"
#include "refuse.h"
#include "session_data.h"

static uint64_t now_of(const struct tftp_session *s) {
    return s->tftp->ctx->core->now(s->tftp->ctx);
}

/* The client's port is closed. After the last block that replaces the last ACK, after the OACK an ERROR. */
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

static void session_fail(struct tftp_session *s, enum pxed_reason reason) {
    char packet[TFTP_SMALL_PACKET];
    size_t n =
        tftp_build_error(packet, sizeof(packet), TFTP_CODE_UNDEFINED, pxed_slice_of(pxed_reason_sentence(reason)));
    if (tftp_session_send(s, packet, n) < 0)
        errno = 0; /* the client will time out instead */
    tftp_session_end(s, reason, false);
}

static void session_step(struct tftp_session *s, enum tftp_input_kind kind, uint16_t block);

/* The core's answer about the held-back part. */
static void on_may_send(void *arg, bool may_send) {
    struct tftp_session *s = arg;
    s->held = false;
    if (!may_send) {
        session_fail(s, PXED_WHY_STORE_CANNOT_WRITE);
        return;
    }
    *(s->asked_heard ? &s->transfer.hold_heard : &s->transfer.hold_last) = false;
    session_step(s, TFTP_RELEASED, 0);
}

/* Asks the core what is missing: first that the client was heard, then that its arming is used up on disk. Until it has
 * answered the transfer stays held: the timer sends nothing. */
static void ask_core(struct tftp_session *s) {
    struct tftp_transfer *t = &s->transfer;
    struct pxed_content *c = s->content;
    if (s->held)
        return; /* the client asks again meanwhile */
    s->asked_heard = t->hold_heard && t->seen;
    if (!t->seen) { /* one block, and no OACK before it: no client has answered yet */
        session_fail(s, PXED_WHY_NOT_BELIEVED);
        return;
    }
    s->held = true;
    int hold = s->asked_heard ? c->heard(c, on_may_send, s) : c->settle(c, on_may_send, s);
    if (hold == PXED_HOLD_WAIT)
        watch_deadline(s);
    else
        on_may_send(s, hold == PXED_HOLD_GO);
}

static void session_act(struct tftp_session *s, struct tftp_action action) {
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
        gone = tftp_client_gone(tftp_session_send(s, s->oack, s->oack_len));
    } else if (action.what == TFTP_DO_DATA) {
        size_t n = tftp_data_lay(s, action.first, action.count);
        if (n == 0) {
            session_fail(s, PXED_WHY_IO_ERROR);
            return;
        }
        gone = tftp_data_send(s, n);
    }
    if (gone)
        end_gone(s);
    else
        watch_deadline(s);
}

static void session_step(struct tftp_session *s, enum tftp_input_kind kind, uint16_t block) {
    session_act(s, tftp_step(&s->transfer, (struct tftp_input){.kind = kind, .block = block}, now_of(s)));
}

/* --- the client's answers --- */

/* EDK2 asks for the size, reads it in the OACK and aborts: that is no failure (PROTOCOLS 7). */
static bool wanted_size(const struct tftp_session *s) {
    return s->transfer.base == 0 && (s->terms.accepted & TFTP_OPTION_BIT(TFTP_TSIZE)) != 0;
}

static void on_error(struct tftp_session *s, const struct tftp_reply *reply) {
    char said[400], text[480];
    struct pxed_buf buf = PXED_BUF(said);
    pxed_buf_escaped(&buf, pxed_slice_head(reply->message, 80));
    snprintf(text, sizeof(text), "the client says: error %u, \"%s\"", reply->number, pxed_buf_cstr(&buf));
    pxed_log(s->tftp->ctx, PXED_LOG_DEBUG, "tftp-error", NULL, &s->entry.addr, "file=%s %s", s->name, text);
    if (!wanted_size(s))
        s->content->broke = text; /* until the session ends, which is now */
    if (s->transfer.base == 0)
        tftp_session_end(s, PXED_WHY_OK, false);
    else
        session_step(s, TFTP_GOT_ERROR, 0);
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
        on_error(s, &reply);
        return;
    }
    struct tftp_action action =
        tftp_step(&s->transfer, (struct tftp_input){.kind = TFTP_GOT_ACK, .block = reply.number}, now_of(s));
    if (s->transfer.seen)
        tftp_table_prove(&s->tftp->table, &s->entry);
    count_delivered(s);
    if (action.what == TFTP_DO_END && s->transfer.hold_heard &&
        !s->held) /* one block was all, but its ACK still counts */
        s->content->heard(s->content, nobody_waits, NULL);
    session_act(s, action);
}

/* One packet per call: libuv calls again if more are waiting, and usually there is only one. */
static void session_on_readable(void *data, int events) {
    struct tftp_session *s = data;
    char packet[512];
    (void)events;
    ssize_t n = recv(s->fd, packet, sizeof(packet), 0);
    if (n >= 0)
        on_reply(s, pxed_slice(packet, (size_t)n));
    else if (tftp_client_gone(n))
        end_gone(s);
}

/* --- start and end --- */

static void free_session(struct tftp_session *s) {
    free(s->packet);
    free(s->text);
    free(s);
}

static void session_on_closed(uv_handle_t *handle) {
    struct tftp_session *s = handle->data;
    struct tftp *tftp = s->tftp;
    free_session(s);
    tftp_handle_closed(tftp);
}

static void session_report(struct tftp_session *s, enum pxed_reason reason, bool whole) {
    struct pxed_ctx *ctx = s->tftp->ctx;
    if (reason == PXED_WHY_OK && s->content)
        pxed_log(ctx, whole ? PXED_LOG_INFO : PXED_LOG_DEBUG, whole ? "tftp-sent" : "tftp-ended", NULL, &s->entry.addr,
                 "file=%s bytes=%llu ms=%llu blksize=%zu windowsize=%u resends=%u", s->name,
                 (unsigned long long)s->content->sent, (unsigned long long)(now_of(s) - s->began), s->terms.blksize,
                 s->terms.window, s->resends);
    else if (reason != PXED_WHY_OK)
        ctx->core->refuse(ctx, reason, &s->entry.addr, s->name);
}

enum { LARGE_BLOCK = 1024 }; /* below it no net loses a packet for its size */

static const char *words_of_silence(const struct tftp_session *s) {
    const struct tftp_transfer *t = &s->transfer;
    if (!t->seen)
        return PXED_BROKE_NO_ACK;
    return t->base == 1 && s->terms.blksize > LARGE_BLOCK ? PXED_BROKE_LARGE : "the client stopped answering";
}

void tftp_session_end(struct tftp_session *s, enum pxed_reason reason, bool whole) {
    struct tftp *tftp = s->tftp;
    if (whole && s->content)
        s->content->sent = s->size;
    if (reason == PXED_WHY_TFTP_GAVE_UP && s->content)
        s->content->broke = words_of_silence(s);
    session_report(s, reason, whole);
    tftp_table_remove(&tftp->table, &s->entry);
    if (s->waiting)
        tftp->ctx->core->cancel(tftp->ctx, s->ticket);
    if (s->content)
        s->content->release(s->content, whole);
    s->content = NULL;
    if (s->fd >= 0)
        tftp_deadlines_remove(&tftp->deadlines, &s->due);
    if (s->fd < 0 || s->shared) {
        free_session(s);
    } else {
        pxed_poll_close(&s->poll, session_on_closed);
        close(s->fd);
    }
    if (tftp->table.n == 0 && tftp->stop_done) {
        void (*done)(struct pxed_ctx *) = tftp->stop_done;
        tftp->stop_done = NULL;
        done(tftp->ctx);
    }
}

/* Each transfer has its own connected port on the requested address: the kernel drops packets of other senders and
 * reports when the client's port is closed. Routers handle fragments and small MTUs on the path, so DF stays off. */
static int session_open_socket(struct tftp_session *s) {
    struct sockaddr_in local, peer;
    int dont = IP_PMTUDISC_DONT, rc;
    if (s->tftp->config->single_port) {
        s->shared = true;
        s->fd = s->listener->fd;
        tftp_sockaddr(&s->entry.addr, s->entry.port, &s->to);
        return 0;
    }
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
    rc = pxed_poll_open(&s->poll, s->tftp->ctx->core->loop(s->tftp->ctx), fd, session_on_readable, s);
    if (rc < 0)
        goto err;
    s->fd = fd;
    s->tftp->open_handles++;
    pxed_poll_start(&s->poll, UV_READABLE);
    return 0;

err:
    close(fd);
    return rc;
}

static void session_refuse(struct tftp_session *s, enum pxed_reason reason) {
    tftp_send_refusal(s->listener, &s->entry.addr, s->entry.port, reason);
    tftp_session_end(s, PXED_WHY_OK, false);
}

/* Why TFTP cannot send an opened content: HTTP's statuses and scripts have no meaning here. */
static enum pxed_reason session_unfit(const struct pxed_content *content) {
    if (content->kind == PXED_CONTENT_CGI)
        return PXED_WHY_SCRIPT_SOURCE;
    if (content->status >= 400)
        return content->status == 404 ? PXED_WHY_NOT_FOUND : PXED_WHY_BAD_REQUEST;
    return PXED_WHY_OK;
}

static void session_negotiate(struct tftp_session *s) {
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

/* Its deadline is reached. */
static void session_on_due(struct tftp_due *due) {
    struct tftp_session *s = (struct tftp_session *)((char *)due - offsetof(struct tftp_session, due));
    uint64_t now = now_of(s);
    if (s->transfer.deadline > now) {
        tftp_deadlines_move(&s->tftp->deadlines, &s->due, s->transfer.deadline);
        return;
    }
    /* Moved away, so that the next deadline counts as an earlier one. */
    tftp_deadlines_move(&s->tftp->deadlines, &s->due, UINT64_MAX);
    session_step(s, TFTP_TICK, 0);
}

/* The core's answer to `open`. It has counted its refusals itself; the client still needs an answer. */
static void session_opened(struct tftp_session *s, enum pxed_reason reason, struct pxed_content *content) {
    s->waiting = false;
    s->content = content;
    if (reason == PXED_WHY_OK && (reason = session_unfit(content)) != PXED_WHY_OK)
        s->tftp->ctx->core->refuse(s->tftp->ctx, reason, &s->entry.addr, s->name);
    if (reason != PXED_WHY_OK) {
        session_refuse(s, reason);
        return;
    }
    s->size = content->kind == PXED_CONTENT_BYTES ? content->bytes.len : content->size;
    session_negotiate(s);
    if (session_open_socket(s) < 0) {
        /* Out of descriptors or ports: no answer, and the client repeats its request when other transfers have ended.
         */
        tftp_session_end(s, PXED_WHY_BUSY, false);
        return;
    }
    s->due = (struct tftp_due){.at = UINT64_MAX, .fire = session_on_due};
    tftp_deadlines_add(&s->tftp->deadlines, &s->due);
    session_step(s, TFTP_START, 0);
}

static void session_on_opened(void *arg, enum pxed_reason reason, struct pxed_content *content) {
    session_opened(arg, reason, content);
}

static struct tftp_session *new_session(struct tftp *tftp, const struct tftp_listener *listener,
                                        const struct pxed_addr *peer, uint16_t port, struct pxed_slice packet,
                                        const struct tftp_request *request) {
    size_t room = 4 * request->name.len + 1; /* escaped */
    struct tftp_session *s = pxed_xalloc(sizeof(*s) + room);
    struct pxed_buf buf = {s->name, room, 0};
    pxed_buf_escaped(&buf, pxed_path_bare(request->name)); /* readers of the log must not be able to use a token */
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
    if (tftp->ctx->core->open(tftp->ctx, &ask, &reason, &content, session_on_opened, s, &s->ticket))
        session_opened(s, reason, content);
}

void tftp_session_heard(struct tftp_session *s, struct pxed_slice packet) {
    if (s->shared)
        on_reply(s, packet);
}

void tftp_session_repeat(struct tftp_session *s) {
    if (!s->waiting)
        session_step(s, TFTP_GOT_REQUEST, 0);
}

bool tftp_session_is_left(const struct tftp_session *s) {
    const struct tftp_transfer *t = &s->transfer;
    return !t->seen || now_of(s) - t->progress_at >= TFTP_WAIT_FIRST || t->next > t->last;
}

bool tftp_session_is_repeat(const struct tftp_session *s, struct pxed_slice packet) {
    return !s->transfer.seen && s->request_hash == pxed_hash(packet.ptr, packet.len, 0);
}
