/* The families of this plugin; one file each. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile linux_debian, linux_redhat_legacy, linux_redhat;

/* Says what an image of Debian's lacks, where it looks as if it lacked nothing. */
void linux_debian_look(const struct pxed_image *image, struct pxed_diags *diags);

/* Words an installer of any family may report between installing and installed. */
extern const struct pxed_step linux_steps[];
