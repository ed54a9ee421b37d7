/* Words an installer of any family may report between installing and installed. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_step linux_steps[];
