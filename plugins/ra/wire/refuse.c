/* The offered address is never confirmed, so nobody gets it. */
#include "wire/refuse.h"

#include "wire/router.h"

enum {
    SOLICIT = 1,
    ADVERTISE = 2,
    REQUEST = 3,
    REPLY = 7,
    OPT_CLIENT = 1,
    OPT_SERVER = 2,
    OPT_IA = 3,
    OPT_ADDRESS = 5,
    OPT_PREFERENCE = 7,
    OPT_STATUS = 13,
    OPT_RAPID_COMMIT = 14,
    OPT_CLASS = 16,
    OPT_URL = 59,
    AT_OPTIONS = 4,
    DUID_MAX = 130, /* RFC 8415, 11.1 */
    CLASS_MAX = 64,
    IA_HEAD = 12,
    ADDRESS_SIZE = 24,
    SERVER_SIZE = 10,
};

static size_t read16(const char *p) {
    return (size_t)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static void put16(struct pxed_buf *out, size_t v) {
    pxed_buf_byte(out, (char)(uint8_t)(v >> 8));
    pxed_buf_byte(out, (char)(uint8_t)v);
}

static void put_option(struct pxed_buf *out, unsigned code, struct pxed_slice data) {
    put16(out, code);
    put16(out, data.len);
    pxed_buf_add(out, data);
}

/* DUID-LL: type 3, Ethernet, the MAC (RFC 8415, 11.4). */
static struct pxed_slice own_duid(const uint8_t mac[static 6], char ret[static SERVER_SIZE]) {
    memcpy(ret, "\0\3\0\1", 4);
    memcpy(ret + 4, mac, 6);
    return pxed_slice(ret, SERVER_SIZE);
}

static bool next_option(struct pxed_slice *rest, size_t *ret_code, struct pxed_slice *ret) {
    if (rest->len < 4)
        return false;
    size_t len = read16(rest->ptr + 2);
    *ret_code = read16(rest->ptr);
    if (len > rest->len - 4)
        return false;
    *ret = pxed_slice(rest->ptr + 4, len);
    *rest = pxed_slice_skip(*rest, 4 + len);
    return true;
}

/* Its number of an enterprise, a length, and the words that PXE and HTTP Boot have for themselves (UEFI 2.10, 24.7). */
static bool boots(struct pxed_slice class, bool *ret_http) {
    struct pxed_slice words = class.len > 6 ? pxed_slice_skip(class, 6) : PXED_SLICE("");
    *ret_http = pxed_slice_starts(words, PXED_SLICE("HTTPClient:"));
    return class.len <= CLASS_MAX && (*ret_http || pxed_slice_starts(words, PXED_SLICE("PXEClient:")));
}

bool refuse_read(struct pxed_slice message, const uint8_t own_mac[static 6], struct refuse_ask *ret) {
    char own[SERVER_SIZE];
    struct pxed_slice server = PXED_NO_SLICE, rest, option;
    size_t code;
    *ret = (struct refuse_ask){0};
    if (message.len < AT_OPTIONS || (message.ptr[0] != SOLICIT && message.ptr[0] != REQUEST))
        return false;
    ret->request = message.ptr[0] == REQUEST;
    ret->transaction = pxed_slice(message.ptr + 1, 3);
    for (rest = pxed_slice_skip(message, AT_OPTIONS); next_option(&rest, &code, &option);)
        switch (code) {
        case OPT_CLIENT:
            ret->client = option;
            break;
        case OPT_SERVER:
            server = option;
            break;
        case OPT_IA:
            if (option.len >= IA_HEAD)
                ret->ia = pxed_slice_head(option, 4);
            break;
        case OPT_CLASS:
            ret->class = option;
            break;
        default:
            break;
        }
    bool ours = ret->request ? pxed_slice_eq(server, own_duid(own_mac, own)) : !server.ptr;
    return rest.len == 0 && ours && ret->client.len > 0 && ret->client.len <= DUID_MAX && ret->ia.len == 4 &&
           boots(ret->class, &ret->http);
}

/* An address of the link, which is no one's: firmware takes no offer without one. */
static void put_ia(struct pxed_buf *out, const struct refuse_ask *ask, const uint8_t own_mac[static 6]) {
    uint8_t address[16];
    ra_link_local_of(own_mac, address);
    address[8] = (uint8_t)~address[8];
    put16(out, OPT_IA);
    put16(out, IA_HEAD + 4 + ADDRESS_SIZE);
    pxed_buf_add(out, ask->ia);
    pxed_buf_add(out, pxed_slice("\0\0\0\0\0\0\0\0", 8));
    put16(out, OPT_ADDRESS);
    put16(out, ADDRESS_SIZE);
    pxed_buf_add(out, pxed_slice((const char *)address, sizeof(address)));
    pxed_buf_add(out, pxed_slice("\0\0\0\x3c\0\0\0\x3c", 8)); /* a minute */
}

void refuse_write(const struct refuse_ask *ask, const uint8_t own_mac[static 6], struct pxed_buf *out) {
    char own[SERVER_SIZE];
    pxed_buf_byte(out, ask->request ? REPLY : ADVERTISE);
    pxed_buf_add(out, ask->transaction);
    put_option(out, OPT_CLIENT, ask->client);
    put_option(out, OPT_SERVER, own_duid(own_mac, own));
    put_ia(out, ask, own_mac);
    if (ask->request) {
        put_option(out, OPT_STATUS, pxed_slice("\0\2no boot by IPv6", 17));
        /* By the status alone EDK2 would repeat its request; an answer of another exchange ends it
         * (Dhcp6HandleReplyMsg). */
        put_option(out, OPT_RAPID_COMMIT, PXED_SLICE(""));
        return;
    }
    put_option(out, OPT_PREFERENCE, PXED_SLICE("\xff")); /* taken without a wait for others */
    put_option(out, OPT_CLASS, ask->class);
    put_option(out, OPT_URL, ask->http ? PXED_SLICE("http://[::1]/none.efi") : PXED_SLICE("tftp://[::1]/none.efi"));
}
