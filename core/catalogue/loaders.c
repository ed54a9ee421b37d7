/* Finds the files of boot loaders, and reads them. */
#define _GNU_SOURCE
#include "loaders.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "loaders_window.h"

enum { FILES_MAX = 256, ENTRIES_MAX = 20000, DEPTH_MAX = 4 };

struct scan {
    struct loaders *all;
    struct pxed_arena *arena;
    const char *folder;
    int fd, place;
    size_t entries;
};

/* Windows' trees and images hold many files of no interest: loaders have these endings. */
static bool is_named_like_one(struct pxed_slice name) {
    static const char *const ends[] = {".efi", ".signed", ".0", "pxe", ".lkrn", ".com", ".n12"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t n = strlen(ends[i]);
        if (name.len > n && pxed_slice_eq_nocase(pxed_slice_skip(name, name.len - n), pxed_slice_of(ends[i])))
            return true;
    }
    return false;
}

static void look_at_file(struct scan *s, const char *name) {
    struct stat st;
    struct loaders_file f = {.place = s->place};
    if (s->all->n_files == FILES_MAX) {
        s->all->n_left++;
        return;
    }
    int fd = open_beneath(s->fd, name);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        struct loaders_window window;
        loaders_window_open(&window, fd, 0);
        struct loader_file file = {(uint64_t)st.st_size, loaders_window_read, &window};
        if (loader_read(&file, &f.is)) {
            f.n_signers = loader_signers(&file, &f.is, f.signers);
            f.name = pxed_arena_dup(s->arena, pxed_slice_of(name)).ptr;
            f.folder = s->folder;
            s->all->files[s->all->n_files++] = f;
        }
    }
    if (fd >= 0)
        close(fd);
}

static bool is_folder(const struct dirent *e, int dir) {
    struct stat st;
    if (e->d_type != DT_UNKNOWN)
        return e->d_type == DT_DIR;
    return fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int shown(const struct dirent *e) {
    return e->d_name[0] != '.';
}

/* Loaders of loader-path lie directly in their folders: that is how they are served. */
static void look_into(struct scan *s, const char *below, int depth) {
    struct dirent **list = NULL;
    char name[PATH_MAX];
    int dir = *below ? open_beneath(s->fd, below) : openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int n = dir >= 0 ? scandirat(dir, ".", &list, shown, by_name) : 0;
    for (int i = 0; i < n; i++) {
        const struct dirent *e = list[i];
        bool fits = snprintf(name, sizeof(name), "%s%s%s", below, *below ? "/" : "", e->d_name) < (int)sizeof(name);
        if (++s->entries > ENTRIES_MAX)
            s->all->n_left++;
        else if (fits && is_folder(e, dir) && s->place == LOADERS_TFTP && depth < DEPTH_MAX)
            look_into(s, name, depth + 1);
        else if (fits && is_named_like_one(pxed_slice_of(e->d_name)))
            look_at_file(s, name);
        free(list[i]);
    }
    free(list);
    if (dir >= 0)
        close(dir);
}

static void look_in_folder(struct loaders *all, const char *folder, int place, struct pxed_arena *arena) {
    struct scan s = {.all = all, .arena = arena, .folder = folder, .place = place};
    s.fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (s.fd < 0)
        return;
    look_into(&s, "", 0);
    close(s.fd);
}

struct loaders *loaders_read(const struct settings *settings, const char *tftp_dir, struct pxed_arena *arena) {
    struct loaders *all = PXED_NEW(arena, struct loaders);
    all->files = pxed_arena_alloc(arena, FILES_MAX * sizeof(*all->files));
    look_in_folder(all, pxed_arena_dup(arena, pxed_slice_of(tftp_dir)).ptr, LOADERS_TFTP, arena);
    for (size_t i = 0; i < settings->loader_path.n; i++)
        look_in_folder(all, pxed_arena_dup(arena, pxed_slice_of(settings->loader_path.items[i])).ptr, (int)i, arena);
    loaders_combine(all, arena);
    return all;
}

unsigned loaders_keys(const struct loader_signer *signers, size_t n) {
    unsigned keys = 0;
    for (size_t i = 0; i < n; i++)
        keys |= signers[i].key == LOADER_KEY_MICROSOFT_2011   ? LADDER_KEY_2011
                : signers[i].key == LOADER_KEY_MICROSOFT_2023 ? LADDER_KEY_2023
                                                              : LADDER_KEY_OTHER;
    return keys;
}

const char *loaders_signed_by(const struct loaders_file *f, char *buf, size_t size) {
    struct pxed_buf b = {buf, size, 0};
    for (size_t i = 0; i < f->n_signers; i++) {
        pxed_buf_str(&b, i > 0 ? ", " : "");
        pxed_buf_str(&b, f->signers[i].name);
    }
    if (f->n_signers == 0)
        pxed_buf_str(&b, "none");
    return pxed_buf_cstr(&b);
}
