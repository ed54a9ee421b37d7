/* Checks of the boot loaders on this machine for `pxed check`. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "here.h"
#include "loaders.h"

static bool in_folder(const char *folder, const char *name) {
    struct stat st;
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = dir >= 0 ? open_beneath(dir, name) : -1;
    bool found = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
    if (fd >= 0)
        close(fd);
    if (dir >= 0)
        close(dir);
    return found;
}

static bool loader_exists(const struct offline *o, const char *name) {
    const struct catalogue *c = o->catalogue;
    if (in_folder(c->tftp_dir, name) || in_folder(c->boot_dir, name) ||
        (c->loaders && loaders_alias(c->loaders, pxed_slice_of(name))))
        return true;
    for (size_t i = 0; i < c->settings.loader_path.n; i++)
        if (in_folder(c->settings.loader_path.items[i], name))
            return true;
    return false;
}

static void tell_loader(struct offline *o, const char *file, unsigned line, const char *key, const char *name) {
    if (!loader_exists(o, name) && !strstr(name, "://"))
        pxed_diag_add(&o->diags, PXED_WARNING, file, line,
                      "here: %s%s%s: no such boot loader in root/tftp, root/boot or loader-path", key,
                      *key ? " = " : "", name);
}

/* Warns of each missing one that the operator names. Returns whether any of the key's is at hand. */
static bool check_key(struct offline *o, enum pxed_firmware firmware, bool *ret_known) {
    const char *names[LOADERS_NAMES_MAX];
    const struct plugin *p;
    const struct pxed_list *wanted = loaders_key(&o->plugins, firmware, &p);
    char key[64];
    bool found = false;
    if (!wanted || wanted->n == 0)
        return false;
    *ret_known = true;
    snprintf(key, sizeof(key), "loader-%s", pxed_firmware_names[firmware]);
    const struct ini_entry *e = ini_get(&o->config->ini, p->desc.name, key);
    size_t n = loaders_names(o->catalogue->loaders, firmware, wanted, names);
    for (size_t i = 0; i < n; i++) {
        found |= loader_exists(o, names[i]);
        if (e)
            tell_loader(o, e->file, e->line, key, names[i]);
    }
    if (e && n == 0)
        pxed_diag_add(&o->diags, PXED_WARNING, e->file, e->line,
                      "here: %s = auto: no boot loader for this firmware is at hand: pxed loaders says what brings one",
                      key);
    return found;
}

/* Machines that the site has for sure: PCs, and those whose system is made for another processor. `file`, `line`: what
 * says so. */
static void tell_missing(struct offline *o, enum pxed_firmware firmware, const char *file, unsigned line) {
    const char *names[LOADERS_NAMES_MAX], *cure = NULL;
    const struct plugin *p;
    const struct loaders *all = o->catalogue->loaders;
    const struct pxed_list *wanted = loaders_key(&o->plugins, firmware, &p);
    if (!all || !wanted || wanted->n == 0 || loaders_names(all, firmware, wanted, names) > 0)
        return;
    for (size_t i = 0; i < all->n_rungs && !cure; i++)
        if (all->rungs[i].machine == loaders_machine(firmware) && all->rungs[i].kind != LOADERS_SIGNED_IPXE)
            cure = all->rungs[i].cure;
    pxed_diag_add(&o->diags, PXED_WARNING, file, line,
                  "here: no boot loader for %s machines is at hand (LOADER_NONE): %s", pxed_firmware_names[firmware],
                  cure);
}

static void check_machines(struct offline *o) {
    static const struct {
        const char *arch;
        enum pxed_firmware firmware;
    } rows[] = {
        {"arm64", PXED_FW_EFI_ARM64}, {"riscv64", PXED_FW_EFI_RISCV64}, {"loongarch64", PXED_FW_EFI_LOONGARCH64}};
    tell_missing(o, PXED_FW_EFI_X64, o->config->ini.path, 0);
    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
        for (size_t i = 0; i < o->catalogue->n_hosts; i++) {
            const struct catalogue_host *h = &o->catalogue->hosts[i];
            if (h->os->id.arch.len == 0 || !pxed_arch_same(h->os->id.arch, pxed_slice_of(rows[k].arch)))
                continue;
            tell_missing(o, rows[k].firmware, h->pub.file, h->pub.line);
            break; /* told once */
        }
}

/* The loaders are the operator's choice where the key names them; `auto` is to find one that starts everywhere. */
static void check_secure(struct offline *o) {
    const struct plugin *p;
    const struct pxed_list *wanted = loaders_key(&o->plugins, PXED_FW_EFI_X64, &p);
    const struct loaders *all = o->catalogue->loaders;
    const char *cure, *names[LOADERS_NAMES_MAX];
    bool automatic = wanted && wanted->n == 1 && strcmp(wanted->items[0], "auto") == 0;
    if (automatic && loaders_names(all, PXED_FW_EFI_X64, wanted, names) > 0 &&
        !loaders_secure(all, LOADER_X64, &cure) && cure)
        pxed_diag_add(&o->diags, PXED_WARNING, o->config->ini.path, 0,
                      "here: no boot loader for efi-x64 starts where Secure Boot is on: %s", cure);
}

void here_loaders(struct offline *o) {
    bool found = false, known = false;
    for (int fw = 0; fw < PXED_FW_COUNT; fw++)
        if (!pxed_firmware_is_http((enum pxed_firmware)fw) && fw != PXED_FW_OTHER)
            found |= check_key(o, (enum pxed_firmware)fw, &known);
    if (known && !found)
        pxed_diag_add(&o->diags, PXED_WARNING, o->config->ini.path, 0,
                      "here: none of the boot loaders is in root/tftp, root/boot or loader-path: install ipxe");
    else if (known) {
        check_machines(o);
        check_secure(o);
    }
    for (size_t i = 0; i < o->catalogue->n_hosts; i++) {
        const struct pxed_var *v = pxed_host_var(&o->catalogue->hosts[i].pub, "loader");
        if (v && v->value.len > 0 && v->file)
            tell_loader(o, v->file, v->line, "loader", v->value.ptr);
    }
}
