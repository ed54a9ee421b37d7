/* Names of keys as their certificates say them. */
#define _GNU_SOURCE
#include "loader_key.h"

const char *const loader_key_names[LOADER_KEY_COUNT + 1] = {
    "none",
    "microsoft-uefi-2011",
    "microsoft-uefi-2023",
    "microsoft-windows-2011",
    "microsoft-windows-2023",
    "distribution",
    "ipxe",
    "own",
    "unreadable",
    NULL,
};

static bool contains(struct pxed_slice text, const char *word) {
    return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

enum loader_key loader_key_of(struct pxed_slice subject, struct pxed_slice issuer, const char **ret_by) {
    static const struct {
        const char *issuer;
        enum loader_key key;
    } exact[] = {
        {"Microsoft Corporation UEFI CA 2011", LOADER_KEY_MICROSOFT_2011},
        {"Microsoft UEFI CA 2023", LOADER_KEY_MICROSOFT_2023},
        {"Microsoft Windows Production PCA 2011", LOADER_KEY_WINDOWS_2011},
        {"Windows UEFI CA 2023", LOADER_KEY_WINDOWS_2023},
    };
    static const struct {
        const char *word, *name;
    } distributions[] = {
        {"Debian", "Debian"},       {"Canonical", "Ubuntu"}, {"Red Hat", "Red Hat"},     {"Fedora", "Fedora"},
        {"fedoraca", "Fedora"},     {"CentOS", "CentOS"},    {"Rocky", "Rocky Linux"},   {"AlmaLinux", "AlmaLinux"},
        {"openSUSE", "openSUSE"},   {"SUSE", "SUSE"},        {"Oracle", "Oracle Linux"}, {"Proxmox", "Proxmox"},
        {"Amazon Linux", "Amazon"}, {"VMware", "VMware"},
    };
    *ret_by = NULL;
    for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
        if (pxed_slice_is(issuer, exact[i].issuer))
            return exact[i].key;
    if (contains(issuer, "iPXE") || contains(subject, "iPXE"))
        return LOADER_KEY_IPXE;
    for (size_t i = 0; i < sizeof(distributions) / sizeof(distributions[0]); i++) {
        if (!contains(issuer, distributions[i].word) && !contains(subject, distributions[i].word))
            continue;
        *ret_by = distributions[i].name;
        return LOADER_KEY_DISTRIBUTION;
    }
    return LOADER_KEY_OWN;
}
