/* Debian and Ubuntu. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile linux_debian;

/* Reports what an image of Debian lacks although it looks complete. */
void linux_debian_look(const struct pxed_image *image, struct pxed_diags *diags);
