/* ISO 9660 with Rock Ridge or Joliet names. libiso9660 is not used: Debian 12's version reads without bounds checks,
 * and lists each extent of a file as a separate file (docs/decisions.md). */
#include "iso_9660.h"

#include <stdio.h>
#include <stdlib.h>

#include "iso_record.h"
#include "pxed/path.h"

enum {
    FOLDER_MAX = 16 << 20,   /* bytes of one folder's records */
    FOLDERS_MAX = 128 << 20, /* of all folders: one that contains itself is read again at each level */
    CONTINUATIONS_MAX = 32,
};

struct folder {
    uint8_t *bytes;
    size_t size, at;
    uint64_t offset; /* its position identifies a folder that contains itself */
    size_t path_len; /* length of the path up to here */
};

/* A file whose extents are being collected. */
struct parts {
    bool open, broken;
    struct iso_file file;
    char path[PXED_PATH_MAX];
};

struct reader {
    struct iso_build *b;
    struct iso_root root;
    enum iso_names names;
    size_t skip; /* SUSP: bytes before the fields */
    size_t total;
    struct folder stack[ISO_DEPTH_MAX];
    size_t depth;
    char path[PXED_PATH_MAX]; /* of the top folder */
    struct parts parts;
};

static uint64_t offset_of(const struct reader *r, uint32_t block) {
    return (uint64_t)block * r->root.block_size;
}

/* --- folders --- */

static void dir_pop(struct reader *r) {
    free(r->stack[--r->depth].bytes);
    if (r->depth > 0)
        r->path[r->stack[r->depth - 1].path_len] = '\0';
}

/* False: reading ends. A folder that cannot be read is only skipped. */
static bool dir_push(struct reader *r, const char *path, uint32_t block, uint32_t size) {
    struct folder f = {.size = size, .offset = offset_of(r, block), .path_len = strlen(path)};
    const char *what = NULL;
    for (size_t i = 0; i < r->depth; i++)
        if (r->stack[i].offset == f.offset)
            what = "this folder contains itself";
    if (r->depth == ISO_DEPTH_MAX)
        what = "this folder is nested too deeply";
    else if (size > FOLDER_MAX || !iso_holds(r->b, f.offset, size))
        what = "this folder reaches beyond the end of the ISO, or is too large";
    if (!what && size > (size_t)FOLDERS_MAX - r->total) {
        snprintf(r->b->why, ISO_WHY_MAX, "its folders are larger than any true medium's");
        return false;
    }
    if (!what) {
        f.bytes = pxed_xalloc(size ? size : 1);
        if (!iso_read(r->b, f.bytes, size, f.offset)) {
            free(f.bytes);
            what = "this folder cannot be read";
        }
    }
    if (what) {
        iso_note(r->b, *path ? path : "the root", what);
        return true;
    }
    r->total += size;
    memmove(r->path, path, f.path_len + 1);
    r->stack[r->depth++] = f;
    return true;
}

/* A folder relocated by Rock Ridge (RRIP 4.1.5): its size is in its own first record. */
static bool child_size(const struct reader *r, struct iso_record *record) {
    uint8_t sector[ISO_SECTOR];
    struct iso_reading reading;
    struct iso_record own;
    if (!iso_read(r->b, sector, sizeof(sector), offset_of(r, record->block)))
        return false;
    struct pxed_slice bytes = pxed_slice((const char *)sector, sizeof(sector));
    size_t n = iso_record_length(bytes, 0);
    if (n == 0)
        return false;
    iso_record_begin(&reading, pxed_slice_head(bytes, n), ISO_NAMES_PLAIN, 0, &own);
    record->size = own.size;
    return true;
}

/* --- files --- */

static void finish_parts(struct reader *r) {
    struct parts *p = &r->parts;
    if (p->open && p->broken)
        iso_note(r->b, p->path, "its parts do not lie one behind the other");
    else if (p->open)
        iso_add(r->b, &p->file);
    p->open = false;
}

/* ECMA-119 6.5.1: a file of several extents has one record for each, with the same name, in order. */
static void dir_take_file(struct reader *r, const char *path, const struct iso_record *record) {
    struct parts *p = &r->parts;
    uint64_t offset = offset_of(r, record->block);
    if (p->open && strcmp(p->path, path) != 0)
        finish_parts(r);
    if (!p->open) {
        *p = (struct parts){.open = true, .file = {.offset = record->size ? offset : 0}};
        snprintf(p->path, sizeof(p->path), "%s", path);
        p->file.path = p->path;
    } else if (offset < p->file.offset || offset - p->file.offset != p->file.size) {
        p->broken = true;
    }
    p->file.size += record->size;
    if (!(record->flags & ISO_RECORD_MORE))
        finish_parts(r);
}

static bool dir_take(struct reader *r, struct iso_record *record) {
    char path[PXED_PATH_MAX];
    if (record->flags & ISO_RECORD_SKIP)
        return true;
    if (!iso_count(r->b))
        return false;
    if ((record->flags & ISO_RECORD_BAD_NAME) || !iso_join(path, r->path, record->name)) {
        iso_note(r->b, *r->path ? r->path : "the root", "a name in this folder is none that can be asked for");
        return true;
    }
    if (record->flags & ISO_RECORD_CHILD) {
        if (child_size(r, record))
            return dir_push(r, path, record->block, record->size);
        iso_note(r->b, path, "this folder cannot be read");
        return true;
    }
    if (record->flags & ISO_RECORD_FOLDER)
        return dir_push(r, path, record->block, record->size);
    if (record->flags & ISO_RECORD_LINK)
        iso_add(r->b, &(struct iso_file){.path = path, .target = record->target});
    else if (record->flags & (ISO_RECORD_COMPRESSED | ISO_RECORD_SPARSE))
        iso_note(r->b, path, "it is compressed or interleaved");
    else
        dir_take_file(r, path, record);
    return true;
}

static void read_continuations(const struct reader *r, struct iso_reading *reading) {
    uint8_t area[ISO_SECTOR];
    for (unsigned i = 0; reading->more.size > 0 && i < CONTINUATIONS_MAX; i++) {
        struct iso_continuation more = reading->more;
        if (more.size > sizeof(area) || !iso_read(r->b, area, more.size, offset_of(r, more.block) + more.offset))
            break;
        iso_record_continue(reading, pxed_slice((const char *)area, more.size));
    }
}

/* Reads the next record of the top folder; false: there is none. */
static bool next_record(struct reader *r, struct iso_record *ret) {
    struct folder *f = &r->stack[r->depth - 1];
    struct pxed_slice bytes = pxed_slice((const char *)f->bytes, f->size);
    struct iso_reading reading;
    while (f->at < f->size) {
        size_t n = iso_record_length(bytes, f->at);
        if (n == 0) { /* the rest of the sector is empty: ECMA-119 6.8.1.1 */
            f->at += ISO_SECTOR - f->at % ISO_SECTOR;
            continue;
        }
        iso_record_begin(&reading, pxed_slice(bytes.ptr + f->at, n), r->names, r->skip, ret);
        read_continuations(r, &reading);
        iso_record_end(&reading);
        f->at += n;
        return true;
    }
    return false;
}

static bool dir_walk(struct reader *r) {
    struct iso_record *record = pxed_xalloc(sizeof(*record));
    bool ok = dir_push(r, "", r->root.block, r->root.size);
    while (ok && r->depth > 0) {
        if (next_record(r, record)) {
            ok = dir_take(r, record);
        } else {
            finish_parts(r);
            dir_pop(r);
        }
    }
    while (r->depth > 0)
        dir_pop(r);
    free(record);
    return ok;
}

/* --- which tree to read --- */

static bool has_rock_ridge(struct reader *r) {
    uint8_t sector[ISO_SECTOR];
    if (!iso_read(r->b, sector, sizeof(sector), offset_of(r, r->root.block)))
        return false;
    struct pxed_slice bytes = pxed_slice((const char *)sector, sizeof(sector));
    size_t n = iso_record_length(bytes, 0);
    return n > 0 && iso_record_is_rock_ridge(pxed_slice_head(bytes, n), &r->skip);
}

/* Rock Ridge keeps names whole, Joliet cuts them at 64 letters, plain names are upper case and 8.3. */
static bool dir_choose(struct reader *r) {
    struct iso_root primary = {0}, joliet = {0}, found;
    uint8_t sector[ISO_SECTOR];
    for (uint64_t at = 16; at < 64; at++) {
        if (!iso_read(r->b, sector, sizeof(sector), at * ISO_SECTOR))
            break;
        enum iso_descriptor kind = iso_descriptor_read(sector, &found);
        if (kind == ISO_DESCRIPTOR_END)
            break;
        if (kind == ISO_DESCRIPTOR_PRIMARY && primary.block_size == 0)
            primary = found;
        else if (kind == ISO_DESCRIPTOR_JOLIET && joliet.block_size == 0)
            joliet = found;
    }
    r->root = primary;
    r->names = ISO_NAMES_ROCK_RIDGE;
    r->b->iso->names = "Rock Ridge";
    if (primary.block_size > 0 && has_rock_ridge(r))
        return true;
    r->names = joliet.block_size > 0 ? ISO_NAMES_JOLIET : ISO_NAMES_PLAIN;
    r->b->iso->names = joliet.block_size > 0 ? "Joliet" : "ISO 9660";
    if (joliet.block_size > 0)
        r->root = joliet;
    return r->root.block_size > 0;
}

bool iso_9660_read(struct iso_build *b) {
    struct reader *r = pxed_xalloc(sizeof(*r));
    r->b = b;
    bool ok = dir_choose(r);
    if (!ok)
        snprintf(b->why, ISO_WHY_MAX, "its volume descriptors are damaged");
    else if ((ok = dir_walk(r)) && b->iso->n == 0) {
        snprintf(b->why, ISO_WHY_MAX, "%s",
                 b->iso->n_notes > 0 ? b->iso->notes[0] : "there is no file in it that could be served");
        ok = false;
    }
    free(r);
    return ok;
}
