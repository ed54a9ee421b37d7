/* The options of RFC 2132 and its successors that can be written by name, and how their values are written. Pure. */
#pragma once

#include "pxed/slice.h"

enum dhcp_value {
    DHCP_VALUE_ANY, /* addresses if all words are, else text; what is not in the table */
    DHCP_VALUE_TEXT,
    DHCP_VALUE_ADDRS,
    DHCP_VALUE_PAIRS, /* of addresses */
    DHCP_VALUE_BOOL,
    DHCP_VALUE_U8,
    DHCP_VALUE_U16,
    DHCP_VALUE_U32,
    DHCP_VALUE_I32,
    DHCP_VALUE_U16S,   /* several */
    DHCP_VALUE_NAMES,  /* domain names (RFC 3397) */
    DHCP_VALUE_ROUTES, /* NET/PREFIX ROUTER, ... (RFC 3442) */
};

struct dhcp_optname {
    const char *name; /* as ISC's and Kea's configurations spell it */
    uint8_t number;
    enum dhcp_value value;
};

/* NULL: there is none. */
const struct dhcp_optname *dhcp_optname_find(struct pxed_slice name);
const struct dhcp_optname *dhcp_optname_of(unsigned number);
/* The nearest name to a mistyped one, or NULL. */
const char *dhcp_optname_near(struct pxed_slice name);
