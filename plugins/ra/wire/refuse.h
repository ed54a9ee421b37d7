/* DHCPv6 of firmware's network boot (RFC 8415, RFC 5970): what ends it at once. Pure. */
#pragma once

#include "pxed/buf.h"

enum { REFUSE_PORT = 547, REFUSE_MAX = 400 };

/* What a machine asked, as slices of its message. */
struct refuse_ask {
    bool request;                  /* a REQUEST to this server; false: a SOLICIT to all */
    struct pxed_slice transaction; /* 3 bytes */
    struct pxed_slice client;      /* its DUID */
    struct pxed_slice ia;          /* the 4 bytes that name its set of addresses */
    struct pxed_slice class;       /* option 16, whole */
    bool http;                     /* HTTP Boot; false: PXE */
};

/* Reads the message of a UDP packet. False: it is nothing that firmware asks to boot by PXE or HTTP, it is for another
 * server than that of `own_mac`, or malformed. */
bool refuse_read(struct pxed_slice message, const uint8_t own_mac[static 6], struct refuse_ask *ret);

/* The answer, at most REFUSE_MAX bytes. To a SOLICIT an offer that is taken at once; to the REQUEST a refusal: EDK2
 * drops offers that hold one (Dhcp6HandleAdvertiseMsg), and would ask on for a minute. */
void refuse_write(const struct refuse_ask *ask, const uint8_t own_mac[static 6], struct pxed_buf *out);
