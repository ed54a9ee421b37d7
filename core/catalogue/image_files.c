/* Names the files that were searched for where an image is missing. */
#define _GNU_SOURCE
#include "image_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "catalogue_iso.h"
#include "catalogue_os.h"
#include "pxed/path.h"

enum { SETS_MAX = 12 };

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

/* Something exists but serving cannot open it: returns why, or NULL. */
static const char *in_the_way(const struct catalogue *c, const char *name, struct pxed_arena *arena) {
    int fd = open_beneath(c->root_fd, pxed_arena_printf(arena, "boot/%s", name));
    int error = errno;
    struct stat st;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 || error == ENOENT || error == ENOTDIR || error == EBADF) {
        bool dangles = fd < 0 && c->root_fd >= 0 &&
                       fstatat(c->root_fd, pxed_arena_printf(arena, "boot/%s", name), &st, AT_SYMLINK_NOFOLLOW) == 0;
        return dangles ? pxed_arena_printf(arena, "%s is a link to nothing", name) : NULL;
    }
    return error == EXDEV ? pxed_arena_printf(arena, "%s is a link that leads out of root, which is not followed", name)
                          : pxed_arena_printf(arena, "%s: %s", name, strerror(error));
}

static const char *find_in_the_way(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena) {
    const char *folder = pxed_arena_printf(arena, "os/%.*s", PXED_S(catalogue_folder(c, os->id.text)));
    const char *why = in_the_way(c, "os", arena);
    if (!why)
        why = in_the_way(c, folder, arena);
    const char *own[] = {os->iso, os->kernel, os->initrds[0], os->initrds[1], os->initrds[2], os->initrds[3]};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !why; i++)
        if (own[i])
            why = in_the_way(c, pxed_arena_printf(arena, "%s/%s", folder, own[i]), arena);
    for (const struct pxed_boot *row = os->profile->boots; !why && row && row->how != PXED_HOW_LOCAL; row++) {
        const char *names[] = {row->kernel, row->initrd[0], row->initrd[0] ? row->initrd[1] : NULL, row->when};
        for (size_t i = 0; i < 4 && !why; i++)
            if (names[i] && names[i][0] != '/' && names[i][0] != '*')
                why = in_the_way(c, pxed_arena_printf(arena, "%s/%s", folder, names[i]), arena);
    }
    return why;
}

const char *catalogue_missing(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena) {
    const char *why = find_in_the_way(c, os, arena);
    return pxed_arena_printf(arena, "%s in %s/os/%.*s%s%s%s", catalogue_looked_for(os, arena), c->boot_dir,
                             PXED_S(catalogue_folder(c, os->id.text)), why ? " (" : "", why ? why : "", why ? ")" : "");
}

static bool has_iso(const struct catalogue_image *image) {
    const struct catalogue_os *known = catalogue_os(image->catalogue, image->os);
    struct catalogue_os nobody = {.id = {.text = image->os}};
    struct pxed_arena scratch = {0};
    bool found = catalogue_iso(image->catalogue, known ? known : &nobody, &scratch).ptr != NULL;
    pxed_arena_clear(&scratch);
    return found;
}

static bool is_inside(const struct catalogue_image *image, const char *file) {
    const struct catalogue_iso_item *iso;
    return catalogue_iso_file(image->catalogue, image->os, pxed_slice_of(file), &iso) != NULL;
}

bool catalogue_image_has(void *ctx, const char *file) {
    const struct catalogue_image *image = ctx;
    char name[PXED_PATH_MAX];
    if (file[0] == '/')
        return catalogue_program_exists(image->catalogue, file);
    if (strcmp(file, "*.iso") == 0)
        return has_iso(image);
    struct pxed_slice folder = catalogue_folder(image->catalogue, image->os);
    if (snprintf(name, sizeof(name), "os/%.*s/%s", PXED_S(folder), file) >= (int)sizeof(name))
        return false;
    return catalogue_boot_file(image->catalogue, name, NULL) || is_inside(image, file);
}

bool catalogue_program_exists(const struct catalogue *c, const char *name) {
    char path[PATH_MAX];
    const struct pxed_list *loaders = &c->settings.loader_path;
    const char *first[] = {"boot/os", "tftp/os"};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        if (snprintf(path, sizeof(path), "%s/%s%s", c->settings.root, first[i], name) < (int)sizeof(path) &&
            faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
            return true;
    for (size_t i = 0; i < loaders->n; i++)
        if (snprintf(path, sizeof(path), "%s%s", loaders->items[i], name) < (int)sizeof(path) &&
            faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
            return true;
    return false;
}

bool catalogue_own_files(struct catalogue_image *image, const struct catalogue_os *os) {
    bool there = catalogue_image_has(image, os->kernel);
    for (size_t i = 0; i < os->n_initrds && there; i++)
        there = catalogue_image_has(image, os->initrds[i]);
    return there;
}
