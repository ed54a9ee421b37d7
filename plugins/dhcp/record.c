/* The text of a stored lease. Pure. */
#include "record.h"

static const char *const states[DHCP_STATE_COUNT] = {
    [DHCP_BOUND] = "bound", [DHCP_EXPIRED] = "expired", [DHCP_DECLINED] = "declined"};

/* Means "no name" if a word follows; an older pxed takes it for a name. */
static const struct pxed_slice no_name = {"-", 1};

void dhcp_record_key(uint32_t ip, struct pxed_buf *out) {
    struct pxed_addr addr = pxed_addr_v4(ip);
    pxed_addr_format(&addr, out);
}

void dhcp_record_write(const struct dhcp_record *r, struct pxed_buf *out) {
    pxed_buf_str(out, "1 ");
    pxed_buf_str(out, states[r->state]);
    pxed_buf_byte(out, ' ');
    pxed_buf_u64(out, r->end > 0 ? (uint64_t)r->end : 0);
    pxed_buf_byte(out, ' ');
    pxed_buf_u64(out, r->mac.type);
    pxed_buf_byte(out, '-');
    pxed_buf_hex(out, r->mac.bytes, r->mac.len, "");
    if (r->name.len > 0 || r->kept) {
        pxed_buf_byte(out, ' ');
        pxed_buf_add(out, r->name.len > 0 ? r->name : no_name);
    }
    if (r->kept)
        pxed_buf_str(out, " kept");
}

static bool read_state(struct pxed_slice word, enum dhcp_lease_state *ret) {
    for (int i = 0; i < DHCP_STATE_COUNT; i++)
        if (states[i] && pxed_slice_is(word, states[i])) {
            *ret = (enum dhcp_lease_state)i;
            return true;
        }
    return false;
}

static bool record_read_mac(struct pxed_slice word, struct pxed_hwaddr *ret) {
    uint64_t type;
    ptrdiff_t dash = pxed_slice_find(word, '-', 0);
    if (dash < 0 || !pxed_slice_u64(pxed_slice_head(word, (size_t)dash), 255, &type))
        return false;
    struct pxed_slice hex = pxed_slice_skip(word, (size_t)dash + 1);
    *ret = (struct pxed_hwaddr){.type = (uint8_t)type};
    if (hex.len % 2 != 0 || hex.len / 2 > sizeof(ret->bytes))
        return false;
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = pxed_hex_digit(hex.ptr[i]), low = pxed_hex_digit(hex.ptr[i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret->bytes[ret->len++] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool dhcp_record_read(struct pxed_slice key, struct pxed_slice value, struct dhcp_record *ret) {
    struct pxed_addr addr;
    uint64_t end;
    struct dhcp_record r;
    if (!pxed_addr_parse(key, &addr) || addr.family != 4 || !pxed_slice_is(pxed_slice_word(&value, " "), "1") ||
        !read_state(pxed_slice_word(&value, " "), &r.state) ||
        !pxed_slice_u64(pxed_slice_word(&value, " "), INT64_MAX, &end) ||
        !record_read_mac(pxed_slice_word(&value, " "), &r.mac))
        return false;
    r.ip = pxed_addr_u32(&addr);
    r.end = (int64_t)end;
    r.name = pxed_slice_word(&value, " ");
    if (pxed_slice_eq(r.name, no_name))
        r.name = PXED_NO_SLICE;
    r.kept = pxed_slice_is(pxed_slice_word(&value, " "), "kept");
    if (r.name.len > DHCP_NAME_MAX)
        return false;
    *ret = r;
    return true;
}

uint64_t dhcp_record_until(int64_t end, uint64_t now, int64_t wall_ms) {
    enum { FAR_S = 10 * 366 * 86400 };
    int64_t left = end - wall_ms / 1000;
    if (left > FAR_S)
        left = FAR_S;
    if (left >= 0)
        return now + (uint64_t)left * 1000;
    return left < -FAR_S || (uint64_t)-left * 1000 > now ? 0 : now - (uint64_t)-left * 1000;
}

int64_t dhcp_record_end(uint64_t until, uint64_t now, int64_t wall_ms) {
    return (wall_ms + ((int64_t)until - (int64_t)now)) / 1000;
}
