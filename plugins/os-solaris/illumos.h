/* OmniOS by kayak, SmartOS and other illumos systems as live systems. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile illumos_omnios, illumos_smartos, illumos_live;
/* Facts: the file that kayak unpacks. Warns if it or the unpacked miniroot is missing. */
void illumos_omnios_look(const struct pxed_image *image, struct pxed_diags *diags);
/* Warns that a system without a disk of its own must boot by network each time. */
void illumos_smartos_look(const struct pxed_image *image, struct pxed_diags *diags);
