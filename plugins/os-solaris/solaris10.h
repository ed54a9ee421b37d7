/* Solaris 10 for x86. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile solaris_10;
/* Facts: where the medium is for NFS. Warns of what the image's folder and the NFS server lack. */
void solaris_10_look(const struct pxed_image *image, struct pxed_diags *diags);
