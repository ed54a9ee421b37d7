/* A changed host file is in force within a second; SIGHUP reads the ini too. */
#pragma once

#include "context.h"

/* Starts to watch the host files. 0 or a negative errno. */
int reload_init(struct daemon *d);
/* `whole`: SIGHUP: the ini is read again, and hosts may be dropped. */
void reload_now(struct daemon *d, bool whole);
/* Closes its handles: before the loop ends. */
void reload_free(struct daemon *d);
/* Builds a generation of `config`; it shares the configuration. NULL after errors. */
struct catalogue *reload_build(struct daemon *d, struct config *config, const char *hosts_from,
                               struct pxed_diags *diags);
