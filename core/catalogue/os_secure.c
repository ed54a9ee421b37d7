/* Finds and reads the files of an image that matter where Secure Boot is on. */
#include "os_secure.h"

#include <unistd.h>

#include "catalogue_iso.h"
#include "image_files.h"
#include "loaders_window.h"
#include "os_id.h"

struct read_file {
    struct loader is;
    struct loader_signer signers[LOADER_SIGNATURES_MAX];
    size_t n_signers;
};

static bool read_file(const struct catalogue *c, const struct catalogue_os *os, const char *name,
                      struct read_file *ret) {
    uint64_t from = 0, size = 0;
    struct loaders_window window;
    *ret = (struct read_file){0};
    int fd = catalogue_image_open(c, os, name, &from, &size);
    if (fd < 0)
        return false;
    loaders_window_open(&window, fd, from);
    struct loader_file file = {size, loaders_window_read, &window};
    char magic[2] = "";
    bool pe = loaders_window_read(&window, 0, magic, sizeof(magic)) && magic[0] == 'M' && magic[1] == 'Z';
    bool known = pe && loader_read(&file, &ret->is); /* what firmware does not start has no signature */
    if (known)
        ret->n_signers = loader_signers(&file, &ret->is, ret->signers);
    close(fd);
    return known;
}

/* Firmware's own keys, or one that the site may have enrolled. */
static bool firmware_may_start(const struct read_file *f) {
    for (size_t i = 0; i < f->n_signers; i++)
        if (loader_key_is_firmwares(f->signers[i].key) || f->signers[i].key == LOADER_KEY_OWN)
            return true;
    return false;
}

static bool share_key(const struct loader_signer *a, size_t n_a, const struct loader_signer *b, size_t n_b) {
    for (size_t i = 0; i < n_a; i++)
        for (size_t k = 0; k < n_b; k++)
            if (a[i].key == b[k].key && strcmp(a[i].name, b[k].name) == 0)
                return true;
    return false;
}

/* The first kernel of the profile's rows that the image has. */
static const char *kernel_of(const struct catalogue *c, const struct catalogue_os *os) {
    struct catalogue_image image = {c, os->id.text};
    if (os->kernel)
        return os->kernel;
    for (const struct pxed_boot *b = os->profile->boots; b && b->how != PXED_HOW_LOCAL; b++)
        if ((b->how == PXED_HOW_LINUX || b->how == PXED_HOW_EFI) && b->kernel && b->kernel[0] != '/' &&
            catalogue_image_has(&image, b->kernel))
            return b->kernel;
    return NULL;
}

/* Installation media have them where removable media are started from (UEFI 2.10, 3.5.1.1). */
static const char *in_boot(struct catalogue *c, const char *name) {
    return pxed_arena_printf(&c->arena, "EFI/BOOT/%s", name);
}

#define NEWER_ISO "; a newer ISO of this system has newer ones"

static const char *tell_revoked(struct catalogue *c, const char *by, const struct loader *shim, const char *name,
                                const struct loader *file) {
    return loaders_revoked(by, shim, pxed_arena_printf(&c->arena, "the image's %s", name), file, NEWER_ISO, &c->arena);
}

/* What one of the image's files is too old for: its own shim's level, or that of the shim that machines start with
 * here, which stays in the firmware. */
static const char *find_revoked(struct catalogue *c, const struct os_secure *s, const struct loader *shim,
                                const struct loader *grub) {
    const struct loaders_rung *rung = loaders_rung(c->loaders, s->machine, LOADERS_SIGNED_GRUB);
    const char *text = loaders_refused(s->shim, shim, pxed_arena_printf(&c->arena, "the image's %s", s->grub), grub,
                                       NEWER_ISO, &c->arena);
    if (!text && rung)
        text = tell_revoked(c, rung->name, &rung->file->is, s->shim, shim);
    if (!text && rung)
        text = tell_revoked(c, rung->name, &rung->file->is, s->grub, grub);
    return text;
}

static void look_at_own(struct catalogue *c, const struct catalogue_os *os, const struct read_file *kernel,
                        struct os_secure *s) {
    struct read_file shim, grub;
    bool x64 = s->machine == LOADER_X64;
    s->shim = in_boot(c, x64 ? "BOOTX64.EFI" : "BOOTAA64.EFI");
    if (!read_file(c, os, s->shim, &shim) || shim.is.program != LOADER_SHIM || shim.is.machine != s->machine ||
        !firmware_may_start(&shim) || !shim.is.next[0])
        return;
    s->next = pxed_arena_dup(&c->arena, pxed_slice_of(shim.is.next)).ptr;
    s->grub = in_boot(c, s->next);
    s->helper = in_boot(c, x64 ? "mmx64.efi" : "mmaa64.efi");
    if (!read_file(c, os, s->grub, &grub) || grub.is.program != LOADER_GRUB || !grub.is.boots_net ||
        !share_key(kernel->signers, kernel->n_signers, grub.signers, grub.n_signers))
        return;
    if ((s->revoked = find_revoked(c, s, &shim.is, &grub.is)))
        return;
    s->shim_keys = loaders_keys(shim.signers, shim.n_signers);
    const char *base = x64 ? "shimx64" : "shimaa64";
    struct pxed_slice folder = catalogue_folder(c, os->id.text);
    s->told = pxed_arena_printf(&c->arena, OS_SECURE_FOLDER "%.*s/%s.efi", PXED_S(folder), base);
    s->disk = pxed_arena_printf(&c->arena, OS_SECURE_FOLDER "%.*s/%s.img", PXED_S(folder), base);
}

static const struct os_secure *look_at(struct catalogue *c, const struct catalogue_os *os) {
    struct read_file kernel;
    const char *name = kernel_of(c, os);
    if (!name || !read_file(c, os, name, &kernel) ||
        (kernel.is.program != LOADER_LINUX && kernel.is.program != LOADER_UKI))
        return NULL;
    if (kernel.is.machine != LOADER_X64 &&
        kernel.is.machine != LOADER_ARM64) /* no others have Secure Boot and a shim */
        return NULL;
    struct os_secure *s = PXED_NEW(&c->arena, struct os_secure);
    const struct loaders_rung *rung = loaders_rung(c->loaders, kernel.is.machine, LOADERS_SIGNED_GRUB);
    s->machine = kernel.is.machine;
    if (kernel.n_signers > 0) {
        s->key = kernel.signers[0].key;
        s->by = pxed_arena_dup(&c->arena, pxed_slice_of(kernel.signers[0].name)).ptr;
    }
    for (size_t i = 0; i < kernel.n_signers; i++)
        s->packaged |= loader_key_is_firmwares(kernel.signers[i].key);
    s->packaged |= rung && share_key(kernel.signers, kernel.n_signers, rung->then->signers, rung->then->n_signers);
    if (!s->packaged && s->key != LOADER_KEY_NONE)
        look_at_own(c, os, &kernel, s);
    return s;
}

void os_secure_look(struct catalogue *c) {
    for (size_t i = 0; i < c->n_systems; i++)
        if (c->systems[i]->profile)
            c->systems[i]->secure = look_at(c, c->systems[i]);
}

const char *os_secure_file(const struct catalogue *c, struct pxed_slice name, const struct catalogue_os **ret_os) {
    struct pxed_slice folder = PXED_SLICE(OS_SECURE_FOLDER);
    if (!pxed_slice_starts(name, folder))
        return NULL;
    ptrdiff_t slash = pxed_slice_find(name, '/', folder.len);
    if (slash < 0)
        return NULL;
    struct pxed_slice base = pxed_slice_skip(name, (size_t)slash + 1);
    const struct catalogue_os *os = catalogue_os(c, pxed_slice_skip(pxed_slice_head(name, (size_t)slash), folder.len));
    const struct os_secure *s = os ? os->secure : NULL;
    if (!s || !s->told || pxed_slice_find(base, '/', 0) >= 0)
        return NULL;
    *ret_os = os;
    return pxed_slice_ends(pxed_slice_of(s->told), base) && pxed_slice_starts(base, PXED_SLICE("shim"))     ? s->shim
           : pxed_slice_eq_nocase(base, pxed_slice_of(s->next))                                             ? s->grub
           : pxed_slice_eq_nocase(base, pxed_slice_skip(pxed_slice_of(s->helper), sizeof("EFI/BOOT/") - 1)) ? s->helper
                                                                                                            : NULL;
}

struct pxed_slice os_secure_shim(const struct catalogue *c, const struct os_secure *s) {
    const struct loaders_rung *rung = loaders_rung(c->loaders, s->machine, LOADERS_SIGNED_GRUB);
    if (s->key != LOADER_KEY_DISTRIBUTION && !s->told)
        return PXED_NO_SLICE;
    return s->told ? pxed_slice_of(s->told) : s->packaged && rung ? pxed_slice_of(rung->name) : PXED_NO_SLICE;
}

bool os_secure_is_straight(const struct os_secure *s, const struct pxed_plan *plan, enum pxed_firmware firmware,
                           bool secure) {
    struct pxed_slice end = PXED_SLICE(".efi"), kernel = plan->kernel; /* by it firmware knows what it gets */
    bool believed =
        loader_key_is_firmwares(s->key) || s->key == LOADER_KEY_OWN || (s->key == LOADER_KEY_NONE && !secure);
    return plan->how == PXED_HOW_EFI && pxed_firmware_is_http(firmware) && s->machine == loaders_machine(firmware) &&
           plan->args.len == 0 && plan->n_initrds == 0 && plan->elsewhere == 0 && believed && kernel.len > end.len &&
           pxed_slice_eq_nocase(pxed_slice_skip(kernel, kernel.len - end.len), end);
}

enum pxed_reason os_secure_judge(const struct os_secure *s, const struct ladder *ladder, struct pxed_arena *arena,
                                 const char **ret_text) {
    if (!s->packaged && s->told && ladder_refuses(ladder, s->shim_keys)) {
        *ret_text = pxed_arena_printf(arena, "its %s is signed by Microsoft's CA of %s alone", s->shim,
                                      s->shim_keys == LADDER_KEY_2011 ? "2011" : "2023");
        return PXED_WHY_SECURE_OTHER_CA;
    }
    if (s->packaged || s->told || s->key == LOADER_KEY_OWN) /* the site's own key may be enrolled */
        return PXED_WHY_OK;
    if (s->key == LOADER_KEY_NONE)
        return PXED_WHY_SECURE_UNSIGNED;
    if (s->revoked) {
        *ret_text = s->revoked;
        return PXED_WHY_SECURE_REVOKED;
    }
    *ret_text = pxed_arena_printf(arena,
                                  "its kernel is signed by %s; looked for EFI/BOOT/%s of that distribution, and beside "
                                  "it a GRUB that boots from the net",
                                  s->by, s->machine == LOADER_X64 ? "BOOTX64.EFI" : "BOOTAA64.EFI");
    return PXED_WHY_SECURE_OTHER_KEY;
}
