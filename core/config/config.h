/* One reading of the ini file, and whether it may take the place of the last. */
#pragma once

#include "inifile.h"
#include "plugins.h"
#include "settings.h"

/* The generations built from a reading share it. Loop thread, or the worker that made it. */
struct config {
    unsigned refs;
    struct ini ini;
    struct settings settings;
    struct pxed_arena arena;
};

/* NULL after errors. Loads and binds the plugins if none is loaded yet, else only judges their sections. One reference
 * is the caller's. */
struct config *config_load(const char *path, struct plugins *plugins, struct pxed_diags *diags);
/* The same, but errors leave what could be read (what is wrong has its default), so that the rest can be judged too.
 * `quick`: @FILEs are not read. NULL only if the file cannot be read. */
struct config *config_read(const char *path, struct plugins *plugins, bool quick, struct pxed_diags *diags);
void config_unref(void *config);
/* Warns about changes that only a restart can bring into force. */
void config_compare(const struct config *before, const struct config *after, struct plugins *plugins,
                    struct pxed_diags *diags);
