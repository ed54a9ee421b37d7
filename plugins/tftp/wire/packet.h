/* TFTP packets (RFC 1350, options 2347): bytes to values and back. Pure. */
#pragma once

#include "pxed/slice.h"

enum tftp_opcode { TFTP_RRQ = 1, TFTP_WRQ, TFTP_DATA, TFTP_ACK, TFTP_ERROR, TFTP_OACK };

enum tftp_code {
    TFTP_CODE_UNDEFINED = 0,
    TFTP_CODE_NOT_FOUND = 1,
    TFTP_CODE_ACCESS = 2,
    TFTP_CODE_ILLEGAL = 4,
    TFTP_CODE_UNKNOWN_TID = 5,
    TFTP_CODE_OPTION = 8, /* RFC 2347: the client ends a transfer over its options */
};

enum tftp_mode { TFTP_OCTET, TFTP_NETASCII, TFTP_MAIL, TFTP_OTHER_MODE };

enum tftp_option { TFTP_BLKSIZE, TFTP_TIMEOUT, TFTP_TSIZE, TFTP_WINDOWSIZE, TFTP_N_OPTIONS };
#define TFTP_OPTION_BIT(o) (1u << (o))

enum {
    TFTP_DATA_HEADER = 4,
    TFTP_NAME_MAX = 255,
    /* Room for an ERROR or an OACK: four options of at most 10 + 1 + 20 + 1 bytes each. */
    TFTP_SMALL_PACKET = 160,
};

/* A read or write request. Slices point into the packet. */
struct tftp_request {
    enum tftp_opcode opcode;
    struct pxed_slice name; /* without trailing control bytes and 0xFF, without tftp://host/; may be empty */
    enum tftp_mode mode;
    unsigned asked; /* TFTP_OPTION_BITs: options with a readable number */
    uint64_t value[TFTP_N_OPTIONS];
    struct pxed_slice spelling[TFTP_N_OPTIONS]; /* the name as the client wrote it: some compare it by case */
    uint8_t order[TFTP_N_OPTIONS];              /* in which it asked them */
    unsigned n_order;
};

/* What comes back on a transfer's own port. */
struct tftp_reply {
    enum tftp_opcode opcode;
    uint16_t number;           /* ACK: block; ERROR: code */
    struct pxed_slice message; /* ERROR */
};

/* 0 for a packet too short to have one. */
unsigned tftp_opcode_of(struct pxed_slice packet);

/* RRQ or WRQ; false when name or mode are cut off. Unknown, unreadable, repeated and cut-off options are passed over:
 * RFC 2347 has them ignored. */
bool tftp_parse_request(struct pxed_slice packet, struct tftp_request *ret);
/* ACK or ERROR; false for anything else. */
bool tftp_parse_reply(struct pxed_slice packet, struct tftp_reply *ret);

void tftp_put_data_header(char out[static TFTP_DATA_HEADER], uint64_t block);

/* Both return the length written; a text too long for `cap` is cut, an OACK never is (TFTP_SMALL_PACKET). */
size_t tftp_build_error(char *out, size_t cap, enum tftp_code code, struct pxed_slice text);
/* `accepted`: TFTP_OPTION_BITs, all of them asked; answered in the order and the spelling of the request. */
size_t tftp_build_oack(char *out, size_t cap, const struct tftp_request *request, unsigned accepted,
                       const uint64_t value[static TFTP_N_OPTIONS]);
