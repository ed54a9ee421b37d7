/* Binds option rows to ini entries: defaults, parsing, limits, spelling advice, and the manual. */
#pragma once

#include <stdio.h>

#include "inifile.h"
#include "pxed/option.h"
#include "values.h"

/* Fills `config` (zeroed by the caller) from the section's entries; rows end with a zeroed one. Strings live in
 * `arena`. Errors go to diags; a wrong value keeps its default. `open`: the section may hold other keys, which are
 * checked elsewhere. */
void options_bind(const struct pxed_option *rows, const char *section, bool open, struct ini *ini, void *config,
                  struct pxed_arena *arena, struct pxed_diags *diags);
/* The same without defaults, over what `config` holds already. Returns which rows the section sets, as bits. */
uint64_t options_bind_over(const struct pxed_option *rows, const char *section, struct ini *ini, void *config,
                           struct pxed_arena *arena, struct pxed_diags *diags);

/* Prints the rows as a manual: `section`, then key, kind, default, help. */
void options_print(FILE *to, const char *section, const char *summary, const struct pxed_option *rows);
/* Copies the members that take effect only at start. What they point to stays where it is. */
void options_keep(const struct pxed_option *rows, const void *from, void *to);
