/* [pxed]: the core's own keys. */
#pragma once

#include "options.h"

enum { SETTINGS_UNKNOWN_IGNORE, SETTINGS_UNKNOWN_LOCAL, SETTINGS_UNKNOWN_SCRIPT };
enum { SETTINGS_ARM_NEW, SETTINGS_ARM_COMMAND, SETTINGS_ARM_ANY }; /* as enum lifecycle_mode */
enum { SETTINGS_IDLE_LOCAL, SETTINGS_IDLE_SILENT };

struct settings {
    struct pxed_list interfaces, plugins, hosts, loader_path;
    struct pxed_addr address;
    const char *name, *root, *state, *user;
    unsigned arm, unknown, idle;
    uint64_t arm_limit, install_timeout, drain;
    const char *file; /* the ini, for complaints about a line of it */
};

extern const struct pxed_option settings_options[];
