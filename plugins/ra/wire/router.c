/* Router solicitations and advertisements on the wire. Pure. */
#include "wire/router.h"

enum { OPT_SOURCE_MAC = 1, RS_HEAD = 8, RA_HEAD = 16 };

bool ra_link_local(const uint8_t address[16]) {
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

void ra_link_local_of(const uint8_t mac[static 6], uint8_t ret[static 16]) {
    memset(ret, 0, 16);
    memcpy(ret, "\xfe\x80", 2);
    memcpy(ret + 8, mac, 3);
    ret[8] ^= 2;
    memcpy(ret + 11, "\xff\xfe", 2);
    memcpy(ret + 13, mac + 3, 3);
}

/* The interface identifier of RFC 4291 A: the MAC with ff:fe in the middle and one bit inverted. */
static bool mac_of_eui64(const uint8_t source[16], struct pxed_hwaddr *ret) {
    if (!ra_link_local(source) || source[11] != 0xff || source[12] != 0xfe)
        return false;
    *ret = (struct pxed_hwaddr){.type = 1, .len = 6};
    memcpy(ret->bytes, source + 8, 3);
    memcpy(ret->bytes + 3, source + 13, 3);
    ret->bytes[0] ^= 2;
    return true;
}

/* Options are type, length in units of 8 bytes, data. Length 0 makes the whole message invalid. */
static bool read_options(struct pxed_slice rest, struct pxed_hwaddr *mac) {
    while (rest.len > 0) {
        if (rest.len < 2)
            return false;
        size_t len = (size_t)(uint8_t)rest.ptr[1] * 8;
        if (len == 0 || len > rest.len)
            return false;
        if ((uint8_t)rest.ptr[0] == OPT_SOURCE_MAC && len == 8) {
            *mac = (struct pxed_hwaddr){.type = 1, .len = 6};
            memcpy(mac->bytes, rest.ptr + 2, 6);
        }
        rest = pxed_slice_skip(rest, len);
    }
    return true;
}

struct ra_message ra_parse(struct pxed_slice icmp, const uint8_t source[16], int hop_limit) {
    struct ra_message m = {.kind = RA_NEITHER}, nothing = m;
    if (icmp.len < RS_HEAD || icmp.ptr[1] != 0 || hop_limit != RA_HOP_LIMIT)
        return nothing;
    uint8_t type = (uint8_t)icmp.ptr[0];
    if (type == RA_SOLICITATION) {
        m.kind = RA_SOLICITS;
        if (!read_options(pxed_slice_skip(icmp, RS_HEAD), &m.mac))
            return nothing;
        if (m.mac.len == 0)
            mac_of_eui64(source, &m.mac);
        return m;
    }
    if (type != RA_ADVERTISEMENT || icmp.len < RA_HEAD || !ra_link_local(source))
        return nothing;
    m.kind = RA_ADVERTISES;
    m.lifetime = (uint16_t)((uint8_t)icmp.ptr[6] << 8 | (uint8_t)icmp.ptr[7]);
    struct pxed_hwaddr unused;
    return read_options(pxed_slice_skip(icmp, RA_HEAD), &unused) ? m : nothing;
}

void ra_build(uint8_t reply[RA_REPLY_SIZE], const uint8_t own_mac[6]) {
    memset(reply, 0, RA_REPLY_SIZE);
    reply[0] = RA_ADVERTISEMENT;
    reply[16] = OPT_SOURCE_MAC;
    reply[17] = 1;
    memcpy(reply + 18, own_mac, 6);
}
