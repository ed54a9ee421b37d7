/* Words an installer of any family may report between installing and installed. */
#include "steps.h"

const struct pxed_step linux_steps[] = {
    {"modules", false},
    {"disk", false},
    {"formatted", false},
    {"rootfs", false},
    {"packages", false},
    {"bootable", true},
    {0},
};
