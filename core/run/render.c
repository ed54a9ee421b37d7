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

static struct pxed_slice mac_upper(const struct render *r) {
    char *text = (char *)(uintptr_t)mac_text(r, "-");
    for (char *c = text; *c; c++)
        *c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
    return pxed_slice_of(text);
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

/* {{host.win-KEY}}: made by the profile's plugin when it is asked for. */
static struct node *find_value(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    if (!pxed_slice_starts(key, PXED_SLICE("win-")))
        return NULL;
    struct pxed_slice value =
        catalogue_value(r->catalogue, r->os, &r->host->pub, pxed_arena_dup(r->arena, key).ptr, r->arena);
    return value.len > 0 ? add(r, map, key, PXED_VALUE_TEXT, value) : NULL;
}

static void add_host(struct render *r, struct node *root) {
    const struct pxed_host *h = &r->host->pub;
    struct node *host = add_map(r, root, "host");
    host->find = find_value;
    add_text(r, host, "mac", pxed_slice_of(mac_text(r, "-")));
    add_text(r, host, "mac-colon", pxed_slice_of(mac_text(r, ":")));
    add_text(r, host, "mac-upper", mac_upper(r));
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
    struct pxed_slice dns = pxed_host_value(h, "dns");
    add_list(r, host, "dns-list", dns);
    add_text(r, host, "dns-first", pxed_slice_word(&dns, " ,\t"));
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
             pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s", r->catalogue->base,
                                             PXED_S(catalogue_folder(r->catalogue, os->id.text)))));
    struct pxed_slice repo = pxed_host_value(&r->host->pub, "repo");
    add_text(r, map, "tree",
             repo.len > 0 ? repo
                          : pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s/", r->catalogue->base,
                                                            PXED_S(catalogue_folder(r->catalogue, os->id.text)))));
    struct pxed_slice flags = pxed_slice_of(os->claim ? os->claim->flags : NULL), flag;
    while ((flag = pxed_slice_word(&flags, " ")).len > 0)
        add(r, map, flag, PXED_VALUE_TRUE, PXED_SLICE("1"));
}

static void add_machine(struct render *r, struct node *root) {
    struct node *map = add_map(r, root, "machine");
    bool efi = r->record->has_firmware && pxed_firmware_is_efi(r->record->firmware);
    add_flag(r, map, "efi", efi);
    add_flag(r, map, "bios", !efi);
}

/* A fact that was noted more than once is a list. */
static void add_image(struct render *r, struct node *root) {
    struct node *map = add_map(r, root, "image");
    for (size_t i = 0; i < r->os->n_facts; i++) {
        const struct catalogue_fact *f = &r->os->facts[i];
        struct node *known = map->first;
        while (known && !pxed_slice_is(known->key, f->key))
            known = known->next;
        if (!known) {
            add_text(r, map, f->key, pxed_slice_of(f->value));
            continue;
        }
        if (known->kind != PXED_VALUE_LIST) {
            struct pxed_slice first = known->text;
            known->kind = PXED_VALUE_LIST;
            add(r, known, PXED_NO_SLICE, PXED_VALUE_TEXT, first);
        }
        add(r, known, PXED_NO_SLICE, PXED_VALUE_TEXT, pxed_slice_of(f->value));
    }
}

const char *render_share_user(struct pxed_arena *arena, const struct pxed_hwaddr *mac) {
    char text[PXED_MAC_TEXT];
    return pxed_arena_printf(arena, "pxed-%s", pxed_mac_text(mac, "", text));
}

static void add_share(struct render *r, struct node *root) {
    const struct catalogue *c = r->catalogue;
    const struct pxed_share_site *site = &c->share;
    if (!c->share_dir)
        return;
    struct node *map = add_map(r, root, "share");
    struct pxed_slice server = site->server      ? pxed_slice_of(site->server)
                               : c->n_ifaces > 0 ? addr_text(r, &c->ifaces[0].addr)
                                                 : pxed_slice_skip(pxed_slice_of(c->url), strlen("http://"));
    const char *last = strrchr(c->share_dir, '/');
    struct pxed_slice name = pxed_slice_of(site->name && *site->name ? site->name : last ? last + 1 : c->share_dir);
    add_text(r, map, "server", server);
    add_text(r, map, "name", name);
    add_text(r, map, "unc", pxed_slice_of(pxed_arena_printf(r->arena, "\\\\%.*s\\%.*s", PXED_S(server), PXED_S(name))));
    add_text(r, map, "folder", pxed_slice_of(mac_text(r, "-")));
    add_flag(r, map, "published", site->published);
    add_flag(r, map, "guest", site->guest);
    if (site->accounts && lifecycle_open(r->record) && !r->no_token) {
        char hex[33];
        struct pxed_buf b = PXED_BUF(hex);
        pxed_buf_hex(&b, r->record->account, 16, "");
        add_text(r, map, "user", pxed_slice_of(render_share_user(r->arena, &r->host->pub.macs[0])));
        add_text(r, map, "password", r->masked ? PXED_SLICE("***") : pxed_arena_dup(r->arena, pxed_buf_slice(&b)));
    } else if (!site->accounts && site->user) {
        add_text(r, map, "user", pxed_slice_of(site->user));
        struct node *n = add_text(r, map, "password", pxed_slice_of(site->password));
        if (n && r->masked)
            n->text = PXED_SLICE("***");
    }
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

static bool outside_boot_net(const struct render *r) {
    const struct pxed_addr *ip = &r->host->pub.ip;
    for (size_t i = 0; i < r->catalogue->n_ifaces; i++)
        if (pxed_addr_in_net(ip, &r->catalogue->ifaces[i].addr, r->catalogue->ifaces[i].prefix))
            return false;
    return ip->family != 0 && r->catalogue->n_ifaces > 0;
}

/* Do all URLs of this host carry its token, secret or not? Where its installer may ask from another card or address
 * than the one that booted, the wire proves nothing. */
static bool wants_tokens(const struct render *r) {
    const struct pxed_host *h = &r->host->pub;
    switch (r->catalogue->settings.tokens) {
    case SETTINGS_TOKENS_ALWAYS:
        return true;
    case SETTINGS_TOKENS_SECRETS:
        return false;
    default:
        return has_secrets(h) || h->n_macs > 1 || pxed_host_value(h, "vlan").len > 0 ||
               pxed_host_value(h, "bond").len > 0 || outside_boot_net(r);
    }
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

struct pxed_slice render_file_path(struct render *r, const struct pxed_file *row) {
    bool secret = !(row->flags & PXED_FILE_RAW) && holds_secret(r, row);
    r->secret |= secret; /* whoever holds the token can read the secret */
    const char *name = catalogue_row_path(r->arena, row, mac_text(r, "-"));
    if (!name)
        name = pxed_arena_printf(r->arena, "hosts/%s/%s", mac_text(r, "-"), row->name);
    return pxed_slice_of(pxed_arena_printf(r->arena, "%s%s", secret || wants_tokens(r) ? token_path(r) : "", name));
}

/* {{file.preseed_cfg}}: the URL of a row, its dots written as `_` because a dot parts names in a template. */
static struct node *find_file_url(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    const struct pxed_file *row = find_file_key(r, key);
    if (!row)
        return NULL;
    struct pxed_slice path = render_file_path(r, row);
    const char *url = pxed_arena_printf(r->arena, "%s%.*s", r->catalogue->base, PXED_S(path));
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
    n->text = pxed_slice_of(pxed_arena_printf(r->arena, "%s%shosts/%s", r->catalogue->base,
                                              secret || wants_tokens(r) ? token_path(r) : "", mac_text(r, "-")));
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
    add_flag(r, arm, "open", lifecycle_open(r->record));
    struct node *server = add_map(r, root, "server");
    add_text(r, server, "url", pxed_slice_of(r->catalogue->url));
    add_text(r, server, "name", pxed_slice_skip(pxed_slice_of(r->catalogue->url), strlen("http://")));
    if (r->catalogue->n_ifaces > 0)
        add_text(r, server, "address", addr_text(r, &r->catalogue->ifaces[0].addr));
    add_machine(r, root);
    add_image(r, root);
    add_share(r, root);
    struct node *event = add_map(r, root, "event");
    add_text(r, event, "url",
             pxed_slice_of(pxed_arena_printf(r->arena, "%s%sevent?mac=%s", r->catalogue->base,
                                             wants_tokens(r) ? token_path(r) : "", mac_text(r, "-"))));
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
    [PXED_ESCAPE_INI] = pxed_escape_ini,
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

/* Batch files and answer files of old systems want CR LF, whatever the template was written with. */
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
    if (!text.ptr || (row->flags & PXED_FILE_RAW))
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
    for (size_t i = 0; i < r->host->pub.n_vars; i++) {
        struct pxed_var v = r->host->pub.vars[i];
        if (v.flags & PXED_VAR_SECRET)
            v.value = PXED_SLICE("***");
        row(arg, &v);
    }
}
