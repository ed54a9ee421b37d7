/* What a ProxyDHCP server and port 4011 do with a message. Pure. */
#include "proxy.h"

static struct dhcp_proxy_action proxy_act(enum dhcp_proxy_do what, enum pxed_reason reason) {
    return (struct dhcp_proxy_action){.what = what, .reason = reason};
}

/* A DISCOVER from a boot client. PXE 2.1 requires option 93; iPXE is recognised by other options. */
static struct dhcp_proxy_action proxy_discover(const struct dhcp_facts *facts, const struct dhcp_boot *boot) {
    bool pxe =
        (facts->pxe_class || facts->http_class) && (facts->seen.has_firmware || facts->seen.loader != PXED_LOADER_NONE);
    if (!pxe)
        return proxy_act(DHCP_PROXY_SILENT, PXED_WHY_OK);
    return boot->offered ? proxy_act(DHCP_PROXY_OFFER, PXED_WHY_OK) : proxy_act(DHCP_PROXY_SILENT, boot->reason);
}

/* A REQUEST on port 67 is for the DHCP server. Its address is only information for people, because anyone can send
 * one. */
static struct dhcp_proxy_action proxy_request(const struct dhcp_scope *scope, const struct dhcp_message *m) {
    struct dhcp_proxy_action a = proxy_act(DHCP_PROXY_SILENT, PXED_WHY_OK);
    uint32_t ip = m->ciaddr;
    if (ip == 0 && !dhcp_get_u32(m, DHCP_OPT_REQUESTED, &ip))
        return a;
    if (!dhcp_scope_has(scope, ip))
        return a;
    a.what = DHCP_PROXY_HEARD;
    a.heard = ip;
    return a;
}

/* The second half of ProxyDHCP, and iPXE's boot server request, whose xid is 0 (PROTOCOLS.md 0.8). Answered only to
 * addresses of the served network. */
static struct dhcp_proxy_action boot_server(const struct dhcp_scope *scope, const struct dhcp_arrival *arrival,
                                            const struct dhcp_message *m, const struct dhcp_boot *boot) {
    if (m->type != DHCP_REQUEST && m->type != DHCP_INFORM)
        return proxy_act(DHCP_PROXY_SILENT, PXED_WHY_DHCP_NOT_OURS);
    uint32_t client = m->ciaddr ? m->ciaddr : arrival->source;
    if (!dhcp_scope_has(scope, client) || !dhcp_scope_has(scope, arrival->source))
        return proxy_act(DHCP_PROXY_SILENT, PXED_WHY_DHCP_WRONG_NET);
    struct dhcp_proxy_action a =
        boot->offered ? proxy_act(DHCP_PROXY_ACK, PXED_WHY_OK) : proxy_act(DHCP_PROXY_SILENT, boot->reason);
    a.heard = client;
    return a;
}

struct dhcp_proxy_action dhcp_proxy(const struct dhcp_scope *scope, const struct dhcp_arrival *a,
                                    const struct dhcp_message *m, const struct dhcp_facts *facts,
                                    const struct dhcp_boot *boot) {
    if (a->port == DHCP_PORT_PXE)
        return boot_server(scope, a, m, boot);
    switch (m->type) {
    case DHCP_DISCOVER:
        return proxy_discover(facts, boot);
    case DHCP_REQUEST:
        return proxy_request(scope, m);
    default: /* for the other server */
        return proxy_act(DHCP_PROXY_SILENT, PXED_WHY_OK);
    }
}
