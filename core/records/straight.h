/* HTTP boot without a loader in between: the program that a machine is to boot, where firmware can start it itself. */
#pragma once

#include "context.h"

/* Its name below /boot, ending in NUL; unset: this machine needs a loader now. Valid until the next call. */
struct pxed_slice straight_name(struct daemon *d, const struct pxed_hwaddr *mac, enum pxed_firmware firmware);
