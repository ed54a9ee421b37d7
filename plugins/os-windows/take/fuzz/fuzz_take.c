/* Any files as another server's folder: what is handed over can be written into an ini and a host file. The input is
 * files, each begun by a line `=== PATH`. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pxed/grow.h"
#include "take/take.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES = 12 };

static struct { struct pxed_slice path, text; } files[FILES];
static size_t n_files;

static void check(bool holds) {
    if (!holds)
        abort();
}

/* --- the folder: instead of take_files.c --- */

static bool same_path(struct pxed_slice a, struct pxed_slice b) {
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        char x = a.ptr[i] == '\\' ? '/' : pxed_lower(a.ptr[i]), y = b.ptr[i] == '\\' ? '/' : pxed_lower(b.ptr[i]);
        if (x != y)
            return false;
    }
    return true;
}

static struct pxed_slice find(const char *path, bool *ret_there) {
    *ret_there = false;
    for (size_t i = 0; i < n_files && !*ret_there; i++)
        if (same_path(files[i].path, pxed_slice_of(path))) {
            *ret_there = true;
            return files[i].text;
        }
    return PXED_NO_SLICE;
}

int take_open(struct take *t, const char *path, const char **ret_spelled) {
    bool there;
    struct pxed_slice text = find(path, &there);
    if (ret_spelled)
        *ret_spelled = pxed_arena_dup(t->arena, pxed_slice_of(path)).ptr;
    if (!there)
        return -1;
    int fd = memfd_create("taken", MFD_CLOEXEC);
    check(fd >= 0 && (text.len == 0 || write(fd, text.ptr, text.len) == (ssize_t)text.len));
    return fd;
}

struct pxed_slice take_read(struct take *t, const char *path) {
    bool there;
    struct pxed_slice text = find(path, &there);
    if (!there)
        return text;
    size_t room = text.len * TAKE_GROWTH + 1;
    struct pxed_buf out = {.ptr = pxed_arena_alloc(t->arena, room), .cap = room};
    take_decode(text, &out);
    return pxed_buf_slice(&out);
}

const char **take_names(struct take *t, const char *path) {
    const char **names = NULL;
    size_t n = 0, folder = strlen(path);
    for (size_t i = 0; i < n_files; i++) {
        struct pxed_slice rest = files[i].path;
        if (rest.len <= folder || !same_path(pxed_slice_head(rest, folder), pxed_slice_of(path)))
            continue;
        rest = pxed_slice_skip(rest, folder);
        while (rest.len > 0 && rest.ptr[0] == '/')
            rest = pxed_slice_skip(rest, 1);
        struct pxed_slice name = pxed_slice_word(&rest, "/");
        if (name.len == 0 || name.ptr[0] == '.')
            continue;
        PXED_ARENA_GROW(t->arena, names, n);
        names[n++] = pxed_arena_dup(t->arena, name).ptr;
    }
    PXED_ARENA_GROW(t->arena, names, n);
    names[n] = NULL;
    return names;
}

/* --- what is handed over --- */

/* One line of text, in which nothing begins a comment or another file. */
static void check_plain(const char *text) {
    for (const char *c = text; *c; c++)
        check((unsigned char)*c >= ' ' && *c != ';' && *c != 0x7f);
}

static void set(struct pxed_taking *t, const char *section, const char *key, const char *value) {
    (void)t;
    check(*section && *key && value[0] != '@');
    check_plain(value);
}

static void host(struct pxed_taking *t, const char *mac, const char *os_id, const char *vars) {
    struct pxed_hwaddr parsed;
    struct pxed_os_id id;
    (void)t;
    check(pxed_mac_parse(pxed_slice_of(mac), &parsed));
    check(!os_id || pxed_os_id_parse(pxed_slice_of(os_id), &id));
    check_plain(vars);
}

static void file(struct pxed_taking *t, const char *os_id, const char *path, const char *name) {
    struct pxed_os_id id;
    (void)t;
    check(pxed_os_id_parse(pxed_slice_of(os_id), &id) && *path && *name && !strchr(name, '/'));
}

static void left(struct pxed_taking *t, const char *path, unsigned line, const char *what) {
    (void)t, (void)line;
    check(path && *what);
}

static void split(struct pxed_slice rest) {
    struct pxed_slice mark = PXED_SLICE("=== ");
    n_files = 0;
    while (n_files < FILES && pxed_slice_starts(rest, mark)) {
        ptrdiff_t end = pxed_slice_find(rest, '\n', 0), next = -1;
        if (end < 0)
            return;
        files[n_files].path = pxed_slice(rest.ptr + 4, (size_t)end - 4);
        rest = pxed_slice_skip(rest, (size_t)end + 1);
        for (next = pxed_slice_starts(rest, mark) ? 0 : pxed_slice_find(rest, '\n', 0);
             next > 0 && !pxed_slice_starts(pxed_slice_skip(rest, (size_t)next + 1), mark);)
            next = pxed_slice_find(rest, '\n', (size_t)next + 1);
        size_t len = next < 0 ? rest.len : next > 0 ? (size_t)next + 1 : 0;
        files[n_files++].text = pxed_slice_head(rest, len);
        rest = pxed_slice_skip(rest, len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_arena arena = {0};
    struct pxed_taking out = {.size = sizeof(out),
                              .folder = "/proc/self",
                              .arena = &arena,
                              .set = set,
                              .host = host,
                              .file = file,
                              .left = left};
    split(pxed_slice((const char *)data, size));
    check(windows_take("mdt", &out) && windows_take("wds", &out));
    pxed_arena_clear(&arena);
    return 0;
}
