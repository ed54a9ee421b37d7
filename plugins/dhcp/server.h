/* What a DHCP server says to one message: the whole table of RFC 2131 4.3, as a function of message, facts, lease
 * table, host and time. Pure: it changes the lease table and returns what to do; it never sends and never stores. */
#pragma once

#include "facts.h"
#include "leases.h"

/* What was learned about a message that is served again. */
struct dhcp_known {
    uint32_t ip;     /* our own ARP probe looked at this address; 0: there was none yet */
    bool taken;      /* a machine other than the client has it */
    bool own;        /* the client itself has it */
    unsigned probes; /* so many for this message */
    bool unwritten;  /* its commit failed */
};

/* One message with all that its answer depends on. */
struct dhcp_query {
    const struct dhcp_message *m;
    const struct dhcp_facts *facts;
    const struct pxed_host *host; /* NULL: not declared */
    uint32_t source;              /* source address of the datagram */
    bool unicast;                 /* it was sent to our address, not to everybody */
    unsigned scope;
    struct dhcp_reserved reserved;
    struct dhcp_known known;
    bool cannot_write; /* the store: what is on disk runs on, a host's ip= is given all the same, nobody else is leased
                        */
    bool doubt;        /* leases may have been lost: an address is looked at before a machine without a lease gets it */
    uint64_t lease_ms;
    uint64_t now;
};

enum dhcp_do {
    DHCP_SILENT, /* `reason` says why; OK: nothing was expected */
    DHCP_SAY,    /* send the reply */
    DHCP_STORE,  /* store the lease, then send the reply; entry->pending is to be set meanwhile */
    DHCP_JOIN,   /* its commit is under way already: send this reply when it is done, instead of the older one */
    DHCP_KEEP,   /* the store cannot write: bind the lease in memory and send the reply; store it when it can */
    DHCP_NOTE,   /* store the changed entry in its own time; no reply */
    DHCP_PROBE,  /* look who uses yiaddr, then serve the message again with what was found */
};

struct dhcp_action {
    enum dhcp_do what;
    enum pxed_reason reason;
    enum dhcp_type type;   /* OFFER, ACK or NAK */
    uint32_t yiaddr;       /* 0 in an ACK to INFORM */
    uint32_t server_id;    /* option 54 */
    uint64_t lease_ms;     /* option 51; 0: none */
    uint32_t lease;        /* STORE, JOIN, NOTE: index of the entry */
    uint32_t other_server; /* reason DHCP_OTHER_SERVER: whom the client chose */
};

/* There must be room for one more entry (dhcp_leases_room). */
struct dhcp_action dhcp_serve(struct dhcp_leases *t, const struct dhcp_query *q);

/* Option 54 for this message: our address, or what a relay wants to be there (RFC 5107). */
uint32_t dhcp_server_id(const struct dhcp_message *m, const struct dhcp_scope *scope);
