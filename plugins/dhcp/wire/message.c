/* DHCPv4 messages on the wire: parsed into slices. Pure. */
#include "wire/message.h"

static const uint8_t cookie[4] = {0x63, 0x82, 0x53, 0x63};

static uint8_t byte_at(struct pxed_slice s, size_t at) {
    return (uint8_t)s.ptr[at];
}

static uint16_t u16_at(struct pxed_slice s, size_t at) {
    return (uint16_t)(byte_at(s, at) << 8 | byte_at(s, at + 1));
}

static uint32_t u32_at(struct pxed_slice s, size_t at) {
    return (uint32_t)u16_at(s, at) << 16 | u16_at(s, at + 2);
}

bool dhcp_tlv_next(struct dhcp_tlv *walk, uint8_t *ret_code, struct pxed_slice *ret_value) {
    while (walk->rest.len > 0 && !walk->ended) {
        uint8_t code = byte_at(walk->rest, 0);
        if (!walk->plain && code == DHCP_OPT_PAD) {
            walk->rest = pxed_slice_skip(walk->rest, 1);
            continue;
        }
        if (!walk->plain && code == DHCP_OPT_END) {
            walk->ended = true;
            break;
        }
        if (walk->rest.len < 2 || byte_at(walk->rest, 1) > walk->rest.len - 2) {
            walk->truncated = true;
            break;
        }
        size_t len = byte_at(walk->rest, 1);
        *ret_code = code;
        *ret_value = pxed_slice(walk->rest.ptr + 2, len);
        walk->rest = pxed_slice_skip(walk->rest, 2 + len);
        return true;
    }
    return false;
}

bool dhcp_tlv_find(struct pxed_slice area, bool plain, uint8_t code, struct pxed_slice *ret) {
    struct dhcp_tlv walk = {.rest = area, .plain = plain};
    uint8_t found;
    struct pxed_slice value;
    while (dhcp_tlv_next(&walk, &found, &value))
        if (found == code) {
            *ret = value;
            return true;
        }
    return false;
}

/* Option, file and sname areas, in the order in which RFC 3396 joins them. */
struct areas {
    struct pxed_slice area[3];
    size_t n;
};

/* How often and how long each code occurs, and what was unusual. */
static void message_count(const struct areas *areas, uint8_t pieces[256], uint16_t length[256], unsigned *odd) {
    for (size_t i = 0; i < areas->n; i++) {
        struct dhcp_tlv walk = {.rest = areas->area[i]};
        uint8_t code;
        struct pxed_slice value;
        while (dhcp_tlv_next(&walk, &code, &value)) {
            pieces[code] = pieces[code] < 2 ? (uint8_t)(pieces[code] + 1) : 2;
            length[code] = (uint16_t)(length[code] + value.len);
        }
        *odd |= (walk.truncated ? DHCP_ODD_TRUNCATED : 0u) | (walk.ended ? 0u : DHCP_ODD_NO_END);
    }
}

static void message_collect(const struct areas *areas, uint8_t *scratch, size_t room, struct dhcp_message *m) {
    uint8_t pieces[256] = {0};
    uint16_t length[256] = {0};
    char *merged[256]; /* read only where pieces is 2 */
    message_count(areas, pieces, length, &m->odd);
    for (size_t i = 0; i < areas->n; i++) {
        struct dhcp_tlv walk = {.rest = areas->area[i]};
        uint8_t code;
        struct pxed_slice value;
        while (dhcp_tlv_next(&walk, &code, &value)) {
            struct pxed_slice *option = &m->options[code];
            bool first = option->ptr == NULL;
            if (first && (pieces[code] < 2 || length[code] > room)) {
                m->odd |= pieces[code] < 2 ? 0 : DHCP_ODD_UNMERGED;
                merged[code] = NULL;
                *option = value;
                continue;
            }
            if (first) {
                merged[code] = (char *)scratch;
                *option = pxed_slice((char *)scratch, 0);
                scratch += length[code];
                room -= length[code];
            }
            if (merged[code] == NULL)
                continue;
            memcpy(merged[code] + option->len, value.ptr, value.len);
            option->len += value.len;
        }
    }
}

static struct pxed_slice text_field(struct pxed_slice field) {
    ptrdiff_t end = pxed_slice_find(field, '\0', 0);
    return end < 0 ? field : pxed_slice_head(field, (size_t)end);
}

static void parse_options(struct pxed_slice packet, uint8_t *scratch, size_t scratch_size, struct dhcp_message *m) {
    struct pxed_slice sname = pxed_slice(packet.ptr + 44, DHCP_SNAME), file = pxed_slice(packet.ptr + 108, DHCP_FILE);
    struct areas areas = {.area = {pxed_slice_skip(packet, DHCP_OPTIONS)}, .n = 1};
    struct pxed_slice overload;
    unsigned over = 0;
    /* Overload counts only in the option area itself (RFC 2132 9.3). */
    if (dhcp_tlv_find(areas.area[0], false, DHCP_OPT_OVERLOAD, &overload) && overload.len == 1)
        over = byte_at(overload, 0);
    if (over & 1)
        areas.area[areas.n++] = file;
    else
        m->file = text_field(file);
    if (over & 2)
        areas.area[areas.n++] = sname;
    else
        m->sname = text_field(sname);
    message_collect(&areas, scratch, scratch ? scratch_size : 0, m);
}

enum dhcp_parsed dhcp_parse(struct pxed_slice packet, uint8_t *scratch, size_t scratch_size, struct dhcp_message *ret) {
    memset(ret, 0, sizeof(*ret));
    if (packet.len < DHCP_FIXED)
        return DHCP_SHORT;
    ret->op = byte_at(packet, 0);
    ret->htype = byte_at(packet, 1);
    ret->hlen = byte_at(packet, 2);
    ret->hops = byte_at(packet, 3);
    ret->xid = u32_at(packet, 4);
    ret->secs = u16_at(packet, 8);
    ret->flags = u16_at(packet, 10);
    ret->ciaddr = u32_at(packet, 12);
    ret->yiaddr = u32_at(packet, 16);
    ret->siaddr = u32_at(packet, 20);
    ret->giaddr = u32_at(packet, 24);
    memcpy(ret->chaddr, packet.ptr + 28, sizeof(ret->chaddr));
    if (ret->op != DHCP_BOOTREQUEST && ret->op != DHCP_BOOTREPLY)
        return DHCP_BAD_OP;
    if (ret->hlen > sizeof(ret->chaddr) || (ret->htype == 0 && ret->hlen != 0))
        return DHCP_BAD_HLEN;
    if (packet.len < DHCP_OPTIONS || memcmp(packet.ptr + DHCP_FIXED, cookie, sizeof(cookie)) != 0) {
        ret->odd = DHCP_ODD_NO_COOKIE;
        return DHCP_PARSED;
    }
    parse_options(packet, scratch, scratch_size, ret);
    struct pxed_slice type = ret->options[DHCP_OPT_TYPE];
    if (type.ptr && type.len != 1)
        return DHCP_BAD_TYPE;
    ret->type = type.ptr ? byte_at(type, 0) : DHCP_BOOTP;
    return DHCP_PARSED;
}

const char *dhcp_parsed_text(enum dhcp_parsed result) {
    switch (result) {
    case DHCP_PARSED:
        break;
    case DHCP_SHORT:
        return "too short";
    case DHCP_BAD_OP:
        return "neither request nor reply";
    case DHCP_BAD_HLEN:
        return "bad hardware address length";
    case DHCP_BAD_TYPE:
        return "bad message type";
    }
    return "";
}

bool dhcp_get_u32(const struct dhcp_message *m, enum dhcp_option code, uint32_t *ret) {
    if (m->options[code].len != 4)
        return false;
    *ret = u32_at(m->options[code], 0);
    return true;
}

bool dhcp_get_u16(const struct dhcp_message *m, enum dhcp_option code, uint16_t *ret) {
    if (m->options[code].len != 2)
        return false;
    *ret = u16_at(m->options[code], 0);
    return true;
}

bool dhcp_wants(const struct dhcp_message *m, enum dhcp_option code) {
    struct pxed_slice list = m->options[DHCP_OPT_PARAMETERS];
    return list.len == 0 || pxed_slice_find(list, (char)code, 0) >= 0;
}

size_t dhcp_budget(const struct dhcp_message *m) {
    enum { DATAGRAM = 28 }; /* IP and UDP header */
    uint16_t asked;
    if (!dhcp_get_u16(m, DHCP_OPT_MAX_SIZE, &asked) || asked < DHCP_BUDGET + DATAGRAM)
        return DHCP_BUDGET;
    size_t budget = (size_t)asked - DATAGRAM;
    return budget < DHCP_LARGEST ? budget : DHCP_LARGEST;
}
