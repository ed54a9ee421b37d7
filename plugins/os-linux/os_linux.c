/* os-linux: Linux by data. Its families are the ini files of share/, and those of etc/pxed/os-linux.d. */
#include "pxed/plugin.h"

static const struct pxed_profile *const profiles[] = {NULL};

static const struct pxed_os_ops ops = {.size = sizeof(ops), .profiles = profiles, .families = true};

PXED_PLUGIN(os_linux, .kind = PXED_KIND_OS, .name = "os-linux", .version = "2",
            .summary = "Linux: one data file for each family of systems", .ops = &ops)
