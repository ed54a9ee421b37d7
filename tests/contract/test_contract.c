/* Every plugin of the build tree, and every one in PXED_PLUGIN_DIR, against what docs/writing-os-plugins.md promises.
 * A new plugin is tested by being there. */
#define _GNU_SOURCE
#include <stdio.h>

#include "catalogue_os.h"
#include "dialect.h"
#include "image_files.h"
#include "names.h"
#include "pxed/path.h"
#include "render_plan.h"
#include "site.h"
#include "suite.h"
#include "vars.h"

enum { ROWS_MAX = 256 };

static struct site site;
static struct families families;

static void setup(void) {
    site_open(&site);
    plugins_load_all(&site.plugins, &site.diags);
    families = (struct families){0};
    families_read(&families, &site.plugins, NULL, &site.tree.arena, &site.diags);
    ck_assert_msg(site.diags.errors == 0, "%s", diags_text(&site.tree, &site.diags));
}
static void teardown(void) {
    site_close(&site);
}

/* --- walking --- */

typedef void visit_fn(const struct plugin *p, const struct pxed_profile *profile);

static const char *sample_id(const struct pxed_claim *c);

/* A family has other rows for each claim: each is a profile of its own here. */
static size_t each_claim(visit_fn *visit, const struct plugin *p, const struct family *f) {
    size_t n = 0;
    for (const struct pxed_claim *c = f->claims; c->family; c++, n++) {
        struct pxed_claim *only = PXED_NEWS(&site.tree.arena, struct pxed_claim, 2);
        struct pxed_os_id id;
        only[0] = *c;
        ck_assert_msg(pxed_os_id_parse(pxed_slice_of(sample_id(c)), &id), "%s: `%s` is no OS id", f->name,
                      sample_id(c));
        struct pxed_profile *one = PXED_NEW(&site.tree.arena, struct pxed_profile);
        *one = *family_rows(f, only, &id, NULL, NULL, &site.tree.arena);
        one->claims = only;
        visit(p, one);
    }
    return n;
}

static size_t each_profile(visit_fn *visit) {
    size_t all = 0;
    for (size_t i = 0; i < site.plugins.n; i++) {
        const struct plugin *p = site.plugins.items[i];
        const struct pxed_os_ops *ops = p->desc.ops;
        size_t n = 0;
        if (p->desc.kind != PXED_KIND_OS)
            continue;
        for (; ops->profiles[n]; n++) {
            ck_assert_uint_lt(n, ROWS_MAX);
            visit(p, ops->profiles[n]);
        }
        for (size_t k = 0; k < families.n; k++)
            if (strcmp(families.items[k]->plugin, p->desc.name) == 0)
                n += each_claim(visit, p, families.items[k]);
        ck_assert_msg(ops->size >= sizeof(*ops) && n > 0, "%s has no profile", p->desc.name);
        all += n;
    }
    return all;
}

static bool is_word(const char *text, const char *letters, size_t max) {
    return text && *text && strlen(text) <= max && strspn(text, letters) == strlen(text);
}

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define NAMES "ABCDEFGHIJKLMNOPQRSTUVWXYZ" LOWER "._-"

/* A name below a folder: relative, in normal form. */
static bool is_relative(const char *path) {
    char text[PXED_PATH_MAX];
    struct pxed_buf b = PXED_BUF(text);
    return path && *path && *path != '/' && pxed_path_normalise(pxed_slice_of(path), 0, &b) == 0 &&
           pxed_slice_is(pxed_buf_slice(&b), path);
}

/* --- tables --- */

static void check_claims(const struct plugin *p, const struct pxed_profile *profile) {
    size_t n = 0;
    ck_assert_msg(profile->name && *profile->name, "%s: a profile without a name", p->desc.name);
    for (const struct pxed_claim *c = profile->claims; c && c->family; c++, n++) {
        const char *const lists[] = {c->family, c->version, c->arch};
        ck_assert_uint_lt(n, ROWS_MAX);
        for (size_t l = 0; l < 3; l++) {
            struct pxed_slice rest = pxed_slice_of(lists[l]), word;
            ck_assert_msg(!lists[l] || rest.len > 0, "%s/%s: an empty list fits nothing; NULL fits anything",
                          p->desc.name, profile->name);
            while ((word = pxed_slice_word(&rest, " ")).len > 0)
                ck_assert_msg(is_word(pxed_arena_dup(&site.tree.arena, word).ptr, LOWER "._-*?", 63),
                              "%s/%s: claim `%.*s`", p->desc.name, profile->name, PXED_S(word));
        }
        struct pxed_slice rest = pxed_slice_of(c->flags), word;
        while ((word = pxed_slice_word(&rest, " ")).len > 0)
            ck_assert_msg(is_word(pxed_arena_dup(&site.tree.arena, word).ptr, LOWER "-_", 32), "flag `%.*s`",
                          PXED_S(word));
    }
    ck_assert_msg(n > 0, "%s/%s claims nothing", p->desc.name, profile->name);
}

/* Does it know only what [os ID] says? Then no id alone tells what it boots: its own tests have to. */
static bool needs_section(const struct plugin *p) {
    const struct pxed_os_ops *ops = p->desc.ops;
    return CATALOGUE_HAS_OP(ops, only_with) && ops->only_with;
}

/* An OS id that this row of claims fits: first words, patterns filled in. */
static const char *sample_id(const struct pxed_claim *c) {
    const char *const lists[] = {c->family, c->version ? c->version : "1", c->arch};
    const char *id = "";
    for (size_t l = 0; l < 3 && lists[l]; l++) {
        struct pxed_slice rest = pxed_slice_of(lists[l]), word = pxed_slice_word(&rest, " ");
        char *copy = (char *)(uintptr_t)pxed_arena_dup(&site.tree.arena, word).ptr;
        for (char *at = copy; *at; at++)
            *at = *at == '*' || *at == '?' ? '1' : *at;
        id = pxed_arena_printf(&site.tree.arena, "%s%s%s", id, l ? "-" : "", copy);
    }
    return id;
}

static void check_samples(const struct plugin *p, const struct pxed_profile *profile) {
    struct catalogue_sources from = {&site.plugins, &families, NULL, NULL};
    for (const struct pxed_claim *c = profile->claims; c && c->family && !needs_section(p); c++) {
        struct pxed_os_id id;
        const char *text = sample_id(c);
        ck_assert_msg(pxed_os_id_parse(pxed_slice_of(text), &id), "%s/%s: `%s` is no OS id", p->desc.name,
                      profile->name, text);
        ck_assert_msg(profile_claim_score(c, &id) > 0, "%s/%s: its own `%s` does not fit the claim", p->desc.name,
                      profile->name, text);
        const struct catalogue_os *os = catalogue_os_made(&from, id.text, &site.tree.arena);
        ck_assert_msg(os->profile && strcmp(os->plugin, p->desc.name) == 0 &&
                          strcmp(os->profile->name, profile->name) == 0,
                      "%s/%s: `%s` goes to %s/%s", p->desc.name, profile->name, text, os->plugin, os->profile->name);
    }
}

static bool is_setting(const struct plugin *p, struct pxed_slice key) {
    const struct pxed_os_ops *ops = p->desc.ops;
    for (const char *const *k = CATALOGUE_HAS_OP(ops, settings) ? ops->settings : NULL; k && *k; k++)
        if (pxed_slice_is(key, *k))
            return true;
    return false;
}

static bool no_installer(const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < families.n; i++)
        if (strcmp(families.items[i]->plugin, p->desc.name) == 0 &&
            strcmp(families.items[i]->name, profile->name) == 0 && families.items[i]->no_installer)
            return true;
    return false;
}

static void check_boots(const struct plugin *p, const struct pxed_profile *profile) {
    size_t n = 0;
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++, n++) {
        ck_assert_uint_lt(n, ROWS_MAX);
        ck_assert_msg(b->how < PXED_HOW_COUNT && is_relative(b->kernel + (b->kernel[0] == '/')), "%s/%s: boot row %zu",
                      p->desc.name, profile->name, n);
        ck_assert_msg((b->firmware & ~(uint32_t)PXED_FW_ALL) == 0 && (b->loaders & ~(uint32_t)PXED_LOADER_ALL) == 0,
                      "%s/%s: boot row %zu: bits beyond the last", p->desc.name, profile->name, n);
        for (size_t i = 0; i < 4; i++) {
            struct profile_initrd initrd = profile_initrd(b->initrd[i]);
            const char *file = pxed_arena_dup(&site.tree.arena, initrd.file).ptr;
            ck_assert_msg(!b->initrd[i] || strcmp(file, "*.iso") == 0 || is_relative(file) ||
                              (initrd.key.len > 0 && initrd.file.len == 0),
                          "%s/%s: initrd of row %zu", p->desc.name, profile->name, n);
            ck_assert_msg(initrd.key.len == 0 || is_setting(p, initrd.key), "%s/%s: {%.*s} of row %zu", p->desc.name,
                          profile->name, PXED_S(initrd.key), n);
            ck_assert_msg(!b->initrd[i] || i == 0 || b->initrd[i - 1], "%s/%s: a gap in row %zu", p->desc.name,
                          profile->name, n);
        }
        ck_assert_msg(!b->when || is_relative(b->when), "%s/%s: `when` of row %zu", p->desc.name, profile->name, n);
        ck_assert_msg(!b->args || !strchr(b->args, '\n'), "%s/%s: arguments of row %zu are not one line", p->desc.name,
                      profile->name, n);
    }
    ck_assert_msg(n > 0 || no_installer(p, profile), "%s/%s boots nothing", p->desc.name, profile->name);
}

static void check_steps_and_vars(const struct plugin *p, const struct pxed_profile *profile) {
    static const char *const own[] = {"installing", "installed", "failed"};
    for (const struct pxed_step *s = profile->steps; s && s->name; s++) {
        ck_assert_msg(is_word(s->name, LOWER "-", 32), "%s/%s: step `%s`", p->desc.name, profile->name, s->name);
        for (int i = 0; i < COUNT(own); i++)
            ck_assert_msg(strcmp(s->name, own[i]) != 0, "%s/%s: the step `%s` is the core's", p->desc.name,
                          profile->name, s->name);
        for (const struct pxed_step *o = profile->steps; o != s; o++)
            ck_assert_msg(strcmp(s->name, o->name) != 0, "%s/%s: step `%s` twice", p->desc.name, profile->name,
                          s->name);
    }
    for (const struct pxed_os_var *v = profile->vars; v && v->key; v++) {
        ck_assert_msg(is_word(v->key, LOWER "-", 40) && v->help && *v->help, "%s/%s: variable `%s`", p->desc.name,
                      profile->name, v->key);
        for (const struct vars_row *r = vars_rows; r->key; r++)
            ck_assert_msg(strcmp(v->key, r->key) != 0, "%s/%s: `%s` is a variable of every system", p->desc.name,
                          profile->name, v->key);
    }
}

/* --- names that templates use --- */

struct name_check {
    const struct plugin *plugin;
    const struct pxed_profile *profile;
    const char *where;
    unsigned depth;
    bool guard, fetches; /* out */
};

static void check_text(struct name_check *n, struct pxed_slice text);

static bool in_words(struct pxed_slice name, const char *words) {
    struct pxed_slice rest = pxed_slice_of(words), word;
    while ((word = pxed_slice_word(&rest, " ")).len > 0)
        if (pxed_slice_eq(word, name))
            return true;
    return false;
}

static bool is_made_by_a_plugin(struct pxed_slice key) {
    for (size_t i = 0; i < site.plugins.n; i++) {
        const struct pxed_plugin *d = &site.plugins.items[i]->desc;
        const struct pxed_os_ops *ops = d->kind == PXED_KIND_OS ? d->ops : NULL;
        if (CATALOGUE_HAS_OP(ops, prefix) && pxed_slice_starts(key, pxed_slice_of(ops->prefix)))
            return true;
    }
    return false;
}

static bool is_host_name(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct vars_row *r = vars_rows; r->key; r++)
        if (pxed_slice_is(key, r->key))
            return true;
    for (const struct pxed_os_var *v = profile->vars; v && v->key; v++)
        if (pxed_slice_is(key, v->key))
            return true;
    return is_made_by_a_plugin(key) ||
           in_words(key, "mac mac-colon mac-plain mac-upper disk-name disk-serial disk-wwn prefix netmask static "
                         "dns-list dns-first dns-rest packages-list ntp-list "
                         "ip6-list run-list users-list users-sudo ports-list own-net lvm raid1 raid1-lvm install-bond "
                         "install-vlan");
}

struct flag {
    const char *plugin;
    struct pxed_slice word;
    bool found;
};

static bool has_flag(void *ctx, const struct pxed_plugin *plugin, const struct pxed_profile *profile) {
    struct flag *flag = ctx;
    for (const struct pxed_claim *c = profile->claims; c && c->family && strcmp(plugin->name, flag->plugin) == 0; c++)
        flag->found |= in_words(flag->word, c->flags);
    return flag->found;
}

/* Of any of the plugin's profiles: they share templates. */
static bool is_flag(const struct plugin *p, struct pxed_slice word) {
    struct flag flag = {p->desc.name, word, false};
    families_each(&families, &site.plugins, has_flag, &flag);
    return flag.found;
}

static bool is_file(const struct pxed_profile *profile, struct pxed_slice key) {
    for (const struct pxed_file *f = profile->files; f && f->name; f++) {
        char name[128];
        snprintf(name, sizeof(name), "%s", f->name);
        for (char *c = name; *c; c++)
            *c = *c == '.' ? '_' : *c;
        if (pxed_slice_is(key, name))
            return true;
    }
    return false;
}

static bool is_declared(const struct plugin *p, const struct pxed_profile *profile, struct pxed_slice name) {
    ptrdiff_t dot = pxed_slice_find(name, '.', 0);
    struct pxed_slice key = pxed_slice_skip(name, dot < 0 ? 0 : (size_t)dot + 1);
    if (pxed_slice_is(name, "."))
        return true; /* the item of a list */
    if (pxed_slice_starts(name, PXED_SLICE("host.")))
        return is_host_name(profile, key);
    if (pxed_slice_starts(name, PXED_SLICE("os.")))
        return in_words(key, "id family version arch url tree iso") || is_flag(p, key);
    if (pxed_slice_starts(name, PXED_SLICE("file.")))
        return is_file(profile, key);
    if (pxed_slice_starts(name, PXED_SLICE("image."))) /* facts */
        return true;
    return in_words(
        name, "server.url server.name server.address server.port event.url answer.url arm.right arm.blank arm.any "
              "arm.open machine.efi machine.bios share.unc share.server share.name share.folder share.user "
              "share.password share.guest share.published user.name user.hash user.key user.sudo port.mac port.number "
              "port.more ip6.address ip6.prefix ip6.number ip6.more");
}

static struct pxed_slice share_file(const struct plugin *p, const char *name) {
    const char *path = pxed_arena_printf(&site.tree.arena, "%s/share/pxed/%s/%s", plugins_prefix(), p->desc.name, name);
    return hostfile_slurp(path, 1 << 20, &site.tree.arena);
}

static void seen_name(void *ctx, char sigil, struct pxed_slice name, unsigned line) {
    struct name_check *n = ctx;
    if (sigil == '>') {
        struct pxed_slice text = share_file(n->plugin, pxed_arena_dup(&site.tree.arena, name).ptr);
        ck_assert_msg(text.ptr != NULL, "%s:%u: there is no partial `%.*s`", n->where, line, PXED_S(name));
        ck_assert_msg(n->depth < 16, "%s: partials without end", n->where);
        n->guard |= pxed_slice_is(name, "disk-guard");
        n->depth++;
        check_text(n, text);
        n->depth--;
        return;
    }
    n->fetches |= pxed_slice_is(name, "answer.url") || pxed_slice_starts(name, PXED_SLICE("file."));
    ck_assert_msg(is_declared(n->plugin, n->profile, name), "%s:%u: {{%.*s}} is declared nowhere", n->where, line,
                  PXED_S(name));
}

static void check_text(struct name_check *n, struct pxed_slice text) {
    unsigned line = 0;
    int rc = pxed_template_names(text, seen_name, n, &line);
    ck_assert_msg(rc == PXED_TEMPLATE_OK, "%s:%u: %s", n->where, line, pxed_template_strerror(rc));
}

static struct name_check check_source(const struct plugin *p, const struct pxed_profile *profile,
                                      const struct pxed_file *f) {
    struct name_check n = {.plugin = p,
                           .profile = profile,
                           .where = pxed_arena_printf(&site.tree.arena, "share/pxed/%s/%s", p->desc.name, f->source)};
    struct pxed_slice text = share_file(p, f->source);
    ck_assert_msg(text.ptr != NULL || (f->flags & PXED_FILE_RAW), "%s is missing", n.where);
    if (!(f->flags & PXED_FILE_RAW)) /* bytes, and built where there is a cross compiler */
        check_text(&n, text);
    return n;
}

/* Does this file hold the guard and fetch the row's, whose text is of no use before? */
static bool is_fetched_behind(const struct plugin *p, const struct pxed_profile *profile, const struct pxed_file *f,
                              const struct pxed_file *row) {
    struct pxed_slice text = share_file(p, f->source);
    char name[128];
    snprintf(name, sizeof(name), "{{file.%s}}", row->name);
    for (char *c = name + strlen("{{file."); *c; c++)
        *c = *c == '.' ? '_' : *c;
    return check_source(p, profile, f).guard && memmem(text.ptr, text.len, name, strlen(name)) != NULL;
}

/* GUARDED: the template holds the guard, or another of the profile's files that it fetches, or that fetches it, does.
 */
static bool is_guarded(const struct plugin *p, const struct pxed_profile *profile, const struct pxed_file *row) {
    struct name_check own = check_source(p, profile, row);
    if (own.guard)
        return true;
    for (const struct pxed_file *f = profile->files; f->name; f++)
        if (strcmp(f->name, row->name) != 0 &&
            (is_fetched_behind(p, profile, f, row) || (own.fetches && check_source(p, profile, f).guard)))
            return true;
    return false;
}

/* What lies in a share is used by the script that lies beside it. */
static bool is_guarded_there(const struct plugin *p, const struct pxed_profile *profile, const struct pxed_file *row) {
    for (const struct pxed_file *f = profile->files; (row->flags & PXED_FILE_STAGED) && f->name; f++)
        if ((f->flags & PXED_FILE_CLOSED) && check_source(p, profile, f).guard)
            return true;
    return false;
}

static void check_file_path(const struct pxed_file *f) {
    const char *mark = f->path ? strstr(f->path, "<mac>") : NULL;
    struct name name;
    if (!f->path)
        return;
    if (f->path[0] == '/') {
        ck_assert_msg(!mark && is_relative(f->path + 1) && strncmp(f->path, "/boot/", 6) != 0 &&
                          !in_words(pxed_slice_of(f->path + 1), "status metrics"),
                      "%s: %s is no name outside /boot", f->name, f->path);
        return;
    }
    ck_assert_msg(mark != NULL, "%s: %s holds no <mac>", f->name, f->path);
    const char *path =
        pxed_arena_printf(&site.tree.arena, "%.*s08-00-27-4d-4d-aa%s", (int)(mark - f->path), f->path, mark + 5);
    ck_assert_msg(is_relative(path) && name_parse(pxed_slice_of(path), PXED_SLICE("home.php"), &name) == PXED_WHY_OK &&
                      name.kind == NAME_HOST && name_fits_pattern(pxed_slice_of(path), f->path),
                  "%s: %s is no name of a host's file: hosts/WORD/<mac>.EXT", f->name, f->path);
}

static void check_files(const struct plugin *p, const struct pxed_profile *profile) {
    size_t n = 0;
    for (const struct pxed_file *f = profile->files; f && f->name; f++, n++) {
        ck_assert_uint_lt(n, ROWS_MAX);
        ck_assert_msg(is_word(f->name, NAMES, 64) && f->name[0] != '.', "%s/%s: file `%s`", p->desc.name, profile->name,
                      f->name);
        ck_assert_msg(f->escape <= PXED_ESCAPE_INI && (!f->when || is_relative(f->when)), "%s/%s: file %s",
                      p->desc.name, profile->name, f->name);
        check_file_path(f);
        if (!needs_section(p) || !(f->flags & PXED_FILE_ANSWER)) /* its answer file may be the operator's alone */
            check_source(p, profile, f);
        for (const struct pxed_file *o = profile->files; o != f; o++)
            ck_assert_msg(strcmp(o->name, f->name) != 0 || (o->when && (!f->when || strcmp(o->when, f->when) != 0)),
                          "%s/%s: the second row of %s is never reached", p->desc.name, profile->name, f->name);
        if (f->flags & PXED_FILE_GUARDED)
            ck_assert_msg((f->flags & (PXED_FILE_ANSWER | PXED_FILE_CLOSED)) &&
                              (is_guarded_there(p, profile, f) || is_guarded(p, profile, f)),
                          "%s/%s: %s is flagged GUARDED and holds no disk guard", p->desc.name, profile->name, f->name);
    }
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        struct name_check args = {
            .plugin = p,
            .profile = profile,
            .where = pxed_arena_printf(&site.tree.arena, "%s/%s, arguments", p->desc.name, profile->name)};
        check_text(&args, pxed_slice_of(b->args ? b->args : ""));
    }
}

/* --- rendering --- */

static void write_images(const char *id, const struct pxed_profile *profile, bool optional) {
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++) {
        site_image(&site,
                   b->kernel[0] == '/' ? b->kernel + 1 : pxed_arena_printf(&site.tree.arena, "%s/%s", id, b->kernel));
        for (size_t i = 0; i < 4 && b->initrd[i]; i++) {
            struct pxed_slice file = profile_initrd(b->initrd[i]).file;
            if (file.ptr[0] != '*')
                site_image(&site, pxed_arena_printf(&site.tree.arena, "%s/%.*s", id, PXED_S(file)));
        }
        if (b->when && optional)
            site_image(&site, pxed_arena_printf(&site.tree.arena, "%s/%s", id, b->when));
    }
    for (const struct pxed_file *f = profile->files; f && f->name; f++)
        if (f->when && optional)
            site_image(&site, pxed_arena_printf(&site.tree.arena, "%s/%s", id, f->when));
}

/* The name with the id's last word for {arch}: that is the claim's word for the architecture. */
static const char *own_word(const char *name, const char *id) {
    const char *mark = strstr(name, "{arch}");
    return mark ? pxed_arena_printf(&site.tree.arena, "%.*s%s%s", (int)(mark - name), name, strrchr(id, '-') + 1,
                                    mark + strlen("{arch}"))
                : name;
}

/* What its family looks for besides, so that nothing is missing. */
static void write_lacks(const char *id, const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < families.n; i++) {
        const struct family *f = families.items[i];
        for (size_t k = 0;
             strcmp(f->plugin, p->desc.name) == 0 && strcmp(f->name, profile->name) == 0 && k < f->n_lacks; k++)
            if (f->lacks[k].missing.n > 0)
                site_image(&site, pxed_arena_printf(&site.tree.arena, "%s/%s", id,
                                                    own_word(f->lacks[k].missing.items[0], id)));
        for (size_t k = 0;
             strcmp(f->plugin, p->desc.name) == 0 && strcmp(f->name, profile->name) == 0 && k < f->n_facts; k++)
            if (f->facts[k].word)
                tree_write(&site.tree,
                           pxed_arena_printf(&site.tree.arena, "root/boot/os/%s/%s", id,
                                             own_word(f->facts[k].files.items[0], id)),
                           pxed_arena_printf(&site.tree.arena, "a %sb c\n", f->facts[k].word));
    }
}

static void check_shell(const char *id, const char *name, struct pxed_slice text) {
    if (!pxed_slice_starts(text, PXED_SLICE("#!/bin/sh")))
        return;
    const char *path = tree_write_bytes(&site.tree, "check.sh", text.ptr, text.len);
    ck_assert_msg(system(pxed_arena_printf(&site.tree.arena, "sh -n %s", path)) == 0, "%s of %s is no shell script",
                  name, id);
}

static void render_files(const char *id, const struct pxed_profile *profile, enum lifecycle_right right) {
    struct catalogue_image image = {site.catalogue, pxed_slice_of(id)};
    for (const struct pxed_file *f = profile->files; f && f->name; f++) {
        struct render r = site_render(&site, site_host(&site, NULL), right);
        if (profile_file(profile, pxed_slice_of(f->name), catalogue_image_has, &image) != f)
            continue;
        struct pxed_slice text = render_file(&r, f);
        if (f->flags & PXED_FILE_RAW)
            continue;
        ck_assert_msg(text.ptr != NULL && text.len > 0, "%s of %s", f->name, id);
        ck_assert_msg(!memmem(text.ptr, text.len, "{{", 2), "%s of %s still holds {{", f->name, id);
        check_shell(id, f->name, text);
    }
}

static void check_plans(const char *id, bool optional) {
    size_t plans = 0;
    for (unsigned fw = 0; fw < PXED_FW_OTHER; fw++)
        for (unsigned loader = PXED_LOADER_GPXE; loader < PXED_LOADER_COUNT; loader++) {
            struct render r = site_render(&site, site_host(&site, NULL), LIFECYCLE_BLANK);
            struct pxed_plan plan;
            char script[8192];
            struct pxed_buf b = PXED_BUF(script);
            enum pxed_reason why = render_plan(&r, (enum pxed_firmware)fw, (enum pxed_loader)loader, &plan);
            ck_assert_msg(why == PXED_WHY_OK || why == PXED_WHY_NO_PLAN || why == PXED_WHY_NEEDS_BIOS ||
                              (why == PXED_WHY_NO_IMAGE && !optional),
                          "%s: %s", id, pxed_reason_name(why));
            if (why != PXED_WHY_OK || dialect_write((enum pxed_loader)loader, (enum pxed_firmware)fw, &plan,
                                                    pxed_slice_of(r.catalogue->base), &b) != PXED_WHY_OK)
                continue;
            ck_assert_msg(!pxed_buf_full(&b) && !memmem(script, b.len, "{{", 2), "%s for %s", id,
                          pxed_firmware_names[fw]);
            plans++;
        }
    ck_assert_msg(plans > 0 || !optional, "%s: no machine can boot it", id);
}

/* No system reads all variables, and an ISO made here is none: that it says so is no fault. */
static bool only_expected(void) {
    for (size_t i = 0; i < site.diags.n; i++)
        if (!strstr(site.diags.items[i].text, "has no effect") && !strstr(site.diags.items[i].text, "no file inside"))
            return false;
    return true;
}

/* A family without an answer file of its own demands the operator's. */
static const char *sample_answer(const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < families.n; i++) {
        const struct family *f = families.items[i];
        for (size_t k = 0; k < f->n_lacks; k++)
            if (strcmp(f->plugin, p->desc.name) == 0 && strcmp(f->name, profile->name) == 0 &&
                f->lacks[k].unless.n == 1 && strcmp(f->lacks[k].unless.items[0], "answer") == 0)
                return pxed_arena_printf(&site.tree.arena, ", answer=%s",
                                         tree_write(&site.tree, "own.yaml", "{{> disk-guard}}\n"));
    }
    return "";
}

/* Some installers know few words for a disk. */
static const char *sample_disk(const struct plugin *p, const struct pxed_profile *profile) {
    for (size_t i = 0; i < families.n; i++)
        if (strcmp(families.items[i]->plugin, p->desc.name) == 0 &&
            strcmp(families.items[i]->name, profile->name) == 0 && families.items[i]->disk.n > 0)
            return "/dev/sda";
    return "smallest";
}

static void check_rendering(const struct plugin *p, const struct pxed_profile *profile) {
    if (needs_section(p) || no_installer(p, profile))
        return;
    for (const struct pxed_claim *c = profile->claims; c && c->family; c++)
        for (int optional = 0; optional < 2; optional++) {
            const char *id = sample_id(c);
            write_images(id, profile, optional);
            write_lacks(id, p, profile);
            const char *said = site_build(
                &site, "", "",
                pxed_arena_printf(
                    &site.tree.arena,
                    "08:00:27:4d:4d:aa, %s, name=web01, domain=example.org, ip=10.77.0.60, gateway=10.77.0.1, "
                    "dns=\"10.77.0.1 10.77.0.2\", root-password-hash=$6$a$b, ssh-key=\"ssh-ed25519 AAAA o'b\", "
                    "packages=\"vim git\", ntp=10.77.0.1, disk=%s, timezone=Europe/Berlin, "
                    "product-key=ABCDE-12345-FGHIJ-67890-KLMNO%s\n",
                    id, sample_disk(p, profile), sample_answer(p, profile)));
            const struct pxed_os_ops *ops = p->desc.ops; /* one that looks into images sees that these are none */
            ck_assert_msg(site.catalogue && (only_expected() || !optional || ops->image), "%s, %s: %s", p->desc.name,
                          id, said);
            render_files(id, profile, LIFECYCLE_BLANK);
            render_files(id, profile, LIFECYCLE_ANY);
            check_plans(id, optional);
        }
}

START_TEST(claims) {
    ck_assert_uint_ge(each_profile(check_claims), PXED_OS_PLUGINS); /* those that were built are found */
    each_profile(check_samples);
}
END_TEST
START_TEST(boots) {
    each_profile(check_boots);
}
END_TEST
START_TEST(steps_and_variables) {
    each_profile(check_steps_and_vars);
}
END_TEST
START_TEST(files_and_templates) {
    each_profile(check_files);
}
END_TEST
START_TEST(rendering) {
    size_t n = 0;
    for (size_t i = 0; i < site.plugins.n; i++) /* the others would have to be configured */
        if (site.plugins.items[i]->desc.kind == PXED_KIND_OS)
            site.plugins.items[n++] = site.plugins.items[i];
    site.plugins.n = n;
    each_profile(check_rendering);
}
END_TEST

/* --- every plugin --- */

START_TEST(descriptors) {
    for (size_t i = 0; i < site.plugins.n; i++) {
        const struct pxed_plugin *d = &site.plugins.items[i]->desc;
        ck_assert_msg(is_word(d->name, LOWER "-", 32) && d->summary && *d->summary && d->version && *d->version, "%s",
                      d->name);
        ck_assert_msg((d->kind == PXED_KIND_OS) == (strncmp(d->name, "os-", 3) == 0), "%s: OS plugins are named os-*",
                      d->name);
        for (const char *const *s = d->provides; s && *s; s++)
            ck_assert_msg(strchr(*s, '/') && is_word(*s, LOWER "-./", 32), "%s provides `%s`", d->name, *s);
    }
}
END_TEST

START_TEST(option_rows) { /* each has a help text, and its default is a value that it takes */
    for (size_t i = 0; i < site.plugins.n; i++) {
        const struct pxed_plugin *d = &site.plugins.items[i]->desc;
        const char *text = pxed_arena_printf(&site.tree.arena, "[%s]\n", d->name);
        for (const struct pxed_option *o = d->options; o && o->key; o++) {
            ck_assert_msg(is_word(o->key, LOWER "-", 40) && o->help && *o->help, "%s: option `%s`", d->name, o->key);
            ck_assert_msg((o->type == PXED_OPT_ENUM) == (o->words != NULL), "%s: option `%s`: words", d->name, o->key);
            if (o->fallback && *o->fallback)
                text = pxed_arena_printf(&site.tree.arena, "%s%s = %s\n", text, o->key, o->fallback);
        }
        struct ini ini;
        struct pxed_diags diags = {0};
        void *config = pxed_arena_alloc(&site.tree.arena, d->config_size + 1);
        ini_load(&ini, tree_write(&site.tree, "defaults.ini", text), &diags);
        if (d->options)
            options_bind(d->options, d->name, d->kind == PXED_KIND_OS, &ini, config, &site.tree.arena, &diags);
        for (size_t k = 0; k < diags.n; k++)
            ck_assert_msg(strstr(diags.items[k].text, "lacks the required key") != NULL, "%s: %s", d->name,
                          diags.items[k].text);
        pxed_diags_clear(&diags);
        ini_free(&ini);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("contract");
    TCase *t = tcase_create("contract");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, descriptors);
    tcase_add_test(t, option_rows);
    tcase_add_test(t, claims);
    tcase_add_test(t, boots);
    tcase_add_test(t, steps_and_variables);
    tcase_add_test(t, files_and_templates);
    tcase_add_test(t, rendering);
    suite_add_tcase(s, t);
    return suite_run(s);
}
