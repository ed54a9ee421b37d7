/* `option =` lines of the configuration, as bytes. Pure. */
#include "extra.h"

#include "optname.h"
#include "pxed/addr.h"
#include "wire/message.h"

enum { VALUE_MAX = 255 };

/* Those that make the lease itself. */
static const char *reserved_for(unsigned number) {
    switch (number) {
    case DHCP_OPT_PAD:
    case DHCP_OPT_END:
        return "0 and 255 are no options";
    case DHCP_OPT_LEASE_TIME:
        return "set `lease-time =` instead";
    case DHCP_OPT_NETMASK:
    case DHCP_OPT_REQUESTED:
    case DHCP_OPT_OVERLOAD:
    case DHCP_OPT_TYPE:
    case DHCP_OPT_SERVER_ID:
    case DHCP_OPT_CLIENT_ID:
    case DHCP_OPT_RELAY:
        return "pxed sets this option itself: it makes the lease";
    default:
        return NULL;
    }
}

static const char *put_hex(struct pxed_slice hex, struct pxed_buf *out) {
    if (hex.len == 0 || hex.len % 2 != 0)
        return "a hex value needs an even number of digits";
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = pxed_hex_digit(hex.ptr[i]), low = pxed_hex_digit(hex.ptr[i + 1]);
        if (high < 0 || low < 0)
            return "not a hex digit";
        pxed_buf_byte(out, (char)(high << 4 | low));
    }
    return NULL;
}

static void put_bytes(uint64_t number, unsigned bytes, struct pxed_buf *out) {
    while (bytes-- > 0)
        pxed_buf_byte(out, (char)(number >> 8 * bytes & 0xff));
}

/* False unless every word is an IPv4 address. */
static bool put_addresses(struct pxed_slice words, struct pxed_buf *out) {
    for (struct pxed_slice word; (word = pxed_slice_word(&words, " \t,")).len > 0;) {
        struct pxed_addr addr;
        if (!pxed_addr_parse(word, &addr) || addr.family != 4)
            return false;
        pxed_buf_add(out, pxed_slice((const char *)addr.bytes, 4));
    }
    return true;
}

static const char *put_number(struct pxed_slice text, unsigned bytes, struct pxed_buf *out) {
    uint64_t number;
    if (!pxed_slice_u64(text, ((uint64_t)1 << 8 * bytes) - 1, &number))
        return bytes == 1   ? "expected a number from 0 to 255"
               : bytes == 2 ? "expected a number from 0 to 65535"
                            : "expected a number from 0 to 4294967295";
    put_bytes(number, bytes, out);
    return NULL;
}

static const char *put_signed(struct pxed_slice text, struct pxed_buf *out) {
    bool minus = text.len > 0 && text.ptr[0] == '-';
    uint64_t number;
    if (!pxed_slice_u64(minus ? pxed_slice_skip(text, 1) : text, (uint64_t)INT32_MAX + minus, &number))
        return "expected a number from -2147483648 to 2147483647";
    put_bytes(minus ? UINT64_MAX - number + 1 : number, 4, out);
    return NULL;
}

static const char *put_numbers(struct pxed_slice words, struct pxed_buf *out) {
    for (struct pxed_slice word; (word = pxed_slice_word(&words, " \t,")).len > 0;)
        if (put_number(word, 2, out))
            return "expected numbers from 0 to 65535";
    return NULL;
}

/* RFC 1035 3.1, without compression. */
static const char *put_names(struct pxed_slice words, struct pxed_buf *out) {
    for (struct pxed_slice word; (word = pxed_slice_word(&words, " \t,")).len > 0;) {
        for (struct pxed_slice label; (label = pxed_slice_word(&word, ".")).len > 0;) {
            if (label.len > 63)
                return "a label of a domain name has at most 63 characters";
            pxed_buf_byte(out, (char)label.len);
            pxed_buf_add(out, label);
        }
        pxed_buf_byte(out, 0);
    }
    return NULL;
}

/* RFC 3442: the prefix, the octets of the net that it covers, the router. */
static const char *put_routes(struct pxed_slice words, struct pxed_buf *out) {
    for (struct pxed_slice word; (word = pxed_slice_word(&words, " \t,")).len > 0;) {
        struct pxed_slice via = pxed_slice_word(&words, " \t,");
        ptrdiff_t slash = pxed_slice_find(word, '/', 0);
        struct pxed_addr net, router;
        uint64_t prefix;
        if (slash < 0 || !pxed_addr_parse(pxed_slice_head(word, (size_t)slash), &net) || net.family != 4 ||
            !pxed_slice_u64(pxed_slice_skip(word, (size_t)slash + 1), 32, &prefix) || !pxed_addr_parse(via, &router) ||
            router.family != 4)
            return "expected routes: NET/PREFIX ROUTER, ...";
        pxed_buf_byte(out, (char)prefix);
        pxed_buf_add(out, pxed_slice((const char *)net.bytes, (size_t)(prefix + 7) / 8));
        pxed_buf_add(out, pxed_slice((const char *)router.bytes, 4));
    }
    return NULL;
}

static const char *put_bool(struct pxed_slice value, struct pxed_buf *out) {
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (pxed_slice_eq_nocase(value, pxed_slice_of(words[i]))) {
            pxed_buf_byte(out, (char)(i % 2));
            return NULL;
        }
    return "expected yes or no";
}

/* Static routes and filters (RFC 2132 4.3, 5.8); the default route is no static one. */
static const char *put_pairs(const struct dhcp_optname *row, struct pxed_slice words, struct pxed_buf *out) {
    size_t begin = out->len;
    if (!put_addresses(words, out) || (out->len - begin) % 8 != 0)
        return "expected pairs of addresses";
    for (size_t at = begin; row->number == DHCP_OPT_STATIC_ROUTES && at < out->len; at += 8)
        if (memcmp(out->ptr + at, "\0\0\0\0", 4) == 0 || memcmp(out->ptr + at + 4, "\0\0\0\0", 4) == 0)
            return "0.0.0.0 is no destination and no router: `router =` is the default route";
    return NULL;
}

static const char *put_typed(const struct dhcp_optname *row, struct pxed_slice value, struct pxed_buf *out) {
    size_t begin = out->len;
    switch (row ? row->value : DHCP_VALUE_ANY) {
    case DHCP_VALUE_TEXT:
        pxed_buf_add(out, value);
        return NULL;
    case DHCP_VALUE_ADDRS:
        return put_addresses(value, out) ? NULL : "expected addresses";
    case DHCP_VALUE_PAIRS:
        return put_pairs(row, value, out);
    case DHCP_VALUE_BOOL:
        return put_bool(value, out);
    case DHCP_VALUE_U8:
        return put_number(value, 1, out);
    case DHCP_VALUE_U16:
        return put_number(value, 2, out);
    case DHCP_VALUE_U32:
        return put_number(value, 4, out);
    case DHCP_VALUE_I32:
        return put_signed(value, out);
    case DHCP_VALUE_U16S:
        return put_numbers(value, out);
    case DHCP_VALUE_NAMES:
        return put_names(value, out);
    case DHCP_VALUE_ROUTES:
        return put_routes(value, out);
    case DHCP_VALUE_ANY:
        break;
    }
    if (!put_addresses(value, out)) {
        out->len = begin;
        pxed_buf_add(out, value);
    }
    return NULL;
}

/* The least number that RFC 2132 allows. */
static unsigned least_of(unsigned option) {
    switch (option) {
    case 22: /* reassembly */
    case DHCP_OPT_MAX_SIZE:
        return 576;
    case 25: /* path MTU plateaus */
    case DHCP_OPT_MTU:
        return 68;
    case 23: /* TTL of IP and TCP */
    case 37:
        return 1;
    default:
        return 0;
    }
}

/* Is one of the numbers, as they were written to `bytes`, less than its option allows? */
static bool is_less(const struct dhcp_optname *row, struct pxed_slice bytes) {
    size_t width = row->value == DHCP_VALUE_U8 ? 1 : 2;
    unsigned least = least_of(row->number);
    for (size_t at = 0; least > 0 && at + width <= bytes.len; at += width) {
        unsigned number = (uint8_t)bytes.ptr[at];
        if (width == 2)
            number = number << 8 | (uint8_t)bytes.ptr[at + 1];
        if (number < least)
            return true;
    }
    return false;
}

/* `wrong` has room for the message. */
static const char *put_value(const struct dhcp_optname *row, struct pxed_slice value, struct pxed_buf *out,
                             char *wrong) {
    if (pxed_slice_starts(value, PXED_SLICE("0x")))
        return put_hex(pxed_slice_skip(value, 2), out);
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
        pxed_buf_add(out, pxed_slice(value.ptr + 1, value.len - 2));
        return NULL;
    }
    const char *bad = put_typed(row, value, out);
    if (bad || !row || !is_less(row, pxed_buf_slice(out)))
        return bad;
    struct pxed_buf text = {.ptr = wrong, .cap = DHCP_EXTRA_WRONG};
    pxed_buf_str(&text, "the least value of this option is ");
    pxed_buf_u64(&text, least_of(row->number));
    return pxed_buf_cstr(&text);
}

/* NUMBER, NAME, NUMBER.SUB. NULL, or what is wrong with it; the nearest name in `wrong` if that is a mistyped one. */
static const char *read_number(struct pxed_slice word, struct dhcp_extra *ret, uint64_t *ret_sub,
                               const struct dhcp_optname **ret_row, char *wrong) {
    ptrdiff_t dot = pxed_slice_find(word, '.', 0);
    struct pxed_slice first = dot < 0 ? word : pxed_slice_head(word, (size_t)dot);
    const struct dhcp_optname *name = dhcp_optname_find(first);
    struct pxed_buf text = {.ptr = wrong, .cap = DHCP_EXTRA_WRONG};
    uint64_t number;
    ret->sub = dot >= 0;
    *ret_row = NULL;
    if (name) {
        number = name->number;
    } else if (!pxed_slice_u64(first, 255, &number)) {
        const char *near = dhcp_optname_near(first);
        pxed_buf_str(&text, "expected NUMBER VALUE with a number from 1 to 254, or NAME VALUE");
        if (near) {
            pxed_buf_str(&text, "; did you mean '");
            pxed_buf_str(&text, near);
            pxed_buf_str(&text, "'?");
        }
        return pxed_buf_cstr(&text);
    }
    ret->number = (unsigned)number;
    if (ret->sub && !pxed_slice_u64(pxed_slice_skip(word, (size_t)dot + 1), 254, ret_sub))
        return "expected NUMBER.SUB VALUE with numbers from 1 to 254";
    if (!ret->sub)
        *ret_row = dhcp_optname_of(ret->number);
    return reserved_for(ret->number);
}

bool dhcp_extra_parse(struct pxed_slice line, struct pxed_buf *out, struct dhcp_extra *ret,
                      char wrong[static DHCP_EXTRA_WRONG]) {
    char bytes[VALUE_MAX + 1];
    struct pxed_buf value = PXED_BUF(bytes), text = {.ptr = wrong, .cap = DHCP_EXTRA_WRONG};
    uint64_t sub = 0;
    const struct dhcp_optname *row;
    const char *bad = read_number(pxed_slice_word(&line, " \t"), ret, &sub, &row, wrong);
    line = pxed_slice_trim(line);
    if (!bad && line.len == 0)
        bad = "expected NUMBER VALUE: there is no value";
    if (!bad)
        bad = put_value(row, line, &value, wrong);
    if (!bad && value.len > (ret->sub ? VALUE_MAX - 2 : VALUE_MAX))
        bad = "the value is longer than 255 bytes";
    if (bad) {
        if (bad != wrong) {
            pxed_buf_str(&text, bad);
            pxed_buf_cstr(&text);
        }
        return false;
    }
    if (ret->sub) {
        pxed_buf_byte(out, (char)sub);
        pxed_buf_byte(out, (char)value.len);
    }
    pxed_buf_add(out, pxed_buf_slice(&value));
    return true;
}
