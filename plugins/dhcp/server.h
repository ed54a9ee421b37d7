/* What a DHCP server answers to one message: the table of RFC 2131 4.3, as a function of message, facts, lease table,
 * host and time. Pure: it changes the lease table and returns what to do; it never sends and never stores. */
#pragma once

#include "facts.h"
#include "leases.h"

/* What is known about a message that is handled again. */
struct dhcp_known {
    uint32_t ip;     /* our own probe checked this address; 0: not yet */
    bool taken;      /* a machine other than the client has it */
    bool own;        /* the client itself has it */
    bool early;      /* nobody answered so far; the probe goes on */
    unsigned probes; /* number of probes for this message */
    bool unwritten;  /* its commit failed */
};

/* One message with everything that its answer depends on. */
struct dhcp_query {
    const struct dhcp_message *m;
    const struct dhcp_facts *facts;
    const struct pxed_host *host; /* NULL: not declared */
    uint32_t source;              /* source address of the datagram */
    bool unicast;                 /* it was sent to our address, not broadcast */
    unsigned scope;
    uint32_t server; /* our address for this net, which option 54 says */
    struct dhcp_reserved reserved;
    struct dhcp_known known;
    bool cannot_write; /* the store: leases on disk continue, a host's ip= is still given, no other machine gets a lease
                        */
    bool doubt;        /* leases may have been lost: an address is probed before a machine without a lease gets it */
    bool mild;         /* authoritative = no: no NAK for an address that is not ours */
    uint64_t lease_ms;
    uint64_t now;
};

enum dhcp_do {
    DHCP_SILENT, /* `reason` says why; OK: no answer is expected */
    DHCP_SAY,    /* send the reply */
    DHCP_STORE,  /* store the lease, then send the reply; set entry->pending meanwhile */
    DHCP_JOIN,   /* its commit is running already: send this reply when it is done, instead of the older one */
    DHCP_KEEP,   /* the store cannot write: bind the lease in memory and send the reply; store it when it can */
    DHCP_NOTE,   /* store the changed entry later; no reply */
    DHCP_PROBE,  /* probe yiaddr, then handle the message again with the result; if `hasty`, already after the first
                    look (dhcp_known.early): the probe goes on */
};

struct dhcp_action {
    enum dhcp_do what;
    enum pxed_reason reason;
    enum dhcp_type type;   /* OFFER, ACK or NAK */
    uint32_t yiaddr;       /* 0 in an ACK to INFORM */
    uint32_t server_id;    /* option 54 */
    uint64_t lease_ms;     /* option 51; 0: none */
    uint32_t lease;        /* STORE, JOIN, NOTE: index of the entry */
    uint32_t other_server; /* reason DHCP_OTHER_SERVER: the chosen server */
    bool hasty;            /* PROBE */
};

/* There must be room for one more entry (dhcp_leases_room). */
struct dhcp_action dhcp_serve(struct dhcp_leases *t, const struct dhcp_query *q);

/* Option 54 for this message: our address, or the one that a relay asks for (RFC 5107). */
uint32_t dhcp_server_id(const struct dhcp_message *m, uint32_t server);
