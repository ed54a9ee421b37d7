/* Says, for each way to boot, which files were looked for, and in each folder of images what is there instead. */
#define _GNU_SOURCE
#include "image_missing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue_os.h"
#include "image_base.h"
#include "image_find.h"
#include "image_names.h"
#include "pxed/path.h"

enum { SETS_MAX = 12, NAMES_MAX = 64, HINTS_MAX = 4 };

static const char *files_join(struct pxed_arena *arena, const char *all, const char *between, const char *more) {
    return *all ? pxed_arena_printf(arena, "%s%s%s", all, between, more) : more;
}

/* The files of one way to boot: `linux + initrd.gz`. Boot programs are not part of the image. */
static const char *files_of(const struct pxed_boot *row, struct pxed_arena *arena) {
    const char *set = row->kernel && row->kernel[0] != '/' ? row->kernel : "";
    for (size_t i = 0; i < sizeof(row->initrd) / sizeof(row->initrd[0]) && row->initrd[i]; i++)
        set = files_join(arena, set, " + ", row->initrd[i]);
    return row->when ? files_join(arena, set, " + ", row->when) : set;
}

const char *catalogue_looked_for(const struct catalogue_os *os, struct pxed_arena *arena) {
    const char *sets[SETS_MAX], *all = "";
    size_t n = 0;
    if (os->iso)
        return os->iso;
    all = os->kernel ? os->kernel : "";
    for (size_t i = 0; i < os->n_initrds && os->kernel; i++)
        all = files_join(arena, all, " + ", os->initrds[i]);
    if (os->kernel)
        return all;
    for (const struct pxed_boot *row = os->profile->boots; row && row->how != PXED_HOW_LOCAL && n < SETS_MAX; row++) {
        const char *set = files_of(row, arena);
        bool seen = !*set;
        for (size_t i = 0; i < n && !seen; i++)
            seen = strcmp(sets[i], set) == 0;
        if (seen)
            continue;
        sets[n++] = set;
        all = files_join(arena, all, ", or ", set);
    }
    return all;
}

/* The names below the image's folder, each once. */
static size_t missing_names(const struct catalogue_os *os, const char *names[NAMES_MAX]) {
    size_t n = 0;
    const char *own[] = {os->iso, os->kernel, os->initrds[0], os->initrds[1], os->initrds[2], os->initrds[3]};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i])
            names[n++] = own[i];
    for (const struct pxed_boot *row = n > 0 ? NULL : os->profile->boots; row && row->how != PXED_HOW_LOCAL; row++) {
        const char *files[] = {row->kernel, row->initrd[0], row->initrd[0] ? row->initrd[1] : NULL, row->when};
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
            bool known = !files[i] || files[i][0] == '/' || files[i][0] == '*';
            for (size_t k = 0; k < n && !known; k++)
                known = strcmp(names[k], files[i]) == 0;
            if (!known && n < NAMES_MAX)
                names[n++] = files[i];
        }
    }
    return n;
}

/* Something exists but serving cannot open it: returns why, or NULL. */
static const char *in_the_way(const struct catalogue *c, const struct image_base *base, const char *below,
                              struct pxed_arena *arena) {
    struct stat st;
    const char *path = pxed_arena_printf(arena, "%s%s%s", base->path, *below ? "/" : "", below);
    int fd = image_open_in(c, base, below);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 || error == EBADF)
        return NULL;
    if (error == ENOENT || error == ENOTDIR)
        return fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode)
                   ? pxed_arena_printf(arena, "%s is a link to nothing", path)
                   : NULL;
    const char *target = error == EXDEV ? image_link_target(base, below, arena) : NULL;
    return target ? pxed_arena_printf(arena,
                                      "%s is a link that leads out of root and image-path, which is not followed; "
                                      "image-path = %s in [pxed] allows it",
                                      path, target)
                  : pxed_arena_printf(arena, "%s: %s", path, strerror(error));
}

struct hints {
    const char *said[HINTS_MAX];
    size_t n;
};

static void add_hint(struct hints *hints, const char *text) {
    bool known = !text || hints->n == HINTS_MAX;
    for (size_t i = 0; i < hints->n && !known; i++)
        known = strcmp(hints->said[i], text) == 0;
    if (!known)
        hints->said[hints->n++] = text;
}

/* In one folder of images. What stands in the way of a folder stands in the way of everything in it. */
static void look_in_base(const struct catalogue *c, const struct image_base *base, const struct catalogue_os *os,
                         struct hints *hints, struct pxed_arena *arena) {
    const char *names[NAMES_MAX], *folder = image_folder_in(base, os->id.text);
    size_t n = missing_names(os, names);
    if (!folder)
        folder = pxed_arena_printf(arena, "%.*s", PXED_S(os->id.text));
    const char *why = in_the_way(c, base, "", arena);
    if (!why)
        why = in_the_way(c, base, folder, arena);
    for (size_t i = 0; i < n && !why; i++)
        why = in_the_way(c, base, pxed_arena_printf(arena, "%s/%s", folder, names[i]), arena);
    add_hint(hints, why);
    for (size_t i = 0; i < n && !why; i++) {
        const char *near = image_names_near(c, base, pxed_arena_printf(arena, "%s/%s", folder, names[i]), arena);
        if (near)
            add_hint(hints, pxed_arena_printf(arena, "there is %s/%s", base->path, near));
    }
}

const char *catalogue_missing(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena) {
    struct hints hints = {.n = 0};
    const char *all = "";
    for (size_t i = 0; i < c->n_bases; i++)
        look_in_base(c, &c->bases[i], os, &hints, arena);
    for (size_t i = 0; i < hints.n; i++)
        all = files_join(arena, all, "; ", hints.said[i]);
    /* What is there comes first: who shows this text may have room for its beginning only. */
    return pxed_arena_printf(arena, "%s%slooked for %s in %s", all, *all ? "; " : "", catalogue_looked_for(os, arena),
                             catalogue_image_dirs(c, os->id.text, arena));
}
