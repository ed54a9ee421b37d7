/* Identifies the client from one message, including quirks of firmware. Pure. */
#pragma once

#include "pxed/plugin.h"
#include "wire/message.h"

enum dhcp_quirk {
    DHCP_QUIRK_NO_HTTP = 1,   /* an iPXE built without HTTP: serve it like a ROM (PROTOCOLS.md 3.2) */
    DHCP_QUIRK_RASPBERRY = 2, /* reports architecture 0 but runs no x86 loader (PROTOCOLS.md 5) */
    DHCP_QUIRK_BSDP = 4,      /* an Apple firmware with its own protocol: not served */
};

struct dhcp_facts {
    struct pxed_facts seen; /* what the core gets */
    bool pxe_class;         /* option 60 begins with PXEClient */
    bool http_class;        /* ... with HTTPClient */
    bool other_class;       /* a boot client of another kind: U-Boot, LinuxBoot, ONIE, ... */
    unsigned quirks;        /* enum dhcp_quirk bits */
};

/* False when the message names no machine. The result points into the message and `iface`. */
bool dhcp_facts(const struct dhcp_message *m, const struct pxed_iface *iface, struct dhcp_facts *ret);

/* The next of several user classes with lengths before them (RFC 3004). False where what is left has no such form: it
 * is RFC 3004 only if nothing is left. */
bool dhcp_user_class_next(struct pxed_slice *rest, struct pxed_slice *ret);

/* Can this client run a boot script from a URL? iPXE and gPXE with HTTP. */
bool dhcp_runs_script(const struct dhcp_facts *facts);

/* The host name of option 12 if it is one label of [A-Za-z0-9-]; a domain after it is cut off. Unset otherwise. */
struct pxed_slice dhcp_hostname(const struct dhcp_message *m);
