/* The families of this plugin; one file each. */
#pragma once

#include "pxed/os.h"

extern const struct pxed_profile linux_debian, linux_redhat_legacy, linux_redhat;

/* Words an installer of any family may report between installing and installed. */
extern const struct pxed_step linux_steps[];
