/* The readers add files; they are sorted once, then found by binary search; links are followed inside the ISO. */
#define _GNU_SOURCE
#include "iso_index.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pxed/grow.h"
#include "pxed/path.h"

bool iso_read(const struct iso_build *b, void *to, size_t n, uint64_t offset) {
    char *at = to;
    if (!iso_holds(b, offset, n))
        return false;
    while (n > 0) {
        ssize_t got = pread(b->fd, at, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

bool iso_holds(const struct iso_build *b, uint64_t offset, uint64_t size) {
    uint64_t total = (uint64_t)b->iso->st.st_size;
    return size <= total && offset <= total - size;
}

bool iso_count(struct iso_build *b) {
    if (b->iso->entries++ < ISO_ENTRIES_MAX)
        return true;
    snprintf(b->why, ISO_WHY_MAX, "it holds more than %d files and folders", ISO_ENTRIES_MAX);
    return false;
}

void iso_note(struct iso_build *b, const char *path, const char *what) {
    char text[PXED_PATH_MAX];
    struct pxed_buf name = PXED_BUF(text);
    pxed_buf_escaped(&name, pxed_slice_of(path));
    if (b->iso->n_notes < ISO_NOTES_MAX)
        b->iso->notes[b->iso->n_notes] = pxed_arena_printf(&b->iso->arena, "%s: %s", pxed_buf_cstr(&name), what);
    b->iso->n_notes++;
}

void iso_add(struct iso_build *b, const struct iso_file *file) {
    struct iso *iso = b->iso;
    if (!file->bytes && file->size > 0 && !iso_holds(b, file->offset, file->size)) {
        iso_note(b, file->path, "it reaches beyond the end of the ISO, which is cut off");
        return;
    }
    PXED_GROW(iso->files, iso->n);
    struct iso_file *f = &iso->files[iso->n++];
    *f = *file;
    f->path = pxed_arena_dup(&iso->arena, pxed_slice_of(file->path)).ptr;
    if (f->target)
        f->target = pxed_arena_dup(&iso->arena, pxed_slice_of(file->target)).ptr;
    iso->links |= f->target != NULL;
    if (f->bytes)
        f->bytes = pxed_arena_dup(&iso->arena, pxed_slice(file->bytes, (size_t)file->size)).ptr;
}

bool iso_join(char path[PXED_PATH_MAX], const char *folder, const char *name) {
    struct pxed_buf b = {path, PXED_PATH_MAX, 0};
    pxed_buf_str(&b, folder);
    if (*folder)
        pxed_buf_byte(&b, '/');
    pxed_buf_str(&b, name);
    pxed_buf_cstr(&b);
    return b.len < PXED_PATH_MAX;
}

/* Compares ASCII text without case, independent of the locale; equal names by their bytes. */
static int compare_nocase(struct pxed_slice a, struct pxed_slice b) {
    size_t n = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)pxed_lower(a.ptr[i]), y = (unsigned char)pxed_lower(b.ptr[i]);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int by_path(const void *a, const void *b) {
    const struct iso_file *x = a, *y = b;
    int order = compare_nocase(pxed_slice_of(x->path), pxed_slice_of(y->path));
    return order ? order : strcmp(x->path, y->path);
}

/* The exact name, or the first of those that differ only in case. */
static const struct iso_file *find_exactly(const struct iso *iso, struct pxed_slice path) {
    size_t low = 0, high = iso->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_nocase(pxed_slice_of(iso->files[middle].path), path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct iso_file *first = NULL;
    for (; low < iso->n && compare_nocase(pxed_slice_of(iso->files[low].path), path) == 0; low++) {
        if (pxed_slice_is(path, iso->files[low].path))
            return &iso->files[low];
        if (!first)
            first = &iso->files[low];
    }
    return first;
}

/* Appends the components of `text` to the path in `out`: resolves `.` and `..`, never above the ISO's root. False: too
 * long. */
static bool add_parts(struct pxed_buf *out, struct pxed_slice text) {
    struct pxed_slice part;
    while ((part = pxed_slice_word(&text, "/")).len > 0) {
        if (pxed_slice_is(part, "."))
            continue;
        if (!pxed_slice_is(part, "..")) {
            if (out->len > 0)
                pxed_buf_byte(out, '/');
            pxed_buf_add(out, part);
            if (out->len >= out->cap)
                return false;
            continue;
        }
        while (out->len > 0 && out->ptr[out->len - 1] != '/')
            out->len--;
        out->len -= out->len > 0;
    }
    return true;
}

/* Replaces the first component that is a link. An absolute target begins at the ISO's root. */
static bool index_follow(const struct iso *iso, struct pxed_slice path, struct pxed_buf *out) {
    for (size_t end = 1; end <= path.len; end++) {
        if (end < path.len && path.ptr[end] != '/')
            continue;
        const struct iso_file *link = find_exactly(iso, pxed_slice_head(path, end));
        if (!link || !link->target)
            continue;
        struct pxed_slice folder = pxed_slice_head(path, end);
        while (folder.len > 0 && folder.ptr[folder.len - 1] != '/')
            folder.len--;
        if (link->target[0] == '/')
            folder.len = 0;
        return add_parts(out, folder) && add_parts(out, pxed_slice_of(link->target)) &&
               add_parts(out, pxed_slice_skip(path, end));
    }
    return false;
}

const char *iso_glob(const struct iso *iso, const char *pattern) {
    const char *found = NULL;
    for (size_t i = 0; i < iso->n; i++)
        if (fnmatch(pattern, iso->files[i].path, FNM_PATHNAME | FNM_PERIOD | FNM_CASEFOLD) == 0 &&
            (!found || strverscmp(iso->files[i].path, found) > 0))
            found = iso->files[i].path;
    return found;
}

const struct iso_file *iso_find(const struct iso *iso, struct pxed_slice path) {
    enum { HOPS = 8 };
    char text[2][PXED_PATH_MAX];
    for (unsigned hop = 0; hop <= HOPS; hop++) {
        const struct iso_file *f = find_exactly(iso, path);
        struct pxed_buf next = PXED_BUF(text[hop % 2]);
        if (f && !f->target)
            return f;
        if (!iso->links || !index_follow(iso, path, &next))
            return NULL;
        path = pxed_buf_slice(&next);
    }
    return NULL;
}

void iso_sort(struct iso *iso) {
    if (iso->n > 0)
        qsort(iso->files, iso->n, sizeof(*iso->files), by_path);
}
