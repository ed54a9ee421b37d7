/* Captures for tests: reads a whole file, or ends the process; frames and datagrams: pxed/capture.h. */
#pragma once

#include "pxed/capture.h"

struct pcap {
    char *bytes; /* the whole file */
    struct pxed_capture capture;
};

/* Ends the process if the file cannot be read: a test without its data proves nothing. */
struct pcap pcap_open(const char *path);
void pcap_close(struct pcap *p);
