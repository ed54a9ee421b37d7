/* Finds plugins, checks their fields before running any of their code, binds and orders them. */
#define _GNU_SOURCE
#include "plugins.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "sections.h"

static const char *const defaults[] = {"store-sqlite", "api", "dhcp", "tftp", "http", "ra", NULL};
/* Loaded without `plugins` only if the ini has a section of that name. */
static const struct {
    const char *name, *word; /* word: or of [WORD NAME] */
} on_request[] = {{"smb", NULL}, {"dns", NULL}, {"console", NULL}, {"hooks", "hook"}};

const char *plugins_prefix(void) {
    static char prefix[PATH_MAX];
    if (!prefix[0]) {
        ssize_t n = readlink("/proc/self/exe", prefix, sizeof(prefix) - 1);
        prefix[n > 0 ? n : 0] = '\0';
        for (int up = 0; up < 2; up++) { /* P/sbin/pxed */
            char *slash = strrchr(prefix, '/');
            if (slash)
                *slash = '\0';
        }
    }
    return prefix;
}

/* Folders searched for plugins: PXED_PLUGIN_DIR first. */
static size_t plugin_folders(struct pxed_arena *arena, const char *ret[16]) {
    size_t n = 0;
    struct pxed_slice rest = pxed_slice_of(getenv("PXED_PLUGIN_DIR")), dir;
    while (n < 15 && rest.len > 0 && (dir = pxed_slice_word(&rest, ":")).len > 0)
        ret[n++] = pxed_arena_dup(arena, dir).ptr;
    ret[n++] = pxed_arena_printf(arena, "%s/lib/pxed/plugins", plugins_prefix());
    return n;
}

static const char *find_file(struct pxed_arena *arena, const char *name) {
    const char *dirs[16];
    size_t n = plugin_folders(arena, dirs);
    for (size_t i = 0; i < n; i++) {
        const char *path = pxed_arena_printf(arena, "%s/%s.so", dirs[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

const char *plugins_share(const char *name, struct pxed_arena *arena) {
    const char *dirs[16];
    size_t n = getenv("PXED_PLUGIN_DIR") ? plugin_folders(arena, dirs) - 1 : 0; /* the last is the installation's */
    for (size_t i = 0; i < n; i++) {
        const char *path = pxed_arena_printf(arena, "%s/share/%s", dirs[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    return pxed_arena_printf(arena, "%s/share/pxed/%s", plugins_prefix(), name);
}

static const struct plugins_static *find_static(const char *name) {
    for (const struct plugins_static *s = plugins_static_table; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static int plugin_by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every installed plugin whose name starts with `prefix`, sorted, because readdir has no order. */
static size_t plugin_installed(struct pxed_arena *arena, const char *prefix, const char *ret[PLUGINS_MAX]) {
    const char *dirs[16];
    size_t n = 0, n_dirs = plugin_folders(arena, dirs);
    for (const struct plugins_static *s = plugins_static_table; s->name && n < PLUGINS_MAX; s++)
        if (strncmp(s->name, prefix, strlen(prefix)) == 0)
            ret[n++] = s->name;
    for (size_t i = 0; i < n_dirs; i++) {
        DIR *dir = opendir(dirs[i]);
        for (struct dirent *e; dir && (e = readdir(dir)) && n < PLUGINS_MAX;) {
            struct pxed_slice file = pxed_slice_of(e->d_name);
            if (!pxed_slice_ends(file, PXED_SLICE(".so")) || strncmp(e->d_name, prefix, strlen(prefix)) != 0)
                continue;
            const char *name = pxed_arena_dup(arena, pxed_slice_head(file, file.len - 3)).ptr;
            bool twice = false;
            for (size_t k = 0; k < n; k++)
                twice |= strcmp(ret[k], name) == 0;
            if (!twice)
                ret[n++] = name;
        }
        if (dir)
            closedir(dir);
    }
    qsort(ret, n, sizeof(*ret), plugin_by_name);
    return n;
}

/* The installed plugin whose name `name` is a mistyped form of, or NULL. */
static const char *nearest_installed(struct pxed_arena *arena, const char *name) {
    const char *found[PLUGINS_MAX + 1];
    found[plugin_installed(arena, "", found)] = NULL;
    return pxed_nearest(pxed_slice_of(name), found);
}

bool plugins_installed(const char *name) {
    struct pxed_arena arena = {0};
    bool found = find_static(name) || find_file(&arena, name);
    pxed_arena_clear(&arena);
    return found;
}

/* A list of words must end with NULL within a limit; guards against a plugin built from another header. */
static bool words_valid(const char *const *words) {
    for (size_t i = 0; words && i < 64; i++)
        if (!words[i])
            return true;
    return !words;
}

static const char *check_options(const struct pxed_plugin *d, const struct pxed_option *rows, const char *path,
                                 struct pxed_arena *arena) {
    for (const struct pxed_option *o = rows; o && o->key; o++) {
        size_t size = pxed_option_size(o->type);
        if (size == 0)
            return pxed_arena_printf(arena, "%s: its option '%s' has a type that this pxed does not know", path,
                                     o->key);
        if (o->offset > d->config_size || size > d->config_size - o->offset)
            return pxed_arena_printf(arena, "%s: its option '%s' lies outside its configuration", path, o->key);
    }
    return NULL;
}

static const char *plugin_check_tables(const struct pxed_plugin *d, const char *path, struct pxed_arena *arena) {
    if (!words_valid(d->provides) || !words_valid(d->needs))
        return pxed_arena_printf(arena, "%s: its list of services has no end", path);
    const char *wrong = check_options(d, d->options, path, arena);
    if (!wrong)
        wrong = sections_check(d, path, arena);
    for (const struct pxed_section_kind *k = d->sections; !wrong && k && k->word; k++)
        wrong = check_options(d, k->options, path, arena);
    if (wrong)
        return wrong;
    if (d->kind != PXED_KIND_PROTOCOL && d->kind != PXED_KIND_OS && d->kind != PXED_KIND_SERVICE)
        return pxed_arena_printf(arena, "%s: its kind %d is none that pxed knows", path, (int)d->kind);
    if (d->kind == PXED_KIND_OS && (!d->ops || !((const struct pxed_os_ops *)d->ops)->profiles))
        return pxed_arena_printf(arena, "%s: an OS plugin without profiles", path);
    return NULL;
}

const char *plugins_check(const struct pxed_plugin *raw, const char *file_name, const char *path,
                          struct pxed_arena *arena, struct pxed_plugin *ret) {
    if (!raw || raw->magic != PXED_PLUGIN_MAGIC)
        return pxed_arena_printf(arena, "%s: not a pxed plugin (magic %#x, expected %#x)", path, raw ? raw->magic : 0,
                                 PXED_PLUGIN_MAGIC);
    if (raw->abi_major != PXED_ABI_MAJOR || raw->abi_minor > PXED_ABI_MINOR)
        return pxed_arena_printf(arena, "%s: built for plugin ABI %u.%u, this pxed has %d.%d", path, raw->abi_major,
                                 raw->abi_minor, PXED_ABI_MAJOR, PXED_ABI_MINOR);
    if (raw->size < offsetof(struct pxed_plugin, fini) + sizeof(raw->fini))
        return pxed_arena_printf(arena, "%s: its descriptor has %u bytes, the shortest of ABI %d has %zu", path,
                                 raw->size, PXED_ABI_MAJOR, offsetof(struct pxed_plugin, fini) + sizeof(raw->fini));
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, raw, raw->size < sizeof(*ret) ? raw->size : sizeof(*ret));
    if (!ret->name || strcmp(ret->name, file_name) != 0)
        return pxed_arena_printf(arena, "%s: calls itself '%s', its file name says '%s'", path,
                                 ret->name ? ret->name : "", file_name);
    return plugin_check_tables(ret, path, arena);
}

static const struct pxed_plugin *query_file(const char *path, struct pxed_arena *arena, const char **ret_sentence) {
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* never closed: the configuration uses its strings */
    if (!so) {
        *ret_sentence = pxed_arena_printf(arena, "%s: cannot be loaded: %s", path, dlerror());
        return NULL;
    }
    const struct pxed_plugin *(*query)(uint16_t);
    *(void **)&query = dlsym(so, "pxed_plugin_query");
    if (!query) {
        *ret_sentence = pxed_arena_printf(arena, "%s: no pxed plugin: it lacks the symbol pxed_plugin_query", path);
        return NULL;
    }
    return query(PXED_ABI_MAJOR);
}

static void load_one(struct plugins *p, const char *name, const char *ini_path, unsigned line,
                     struct pxed_diags *diags) {
    if (plugins_find(p, name)) {
        pxed_diag_add(diags, PXED_ERROR, ini_path, line, "plugin '%s' is named twice", name);
        return;
    }
    const struct plugins_static *built_in = find_static(name);
    const char *path = built_in ? "built in" : find_file(&p->arena, name), *sentence = NULL;
    if (!path) {
        const char *near = nearest_installed(&p->arena, name);
        pxed_diag_add(diags, PXED_ERROR, ini_path, line,
                      "plugin '%s' is not installed: no %s.so in %s/lib/pxed/plugins%s%s%s", name, name,
                      plugins_prefix(), near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return;
    }
    const struct pxed_plugin *raw = built_in ? built_in->query(PXED_ABI_MAJOR) : query_file(path, &p->arena, &sentence);
    struct pxed_plugin desc;
    if (!sentence)
        sentence = plugins_check(raw, name, path, &p->arena, &desc);
    if (sentence || p->n == PLUGINS_MAX) {
        pxed_diag_add(diags, PXED_ERROR, ini_path, line, "%s", sentence ? sentence : "too many plugins");
        return;
    }
    struct plugin *plugin = PXED_NEW(&p->arena, struct plugin);
    plugin->desc = desc;
    plugin->from = path;
    p->items[p->n++] = plugin;
}

static bool has_section(const struct ini *ini, const char *name, const char *word) {
    size_t n = word ? strlen(word) : 0;
    for (size_t i = 0; i < ini->n_sections; i++) {
        const char *section = ini->sections[i].name;
        if (strcmp(section, name) == 0 || (n > 0 && strncmp(section, word, n) == 0 && section[n] == ' '))
            return true;
    }
    return false;
}

void plugins_load(struct plugins *p, const struct pxed_list *names, const struct ini *ini, struct pxed_diags *diags) {
    const char *found[PLUGINS_MAX];
    if (names->n > 0) {
        for (size_t i = 0; i < names->n; i++)
            load_one(p, names->items[i], ini->path, names->lines[i], diags);
        return;
    }
    for (size_t i = 0; defaults[i]; i++)
        load_one(p, defaults[i], ini->path, 0, diags);
    for (size_t i = 0; i < sizeof(on_request) / sizeof(*on_request); i++)
        if (has_section(ini, on_request[i].name, on_request[i].word))
            load_one(p, on_request[i].name, ini->path, 0, diags);
    size_t n = plugin_installed(&p->arena, "os-", found);
    for (size_t i = 0; i < n; i++)
        load_one(p, found[i], ini->path, 0, diags);
}

void plugins_load_all(struct plugins *p, struct pxed_diags *diags) {
    const char *found[PLUGINS_MAX];
    size_t n = plugin_installed(&p->arena, "", found);
    for (size_t i = 0; i < n; i++)
        load_one(p, found[i], NULL, 0, diags);
}

static void bind_one(struct plugins *p, struct plugin *plugin, struct ini *ini, struct pxed_diags *diags) {
    static const struct pxed_option none[] = {{0}};
    plugin->config = pxed_arena_alloc(&p->arena, plugin->desc.config_size + 1);
    plugin->ctx.config = plugin->config;
    options_bind(plugin->desc.options ? plugin->desc.options : none, plugin->desc.name,
                 plugin->desc.kind == PXED_KIND_OS, ini, plugin->config, &p->arena, diags);
    sections_bind(plugin, ini, &p->arena, diags);
    const struct pxed_protocol_ops *ops = plugin->desc.ops;
    if (plugin->desc.kind != PXED_KIND_OS && ops && ops->check)
        ops->check(plugin->config, ini->path, diags);
}

void plugins_bind(struct plugins *p, struct ini *ini, struct pxed_diags *diags) {
    for (size_t i = 0; i < p->n; i++)
        bind_one(p, p->items[i], ini, diags);
}

/* Where the section of a plugin names a certificate, or NULL. */
static const struct ini_entry *names_certificate(const struct plugin *plugin, const struct ini *ini) {
    for (const struct pxed_option *row = plugin->desc.options; row && row->key; row++)
        if (row->type == PXED_OPT_PATH && (row->flags & PXED_OPT_CERT)) {
            const struct ini_entry *e = ini_get(ini, plugin->desc.name, row->key);
            return e && *e->value ? e : NULL;
        }
    return NULL;
}

void plugins_load_tls(struct plugins *p, struct ini *ini, struct pxed_diags *diags) {
    size_t n = p->n;
    for (size_t i = 0; i < n && !plugins_find(p, "tls"); i++) {
        const struct ini_entry *e = names_certificate(p->items[i], ini);
        if (e && plugins_installed("tls")) {
            load_one(p, "tls", e->file, e->line, diags);
            if (p->n == n)
                return; /* it was refused */
            bind_one(p, p->items[n], ini, diags);
        } else if (e) {
            pxed_diag_add(diags, PXED_ERROR, e->file, e->line,
                          "[%s] %s: TLS needs the plugin tls, which is not installed: no tls.so in %s/lib/pxed/plugins",
                          e->section, e->key, plugins_prefix());
        }
    }
}

struct plugin *plugins_find(struct plugins *p, const char *name) {
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->items[i]->desc.name, name) == 0)
            return p->items[i];
    return NULL;
}

static bool has_word(const char *const *words, const char *word) {
    for (; words && *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

/* What a need names, without the `?` of one that may be missing. */
static struct plugin *plugin_provider(struct plugins *p, const char *service) {
    service += *service == '?';
    for (size_t i = 0; i < p->n; i++)
        if (has_word(p->items[i]->desc.provides, service))
            return p->items[i];
    return NULL;
}

/* Depth first; `state` 1 marks the current path, so meeting it again is a cycle. */
static void plugin_visit(struct plugins *p, size_t at, uint8_t *state, struct plugin **order, size_t *n,
                         struct pxed_diags *diags) {
    struct plugin *plugin = p->items[at];
    state[at] = 1;
    for (const char *const *need = plugin->desc.needs; need && *need; need++) {
        struct plugin *from = plugin_provider(p, *need);
        for (size_t i = 0; from && i < p->n; i++) {
            if (p->items[i] != from)
                continue;
            if (state[i] == 1)
                pxed_diag_add(diags, PXED_ERROR, NULL, 0, "plugins '%s' and '%s' need each other (%s)",
                              plugin->desc.name, from->desc.name, *need);
            else if (state[i] == 0)
                plugin_visit(p, i, state, order, n, diags);
        }
    }
    state[at] = 2;
    order[(*n)++] = plugin;
}

void plugins_order(struct plugins *p, const char *const *core_provides, struct pxed_diags *diags) {
    uint8_t state[PLUGINS_MAX] = {0};
    struct plugin *order[PLUGINS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct pxed_plugin *d = &p->items[i]->desc;
        for (const char *const *need = d->needs; need && *need; need++)
            if (**need != '?' && !plugin_provider(p, *need) && !has_word(core_provides, *need))
                pxed_diag_add(diags, PXED_ERROR, NULL, 0,
                              "plugin '%s' needs the service %s, and no loaded plugin provides it", d->name, *need);
        for (const char *const *give = d->provides; give && *give; give++)
            if (plugin_provider(p, *give) != p->items[i])
                pxed_diag_add(diags, PXED_ERROR, NULL, 0, "plugins '%s' and '%s' both provide %s",
                              plugin_provider(p, *give)->desc.name, d->name, *give);
    }
    for (size_t i = 0; i < p->n; i++)
        if (state[i] == 0)
            plugin_visit(p, i, state, order, &n, diags);
    memcpy(p->items, order, n * sizeof(*order));
}

void plugins_free(struct plugins *p) {
    pxed_arena_clear(&p->arena);
    memset(p, 0, sizeof(*p));
}
