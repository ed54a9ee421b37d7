/* The classic pcap format (draft-ietf-opsawg-pcap) and the links that tcpdump writes. */
#include "pxed/capture.h"

enum { FILE_HEAD = 24, RECORD_HEAD = 16, UDP_HEAD = 8, IP_LEAST = 20, IP_UDP = 17 };
enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_SLL = 113, LINK_SLL2 = 276 };
enum { TYPE_IPV4 = 0x0800, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8 };
enum { MAGIC_MICRO = 0xa1b2c3d4, MAGIC_NANO = 0xa1b23c4d, MAGIC_NG = 0x0a0d0d0a };

static uint16_t be16(struct pxed_slice s, size_t at) {
    return (uint16_t)((uint8_t)s.ptr[at] << 8 | (uint8_t)s.ptr[at + 1]);
}

static uint32_t be32(struct pxed_slice s, size_t at) {
    return (uint32_t)be16(s, at) << 16 | be16(s, at + 2);
}

static uint32_t file_u32(const struct pxed_capture *c, struct pxed_slice s, size_t at) {
    uint32_t n = be32(s, at);
    return c->swapped ? n : __builtin_bswap32(n);
}

const char *pxed_capture_begin(struct pxed_slice file, struct pxed_capture *ret) {
    *ret = (struct pxed_capture){0};
    if (file.len < FILE_HEAD)
        return "it is shorter than the head of a capture";
    if (be32(file, 0) == MAGIC_NG)
        return "it is a pcapng file: tcpdump -r FILE -w FILE.pcap makes a pcap of it";
    uint32_t magic = file_u32(ret, file, 0);
    ret->swapped = magic != MAGIC_MICRO && magic != MAGIC_NANO;
    magic = file_u32(ret, file, 0);
    if (magic != MAGIC_MICRO && magic != MAGIC_NANO)
        return "it is no pcap file";
    ret->nano = magic == MAGIC_NANO;
    ret->link = file_u32(ret, file, 20) & 0xffff;
    ret->rest = pxed_slice_skip(file, FILE_HEAD);
    if (ret->link != LINK_ETHERNET && ret->link != LINK_RAW && ret->link != LINK_SLL && ret->link != LINK_SLL2)
        return "its link is neither Ethernet, nor tcpdump's for `any`, nor bare IP";
    return NULL;
}

bool pxed_capture_next(struct pxed_capture *c, uint64_t *ret_us, struct pxed_slice *ret_frame) {
    if (c->rest.len < RECORD_HEAD)
        return false;
    uint32_t seconds = file_u32(c, c->rest, 0), part = file_u32(c, c->rest, 4), len = file_u32(c, c->rest, 8);
    if (len > c->rest.len - RECORD_HEAD)
        return false;
    *ret_us = (uint64_t)seconds * 1000000 + (c->nano ? part / 1000 : part);
    *ret_frame = pxed_slice(c->rest.ptr + RECORD_HEAD, len);
    c->rest = pxed_slice_skip(c->rest, RECORD_HEAD + len);
    return true;
}

bool pxed_capture_payload(const struct pxed_capture *c, struct pxed_slice frame, uint16_t ethertype,
                          struct pxed_slice *ret) {
    size_t type = c->link == LINK_ETHERNET ? 12 : c->link == LINK_SLL ? 14 : 0; /* where the Ethernet type stands */
    size_t head = c->link == LINK_SLL2 ? 20 : type + 2;
    if (c->link == LINK_RAW) {
        *ret = frame;
        return ethertype == TYPE_IPV4;
    }
    while (frame.len >= head + 4 && (be16(frame, type) == TYPE_VLAN || be16(frame, type) == TYPE_QINQ)) {
        type = head + 2;
        head += 4;
    }
    if (frame.len < head || be16(frame, type) != ethertype)
        return false;
    *ret = pxed_slice_skip(frame, head);
    return true;
}

bool pxed_capture_udp(const struct pxed_capture *c, struct pxed_slice frame, struct pxed_captured_udp *ret) {
    struct pxed_slice ip;
    if (!pxed_capture_payload(c, frame, TYPE_IPV4, &ip) || ip.len < IP_LEAST + UDP_HEAD ||
        (uint8_t)ip.ptr[0] >> 4 != 4 || ip.ptr[9] != IP_UDP || (be16(ip, 6) & 0x3fff) != 0) /* no fragments */
        return false;
    size_t head = (size_t)(ip.ptr[0] & 15) * 4;
    if (head < IP_LEAST || ip.len - UDP_HEAD < head || be16(ip, head + 4) < UDP_HEAD ||
        be16(ip, head + 4) > ip.len - head)
        return false;
    *ret = (struct pxed_captured_udp){
        .source = be32(ip, 12),
        .destination = be32(ip, 16),
        .source_port = be16(ip, head),
        .destination_port = be16(ip, head + 2),
        .payload = pxed_slice(ip.ptr + head + UDP_HEAD, (size_t)be16(ip, head + 4) - UDP_HEAD),
    };
    return true;
}
