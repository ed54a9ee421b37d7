#include "pcap.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_HEAD = 24, RECORD_HEAD = 16, LINK_ETHERNET = 1 };

static uint32_t le32(const char *at) {
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint16_t be16(struct pxed_slice s, size_t at) {
    return (uint16_t)((uint8_t)s.ptr[at] << 8 | (uint8_t)s.ptr[at + 1]);
}

static uint32_t be32(struct pxed_slice s, size_t at) {
    return (uint32_t)be16(s, at) << 16 | be16(s, at + 2);
}

static void die(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(2);
}

struct pcap pcap_open(const char *path) {
    struct pcap p = {.at = FILE_HEAD};
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        die(path, "cannot be read");
    p.len = (size_t)ftell(f);
    rewind(f);
    p.bytes = malloc(p.len + 1);
    if (!p.bytes || fread(p.bytes, 1, p.len, f) != p.len)
        die(path, "cannot be read");
    fclose(f);
    if (p.len < FILE_HEAD || le32(p.bytes) != 0xa1b2c3d4 || (le32(p.bytes + 20) & 0xffff) != LINK_ETHERNET)
        die(path, "is no little-endian Ethernet pcap");
    return p;
}

void pcap_close(struct pcap *p) {
    free(p->bytes);
    *p = (struct pcap){0};
}

bool pcap_next(struct pcap *p, uint64_t *ret_us, struct pxed_slice *ret_frame) {
    if (p->len - p->at < RECORD_HEAD)
        return false;
    const char *head = p->bytes + p->at;
    size_t len = le32(head + 8);
    if (len > p->len - p->at - RECORD_HEAD)
        return false;
    *ret_us = (uint64_t)le32(head) * 1000000 + le32(head + 4);
    *ret_frame = pxed_slice(head + RECORD_HEAD, len);
    p->at += RECORD_HEAD + len;
    return true;
}

bool pcap_payload(struct pxed_slice frame, uint16_t ethertype, struct pxed_slice *ret) {
    size_t at = 12;
    while (frame.len >= at + 2 && be16(frame, at) == 0x8100)
        at += 4;
    if (frame.len < at + 2 || be16(frame, at) != ethertype)
        return false;
    *ret = pxed_slice_skip(frame, at + 2);
    return true;
}

bool pcap_udp(struct pxed_slice frame, struct pcap_udp *ret) {
    struct pxed_slice ip;
    if (!pcap_payload(frame, 0x0800, &ip) || ip.len < 28 || (uint8_t)ip.ptr[0] >> 4 != 4 || ip.ptr[9] != 17 ||
        (be16(ip, 6) & 0x1fff) != 0)
        return false;
    size_t head = (size_t)(ip.ptr[0] & 15) * 4;
    if (head < 20 || ip.len < head + 8 || be16(ip, head + 4) < 8 || be16(ip, head + 4) > ip.len - head)
        return false;
    *ret = (struct pcap_udp){.source = be32(ip, 12),
                             .destination = be32(ip, 16),
                             .source_port = be16(ip, head),
                             .destination_port = be16(ip, head + 2),
                             .payload = pxed_slice(ip.ptr + head + 8, (size_t)be16(ip, head + 4) - 8)};
    return true;
}
