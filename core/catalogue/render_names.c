/* Template names whose values are known before rendering: the host, its system, the server, the share. Each of them is
 * a map, made when a template names it: a line of a boot script names one or two. */
#define _GNU_SOURCE
#include "render_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue_iso.h"
#include "catalogue_os.h"
#include "render_host.h"

/* {{os.iso}}: the image's ISO, whole, for systems whose initrd fetches it. On demand: whether it is there is asked of
 * the disk. Not there without one. */
static struct node *find_iso(struct node *map, struct pxed_slice key) {
    struct render *r = map->render;
    struct pxed_slice iso = pxed_slice_is(key, "iso") ? catalogue_iso(r->catalogue, r->os, r->arena) : PXED_NO_SLICE;
    if (iso.len == 0)
        return NULL;
    size_t room = strlen(render_images(r)) + 3 * iso.len + 1;
    struct pxed_buf url = {.ptr = pxed_arena_alloc(r->arena, room), .cap = room};
    pxed_buf_str(&url, render_images(r));
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
                     pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s", render_images(r),
                                                     PXED_S(catalogue_folder(r->catalogue, os->id.text)))));
    map->find = find_iso;
    struct pxed_slice repo = pxed_host_value(&r->host->pub, "repo");
    render_node_text(map, "tree",
                     repo.len > 0
                         ? repo
                         : pxed_slice_of(pxed_arena_printf(r->arena, "%sos/%.*s/", render_images(r),
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
    struct pxed_slice server = site->server                 ? pxed_slice_of(site->server)
                               : render_url(r)->addr.family ? render_addr_text(r, &render_url(r)->addr)
                                                            : pxed_slice_of(render_url(r)->authority);
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
        if (n) /* unlike an arming's own account it outlives the installation */
            n->secret = true;
    }
}

static void add_arm(struct render *r, struct node *root) {
    struct node *arm = render_node_map(root, "arm");
    render_node_text(arm, "right", pxed_slice_of(lifecycle_right_names[r->record->right]));
    render_node_flag(arm, "blank", r->record->right != LIFECYCLE_ANY);
    render_node_flag(arm, "any", r->record->right == LIFECYCLE_ANY);
    render_node_flag(arm, "open", lifecycle_open(r->record));
}

static void add_server(struct render *r, struct node *root) {
    struct node *server = render_node_map(root, "server");
    render_node_text(server, "url", pxed_slice_of(render_url(r)->url));
    render_node_text(server, "name", pxed_slice_of(render_url(r)->authority));
    render_node_text(
        server, "port",
        pxed_slice_of(pxed_arena_printf(r->arena, "%u", r->catalogue->site.port ? r->catalogue->site.port : 80u)));
    if (render_url(r)->addr.family)
        render_node_text(server, "address", render_addr_text(r, &render_url(r)->addr));
}

struct node *render_names(struct node *root, struct pxed_slice key) {
    static const struct {
        const char *name;
        void (*add)(struct render *r, struct node *root);
    } maps[] = {{"host", render_host},  {"os", add_os},           {"arm", add_arm},
                {"server", add_server}, {"machine", add_machine}, {"image", names_add_image},
                {"share", add_share}};
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
        if (pxed_slice_is(key, maps[i].name))
            maps[i].add(root->render, root);
    struct node *n = root->first;
    while (n && !pxed_slice_eq(n->key, key))
        n = n->next;
    return n;
}
