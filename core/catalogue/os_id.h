/* OS ids: their spelling, the folder and [os ID] they belong to. */
#pragma once

#include "catalogue.h"

/* Parses an OS id; its parts become lower-case, with `-` for `_` (`x86_64` stays). False: not an OS id. */
bool catalogue_id_parse(struct pxed_slice text, struct pxed_arena *arena, struct pxed_os_id *ret);
/* The name of an OS id's folder in the first folder of images that has one: of exactly this name, else ignoring case;
 * else the id as written. */
struct pxed_slice catalogue_folder(const struct catalogue *c, struct pxed_slice id);
/* The [os ID] section of an id: of exactly this name, else ignoring case; NULL: there is none. */
const char *catalogue_section(const struct ini *ini, struct pxed_slice id);
