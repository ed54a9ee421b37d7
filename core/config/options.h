/* Option rows bound to ini entries: defaults, parsing, limits, nearest words, and the manual. */
#pragma once

#include <stdio.h>

#include "inifile.h"
#include "pxed/option.h"
#include "values.h"

/* Fills `config` (zeroed before) from the section's entries; rows end with a zeroed one. Strings live in `arena`. Every
 * complaint goes to diags; what is wrong keeps its default. `open`: the section may hold other keys, which somebody
 * else judges. */
void options_bind(const struct pxed_option *rows, const char *section, bool open, struct ini *ini, void *config,
                  struct pxed_arena *arena, struct pxed_diags *diags);

/* The rows as a manual page for people: `section`, then key, kind, default, help. */
void options_print(FILE *to, const char *section, const char *summary, const struct pxed_option *rows);
