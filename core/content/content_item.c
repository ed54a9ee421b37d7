/* Creates contents for a look-up and lists those being transferred. */
#include "content_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "content_cache.h"
#include "content_ladder.h"
#include "told.h"

struct open_content *content_new(const struct lookup *l) {
    struct pxed_slice path = l->name.path.ptr ? l->name.path : l->path; /* without the token */
    struct open_content *c = pxed_xalloc(sizeof(*c) + path.len + 1);
    struct daemon *d = l->d;
    c->pub.fd = -1;
    c->pub.status = 200;
    c->pub.type = "application/octet-stream";
    c->daemon = d;
    c->catalogue = catalogue_ref(d->catalogue);
    c->peer = l->request->peer;
    c->via = l->request->via;
    c->since = clock_wall();
    if (path.len > 0)
        memcpy(c->path, path.ptr, path.len);
    const struct machine *m = l->asker ? l->asker : machines_find_ip(&d->machines, &c->peer);
    if (m) /* shown in the list of transfers */
        c->mac = m->mac;
    return c;
}

void content_free(struct open_content *c) {
    if (c->hold)
        c->leave_hold(c);
    if (c->file)
        cached_file_unref(c->file);
    else if (c->pub.fd >= 0)
        close(c->pub.fd);
    catalogue_unref(c->catalogue);
    pxed_arena_clear(&c->arena);
    free(c);
}

void content_set_text(struct open_content *c, struct pxed_slice text, const char *type) {
    c->pub.kind = PXED_CONTENT_BYTES;
    c->pub.bytes = text;
    c->pub.size = text.len;
    c->pub.type = type;
}

/* How far a kernel was read says more than that it was asked for. */
static void tell_broken(struct open_content *c) {
    char text[300], name[200];
    struct pxed_buf b = PXED_BUF(name);
    struct machine *m = c->mac.len > 0 ? machines_find(&c->daemon->machines, &c->mac) : NULL;
    uint64_t size = c->pub.size;
    pxed_buf_escaped(&b, pxed_slice_head(pxed_slice_of(c->path), 100));
    snprintf(text, sizeof(text), "name=\"%s\" %u%% of %llu bytes: %s", pxed_buf_cstr(&b),
             size > 0 ? (unsigned)(c->pub.sent * 100 / size) : 0, (unsigned long long)size, c->pub.broke);
    if (m)
        told_once(c->daemon, m, "broken-off", PXED_WHY_OK, text);
}

static void end_transfer(struct pxed_content *pub, bool whole) {
    struct open_content *c = (struct open_content *)pub;
    if (!whole && pub->broke)
        tell_broken(c);
    content_ladder_took(c, whole);
    c->daemon->sent[c->via] += pub->sent;
    *(c->prev ? &c->prev->next : &c->daemon->transfers) = c->next;
    if (c->next)
        c->next->prev = c->prev;
    content_free(c);
}

void content_begin(struct open_content *c) {
    c->pub.release = end_transfer;
    c->next = c->daemon->transfers;
    if (c->next)
        c->next->prev = c;
    c->daemon->transfers = c;
}
