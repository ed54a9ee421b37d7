/* Compares every name in a template with the names that can have a value. */
#define _GNU_SOURCE
#include "template_check.h"

#include "pxed/template.h"
#include "vars.h"

/* Values that render.c adds to the variables. */
static const char *const of_host[] = {
    "mac",      "mac-plain", "disk-name", "disk-serial",  "disk-wwn",      "mac-colon",  "mac-upper",
    "prefix",   "netmask",   "static",    "dns-list",     "packages-list", "ntp-list",   "dns-first",
    "dns-rest", "ip6-list",  "run-list",  "users-list",   "users-sudo",    "ports-list", "own-net",
    "lvm",      "raid1",     "raid1-lvm", "install-bond", "install-vlan",  NULL};
/* Members of the items of host.users-list, host.ports-list and host.ip6-list. */
static const char *const of_user[] = {"name", "hash", "key", "sudo", NULL};
static const char *const of_port[] = {"mac", "number", "more", NULL};
static const char *const of_ip6[] = {"address", "prefix", "number", "more", NULL};
static const char *const roots[] = {"host",  "os",   "arm",    "server", "machine", "image", "share",
                                    "event", "file", "answer", "user",   "port",    NULL};
static const char *const of_os[] = {"id", "family", "version", "arch", "url", "tree", "iso", NULL};
static const char *const of_arm[] = {"right", "blank", "any", "open", NULL};
static const char *const of_server[] = {"url", "name", "address", "port", NULL};
static const char *const of_machine[] = {"efi", "bios", NULL};
static const char *const of_share[] = {"server", "name", "unc",      "folder", "published",
                                       "guest",  "user", "password", NULL};
static const char *const of_url[] = {"url", NULL}; /* event, answer */

static bool check_is_one_of(struct pxed_slice word, const char *const *words) {
    for (; words && *words; words++)
        if (pxed_slice_is(word, *words))
            return true;
    return false;
}

/* Every error is said; the first is why the host boots its disk. */
static void check_refuse(struct template_check *k, unsigned line, const char *said) {
    pxed_diag_add(k->diags, PXED_HOST_ERROR, k->path, line, "%s", said);
    if (!k->broken)
        k->broken = pxed_arena_printf(k->arena, "%s:%u: %s", k->path, line, said);
}

/* A tag without a value renders as nothing: the installer would get a file that the operator did not write. `meant`:
 * the variable it is probably a typo of. */
static void check_foreign(struct template_check *k, unsigned line, struct pxed_slice name, struct pxed_slice meant) {
    const char *said = pxed_arena_printf(k->arena,
                                         "{{%.*s}} is no name that pxed knows, and would vanish%s%.*s%s; if the tag is "
                                         "another system's, change ours with "
                                         "{{=<%% %%>=}} in the first line",
                                         PXED_S(name), meant.ptr ? ", did you mean {{host." : "", PXED_S(meant),
                                         meant.ptr ? "}}?" : "");
    check_refuse(k, line, said);
}

static bool knows_host(struct template_check *k, struct pxed_slice key, unsigned line, bool tell) {
    struct pxed_diags quiet = {0};
    const char *prefix = catalogue_prefix(k->os); /* prefix of values that the plugin derives */
    if ((prefix && pxed_slice_starts(key, pxed_slice_of(prefix))) || check_is_one_of(key, of_host))
        return true;
    bool known = vars_check(key, PXED_NO_SLICE, k->os->profile, true, k->path, line, &quiet);
    if (!known && tell)
        pxed_diag_add(k->diags, PXED_WARNING, k->path, line, "{{host.%.*s}} would vanish: %s", PXED_S(key),
                      quiet.items[0].text);
    pxed_diags_clear(&quiet);
    return known;
}

static bool is_os_flag(const struct pxed_profile *profile, struct pxed_slice word) {
    for (const struct pxed_claim *c = profile ? profile->claims : NULL; c && c->family; c++) {
        struct pxed_slice rest = pxed_slice_of(c->flags), flag;
        while ((flag = pxed_slice_word(&rest, " ")).len > 0)
            if (pxed_slice_eq(flag, word))
                return true;
    }
    return false;
}

static bool check_is_file(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct pxed_file *f = profile ? profile->files : NULL; f && f->name; f++) {
        bool same = strlen(f->name) == key.len;
        for (size_t i = 0; same && i < key.len; i++)
            same = key.ptr[i] == (f->name[i] == '.' ? '_' : f->name[i]);
        if (same)
            return true;
    }
    return false;
}

/* Members of all maps but host. Facts of an image are known only if it is present. */
static bool knows_member(const struct template_check *k, struct pxed_slice root, struct pxed_slice key) {
    static const struct {
        const char *root;
        const char *const *members;
    } rows[] = {{"os", of_os},       {"arm", of_arm},   {"server", of_server}, {"machine", of_machine},
                {"share", of_share}, {"event", of_url}, {"answer", of_url},    {"user", of_user},
                {"port", of_port},   {"ip6", of_ip6}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (pxed_slice_is(root, rows[i].root) && check_is_one_of(key, rows[i].members))
            return true;
    if (pxed_slice_is(root, "os"))
        return is_os_flag(k->os->profile, key);
    if (pxed_slice_is(root, "file"))
        return check_is_file(k->os->profile, key);
    return pxed_slice_is(root, "image");
}

static bool is_member_of_any(struct template_check *k, struct pxed_slice key) {
    if (knows_host(k, key, 0, false))
        return true;
    /* Any word may be a fact of an image. */
    for (size_t i = 0; roots[i]; i++)
        if ((k->in_image || strcmp(roots[i], "image") != 0) && knows_member(k, pxed_slice_of(roots[i]), key))
            return true;
    return false;
}

static void check_partial(struct template_check *k, struct pxed_slice name, unsigned line) {
    const char *source = pxed_arena_printf(k->arena, "%.*s", PXED_S(name));
    k->guarded |= pxed_slice_is(name, "disk-guard");
    if (k->os->plugin && pxed_slice_find(name, '/', 0) < 0 &&
        catalogue_text(k->c, catalogue_template_path(k->arena, k->os->plugin, source)).ptr)
        return;
    const char *names[128], *folder = catalogue_template_path(k->arena, k->os->plugin ? k->os->plugin : "-", "");
    size_t n = 0;
    for (size_t i = 0; i < k->c->n_templates && n < 127; i++)
        if (strncmp(k->c->templates[i].path, folder, strlen(folder)) == 0)
            names[n++] = k->c->templates[i].path + strlen(folder);
    names[n] = NULL;
    const char *near = pxed_nearest(name, names);
    const char *said = pxed_arena_printf(k->arena, "{{> %.*s}}: %s has no such part%s%s%s", PXED_S(name),
                                         k->os->plugin ? k->os->plugin : "nobody", near ? ", did you mean '" : "",
                                         near ? near : "", near ? "'?" : "");
    check_refuse(k, line, said);
}

static void check_seen(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct template_check *k = ctx;
    bool section = sigil == '#' || sigil == '^';
    ptrdiff_t dot = pxed_slice_find(name, '.', 0);
    if (sigil == '>') {
        check_partial(k, name, line);
        return;
    }
    struct pxed_slice root = dot > 0 ? pxed_slice_head(name, (size_t)dot) : name;
    struct pxed_slice key = dot > 0 ? pxed_slice_skip(name, (size_t)dot + 1) : PXED_NO_SLICE;
    struct pxed_slice bare = dot == 0 ? pxed_slice_skip(name, 1) : name; /* {{.gateway}} */
    bool nested = k->in_section;
    k->in_section |= section;
    k->in_image |= section && pxed_slice_is(name, "image");
    if (pxed_slice_is(name, "."))
        nested ? (void)0 : check_foreign(k, line, name, PXED_NO_SLICE);
    else if (dot > 0 && pxed_slice_is(root, "host"))
        knows_host(k, key, line, true);
    else if (dot > 0 ? knows_member(k, root, key) : check_is_one_of(root, roots))
        return;
    else if (dot < 0 && ((section && pxed_slice_is(name, "guarded")) || (nested && is_member_of_any(k, name))))
        return; /* {{#guarded}} is never set: what stands in it is only declared */
    else
        check_foreign(k, line, name, dot <= 0 && knows_host(k, bare, 0, false) ? bare : PXED_NO_SLICE);
}

bool template_check(struct template_check *k, struct pxed_slice text) {
    unsigned line = 0;
    int rc = pxed_template_names(text, check_seen, k, &line);
    if (rc != PXED_TEMPLATE_OK)
        check_refuse(k, line, pxed_template_strerror(rc));
    return k->broken == NULL;
}
