/* Captures of traffic: classic pcap files (microseconds or nanoseconds, either byte order), and the IPv4 UDP datagrams
 * in their frames. Pure: slices point into the file's bytes. */
#pragma once

#include "pxed/slice.h"

struct pxed_capture {
    struct pxed_slice rest;
    bool swapped, nano;
    uint32_t link; /* tcpdump.org/linktypes.html */
};

struct pxed_captured_udp {
    uint32_t source, destination; /* host order */
    uint16_t source_port, destination_port;
    struct pxed_slice payload;
};

/* NULL, or a sentence that says why this file cannot be read. */
const char *pxed_capture_begin(struct pxed_slice file, struct pxed_capture *ret);
/* The next frame, with its time in microseconds since the epoch; false at the end, and where a frame is cut off. */
bool pxed_capture_next(struct pxed_capture *c, uint64_t *ret_us, struct pxed_slice *ret_frame);
/* What follows the link's header, if it is of this Ethernet type; VLAN tags are skipped. */
bool pxed_capture_payload(const struct pxed_capture *c, struct pxed_slice frame, uint16_t ethertype,
                          struct pxed_slice *ret);
/* Is this frame a whole IPv4 UDP datagram? */
bool pxed_capture_udp(const struct pxed_capture *c, struct pxed_slice frame, struct pxed_captured_udp *ret);
