/* The texts put into the image, from Mustache templates. */
#include "script.h"

#include "pxed/template.h"
#include "say.h"
#include "work.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCRIPT_MAX = 64 * 1024, PARTIALS = 8 };

char *script_share(void) {
    char exe[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (len < 0) {
        say_error("cannot read /proc/self/exe: %s", strerror(errno));
        return NULL;
    }
    exe[len] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(exe, '/');
        if (slash)
            *slash = '\0';
    }
    return work_path(exe, "share/pxed");
}

/* --- the data a template sees: {{server.url}}, {{share.unc}}, {{winpe.drivers}} */
struct node {
    const char *key, *text;
    const struct node *members; /* ends with a zeroed one; NULL: a scalar */
    bool flag;
};

static enum pxed_value_kind script_kind(const void *at) {
    const struct node *node = at;
    if (!node)
        return PXED_VALUE_NONE;
    if (node->members)
        return PXED_VALUE_MAP;
    return node->text ? PXED_VALUE_TEXT : node->flag ? PXED_VALUE_TRUE : PXED_VALUE_FALSE;
}

static struct pxed_slice script_text(const void *at) {
    return pxed_slice_of(((const struct node *)at)->text);
}

static const void *script_get(const void *at, struct pxed_slice key) {
    for (const struct node *node = ((const struct node *)at)->members; node->key; node++)
        if (pxed_slice_is(key, node->key))
            return node;
    return NULL;
}

static const void *script_item(const void *at, size_t index) {
    (void)at;
    (void)index;
    return NULL; /* there are no lists */
}

static const struct pxed_template_data access_data = {script_kind, script_text, script_get, script_item};

/* --- template files */
static char *script_load(const char *folder, const char *name) {
    char *path = work_path(folder, name);
    FILE *file = fopen(path, "re");
    char *bytes = file ? calloc(1, SCRIPT_MAX) : NULL;
    size_t len = bytes ? fread(bytes, 1, SCRIPT_MAX - 1, file) : 0;

    if (file && (ferror(file) || len == SCRIPT_MAX - 1 || !bytes)) {
        say_error("cannot read %s", path);
        free(bytes);
        bytes = NULL;
    }
    if (file)
        fclose(file);
    free(path);
    return bytes;
}

/* The text is pxed-winpe's own, or one that is also used when wimboot boots a host. */
static char *load_any(const char *share, const char *name) {
    static const char *const rooms[] = {"winpe", "os-windows"};
    char *bytes = NULL;

    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]) && !bytes; i++) {
        char *folder = work_path(share, rooms[i]);
        bytes = script_load(folder, name);
        free(folder);
    }
    return bytes;
}

struct partials {
    const char *share;
    char *loaded[PARTIALS];
    size_t n;
};

static bool script_partial(void *ctx, struct pxed_slice name, struct pxed_slice *ret_text) {
    struct partials *p = ctx;
    char *file;

    if (p->n == PARTIALS || pxed_slice_find(name, '/', 0) >= 0 || asprintf(&file, "%.*s", PXED_S(name)) < 0)
        return false;
    p->loaded[p->n] = load_any(p->share, file);
    free(file);
    if (!p->loaded[p->n])
        return false;
    *ret_text = pxed_slice_of(p->loaded[p->n++]);
    return true;
}

static int write_crlf(struct pxed_slice lf, const char *to) {
    char *crlf = malloc(2 * lf.len + 1);
    size_t n = 0;
    int result;

    if (!crlf)
        return say_error("out of memory");
    for (size_t i = 0; i < lf.len; i++) {
        if (lf.ptr[i] == '\n' && (i == 0 || lf.ptr[i - 1] != '\r'))
            crlf[n++] = '\r';
        crlf[n++] = lf.ptr[i];
    }
    result = work_write(to, crlf, n);
    free(crlf);
    return result;
}

int script_render(const char *share, const char *name, const struct options *o, const char *to) {
    const struct node server[] = {{"url", o->server, NULL, false}, {0}};
    const struct node unc[] = {{"unc", o->share, NULL, false}, {0}};
    const struct node winpe[] = {{"drivers", NULL, NULL, o->drivers[0] != NULL}, {0}};
    const struct node members[] = {
        {"server", NULL, server, false}, {"share", NULL, unc, false}, {"winpe", NULL, winpe, false}, {0}};
    const struct node root = {NULL, NULL, members, false};
    struct partials parts = {.share = share};
    char *source = load_any(share, name), *made = malloc(SCRIPT_MAX);
    struct pxed_buf out = {made, SCRIPT_MAX, 0};
    const struct pxed_template t = {&access_data, &root, pxed_escape_cmd, script_partial, &parts};
    unsigned line = 0;
    int error, result = -1;

    if (!source)
        say_error("%s of %s is missing: pxed is not installed whole", name, share);
    else if (!made)
        say_error("out of memory");
    else if ((error = pxed_template_render(&t, pxed_slice_of(source), &out, &line)) != PXED_TEMPLATE_OK)
        say_error("%s:%u: %s", name, line, pxed_template_strerror(error));
    else if (pxed_buf_full(&out))
        say_error("%s is too long", name);
    else
        result = write_crlf(pxed_buf_slice(&out), to);
    for (size_t i = 0; i < parts.n; i++)
        free(parts.loaded[i]);
    free(made);
    free(source);
    return result;
}
