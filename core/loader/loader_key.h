/* Whose key signed a loader, by the name of its issuer. Pure. */
#pragma once

#include "pxed/slice.h"

enum loader_key {
    LOADER_KEY_NONE,           /* not signed */
    LOADER_KEY_MICROSOFT_2011, /* Microsoft Corporation UEFI CA 2011: most machines sold since 2012 */
    LOADER_KEY_MICROSOFT_2023, /* Microsoft UEFI CA 2023 */
    LOADER_KEY_WINDOWS_2011,   /* Windows Production PCA 2011: Microsoft's own boot files */
    LOADER_KEY_WINDOWS_2023,   /* Windows UEFI CA 2023 */
    LOADER_KEY_DISTRIBUTION,   /* of a distribution: believed by its shim */
    LOADER_KEY_IPXE,           /* of the iPXE project: believed by its shim */
    LOADER_KEY_OWN,            /* of somebody else: the site's own */
    LOADER_KEY_BROKEN,         /* there is a signature that cannot be read */
    LOADER_KEY_COUNT
};
extern const char *const loader_key_names[LOADER_KEY_COUNT + 1];

/* By the common names of the signer's certificate and of its issuer. *ret_by: the distribution's name, or unset. */
enum loader_key loader_key_of(struct pxed_slice subject, struct pxed_slice issuer, const char **ret_by);
/* Do firmwares with Microsoft's keys start what this key signed? */
static inline bool loader_key_is_firmwares(enum loader_key key) {
    return key == LOADER_KEY_MICROSOFT_2011 || key == LOADER_KEY_MICROSOFT_2023 || key == LOADER_KEY_WINDOWS_2011 ||
           key == LOADER_KEY_WINDOWS_2023;
}
