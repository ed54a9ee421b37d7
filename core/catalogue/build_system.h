/* Makes the systems that lines and sections name. */
#pragma once

#include "build_state.h"

/* The system of this id, made when it is first named, at file:line. NULL after an error. Lives as long as the
 * generation. */
const struct catalogue_os *build_system(struct build *b, struct pxed_slice id, const char *file, unsigned line);
