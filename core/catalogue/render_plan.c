/* Makes a plan from a profile's row: which row, which files, under which names. */
#define _GNU_SOURCE
#include "render_plan.h"

#include <dirent.h>
#include <stdlib.h>

#include "answer.h"
#include "catalogue_iso.h"
#include "catalogue_os.h"
#include "image_files.h"
#include "image_find.h"
#include "os_secure.h"

enum { INJECTED_NAME_MAX = 31 }; /* limit of wimboot, vdisk.h */

static struct pxed_slice image_path(const struct render *r, const char *file) {
    return pxed_slice_of(
        pxed_arena_printf(r->arena, "os/%.*s/%s", PXED_S(catalogue_folder(r->catalogue, r->os->id.text)), file));
}

static void add_initrd(struct pxed_plan *plan, struct pxed_slice path, struct pxed_slice as) {
    if (plan->n_initrds == PXED_PLAN_INITRDS)
        return;
    plan->initrds[plan->n_initrds].path = path;
    plan->initrds[plan->n_initrds++].as = as;
}

/* --- which row --- */

/* [os ID] kernel and initrd replace the row's files; the row still gives the method and the arguments. */
static const struct pxed_boot *own_row(const struct render *r, const struct profile_client *client) {
    for (const struct pxed_boot *b = r->os->profile->boots; b && b->how != PXED_HOW_LOCAL; b++)
        if ((!b->firmware || (b->firmware & PXED_FW_BIT(client->firmware))) &&
            (!b->loaders || (b->loaders & PXED_LOADER_BIT(client->loader))))
            return b;
    return NULL;
}

/* The profile's own row for a whole ISO, which says who takes it; or that of a profile that has none. */
static struct pxed_boot iso_row(const struct pxed_profile *profile) {
    for (const struct pxed_boot *b = profile->boots; b && b->how != PXED_HOW_LOCAL; b++)
        if (b->how == PXED_HOW_MEMDISK) {
            struct pxed_boot row = *b;
            row.when = NULL; /* the operator said it is one */
            return row;
        }
    return (struct pxed_boot){.firmware = PXED_FW_BIT(PXED_FW_BIOS),
                              .how = PXED_HOW_MEMDISK,
                              .kernel = "/memdisk",
                              .initrd = {"*.iso"},
                              .args = "iso"};
}

static enum pxed_reason plan_find_row(const struct render *r, const struct profile_client *client,
                                      struct pxed_boot *ret, bool *ret_handover) {
    struct catalogue_image image = {r->catalogue, r->os->id.text};
    const struct pxed_profile *profile = r->os->profile;
    struct profile_client who = *client;
    struct pxed_boot rows[2] = {{0}, {0}};
    struct pxed_profile only = {.boots = rows};
    enum pxed_reason why = PXED_WHY_OK;
    const struct pxed_boot *row;
    *ret_handover = false;
    if (r->os->kernel) {
        row = own_row(r, client);
        why = !catalogue_own_files(&image, r->os) ? PXED_WHY_NO_IMAGE : row ? PXED_WHY_OK : PXED_WHY_NO_PLAN;
    } else {
        if (r->os->iso && client->firmware == PXED_FW_BIOS && client->via != PROFILE_VIA_WIMBOOT) {
            rows[0] = iso_row(profile);
            profile = &only;
        } else if (r->os->iso && who.via == PROFILE_VIA_AUTO) {
            who.via = PROFILE_VIA_WIMBOOT; /* booted whole it is for BIOS; a WIM inside it may boot UEFI */
        }
        row = profile_boot(profile, &who, catalogue_image_has, &image, ret_handover, &why);
        if (!row && r->os->iso && client->firmware != PXED_FW_BIOS && why != PXED_WHY_NO_BOOT_PROGRAM)
            why = PXED_WHY_NEEDS_BIOS;
    }
    if (!row || (why != PXED_WHY_OK && r->os->kernel))
        return why;
    *ret = *row;
    return PXED_WHY_OK;
}

/* --- files that wimboot adds to the booted system, and modules of one machine --- */

static int plan_by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_injectable(const struct dirent *e) {
    return e->d_name[0] != '.' && (e->d_type == DT_REG || e->d_type == DT_LNK) &&
           strlen(e->d_name) <= INJECTED_NAME_MAX && catalogue_name_speakable(pxed_slice_of(e->d_name));
}

static bool is_injected(const struct pxed_plan *plan, struct pxed_slice name) {
    for (size_t i = 0; i < plan->n_initrds; i++)
        if (pxed_slice_eq_nocase(plan->initrds[i].as, name))
            return true;
    return false;
}

/* The operator's own files: network drivers, tools. */
static void inject_folder(const struct render *r, struct pxed_plan *plan) {
    struct dirent **found;
    const char *folder;
    for (size_t k = 0; (folder = catalogue_image_dir(r->catalogue, r->os->id.text, k, "inject", r->arena)); k++) {
        int n = scandir(folder, &found, is_injectable, plan_by_name);
        for (int i = 0; i < n; i++) {
            struct pxed_slice name = pxed_arena_dup(r->arena, pxed_slice_of(found[i]->d_name));
            if (!is_injected(plan, name))
                add_initrd(plan, image_path(r, pxed_arena_printf(r->arena, "inject/%s", name.ptr)), name);
            free(found[i]);
        }
        if (n >= 0)
            free(found);
    }
}

/* The answer file comes last: it uses up the arming, so everything else has arrived by then. illumos shows a module
 * with this type as /system/boot/NAME. */
static void inject_files(struct render *r, struct pxed_plan *plan, bool answer) {
    const char *module = plan->how == PXED_HOW_WIMBOOT ? "" : "type=file name=";
    struct catalogue_image image = {r->catalogue, r->os->id.text};
    const struct pxed_profile *profile = r->os->profile;
    for (const struct pxed_file *f = profile->files; f && f->name; f++) {
        if (!(f->flags & PXED_FILE_INJECT) || ((f->flags & PXED_FILE_ANSWER) != 0) != answer ||
            profile_file(profile, pxed_slice_of(f->name), catalogue_image_has, &image) != f)
            continue;
        /* A build without a cross compiler has no helper: a name that answers 404 would end the boot. */
        if ((f->flags & PXED_FILE_RAW) && !catalogue_text(r->catalogue, render_template(r, f)).ptr)
            continue;
        add_initrd(plan, render_file_path(r, f), pxed_slice_of(pxed_arena_printf(r->arena, "%s%s", module, f->name)));
    }
}

/* --- the plan --- */

static void add_args(struct render *r, const struct pxed_boot *row, struct pxed_plan *plan) {
    struct pxed_slice args = row->args ? render_line(r, row->args) : PXED_SLICE("");
    struct pxed_slice extra = pxed_host_value(&r->host->pub, "args");
    const char *text = pxed_arena_dup(r->arena, extra).ptr;
    if (extra.len > 0 && strstr(text, "{{"))
        extra = render_line(r, text);
    plan->args =
        extra.len > 0
            ? pxed_slice_of(pxed_arena_printf(r->arena, "%.*s%s%.*s", PXED_S(args), args.len ? " " : "", PXED_S(extra)))
            : args;
}

/* The name that the boot program uses for the file, if the row gives one. */
static struct pxed_slice name_of(const struct render *r, const char *file) {
    for (size_t i = 0; i < r->os->n_as; i++)
        if (strcmp(r->os->as[i].key, file) == 0)
            return pxed_slice_of(r->os->as[i].value);
    return PXED_NO_SLICE;
}

/* A module's arguments are a template, as the kernel's are. */
static void add_module(struct render *r, struct pxed_plan *plan, struct pxed_slice path, struct pxed_slice as) {
    bool module = plan->how == PXED_HOW_MULTIBOOT || plan->how == PXED_HOW_MULTIBOOT2;
    if (module && as.len > 0)
        as = render_line(r, pxed_arena_dup(r->arena, as).ptr);
    add_initrd(plan, path, as);
}

static void add_row_files(struct render *r, const struct pxed_boot *row, struct pxed_plan *plan) {
    for (size_t i = 0; i < sizeof(row->initrd) / sizeof(row->initrd[0]) && row->initrd[i]; i++) {
        bool iso = strcmp(row->initrd[i], "*.iso") == 0;
        struct pxed_slice path = iso ? catalogue_iso(r->catalogue, r->os, r->arena) : image_path(r, row->initrd[i]);
        add_module(r, plan, path, name_of(r, row->initrd[i]));
    }
}

/* Does this server see that the arming is used up, although all image files come from elsewhere? */
static bool is_spent_here(const struct render *r, const struct pxed_plan *plan) {
    return r->os->live || (plan->how != PXED_HOW_MEMDISK && answer_row(r->catalogue, r->host, r->os));
}

/* The image's files come from the mirror, all others from here: texts for the machine, memdisk, wimboot. Where no
 * answer file uses up the arming the last file does, so it stays here. */
static void send_elsewhere(const struct render *r, bool kernel, struct pxed_plan *plan) {
    size_t n = plan->n_initrds;
    if (!r->images)
        return;
    if (!is_spent_here(r, plan)) {
        kernel &= n > 0;
        n -= n > 0;
    }
    plan->elsewhere = kernel;
    for (size_t i = 0; i < n; i++)
        if (pxed_slice_starts(plan->initrds[i].path, PXED_SLICE("os/")))
            plan->elsewhere |= UINT64_C(2) << i;
    if (plan->elsewhere)
        plan->images = pxed_slice_of(r->images);
}

/* A loader would split a name at a blank and fetch only half of it. */
static bool is_speakable(const struct pxed_plan *plan) {
    bool well = catalogue_name_speakable(plan->kernel);
    for (size_t i = 0; i < plan->n_initrds; i++)
        well &= catalogue_name_speakable(plan->initrds[i].path);
    return well;
}

/* The CA goes into the initramfs. Only iPXE packs a file; NONE: it is not known yet which loader will ask. */
static bool add_ca(const struct render *r, enum pxed_loader loader, struct pxed_plan *plan) {
    if (loader != PXED_LOADER_NONE && loader != PXED_LOADER_IPXE)
        return false;
    if (plan->how != PXED_HOW_LINUX || plan->n_initrds == PXED_PLAN_INITRDS)
        return false;
    add_initrd(plan, PXED_SLICE("ca.pem"), pxed_slice_of(render_tls(r->os)));
    return true;
}

enum pxed_reason render_plan(struct render *r, enum pxed_firmware firmware, enum pxed_loader loader,
                             struct pxed_plan *ret) {
    struct profile_client client = {firmware, loader, r->os->via};
    struct pxed_boot row = {0};
    bool handover;
    memset(ret, 0, sizeof(*ret));
    if (r->host->rare->trouble != PXED_WHY_OK)
        return r->host->rare->trouble;
    if (!r->os->profile)
        return PXED_WHY_NO_PROFILE;
    enum pxed_reason why = plan_find_row(r, &client, &row, &handover);
    if (why != PXED_WHY_OK)
        return why;
    ret->how = handover ? PXED_HOW_PXELINUX : row.how;
    if (handover)
        return PXED_WHY_OK;
    const char *kernel = r->os->kernel ? r->os->kernel : row.kernel;
    ret->kernel = kernel[0] == '/' ? pxed_slice_of(pxed_arena_printf(r->arena, "os%s", kernel)) : image_path(r, kernel);
    for (size_t i = 0; i < r->os->n_initrds; i++)
        add_module(r, ret, image_path(r, r->os->initrds[i]),
                   row.how == PXED_HOW_LINUX ? PXED_NO_SLICE : pxed_slice_of(r->os->initrd_as[i]));
    if (!r->os->kernel)
        add_row_files(r, &row, ret);
    if (row.how == PXED_HOW_WIMBOOT)
        inject_folder(r, ret);
    if (row.how == PXED_HOW_WIMBOOT || row.how == PXED_HOW_MULTIBOOT || row.how == PXED_HOW_MULTIBOOT2) {
        inject_files(r, ret, false);
        inject_files(r, ret, true);
    }
    add_args(r, &row, ret);
    if (r->by_tls && !add_ca(r, loader, ret))
        return PXED_WHY_NO_DIALECT;
    if (r->os->secure && row.how == PXED_HOW_LINUX && pxed_firmware_is_efi(firmware))
        ret->shim = os_secure_shim(r->catalogue, r->os->secure);
    send_elsewhere(r, kernel[0] != '/', ret);
    return is_speakable(ret) ? PXED_WHY_OK : PXED_WHY_HOST_BROKEN;
}
