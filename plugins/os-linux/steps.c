/* What installers of Linux report between installing and installed. */
#include "profiles.h"

const struct pxed_step linux_steps[] = {
    {"modules", false},
    {"disk", true},
    {"formatted", true},
    {"rootfs", true},
    {"packages", true},
    {"bootable", true},
    {0},
};
