/* Reloads: a changed host file is in force within a second; SIGHUP reads the ini too. */
#pragma once

#include "context.h"

/* Starts to watch the host files. 0 or a negative errno: one of them is not watched, which is logged; the others are.
 */
int reload_init(struct daemon *d);
/* `whole` (SIGHUP): reads the ini again, and may drop many hosts. */
void reload_now(struct daemon *d, bool whole);
/* Closes its handles; call before the loop ends. */
void reload_free(struct daemon *d);
/* Builds a generation from `config`, which must live as long; the caller gives the generation its reference. NULL after
 * errors. */
struct catalogue *reload_build(struct daemon *d, struct config *config, const char *hosts_from,
                               struct pxed_diags *diags);
/* The first table, at start. The last good one is used if the host file cannot be read or is empty. NULL: there is
 * none. */
struct catalogue *reload_first(struct daemon *d, struct pxed_diags *diags);
