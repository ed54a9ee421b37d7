/* DHCP messages of a PXE client that stands behind a relay (RFC 2131, 2132, 4578). */
#include "dhcp.h"
#include "load.h"
#include <arpa/inet.h>
#include <string.h>

enum { AT_OPTIONS = 240, SHORTEST = 300 };
static const uint8_t cookie[4] = {99, 130, 83, 99};

static uint8_t *dhcp_option(uint8_t *at, uint8_t code, const void *value, uint8_t length) {
    *at++ = code;
    *at++ = length;
    memcpy(at, value, length);
    return at + length;
}

static uint8_t *dhcp_pxe_options(uint8_t *at, const uint8_t mac[6]) {
    uint8_t uuid[17] = {0};
    memcpy(uuid + 11, mac, 6);
    at = dhcp_option(at, 97, uuid, sizeof uuid);
    at = dhcp_option(at, 93, "\0\0", 2);
    at = dhcp_option(at, 94, "\1\2\1", 3);
    return dhcp_option(at, 60, "PXEClient:Arch:00000:UNDI:002001", 32);
}

size_t dhcp_build(uint8_t out[DHCP_ROOM], const struct dhcp_ask *ask) {
    uint8_t mac[6], type = (uint8_t)ask->type;
    uint32_t xid = htonl(ask->xid);
    load_mac(mac, ask->number);
    memset(out, 0, SHORTEST);
    memcpy(out, "\1\1\6\1", 4); // a request, Ethernet, 6 bytes, one hop
    memcpy(out + 4, &xid, 4);
    memcpy(out + 24, &ask->giaddr, 4);
    memcpy(out + 28, mac, 6);
    memcpy(out + 236, cookie, 4);
    uint8_t *at = dhcp_option(out + AT_OPTIONS, 53, &type, 1);
    if (ask->requested)
        at = dhcp_option(at, 50, &ask->requested, 4);
    if (ask->server)
        at = dhcp_option(at, 54, &ask->server, 4);
    at = dhcp_option(at, 57, "\x05\xc0", 2);
    at = dhcp_option(at, 55, "\x01\x03\x06\x0c\x0f\x1c\x2a\x2b\x3c\x42\x43\x80\x81\xaf", 14);
    at = dhcp_pxe_options(at, mac);
    if (ask->ipxe)
        at = dhcp_option(at, 77, "iPXE", 4);
    *at++ = 255;
    size_t length = (size_t)(at - out);
    return length < SHORTEST ? SHORTEST : length;
}

static void dhcp_take_option(struct dhcp_answer *ret, uint8_t code, const uint8_t *value, size_t length) {
    if (code == 53 && length == 1)
        ret->type = value[0];
    else if (code == 54 && length == 4)
        memcpy(&ret->server, value, 4);
}

bool dhcp_parse(struct dhcp_answer *ret, const uint8_t *in, size_t length) {
    if (length <= AT_OPTIONS || in[0] != 2 || memcmp(in + 236, cookie, 4) != 0)
        return false;
    uint32_t xid;
    *ret = (struct dhcp_answer){0};
    memcpy(&xid, in + 4, 4);
    ret->xid = ntohl(xid);
    memcpy(&ret->yiaddr, in + 16, 4);
    memcpy(ret->mac, in + 28, 6);
    for (size_t at = AT_OPTIONS; at < length && in[at] != 255;) {
        if (in[at] == 0) {
            at++;
            continue;
        }
        if (length - at < 2 || length - at - 2 < in[at + 1])
            break;
        dhcp_take_option(ret, in[at], in + at + 2, in[at + 1]);
        at += 2u + in[at + 1];
    }
    return ret->type != 0;
}
