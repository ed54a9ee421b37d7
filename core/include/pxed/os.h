/* The OS profile interface: tables first. A profile says which OS ids it knows, how each of them boots, and which
 * answer files it needs. Everything here is constant data that the core reads; strings are UTF-8 C strings. */
#pragma once

#include "pxed/model.h"

/* {"centos rhel", "5.* 6.*", "i386 x86_64", "el5"}: blank-separated patterns (`*`, `?`). NULL fits anything. The most
 * specific claim wins; a tie is an error at start. */
struct pxed_claim {
    const char *family;
    const char *version;
    const char *arch;
    const char *flags; /* words that become {{#os.WORD}} sections in templates */
};

/* One way to boot: the first row that fits firmware and loader and whose files exist in the image's folder.
 * `kernel`, `initrd` and `when` are names below root/boot/os/<os-id>; `args` is a template (its names:
 * docs/writing-os-plugins.md) rendered to one line. */
struct pxed_boot {
    uint32_t firmware; /* PXED_FW_BIT()s, 0: all */
    uint32_t loaders;  /* PXED_LOADER_BIT()s, 0: all */
    enum pxed_how how;
    const char *kernel;
    const char *initrd[4]; /* NULL-terminated if shorter */
    const char *args;
    const char *when; /* a further file that must exist, or NULL */
};

enum pxed_escape {
    PXED_ESCAPE_LINE,
    PXED_ESCAPE_XML,
    PXED_ESCAPE_SHELL,
    PXED_ESCAPE_CMD,
    PXED_ESCAPE_YAML,
    PXED_ESCAPE_NONE
};

enum pxed_file_flags {
    PXED_FILE_ANSWER = 1,  /* delivering it spends the arming; `answer =` and answer= replace its template */
    PXED_FILE_GUARDED = 2, /* the template (or what it fetches) holds the disk guard */
};

/* A file made for one machine: served as /boot/hosts/<mac>/<name> and, if `path` is set, also as /boot/<path>, where
 * `<mac>` stands for the MAC with hyphens. Templates refer to its URL as {{file.<name>}}, dots written `_`. */
struct pxed_file {
    const char *name;
    const char *path;
    const char *source; /* template in share/pxed/<plugin>/ */
    enum pxed_escape escape;
    unsigned flags;
    const char
        *when; /* only if this file exists in the image's folder, or NULL; the first fitting row of a name wins */
};

/* A word an installer may report between installing and installed, in order. */
struct pxed_step {
    const char *name;
    bool disk; /* from here on the machine boots its disk */
};

/* A variable that only this profile knows. */
struct pxed_os_var {
    const char *key;
    const char *help;
    const char *fallback; /* NULL: unset */
    unsigned flags;       /* PXED_VAR_SECRET */
};

/* Arrays end with a zeroed row; each may be NULL. */
struct pxed_profile {
    const char *name;
    const struct pxed_claim *claims;
    const struct pxed_boot *boots;
    const struct pxed_file *files;
    const struct pxed_step *steps;
    const struct pxed_os_var *vars;
};

/* `ops` of a plugin of kind PXED_KIND_OS. Append-only. */
struct pxed_os_ops {
    uint32_t size;
    const struct pxed_profile *const *profiles; /* NULL-terminated */
};
