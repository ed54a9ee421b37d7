/* UDF by libudfread, which trusts its input: a descriptor that points to itself would keep it busy forever, and a
 * folder may claim a gigabyte. So every block it requests is counted here and refused beyond a limit. */
#include "iso_udf.h"

#include <stdio.h>
#include <stdlib.h>
#include <udfread/blockinput.h>
#include <udfread/udfread.h>

#include "iso_record.h"
#include "iso_udf_guard.h"
#include "pxed/path.h"

enum {
    BLOCK = UDF_BLOCK_SIZE,
    CHUNK = 512, /* blocks of a file mapped at once */
    /* blocks per call */
    VOLUME_BLOCKS = 2048,
    FOLDER_BLOCKS = 4096,
    ENTRY_BLOCKS = 4, /* a file's entry and the blocks that list further extents */
    /* for the whole ISO */
    FOLDERS_BLOCKS = 32768,
    WORK = 4 << 20, /* units of a few microseconds */
    SCAN = 512,     /* names libudfread compares in one unit */
    FRAGMENTED_WORK = 1000,
};

struct source {
    struct udfread_block_input input; /* first */
    struct iso_build *b;
    uint32_t left; /* blocks still allowed in this call */
    struct udf_guard guard;
    uint32_t folders; /* blocks still allowed for folders */
    uint32_t work;
    /* While mapping, blocks are not read; their numbers are recorded. */
    bool maps, fills, mapped, broken;
    uint64_t first, next;
};

static bool udf_spend(struct source *s, uint32_t units) {
    bool enough = s->work >= units;
    s->work -= enough ? units : s->work;
    if (!enough)
        snprintf(s->b->why, ISO_WHY_MAX, "its UDF is larger or more tangled than any true medium's");
    return enough;
}

/* Before each call of libudfread: so many blocks may it read. */
static void allow_blocks(struct source *s, uint32_t n) {
    s->left = n;
    s->guard = (struct udf_guard){.base = NULL};
}

static int note_blocks(struct source *s, uint32_t lba, void *buf, uint32_t n) {
    if (!s->mapped)
        s->first = s->next = lba;
    if (lba != s->next) {
        s->broken = true;
        return 0;
    }
    s->mapped = true;
    s->next += n;
    if (s->fills)
        memset(buf, 0, (size_t)n * BLOCK);
    return (int)n;
}

static int read_blocks(struct udfread_block_input *input, uint32_t lba, void *buf, uint32_t n, int flags) {
    struct source *s = (struct source *)input;
    (void)flags;
    if (s->maps)
        return note_blocks(s, lba, buf, n);
    if (s->left < n)
        return -1;
    s->left -= n;
    bool ok = iso_read(s->b, buf, (size_t)n * BLOCK, (uint64_t)lba * BLOCK);
    for (uint32_t i = 0; i < n && ok; i++)
        ok = udf_guard_block(&s->guard, (uint8_t *)buf + (size_t)i * BLOCK);
    return ok ? (int)n : -1;
}

static uint32_t count_blocks(struct udfread_block_input *input) {
    uint64_t n = (uint64_t)((struct source *)input)->b->iso->st.st_size / BLOCK;
    return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* --- files --- */

/* A file that fits in one block may be stored in its own entry; then libudfread requests none of its blocks.
 * (udfread_file_lba would tell too, but prints an error for each.) */
static bool map_small(struct source *s, UDFFILE *from, struct iso_file *file, char bytes[BLOCK]) {
    s->fills = true;
    ssize_t got = udfread_file_read(from, bytes, (size_t)file->size);
    s->fills = false;
    if (got < 0 || (uint64_t)got != file->size)
        return false;
    if (s->mapped)
        file->offset = s->first * BLOCK;
    else
        file->bytes = bytes;
    return !s->broken;
}

static bool map_large(struct source *s, UDFFILE *from, struct iso_file *file) {
    static const uint32_t most = CHUNK;
    uint64_t blocks = (file->size + BLOCK - 1) / BLOCK;
    uint8_t *unused = pxed_xalloc((size_t)CHUNK * BLOCK); /* holes would be filled with zeros */
    uint32_t chunk = 1;
    bool ok = blocks <= UINT32_MAX;
    for (uint64_t at = 0; ok && at < blocks; at += chunk, chunk = most) {
        if (chunk > blocks - at)
            chunk = (uint32_t)(blocks - at);
        ok = udf_spend(s, 16) && udfread_read_blocks(from, unused, (uint32_t)at, chunk, 0) == chunk && s->mapped &&
             !s->broken && s->next - s->first == at + chunk;
    }
    free(unused);
    file->offset = s->first * BLOCK;
    return ok;
}

/* False: reading ends. */
static bool udf_take_file(struct source *s, UDFDIR *folder, const char *name, const char *path) {
    char bytes[BLOCK];
    allow_blocks(s, ENTRY_BLOCKS);
    UDFFILE *from = udfread_file_openat(folder, name);
    int64_t size = from ? udfread_file_size(from) : -1;
    struct iso_file file = {.path = path, .size = (uint64_t)size};
    if (size < 0 || !iso_holds(s->b, 0, file.size)) {
        iso_note(s->b, path, from ? "it is larger than the ISO, which is cut off" : "its entry cannot be read");
        udfread_file_close(from);
        return true;
    }
    s->maps = true;
    s->mapped = s->broken = false;
    bool ok = size == 0 || (size <= BLOCK ? map_small(s, from, &file, bytes) : map_large(s, from, &file));
    s->maps = false;
    udfread_file_close(from);
    if (ok)
        iso_add(s->b, &file);
    else
        iso_note(s->b, path, "its parts do not lie one behind the other");
    return ok || udf_spend(s, FRAGMENTED_WORK);
}

/* --- folders --- */

struct walk {
    struct source *s;
    UDFDIR *stack[ISO_DEPTH_MAX];
    size_t path_len[ISO_DEPTH_MAX];
    uint32_t index[ISO_DEPTH_MAX]; /* of the current entry: libudfread searches from the first each time */
    size_t depth;
    char path[PXED_PATH_MAX];
};

static void udf_push(struct walk *w, UDFDIR *dir, const char *path) {
    w->path_len[w->depth] = strlen(path);
    memmove(w->path, path, w->path_len[w->depth] + 1);
    w->index[w->depth] = 0;
    w->stack[w->depth++] = dir;
}

static void udf_pop(struct walk *w) {
    udfread_closedir(w->stack[--w->depth]);
    if (w->depth > 0)
        w->path[w->path_len[w->depth - 1]] = '\0';
}

static void take_folder(struct walk *w, UDFDIR *above, const char *name, const char *path) {
    struct source *s = w->s;
    const char *what = "this folder is nested too deeply";
    UDFDIR *dir = NULL;
    if (w->depth < ISO_DEPTH_MAX) {
        what = "this folder cannot be read";
        uint32_t most = s->folders < FOLDER_BLOCKS ? s->folders : FOLDER_BLOCKS;
        allow_blocks(s, most);
        dir = udfread_opendir_at(above, name);
        s->folders -= most - s->left;
    }
    if (dir)
        udf_push(w, dir, path);
    else
        iso_note(s->b, path, what);
}

static bool udf_take(struct walk *w, const struct udfread_dirent *entry) {
    struct iso_build *b = w->s->b;
    UDFDIR *folder = w->stack[w->depth - 1];
    char path[PXED_PATH_MAX];
    if (strcmp(entry->d_name, "..") == 0)
        return true;
    if (!iso_count(b) || !udf_spend(w->s, 1 + w->index[w->depth - 1]++ / SCAN))
        return false;
    if (!iso_name_is_good(pxed_slice_of(entry->d_name)) || !iso_join(path, w->path, entry->d_name)) {
        iso_note(b, *w->path ? w->path : "the root", "a name in this folder is none that can be asked for");
        return true;
    }
    if (entry->d_type != UDF_DT_DIR)
        return udf_take_file(w->s, folder, entry->d_name, path);
    take_folder(w, folder, entry->d_name, path);
    return true;
}

static bool udf_walk(struct source *s, udfread *udf) {
    struct walk w = {.s = s};
    UDFDIR *root = udfread_opendir(udf, "/");
    struct udfread_dirent entry;
    if (!root) {
        snprintf(s->b->why, ISO_WHY_MAX, "the root folder of its UDF cannot be read");
        return false;
    }
    udf_push(&w, root, "");
    bool ok = true;
    while (ok && w.depth > 0) {
        if (udfread_readdir(w.stack[w.depth - 1], &entry))
            ok = udf_take(&w, &entry);
        else
            udf_pop(&w);
    }
    while (w.depth > 0)
        udf_pop(&w);
    return ok;
}

bool iso_udf_read(struct iso_build *b) {
    struct source s = {.input = {.read = read_blocks, .size = count_blocks},
                       .b = b,
                       .left = VOLUME_BLOCKS,
                       .folders = FOLDERS_BLOCKS,
                       .work = WORK};
    udfread *udf = udfread_init();
    bool ok = udf && udfread_open_input(udf, &s.input) == 0;
    if (!ok)
        snprintf(b->why, ISO_WHY_MAX, "the UDF on it is damaged, or of a kind that is not supported");
    b->iso->names = "UDF";
    if (ok && (ok = udf_walk(&s, udf)) && b->iso->n == 0) {
        snprintf(b->why, ISO_WHY_MAX, "there is no file in its UDF that could be served");
        ok = false;
    }
    udfread_close(udf);
    return ok;
}
