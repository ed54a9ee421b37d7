/* Which places are searched for a name, in which order, and where a refusal is recorded. */
#include "content.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "content_boot.h"
#include "content_disk.h"
#include "content_efi.h"
#include "content_event.h"
#include "content_files.h"
#include "content_hold.h"
#include "content_host.h"
#include "content_image.h"
#include "content_iso.h"
#include "content_ladder.h"
#include "content_partner.h"
#include "content_secure.h"
#include "content_spell.h"
#include "content_status.h"
#include "content_who.h"
#include "decide.h"
#include "nonces.h"
#include "pxed/path.h"
#include "site_url.h"
#include "staged_known.h"
#include "told.h"

/* Loader configurations are searched in the same order on both protocols, so that a name gives the same answer. */
static bool is_config(const struct lookup *l) {
    return l->name.kind >= NAME_PXELINUX;
}

/* Searches the places that can hold any name, in the order of the protocol. */
static enum pxed_reason search_files(struct lookup *l, bool before_virtual, struct open_content **ret) {
    struct daemon *d = l->d;
    bool tftp_first = l->request->via == PXED_VIA_TFTP || is_config(l);
    enum pxed_reason why = PXED_WHY_NOT_FOUND;
    if (before_virtual) {
        if (l->request->via == PXED_VIA_TFTP && l->asked.len > 0) /* a folder of this name in root/tftp: boot/bcd */
            why = content_file(l, d->root_fd, "tftp/", l->asked, ret);
        if (tftp_first && why == PXED_WHY_NOT_FOUND)
            why = content_file(l, d->root_fd, "tftp/", l->name.path, ret);
        return why == PXED_WHY_NOT_FOUND ? content_boot_file(l, ret) : why;
    }
    if (!tftp_first)
        why = content_file(l, d->root_fd, "tftp/", l->name.path, ret);
    /* Loaders lie directly in their folders; memdisk and wimboot are requested as images. */
    struct pxed_slice os = PXED_SLICE("os/"), loader = l->name.path;
    if (pxed_slice_starts(loader, os) && pxed_slice_find(loader, '/', os.len) < 0)
        loader = pxed_slice_skip(loader, os.len);
    /* lpxelinux.0 speaks HTTP; it is served as pxelinux.0, which does not. Below gPXE it is the other way round:
     * lpxelinux.0 (Syslinux 6.04) stands still there, and pxelinux.0 reads by gPXE's own HTTP. */
    bool itself = !pxed_slice_is(loader, "pxelinux.0") || pxed_slice_starts(l->request->user_agent, PXED_SLICE("gPXE"));
    for (size_t i = 0; i < d->n_loader_fds && why == PXED_WHY_NOT_FOUND && !itself; i++)
        if (d->loader_fds[i] >= 0)
            why = content_file(l, d->loader_fds[i], "l", loader, ret);
    if (why == PXED_WHY_NOT_FOUND)
        why = content_partner(l, loader, ret);
    for (size_t i = 0; i < d->n_loader_fds && why == PXED_WHY_NOT_FOUND; i++)
        if (d->loader_fds[i] >= 0)
            why = content_file(l, d->loader_fds[i], "", loader, ret);
    return why;
}

/* Records the fetch of a loader, which firmware does before any script: by TFTP, or by HTTP boot from the loaders'
 * folders. */
static void note_loader(struct lookup *l, struct open_content *c) {
    if (l->name.kind != NAME_PLAIN || c->pub.kind == PXED_CONTENT_CGI)
        return;
    content_find_asker(l);
    if (!l->asker)
        return;
    c->mac = l->asker->mac;
    c->note.kind = CONTENT_NOTE_STEP;
    c->note.stage = PXED_STAGE_LOADER;
    c->loader = true;
    c->note.detail = c->path;
}

/* Is it a copy that staging wrote earlier? */
static bool is_own_copy(const struct lookup *l, int fd) {
    const struct machine *m = machines_find(&l->d->machines, &l->name.mac);
    return m && staged_known_wrote(m->staged, fd);
}

/* A loader is requested by its bare name, or with the folder of an earlier loader in front of it. */
static enum pxed_reason open_search(struct lookup *l, struct open_content **ret) {
    enum pxed_reason why = search_files(l, true, ret);
    bool of_mac = is_config(l) && l->name.mac.len > 0;
    if (why == PXED_WHY_OK && l->name.kind == NAME_PXELINUX && is_own_copy(l, (*ret)->pub.fd)) {
        content_free(*ret); /* a copy written by staging: render it anew */
        why = PXED_WHY_NOT_FOUND;
    }
    if (why == PXED_WHY_OK && of_mac && catalogue_find(l->d->catalogue, &l->name.mac))
        return content_own_config(l, *ret, ret);
    if (why == PXED_WHY_OK && l->request->via == PXED_VIA_TFTP)
        note_loader(l, *ret);
    if (why != PXED_WHY_NOT_FOUND)
        return why;
    if (is_config(l))
        return content_loader_config(l, ret);
    why = search_files(l, false, ret);
    if (why == PXED_WHY_NOT_FOUND && (why = content_secure(l, ret)) == PXED_WHY_NOT_FOUND)
        why = content_disk(l, ret);
    if (why == PXED_WHY_OK)
        note_loader(l, *ret);
    if (why == PXED_WHY_NOT_FOUND)
        why = content_image_file(l, ret);
    return why == PXED_WHY_NOT_FOUND ? content_iso(l, ret) : why;
}

/* os/<id>/FILE, or os/FILE: memdisk, an ISO. */
static bool is_image(const struct lookup *l) {
    return l->name.kind == NAME_IMAGE || pxed_slice_starts(l->name.path, PXED_SLICE("os/"));
}

/* What uses up a right is opened for this request alone, and judged by that. */
static enum pxed_reason open_alone(struct lookup *l, struct open_content **ret) {
    content_free(*ret);
    *ret = NULL;
    l->alone = true;
    enum pxed_reason why = open_search(l, ret);
    if (why == PXED_WHY_OK && *ret)
        content_note_image(l, *ret);
    return why;
}

/* A file: a loader, an image's, the operator's. */
static enum pxed_reason open_any(struct lookup *l, struct open_content **ret) {
    enum pxed_reason why = open_search(l, ret);
    if (why != PXED_WHY_OK || !*ret || !is_image(l) || (*ret)->pub.kind == PXED_CONTENT_CGI)
        return why;
    content_note_image(l, *ret);
    return (*ret)->file && ((*ret)->spends || (*ret)->feeds) ? open_alone(l, ret) : why;
}

/* An operator's file of this name comes first. */
static enum pxed_reason open_boot_efi(struct lookup *l, struct open_content **ret) {
    struct lookup inner = *l;
    enum pxed_reason why = open_search(l, ret);
    if (why != PXED_WHY_NOT_FOUND)
        return why;
    why = content_efi_name(&inner, &inner.path);
    l->wait = inner.wait;
    if (why != PXED_WHY_OK || inner.wait)
        return why;
    why = name_parse(inner.path, PXED_NO_SLICE, &inner.name);
    *l = inner;
    return why == PXED_WHY_OK ? open_any(l, ret) : why;
}

/* The same here. */
static enum pxed_reason open_ca(struct lookup *l, struct open_content **ret) {
    struct pxed_slice ca = l->d->catalogue->ca;
    enum pxed_reason why = open_search(l, ret);
    if (why != PXED_WHY_NOT_FOUND || !ca.ptr)
        return why;
    *ret = content_new(l); /* it holds the generation, which owns the text */
    content_set_text(*ret, ca, "application/x-pem-file");
    return PXED_WHY_OK;
}

static enum pxed_reason open_answer(struct lookup *l, struct open_content **ret) {
    if (name_is_private(&l->name))
        return PXED_WHY_PRIVATE_FILE;
    switch (l->name.kind) {
    case NAME_SCRIPT:
        return content_boot_script(l, ret);
    case NAME_HOST:
        return content_host_file(l, ret);
    case NAME_BOOT_EFI:
        return open_boot_efi(l, ret);
    case NAME_CA:
        return open_ca(l, ret);
    default:
        return open_any(l, ret);
    }
}

/* TFTP is also asked for its own URL: PXELINUX passes `http://SERVER/boot/os/memdisk` to a ROM that speaks only TFTP,
 * some with the loader's folder before it. */
static enum pxed_reason cut_url(struct lookup *l, struct pxed_slice *path) {
    struct pxed_slice scheme = PXED_SLICE("http://"), url = *path;
    ptrdiff_t colon = pxed_slice_find(url, ':', 0), word = (ptrdiff_t)scheme.len - 3; /* up to the colon */
    if (colon < word || !pxed_slice_starts(pxed_slice_skip(url, (size_t)(colon - word)), scheme))
        return PXED_WHY_OK;
    url = pxed_slice_skip(url, (size_t)(colon - word));
    ptrdiff_t slash = pxed_slice_find(url, '/', scheme.len);
    struct pxed_slice server = pxed_slice_skip(pxed_slice_head(url, slash < 0 ? url.len : (size_t)slash), scheme.len);
    if (slash < 0 || !site_url_is_ours(l->d->catalogue, server))
        return PXED_WHY_NOT_FOUND;
    *path = pxed_slice_skip(url, (size_t)slash);
    return PXED_WHY_OK;
}

static bool cut_boot(struct pxed_slice *path) {
    struct pxed_slice boot = PXED_SLICE("boot/");
    if (!pxed_slice_starts(*path, boot))
        return false;
    *path = pxed_slice_skip(*path, boot.len);
    return true;
}

/* The name below /boot. HTTP serves only that, /status and /metrics, and what rows declare outside it; over TFTP
 * `boot/` is optional. */
static enum pxed_reason open_strip(struct lookup *l) {
    struct pxed_slice asked = l->path;
    if (cut_boot(&l->path))
        l->asked = asked;
    else if (l->request->via == PXED_VIA_HTTP)
        return PXED_WHY_NOT_FOUND;
    return l->path.len > 0 ? PXED_WHY_OK : PXED_WHY_NOT_FOUND;
}

/* Does it look like a file name, not like a mistyped MAC? */
static bool is_file_like(struct pxed_slice name) {
    bool hex = true;
    for (size_t i = 0; i < name.len; i++)
        hex &= pxed_hex_digit(name.ptr[i]) >= 0 || name.ptr[i] == ':' || name.ptr[i] == '-' || name.ptr[i] == '.';
    return !hex && (pxed_slice_find(name, '/', 0) >= 0 || pxed_slice_find(name, '.', 0) >= 0);
}

/* PXELINUX takes as its folder everything before the last special byte of the boot file's name: loaded after
 * `home.php?mac=08-00-...` it asks for `home.php?mac=ldlinux.c32` (Syslinux 6.04, with its own HTTP client and with
 * iPXE's), or below gPXE 1.0.0 for `home.php?mac=pxelinux.cfg%2F01-...` (Syslinux 4). So the text in place of the MAC
 * is the name it wants. */
static void open_unwrap(struct lookup *l, struct pxed_buf *text) {
    struct pxed_slice key = PXED_SLICE("mac="), name = l->request->query;
    struct pxed_hwaddr mac;
    char once[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(once);
    if (l->name.kind != NAME_SCRIPT || !pxed_slice_starts(name, key) || lookup_query_mac(l, &mac) == PXED_WHY_OK)
        return;
    name = pxed_slice_skip(name, key.len);
    text->len = 0;
    if (!pxed_percent_decode(name, false, &b) || pxed_buf_full(&b) ||
        pxed_path_normalise(pxed_buf_slice(&b), PXED_PATH_BACKSLASH, text) < 0 || text->len == 0)
        return;
    l->wrapped = pxed_buf_slice(text);
}

/* Answers another name than the one that was asked for. */
static enum pxed_reason answer_as(struct lookup *l, struct pxed_slice path, struct open_content **ret) {
    l->path = path;
    enum pxed_reason why = name_parse(path, PXED_NO_SLICE, &l->name);
    return why == PXED_WHY_OK ? open_answer(l, ret) : why;
}

/* Answers the name found in the script's query, if there is one. */
static enum pxed_reason answer_wrapped(struct lookup *l, struct open_content **ret) {
    struct lookup inner = *l;
    enum pxed_reason why = answer_as(&inner, l->wrapped, ret);
    if (why != PXED_WHY_OK && !is_file_like(l->wrapped))
        return open_answer(l, ret);
    *l = inner;
    return why;
}

/* A loader asks for all its files beside itself, also those that lie elsewhere; Windows' loaders spell them in any
 * case. */
static enum pxed_reason answer_elsewhere(struct lookup *l, struct open_content **ret) {
    struct lookup inner = *l;
    size_t folder = content_spell_folder(l, l->path);
    if (folder > 0) {
        struct pxed_slice rest = pxed_slice_skip(l->path, folder);
        cut_boot(&rest);
        enum pxed_reason why = answer_as(&inner, rest, ret);
        if (why != PXED_WHY_NOT_FOUND) {
            *l = inner;
            return why;
        }
    }
    if (l->request->via == PXED_VIA_HTTP)
        return PXED_WHY_NOT_FOUND;
    enum pxed_reason why = l->asked.len > 0 ? content_spell_case(l, l->asked, ret) : PXED_WHY_NOT_FOUND;
    if (why == PXED_WHY_NOT_FOUND)
        why = content_spell_case(l, l->name.path, ret);
    if (why == PXED_WHY_OK)
        note_loader(l, *ret);
    return why;
}

static enum pxed_reason check_token(struct lookup *l) {
    l->nonce = nonces_find(l->d, l->name.nonce);
    if (!l->name.has_token)
        return PXED_WHY_OK;
    l->token = machines_find_token(&l->d->machines, l->name.token);
    /* A request from the server itself proves nothing: any local account could have read the token. */
    return l->token && !content_is_server(l) ? PXED_WHY_OK : PXED_WHY_TOKEN_DEAD;
}

static bool is_foreign(enum pxed_reason why) {
    return why == PXED_WHY_NOT_YOUR_FILE || why == PXED_WHY_EVENT_FOREIGN || why == PXED_WHY_TOKEN_DEAD ||
           why == PXED_WHY_SECRET_NO_TOKEN || why == PXED_WHY_ANSWER_NEEDS_TLS;
}

/* Records a refusal for the machine concerned or for the client, if known; else only counts it. */
static void open_tell(struct lookup *l, enum pxed_reason why) {
    char text[300], escaped[256];
    struct pxed_buf b = PXED_BUF(escaped);
    bool bad_mac = why == PXED_WHY_BAD_MAC && l->request->query.len > 0;
    pxed_buf_escaped(&b, pxed_slice_head(l->name.has_token || l->name.nonce ? l->name.path : l->request->path, 100));
    if (bad_mac) {
        pxed_buf_byte(&b, '?');
        pxed_buf_escaped(&b, pxed_slice_head(l->request->query, 100));
    }
    snprintf(text, sizeof(text), "name=\"%s\"", pxed_buf_cstr(&b));
    if (l->target && is_foreign(why)) {
        content_tell_foreign(l, l->target, why);
        return;
    }
    if (why != PXED_WHY_SHUTTING_DOWN)
        content_find_asker(l);
    if (l->asker && why == PXED_WHY_NOT_FOUND) /* loaders try many names */
        told_once(l->d, l->asker, "missing", why, text);
    else if (l->asker && why != PXED_WHY_SHUTTING_DOWN)
        decide_step(l->d, &l->asker->mac, PXED_STAGE_NONE, why, NULL, text);
    else
        decide_refuse(l->d, why, &l->request->peer, text);
}

/* Parses the name only: opens no file and identifies no client. */
static enum pxed_reason read_name(struct lookup *l, struct pxed_buf *text) {
    bool http = l->request->via == PXED_VIA_HTTP;
    struct pxed_slice path = l->request->path;
    enum pxed_reason why = http ? PXED_WHY_OK : cut_url(l, &path);
    if (why == PXED_WHY_OK && pxed_path_normalise(path, http ? PXED_PATH_PERCENT : PXED_PATH_BACKSLASH, text) < 0)
        why = PXED_WHY_BAD_NAME;
    if (why == PXED_WHY_OK)
        l->path = pxed_buf_slice(text);
    return why;
}

static bool is_status(const struct lookup *l, const char *name) {
    return l->request->via == PXED_VIA_HTTP && pxed_slice_is(l->path, name);
}

/* OK with *ret, or with l->wait set; or a refusal. */
static enum pxed_reason open_find(struct lookup *l, struct open_content **ret) {
    struct pxed_slice script = pxed_slice_of(l->d->catalogue->site.script);
    enum pxed_reason why = open_strip(l);
    if (why == PXED_WHY_NOT_FOUND && l->path.len > 0)
        return content_outside(l, ret);
    if (why == PXED_WHY_OK)
        why = name_parse(l->path, script, &l->name);
    if (why == PXED_WHY_OK && l->request->via == PXED_VIA_HTTP)
        open_unwrap(l, &l->wrapped_text);
    if (why == PXED_WHY_OK)
        why = check_token(l);
    if (why != PXED_WHY_OK || (l->name.kind == NAME_EVENT && l->request->via == PXED_VIA_HTTP))
        return why;
    why = l->wrapped.len > 0 ? answer_wrapped(l, ret) : open_answer(l, ret);
    bool plain = l->name.kind == NAME_PLAIN && !l->name.has_token && l->name.nonce == 0;
    return why == PXED_WHY_NOT_FOUND && plain ? answer_elsewhere(l, ret) : why;
}

bool content_open_now(struct daemon *d, const struct pxed_request *request, struct opening *o) {
    char text[PXED_PATH_MAX], wrapped[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    struct lookup l = {.d = d, .request = request, .last_look = o->last_look, .wrapped_text = PXED_BUF(wrapped)};
    struct open_content *c = NULL;
    o->reason = d->stopping ? PXED_WHY_SHUTTING_DOWN : read_name(&l, &b);
    if (o->reason == PXED_WHY_OK && (is_status(&l, "status") || is_status(&l, "metrics")))
        o->reason = content_status(&l, is_status(&l, "metrics"), &c);
    else if (o->reason == PXED_WHY_OK)
        o->reason = open_find(&l, &c);
    content_ladder_hears(&l);
    bool event = o->reason == PXED_WHY_OK && l.name.kind == NAME_EVENT && request->via == PXED_VIA_HTTP;
    if (event && !content_event(&l, o) && !l.wait)
        return false;
    o->wait = l.wait;
    if (l.wait && c)
        content_free(c);
    if (l.wait)
        return true;
    if (o->reason != PXED_WHY_OK) {
        open_tell(&l, o->reason);
        return true;
    }
    content_begin(c);
    content_arm_holds(c);
    o->content = &c->pub;
    return request->via == PXED_VIA_TFTP || content_release_when_noted(c, o);
}

void content_cgi_failed(struct daemon *d, struct pxed_content *content, const char *why) {
    struct open_content *c = (struct open_content *)content;
    char text[512];
    struct pxed_buf b = PXED_BUF(text);
    pxed_buf_escaped(&b, pxed_slice_of(why));
    if (c->mac.len > 0) {
        struct machine *m = decide_machine(d, &c->mac, NULL);
        decide_tell_again(m, PXED_WHY_CGI_FAILED); /* each failure is journalled */
        decide_step(d, &c->mac, PXED_STAGE_NONE, PXED_WHY_CGI_FAILED, NULL, pxed_buf_cstr(&b));
    } else {
        decide_refuse(d, PXED_WHY_CGI_FAILED, &c->peer, pxed_buf_cstr(&b));
    }
}
