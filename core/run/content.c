#include "content.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dialect.h"

struct open_content *content_new(const struct lookup *l) {
    struct open_content *c = pxed_xalloc(sizeof(*c));
    struct daemon *d = l->d;
    c->pub.fd = -1;
    c->pub.status = 200;
    c->pub.type = "application/octet-stream";
    c->daemon = d;
    c->catalogue = catalogue_ref(d->catalogue);
    c->peer = l->request->peer;
    c->via = l->request->via;
    c->since = daemon_wall(d);
    c->path = pxed_arena_dup(&c->arena, l->name.path.ptr ? l->name.path : l->path).ptr; /* without its token */
    if (l->asker)
        c->mac = l->asker->rec.mac;
    return c;
}

void content_free(struct open_content *c) {
    if (c->pub.fd >= 0)
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

static void delivered(struct open_content *c) {
    struct daemon *d = c->daemon;
    const struct catalogue_host *host;
    struct machine *m = decide_machine(d, &c->mac, &host);
    int64_t now = daemon_wall(d);
    char detail[256];
    if (!host || who_is_server(d, &c->peer))
        return;
    if (!lifecycle_delivered(&m->rec, now))
        return;
    snprintf(detail, sizeof(detail), "the right to write is used up by %s", c->path);
    machines_journal(&d->machines, m, "spent", PXED_WHY_OK, detail, now);
    machines_touch(&d->machines, m);
    machines_flush(&d->machines, NULL, NULL);
}

static void fed(struct open_content *c) {
    struct machine *m = machines_find(&c->daemon->machines, &c->mac);
    if (!m || m->rec.fed)
        return;
    lifecycle_fed(&m->rec);
    machines_touch(&c->daemon->machines, m);
}

static void release(struct pxed_content *pub, bool whole) {
    struct open_content *c = (struct open_content *)pub;
    *(c->prev ? &c->prev->next : &c->daemon->transfers) = c->next;
    if (c->next)
        c->next->prev = c->prev;
    if (whole && c->spends)
        delivered(c);
    if (whole && c->feeds)
        fed(c);
    content_free(c);
}

static void link_transfer(struct open_content *c) {
    c->pub.release = release;
    c->next = c->daemon->transfers;
    if (c->next)
        c->next->prev = c;
    c->daemon->transfers = c;
}

enum pxed_reason content_query_mac(const struct lookup *l, struct pxed_hwaddr *ret) {
    struct pxed_slice raw;
    char text[64];
    struct pxed_buf b = PXED_BUF(text);
    if (!pxed_query_get(l->request->query, "mac", &raw) || !pxed_percent_decode(raw, true, &b) || pxed_buf_full(&b) ||
        !pxed_mac_parse(pxed_slice_trim(pxed_buf_slice(&b)), ret))
        return PXED_WHY_BAD_MAC;
    return PXED_WHY_OK;
}

/* Places in which any name may lie, in the order of the protocol. */
static enum pxed_reason search_files(const struct lookup *l, bool before_virtual, struct open_content **ret) {
    struct daemon *d = l->d;
    bool tftp = l->request->via == PXED_VIA_TFTP;
    enum pxed_reason why = PXED_WHY_NOT_FOUND;
    if (before_virtual) {
        if (tftp)
            why = content_file(l, d->root_fd, "tftp/", l->name.path, ret);
        return why == PXED_WHY_NOT_FOUND ? content_boot_file(l, ret) : why;
    }
    if (!tftp)
        why = content_file(l, d->root_fd, "tftp/", l->name.path, ret);
    /* Loaders lie flat in their folders; memdisk and wimboot are asked for among the images. */
    struct pxed_slice os = PXED_SLICE("os/"), loader = l->name.path;
    if (pxed_slice_starts(loader, os) && pxed_slice_find(loader, '/', os.len) < 0)
        loader = pxed_slice_skip(loader, os.len);
    /* The one that speaks HTTP stands in for its elder brother. */
    for (size_t i = 0; i < d->n_loader_fds && why == PXED_WHY_NOT_FOUND && pxed_slice_is(loader, "pxelinux.0"); i++)
        why = content_file(l, d->loader_fds[i], "l", loader, ret);
    for (size_t i = 0; i < d->n_loader_fds && why == PXED_WHY_NOT_FOUND; i++)
        why = content_file(l, d->loader_fds[i], "", loader, ret);
    return why;
}

/* What firmware fetches before any script: a loader, by TFTP, or by HTTP boot out of the loaders' folders. */
static void note_loader(const struct lookup *l, const struct open_content *c) {
    if (l->asker && l->name.kind == NAME_PLAIN && c->pub.kind == PXED_CONTENT_FILE)
        decide_step(l->d, &l->asker->rec.mac, PXED_STAGE_LOADER, PXED_WHY_OK, NULL, c->path);
}

/* A loader is asked by its bare name, or with the folder that an older loader put before it. */
static enum pxed_reason search(const struct lookup *l, struct open_content **ret) {
    enum pxed_reason why = search_files(l, true, ret);
    if (why == PXED_WHY_OK && l->name.kind == NAME_PXELINUX && stage_wrote(l->d, &l->name.mac, (*ret)->pub.fd)) {
        content_free(*ret); /* our own words of some time ago: say them anew */
        why = PXED_WHY_NOT_FOUND;
    }
    if (why == PXED_WHY_OK && l->request->via == PXED_VIA_TFTP)
        note_loader(l, *ret);
    if (why != PXED_WHY_NOT_FOUND)
        return why;
    if (l->name.kind == NAME_PXELINUX || l->name.kind == NAME_GRUB_MAC || l->name.kind == NAME_GRUB)
        return content_loader_config(l, ret);
    why = search_files(l, false, ret);
    if (why == PXED_WHY_OK)
        note_loader(l, *ret);
    return why == PXED_WHY_NOT_FOUND ? content_iso(l, ret) : why;
}

/* os/<id>/FILE, and os/FILE: memdisk, an ISO. */
static bool is_image(const struct lookup *l) {
    return l->name.kind == NAME_IMAGE || pxed_slice_starts(l->name.path, PXED_SLICE("os/"));
}

static enum pxed_reason answer(const struct lookup *l, struct open_content **ret) {
    if (name_is_private(&l->name))
        return PXED_WHY_PRIVATE_FILE;
    switch (l->name.kind) {
    case NAME_SCRIPT:
        return content_boot_script(l, ret);
    case NAME_HOST:
        return content_host_file(l, ret);
    default: {
        enum pxed_reason why = search(l, ret);
        if (why == PXED_WHY_OK && is_image(l) && (*ret)->pub.kind != PXED_CONTENT_CGI)
            content_note_image(l, *ret);
        return why;
    }
    }
}

/* The name below /boot. HTTP serves nothing else but /status and /metrics; TFTP's `boot/` is optional. */
static enum pxed_reason strip(struct lookup *l) {
    struct pxed_slice boot = PXED_SLICE("boot/");
    if (pxed_slice_starts(l->path, boot))
        l->path = pxed_slice_skip(l->path, boot.len);
    else if (l->request->via == PXED_VIA_HTTP)
        return PXED_WHY_NOT_FOUND;
    return l->path.len > 0 ? PXED_WHY_OK : PXED_WHY_NOT_FOUND;
}

/* PXELINUX takes for its folder whatever stands before the last special byte of the boot file's name: loaded after
 * `home.php?mac=08-00-...` it asks for `home.php?mac=ldlinux.c32` (Syslinux 6.04, its own HTTP client, and that of iPXE
 * below it). What stands where the MAC should be is the name it means. */
static enum pxed_reason unwrap(struct lookup *l, struct pxed_buf *text) {
    struct pxed_slice key = PXED_SLICE("mac="), name = l->request->query, cfg = PXED_SLICE("pxelinux.cfg/");
    struct pxed_hwaddr mac;
    if (l->name.kind != NAME_SCRIPT || !pxed_slice_starts(name, key))
        return PXED_WHY_OK;
    name = pxed_slice_skip(name, key.len);
    bool meant = dialect_of_agent(l->request->user_agent) == PXED_LOADER_PXELINUX || pxed_slice_starts(name, cfg) ||
                 pxed_slice_ends(name, PXED_SLICE(".c32"));
    if (!meant || content_query_mac(l, &mac) == PXED_WHY_OK)
        return PXED_WHY_OK;
    text->len = 0;
    if (pxed_path_normalise(name, PXED_PATH_PERCENT, text) < 0)
        return PXED_WHY_BAD_NAME;
    l->path = pxed_buf_slice(text);
    return l->path.len > 0 ? name_parse(l->path, PXED_NO_SLICE, &l->name) : PXED_WHY_NOT_FOUND;
}

static enum pxed_reason check_token(struct lookup *l) {
    if (!l->name.has_token)
        return PXED_WHY_OK;
    l->token = machines_find_token(&l->d->machines, l->name.token);
    if (!l->token)
        return PXED_WHY_TOKEN_DEAD;
    const struct pxed_addr *peer = &l->request->peer;
    const struct catalogue_host *host = catalogue_find(l->d->catalogue, &l->token->rec.mac);
    if (l->token->rec.ip_leased && !who_is_server(l->d, peer) && !who_is_machine(l->d, l->token, host, peer))
        return PXED_WHY_NOT_YOUR_FILE;
    return PXED_WHY_OK;
}

/* The kernel is asked only where it matters who asks. */
static struct machine *find_asker(const struct lookup *l) {
    const struct pxed_addr *peer = &l->request->peer;
    if (l->token)
        return l->token;
    return l->name.kind == NAME_PLAIN && !is_image(l) ? machines_find_ip(&l->d->machines, peer) : who_asks(l->d, peer);
}

/* A refusal is told to the machine it concerns, if that is known. */
static void tell(const struct lookup *l, enum pxed_reason why) {
    char text[300], escaped[256];
    struct pxed_buf b = PXED_BUF(escaped);
    pxed_buf_escaped(&b, pxed_slice_head(l->request->path, 100));
    snprintf(text, sizeof(text), "name=\"%s\"", pxed_buf_cstr(&b));
    bool missing = why == PXED_WHY_NOT_FOUND || why == PXED_WHY_SHUTTING_DOWN; /* loaders probe many names */
    if (l->asker && !missing)
        decide_step(l->d, &l->asker->rec.mac, PXED_STAGE_NONE, why, NULL, text);
    else
        decide_refuse(l->d, why, &l->request->peer, text);
}

bool content_open(struct daemon *d, const struct pxed_request *request, enum pxed_reason *ret_reason,
                  struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket) {
    char text[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    struct lookup l = {.d = d, .request = request};
    struct open_content *c = NULL;
    bool http = request->via == PXED_VIA_HTTP;
    enum pxed_reason why = d->stopping ? PXED_WHY_SHUTTING_DOWN : PXED_WHY_OK;
    *ret_content = NULL;
    if (why == PXED_WHY_OK &&
        pxed_path_normalise(request->path, http ? PXED_PATH_PERCENT : PXED_PATH_BACKSLASH, &b) < 0)
        why = PXED_WHY_BAD_NAME;
    l.path = pxed_buf_slice(&b);
    bool status = http && pxed_slice_is(l.path, "status"), metrics = http && pxed_slice_is(l.path, "metrics");
    if (why == PXED_WHY_OK && (status || metrics)) {
        why = content_status(&l, metrics, &c);
    } else if (why == PXED_WHY_OK) {
        why = strip(&l);
        if (why == PXED_WHY_OK)
            why = name_parse(l.path, pxed_slice_of(d->catalogue->site.script), &l.name);
        if (why == PXED_WHY_OK && http)
            why = unwrap(&l, &b);
        if (why == PXED_WHY_OK)
            why = check_token(&l);
        l.asker = find_asker(&l);
        if (why == PXED_WHY_OK && l.name.kind == NAME_EVENT && http) {
            if (!content_event(&l, &why, later, arg, ret_ticket))
                return false;
        } else if (why == PXED_WHY_OK) {
            why = answer(&l, &c);
        }
    }
    *ret_reason = why;
    if (why != PXED_WHY_OK) {
        tell(&l, why);
        return true;
    }
    link_transfer(c);
    *ret_content = &c->pub;
    return true;
}

void content_cancel(struct daemon *d, uint64_t ticket) {
    for (struct pending **at = &d->pending; *at; at = &(*at)->next)
        if ((*at)->ticket == ticket) {
            (*at)->later = NULL; /* the answer, when it comes, finds nobody */
            return;
        }
}

void content_cgi_failed(struct daemon *d, struct pxed_content *content, const char *why) {
    struct open_content *c = (struct open_content *)content;
    char text[512];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_escaped(&b, pxed_slice_of(why));
    if (c->mac.len > 0) {
        struct machine *m = decide_machine(d, &c->mac, NULL);
        m->told = PXED_WHY_OK; /* each failure is news */
        decide_step(d, &c->mac, PXED_STAGE_NONE, PXED_WHY_CGI_FAILED, NULL, pxed_buf_cstr(&b));
    } else {
        decide_refuse(d, PXED_WHY_CGI_FAILED, &c->peer, pxed_buf_cstr(&b));
    }
}
