/* OS ids: their spelling, the folder and [os ID] they belong to, and the profile that claims them. */
#pragma once

#include "catalogue.h"
#include "family_rows.h"

/* The folder of an OS id below root/boot/os: of exactly this name, else ignoring case, else the id as written. */
struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id);
/* Parses an OS id; its parts become lower-case. False: not an OS id. */
bool catalogue_id_parse(struct pxed_slice text, struct pxed_arena *arena, struct pxed_os_id *ret);
/* The [os ID] section of an id: of exactly this name, else ignoring case; NULL: there is none. */
const char *catalogue_section(const struct ini *ini, struct pxed_slice id);
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
