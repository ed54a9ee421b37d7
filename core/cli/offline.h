/* A configuration read without a daemon: for check and explain. No socket, no database. */
#pragma once

#include <stdio.h>

#include "daemon.h"

struct offline {
    struct plugins plugins;
    struct config *config;
    struct pxed_iface ifaces[DAEMON_IFACES];
    size_t n_ifaces;
    struct catalogue *catalogue; /* NULL after errors */
    struct pxed_diags diags;
};

void offline_load(struct offline *o, const char *ini_path);
void offline_free(struct offline *o);
