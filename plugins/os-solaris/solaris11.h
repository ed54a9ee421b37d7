/* Solaris 11 for x86. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile solaris_11;
