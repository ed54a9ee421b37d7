/* Families of systems as data: each ini file of a plugin's share folder, or of the operator's folder PLUGIN.d, makes
 * one profile. */
#pragma once

#include "inifile.h"
#include "plugins.h"
#include "pxed/os.h"

/* [boot NAME]: the ways to boot that share arguments. */
struct family_boot {
    struct pxed_list files; /* each line one layout: KERNEL INITRD... */
    struct pxed_list firmware, loaders, only;
    unsigned how;
    const char *args, *when;
};

/* [file NAME]: a file made for one machine. */
struct family_file {
    const char *name, *source, *path, *when;
    struct pxed_list only;
    unsigned escape;
    bool answer, guarded, ahead, raw, crlf, pack;
};

/* [fact NAME]: the first of these files that the image has becomes {{image.NAME}}. */
struct family_fact {
    const char *name, *cut, *word; /* word: the fact is what stands behind it in the file */
    struct pxed_list files;
};

/* [lack NAME]: what an image may be missing although it has a kernel, or what its installer cannot do. */
struct family_lack {
    const char *name;
    struct pxed_list there, missing, only; /* it has one of `there` and none of `missing` */
    struct pxed_list with;                 /* KEY or KEY=VALUE: instead, what a host asks for in vain */
    const char *fact;                      /* and not this fact */
    struct pxed_list unless;               /* variables: a host that has one of them needs no more */
    bool warns, stops;
    const char *say;
};

/* [args NAME]: words of args=, as patterns. Without `say` they are its installer's own. */
struct family_args {
    const char *name;
    struct pxed_list words, except, only;
    const char *say;
    bool stops;
};

/* [cpu NAME]: what its systems need of an x86-64 processor. */
struct family_cpu {
    struct pxed_list only;
    unsigned level; /* after the first of the words: 0 is x86-64-v2 */
};

struct family {
    const char *plugin; /* whose templates it uses */
    const char *name;   /* of its file, without .ini: the profile's name */
    const char *file;
    bool operators; /* from PLUGIN.d */
    const char *title, *guard, *remote, *args, *no_installer;
    struct pxed_list steps, disk; /* disk: the kinds of disk= that its installer can follow; none: all */
    bool live;                    /* it writes no disk: it boots at every power-on, without an arming */
    const char *tls;           /* where its installer looks for CAs in the initramfs; NULL: it fetches nothing by TLS */
    struct pxed_list tls_only; /* flags of which the claim must have one for that */
    uint64_t ram;              /* bytes an installation needs; 0: not said */
    struct pxed_claim *claims;
    struct pxed_step *step_rows;
    struct pxed_os_var *vars;
    struct family_boot *boots;
    size_t n_boots;
    struct family_file *files;
    size_t n_files;
    struct family_fact *facts;
    size_t n_facts;
    struct family_lack *lacks;
    size_t n_lacks;
    struct family_args *args_rows;
    size_t n_args;
    struct family_cpu *cpus;
    size_t n_cpus;
    struct pxed_profile profile; /* claims, steps and variables; boots and files: families_rows.h */
};

struct families {
    struct family **items; /* the operator's before the shipped */
    size_t n;
};

/* Are the ini files of this plugin's folders families? */
bool families_are_read(const struct pxed_plugin *plugin);
/* Reads the families of every OS plugin that has them. A file in `own`/PLUGIN.d replaces a shipped one of the same
 * name. `own`: the folder of pxed.ini, or NULL. Errors of the files go to diags. Reads from disk; everything lives in
 * `arena`. */
void families_read(struct families *f, const struct plugins *plugins, const char *own, struct pxed_arena *arena,
                   struct pxed_diags *diags);

/* Fills `f`, whose names are set, from its file. */
void families_read_one(struct family *f, struct ini *ini, struct pxed_arena *arena, struct pxed_diags *diags);

/* Calls `one` for every profile: families first, then those that are constant in a plugin; until it returns true. */
typedef bool families_profile_fn(void *ctx, const struct pxed_plugin *plugin, const struct pxed_profile *profile);
void families_each(const struct families *f, const struct plugins *plugins, families_profile_fn *one, void *ctx);

/* The section kinds and their keys, for the manual. */
struct family_manual {
    const char *section, *summary;
    const struct pxed_option *rows;
};
extern const struct family_manual family_manual[]; /* ends with a zeroed row */
