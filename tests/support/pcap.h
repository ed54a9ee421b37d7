/* Reads classic pcap files for tests: Ethernet frames in order, and the IPv4 UDP datagrams in them. */
#pragma once

#include "pxed/slice.h"

struct pcap_udp {
    uint32_t source, destination; /* host order */
    uint16_t source_port, destination_port;
    struct pxed_slice payload;
};

struct pcap {
    char *bytes; /* the whole file */
    size_t len, at;
};

/* Ends the process if the file cannot be read: a test without its data proves nothing. */
struct pcap pcap_open(const char *path);
void pcap_close(struct pcap *p);
/* The next frame, with its time in microseconds since the epoch; false at the end. */
bool pcap_next(struct pcap *p, uint64_t *ret_us, struct pxed_slice *ret_frame);
/* Is this frame a whole IPv4 UDP datagram (VLAN tags skipped)? */
bool pcap_udp(struct pxed_slice frame, struct pcap_udp *ret);
/* The payload after the Ethernet header if its type is `ethertype`. */
bool pcap_payload(struct pxed_slice frame, uint16_t ethertype, struct pxed_slice *ret);
