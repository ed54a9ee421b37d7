/* Negotiates a client's options (RFC 2348, 2349, 7440). Pure. */
#pragma once

#include "wire/packet.h"

enum {
    TFTP_BLKSIZE_DEFAULT = 512,
    TFTP_BLKSIZE_LEAST = 8,
    TFTP_BLKSIZE_MOST = 65464,
    TFTP_WINDOW_MOST = 64,
    /* Bytes of a window with its headers: the limit of one UDP_SEGMENT send, and enough for a boot ROM's buffers.
     * Blocks that fit an Ethernet frame may be TFTP_WINDOW_MOST all the same: far away the window is the speed. */
    TFTP_FLIGHT_MOST = 65507,
    TFTP_BLKSIZE_FRAME = 1468,
    TFTP_FLIGHT_FRAMES = TFTP_WINDOW_MOST * (TFTP_BLKSIZE_FRAME + TFTP_DATA_HEADER),
};

struct tftp_limits {
    uint64_t blksize;    /* the operator's; the interface may allow less */
    uint64_t windowsize; /* at most TFTP_WINDOW_MOST */
};

struct tftp_terms {
    unsigned accepted; /* TFTP_OPTION_BITs for the OACK; 0: none is sent */
    uint64_t value[TFTP_N_OPTIONS];
    size_t blksize;
    unsigned window;
    unsigned timeout_ms; /* 0: not requested */
};

/* `mtu` of the interface; `size` of the content, UINT64_MAX when it is not known before sending. */
struct tftp_terms tftp_negotiate(const struct tftp_request *request, const struct tftp_limits *limits, unsigned mtu,
                                 uint64_t size);
