/* `option = NUMBER VALUE` of the ini, turned into the bytes of that option. Pure. */
#pragma once

#include "pxed/buf.h"

enum { DHCP_EXTRA_WRONG = 160 };

/* One line read. */
struct dhcp_extra {
    unsigned number;
    bool sub; /* `43.9 VALUE`: the value is one sub-option; those of one number are put behind each other */
};

/* NUMBER may be a name (optname.h), or NUMBER.SUB. VALUE is as the option wants it: addresses, a number, yes or no,
 * names, routes; 0x and hex digits or "..." always give the bytes as they stand. Appends the value to `out`. False, and
 * a sentence in `wrong` (and `out` is unchanged). */
bool dhcp_extra_parse(struct pxed_slice line, struct pxed_buf *out, struct dhcp_extra *ret,
                      char wrong[static DHCP_EXTRA_WRONG]);
