/* One profile for each set of machines that boot in the same way; claims come from versions.def. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile windows_nt5;       /* 2000, XP, 2003: BIOS, sysprep.inf */
extern const struct pxed_profile windows_nt6_bios;  /* Vista, 2008, 7 x86: BIOS, unattend.xml */
extern const struct pxed_profile windows_nt6_x64;   /* 7 and later: BIOS and x64 UEFI */
extern const struct pxed_profile windows_nt6_x86;   /* 8 to 10: BIOS and 32-bit UEFI */
extern const struct pxed_profile windows_nt6_arm64; /* UEFI only */

/* What is wrong with `drivers`, or NULL. */
const char *windows_drivers_wrong(struct pxed_slice drivers);
