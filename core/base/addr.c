/* Parses and writes hardware addresses, IP addresses and prefixes. */
#include "pxed/addr.h"

enum { MAC_LEN = 6, MAC_TYPE_ETHERNET = 1, MAC_TYPE_INFINIBAND = 32 };

static size_t addr_len(const struct pxed_addr *a) {
    return a->family == 4 ? 4 : a->family == 6 ? 16 : 0;
}

bool pxed_hwaddr_eq(const struct pxed_hwaddr *a, const struct pxed_hwaddr *b) {
    return a->type == b->type && a->len == b->len && a->len <= sizeof(a->bytes) &&
           memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool pxed_addr_eq(const struct pxed_addr *a, const struct pxed_addr *b) {
    return a->family == b->family && memcmp(a->bytes, b->bytes, addr_len(a)) == 0;
}

struct pxed_addr pxed_addr_v4(uint32_t host_order) {
    return (struct pxed_addr){.family = 4,
                              .bytes = {(uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16),
                                        (uint8_t)(host_order >> 8), (uint8_t)host_order}};
}

uint32_t pxed_addr_u32(const struct pxed_addr *a) {
    if (a->family != 4)
        return 0;
    return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 | (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

struct pxed_addr pxed_addr_v4_be(const void *four_bytes) {
    struct pxed_addr a = {.family = 4};
    memcpy(a.bytes, four_bytes, 4);
    return a;
}

/* An address of exactly `n` bytes in hex, with `separator` (if not NUL) between groups of `group` digits. */
static bool parse_groups(struct pxed_slice text, char separator, size_t group, uint8_t *bytes, size_t n) {
    size_t digits = 0;
    memset(bytes, 0, n);
    for (size_t i = 0; i < text.len; i++) {
        if (separator && i % (group + 1) == group) {
            if (text.ptr[i] != separator)
                return false;
            continue;
        }
        int value = pxed_hex_digit(text.ptr[i]);
        if (value < 0 || digits >= 2 * n)
            return false;
        bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | value);
        digits++;
    }
    return digits == 2 * n;
}

struct pxed_hwaddr pxed_hwaddr_infiniband(const void *bytes, size_t len) {
    struct pxed_hwaddr a = {.type = MAC_TYPE_INFINIBAND, .len = PXED_GUID_LEN};
    memcpy(a.bytes, (const uint8_t *)bytes + (len - PXED_GUID_LEN), PXED_GUID_LEN);
    return a;
}

/* 8 or 20 bytes with `:` or `-` between them, or nothing; PXELINUX puts the ARP type 20 (hexadecimal) before the
 * address. A GUID that begins with 01, a group's, is a wrong `01-...` of Ethernet. */
static bool parse_infiniband(struct pxed_slice text, struct pxed_hwaddr *ret) {
    enum { PORT = 20 };
    uint8_t bytes[PORT];
    if (text.len == 3 * PORT - 1 + 3 && pxed_slice_starts(text, PXED_SLICE("20-")))
        text = pxed_slice_skip(text, 3);
    bool plain = text.len == 2 * PXED_GUID_LEN || text.len == 2 * PORT;
    size_t n = plain ? text.len / 2 : (text.len + 1) / 3;
    if ((n != PXED_GUID_LEN && n != PORT) || (!plain && text.ptr[2] != ':' && text.ptr[2] != '-') ||
        !parse_groups(text, plain ? '\0' : text.ptr[2], 2, bytes, n) || bytes[n - PXED_GUID_LEN] == 1)
        return false;
    *ret = pxed_hwaddr_infiniband(bytes, n);
    return true;
}

bool pxed_mac_parse(struct pxed_slice text, struct pxed_hwaddr *ret) {
    struct pxed_hwaddr mac = {.type = MAC_TYPE_ETHERNET, .len = MAC_LEN};
    bool ok = false;

    /* PXELINUX writes `01-08-00-...`, with the ARP type before the address. The length tells it from a MAC that begins
     * with 01. */
    if (text.len == 20 && pxed_slice_starts(text, PXED_SLICE("01-")))
        text = pxed_slice_skip(text, 3);

    if (text.len == 17)
        ok = (text.ptr[2] == ':' || text.ptr[2] == '-') && parse_groups(text, text.ptr[2], 2, mac.bytes, MAC_LEN);
    else if (text.len == 14)
        ok = parse_groups(text, '.', 4, mac.bytes, MAC_LEN);
    else if (text.len == 12)
        ok = parse_groups(text, '\0', 2, mac.bytes, MAC_LEN);

    if (ok)
        *ret = mac;
    return ok || parse_infiniband(text, ret);
}

void pxed_mac_format(const struct pxed_hwaddr *mac, const char *separator, struct pxed_buf *out) {
    size_t len = mac->len < sizeof(mac->bytes) ? mac->len : sizeof(mac->bytes);
    pxed_buf_hex(out, mac->bytes, len, separator);
}

const char *pxed_mac_text(const struct pxed_hwaddr *mac, const char *separator, char text[static PXED_MAC_TEXT]) {
    struct pxed_buf out = {text, PXED_MAC_TEXT, 0};
    pxed_mac_format(mac, separator, &out);
    return pxed_buf_cstr(&out);
}

/* Four plain decimals. A leading zero is refused because some programs read it as octal. */
static bool parse_v4(struct pxed_slice text, uint8_t bytes[static 4]) {
    for (size_t i = 0; i < 4; i++) {
        ptrdiff_t dot = pxed_slice_find(text, '.', 0);
        if ((dot < 0) != (i == 3))
            return false;
        struct pxed_slice part = dot < 0 ? text : pxed_slice_head(text, (size_t)dot);
        uint64_t number = 0;
        if ((part.len > 1 && part.ptr[0] == '0') || !pxed_slice_u64(part, 255, &number))
            return false;
        bytes[i] = (uint8_t)number;
        text = pxed_slice_skip(text, part.len + 1);
    }
    return true;
}

/* One to four hexadecimal digits at *pos. */
static bool parse_group(struct pxed_slice text, size_t *pos, uint8_t bytes[static 2]) {
    unsigned value = 0, digits = 0;
    for (; *pos < text.len && digits < 4; (*pos)++, digits++) {
        int digit = pxed_hex_digit(text.ptr[*pos]);
        if (digit < 0)
            break;
        value = value << 4 | (unsigned)digit;
    }
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
    return digits > 0;
}

static bool is_v4_tail(struct pxed_slice rest) {
    return pxed_slice_find(rest, ':', 0) < 0 && pxed_slice_find(rest, '.', 0) >= 0;
}

/* Moves what follows the `::` to the end. `::` must stand for at least one group. */
static bool fill_gap(uint8_t bytes[static 16], size_t n, ptrdiff_t gap) {
    if (gap < 0)
        return n == 16;
    if (n == 16)
        return false;
    size_t tail = n - (size_t)gap;
    memmove(bytes + 16 - tail, bytes + gap, tail);
    memset(bytes + gap, 0, 16 - n);
    return true;
}

static bool parse_v6(struct pxed_slice text, uint8_t bytes[static 16]) {
    size_t pos = 0, n = 0;
    ptrdiff_t gap = -1;

    if (pxed_slice_starts(text, PXED_SLICE("::"))) {
        gap = 0;
        pos = 2;
    }
    while (pos < text.len) {
        struct pxed_slice rest = pxed_slice_skip(text, pos);
        if (is_v4_tail(rest))
            return n <= 12 && parse_v4(rest, bytes + n) && fill_gap(bytes, n + 4, gap);
        if (n == 16 || !parse_group(text, &pos, bytes + n))
            return false;
        n += 2;
        if (pos == text.len)
            break;
        if (text.ptr[pos++] != ':' || pos == text.len)
            return false;
        if (text.ptr[pos] == ':') {
            if (gap >= 0)
                return false;
            gap = (ptrdiff_t)n;
            pos++;
        }
    }
    return fill_gap(bytes, n, gap);
}

bool pxed_addr_parse(struct pxed_slice text, struct pxed_addr *ret) {
    struct pxed_addr a = {.family = 4};
    if (pxed_slice_find(text, ':', 0) >= 0)
        a.family = 6;
    if (a.family == 4 ? !parse_v4(text, a.bytes) : !parse_v6(text, a.bytes))
        return false;
    *ret = a;
    return true;
}

bool pxed_addr_parse_prefix(struct pxed_slice text, struct pxed_addr *ret, uint8_t *ret_prefix) {
    struct pxed_addr a;
    uint64_t prefix = 0;
    ptrdiff_t slash = pxed_slice_find(text, '/', 0);

    if (!pxed_addr_parse(slash < 0 ? text : pxed_slice_head(text, (size_t)slash), &a))
        return false;
    if (slash >= 0 && !pxed_slice_u64(pxed_slice_skip(text, (size_t)slash + 1), a.family == 4 ? 32 : 128, &prefix))
        return false;
    *ret = a;
    *ret_prefix = (uint8_t)prefix;
    return true;
}

static void format_v4(const uint8_t bytes[static 4], struct pxed_buf *out) {
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            pxed_buf_byte(out, '.');
        pxed_buf_u64(out, bytes[i]);
    }
}

static void format_group(unsigned value, struct pxed_buf *out) {
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = value >> shift & 15;
        begun = begun || digit != 0 || shift == 0;
        if (begun)
            pxed_buf_byte(out, "0123456789abcdef"[digit]);
    }
}

static unsigned group_at(const uint8_t *bytes, size_t i) {
    return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* RFC 5952, 4.2: shortens the longest run of two or more zero groups, the first of equal ones. */
static size_t longest_zeros(const uint8_t bytes[static 16], size_t groups, size_t *ret_start) {
    size_t best = 1, start = 0, run = 0;
    for (size_t i = 0; i < groups; i++) {
        run = group_at(bytes, i) == 0 ? run + 1 : 0;
        if (run > best) {
            best = run;
            start = i + 1 - run;
        }
    }
    *ret_start = start;
    return best > 1 ? best : 0;
}

static void format_v6(const uint8_t bytes[static 16], struct pxed_buf *out) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool v4_tail = memcmp(bytes, mapped, sizeof(mapped)) == 0;
    size_t groups = v4_tail ? 6 : 8, start = 0;
    size_t zeros = longest_zeros(bytes, groups, &start);

    for (size_t i = 0; i < groups; i++) {
        if (zeros > 0 && i == start) {
            pxed_buf_str(out, "::");
            i += zeros - 1;
            continue;
        }
        if (i > 0 && !(zeros > 0 && i == start + zeros))
            pxed_buf_byte(out, ':');
        format_group(group_at(bytes, i), out);
    }
    if (v4_tail) {
        pxed_buf_byte(out, ':');
        format_v4(bytes + 12, out);
    }
}

void pxed_addr_format(const struct pxed_addr *a, struct pxed_buf *out) {
    if (a->family == 4)
        format_v4(a->bytes, out);
    else if (a->family == 6)
        format_v6(a->bytes, out);
}

const char *pxed_addr_text(const struct pxed_addr *a, char text[static PXED_ADDR_TEXT]) {
    struct pxed_buf out = {text, PXED_ADDR_TEXT, 0};
    pxed_addr_format(a, &out);
    return pxed_buf_cstr(&out);
}

bool pxed_addr_port_parse(struct pxed_slice text, struct pxed_addr *ret, uint16_t *ret_port) {
    size_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    struct pxed_slice host = pxed_slice_head(text, colon > 0 ? colon - 1 : 0), port = pxed_slice_skip(text, colon);
    bool brackets = pxed_slice_starts(host, PXED_SLICE("[")) && pxed_slice_ends(host, PXED_SLICE("]"));
    struct pxed_addr addr;
    uint64_t number;
    if (brackets)
        host = pxed_slice_skip(pxed_slice_head(host, host.len - 1), 1);
    if (colon == 0 || !pxed_slice_u64(port, 65535, &number) || number == 0 || !pxed_addr_parse(host, &addr) ||
        brackets != (addr.family == 6))
        return false;
    *ret = addr;
    *ret_port = (uint16_t)number;
    return true;
}

bool pxed_addr_is_loopback(const struct pxed_addr *addr) {
    static const uint8_t one[16] = {[15] = 1};
    return addr->family == 4 ? addr->bytes[0] == 127 : addr->family == 6 && memcmp(addr->bytes, one, sizeof(one)) == 0;
}
