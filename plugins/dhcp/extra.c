/* `option =` lines of the configuration, as bytes. Pure. */
#include "extra.h"

#include "pxed/addr.h"
#include "wire/message.h"

/* Options that the server sets itself, with the key that does it. */
static const char *owner_of(unsigned number) {
    switch (number) {
    case DHCP_OPT_PAD:
    case DHCP_OPT_END:
        return "0 and 255 are no options";
    case DHCP_OPT_ROUTER:
        return "set `router =` instead";
    case DHCP_OPT_DNS:
        return "set `dns =` instead";
    case DHCP_OPT_DOMAIN:
        return "set `domain =` instead";
    case DHCP_OPT_NTP:
        return "set `ntp =` instead";
    case DHCP_OPT_MTU:
        return "set `mtu =` instead";
    case DHCP_OPT_LEASE_TIME:
    case DHCP_OPT_T1:
    case DHCP_OPT_T2:
        return "set `lease-time =` instead";
    case DHCP_OPT_BOOT_FILE:
    case DHCP_OPT_TFTP_NAME:
        return "set `loader-... =` instead";
    case DHCP_OPT_NETMASK:
    case DHCP_OPT_HOSTNAME:
    case DHCP_OPT_BROADCAST:
    case DHCP_OPT_VENDOR:
    case DHCP_OPT_REQUESTED:
    case DHCP_OPT_OVERLOAD:
    case DHCP_OPT_TYPE:
    case DHCP_OPT_SERVER_ID:
    case DHCP_OPT_PARAMETERS:
    case DHCP_OPT_MAX_SIZE:
    case DHCP_OPT_CLASS:
    case DHCP_OPT_CLIENT_ID:
    case DHCP_OPT_RELAY:
    case DHCP_OPT_ARCH:
    case DHCP_OPT_UUID:
    case DHCP_OPT_IPXE:
        return "pxed sets this option itself";
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

/* False, and nothing written, unless every word is an IPv4 address. */
static bool put_addresses(struct pxed_slice words, struct pxed_buf *out) {
    struct pxed_buf kept = *out;
    for (struct pxed_slice word; (word = pxed_slice_word(&words, " \t,")).len > 0;) {
        struct pxed_addr addr;
        if (!pxed_addr_parse(word, &addr) || addr.family != 4) {
            *out = kept;
            return false;
        }
        pxed_buf_add(out, pxed_slice((const char *)addr.bytes, 4));
    }
    return true;
}

static const char *put_value(struct pxed_slice value, struct pxed_buf *out) {
    if (pxed_slice_starts(value, PXED_SLICE("0x")))
        return put_hex(pxed_slice_skip(value, 2), out);
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
        pxed_buf_add(out, pxed_slice(value.ptr + 1, value.len - 2));
        return NULL;
    }
    if (!put_addresses(value, out))
        pxed_buf_add(out, value);
    return NULL;
}

const char *dhcp_extra_parse(struct pxed_slice line, struct pxed_buf *out, unsigned *ret_number) {
    uint64_t number;
    char bytes[256];
    struct pxed_buf value = PXED_BUF(bytes);
    if (!pxed_slice_u64(pxed_slice_word(&line, " \t"), 255, &number))
        return "expected NUMBER VALUE with a number from 1 to 254";
    const char *wrong = owner_of((unsigned)number);
    line = pxed_slice_trim(line);
    if (!wrong && line.len == 0)
        wrong = "expected NUMBER VALUE";
    if (!wrong)
        wrong = put_value(line, &value);
    if (!wrong && value.len > 255)
        wrong = "the value is longer than 255 bytes";
    if (wrong)
        return wrong;
    pxed_buf_byte(out, (char)number);
    pxed_buf_byte(out, (char)value.len);
    pxed_buf_add(out, pxed_buf_slice(&value));
    *ret_number = (unsigned)number;
    return NULL;
}
