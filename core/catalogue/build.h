/* Builds a generation from ini and host file. Errors are collected; nothing outside the new generation is changed. */
#pragma once

#include "catalogue.h"

/* How much a build examines: `pxed check` can ask for less. */
enum catalogue_depth {
    CATALOGUE_ALL,
    CATALOGUE_TEXT,   /* ini, host file, @FILEs, answer files: no images */
    CATALOGUE_SYNTAX, /* ini and host file, syntax only */
};

/* Input of a build. The ini is bound: catalogue_build reads [os ...], [group ...], [defaults] from it. */
struct catalogue_input {
    struct ini *ini; /* outlives the catalogue, whose variables point into it */
    const struct settings *settings;
    const struct plugins *plugins;
    const struct pxed_iface *ifaces; /* `check` may have none */
    size_t n_ifaces;
    const struct hostfile_instead *instead; /* texts of host files that are not written yet */
    size_t n_instead;
    const char *hosts_from; /* instead of settings->hosts: the last good table; NULL otherwise */
    enum catalogue_depth depth;
    bool as_account; /* root reads everything but ini, host files and pxed's own templates as the account */
};

/* NULL if hosts or sections have errors; warnings and errors of single hosts still give a catalogue. The caller gets
 * one reference. Blocks on file I/O; may run on a worker. */
struct catalogue *catalogue_build(const struct catalogue_input *in, struct pxed_diags *diags);
