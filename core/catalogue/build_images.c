/* Checks each image, opening its files as serving would. */
#define _GNU_SOURCE
#include "build_images.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "build_system.h"
#include "build_trouble.h"
#include "catalogue_iso.h"
#include "catalogue_os.h"
#include "image_files.h"
#include "image_find.h"
#include "image_missing.h"
#include "image_names.h"

/* The name of a file in this line of [os ID]; unset: it names none. */
static struct pxed_slice own_name(const struct build *b, const char *section, const struct ini_entry *e) {
    static const char *const keys[] = {"kernel", "iso", "boot", "multiboot", "multiboot2", "efi", "memdisk"};
    struct pxed_slice value = pxed_slice_of(e->value);
    if (strcmp(e->key, "initrd") == 0)
        return build_has_modules(b->in->ini, section) ? pxed_slice_word(&value, " ") : value;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(e->key, keys[i]) == 0)
            return value;
    return PXED_NO_SLICE;
}

static void judge_own_names(struct build *b, struct catalogue_os *os) {
    const char *section = catalogue_section(b->in->ini, os->id.text);
    for (size_t i = 0; section && i < b->in->ini->n; i++) {
        const struct ini_entry *e = &b->in->ini->entries[i];
        struct pxed_slice name = strcmp(e->section, section) == 0 ? own_name(b, section, e) : PXED_NO_SLICE;
        if (name.len == 0 || catalogue_name_speakable(name))
            continue;
        const char *said = pxed_arena_printf(&b->c->arena,
                                             "%s = %s: a blank or one of #?%%\"\\ in the file's name: loaders split or "
                                             "misread it; rename the file",
                                             e->key, e->value);
        pxed_diag_add(b->diags, PXED_HOST_ERROR, e->file, e->line, "%s", said);
        for (size_t k = 0; k < b->c->n_hosts; k++)
            if (b->c->hosts[k].os == os)
                build_note_trouble(b, &b->c->hosts[k], PXED_WHY_HOST_BROKEN, e->file, e->line, said);
    }
}

static bool is_empty(const struct build *b, const struct catalogue_os *os, const char *file) {
    const struct catalogue_iso_item *iso;
    struct stat st;
    struct pxed_slice folder = catalogue_folder(b->c, os->id.text);
    if (catalogue_image_file(b->c, pxed_arena_printf(&b->c->arena, "os/%.*s/%s", PXED_S(folder), file), &st))
        return st.st_size == 0;
    const struct iso_file *inside = catalogue_iso_file(b->c, os->id.text, pxed_slice_of(file), &iso);
    return inside && inside->size == 0;
}

static const char *where_is(struct build *b, const struct catalogue_os *os, const char *file) {
    const char *path = catalogue_image_path(b->c, os->id.text, file, &b->c->arena);
    return path ? path
                : pxed_arena_printf(&b->c->arena, "%s/os/%.*s/%s", b->c->boot_dir,
                                    PXED_S(catalogue_folder(b->c, os->id.text)), file);
}

static void judge_sizes(struct build *b, const struct catalogue_os *os) {
    const char *told[32];
    size_t n = 0;
    for (const struct pxed_boot *row = os->profile->boots; row && row->how != PXED_HOW_LOCAL; row++) {
        const char *names[6] = {os->kernel ? os->kernel : row->kernel};
        for (size_t i = 0; i < 4; i++)
            names[i + 1] = os->n_initrds > 0 || os->kernel ? os->initrds[i] : row->initrd[i];
        for (size_t i = 0; i < 6; i++) {
            bool seen = !names[i] || names[i][0] == '/' || n == 32;
            for (size_t k = 0; k < n && !seen; k++)
                seen = strcmp(told[k], names[i]) == 0;
            if (seen || !is_empty(b, os, names[i]))
                continue;
            told[n++] = names[i];
            pxed_diag_add(b->diags, PXED_WARNING, os->file, os->line,
                          "%s is empty: no machine can boot it; copy it again", where_is(b, os, names[i]));
        }
    }
}

/* Files that wimboot adds to the booted system: render_plan.c leaves these out. */
static void judge_injected(struct build *b, const struct catalogue_os *os) {
    const char *folder;
    for (size_t i = 0; (folder = catalogue_image_dir(b->c, os->id.text, i, "inject", &b->c->arena)); i++) {
        DIR *dir = opendir(folder);
        for (struct dirent *e; dir && (e = readdir(dir));)
            if (e->d_name[0] != '.' && !catalogue_name_speakable(pxed_slice_of(e->d_name)))
                pxed_diag_add(b->diags, PXED_WARNING, os->file, os->line,
                              "%s/%s is left out: a blank or one of #?%%\"\\ in its name; rename it", folder,
                              e->d_name);
        if (dir)
            closedir(dir);
    }
}

static void judge_files(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++) {
        if (!b->c->systems[i]->profile)
            continue;
        judge_sizes(b, b->c->systems[i]);
        judge_injected(b, b->c->systems[i]);
    }
}

/* Can no machine boot this image? NO_PLAN for all firmware is a gap of the profile, not a missing file. */
static bool lacks_image(struct build *b, const struct catalogue_os *os) {
    struct catalogue_image image = {b->c, os->id.text};
    bool missing = false;
    if (os->iso)
        return !catalogue_iso(b->c, os, &b->c->arena).ptr;
    if (os->kernel)
        return !catalogue_own_files(&image, os);
    for (unsigned fw = 0; fw < PXED_FW_OTHER; fw++)
        for (unsigned loader = PXED_LOADER_GPXE; loader < PXED_LOADER_COUNT; loader++) {
            struct profile_client client = {(enum pxed_firmware)fw, (enum pxed_loader)loader, os->via};
            enum pxed_reason why;
            bool handover;
            if (profile_boot(os->profile, &client, catalogue_image_has, &image, &handover, &why) ||
                why == PXED_WHY_NO_BOOT_PROGRAM) /* reported by its own warning */
                return false;
            missing |= why == PXED_WHY_NO_IMAGE;
        }
    return missing;
}

/* `plugin =` names a plugin that lives by keys of [os ID], and none of them is there. */
static void warn_empty(struct build *b, const struct catalogue_os *os) {
    const char *keys = "";
    for (const char *const *key = CATALOGUE_HAS_OP(os->ops, only_with) ? os->ops->only_with : NULL; key && *key; key++)
        keys = pxed_arena_printf(&b->c->arena, "%s%s%s =", keys, *keys ? ", " : "", *key);
    if (*keys && os->profile->boots->how == PXED_HOW_LOCAL && !os->iso)
        pxed_diag_add(
            b->diags, PXED_WARNING, os->file, os->line,
            "nothing to boot for '%.*s': its hosts boot their disks (NO_PLAN); %s wants one of %s in [os %.*s]",
            PXED_S(os->id.text), os->plugin, keys, PXED_S(os->id.text));
}

static void warn_images(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++) {
        struct catalogue_os *os = b->c->systems[i];
        if (os->profile)
            warn_empty(b, os);
        if (!os->profile || !lacks_image(b, os))
            continue;
        os->lacks = catalogue_missing(b->c, os, &b->c->arena);
        pxed_diag_add(b->diags, PXED_WARNING, os->file, os->line,
                      "no image for '%.*s': its hosts boot their disks (NO_IMAGE); %s", PXED_S(os->id.text), os->lacks);
    }
}

static bool loader_of(struct pxed_slice file, enum pxed_loader *ret) {
    static const struct {
        const char *pattern;
        enum pxed_loader loader;
    } rows[] = {{"*pxelinux*", PXED_LOADER_PXELINUX},
                {"*grub*", PXED_LOADER_GRUB},
                {"*undionly*", PXED_LOADER_IPXE},
                {"*snponly*", PXED_LOADER_IPXE},
                {"*ipxe*", PXED_LOADER_IPXE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (pxed_slice_match(pxed_slice_of(rows[i].pattern), file)) {
            *ret = rows[i].loader;
            return true;
        }
    return false;
}

/* Can this loader start that system on any firmware? Missing files are another matter. */
static bool can_start(struct build *b, const struct catalogue_os *os, enum pxed_loader loader) {
    struct catalogue_image image = {b->c, os->id.text};
    for (unsigned fw = 0; fw < PXED_FW_OTHER; fw++) {
        struct profile_client client = {(enum pxed_firmware)fw, loader, os->via};
        enum pxed_reason why;
        bool handover;
        if (profile_boot(os->profile, &client, catalogue_image_has, &image, &handover, &why) || why != PXED_WHY_NO_PLAN)
            return true;
    }
    return false;
}

/* A host's own loader= that has no words for what its system needs. A section's loader is judged once for a row of
 * hosts. */
static void warn_loaders(struct build *b) {
    const struct catalogue_os *judged_os = NULL;
    enum pxed_loader judged = PXED_LOADER_NONE;
    bool starts = false;
    for (size_t i = 0; i < b->c->n_hosts; i++) {
        const struct catalogue_host *h = &b->c->hosts[i];
        const struct pxed_var *v = pxed_host_var(&h->pub, "loader");
        enum pxed_loader loader;
        if (!v || !h->os->profile || h->os->kernel || h->os->iso || !loader_of(v->value, &loader))
            continue;
        if (h->os != judged_os || loader != judged)
            starts = can_start(b, h->os, loader);
        judged_os = h->os;
        judged = loader;
        if (!starts)
            pxed_diag_add(b->diags, PXED_WARNING, v->file ? v->file : h->pub.file, v->file ? v->line : h->pub.line,
                          "loader=%.*s: %s cannot start '%.*s': the host boots its disk (NO_PLAN); name another loader",
                          PXED_S(v->value), pxed_loader_names[loader], PXED_S(h->os->id.text));
    }
}

/* Two names that differ only in case, neither of them as asked: none is taken. */
static void warn_pairs(struct build *b) {
    const char *pair, *one, *other;
    for (size_t i = 0; i < b->c->n_systems; i++)
        for (size_t k = 0; k < b->c->n_bases; k++)
            if ((one = image_folder_pair(&b->c->bases[k], b->c->systems[i]->id.text, &other)) && other)
                pxed_diag_add(b->diags, PXED_WARNING, b->c->systems[i]->file, b->c->systems[i]->line,
                              "%s/%s and %s differ only in case, and neither is '%.*s': none is used; rename one",
                              b->c->bases[k].path, one, other, PXED_S(b->c->systems[i]->id.text));
    for (size_t i = 0; (pair = image_names_pair(b->c, i)); i++)
        pxed_diag_add(b->diags, PXED_WARNING, b->c->settings.file, 0,
                      "%s differ only in case, and neither is spelled as it is asked for: none is served; rename one",
                      pair);
}

void build_judge_names(struct build *b) {
    for (size_t i = 0; i < b->c->n_systems; i++)
        judge_own_names(b, b->c->systems[i]);
}

void build_judge_images(struct build *b) {
    judge_files(b);
    warn_images(b);
    warn_loaders(b);
    warn_pairs(b);
}
