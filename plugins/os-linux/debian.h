/* Debian and Ubuntu. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile linux_debian;

/* Says what an image of Debian's lacks, where it looks as if it lacked nothing. */
void linux_debian_look(const struct pxed_image *image, struct pxed_diags *diags);
