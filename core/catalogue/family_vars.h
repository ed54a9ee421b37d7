/* Variables that the installer of a family cannot serve: [lack] with `with`. */
#pragma once

#include "build_state.h"

/* Warns of each at the line that sets it, once. Rows that name files of an image too are left to family_images. */
void family_vars(struct build *b);
/* The same for one system and one row, whatever image it is said of. */
void family_vars_of(struct build *b, const struct catalogue_os *os, const struct family_lack *lack);
