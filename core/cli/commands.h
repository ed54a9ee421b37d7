/* The table of commands. */
#pragma once

#include "cli.h"

extern const struct cli_command cli_commands[]; /* ends with a zeroed row */

/* The command of this name, or NULL. */
const struct cli_command *commands_find(const char *name);
/* The command nearest to a mistyped word, or NULL. */
const char *commands_nearest(const char *word);
