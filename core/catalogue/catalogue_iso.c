/* ISOs among the images: found and read while a generation is built, looked up by OS id afterwards. OS ids that no line
 * names are included, because `pxed arm --os` may name them later. */
#define _GNU_SOURCE
#include "catalogue_iso.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_base.h"
#include "image_find.h"
#include "os_id.h"
#include "pxed/grow.h"

enum { ISOS_MAX = 16 /* in one folder: the discs of a set */ };

/* --- finding them --- */

static bool is_iso_name(const char *name) {
    size_t n = strlen(name);
    return name[0] != '.' && n > 4 && pxed_slice_eq_nocase(pxed_slice_of(name + n - 4), PXED_SLICE(".iso"));
}

static int isos_by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By folder name or OS id: exact, else ignoring case. */
static struct catalogue_isos *find_isos(const struct catalogue *c, struct pxed_slice id) {
    struct catalogue_isos *found = NULL;
    struct pxed_slice folder = catalogue_folder(c, id);
    for (size_t i = 0; i < c->n_isos; i++) {
        if (pxed_slice_eq(c->isos[i].id, folder))
            return &c->isos[i];
        if (!found && pxed_slice_eq_nocase(c->isos[i].id, folder))
            found = &c->isos[i];
    }
    return found;
}

static struct catalogue_isos *add_isos(struct catalogue *c, struct pxed_slice id) {
    PXED_ARENA_GROW(&c->arena, c->isos, c->n_isos);
    struct catalogue_isos *set = &c->isos[c->n_isos++];
    set->id = pxed_arena_dup(&c->arena, id);
    set->items = PXED_NEWS(&c->arena, struct catalogue_iso_item, ISOS_MAX);
    return set;
}

/* Of two folders with an ISO of this name the first is searched first when it is opened. */
static bool is_listed(const char *const *names, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void list_isos(struct catalogue *c, const struct image_base *base, const char *folder, const char ***names,
                      size_t *n) {
    int fd = image_open_in(c, base, folder);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!is_iso_name(e->d_name) || is_listed(*names, *n, e->d_name))
            continue;
        PXED_GROW(*names, *n);
        (*names)[(*n)++] = pxed_arena_dup(&c->arena, pxed_slice_of(e->d_name)).ptr;
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
}

/* The ISOs in the image's folders sorted by name; those beyond ISOS_MAX are only counted. */
static void scan_folder(struct catalogue *c, struct pxed_slice id) {
    const char **names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->n_bases; i++) {
        const char *folder = image_folder_in(&c->bases[i], id);
        if (folder)
            list_isos(c, &c->bases[i], folder, &names, &n);
    }
    if (n > 0) {
        struct catalogue_isos *set = add_isos(c, id);
        qsort(names, n, sizeof(*names), isos_by_name);
        for (size_t i = 0; i < n && i < ISOS_MAX; i++)
            set->items[set->n++].name = pxed_arena_printf(&c->arena, "os/%.*s/%s", PXED_S(id), names[i]);
        set->n_left = n - set->n;
    }
    free(names);
}

/* [os ID] iso =: only that one, from the id's own folder or from boot/os. */
static const char *named_iso(const struct catalogue *c, struct pxed_slice id, const char *iso,
                             struct pxed_arena *arena) {
    const char *names[] = {pxed_arena_printf(arena, "os/%.*s/%s", PXED_S(id), iso),
                           pxed_arena_printf(arena, "os/%s", iso)};
    for (size_t i = 0; i < 2; i++)
        if (catalogue_image_file(c, names[i], NULL))
            return names[i];
    return NULL;
}

static void find_named(struct catalogue *c, const struct ini *ini) {
    struct pxed_os_id parsed;
    for (size_t i = 0; i < ini->n_sections; i++) {
        const char *section = ini->sections[i].name;
        const struct ini_entry *e = strncmp(section, "os ", 3) == 0 ? ini_get(ini, section, "iso") : NULL;
        struct pxed_slice id = pxed_slice_trim(pxed_slice_of(section + (e ? 3 : 0)));
        if (!e || !*e->value || !catalogue_id_parse(id, &c->arena, &parsed) || find_isos(c, id))
            continue;
        struct pxed_slice folder = catalogue_folder(c, id);
        PXED_ARENA_GROW(&c->arena, c->iso_names, c->n_iso_names);
        c->iso_names[c->n_iso_names++] = pxed_arena_dup(&c->arena, pxed_slice_of(e->value)).ptr;
        struct catalogue_isos *set = add_isos(c, folder);
        const char *name = named_iso(c, folder, e->value, &c->arena);
        set->named = true;
        if (name)
            set->items[set->n++].name = name;
    }
}

static void find_dropped(struct catalogue *c) {
    struct pxed_os_id id;
    for (size_t b = 0; b < c->n_bases; b++)
        for (size_t i = 0; i < c->bases[b].n_folders; i++) {
            struct pxed_slice name = pxed_slice_of(c->bases[b].folders[i]);
            const struct catalogue_isos *known = find_isos(c, name);
            if (catalogue_id_parse(name, &c->arena, &id) && !(known && pxed_slice_eq(known->id, name)))
                scan_folder(c, name);
        }
}

/* --- reading them --- */

static void read_iso(struct catalogue *c, struct catalogue_iso_item *item) {
    char why[ISO_WHY_MAX];
    enum iso_error error = ISO_OK;
    struct stat st;
    int fd = catalogue_open_image(c, pxed_slice_of(item->name), &st);
    int opened = errno;
    item->path = catalogue_name_path(c, pxed_slice_of(item->name), &c->arena);
    if (!item->path)
        item->path = pxed_arena_printf(&c->arena, "%s/%s", c->boot_dir, item->name);
    if (fd < 0 && opened == EXDEV)
        item->why = "it is a link that leads out of root and of image-path; name the folder it leads into with "
                    "image-path = FOLDER in [pxed]";
    else if (fd < 0)
        item->why = pxed_arena_dup(&c->arena, pxed_slice_of(strerror(opened))).ptr;
    else if (!(item->index = iso_get(fd, &error, why)))
        item->why = pxed_arena_dup(&c->arena, pxed_slice_of(why)).ptr;
    item->foreign = error == ISO_FOREIGN;
    if (fd >= 0)
        close(fd);
}

void catalogue_isos_read(struct catalogue *c, const struct ini *ini) {
    find_named(c, ini);
    find_dropped(c);
    for (size_t i = 0; i < c->n_isos; i++)
        for (size_t k = 0; k < c->isos[i].n; k++)
            read_iso(c, &c->isos[i].items[k]);
}

/* An image of a floppy or hard disk: it begins with a boot sector. */
static bool is_disk(const struct catalogue *c, const struct catalogue_iso_item *item) {
    uint8_t end[2] = {0};
    int fd = catalogue_open_image(c, pxed_slice_of(item->name), NULL);
    bool boots = fd >= 0 && pread(fd, end, 2, 510) == 2 && end[0] == 0x55 && end[1] == 0xaa;
    if (fd >= 0)
        close(fd);
    return boots;
}

static void warn_iso(const struct catalogue *c, const struct catalogue_iso_item *item, bool named, const char *file,
                     unsigned line, struct pxed_diags *diags) {
    const struct iso *iso = item->index;
    if (!iso && named && item->foreign) { /* booted whole: anything that a BIOS can boot */
        if (!is_disk(c, item))
            pxed_diag_add(diags, PXED_WARNING, file, line,
                          "%s is neither an ISO (%s) nor a disk's image with a boot sector: no machine can boot it",
                          item->path, item->why);
    } else if (!iso)
        pxed_diag_add(diags, PXED_WARNING, file, line, "no file inside %s can be served: %s", item->path, item->why);
    if (!named && !catalogue_name_speakable(pxed_slice_of(item->name)))
        pxed_diag_add(diags, PXED_WARNING, file, line,
                      "%s: a blank or one of #?%%\"\\ in its name: it cannot be booted whole; rename it", item->path);
    for (size_t i = 0; iso && i < iso->n_notes && i < ISO_NOTES_MAX; i++)
        pxed_diag_add(diags, PXED_WARNING, file, line, "%s is not served whole from inside: %s", item->path,
                      iso->notes[i]);
    if (iso && iso->n_notes > ISO_NOTES_MAX)
        pxed_diag_add(diags, PXED_WARNING, file, line, "and %zu more in %s", iso->n_notes - ISO_NOTES_MAX, item->path);
}

void catalogue_isos_warn(const struct catalogue *c, struct pxed_diags *diags) {
    for (size_t i = 0; i < c->n_isos; i++) {
        const struct catalogue_isos *set = &c->isos[i];
        const struct catalogue_os *os = catalogue_os(c, set->id);
        const char *file = os ? os->file : c->settings.file;
        unsigned line = os ? os->line : 0;
        for (size_t k = 0; k < set->n; k++)
            warn_iso(c, &set->items[k], set->named, file, line, diags);
        if (set->n_left > 0)
            pxed_diag_add(diags, PXED_WARNING, file, line,
                          "the image folder %.*s holds more than %d ISOs: the last %zu are not looked into",
                          PXED_S(set->id), ISOS_MAX, set->n_left);
    }
}

/* --- asking them --- */

const struct iso_file *catalogue_iso_file(const struct catalogue *c, struct pxed_slice id, struct pxed_slice file,
                                          const struct catalogue_iso_item **ret_iso) {
    const struct catalogue_isos *set = find_isos(c, id);
    for (size_t i = 0; set && i < set->n; i++) {
        const struct iso_file *found = set->items[i].index ? iso_find(set->items[i].index, file) : NULL;
        *ret_iso = &set->items[i];
        if (found)
            return found;
    }
    return NULL;
}

const char *catalogue_iso_glob(const struct catalogue *c, struct pxed_slice id, const char *pattern) {
    const struct catalogue_isos *set = find_isos(c, id);
    const char *found = NULL;
    for (size_t i = 0; set && i < set->n && !found; i++)
        found = set->items[i].index ? iso_glob(set->items[i].index, pattern) : NULL;
    return found;
}

struct pxed_slice catalogue_iso(const struct catalogue *c, const struct catalogue_os *os, struct pxed_arena *arena) {
    if (os->iso)
        return pxed_slice_of(named_iso(c, catalogue_folder(c, os->id.text), os->iso, arena));
    const struct catalogue_isos *set = find_isos(c, os->id.text);
    const char *name = set && set->n > 0 ? set->items[0].name : NULL;
    bool there = name && catalogue_image_file(c, name, NULL);
    return pxed_slice_of(there ? name : NULL);
}

/* A file kept in the index has no extent: its bytes are put into a file of their own. */
static int open_bytes(const struct iso_file *file) {
    int fd = memfd_create("pxed-iso", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, file->bytes, (size_t)file->size) != (ssize_t)file->size) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int open_inside(const struct catalogue *c, struct pxed_slice id, const char *name, uint64_t *ret_offset,
                       uint64_t *ret_size) {
    const struct catalogue_iso_item *item;
    const struct iso_file *file = catalogue_iso_file(c, id, pxed_slice_of(name), &item);
    struct stat st;
    if (!file)
        return -1;
    *ret_offset = file->bytes ? 0 : file->offset;
    *ret_size = file->size;
    if (file->bytes)
        return open_bytes(file);
    int fd = catalogue_open_image(c, pxed_slice_of(item->name), &st);
    if (fd >= 0 && !iso_is(item->index, &st)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int catalogue_image_open(const struct catalogue *c, const struct catalogue_os *os, const char *file,
                         uint64_t *ret_offset, uint64_t *ret_size) {
    char path[PATH_MAX];
    struct stat st;
    if (snprintf(path, sizeof(path), "os/%.*s/%s", PXED_S(catalogue_folder(c, os->id.text)), file) >= (int)sizeof(path))
        return -1;
    int fd = catalogue_open_image(c, pxed_slice_of(path), &st);
    if (fd >= 0) {
        *ret_offset = 0;
        *ret_size = (uint64_t)st.st_size;
        return fd;
    }
    return open_inside(c, os->id.text, file, ret_offset, ret_size);
}
