/* One transfer with its socket: carries out what transfer.c decides. */
#pragma once

#include "tftp.h"
#include "transfer.h"
#include "wire/netascii.h"

enum { TFTP_TEXT_PLACES = 128 }; /* more than a window and one */

struct tftp_session {
    struct tftp_entry entry; /* client's address and port; first */
    struct tftp_due due;
    struct tftp *tftp;
    const struct tftp_listener *listener;
    uint64_t request_hash; /* of the packet: tells a repeated request from a new one */
    struct tftp_request request;
    char *packet; /* what `request` points into; freed once the content is open */
    bool waiting; /* for the core's `later` */
    bool held;    /* the core is asked whether what was held back may leave */
    uint64_t ticket;
    struct pxed_content *content; /* NULL while waiting */
    struct tftp_transfer transfer;
    struct tftp_terms terms;
    uint64_t size;             /* of the content before conversion */
    struct tftp_text_at *text; /* netascii: where block b begins, at b % TFTP_TEXT_PLACES */
    uint64_t advised;          /* the kernel was asked to read up to here */
    uint64_t began;            /* ms */
    unsigned resends;
    int fd;
    uv_poll_t poll;
    bool plain; /* no UDP_SEGMENT on this way */
    uint8_t oack_len;
    char oack[TFTP_SMALL_PACKET];
    char name[];
};

/* Opens the name and begins, now or when the core has it. The session may have ended when this returns. */
void tftp_session_begin(struct tftp *tftp, const struct tftp_listener *listener, const struct pxed_addr *peer,
                        uint16_t port, struct pxed_slice packet, const struct tftp_request *request);
/* The client repeats its request: it has not seen our first packet. */
void tftp_session_repeat(struct tftp_session *s);
/* Its time has come. */
void tftp_session_tick(struct tftp_session *s);
/* Ends it whatever it does: `reason` OK is no fault. */
void tftp_session_end(struct tftp_session *s, enum pxed_reason reason, bool whole);

/* Another request came from its port: has the client left this transfer? Not while it acknowledges: behind a NAT, and
 * on hosts that let sockets share a port, two clients can look like one. What is wrongly kept ends by the timer. */
bool tftp_session_is_left(const struct tftp_session *s);

/* The packet was the one that began this session, and nothing was acknowledged yet. */
bool tftp_session_is_repeat(const struct tftp_session *s, struct pxed_slice packet);
