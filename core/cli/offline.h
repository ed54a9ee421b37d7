/* Reads a configuration without a daemon, for check and explain. Opens no socket and no database. */
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
    bool by_modes;                /* we are not the account and cannot become it: file access is judged by modes */
};

/* `depth`: CATALOGUE_ALL also checks this machine. */
void offline_load(struct offline *o, const char *ini_path, enum catalogue_depth depth);
void offline_free(struct offline *o);
