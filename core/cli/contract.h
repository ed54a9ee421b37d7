/* What docs/writing-os-plugins.md promises of a plugin, checked: `pxed contract-test`. Each group of checks runs in a
 * process of its own, because a plugin may end it. */
#pragma once

#include "build.h"
#include "config.h"
#include "render.h"

enum { CONTRACT_ROWS_MAX = 256 };
#define CONTRACT_LOWER "abcdefghijklmnopqrstuvwxyz0123456789"
#define CONTRACT_NAMES "ABCDEFGHIJKLMNOPQRSTUVWXYZ" CONTRACT_LOWER "._-"

/* One a process. */
extern struct contract {
    char path[64]; /* a temporary folder */
    struct pxed_arena arena;
    struct plugins plugins; /* every installed one, and the one in question */
    struct families families;
    struct pxed_iface ifaces[1]; /* 10.77.0.1/24 */
    struct pxed_diags diags;     /* of the last configuration */
    struct config *config;
    struct catalogue *catalogue; /* NULL after errors */
} contract;

/* Prints the sentence and ends the process if it is not so. */
void contract_require(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

typedef void contract_visit(const struct plugin *p, const struct pxed_profile *profile);
/* Calls `visit` for each profile of an OS plugin; of a family that is an ini file, for each of its claims. */
void contract_each(const struct plugin *p, contract_visit *visit);
/* The groups. */
contract_visit contract_claims, contract_samples, contract_boots, contract_steps, contract_files, contract_rendering;
void contract_descriptor(const struct plugin *p);
void contract_options(const struct plugin *p);

/* --- contract_tables.c */
bool contract_is_word(const char *text, const char *letters, size_t max);
/* A name below a folder: relative, in normal form. */
bool contract_is_relative(const char *path);
bool contract_in_words(struct pxed_slice name, const char *words);
/* An OS id that this row of claims fits: first words, patterns filled in. */
const char *contract_sample_id(const struct pxed_claim *c);
/* Does it know only what [os ID] says? Then no id alone tells what it boots: its own tests have to. */
bool contract_needs_section(const struct plugin *p);
bool contract_is_setting(const struct plugin *p, struct pxed_slice key);
bool contract_no_installer(const struct plugin *p, const struct pxed_profile *profile);

/* --- contract_names.c */
struct contract_text {
    const struct plugin *plugin;
    const struct pxed_profile *profile;
    const char *where;
    unsigned depth;
    bool guard, fetches; /* out: it includes the disk guard; it names a further file */
};
/* Every {{name}} of a text is declared somewhere. */
void contract_check_text(struct contract_text *n, struct pxed_slice text);
/* A file of the plugin's share folder; unset: there is none. */
struct pxed_slice contract_share(const struct plugin *p, const char *name);

/* --- contract_site.c: a whole configuration in the temporary folder */
void contract_open(void);
void contract_close(void);
/* Each writes a file and the folders above it, and returns its path. */
const char *contract_write(const char *name, const char *text);
const char *contract_write_bytes(const char *name, const void *bytes, size_t n);
void contract_image(const char *name); /* root/boot/os/NAME */
/* Builds a configuration of this one host line; what it said, a line each. */
const char *contract_build(const char *host);
/* Prepared to render for that host, armed with this right. */
struct render contract_prepare(enum lifecycle_right right);
