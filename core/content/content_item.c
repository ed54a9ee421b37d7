/* Creates contents for a look-up and lists those being transferred. */
#include "content_item.h"

#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "content_cache.h"
#include "content_ladder.h"

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
        c->mac = m->rec.mac;
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

static void end_transfer(struct pxed_content *pub, bool whole) {
    struct open_content *c = (struct open_content *)pub;
    content_ladder_took(c, whole);
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
