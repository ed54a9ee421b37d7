/* The host's variables as template names, with the lists and flags that templates need of them. */
#include "render_host.h"

#include "catalogue_os.h"
#include "image_view.h"
#include "users.h"

const char *render_mac_text(const struct render *r, const char *separator) {
    char text[PXED_MAC_TEXT];
    return pxed_arena_dup(r->arena, pxed_slice_of(pxed_mac_text(&r->host->pub.macs[0], separator, text))).ptr;
}

struct pxed_slice render_addr_text(const struct render *r, const struct pxed_addr *addr) {
    char text[PXED_ADDR_TEXT];
    return pxed_arena_dup(r->arena, pxed_slice_of(pxed_addr_text(addr, text)));
}

static struct pxed_slice mac_upper(const struct render *r) {
    char *text = (char *)(uintptr_t)render_mac_text(r, "-");
    for (char *c = text; *c; c++)
        *c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
    return pxed_slice_of(text);
}

static void add_address(struct render *r, struct node *host) {
    const struct pxed_host *h = &r->host->pub;
    struct pxed_slice net = pxed_host_value(h, "net");
    if (h->ip.family == 0)
        return;
    render_node_text(host, "ip", render_addr_text(r, &h->ip));
    if (h->prefix > 0) {
        struct pxed_addr mask = pxed_addr_v4(pxed_prefix_mask(h->prefix));
        render_node_text(host, "prefix", pxed_slice_of(pxed_arena_printf(r->arena, "%u", h->prefix)));
        render_node_text(host, "netmask", render_addr_text(r, &mask));
    }
    render_node_flag(host, "static", h->prefix > 0 && !pxed_slice_is(net, "dhcp"));
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

/* Item of a list whose members are {{KEY.NAME}}. */
static struct node *add_item(struct node *list, const char *key) {
    return render_node_map(render_node_add(list, PXED_NO_SLICE, PXED_VALUE_MAP, PXED_NO_SLICE), key);
}

/* {{#host.users-list}}{{user.name}}{{/host.users-list}} */
static void add_users(struct node *host, struct pxed_slice value) {
    struct users_one u;
    struct node *list =
        value.len > 0 ? render_node_add(host, PXED_SLICE("users-list"), PXED_VALUE_LIST, PXED_NO_SLICE) : NULL;
    bool sudo = false;
    while (users_next(&value, &u)) {
        struct node *user = add_item(list, "user"), *hash;
        render_node_text(user, "name", u.name);
        if ((hash = render_node_text(user, "hash", u.hash)))
            hash->secret = true;
        render_node_text(user, "key", u.key);
        render_node_flag(user, "sudo", u.sudo);
        sudo |= u.sudo;
    }
    render_node_flag(host, "users-sudo", sudo);
}

/* Each line alone, so that no line of an operator's script can be one of the file that it stands in: `%end`. */
static void add_lines(struct node *host, const char *key, struct pxed_slice text) {
    struct node *list = text.len > 0 ? render_node_add(host, pxed_slice_of(key), PXED_VALUE_LIST, PXED_NO_SLICE) : NULL;
    while (text.len > 0) {
        ptrdiff_t end = pxed_slice_find(text, '\n', 0);
        size_t n = end < 0 ? text.len : (size_t)end;
        render_node_add(list, PXED_NO_SLICE, PXED_VALUE_TEXT, pxed_slice_head(text, n));
        text = pxed_slice_skip(text, end < 0 ? n : n + 1);
    }
}

static bool is_own_net(const struct render *r) {
    const struct pxed_host *h = &r->host->pub;
    bool fixed = h->prefix > 0 && h->ip.family != 0 && !pxed_slice_is(pxed_host_value(h, "net"), "dhcp");
    return fixed || pxed_host_value(h, "ip6").len > 0;
}

/* {{#host.ip6-list}}{{ip6.address}}/{{ip6.prefix}} */
static void add_ip6(const struct render *r, struct node *host) {
    struct pxed_slice rest = pxed_host_value(&r->host->pub, "ip6"), one = pxed_slice_word(&rest, " ,");
    struct node *list =
        one.len > 0 ? render_node_add(host, PXED_SLICE("ip6-list"), PXED_VALUE_LIST, PXED_NO_SLICE) : NULL;
    for (unsigned n = 0; one.len > 0; n++) {
        ptrdiff_t slash = pxed_slice_find(one, '/', 0);
        struct node *ip6 = add_item(list, "ip6");
        render_node_text(ip6, "address", slash < 0 ? one : pxed_slice_head(one, (size_t)slash));
        render_node_text(ip6, "prefix", slash < 0 ? PXED_NO_SLICE : pxed_slice_skip(one, (size_t)slash + 1));
        render_node_text(ip6, "number", pxed_slice_of(pxed_arena_printf(r->arena, "%u", n)));
        one = pxed_slice_word(&rest, " ,");
        render_node_flag(ip6, "more", one.len > 0);
    }
}

/* {{#host.ports-list}}: the line's MAC and those of mac=. `more`: another follows, for lists with commas. */
static void add_ports(const struct render *r, struct node *host) {
    const struct pxed_host *h = &r->host->pub;
    struct pxed_slice install = pxed_host_value(h, "install-net");
    bool both = pxed_slice_is(install, "both");
    struct node *list = render_node_add(host, PXED_SLICE("ports-list"), PXED_VALUE_LIST, PXED_NO_SLICE);
    for (size_t i = 0; i < h->n_macs; i++) {
        char text[PXED_MAC_TEXT];
        struct node *port = add_item(list, "port");
        render_node_text(port, "mac", pxed_arena_dup(r->arena, pxed_slice_of(pxed_mac_text(&h->macs[i], ":", text))));
        render_node_text(port, "number", pxed_slice_of(pxed_arena_printf(r->arena, "%zu", i)));
        render_node_flag(port, "more", i + 1 < h->n_macs);
    }
    render_node_flag(host, "install-bond",
                     (both || pxed_slice_is(install, "bond")) && pxed_host_value(h, "bond").len > 0);
    render_node_flag(host, "install-vlan",
                     (both || pxed_slice_is(install, "vlan")) && pxed_host_value(h, "vlan").len > 0);
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

void render_host(struct render *r, struct node *root) {
    const struct pxed_host *h = &r->host->pub;
    struct node *host = render_node_map(root, "host");
    host->find = find_value;
    render_node_text(host, "mac", pxed_slice_of(render_mac_text(r, "-")));
    render_node_text(host, "mac-colon", pxed_slice_of(render_mac_text(r, ":")));
    render_node_text(host, "mac-plain", pxed_slice_of(render_mac_text(r, "")));
    render_node_text(host, "mac-upper", mac_upper(r));
    render_node_text(host, "name", h->name);
    add_address(r, host);
    size_t at = 0;
    for (const struct pxed_var *v; (v = pxed_host_next_var(h, &at)) != NULL;) {
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
    add_ip6(r, host);
    struct pxed_slice layout = pxed_host_value(h, "layout");
    render_node_flag(host, "lvm", pxed_slice_is(layout, "lvm"));
    render_node_flag(host, "raid1", pxed_slice_starts(layout, PXED_SLICE("raid1")));
    render_node_flag(host, "raid1-lvm", pxed_slice_is(layout, "raid1-lvm"));
    render_node_flag(host, "own-net", is_own_net(r)); /* it is not what DHCP alone tells */
    add_lines(host, "run-list", pxed_host_value(h, "run"));
    add_users(host, pxed_host_value(h, "users"));
    add_ports(r, host);
}
