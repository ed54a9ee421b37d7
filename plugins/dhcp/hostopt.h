/* A host's own `option=`: further DHCP options, or other values of some. Pure. */
#pragma once

#include "extra.h"

enum { DHCP_HOST_OPTIONS = 32, DHCP_HOST_OPTIONS_MAX = 512, DHCP_MERGED_MAX = 1536 };

/* Does boot data use this option itself? Then it goes to clients that get none, unless a [class] says it. */
bool dhcp_extra_is_of_boot(unsigned number);
/* `lines`: "100 EST5EDT; domain-search lab.test". Writes them, encoded, and what of `extra` and `without` (encoded, of
 * net and class) has other numbers. False, and a sentence in `wrong`; `out` and `ret_without` are then of no use. */
bool dhcp_host_options(struct pxed_slice lines, struct pxed_slice extra, struct pxed_slice without,
                       struct pxed_buf *out, struct pxed_buf *ret_without, char wrong[static DHCP_EXTRA_WRONG]);
