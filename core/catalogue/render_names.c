/* Template names whose values are known before rendering: the host, its system, the server, the share. */
#define _GNU_SOURCE
#include "render_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue_iso.h"
#include "catalogue_os.h"
#include "image_view.h"

const char *render_mac_text(const struct render *r, const char *separator) {
    char text[PXED_MAC_TEXT];
    return pxed_arena_dup(r->arena, pxed_slice_of(pxed_mac_text(&r->host->pub.macs[0], separator, text))).ptr;
}

static struct pxed_slice mac_upper(const struct render *r) {
    char *text = (char *)(uintptr_t)render_mac_text(r, "-");
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
    render_node_text(host, "ip", addr_text(r, &h->ip));
    if (h->prefix > 0) {
        struct pxed_addr mask = pxed_addr_v4(pxed_prefix_mask(h->prefix));
        render_node_text(host, "prefix", pxed_slice_of(pxed_arena_printf(r->arena, "%u", h->prefix)));
        render_node_text(host, "netmask", addr_text(r, &mask));
    }
    render_node_flag(host, "static", h->prefix > 0 && !pxed_slice_is(net, "dhcp"));
}

/* disk= in parts, for installers that have a word for each. */
static void add_disk(struct node *host, struct pxed_slice disk) {
    static const struct {
        const char *name;
        struct pxed_slice starts;
        size_t skip;
    } parts[] = {{"disk-name", {"/dev/", 5}, 0}, {"disk-serial", {"serial:", 7}, 7}, {"disk-wwn", {"wwn:", 4}, 4}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (pxed_slice_starts(disk, parts[i].starts))
            render_node_text(host, parts[i].name, pxed_slice_skip(disk, parts[i].skip));
}

/* Asks the profile's plugin on demand. */
static struct node *find_value(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    const char *prefix = catalogue_prefix(r->os);
    if (!prefix || !pxed_slice_starts(key, pxed_slice_of(prefix)))
        return NULL;
    struct pxed_slice value =
        image_view_value(r->catalogue, r->os, &r->host->pub, pxed_arena_dup(r->arena, key).ptr, r->arena);
    return value.len > 0 ? render_node_add(map, key, PXED_VALUE_TEXT, value) : NULL;
}

static void add_host(struct render *r, struct node *root) {
    const struct pxed_host *h = &r->host->pub;
    struct node *host = render_node_map(root, "host");
    host->find = find_value;
    render_node_text(host, "mac", pxed_slice_of(render_mac_text(r, "-")));
    render_node_text(host, "mac-colon", pxed_slice_of(render_mac_text(r, ":")));
    render_node_text(host, "mac-plain", pxed_slice_of(render_mac_text(r, "")));
    render_node_text(host, "mac-upper", mac_upper(r));
    render_node_text(host, "name", h->name);
    add_address(r, host);
    for (size_t i = 0; i < h->n_vars; i++) {
        const struct pxed_var *v = &h->vars[i];
        if (v->value.len == 0 || pxed_slice_is(v->key, "ip") || pxed_slice_is(v->key, "name") ||
            pxed_slice_is(v->key, "mac"))
            continue;
        struct node *n = render_node_add(host, v->key, PXED_VALUE_TEXT, v->value);
        n->secret = (v->flags & PXED_VAR_SECRET) != 0;
    }
    add_disk(host, pxed_host_value(h, "disk"));
    struct pxed_slice dns = pxed_host_value(h, "dns");
    render_node_list(host, "dns-list", dns);
    render_node_text(host, "dns-first", pxed_slice_word(&dns, " ,\t"));
    render_node_list(host, "dns-rest", dns); /* so that commas can stand between */
    render_node_list(host, "packages-list", pxed_host_value(h, "packages"));
    render_node_list(host, "ntp-list", pxed_host_value(h, "ntp"));
}

/* {{os.iso}}: the image's ISO, whole, for systems whose initrd fetches it. On demand: whether it is there is asked of
 * the disk. Not there without one. */
static struct node *find_iso(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    struct pxed_slice iso = pxed_slice_is(key, "iso") ? catalogue_iso(r->catalogue, r->os, r->arena) : PXED_NO_SLICE;
    if (iso.len == 0)
        return NULL;
    size_t room = strlen(r->catalogue->base) + 3 * iso.len + 1;
    struct pxed_buf url = {.ptr = pxed_arena_alloc(r->arena, room), .cap = room};
    pxed_buf_str(&url, r->catalogue->base);
    pxed_percent_encode(iso, "/", &url);
    return render_node_text(map, "iso", pxed_buf_slice(&url));
}

static void add_os(struct render *r, struct node *root) {
    const struct catalogue_os *os = r->os;
    struct node *map = render_node_map(root, "os");
    render_node_text(map, "id", os->id.text);
    render_node_text(map, "family", os->id.family);
    render_node_text(map, "version", os->id.version);
    render_node_text(map, "arch", os->id.arch);
    render_node_text(map, "url",
                     pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s", r->catalogue->base,
                                                     PXED_S(catalogue_folder(r->catalogue, os->id.text)))));
    map->find = find_iso;
    struct pxed_slice repo = pxed_host_value(&r->host->pub, "repo");
    render_node_text(map, "tree",
                     repo.len > 0
                         ? repo
                         : pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s/", r->catalogue->base,
                                                           PXED_S(catalogue_folder(r->catalogue, os->id.text)))));
    struct pxed_slice flags = pxed_slice_of(os->claim ? os->claim->flags : NULL), flag;
    while ((flag = pxed_slice_word(&flags, " ")).len > 0)
        render_node_add(map, flag, PXED_VALUE_TRUE, PXED_SLICE("1"));
}

static void add_machine(struct render *r, struct node *root) {
    struct node *map = render_node_map(root, "machine");
    bool efi = r->record->has_firmware && pxed_firmware_is_efi(r->record->firmware);
    render_node_flag(map, "efi", efi);
    render_node_flag(map, "bios", !efi);
}

/* A fact recorded more than once is a list. */
static void names_add_image(struct render *r, struct node *root) {
    struct node *map = render_node_map(root, "image");
    for (size_t i = 0; i < r->os->n_facts; i++) {
        const struct catalogue_fact *f = &r->os->facts[i];
        struct node *known = map->first;
        while (known && !pxed_slice_is(known->key, f->key))
            known = known->next;
        if (!known) {
            render_node_text(map, f->key, pxed_slice_of(f->value));
            continue;
        }
        if (known->kind != PXED_VALUE_LIST) {
            struct pxed_slice first = known->text;
            known->kind = PXED_VALUE_LIST;
            render_node_add(known, PXED_NO_SLICE, PXED_VALUE_TEXT, first);
        }
        render_node_add(known, PXED_NO_SLICE, PXED_VALUE_TEXT, pxed_slice_of(f->value));
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
    struct node *map = render_node_map(root, "share");
    struct pxed_slice server = site->server      ? pxed_slice_of(site->server)
                               : c->n_ifaces > 0 ? addr_text(r, &c->ifaces[0].addr)
                                                 : pxed_slice_skip(pxed_slice_of(c->url), strlen("http://"));
    const char *last = strrchr(c->share_dir, '/');
    struct pxed_slice name = pxed_slice_of(site->name && *site->name ? site->name : last ? last + 1 : c->share_dir);
    render_node_text(map, "server", server);
    render_node_text(map, "name", name);
    render_node_text(map, "unc",
                     pxed_slice_of(pxed_arena_printf(r->arena, "\\\\%.*s\\%.*s", PXED_S(server), PXED_S(name))));
    render_node_text(map, "folder", pxed_slice_of(render_mac_text(r, "-")));
    render_node_flag(map, "published", site->published);
    render_node_flag(map, "guest", site->guest);
    if (site->accounts && lifecycle_open(r->record) && !r->no_token) {
        char hex[33];
        struct pxed_buf b = PXED_BUF(hex);
        pxed_buf_hex(&b, r->record->account, 16, "");
        render_node_text(map, "user", pxed_slice_of(render_share_user(r->arena, &r->host->pub.macs[0])));
        render_node_text(map, "password", r->masked ? PXED_SLICE("***") : pxed_arena_dup(r->arena, pxed_buf_slice(&b)));
    } else if (!site->accounts && site->user) {
        render_node_text(map, "user", pxed_slice_of(site->user));
        struct node *n = render_node_text(map, "password", pxed_slice_of(site->password));
        if (n && r->masked)
            n->text = PXED_SLICE("***");
    }
}

static void add_arm(const struct render *r, struct node *root) {
    struct node *arm = render_node_map(root, "arm");
    render_node_text(arm, "right", pxed_slice_of(lifecycle_right_names[r->record->right]));
    render_node_flag(arm, "blank", r->record->right != LIFECYCLE_ANY);
    render_node_flag(arm, "any", r->record->right == LIFECYCLE_ANY);
    render_node_flag(arm, "open", lifecycle_open(r->record));
}

static void add_server(const struct render *r, struct node *root) {
    struct node *server = render_node_map(root, "server");
    render_node_text(server, "url", pxed_slice_of(r->catalogue->url));
    render_node_text(server, "name", pxed_slice_skip(pxed_slice_of(r->catalogue->url), strlen("http://")));
    render_node_text(
        server, "port",
        pxed_slice_of(pxed_arena_printf(r->arena, "%u", r->catalogue->site.port ? r->catalogue->site.port : 80u)));
    if (r->catalogue->n_ifaces > 0)
        render_node_text(server, "address", addr_text(r, &r->catalogue->ifaces[0].addr));
}

void render_names(struct render *r, struct node *root) {
    add_host(r, root);
    add_os(r, root);
    add_arm(r, root);
    add_server(r, root);
    add_machine(r, root);
    names_add_image(r, root);
    add_share(r, root);
}
