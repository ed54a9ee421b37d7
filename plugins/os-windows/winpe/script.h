/* The texts put into the image: Mustache templates of share/pxed/winpe, and of share/pxed/os-windows, whose start by
 * wimboot shares some of them. */
#pragma once

#include "options.h"

/* P/share/pxed of the program's own prefix: /proc/self/exe/../../share/pxed. Free it. */
char *script_share(void);

/* Renders the template `name` with the options' values into the new file `to`, lines ending in CR LF. -1 after printing
 * the error. */
int script_render(const char *share, const char *name, const struct options *options, const char *to);
