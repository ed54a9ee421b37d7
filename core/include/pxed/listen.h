/* Where a listener stands, as people write it: `ADDRESS:PORT [tls] [NAME]`. */
#pragma once

#include "pxed/addr.h"

struct pxed_listen {
    struct pxed_addr addr; /* 0.0.0.0 and [::]: every address of that family */
    uint16_t port;
    bool tls;
    struct pxed_slice name; /* the name that clients ask for there; unset: none. Points into the text */
};

/* NULL, or what is wrong, as the end of a sentence about the text; then *ret is untouched. */
const char *pxed_listen_parse(struct pxed_slice text, struct pxed_listen *ret);
/* Every address of its family? */
bool pxed_addr_is_any(const struct pxed_addr *addr);
