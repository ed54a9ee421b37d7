/* DHCPv4 replies on the wire: built with a size budget. Pure. */
#include "wire/build.h"

static void build_put_u16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void build_put_u32(uint8_t *at, uint32_t value) {
    build_put_u16(at, (uint16_t)(value >> 16));
    build_put_u16(at + 2, (uint16_t)value);
}

static void put_field(uint8_t *at, size_t size, struct pxed_slice text) {
    if (text.len > 0 && text.len < size)
        memcpy(at, text.ptr, text.len);
}

/* Bytes an option takes: 255 per piece, two of head each (RFC 3396 5). */
static size_t pieces_size(size_t len) {
    return len + 2 * (len == 0 ? 1 : (len + 254) / 255);
}

void dhcp_build(struct dhcp_builder *b, uint8_t *packet, size_t budget, const struct dhcp_header *head) {
    *b = (struct dhcp_builder){.packet = packet, .budget = budget, .len = DHCP_OPTIONS};
    memset(packet, 0, budget);
    packet[0] = DHCP_BOOTREPLY;
    packet[1] = head->htype;
    packet[2] = head->hlen;
    build_put_u32(packet + 4, head->xid);
    build_put_u16(packet + 10, head->flags);
    build_put_u32(packet + 12, head->ciaddr);
    build_put_u32(packet + 16, head->yiaddr);
    build_put_u32(packet + 20, head->siaddr);
    build_put_u32(packet + 24, head->giaddr);
    memcpy(packet + 28, head->chaddr, sizeof(head->chaddr));
    put_field(packet + 44, DHCP_SNAME, head->sname);
    put_field(packet + 108, DHCP_FILE, head->file);
    memcpy(packet + DHCP_FIXED, "\x63\x82\x53\x63", 4);
    b->reserved = 1; /* END */
}

bool dhcp_echo_relay(struct dhcp_builder *b, struct pxed_slice relay) {
    if (relay.ptr == NULL)
        return true;
    if (b->budget - b->len < b->reserved || pieces_size(relay.len) > b->budget - b->len - b->reserved) {
        b->dropped++;
        return false;
    }
    b->relay = relay;
    b->reserved += pieces_size(relay.len);
    return true;
}

void dhcp_leave_out(struct dhcp_builder *b, struct pxed_slice area) {
    struct dhcp_tlv walk = {.rest = area, .plain = true};
    struct pxed_slice value;
    uint8_t code;
    memset(b->left_out, 0, sizeof(b->left_out));
    while (dhcp_tlv_next(&walk, &code, &value))
        b->left_out[code / 64] |= (uint64_t)1 << code % 64;
}

bool dhcp_put(struct dhcp_builder *b, enum dhcp_option code, const void *data, size_t len) {
    if (b->left_out[code / 64] >> code % 64 & 1)
        return true;
    /* One piece only: EDK2, iPXE and pxelinux do not join split options (PROTOCOLS.md 1). */
    if (len > 255 || b->budget - b->len < b->reserved || len + 2 > b->budget - b->len - b->reserved) {
        b->dropped++;
        return false;
    }
    b->packet[b->len++] = (uint8_t)code;
    b->packet[b->len++] = (uint8_t)len;
    if (len > 0)
        memcpy(b->packet + b->len, data, len);
    b->len += len;
    return true;
}

bool dhcp_put_u8(struct dhcp_builder *b, enum dhcp_option code, uint8_t value) {
    return dhcp_put(b, code, &value, 1);
}

bool dhcp_put_u16(struct dhcp_builder *b, enum dhcp_option code, uint16_t value) {
    uint8_t bytes[2];
    build_put_u16(bytes, value);
    return dhcp_put(b, code, bytes, sizeof(bytes));
}

bool dhcp_put_u32(struct dhcp_builder *b, enum dhcp_option code, uint32_t value) {
    uint8_t bytes[4];
    build_put_u32(bytes, value);
    return dhcp_put(b, code, bytes, sizeof(bytes));
}

bool dhcp_put_text(struct dhcp_builder *b, enum dhcp_option code, struct pxed_slice text) {
    char bytes[256];
    if (text.len == 0)
        return true;
    if (text.len >= 255) {
        b->dropped++;
        return false;
    }
    memcpy(bytes, text.ptr, text.len);
    bytes[text.len] = '\0';
    return dhcp_put(b, code, bytes, text.len + 1);
}

size_t dhcp_finish(struct dhcp_builder *b) {
    struct pxed_slice relay = b->relay;
    b->reserved = 1;
    if (relay.ptr != NULL) {
        do {
            struct pxed_slice piece = pxed_slice_head(relay, 255);
            dhcp_put(b, DHCP_OPT_RELAY, piece.ptr, piece.len);
            relay = pxed_slice_skip(relay, 255);
        } while (relay.len > 0);
    }
    b->packet[b->len++] = DHCP_OPT_END;
    return b->len < DHCP_PADDED ? DHCP_PADDED : b->len; /* the rest is zero: PAD */
}
