#include "fake_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pxed/arena.h"

struct fake_content {
    struct pxed_content content; /* the first member */
    struct fake_contents *of;
    void *owned;
};

struct fake_late {
    uv_timer_t timer;
    struct fake_contents *of;
    uint64_t ticket;
    enum pxed_reason reason;
    struct pxed_content *content;
    pxed_open_fn *later;
    void *arg;
    struct fake_late *next;
};

void fake_content_release(struct pxed_content *content, bool whole) {
    struct fake_content *f = (struct fake_content *)content;
    struct fake_contents *c = f->of;
    c->released++;
    c->whole += whole;
    c->sent += content->sent;
    c->last_sent = content->sent;
    if (content->kind == PXED_CONTENT_FILE)
        close(content->fd);
    free(f->owned);
    free(f);
}

struct pxed_content *fake_content_new(struct fake_contents *c, enum pxed_content_kind kind, void *owned) {
    struct fake_content *f = pxed_xalloc(sizeof(*f));
    *f = (struct fake_content){.of = c, .owned = owned};
    f->content = (struct pxed_content){
        .kind = kind, .status = 200, .type = "text/plain", .fd = -1, .release = fake_content_release};
    c->opened++;
    return &f->content;
}

struct pxed_content *fake_content_bytes(struct fake_contents *c, struct pxed_slice bytes) {
    char *copy = bytes.len > 0 ? pxed_xalloc(bytes.len) : NULL;
    if (copy)
        memcpy(copy, bytes.ptr, bytes.len);
    struct pxed_content *content = fake_content_new(c, PXED_CONTENT_BYTES, copy);
    content->bytes = pxed_slice(copy, bytes.len);
    content->size = bytes.len;
    return content;
}

struct pxed_content *fake_content_file(struct fake_contents *c, int fd, uint64_t offset, uint64_t size) {
    struct pxed_content *content = fake_content_new(c, PXED_CONTENT_FILE, NULL);
    content->fd = fd;
    content->offset = offset;
    content->size = size;
    return content;
}

static void on_late_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void end_late(struct fake_late *l) {
    struct fake_late **at = &l->of->late;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    uv_close((uv_handle_t *)&l->timer, on_late_closed);
}

static void on_late(uv_timer_t *timer) {
    struct fake_late *l = timer->data;
    end_late(l);
    l->later(l->arg, l->reason, l->content);
}

static bool contents_open(struct pxed_ctx *ctx, const struct pxed_request *request, enum pxed_reason *ret_reason,
                          struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket) {
    struct fake_contents *c = ((struct fake_core *)ctx)->contents;
    struct pxed_content *content = NULL;
    unsigned late_ms = 0;
    c->last = *request;
    snprintf(c->last_path, sizeof(c->last_path), "%.*s", PXED_S(request->path));
    enum pxed_reason reason = c->find(c, request, &content, &late_ms);
    if (late_ms == 0) {
        *ret_reason = reason;
        *ret_content = content;
        return true;
    }
    struct fake_late *l = pxed_xalloc(sizeof(*l));
    *l = (struct fake_late){.of = c,
                            .ticket = ++c->tickets,
                            .reason = reason,
                            .content = content,
                            .later = later,
                            .arg = arg,
                            .next = c->late};
    c->late = l;
    uv_timer_init(&c->core->loop, &l->timer);
    l->timer.data = l;
    uv_timer_start(&l->timer, on_late, late_ms, 0);
    *ret_ticket = l->ticket;
    return false;
}

static void contents_cancel(struct pxed_ctx *ctx, uint64_t ticket) {
    struct fake_contents *c = ((struct fake_core *)ctx)->contents;
    struct fake_late *l = c->late;
    while (l && l->ticket != ticket)
        l = l->next;
    if (!l) {
        fprintf(stderr, "fake core: no such ticket\n");
        abort();
    }
    c->cancelled++;
    if (l->content)
        l->content->release(l->content, false);
    end_late(l);
}

void fake_contents_open(struct fake_contents *c, struct fake_core *core, fake_find *find) {
    *c = (struct fake_contents){.core = core, .find = find};
    core->contents = c;
    core->core.open = contents_open;
    core->core.cancel = contents_cancel;
}
