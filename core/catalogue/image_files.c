/* Looks for the files of a plan where serving would find them. */
#define _GNU_SOURCE
#include "image_files.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalogue_iso.h"
#include "catalogue_os.h"
#include "image_find.h"
#include "looked.h"
#include "pxed/path.h"

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

static bool look_into(void *ctx, const char *file) {
    const struct catalogue_image *image = ctx;
    char name[PXED_PATH_MAX];
    if (file[0] == '/')
        return catalogue_program_exists(image->catalogue, file);
    if (strcmp(file, "*.iso") == 0)
        return has_iso(image);
    struct pxed_slice folder = catalogue_folder(image->catalogue, image->os);
    if (snprintf(name, sizeof(name), "os/%.*s/%s", PXED_S(folder), file) >= (int)sizeof(name))
        return false;
    return catalogue_image_file(image->catalogue, name, NULL) || is_inside(image, file);
}

bool catalogue_image_has(void *ctx, const char *file) {
    const struct catalogue_image *image = ctx;
    return looked_image(image->catalogue, image->os, file, look_into, ctx);
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
