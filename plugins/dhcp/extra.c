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
    if (!pxed_slice_u64(minus ? pxed_slice_skip(text, 1) : text, INT32_MAX, &number))
        return "expected a number from -2147483647 to 2147483647";
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

static const char *put_typed(enum dhcp_value type, struct pxed_slice value, struct pxed_buf *out) {
    size_t begin = out->len;
    switch (type) {
    case DHCP_VALUE_TEXT:
        pxed_buf_add(out, value);
        return NULL;
    case DHCP_VALUE_ADDRS:
        return put_addresses(value, out) ? NULL : "expected addresses";
    case DHCP_VALUE_BOOL:
        if (!pxed_slice_is(value, "yes") && !pxed_slice_is(value, "no"))
            return "expected yes or no";
        pxed_buf_byte(out, pxed_slice_is(value, "yes"));
        return NULL;
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

static const char *put_value(enum dhcp_value type, struct pxed_slice value, struct pxed_buf *out) {
    if (pxed_slice_starts(value, PXED_SLICE("0x")))
        return put_hex(pxed_slice_skip(value, 2), out);
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
        pxed_buf_add(out, pxed_slice(value.ptr + 1, value.len - 2));
        return NULL;
    }
    return put_typed(type, value, out);
}

/* NUMBER, NAME, NUMBER.SUB. NULL, or what is wrong with it; the nearest name in `wrong` if that is a mistyped one. */
static const char *read_number(struct pxed_slice word, struct dhcp_extra *ret, uint64_t *ret_sub,
                               enum dhcp_value *ret_type, char *wrong) {
    ptrdiff_t dot = pxed_slice_find(word, '.', 0);
    struct pxed_slice first = dot < 0 ? word : pxed_slice_head(word, (size_t)dot);
    const struct dhcp_optname *name = dhcp_optname_find(first);
    struct pxed_buf text = {.ptr = wrong, .cap = DHCP_EXTRA_WRONG};
    uint64_t number;
    ret->sub = dot >= 0;
    *ret_type = DHCP_VALUE_ANY;
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
    name = dhcp_optname_of(ret->number);
    if (name && !ret->sub)
        *ret_type = name->value;
    return reserved_for(ret->number);
}

bool dhcp_extra_parse(struct pxed_slice line, struct pxed_buf *out, struct dhcp_extra *ret,
                      char wrong[static DHCP_EXTRA_WRONG]) {
    char bytes[VALUE_MAX + 1];
    struct pxed_buf value = PXED_BUF(bytes), text = {.ptr = wrong, .cap = DHCP_EXTRA_WRONG};
    uint64_t sub = 0;
    enum dhcp_value type;
    const char *bad = read_number(pxed_slice_word(&line, " \t"), ret, &sub, &type, wrong);
    line = pxed_slice_trim(line);
    if (!bad && line.len == 0)
        bad = "expected NUMBER VALUE: there is no value";
    if (!bad)
        bad = put_value(type, line, &value);
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
