#include "pcap.h"

#include <stdio.h>
#include <stdlib.h>

static void die(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(2);
}

struct pcap pcap_open(const char *path) {
    struct pcap p;
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        die(path, "cannot be read");
    size_t len = (size_t)ftell(f);
    rewind(f);
    p.bytes = malloc(len + 1);
    if (!p.bytes || fread(p.bytes, 1, len, f) != len)
        die(path, "cannot be read");
    fclose(f);
    const char *wrong = pxed_capture_begin(pxed_slice(p.bytes, len), &p.capture);
    if (wrong)
        die(path, wrong);
    return p;
}

void pcap_close(struct pcap *p) {
    free(p->bytes);
    *p = (struct pcap){0};
}
