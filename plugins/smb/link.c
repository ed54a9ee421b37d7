/* The daemon's side of the helper: queues orders to it, and logs its reports. */
#include "link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "helper_rights.h"
#include "pxed/arena.h"

enum { HELPER_PATIENCE = 1000 /* ms */, END_PATIENCE = 8000 /* ms: smbd is stopped meanwhile */ };

struct smb_queued {
    struct smb_queued *next;
    size_t len;
    char datagram[];
};

static void watch_socket(struct smb *s);

static void helper_lost(struct smb *s) {
    if (!s->gone)
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL,
                 "error=\"the helper has ended: accounts stay as they are until pxed is restarted\"");
    s->gone = true;
    if (s->watching)
        uv_poll_stop(&s->poll);
}

/* True when the order is sent or dropped. */
static bool try_send(struct smb *s, const char *datagram, size_t len) {
    int rc;
    if (s->gone || (rc = pxed_helper_send(s->helper.socket, datagram, len, NULL, 0, PXED_HELPER_NOW)) == 0)
        return true;
    if (rc == -EAGAIN || rc == -ENOBUFS)
        return false;
    helper_lost(s);
    return true;
}

static void flush_queue(struct smb *s) {
    while (s->queue && try_send(s, s->queue->datagram, s->queue->len)) {
        struct smb_queued *q = s->queue;
        s->queue = q->next;
        if (!s->queue)
            s->queue_end = &s->queue;
        explicit_bzero(q->datagram, q->len);
        free(q);
    }
}

void smb_link_send(struct smb *s, const struct smb_order *o) {
    char datagram[SMB_DATAGRAM_MAX];
    struct pxed_buf b = PXED_BUF(datagram);
    smb_order_write(o, &b);
    if (s->queue || !try_send(s, datagram, b.len)) {
        struct smb_queued *q = pxed_xalloc(sizeof(*q) + b.len);
        q->len = b.len;
        memcpy(q->datagram, datagram, b.len);
        *s->queue_end = q;
        s->queue_end = &q->next;
        watch_socket(s);
    }
    explicit_bzero(datagram, sizeof(datagram));
}

/* One that was started again knows no folder yet. It finds smbd and the accounts by itself. */
static void helper_began(struct smb *s) {
    struct smb_order o = {.verb = SMB_VERB_SERVE};
    if (s->begins++ == 0 || !s->folder)
        return;
    snprintf(o.path, sizeof(o.path), "%s", s->folder);
    smb_link_send(s, &o);
}

static void take_report(struct smb *s, const struct smb_report *r) {
    if (strcmp(r->event, SMB_BEGAN) == 0) {
        helper_began(s);
        return;
    }
    if (strcmp(r->event, SMB_ENDED) == 0) {
        s->gone = true;
        return;
    }
    struct pxed_hwaddr mac;
    bool has_mac = pxed_mac_parse(pxed_slice_of(r->mac), &mac);
    pxed_log(s->ctx, (enum pxed_log_level)(r->level - '0'), r->event, has_mac ? &mac : NULL, NULL, "%s", r->text);
}

static ptrdiff_t read_reports(struct smb *s) {
    char datagram[SMB_DATAGRAM_MAX];
    struct smb_report report;
    ptrdiff_t n;
    while ((n = pxed_helper_receive(s->helper.socket, datagram, sizeof(datagram), NULL, 0, PXED_HELPER_NOW)) > 0 ||
           n == -EMSGSIZE)
        if (n > 0 && smb_report_read(pxed_slice(datagram, (size_t)n), &report))
            take_report(s, &report);
    return n;
}

static void on_helper_socket(uv_poll_t *poll, int status, int events) {
    struct smb *s = poll->data;
    if (status != 0 || read_reports(s) != -EAGAIN) {
        helper_lost(s);
        return;
    }
    if (events & UV_WRITABLE)
        flush_queue(s);
    watch_socket(s);
}

static void watch_socket(struct smb *s) {
    if (s->watching && !s->gone)
        uv_poll_start(&s->poll, s->queue ? UV_READABLE | UV_WRITABLE : UV_READABLE, on_helper_socket);
}

int smb_link_init(struct smb *s, const struct smb_setup *setup) {
    struct pxed_helper_setup helper = {.name = "pxed-smb",
                                       .keep = {setup->home},
                                       .n_keep = 1,
                                       .run = smb_helper,
                                       .arg = setup,
                                       .rights = smb_rights()};
    return s->ctx->core->helper(s->ctx, &helper, &s->helper);
}

int smb_link_start(struct smb *s) {
    int rc = s->helper.socket < 0 ? 0 : uv_poll_init(s->ctx->core->loop(s->ctx), &s->poll, s->helper.socket);
    if (rc != 0 || s->helper.socket < 0)
        return rc;
    s->poll.data = s;
    s->watching = true;
    watch_socket(s);
    return 0;
}

static void free_smb(struct smb *s) {
    free(s->folder);
    free(s);
}

static void on_link_closed(uv_handle_t *handle) {
    free_smb(handle->data);
}

/* Tells the helper that this is the end, and logs what it says of smbd until it has ended, too. */
static void end_helper(struct smb *s) {
    struct pollfd p = {.fd = s->helper.socket, .events = POLLIN};
    uint64_t end = uv_hrtime() / 1000000 + END_PATIENCE, now;
    smb_link_send(s, &(struct smb_order){.verb = SMB_VERB_END});
    while (!s->gone && !s->queue && (now = uv_hrtime() / 1000000) < end) {
        int n = poll(&p, 1, (int)(end - now));
        if (n == 0 || (n < 0 && errno != EINTR) || (n > 0 && read_reports(s) != -EAGAIN))
            return;
    }
}

void smb_link_fini(struct smb *s) {
    if (s->helper.socket >= 0) {
        flush_queue(s);
        end_helper(s);
        s->gone = true;
        flush_queue(s); /* the rest is freed; after the next start `settled` restores the right state */
        /* The helper ends when our side is closed, unless it is creating an account; then it ends later by itself. */
        pxed_helper_stop(&s->helper, HELPER_PATIENCE);
    }
    if (s->watching)
        uv_close((uv_handle_t *)&s->poll, on_link_closed);
    else
        free_smb(s);
}
