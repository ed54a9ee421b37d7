/* Orders to the helper, and what it reports. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "order.h"
#include "pxed/arena.h"
#include "smb.h"

enum { HELPER_PATIENCE = 1000 /* ms */ };

struct smb_queued {
    struct smb_queued *next;
    size_t len;
    char datagram[];
};

static void watch(struct smb *s);

static void lost(struct smb *s) {
    if (!s->gone)
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL,
                 "error=\"the helper has ended: accounts stay as they are until pxed is restarted\"");
    s->gone = true;
    if (s->watching)
        uv_poll_stop(&s->poll);
}

/* True when the order is done with. */
static bool pass_on(struct smb *s, const char *datagram, size_t len) {
    int rc;
    if (s->gone || (rc = pxed_helper_send(s->helper.socket, datagram, len, NULL, 0, PXED_HELPER_NOW)) == 0)
        return true;
    if (rc == -EAGAIN || rc == -ENOBUFS)
        return false;
    lost(s);
    return true;
}

static void flush(struct smb *s) {
    while (s->queue && pass_on(s, s->queue->datagram, s->queue->len)) {
        struct smb_queued *q = s->queue;
        s->queue = q->next;
        if (!s->queue)
            s->queue_end = &s->queue;
        explicit_bzero(q->datagram, q->len);
        free(q);
    }
}

static void order(struct smb *s, const struct smb_order *o) {
    char datagram[SMB_DATAGRAM_MAX];
    struct pxed_buf b = PXED_BUF(datagram);
    smb_order_write(o, &b);
    if (s->queue || !pass_on(s, datagram, b.len)) {
        struct smb_queued *q = pxed_xalloc(sizeof(*q) + b.len);
        q->len = b.len;
        memcpy(q->datagram, datagram, b.len);
        *s->queue_end = q;
        s->queue_end = &q->next;
        watch(s);
    }
    explicit_bzero(datagram, sizeof(datagram));
}

static void tell(struct smb *s, const struct smb_report *r) {
    struct pxed_hwaddr mac;
    bool has_mac = pxed_mac_parse(pxed_slice_of(r->mac), &mac);
    pxed_log(s->ctx, (enum pxed_log_level)(r->level - '0'), r->event, has_mac ? &mac : NULL, NULL, "%s", r->text);
}

static void on_socket(uv_poll_t *poll, int status, int events) {
    struct smb *s = poll->data;
    char datagram[SMB_DATAGRAM_MAX];
    struct smb_report report;
    ptrdiff_t n;
    if (status != 0) {
        lost(s);
        return;
    }
    while ((n = pxed_helper_receive(s->helper.socket, datagram, sizeof(datagram), NULL, 0, PXED_HELPER_NOW)) > 0 ||
           n == -EMSGSIZE)
        if (n > 0 && smb_report_read(pxed_slice(datagram, (size_t)n), &report))
            tell(s, &report);
    if (n != -EAGAIN) {
        lost(s);
        return;
    }
    if (events & UV_WRITABLE)
        flush(s);
    watch(s);
}

static void watch(struct smb *s) {
    if (s->watching && !s->gone)
        uv_poll_start(&s->poll, s->queue ? UV_READABLE | UV_WRITABLE : UV_READABLE, on_socket);
}

int smb_link_init(struct smb *s, const struct smb_setup *setup) {
    struct pxed_helper_setup helper = {
        .name = "pxed-smb", .keep = {setup->home}, .n_keep = 1, .run = smb_helper, .arg = setup};
    return pxed_helper_start(&helper, &s->helper);
}

int smb_link_start(struct smb *s) {
    int rc = s->helper.socket < 0 ? 0 : uv_poll_init(s->ctx->core->loop(s->ctx), &s->poll, s->helper.socket);
    if (rc != 0 || s->helper.socket < 0)
        return rc;
    s->poll.data = s;
    s->watching = true;
    watch(s);
    return 0;
}

static void release(struct smb *s) {
    free(s->folder);
    free(s);
}

static void on_closed(uv_handle_t *handle) {
    release(handle->data);
}

void smb_link_fini(struct smb *s) {
    if (s->helper.socket >= 0) {
        flush(s);
        s->gone = true;
        flush(s); /* the rest is freed; after the next start `settled` says what is true then */
        /* It ends when our side is closed, unless an account is being made just then; that goes on without us. */
        pxed_helper_stop(&s->helper, HELPER_PATIENCE);
    }
    if (s->watching)
        uv_close((uv_handle_t *)&s->poll, on_closed);
    else
        release(s);
}

/* --- the service --- */

static void set_mac(struct smb_order *o, const struct pxed_hwaddr *mac) {
    pxed_mac_text(mac, "-", o->mac);
}

static void serve(void *self, const struct pxed_share_site *site) {
    struct smb *s = self;
    struct smb_order o = {.verb = SMB_VERB_SERVE};
    struct pxed_slice folder = pxed_slice_of(site->folder);
    if (s->helper.socket < 0 || s->folder || !folder.ptr)
        return;
    while (folder.len > 1 && folder.ptr[folder.len - 1] == '/')
        folder.len--;
    if (!smb_path_valid(folder)) {
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb", NULL, NULL, "error=\"no smb.conf can hold the path %s\"", site->folder);
        return;
    }
    s->folder = pxed_xstrdup(folder);
    snprintf(o.path, sizeof(o.path), "%s", s->folder);
    order(s, &o);
}

static void open_account(void *self, const struct pxed_share_account *account) {
    struct smb *s = self;
    struct smb_order o = {.verb = SMB_VERB_OPEN};
    if (s->config->mode != SMB_MANAGED || s->helper.socket < 0 || !s->folder)
        return;
    set_mac(&o, &account->mac);
    struct pxed_slice folder = pxed_slice_of(account->folder), share = pxed_slice_of(s->folder);
    if (!smb_user_valid(pxed_slice_of(account->user)) || !smb_password_valid(pxed_slice_of(account->password)) ||
        !pxed_slice_starts(folder, share) || !pxed_slice_is(smb_last_part(folder), o.mac)) {
        pxed_log(s->ctx, PXED_LOG_ERROR, "smb-account", &account->mac, NULL,
                 "error=\"not a user, a password and a folder of this share\"");
        return;
    }
    snprintf(o.user, sizeof(o.user), "%s", account->user);
    snprintf(o.password, sizeof(o.password), "%s", account->password);
    order(s, &o);
    explicit_bzero(&o, sizeof(o));
}

static void close_account(void *self, const struct pxed_hwaddr *mac) {
    struct smb *s = self;
    struct smb_order o = {.verb = SMB_VERB_CLOSE};
    if (s->config->mode != SMB_MANAGED || s->helper.socket < 0 || !s->folder)
        return;
    set_mac(&o, mac);
    order(s, &o);
}

static void settled(void *self) {
    struct smb *s = self;
    if (s->config->mode == SMB_MANAGED && s->helper.socket >= 0 && s->folder)
        order(s, &(struct smb_order){.verb = SMB_VERB_SETTLED});
}

void smb_service_init(struct smb *s) {
    s->queue_end = &s->queue;
    s->service = (struct pxed_share_smb){.size = sizeof(s->service),
                                         .self = s,
                                         .open = open_account,
                                         .close = close_account,
                                         .settled = settled,
                                         .serve = serve};
    s->ctx->core->publish(s->ctx, "share.smb/1", &s->service);
}
