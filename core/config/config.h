/* One loaded ini file, and the check whether it may replace the previous one. */
#pragma once

#include "inifile.h"
#include "plugins.h"
#include "settings.h"

/* Shared by the generations built from it. `refs` has no lock: loop thread, or the worker that made it. */
struct config {
    unsigned refs;
    struct ini ini;
    struct settings settings;
    struct pxed_arena arena;
};

/* NULL after errors. Loads and binds the plugins if none is loaded yet, else only checks their sections. The caller
 * gets one reference. */
struct config *config_load(const char *path, struct plugins *plugins, struct pxed_diags *diags);
/* The same, but after errors it keeps what could be read, with defaults for the rest, so that the rest can be checked
 * too. `quick`: @FILEs are not read. NULL only if the file cannot be read. */
struct config *config_read(const char *path, struct plugins *plugins, bool quick, struct pxed_diags *diags);
/* `arg`: a struct config. */
void config_unref(void *arg);
/* What takes effect only at start stays as it was then: half of it would be in force, where files are looked up by
 * path, and half not, where descriptors are open. `start` must outlive `c`. */
void config_keep_start(struct config *c, const struct config *start);
/* Warns about changes that need a restart. */
void config_compare(const struct config *before, const struct config *after, struct plugins *plugins,
                    struct pxed_diags *diags);
