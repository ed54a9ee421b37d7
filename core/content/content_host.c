/* Files of one machine: answer files and the files they need. An operator's file wins over pxed's, under any of its
 * names. */
#include "content_host.h"

#include <unistd.h>

#include "answer.h"
#include "boot_plan.h"
#include "content_files.h"
#include "content_pack.h"
#include "content_who.h"
#include "decide.h"
#include "image_files.h"
#include "kept.h"

/* `/NAME`: a name outside /boot. */
static const struct pxed_file *find_outside_row(const struct lookup *l, const struct boot *b,
                                                struct catalogue_image *image) {
    for (const struct pxed_file *f = b->os->profile->files; f && f->name; f++)
        if (f->path && f->path[0] == '/' && pxed_slice_is(l->path, f->path + 1) &&
            (!f->when || catalogue_image_has(image, f->when)))
            return f;
    return NULL;
}

static const struct pxed_file *host_find_row(const struct lookup *l, const struct boot *b) {
    struct catalogue_image image = {l->d->catalogue, b->os->id.text};
    if (!b->os->profile)
        return NULL;
    if (l->outside)
        return find_outside_row(l, b, &image);
    if (l->name.pattern.len == 0)
        return profile_file(b->os->profile, l->name.file, catalogue_image_has, &image);
    for (const struct pxed_file *f = b->os->profile->files; f && f->name; f++)
        if (f->path && name_fits_pattern(l->name.path, f->path) && (!f->when || catalogue_image_has(&image, f->when)))
            return f;
    return NULL;
}

static const char *type_of(const struct pxed_file *row) {
    return row->flags & PXED_FILE_RAW       ? "application/octet-stream"
           : row->escape == PXED_ESCAPE_XML ? "text/xml"
                                            : "text/plain";
}

/* A text for a client that asks a CGI program by name begins as that program's output would: `Content-Type: TYPE` and
 * an empty line. */
static const char *cut_type(struct pxed_slice *text, struct pxed_arena *arena) {
    struct pxed_slice head = PXED_SLICE("Content-Type: ");
    ptrdiff_t end = pxed_slice_find(*text, '\n', 0);
    if (!pxed_slice_starts(*text, head) || end < 0 || (size_t)end + 1 >= text->len || text->ptr[end + 1] != '\n')
        return NULL;
    const char *type = pxed_arena_dup(arena, pxed_slice_skip(pxed_slice_head(*text, (size_t)end), head.len)).ptr;
    *text = pxed_slice_skip(*text, (size_t)end + 2);
    return type;
}

static enum pxed_reason render_row(const struct lookup *l, struct boot *b, const struct pxed_file *row,
                                   bool *ret_secret, struct open_content **ret) {
    struct open_content *c = content_new(l);
    struct render r = boot_render(b, &c->arena);
    struct pxed_slice text = render_file(&r, row);
    if (!text.ptr) {
        content_free(c);
        return PXED_WHY_TEMPLATE_BROKEN;
    }
    *ret_secret = r.secret;
    if ((row->flags & PXED_FILE_PACK) && !(text = content_pack(text, &c->arena)).ptr) {
        content_free(c);
        return PXED_WHY_TEMPLATE_BROKEN;
    }
    const char *type = row->path && row->path[0] == '/' ? cut_type(&text, &c->arena) : NULL;
    content_set_text(c, text, type ? type : type_of(row));
    *ret = c;
    return PXED_WHY_OK;
}

/* Sends the operator's file byte for byte. */
static enum pxed_reason open_found(const struct lookup *l, struct answer_found *found, struct open_content **ret) {
    struct stat st;
    if (fstat(found->fd, &st) < 0) {
        close(found->fd);
        return PXED_WHY_IO_ERROR;
    }
    *ret = content_of_file(l, found->fd, &st, l->name.path);
    return PXED_WHY_OK;
}

/* An operator's file wins over pxed's; if it cannot be delivered, pxed's does not replace it. */
static enum pxed_reason open_row(const struct lookup *l, struct boot *b, const struct pxed_file *row,
                                 struct pxed_arena *arena, bool *ret_secret, struct open_content **ret) {
    struct answer_found found;
    enum pxed_reason why = answer_find(l->d->catalogue, b->host, row, l->d->root_fd, arena, &found);
    if (why != PXED_WHY_OK)
        return why;
    return found.operators && !found.rendered ? open_found(l, &found, ret) : render_row(l, b, row, ret_secret, ret);
}

/* What may be requested at all, before it is known whether the file has a secret. */
static enum pxed_reason may_ask(const struct lookup *l, const struct boot *b, enum believe_who who) {
    struct believe_right right = believe_may(who, BELIEVE_ANSWER);
    if (l->token && l->token != l->target)
        return PXED_WHY_NOT_YOUR_FILE;
    if (right.why != PXED_WHY_OK || who == BELIEVE_SERVER)
        return right.why;
    if (b->host->os->live && !lifecycle_open(&b->rec))
        return PXED_WHY_OK;
    if (!lifecycle_open(&b->rec))
        return PXED_WHY_NOT_YOUR_FILE;
    /* While an arming takes no effect it gives no access either. */
    return b->rec.state == LIFECYCLE_ARMED ? decide_wants(l->d, b->host, &b->rec) : PXED_WHY_OK;
}

static void set_delivery(struct open_content *c, const struct boot *b, const struct pxed_file *row,
                         const struct believe_right *right) {
    bool answer = row && (row->flags & PXED_FILE_ANSWER);
    c->mac = b->rec.mac;
    c->spends = answer && right->spends && lifecycle_open(&b->rec); /* a live system has no right to use up */
    memcpy(c->token, b->rec.token, sizeof(c->token));
    if (!answer || !right->notes)
        return;
    c->note.kind = CONTENT_NOTE_STEP;
    c->note.stage = PXED_STAGE_ANSWER;
    c->note.detail = c->path;
}

/* The server itself sees no secret. */
static bool needs_tls(const struct lookup *l, enum believe_who who) {
    return l->d->catalogue->site.answers_https && !l->request->tls && who != BELIEVE_SERVER;
}

static enum pxed_reason open_host_file(struct lookup *l, struct open_content **ret) {
    struct boot b;
    struct pxed_arena scratch = {0};
    bool secret = false;
    boot_begin(&b, l->d, &l->name.mac, PXED_LOADER_NONE, false);
    if (!b.host)
        return PXED_WHY_UNKNOWN_MACHINE;
    l->target = decide_find(l->d, &l->name.mac, NULL);
    enum believe_who who = content_who(l, l->target, b.host, &l->name.mac);
    lookup_place(l, &b);
    if (l->wait)
        return PXED_WHY_OK;
    enum pxed_reason why = may_ask(l, &b, who);
    if (why != PXED_WHY_OK)
        return why;
    b.masked = b.no_token = who == BELIEVE_SERVER;
    b.os = decide_os(l->d, b.host, &b.rec, &scratch);
    const struct pxed_file *row = host_find_row(l, &b);
    why = row ? open_row(l, &b, row, &scratch, &secret, ret)
          : l->outside
              ? PXED_WHY_NOT_FOUND
              : content_file(l, l->d->root_fd, "boot/", l->name.path, ret); /* any other file of the operator */
    if (why == PXED_WHY_NOT_FOUND && !b.os->profile)
        why = PXED_WHY_NO_PROFILE;
    struct believe_right right = believe_may(who, secret ? BELIEVE_SECRET : BELIEVE_ANSWER);
    if (right.why == PXED_WHY_OK && secret && needs_tls(l, who))
        right.why = PXED_WHY_ANSWER_NEEDS_TLS;
    if (why == PXED_WHY_OK && right.why != PXED_WHY_OK) {
        content_free(*ret);
        *ret = NULL;
        why = right.why;
    }
    if (why == PXED_WHY_OK)
        set_delivery(*ret, &b, row, &right);
    pxed_arena_clear(&scratch);
    return why;
}

/* A machine that lost its line while it is being installed gets the files of the generation that it began with. */
enum pxed_reason content_host_file(struct lookup *l, struct open_content **ret) {
    struct catalogue *now = l->d->catalogue, *kept = kept_of(l->d, &l->name.mac);
    if (kept) {
        l->d->catalogue = kept; /* nothing in this call returns to the loop */
        l->alone = true;
    }
    enum pxed_reason why = open_host_file(l, ret);
    l->d->catalogue = now;
    return why;
}

enum pxed_reason content_outside(struct lookup *l, struct open_content **ret) {
    content_find_asker(l);
    if (l->wait)
        return PXED_WHY_OK;
    if (!l->asker || !lifecycle_open(machine_rec(l->asker)))
        return PXED_WHY_NOT_FOUND;
    l->outside = true;
    l->name = (struct name){.kind = NAME_HOST, .path = l->path, .mac = l->asker->mac};
    return content_host_file(l, ret);
}
