/* A configuration read without a daemon: for check and explain. No socket, no database. */
#pragma once

#include <stdio.h>

#include "build.h"
#include "config.h"
#include "interfaces.h"

struct offline {
    struct plugins plugins;
    struct config *config;
    struct pxed_iface ifaces[INTERFACES_MAX];
    size_t n_ifaces;
    struct catalogue *catalogue; /* NULL after errors */
    struct pxed_diags diags;
    const struct passwd *account; /* the daemon's; NULL: none on this machine */
    bool by_modes;                /* it is neither ours nor may we become it: what it may read is judged by modes */
};

/* `depth`: CATALOGUE_ALL asks this machine, too. */
void offline_load(struct offline *o, const char *ini_path, enum catalogue_depth depth);
void offline_free(struct offline *o);
