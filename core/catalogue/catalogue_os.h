/* The profile that claims an OS id, and what [os ID] makes of it. */
#pragma once

#include "catalogue.h"
#include "family_rows.h"
#include "os_id.h"

/* Where claims come from, and how patterns of file names are matched. */
struct catalogue_sources {
    const struct plugins *plugins;
    const struct families *families;
    family_glob_fn *glob; /* NULL: patterns stay as they are */
    void *glob_ctx;
};
/* The glob of an image's folder: `ctx` is a struct catalogue_glob. Reads a folder, and the
 * indexes of its ISOs. */
struct catalogue_glob {
    const struct catalogue *catalogue;
    struct pxed_slice id;
};
const char *catalogue_glob(void *ctx, const char *pattern, struct pxed_arena *arena);
/* Gives `os` the profile with the best claim and resolves its rows by the settings. `wanted`: only this plugin, or
 * NULL. Returns the other plugin's name if two claim it equally well, else NULL. */
const char *catalogue_claim(const struct catalogue_sources *from, struct catalogue_os *os, const char *wanted,
                            struct pxed_arena *arena);
/* Makes the system of an OS id that no line names (pxed arm --os), as a build would. Never NULL; without a profile if
 * nothing claims it. Lives as long as `arena` and the generation. */
const struct catalogue_os *catalogue_os_make(const struct catalogue *c, const struct plugins *plugins,
                                             struct pxed_slice id, struct pxed_arena *arena);
/* The same without a generation. */
const struct catalogue_os *catalogue_os_made(const struct catalogue_sources *from, struct pxed_slice id,
                                             struct pxed_arena *arena);
