/* What a ProxyDHCP server sends beside another server: boot data for PXE and HTTP clients, never an address. Pure. */
#pragma once

#include "reply.h"

enum dhcp_proxy_do {
    DHCP_PROXY_SILENT,
    DHCP_PROXY_OFFER, /* on port 67 */
    DHCP_PROXY_ACK,   /* on port 4011 */
    DHCP_PROXY_HEARD, /* no reply; `heard` is the address in the message */
};

struct dhcp_proxy_action {
    enum dhcp_proxy_do what;
    enum pxed_reason reason;
    uint32_t heard;
};

/* `boot` is what the client would get. Port 4011 is the same in server mode. */
struct dhcp_proxy_action dhcp_proxy(const struct dhcp_scope *scope, const struct dhcp_arrival *a,
                                    const struct dhcp_message *m, const struct dhcp_facts *facts,
                                    const struct dhcp_boot *boot);
