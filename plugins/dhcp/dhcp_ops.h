/* `pxed check` and `pxed explain`. */
#pragma once

#include "pxed/plugin.h"

void dhcp_check(const void *config, const char *file, struct pxed_diags *diags);
void dhcp_check_host(const void *config, const struct pxed_host *host, struct pxed_diags *diags);
void dhcp_explain(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                  struct pxed_buf *out);
/* The nets of [subnet], for URLs. */
bool dhcp_tell_net(const void *config, size_t at, struct pxed_net *ret);
