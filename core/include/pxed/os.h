/* The OS profile interface: tables first. A profile says which OS ids it knows, how each of them boots, and which
 * answer files it needs. Everything here is constant data that the core reads and never frees; strings are UTF-8 C
 * strings. */
#pragma once

#include "pxed/arena.h"
#include "pxed/diag.h"
#include "pxed/model.h"
#include "pxed/share.h"

/* {"centos rhel", "5.* 6.*", "i386 x86_64", "el5"}: blank-separated patterns (`*`, `?`). NULL matches anything. The
 * most specific claim wins; a tie is an error at start. */
struct pxed_claim {
    const char *family;
    const char *version;
    const char *arch;
    const char *flags; /* words that become {{#os.WORD}} sections in templates */
};

/* One way to boot: the first row that fits firmware and loader and whose files exist in the image: its folder
 * root/boot/os/<os-id>, or an ISO that lies there. `kernel`, `initrd` and `when` are names in it; a kernel that begins
 * with `/` is one for all systems: "/memdisk" is root/boot/os/memdisk, or lies in loader-path. "*.iso" as an initrd is
 * the ISO itself, whole. An initrd may be written FILE=NAME: the boot program finds it under NAME; a multiboot kernel
 * gets NAME as the module's arguments (since minor 4). Kernel and initrd may be written {KEY}FILE: KEY of [os ID], one
 * of the plugin's `settings`, takes the file's place; {KEY} alone: without the key the row does not exist. `args` is a
 * template (its names: docs/writing-os-plugins.md) rendered to one line. A BIOS machine whose gPXE or iPXE fits no row,
 * while PXELINUX would, is handed over to PXELINUX. */
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
    PXED_ESCAPE_NONE,
    PXED_ESCAPE_INI /* since minor 1 */
};

enum pxed_file_flags {
    PXED_FILE_ANSWER = 1,  /* delivering it uses up the arming; `answer =` and answer= replace its template */
    PXED_FILE_GUARDED = 2, /* the template, what it fetches, or the script that fetches it holds the disk guard */
    PXED_FILE_RAW = 4,     /* no template: delivered byte for byte */
    PXED_FILE_CRLF = 8,    /* lines end in CR LF */
    PXED_FILE_INJECT = 16, /* wimboot puts it into the booted WIM's System32 under its name; since minor 8 a multiboot
                              kernel gets it as a module with the arguments `type=file name=NAME` */
    PXED_FILE_STAGED = 32, /* also written to the host's folder in the share while its arming is open */
    PXED_FILE_PACK = 128,  /* since minor 4: the text is parts, `=== PATH MODE` or `=== PATH -> TARGET` before each, and
                              is delivered as their tar archive, compressed by gzip */
    PXED_FILE_AHEAD = 256, /* since minor 5: another file of the profile runs the disk guard before this one is used,
                              the operator's own in its place too */
    PXED_FILE_CLOSED = 64, /* always in that folder: without {{#arm.open}} it must render as a refusal */
};

/* A file made for one machine: served as /boot/hosts/<mac>/<name> and, if `path` is set, also as /boot/<path>, where
 * `<mac>` is the MAC with hyphens. Since minor 4 a path `/NAME` is a name outside /boot, without <mac>, on HTTP: it is
 * the asker's own file and exists only while its host is armed or being installed. Its text may begin with
 * `Content-Type: TYPE` and an empty line, as the output of a CGI program. Templates refer to its URL as
 * {{file.<name>}}, with dots written as `_`. */
struct pxed_file {
    const char *name;
    const char *path;
    const char *source; /* template in share/pxed/<plugin>/ */
    enum pxed_escape escape;
    unsigned flags;
    const char *when; /* only if this file exists in the image's folder, or NULL; of several rows with one name the
                         first match wins */
};

/* A word an installer may report between installing and installed, in order. */
struct pxed_step {
    const char *name;
    bool disk; /* the disk has been written to from this step on: an installation that ends later reports `disk already
                  cleared` */
};

/* A variable that only this profile has. */
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

/* The image of one OS id while a generation is built. Plugins may only read its files. Valid during the call; may run
 * on a worker thread. */
struct pxed_image {
    uint32_t size;
    const struct pxed_os_id *id;
    const struct pxed_claim *claim;
    const char *folder;      /* root/boot/os/<os-id>, absolute; may be missing */
    const char *iso;         /* of [os ID]; NULL: not set */
    const void *reserved[4]; /* up to minor 2 the settings of one plugin */
    const char *via;         /* `via` of [os ID]; "auto" if not set */
    const char *file;        /* for diagnostics: the [os ID] section, or a line that names the id */
    unsigned line;
    const void *config; /* the plugin's bound configuration */
    /* Does this file exist, in the folder or inside its ISO? */
    bool (*has)(const struct pxed_image *image, const char *name);
    /* Its descriptor, which the caller closes, and its extent in bytes; or -1. */
    int (*open)(const struct pxed_image *image, const char *name, uint64_t *ret_offset, uint64_t *ret_size);
    /* Records a fact, which templates read as {{image.KEY}}; a key recorded twice becomes a list. Copies both texts.
     * These keys have a meaning: "share": a file below the folder that is linked into the share of each host under its
     * own name; "share-alias": another name for the first of them, used if an operator's own script replaces the one
     * flagged CLOSED; "missing": what has to be added before anything can be installed; "unpack" = FILE: the tree of
     * the ISO that holds FILE is unpacked into the share once, as .media/<os-id>. */
    void (*fact)(const struct pxed_image *image, const char *key, const char *value);
    const char *(*get)(const struct pxed_image *image, const char *key); /* the first of that key, or NULL */
    /* Since minor 3. The value of [os ID] for one of the plugin's `settings`, or NULL. */
    const char *(*setting)(const struct pxed_image *image, const char *key);
    const struct pxed_share_site *share; /* how machines reach the share; `folder` NULL: no files are staged */
};

/* What another server's folder says, as `pxed import --KIND FOLDER` collects it. Valid during the call; all texts that
 * the plugin hands over are copied. Nothing in the folder can be trusted. */
struct pxed_taking {
    uint32_t size;
    const char *folder; /* it exists */
    struct pxed_arena *arena;
    /* `key = value` of a section: "os windows-11-x64", "group web", "os-windows". */
    void (*set)(struct pxed_taking *t, const char *section, const char *key, const char *value);
    /* A machine. os_id NULL: which system it gets is not said. `vars`: ", name=pc01, ip=..." of the host line, or "".
     */
    void (*host)(struct pxed_taking *t, const char *mac, const char *os_id, const char *vars);
    /* A file of the folder, by its path below it, that is to lie in the image's folder as `name`. */
    void (*file)(struct pxed_taking *t, const char *os_id, const char *path, const char *name);
    /* What cannot be carried over, and what to do; line 0: the whole file. */
    void (*left)(struct pxed_taking *t, const char *path, unsigned line, const char *what);
};

/* `ops` of a plugin of kind PXED_KIND_OS. Append-only. image, host and value may run on a worker thread. */
struct pxed_os_ops {
    uint32_t size;
    const struct pxed_profile *const *profiles; /* NULL-terminated */
    /* Since minor 1; each may be NULL. */
    /* The folder whose sub-folders, named by MAC, hold the rows flagged STAGED; NULL: no files are staged. */
    const char *(*share)(const void *config);
    /* Should each host's PXELINUX configuration be written to root/tftp/pxelinux.cfg? */
    bool (*writes_pxelinux_cfg)(const void *config);
    /* Looks into an image once per generation. Reports as warnings in diags what its hosts will lack. */
    void (*image)(const struct pxed_image *image, struct pxed_diags *diags);
    /* Checks a host of that image whose variables are resolved. Errors name the line of the value and concern that host
     * alone: it boots its disk, all others are in force. */
    void (*host)(const struct pxed_host *host, const struct pxed_image *image, struct pxed_diags *diags);
    /* A value derived from a host's variables, which templates read as {{host.NAME}}. Called for names that begin with
     * `prefix` and that no variable has; unset: no such value. `image` is what is being installed; only its id, claim,
     * settings and get() may be used. The text is in the arena or constant. Must not be derived from a secret variable,
     * because it would not be masked. */
    struct pxed_slice (*value)(const struct pxed_host *host, const struct pxed_image *image, const char *key,
                               struct pxed_arena *arena);
    /* Since minor 3; each may be NULL. */
    const char *const *settings; /* keys of [os ID] that this plugin reads, NULL-terminated */
    const char *prefix;          /* of the names that `value` answers */
    /* Keys of [os ID] of which one must be set before a claim of this plugin counts, NULL-terminated. "kernel" and
     * "iso" may be among them, `settings` besides. */
    const char *const *only_with;
    /* Since minor 4. The ini files of the plugin's share folder, and of PLUGIN.d beside pxed.ini, are families: each
     * becomes a profile besides those of `profiles` (docs/writing-os-plugins.md). */
    bool families;
    /* Since minor 5. Reads another server's folder of this kind ("wds", "mdt"). False: another kind. */
    bool (*take)(const char *kind, struct pxed_taking *t);
};
