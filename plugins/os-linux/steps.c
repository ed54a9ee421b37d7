/* Words an installer of any family may report between installing and installed. */
#include "steps.h"

const struct pxed_step linux_steps[] = {
    {"modules", false},
    {"disk", true},
    {"formatted", true},
    {"rootfs", true},
    {"packages", true},
    {"bootable", true},
    {0},
};
