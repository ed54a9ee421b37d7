/* One message on its way through the files of the plugin: what is known about it. */
#pragma once

#include "dhcp_nets.h"
#include "hostopt.h"

struct packet {
    struct dhcp *d;
    struct dhcp_link *link;
    struct dhcp_port *port;
    const struct dhcp_arrival *arrival;
    struct pxed_slice bytes;
    const struct dhcp_message *m;
    const struct dhcp_known *known;
    struct dhcp_facts facts;
    unsigned scope;                 /* of the net it comes from */
    unsigned class;                 /* its place among the [class] sections, from 1; 0: none */
    const struct dhcp_terms *terms; /* of that net and the machine's class */
    struct dhcp_site site;
    struct pxed_iface iface; /* with our address in that net */
    struct pxed_verdict verdict;
    struct dhcp_boot boot;
    char extra[DHCP_MERGED_MAX], extra_without_boot[DHCP_MERGED_MAX]; /* of site, if the host has options of its own */
};

/* Records a refusal. For a boot client or a declared host it goes into the machine's journal; `stage` REFUSED ends its
 * boot, NONE does not. `detail` may be NULL. */
void packet_refuse(struct packet *p, enum pxed_stage stage, enum pxed_reason reason, const struct pxed_addr *ip,
                   const char *detail);
/* Nothing to boot. The reason of the core's verdict is in the journal already. */
void packet_refuse_boot(struct packet *p);
/* It comes from this net: sets what is said there. */
void packet_place(struct packet *p, unsigned scope);
/* Beside another DHCP server there, or on port 4011? */
bool packet_proxies(const struct packet *p);
/* What it gets to boot there, once its verdict is known. */
void packet_boot(struct packet *p);
/* Server mode, and ProxyDHCP (also port 4011 in server mode). */
void packet_serve(struct packet *p);
void packet_proxy(struct packet *p);
