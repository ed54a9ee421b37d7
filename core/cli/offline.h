/* Reads a configuration without a daemon, for check and explain. Opens no socket and no database. */
#pragma once

#include <stdio.h>

#include "build.h"
#include "config.h"
#include "interfaces.h"
#include "pxed/account.h"
#include "pxed/plugin.h"
#include "site_url.h"

struct offline {
    struct plugins plugins;
    struct config *config;
    struct pxed_iface ifaces[INTERFACES_MAX];
    size_t n_ifaces;
    struct catalogue *catalogue; /* NULL after errors */
    struct pxed_diags diags;
    const struct pxed_account *account; /* the daemon's; NULL: none on this machine */
    bool by_modes; /* we are not the account and cannot become it: file access is judged by modes */
};

/* What the daemon would decide for a machine that asks at `at`; `host` NULL: it has no line. `wants`: OK, or why it is
 * given no installer. With the first loader of its firmware's key: what a machine gets that has not had one in vain.
 * The texts live in `arena`. */
struct pxed_verdict offline_verdict(const struct offline *o, const struct catalogue_host *host,
                                    const struct pxed_facts *facts, enum pxed_reason wants, const struct site_url *at,
                                    struct pxed_arena *arena);

/* `depth`: CATALOGUE_ALL also checks this machine. */
void offline_load(struct offline *o, const char *ini_path, enum catalogue_depth depth);
/* With these texts in the place of what the host files have. */
void offline_load_instead(struct offline *o, const char *ini_path, enum catalogue_depth depth,
                          const struct hostfile_instead *instead, size_t n);
void offline_free(struct offline *o);
