/* Who signed a loader: names out of the PKCS#7 blocks of its certificate table. Says nothing about
 * whether the signature holds. */
#pragma once

#include "loader.h"
#include "loader_key.h"

struct loader_signer {
    enum loader_key key;
    char name[64]; /* for people: "Debian", "Microsoft UEFI CA 2023", the common name of another */
};

/* The signers of a file that loader_read has read, one for each of its signatures; none: it is not signed. Returns
 * their number. Reads at most 64 KiB of each block. */
size_t loader_signers(const struct loader_file *file, const struct loader *l,
                      struct loader_signer ret[static LOADER_SIGNATURES_MAX]);
