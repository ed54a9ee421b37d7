/* One transfer with its socket. */
#pragma once

#include <netinet/in.h>

#include "tftp_state.h"
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
    char *packet;     /* what `request` points into; freed once the content is open */
    bool waiting;     /* for the core's `later` */
    bool held;        /* the core was asked whether the held-back part may be sent */
    bool asked_heard; /* that the client was heard; else that the arming is used up */
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
    bool shared;           /* the listener's: single-port */
    struct sockaddr_in to; /* then the client's port must be named */
    struct pxed_poll poll;
    bool plain; /* this route has no UDP_SEGMENT */
    uint8_t oack_len;
    char oack[TFTP_SMALL_PACKET];
    char name[];
};
