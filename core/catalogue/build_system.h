/* Makes the systems that lines and sections name. */
#pragma once

#include "build_state.h"

/* The system of this id, made when it is first named, at file:line. NULL after an error. Lives as long as the
 * generation. */
const struct catalogue_os *build_system(struct build *b, struct pxed_slice id, const char *file, unsigned line);
/* Are the initrds of this section modules of a multiboot kernel, whose arguments may stand behind them? */
bool build_has_modules(const struct ini *ini, const char *section);
