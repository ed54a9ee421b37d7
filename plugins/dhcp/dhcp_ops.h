/* `pxed check` and `pxed explain`. */
#pragma once

#include "pxed/plugin.h"

void dhcp_check(const void *config, const char *file, struct pxed_diags *diags);
void dhcp_explain(const void *config, const struct pxed_facts *facts, const struct pxed_verdict *verdict,
                  struct pxed_buf *out);
