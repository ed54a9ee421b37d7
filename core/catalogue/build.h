/* From ini and host file to a generation. Errors are collected; nothing outside the new generation is touched. */
#pragma once

#include "catalogue.h"

/* How far a build looks: `pxed check` may be asked for less. */
enum catalogue_depth {
    CATALOGUE_ALL,
    CATALOGUE_TEXT,   /* ini, host file, @FILEs, answer files: no images */
    CATALOGUE_SYNTAX, /* ini and host file, word by word */
};

/* What a build is made from. The ini is bound: catalogue_build reads [os ...], [group ...], [defaults] from it. */
struct catalogue_input {
    struct ini *ini;
    const struct settings *settings;
    const struct plugins *plugins;
    const struct pxed_iface *ifaces; /* may be none in `check` */
    size_t n_ifaces;
    const char *hosts_from; /* instead of settings->hosts: the last good table; NULL otherwise */
    enum catalogue_depth depth;
    bool as_account; /* root looks at all but ini, host files and our own templates with the account's eyes */
};

/* NULL when there were errors in the hosts or sections; warnings and errors of single hosts give a catalogue. One
 * reference is the caller's. */
struct catalogue *catalogue_build(const struct catalogue_input *in, struct pxed_diags *diags);
