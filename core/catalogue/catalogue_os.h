/* OS ids: their spelling, the folder and [os ID] they belong to, and the profile that claims them. */
#pragma once

#include "catalogue.h"

/* The name of an OS id's folder in the first folder of images that has one: of exactly this name, else ignoring case;
 * else the id as written. */
struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id);
/* Parses an OS id; its parts become lower-case. False: not an OS id. */
bool catalogue_id_parse(struct pxed_slice text, struct pxed_arena *arena, struct pxed_os_id *ret);
/* The [os ID] section of an id: of exactly this name, else ignoring case; NULL: there is none. */
const char *catalogue_section(const struct ini *ini, struct pxed_slice id);
/* Gives `os` the profile with the best claim and resolves its rows by the settings. `wanted`: only this plugin, or
 * NULL. Returns the other plugin's name if two claim it equally well, else NULL. */
const char *catalogue_claim(const struct plugins *plugins, struct catalogue_os *os, const char *wanted,
                            struct pxed_arena *arena);
/* Makes the system of an OS id that no line names (pxed arm --os), as a build would. Never NULL for a valid id. */
const struct catalogue_os *catalogue_os_make(const struct plugins *plugins, struct pxed_slice id,
                                             struct pxed_arena *arena);
