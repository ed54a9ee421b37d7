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
    else if (known)
        check_secure(o);
    for (size_t i = 0; i < o->catalogue->n_hosts; i++) {
        const struct pxed_var *v = pxed_host_var(&o->catalogue->hosts[i].pub, "loader");
        if (v && v->value.len > 0 && v->file)
            tell_loader(o, v->file, v->line, "loader", v->value.ptr);
    }
}
