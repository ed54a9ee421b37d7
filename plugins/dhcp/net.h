/* The nets that are served, and which one a message comes from: of its relay (RFC 3046, 3527), of the subnet it selects
 * (RFC 3011), of its address, or of the interface. Pure. */
#pragma once

#include "config.h"
#include "scope.h"
#include "wire/message.h"

enum { DHCP_NO_LINK = -1, DHCP_NO_SCOPE = -1 };

/* What is said in a net: its configuration with a class on top. */
struct dhcp_terms {
    struct dhcp_config config;
    struct pxed_slice extra;              /* encoded `option =` lines: code, length, value, ... */
    struct pxed_slice extra_without_boot; /* further ones, for clients that get no boot data */
};

/* One served net. Its index is that of its scope; both arrays are in the order of their addresses, so that a net is
 * found by halving, and no two nets overlap. */
struct dhcp_net {
    const char *label; /* "10.20.0.0/24" */
    int link;          /* index of its interface, or DHCP_NO_LINK: it lies behind relays */
    unsigned beside;   /* the next net of the same wire (`shared`, or one interface), around; itself if there is none */
    uint32_t address;  /* what option 54, siaddr and URLs say; 0: the address of the interface that was asked */
    const struct pxed_addrs *relays; /* listed ones; empty: any giaddr inside the net */
    const struct dhcp_terms *terms;  /* [0]: without a class; then one for each [class], in the order of the ini */
    bool heard;                      /* a message came from there since the start */
};

/* A relay that a net lists. */
struct dhcp_listed {
    uint32_t giaddr;
    unsigned scope;
};

struct dhcp_nets {
    const struct dhcp_net *items;
    const struct dhcp_scope *scopes;
    unsigned n;
    const struct dhcp_listed *relays; /* in the order of giaddr */
    unsigned n_relays;
};

/* The net that an address belongs to, or DHCP_NO_SCOPE. */
int dhcp_net_of(const struct dhcp_nets *nets, uint32_t ip);

struct dhcp_place {
    int scope; /* DHCP_NO_SCOPE: `reason` says why */
    enum pxed_reason reason;
    uint32_t wanted; /* the address that no net here has, for a refusal */
};

/* `own`: the scope of the interface that it came by; `source`: where it came from; `unicast`: it was sent to us alone.
 * A renewal without a relay tells its net by its address (RFC 2131 4.3.2). */
struct dhcp_place dhcp_place(const struct dhcp_nets *nets, const struct dhcp_message *m, int own, uint32_t source,
                             bool unicast);
