/* What the keys loader-FIRMWARE list, and what that stands for. */
#include "loaders.h"

#include <stdio.h>

size_t loaders_names(const struct loaders *all, enum pxed_firmware firmware, const struct pxed_list *list,
                     const char *ret[static LOADERS_NAMES_MAX]) {
    size_t n = 0;
    for (size_t i = 0; i < list->n && n < LOADERS_NAMES_MAX; i++) {
        if (strcmp(list->items[i], "auto") == 0)
            n += all ? loaders_auto(all, firmware, ret + n, LOADERS_NAMES_MAX - n) : 0;
        else
            ret[n++] = list->items[i];
    }
    return n;
}

const char *loaders_firmware_name(enum loader_machine machine) {
    static const char *const names[LOADER_MACHINE_COUNT] = {
        [LOADER_BIOS] = "bios",       [LOADER_IA32] = "efi-ia32",       [LOADER_X64] = "efi-x64",
        [LOADER_ARM64] = "efi-arm64", [LOADER_RISCV64] = "efi-riscv64", [LOADER_LOONGARCH64] = "efi-loongarch64",
    };
    return names[machine];
}

const struct loaders_rung *loaders_secure(const struct loaders *all, enum loader_machine machine,
                                          const char **ret_cure) {
    *ret_cure = NULL;
    for (size_t i = 0; i < all->n_rungs; i++) {
        const struct loaders_rung *r = &all->rungs[i];
        if (r->machine == machine && r->secure)
            return r;
        if (r->machine == machine && r->kind == LOADERS_SIGNED_GRUB)
            *ret_cure = r->cure;
    }
    return NULL;
}

/* HTTP boot has no key of its own: it is the same machine. */
static enum pxed_firmware firmware_of_key(enum pxed_firmware firmware) {
    return firmware == PXED_FW_HTTP_X64     ? PXED_FW_EFI_X64
           : firmware == PXED_FW_HTTP_ARM64 ? PXED_FW_EFI_ARM64
                                            : firmware;
}

const struct pxed_list *loaders_key(const struct plugins *plugins, enum pxed_firmware firmware,
                                    const struct plugin **ret_plugin) {
    char key[64];
    snprintf(key, sizeof(key), "loader-%s", pxed_firmware_names[firmware_of_key(firmware)]);
    for (size_t i = 0; i < plugins->n; i++) {
        const struct plugin *p = plugins->items[i];
        for (const struct pxed_option *row = p->desc.options; p->config && row && row->key; row++) {
            if (row->type != PXED_OPT_LIST || strcmp(row->key, key) != 0)
                continue;
            *ret_plugin = p;
            return (const void *)((const char *)p->config + row->offset);
        }
    }
    return NULL;
}
