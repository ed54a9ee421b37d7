/* Renders templates; URLs carry the host's token if the text behind them has a secret. */
#define _GNU_SOURCE
#include "render.h"

#include <stdio.h>
#include <stdlib.h>

#include "family_rows.h"
#include "image_files.h"
#include "render_host.h"
#include "render_names.h"

/* --- URLs of the host's files: with a token only where the text holds a secret --- */

static const char *token_path(const struct render *r) {
    static const uint8_t nothing[16];
    char hex[33];
    struct pxed_buf b = PXED_BUF(hex);
    pxed_buf_hex(&b, r->no_token ? nothing : r->record->token, 16, "");
    return pxed_arena_printf(r->arena, "s/%s/", r->masked ? "***" : pxed_buf_cstr(&b));
}

static bool has_secrets(const struct pxed_host *h) {
    size_t at = 0;
    for (const struct pxed_var *v; (v = pxed_host_next_var(h, &at)) != NULL;)
        if ((v->flags & PXED_VAR_SECRET) && v->value.len > 0)
            return true;
    return false;
}

/* Can any of its texts hold a secret? An account that an operator gave all machines has no end, as a variable. */
static bool can_hold_secrets(const struct render *r) {
    return has_secrets(&r->host->pub) || r->catalogue->share.password;
}

static bool outside_boot_net(const struct render *r) {
    const struct pxed_addr *ip = &r->host->pub.ip;
    for (size_t i = 0; i < r->catalogue->n_ifaces; i++)
        if (pxed_addr_in_net(ip, &r->catalogue->ifaces[i].addr, r->catalogue->ifaces[i].prefix))
            return false;
    return ip->family != 0 && r->catalogue->n_ifaces > 0;
}

/* Do all URLs of this host carry its token, secret or not? Needed if its installer may use another interface or address
 * than the one that booted, because then its address proves nothing. */
static bool wants_tokens(const struct render *r) {
    const struct pxed_host *h = &r->host->pub;
    if (r->os->live && !lifecycle_open(r->record)) /* without an arming there is no token */
        return false;
    switch (r->catalogue->settings.tokens) {
    case SETTINGS_TOKENS_ALWAYS:
        return true;
    case SETTINGS_TOKENS_SECRETS:
        return false;
    default:
        return has_secrets(h) || h->n_macs > 1 || pxed_host_value(h, "vlan").len > 0 ||
               pxed_host_value(h, "bond").len > 0 || r->far || outside_boot_net(r);
    }
}

enum { PROBED_MAX = 16 };

/* Files examined for one link. Files may link to each other and to themselves: each is examined once. */
struct render_probe {
    const struct pxed_file *seen[PROBED_MAX];
    size_t n;
};

static bool holds_secret(const struct render *r, const struct pxed_file *row) {
    struct render_probe mine = {.n = 0}, *seen = r->probe ? r->probe : &mine;
    struct render probe = *r;
    if (!can_hold_secrets(r)) /* no text needs rendering to know */
        return false;
    for (size_t i = 0; i < seen->n; i++)
        if (seen->seen[i] == row)
            return false; /* its content was counted when it was first met */
    if (seen->n == PROBED_MAX)
        return true;
    seen->seen[seen->n++] = row;
    probe.probe = seen;
    probe.secret = false;
    render_file(&probe, row);
    return probe.secret;
}

static const struct pxed_file *find_file_key(const struct render *r, struct pxed_slice key) {
    struct catalogue_image image = {r->catalogue, r->os->id.text};
    for (const struct pxed_file *f = r->os->profile->files; f && f->name; f++) {
        size_t n = strlen(f->name);
        bool same = n == key.len;
        for (size_t i = 0; same && i < n; i++)
            same = key.ptr[i] == (f->name[i] == '.' ? '_' : f->name[i]);
        if (same && (!f->when || catalogue_image_has(&image, f->when)))
            return f;
    }
    return NULL;
}

const char *render_tls(const struct catalogue_os *os) {
    return os->family && os->family->tls && family_only(&os->family->tls_only, os->claim) ? os->family->tls : NULL;
}

bool render_has_secret_file(struct render *r) {
    bool found = false;
    for (const struct pxed_file *f = r->os->profile->files; f && f->name && !found; f++)
        found = !(f->flags & PXED_FILE_RAW) && holds_secret(r, f);
    return found;
}

/* What the URL of a file begins with. */
static const char *base_of(struct render *r, bool secret) {
    const struct site_url *at = render_url(r);
    if (!secret || !r->catalogue->site.answers_https || !at->secure || !render_tls(r->os))
        return at->base;
    r->by_tls = true;
    return at->secure;
}

struct pxed_slice render_file_path(struct render *r, const struct pxed_file *row) {
    bool secret = !(row->flags & PXED_FILE_RAW) && holds_secret(r, row);
    r->secret |= secret; /* a token lets its holder read the secret */
    const char *name = catalogue_row_path(r->arena, row, render_mac_text(r, "-"));
    if (!name)
        name = pxed_arena_printf(r->arena, "hosts/%s/%s", render_mac_text(r, "-"), row->name);
    return pxed_slice_of(pxed_arena_printf(r->arena, "%s%s", secret || wants_tokens(r) ? token_path(r) : "", name));
}

/* {{file.preseed_cfg}}: the URL of a row; dots are written `_` because a dot separates names in a template. */
static struct node *find_file_url(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    const struct pxed_file *row = find_file_key(r, key);
    if (!row)
        return NULL;
    bool before = r->secret;
    r->secret = false;
    struct pxed_slice path = render_file_path(r, row);
    const char *url = pxed_arena_printf(r->arena, "%s%.*s", base_of(r, r->secret), PXED_S(path));
    r->secret |= before;
    return render_node_add(map, key, PXED_VALUE_TEXT, pxed_slice_of(url));
}

/* Only variables that a template or its partials name themselves count: following answer.url inside the templates would
 * never end. */
struct secret_search {
    const struct render *render;
    unsigned depth;
    bool found;
};

static void search_secret(struct secret_search *s, struct pxed_slice text);

static void search_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct secret_search *s = ctx;
    const struct render *r = s->render;
    const struct pxed_host *h = &r->host->pub;
    (void)line;
    if (sigil == '>' && s->depth < 32 && !s->found) {
        const char *source = pxed_arena_dup(r->arena, name).ptr;
        s->depth++;
        search_secret(s, catalogue_text(r->catalogue, catalogue_template_path(r->arena, r->os->plugin, source)));
        s->depth--;
    }
    s->found |= r->catalogue->share.password && pxed_slice_is(name, "share.password");
    if (!pxed_slice_starts(name, PXED_SLICE("host.")))
        return;
    size_t at = 0;
    for (const struct pxed_var *v; !s->found && (v = pxed_host_next_var(h, &at)) != NULL;) {
        /* host.users is also in host.users-list */
        s->found = (v->flags & PXED_VAR_SECRET) && v->value.len > 0 &&
                   pxed_slice_starts(pxed_slice_skip(name, strlen("host.")), v->key);
    }
}

static void search_secret(struct secret_search *s, struct pxed_slice text) {
    if (text.ptr)
        pxed_template_names(text, search_name, s, NULL);
}

/* {{answer.url}}: the folder of all of them. It carries the token if any of them needs it, and makes the text that uses
 * it secret. */
static struct node *find_answer_url(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    if (!pxed_slice_is(key, "url"))
        return NULL;
    struct node *n = render_node_add(map, key, PXED_VALUE_TEXT, PXED_NO_SLICE);
    bool secret = false, asks = can_hold_secrets(r);
    for (const struct pxed_file *f = asks && r->os->profile ? r->os->profile->files : NULL; f && f->name && !secret;
         f++) {
        struct secret_search search = {.render = r};
        search_secret(&search, catalogue_text(r->catalogue, render_template(r, f)));
        secret = search.found;
    }
    r->secret |= secret;
    n->text = pxed_slice_of(pxed_arena_printf(r->arena, "%s%shosts/%s", base_of(r, secret),
                                              secret || wants_tokens(r) ? token_path(r) : "", render_mac_text(r, "-")));
    return n;
}

static struct node *add_event(struct render *r, struct node *root) {
    struct node *event = render_node_map(root, "event");
    render_node_text(event, "url",
                     pxed_slice_of(pxed_arena_printf(r->arena, "%s%sevent?mac=%s", render_url(r)->base,
                                                     wants_tokens(r) ? token_path(r) : "", render_mac_text(r, "-"))));
    return event;
}

static struct node *find_map(struct node *root, struct pxed_slice key) {
    struct render *r = root->render;
    bool file = pxed_slice_is(key, "file");
    if (pxed_slice_is(key, "event"))
        return add_event(r, root);
    if (!r->os->profile || (!file && !pxed_slice_is(key, "answer")))
        return render_names(root, key);
    struct node *map = render_node_map(root, file ? "file" : "answer");
    map->find = file ? find_file_url : find_answer_url;
    return map;
}

static struct node *build_tree(struct render *r) {
    struct node *root = PXED_NEW(r->arena, struct node);
    *root = (struct node){.kind = PXED_VALUE_MAP, .render = r, .find = find_map};
    return root;
}

/* --- rendering --- */

static pxed_escape_fn *const escapes[] = {
    [PXED_ESCAPE_LINE] = pxed_escape_line,   [PXED_ESCAPE_XML] = pxed_escape_html,
    [PXED_ESCAPE_SHELL] = pxed_escape_shell, [PXED_ESCAPE_CMD] = pxed_escape_cmd,
    [PXED_ESCAPE_YAML] = pxed_escape_yaml,   [PXED_ESCAPE_NONE] = NULL,
    [PXED_ESCAPE_INI] = pxed_escape_ini,
};

struct partials {
    struct render *render;
};

static bool find_partial(void *ctx, struct pxed_slice name, struct pxed_slice *ret_text) {
    const struct render *r = ((struct partials *)ctx)->render;
    if (name.len > 64 || pxed_slice_find(name, '/', 0) >= 0 || !r->os->plugin)
        return false;
    const char *source = pxed_arena_dup(r->arena, name).ptr;
    *ret_text = catalogue_text(r->catalogue, catalogue_template_path(r->arena, r->os->plugin, source));
    return ret_text->ptr != NULL;
}

static struct pxed_slice render_text(struct render *r, struct pxed_slice text, enum pxed_escape escape) {
    struct partials partials = {r};
    struct pxed_template t = {.data = &render_node_data,
                              .root = build_tree(r),
                              .escape = escapes[escape],
                              .partial = find_partial,
                              .partial_ctx = &partials};
    struct pxed_buf out = {NULL, 0, 0};
    size_t room = text.len * 2 + 4096;
    for (;;) { /* `len` tells how much room is needed */
        out = (struct pxed_buf){pxed_arena_alloc(r->arena, room + 1), room, 0};
        if (pxed_template_render(&t, text, &out, NULL) != PXED_TEMPLATE_OK)
            return PXED_NO_SLICE;
        if (!pxed_buf_full(&out))
            return pxed_buf_slice(&out);
        room = out.len;
    }
}

const char *render_template(const struct render *r, const struct pxed_file *row) {
    if ((row->flags & PXED_FILE_ANSWER) && r->host->rare->answer)
        return r->host->rare->answer;
    return catalogue_template_path(r->arena, r->os->plugin, row->source);
}

/* Batch files and answer files of old systems need CR LF, whatever the template has. */
static struct pxed_slice with_crlf(struct render *r, struct pxed_slice text) {
    size_t room = text.len * 2;
    struct pxed_buf out = {pxed_arena_alloc(r->arena, room + 1), room, 0};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
            pxed_buf_byte(&out, '\r');
        pxed_buf_byte(&out, text.ptr[i]);
    }
    return pxed_buf_slice(&out);
}

struct pxed_slice render_file(struct render *r, const struct pxed_file *row) {
    struct pxed_slice text = catalogue_text(r->catalogue, render_template(r, row));
    if (!text.ptr || (row->flags & PXED_FILE_RAW) || ((row->flags & PXED_FILE_ANSWER) && r->host->rare->answer_raw))
        return text;
    text = render_text(r, text, row->escape);
    return text.ptr && (row->flags & PXED_FILE_CRLF) ? with_crlf(r, text) : text;
}

struct pxed_slice render_line(struct render *r, const char *text) {
    struct pxed_slice line = render_text(r, pxed_slice_of(text), PXED_ESCAPE_LINE);
    char *c = (char *)(uintptr_t)line.ptr;
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)c[i] < ' ')
            c[i] = ' ';
    return pxed_slice_trim(line);
}

void render_each_var(const struct render *r, void (*row)(void *arg, const struct pxed_var *v), void *arg) {
    size_t at = 0;
    for (const struct pxed_var *v; (v = pxed_host_next_var(&r->host->pub, &at)) != NULL;) {
        struct pxed_var shown = *v;
        if (v->flags & PXED_VAR_SECRET)
            shown.value = PXED_SLICE("***");
        row(arg, &shown);
    }
}
