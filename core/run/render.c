#define _GNU_SOURCE
#include "render.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the tree of names --- */

struct node {
    enum pxed_value_kind kind;
    bool secret;
    struct render *render; /* to note that a secret was read */
    struct pxed_slice key, text;
    struct node *first, *next;                                     /* members of a MAP, items of a LIST */
    struct node *(*find)(struct node *map, struct pxed_slice key); /* members made when they are asked for */
};

static enum pxed_value_kind node_kind(const void *arg) {
    return ((const struct node *)arg)->kind;
}

static struct pxed_slice node_text(const void *arg) {
    const struct node *n = arg;
    if (n->secret) {
        n->render->secret = true;
        if (n->render->masked)
            return PXED_SLICE("***");
    }
    return n->text;
}

static const void *node_get(const void *arg, struct pxed_slice key) {
    struct node *map = (struct node *)(uintptr_t)arg;
    for (struct node *n = map->first; n; n = n->next)
        if (pxed_slice_eq(n->key, key))
            return n;
    return map->find ? map->find(map, key) : NULL;
}

static const void *node_item(const void *arg, size_t index) {
    const struct node *n = ((const struct node *)arg)->first;
    while (n && index-- > 0)
        n = n->next;
    return n;
}

static const struct pxed_template_data node_data = {node_kind, node_text, node_get, node_item};

static struct node *add(struct render *r, struct node *map, struct pxed_slice key, enum pxed_value_kind kind,
                        struct pxed_slice text) {
    struct node *n = PXED_NEW(r->arena, struct node), **end = &map->first;
    *n = (struct node){.kind = kind, .render = r, .key = key, .text = text};
    while (*end)
        end = &(*end)->next;
    *end = n;
    return n;
}

static struct node *add_text(struct render *r, struct node *map, const char *key, struct pxed_slice text) {
    return text.len > 0 ? add(r, map, pxed_slice_of(key), PXED_VALUE_TEXT, text) : NULL;
}

static void add_flag(struct render *r, struct node *map, const char *key, bool value) {
    if (value)
        add(r, map, pxed_slice_of(key), PXED_VALUE_TRUE, PXED_SLICE("1"));
}

static struct node *add_map(struct render *r, struct node *map, const char *key) {
    return add(r, map, pxed_slice_of(key), PXED_VALUE_MAP, PXED_NO_SLICE);
}

/* A blank- or comma-separated value as a list for {{#host.dns-list}}{{.}}{{/host.dns-list}}. */
static void add_list(struct render *r, struct node *map, const char *key, struct pxed_slice words) {
    struct pxed_slice word;
    if (words.len == 0)
        return;
    struct node *list = add(r, map, pxed_slice_of(key), PXED_VALUE_LIST, PXED_NO_SLICE);
    while ((word = pxed_slice_word(&words, " ,\t")).len > 0)
        add(r, list, PXED_NO_SLICE, PXED_VALUE_TEXT, word);
}

static const char *mac_text(const struct render *r, const char *separator) {
    char text[PXED_MAC_TEXT];
    return pxed_arena_dup(r->arena, pxed_slice_of(pxed_mac_text(&r->host->pub.macs[0], separator, text))).ptr;
}

static struct pxed_slice addr_text(const struct render *r, const struct pxed_addr *addr) {
    char text[PXED_ADDR_TEXT];
    return pxed_arena_dup(r->arena, pxed_slice_of(pxed_addr_text(addr, text)));
}

static void add_address(struct render *r, struct node *host) {
    const struct pxed_host *h = &r->host->pub;
    struct pxed_slice net = pxed_host_value(h, "net");
    if (h->ip.family == 0)
        return;
    add_text(r, host, "ip", addr_text(r, &h->ip));
    if (h->prefix > 0) {
        struct pxed_addr mask = pxed_addr_v4(pxed_prefix_mask(h->prefix));
        add_text(r, host, "prefix", pxed_slice_of(pxed_arena_printf(r->arena, "%u", h->prefix)));
        add_text(r, host, "netmask", addr_text(r, &mask));
    }
    add_flag(r, host, "static", h->prefix > 0 && !pxed_slice_is(net, "dhcp"));
}

static void add_host(struct render *r, struct node *root) {
    const struct pxed_host *h = &r->host->pub;
    struct node *host = add_map(r, root, "host");
    add_text(r, host, "mac", pxed_slice_of(mac_text(r, "-")));
    add_text(r, host, "mac-colon", pxed_slice_of(mac_text(r, ":")));
    add_text(r, host, "name", h->name);
    add_address(r, host);
    for (size_t i = 0; i < h->n_vars; i++) {
        const struct pxed_var *v = &h->vars[i];
        if (v->value.len == 0 || pxed_slice_is(v->key, "ip") || pxed_slice_is(v->key, "name") ||
            pxed_slice_is(v->key, "mac"))
            continue;
        struct node *n = add(r, host, v->key, PXED_VALUE_TEXT, v->value);
        n->secret = (v->flags & PXED_VAR_SECRET) != 0;
    }
    add_list(r, host, "dns-list", pxed_host_value(h, "dns"));
    add_list(r, host, "packages-list", pxed_host_value(h, "packages"));
    add_list(r, host, "ntp-list", pxed_host_value(h, "ntp"));
}

static void add_os(struct render *r, struct node *root) {
    const struct catalogue_os *os = r->os;
    struct node *map = add_map(r, root, "os");
    add_text(r, map, "id", os->id.text);
    add_text(r, map, "family", os->id.family);
    add_text(r, map, "version", os->id.version);
    add_text(r, map, "arch", os->id.arch);
    add_text(r, map, "url",
             pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s", r->catalogue->base, PXED_S(os->id.text))));
    struct pxed_slice repo = pxed_host_value(&r->host->pub, "repo");
    add_text(r, map, "tree",
             repo.len > 0
                 ? repo
                 : pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s/", r->catalogue->base, PXED_S(os->id.text))));
    struct pxed_slice flags = pxed_slice_of(os->claim ? os->claim->flags : NULL), flag;
    while ((flag = pxed_slice_word(&flags, " ")).len > 0)
        add(r, map, flag, PXED_VALUE_TRUE, PXED_SLICE("1"));
}

/* --- URLs of the host's files: with a token only where the text holds a secret --- */

static const char *token_path(const struct render *r) {
    static const uint8_t nothing[16];
    char hex[33];
    struct pxed_buf b = PXED_BUF(hex);
    pxed_buf_hex(&b, r->no_token ? nothing : r->record->token, 16, "");
    return pxed_arena_printf(r->arena, "s/%s/", r->masked ? "***" : pxed_buf_cstr(&b));
}

static bool has_secrets(const struct pxed_host *h) {
    for (size_t i = 0; i < h->n_vars; i++)
        if ((h->vars[i].flags & PXED_VAR_SECRET) && h->vars[i].value.len > 0)
            return true;
    return false;
}

enum { PROBED_MAX = 16 };

/* Files looked into for one link. Files may link to each other and to themselves: each is looked into once. */
struct render_probe {
    const struct pxed_file *seen[PROBED_MAX];
    size_t n;
};

static bool holds_secret(const struct render *r, const struct pxed_file *row) {
    struct render_probe mine = {.n = 0}, *seen = r->probe ? r->probe : &mine;
    struct render probe = *r;
    if (!has_secrets(&r->host->pub)) /* then no text needs to be made to know */
        return false;
    for (size_t i = 0; i < seen->n; i++)
        if (seen->seen[i] == row)
            return false; /* what it holds is counted where it was met first */
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

/* {{file.preseed_cfg}}: the URL of a row, its dots written as `_` because a dot parts names in a template. */
static struct node *find_file_url(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    const struct pxed_file *row = find_file_key(r, key);
    if (!row)
        return NULL;
    bool secret = holds_secret(r, row);
    r->secret |= secret; /* whoever holds the token can read the secret */
    const char *name = pxed_arena_printf(r->arena, "hosts/%s/%s", mac_text(r, "-"), row->name), *mark;
    if (row->path && (mark = strstr(row->path, "<mac>")))
        name = pxed_arena_printf(r->arena, "%.*s%s%s", (int)(mark - row->path), row->path, mac_text(r, "-"), mark + 5);
    const char *url = pxed_arena_printf(r->arena, "%s%s%s", r->catalogue->base, secret ? token_path(r) : "", name);
    return add(r, map, key, PXED_VALUE_TEXT, pxed_slice_of(url));
}

/* {{answer.url}}: the folder of all of them. It carries the token if any of them needs it, and makes its reader secret.
 */
static struct node *find_answer_url(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    if (!pxed_slice_is(key, "url"))
        return NULL;
    struct node *n = add(r, map, key, PXED_VALUE_TEXT, PXED_NO_SLICE);
    bool secret = false;
    for (const struct pxed_file *f = r->os->profile ? r->os->profile->files : NULL; f && f->name && !secret; f++) {
        const char *path = render_template(r, f);
        struct pxed_slice text = catalogue_text(r->catalogue, path);
        /* Only the rows' own variables count here: following answer.url inside them would never end. */
        for (size_t i = 0; i < r->host->pub.n_vars && !secret; i++) {
            const struct pxed_var *v = &r->host->pub.vars[i];
            const char *tag = pxed_arena_printf(r->arena, "host.%.*s", PXED_S(v->key));
            secret = (v->flags & PXED_VAR_SECRET) && v->value.len > 0 && text.ptr &&
                     memmem(text.ptr, text.len, tag, strlen(tag)) != NULL;
        }
    }
    r->secret |= secret;
    n->text = pxed_slice_of(
        pxed_arena_printf(r->arena, "%s%shosts/%s", r->catalogue->base, secret ? token_path(r) : "", mac_text(r, "-")));
    return n;
}

static struct node *build_tree(struct render *r) {
    struct node *root = PXED_NEW(r->arena, struct node);
    root->kind = PXED_VALUE_MAP;
    root->render = r;
    add_host(r, root);
    add_os(r, root);
    struct node *arm = add_map(r, root, "arm");
    add_text(r, arm, "right", pxed_slice_of(lifecycle_right_names[r->record->right]));
    add_flag(r, arm, "blank", r->record->right != LIFECYCLE_ANY);
    add_flag(r, arm, "any", r->record->right == LIFECYCLE_ANY);
    struct node *server = add_map(r, root, "server");
    add_text(r, server, "url", pxed_slice_of(r->catalogue->url));
    add_text(r, server, "name", pxed_slice_skip(pxed_slice_of(r->catalogue->url), strlen("http://")));
    if (r->catalogue->n_ifaces > 0)
        add_text(r, server, "address", addr_text(r, &r->catalogue->ifaces[0].addr));
    struct node *event = add_map(r, root, "event");
    add_text(r, event, "url",
             pxed_slice_of(pxed_arena_printf(r->arena, "%sevent?mac=%s", r->catalogue->base, mac_text(r, "-"))));
    if (r->os->profile) {
        add_map(r, root, "file")->find = find_file_url;
        add_map(r, root, "answer")->find = find_answer_url;
    }
    return root;
}

/* --- rendering --- */

static pxed_escape_fn *const escapes[] = {
    [PXED_ESCAPE_LINE] = pxed_escape_line,   [PXED_ESCAPE_XML] = pxed_escape_html,
    [PXED_ESCAPE_SHELL] = pxed_escape_shell, [PXED_ESCAPE_CMD] = pxed_escape_cmd,
    [PXED_ESCAPE_YAML] = pxed_escape_yaml,   [PXED_ESCAPE_NONE] = NULL,
};

struct partials {
    struct render *render;
};

static bool find_partial(void *ctx, struct pxed_slice name, struct pxed_slice *ret_text) {
    const struct render *r = ((struct partials *)ctx)->render;
    if (name.len > 64 || pxed_slice_find(name, '/', 0) >= 0 || !r->os->plugin)
        return false;
    *ret_text = catalogue_text(r->catalogue, pxed_arena_printf(r->arena, "%s/share/pxed/%s/%.*s", plugins_prefix(),
                                                               r->os->plugin, PXED_S(name)));
    return ret_text->ptr != NULL;
}

static struct pxed_slice render_text(struct render *r, struct pxed_slice text, enum pxed_escape escape) {
    struct partials partials = {r};
    struct pxed_template t = {.data = &node_data,
                              .root = build_tree(r),
                              .escape = escapes[escape],
                              .partial = find_partial,
                              .partial_ctx = &partials};
    struct pxed_buf out = {NULL, 0, 0};
    size_t room = text.len * 2 + 4096;
    for (;;) { /* the buffer tells how much it would have taken */
        out = (struct pxed_buf){pxed_arena_alloc(r->arena, room + 1), room, 0};
        if (pxed_template_render(&t, text, &out, NULL) != PXED_TEMPLATE_OK)
            return PXED_NO_SLICE;
        if (!pxed_buf_full(&out))
            return pxed_buf_slice(&out);
        room = out.len;
    }
}

const char *render_template(const struct render *r, const struct pxed_file *row) {
    if ((row->flags & PXED_FILE_ANSWER) && r->host->answer)
        return r->host->answer;
    return catalogue_template_path(r->arena, r->os->plugin, row->source);
}

struct pxed_slice render_file(struct render *r, const struct pxed_file *row) {
    struct pxed_slice text = catalogue_text(r->catalogue, render_template(r, row));
    return text.ptr ? render_text(r, text, row->escape) : PXED_NO_SLICE;
}

struct pxed_slice render_line(struct render *r, const char *text) {
    struct pxed_slice line = render_text(r, pxed_slice_of(text), PXED_ESCAPE_LINE);
    char *c = (char *)(uintptr_t)line.ptr;
    for (size_t i = 0; i < line.len; i++)
        if ((unsigned char)c[i] < ' ')
            c[i] = ' ';
    return pxed_slice_trim(line);
}

/* --- the plan --- */

static struct pxed_slice image_path(const struct render *r, const char *file) {
    return pxed_slice_of(pxed_arena_printf(r->arena, "os/%.*s/%s", PXED_S(r->os->id.text), file));
}

/* [os ID] kernel and initrd take the row's place; the row still says how and with which arguments. */
static const struct pxed_boot *own_row(const struct render *r, enum pxed_firmware firmware, enum pxed_loader loader) {
    for (const struct pxed_boot *b = r->os->profile->boots; b && b->how != PXED_HOW_LOCAL; b++)
        if ((!b->firmware || (b->firmware & PXED_FW_BIT(firmware))) &&
            (!b->loaders || (b->loaders & PXED_LOADER_BIT(loader))))
            return b;
    return NULL;
}

static bool own_files_exist(struct catalogue_image *image, const struct catalogue_os *os) {
    return catalogue_image_has(image, os->kernel) && (!os->initrd || catalogue_image_has(image, os->initrd));
}

/* [os ID] iso: the whole ISO in memory, as a BIOS drive. */
static enum pxed_reason iso_plan(struct render *r, enum pxed_firmware firmware, struct pxed_plan *ret) {
    struct pxed_slice iso = catalogue_iso(r->catalogue, r->os, r->arena),
                      extra = pxed_host_value(&r->host->pub, "args");
    if (!iso.ptr)
        return PXED_WHY_NO_IMAGE;
    if (firmware != PXED_FW_BIOS)
        return PXED_WHY_NO_PLAN;
    ret->how = PXED_HOW_MEMDISK;
    ret->kernel = PXED_SLICE("os/memdisk");
    ret->args =
        extra.len > 0 ? pxed_slice_of(pxed_arena_printf(r->arena, "iso %.*s", PXED_S(extra))) : PXED_SLICE("iso");
    ret->initrds[ret->n_initrds++].path = iso;
    return PXED_WHY_OK;
}

enum pxed_reason render_plan(struct render *r, enum pxed_firmware firmware, enum pxed_loader loader,
                             struct pxed_plan *ret) {
    struct catalogue_image image = {r->catalogue, r->os->id.text};
    enum pxed_reason why = PXED_WHY_NO_PROFILE;
    const struct pxed_boot *row = NULL;
    memset(ret, 0, sizeof(*ret));
    if (!r->os->profile)
        return why;
    if (r->os->iso)
        return iso_plan(r, firmware, ret);
    if (!r->os->kernel)
        row = profile_boot(r->os->profile, firmware, loader, catalogue_image_has, &image, &why);
    else if (!own_files_exist(&image, r->os))
        why = PXED_WHY_NO_IMAGE;
    else if (!(row = own_row(r, firmware, loader)))
        why = PXED_WHY_NO_PLAN;
    if (!row)
        return why;
    ret->how = row->how;
    ret->kernel = image_path(r, r->os->kernel ? r->os->kernel : row->kernel);
    if (r->os->initrd)
        ret->initrds[ret->n_initrds++].path = image_path(r, r->os->initrd);
    for (size_t i = 0; !r->os->kernel && i < 4 && row->initrd[i]; i++)
        ret->initrds[ret->n_initrds++].path = image_path(r, row->initrd[i]);
    struct pxed_slice args = row->args ? render_line(r, row->args) : PXED_SLICE("");
    struct pxed_slice extra = pxed_host_value(&r->host->pub, "args");
    ret->args =
        extra.len > 0
            ? pxed_slice_of(pxed_arena_printf(r->arena, "%.*s%s%.*s", PXED_S(args), args.len ? " " : "", PXED_S(extra)))
            : args;
    return PXED_WHY_OK;
}

void render_each_var(const struct render *r, void (*row)(void *arg, const struct pxed_var *v), void *arg) {
    for (size_t i = 0; i < r->host->pub.n_vars; i++) {
        struct pxed_var v = r->host->pub.vars[i];
        if (v.flags & PXED_VAR_SECRET)
            v.value = PXED_SLICE("***");
        row(arg, &v);
    }
}
