/* The boot loaders that can be served: what lies in root/tftp and in the folders of loader-path, which of them make a
 * whole (a shim and what it starts), under which names, in which order a machine gets them by `auto`. */
#pragma once

#include "ladder.h"
#include "loader_signer.h"
#include "plugins.h"
#include "pxed/arena.h"
#include "pxed/model.h"

enum { LOADERS_TFTP = -1, LOADERS_NAMES_MAX = 16 };

/* A file that was read and is known. */
struct loaders_file {
    const char *name;   /* below its folder: what a client asks for */
    const char *folder; /* absolute: root/tftp, or one of loader-path */
    int place;          /* index in loader-path, or LOADERS_TFTP */
    struct loader is;
    struct loader_signer signers[LOADER_SIGNATURES_MAX];
    size_t n_signers;
};

/* A file under another name than its own: the one by which its partner asks. */
struct loaders_alias {
    const char *name;
    const struct loaders_file *file;
};

enum loaders_kind {
    LOADERS_SIGNED_IPXE, /* with its shim, or with the site's own key */
    LOADERS_SNPONLY,     /* iPXE with the firmware's own driver; on BIOS undionly */
    LOADERS_SIGNED_GRUB, /* with the shim of its distribution */
    LOADERS_IPXE,        /* iPXE with drivers of its own */
    LOADERS_GRUB,
    LOADERS_PXELINUX,
    LOADERS_KIND_COUNT
};

/* One way to begin on one kind of machine: found, or what would bring it. */
struct loaders_rung {
    enum loader_machine machine;
    enum loaders_kind kind;
    const char *what;                /* "iPXE and its shim" */
    const char *name;                /* what a machine is told; NULL: it is missing */
    const char *disk;                /* what firmware is told that boots it by HTTP; NULL: the same */
    const struct loaders_file *file; /* that it gets first; NULL: missing */
    const struct loaders_file *then; /* that it asks for next; NULL: nothing */
    const char *then_name;           /* under this name */
    const char *cure;                /* what brings it */
    bool secure;                     /* firmware with Secure Boot starts it */
};

struct loaders {
    struct loaders_file *files;
    size_t n_files;
    struct loaders_alias *aliases;
    size_t n_aliases;
    struct loaders_rung *rungs; /* by machine, in the order of `auto` */
    size_t n_rungs;
    size_t n_left; /* files that were not looked at: there are too many */
};

/* Reads from disk: a few hundred files at most, of each some headers. All lives in `arena`. */
struct loaders *loaders_read(const struct settings *settings, const char *tftp_dir, struct pxed_arena *arena);

/* What the level that a shim sets (SBAT) revokes of a file, as a sentence in `arena`: `by` and `name` are theirs,
 * `cure` ends it; NULL: nothing. */
const char *loaders_revoked(const char *by, const struct loader *shim, const char *name, const struct loader *file,
                            const char *cure, struct pxed_arena *arena);

/* The same of a file that this very shim starts: it must have SBAT at all. */
const char *loaders_refused(const char *by, const struct loader *shim, const char *name, const struct loader *file,
                            const char *cure, struct pxed_arena *arena);

/* Aliases and rungs of the files. Pure but for the arena. */
void loaders_combine(struct loaders *all, struct pxed_arena *arena);

/* The machine type of a firmware; NONE: no loader is known for it. */
enum loader_machine loaders_machine(enum pxed_firmware firmware);
/* This kind for this machine; NULL: there is none at hand. `all` may be NULL. */
const struct loaders_rung *loaders_rung(const struct loaders *all, enum loader_machine machine, enum loaders_kind kind);
/* The names that `auto` stands for, best first; as many as fit. */
size_t loaders_auto(const struct loaders *all, enum pxed_firmware firmware, const char **ret, size_t max);
/* The names that a key's list stands for, in its order: `auto` is replaced. At most LOADERS_NAMES_MAX. */
size_t loaders_names(const struct loaders *all, enum pxed_firmware firmware, const struct pxed_list *list,
                     const char *ret[static LOADERS_NAMES_MAX]);
/* What a plugin's key loader-FIRMWARE lists, and which plugin's it is; NULL: none has such a key. */
const struct pxed_list *loaders_key(const struct plugins *plugins, enum pxed_firmware firmware,
                                    const struct plugin **ret_plugin);
/* "efi-x64" for LOADER_X64; NULL: firmware of no machine is called so. */
const char *loaders_firmware_name(enum loader_machine machine);
/* The first rung of this machine that Secure Boot starts; NULL: it has none. *ret_cure: what would bring one; NULL:
 * there is no such thing for this machine. */
const struct loaders_rung *loaders_secure(const struct loaders *all, enum loader_machine machine,
                                          const char **ret_cure);
/* The file that is meant by a name that no folder has: a partner's, below any folder that holds a loader. NULL: none.
 */
const struct loaders_file *loaders_alias(const struct loaders *all, struct pxed_slice name);
/* What firmware that boots by HTTP is told for a name of the ladder: GRUB comes on a disk. */
const char *loaders_by_http(const struct loaders *all, const char *name);
/* The file that is meant by any name that a machine is told; NULL: it is none that is known. */
const struct loaders_file *loaders_find(const struct loaders *all, const char *name);
/* The same as bits of ladder_key. */
unsigned loaders_keys(const struct loader_signer *signers, size_t n);
/* "Debian", "Microsoft Corporation UEFI CA 2011, Microsoft UEFI CA 2023", "none". */
const char *loaders_signed_by(const struct loaders_file *f, char *buf, size_t size);
