/* Collects what a plugin reads out of another server's folder, prints it, and writes it where nothing is replaced. */
#define _GNU_SOURCE
#include "import_take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalogue.h"
#include "cli.h"
#include "import_copy.h"
#include "pxed/grow.h"
#include "text.h"

struct taken_row {
    const char *section, *key, *value;
};
struct taken_host {
    const char *mac, *os_id, *vars;
};
struct taken_file {
    const char *os_id, *path, *name;
};
struct taken_rest {
    const char *path, *what;
    unsigned line;
};

struct taking {
    struct pxed_taking pub; /* first: the plugin gets this */
    struct pxed_arena arena;
    struct taken_row *rows;
    struct taken_host *hosts;
    struct taken_file *files;
    struct taken_rest *rest;
    size_t n_rows, n_hosts, n_files, n_rest;
};

static const char *take_dup(struct taking *t, const char *text) {
    return text ? pxed_arena_dup(&t->arena, pxed_slice_of(text)).ptr : NULL;
}

/* Without what a terminal would obey: nothing in the folder can be trusted. */
static const char *clean(struct taking *t, const char *text) {
    size_t size = strlen(text) + 1;
    return text_clean(text, pxed_arena_alloc(&t->arena, size), size);
}

static void taking_left(struct pxed_taking *pub, const char *path, unsigned line, const char *what) {
    struct taking *t = (struct taking *)pub;
    PXED_ARENA_GROW(&t->arena, t->rest, t->n_rest);
    t->rest[t->n_rest++] = (struct taken_rest){clean(t, path), clean(t, what), line};
}

/* The first word counts; another one for the same key is told. */
static void taking_set(struct pxed_taking *pub, const char *section, const char *key, const char *value) {
    struct taking *t = (struct taking *)pub;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (strcmp(t->rows[i].section, section) != 0 || strcmp(t->rows[i].key, key) != 0)
            continue;
        if (strcmp(t->rows[i].value, value) != 0)
            taking_left(
                pub, section, 0,
                pxed_arena_printf(&t->arena, "%s is %s and also %s: the first is taken", key, t->rows[i].value, value));
        return;
    }
    PXED_ARENA_GROW(&t->arena, t->rows, t->n_rows);
    t->rows[t->n_rows++] = (struct taken_row){take_dup(t, section), take_dup(t, key), take_dup(t, value)};
}

static void taking_host(struct pxed_taking *pub, const char *mac, const char *os_id, const char *vars) {
    struct taking *t = (struct taking *)pub;
    PXED_ARENA_GROW(&t->arena, t->hosts, t->n_hosts);
    t->hosts[t->n_hosts++] = (struct taken_host){take_dup(t, mac), take_dup(t, os_id), take_dup(t, vars)};
}

static void taking_file(struct pxed_taking *pub, const char *os_id, const char *path, const char *name) {
    struct taking *t = (struct taking *)pub;
    for (size_t i = 0; i < t->n_files; i++)
        if (strcmp(t->files[i].os_id, os_id) == 0 && strcmp(t->files[i].name, name) == 0)
            return;
    PXED_ARENA_GROW(&t->arena, t->files, t->n_files);
    t->files[t->n_files++] = (struct taken_file){take_dup(t, os_id), take_dup(t, path), take_dup(t, name)};
}

/* --- printing --- */

static void print_sections(const struct taking *t, FILE *to) {
    for (size_t i = 0; i < t->n_rows; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first &= strcmp(t->rows[k].section, t->rows[i].section) != 0;
        if (!first)
            continue;
        fprintf(to, "[%s]\n", t->rows[i].section);
        for (size_t k = i; k < t->n_rows; k++)
            if (strcmp(t->rows[k].section, t->rows[i].section) == 0)
                fprintf(to, "%s = %s\n", t->rows[k].key, t->rows[k].value);
    }
}

/* A machine whose system is not said is a comment: nothing is guessed. */
static void print_hosts(const struct taking *t, FILE *to) {
    for (size_t i = 0; i < t->n_hosts; i++)
        fprintf(to, "%s%s, %s%s\n", t->hosts[i].os_id ? "" : "# which system? ", t->hosts[i].mac,
                t->hosts[i].os_id ? t->hosts[i].os_id : "OS-ID", t->hosts[i].vars);
}

static void print_rest(const struct taking *t) {
    if (t->n_rest > 0)
        puts("\n; not carried over");
    for (size_t i = 0; i < t->n_rest; i++)
        if (t->rest[i].line > 0)
            printf(";   %s:%u: %s\n", t->rest[i].path, t->rest[i].line, t->rest[i].what);
        else
            printf(";   %s: %s\n", t->rest[i].path, t->rest[i].what);
}

static void print_taken(struct taking *t, const char *images) {
    puts("; sections, for a file that include = in [pxed] names");
    print_sections(t, stdout);
    puts("\n# lines for the host file");
    print_hosts(t, stdout);
    if (t->n_files > 0)
        puts("\n; images");
    for (size_t i = 0; i < t->n_files; i++)
        printf(";   %s/%s -> %s/%s/%s\n", t->pub.folder, clean(t, t->files[i].path), images, t->files[i].os_id,
               t->files[i].name);
    print_rest(t);
}

/* --- writing --- */

static bool write_new(const struct taking *t, const char *path, void (*print)(const struct taking *t, FILE *to)) {
    FILE *to = fopen(path, "wxe");
    if (to)
        print(t, to);
    bool failed = !to || ferror(to) || fclose(to) != 0;
    if (failed)
        fprintf(stderr, "pxed: %s: %s\n", path, strerror(errno));
    return !failed;
}

static bool bring_file(struct taking *t, const struct taken_file *f, const char *images, bool copy) {
    const char *folder = pxed_arena_printf(&t->arena, "%s/%s", images, f->os_id),
               *from = pxed_arena_printf(&t->arena, "%s/%s", t->pub.folder, f->path),
               *to = pxed_arena_printf(&t->arena, "%s/%s", folder, f->name);
    struct stat st;
    int rc = mkdir(folder, 0755) < 0 && errno != EEXIST ? -errno : 0;
    if (rc == 0)
        rc = lstat(to, &st) == 0 ? -EEXIST : import_file(from, to, copy);
    if (rc == -EXDEV || rc == -EPERM)
        fprintf(stderr, "pxed: %s cannot be linked to from %s: use --copy\n", from, folder);
    else if (rc < 0)
        fprintf(stderr, "pxed: %s: %s\n", to, strerror(-rc));
    return rc == 0;
}

static int write_taken(struct taking *t, const char *kind, const char *ini, const char *images, bool copy) {
    const char *slash = strrchr(ini, '/');
    const char *base = pxed_arena_printf(&t->arena, "%.*simported-%s", slash ? (int)(slash + 1 - ini) : 0, ini, kind);
    const char *sections = pxed_arena_printf(&t->arena, "%s.ini", base),
               *hosts = pxed_arena_printf(&t->arena, "%s.conf", base);
    bool good = write_new(t, sections, print_sections) && write_new(t, hosts, print_hosts);
    for (size_t i = 0; i < t->n_files; i++)
        good &= bring_file(t, &t->files[i], images, copy);
    printf("\n%s and %s: name them in [pxed], include = %s and hosts = ... %s; then pxed check\n", sections, hosts,
           sections, hosts);
    return good ? CLI_OK : CLI_NO;
}

int import_take(struct offline *o, const char *kind, const char *folder, bool write, bool copy) {
    struct taking t = {.pub = {.size = sizeof(t.pub),
                               .folder = folder,
                               .set = taking_set,
                               .host = taking_host,
                               .file = taking_file,
                               .left = taking_left}};
    const char *images = NULL;
    bool known = false;
    int rc = CLI_NO;
    t.pub.arena = &t.arena;
    images = pxed_arena_printf(&t.arena, "%s/boot/os", o->config->settings.root);
    for (size_t i = 0; i < o->plugins.n && !known; i++) {
        const struct pxed_plugin *d = &o->plugins.items[i]->desc;
        const struct pxed_os_ops *ops = d->kind == PXED_KIND_OS ? d->ops : NULL;
        known = CATALOGUE_HAS_OP(ops, take) && ops->take(kind, &t.pub);
    }
    if (!known) {
        fprintf(stderr, "pxed: --%s: no plugin that is loaded reads it: [pxed] plugins lacks os-windows\n", kind);
    } else {
        print_taken(&t, images);
        rc = write ? write_taken(&t, kind, o->config->settings.file, images, copy) : CLI_OK;
    }
    pxed_arena_clear(&t.arena);
    return rc;
}
