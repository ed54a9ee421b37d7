/* OS ids: how they are written, which folder and [os ID] they mean, and who knows them. */
#pragma once

#include "catalogue.h"

/* The folder of an OS id below root/boot/os: of that very name, else in any case, else as written. */
struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id);
/* An OS id, whose parts are lower-case whatever was written. False: it is none. */
bool catalogue_id_parse(struct pxed_slice text, struct pxed_arena *arena, struct pxed_os_id *ret);
/* The [os ID] section of an id: of that very name, else in any case; NULL: there is none. */
const char *catalogue_section(const struct ini *ini, struct pxed_slice id);
/* Gives `os` the profile with the best claim, its rows resolved by the settings; `wanted`: of this plugin alone, or
 * NULL. Returns the other plugin's name where two claim it equally well, else NULL. */
const char *catalogue_claim(const struct plugins *plugins, struct catalogue_os *os, const char *wanted,
                            struct pxed_arena *arena);
/* Makes what a build would have made for an OS id that no line names (pxed arm --os). Never NULL for a valid id. */
const struct catalogue_os *catalogue_os_make(const struct plugins *plugins, struct pxed_slice id,
                                             struct pxed_arena *arena);
