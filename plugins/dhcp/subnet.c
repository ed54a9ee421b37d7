/* Reads and compares [subnet] sections. Pure. */
#include "subnet.h"

#include <string.h>

enum { DHCP_IMAGES_MAX = 128 };

const char *dhcp_cidr(const char *text, uint32_t *ret_net, uint8_t *ret_prefix) {
    struct pxed_slice all = pxed_slice_of(text);
    ptrdiff_t slash = pxed_slice_find(all, '/', 0);
    struct pxed_addr addr;
    uint64_t prefix;
    if (slash < 0 || !pxed_addr_parse(pxed_slice_head(all, (size_t)slash), &addr) || addr.family != 4 ||
        !pxed_slice_u64(pxed_slice_skip(all, (size_t)slash + 1), 32, &prefix) || prefix == 0)
        return "expected a net such as 10.20.0.0/24";
    *ret_net = pxed_addr_u32(&addr);
    *ret_prefix = (uint8_t)prefix;
    if ((*ret_net & ~pxed_prefix_mask(*ret_prefix)) != 0)
        return "this is an address inside a net: the bits behind the prefix must be 0";
    return NULL;
}

bool dhcp_nets_meet(uint32_t a, uint8_t a_prefix, uint32_t b, uint8_t b_prefix) {
    return ((a ^ b) & pxed_prefix_mask(a_prefix < b_prefix ? a_prefix : b_prefix)) == 0;
}

/* Bytes that no loader's language gives a meaning, and that need no escape in a URL. */
static bool are_plain(struct pxed_slice text, const char *also) {
    for (size_t i = 0; i < text.len; i++)
        if (!pxed_is_alnum(text.ptr[i]) && !(text.ptr[i] && strchr(also, text.ptr[i])))
            return false;
    return true;
}

const char *dhcp_images_wrong(const char *url) {
    static const char wrong[] = "images: expected http://HOST/FOLDER/ without a blank, a password or a query; below it "
                                "lies os/OS-ID/... as in root/boot";
    struct pxed_slice all = pxed_slice_of(url), scheme = PXED_SLICE("http://");
    if (!pxed_slice_starts(all, scheme) || all.len > DHCP_IMAGES_MAX)
        return wrong;
    struct pxed_slice rest = pxed_slice_skip(all, scheme.len);
    ptrdiff_t slash = pxed_slice_find(rest, '/', 0);
    struct pxed_slice server = slash < 0 ? rest : pxed_slice_head(rest, (size_t)slash);
    ptrdiff_t colon = pxed_slice_find(server, ':', 0);
    struct pxed_slice name = colon < 0 ? server : pxed_slice_head(server, (size_t)colon);
    uint64_t port;
    if (name.len == 0 || !are_plain(name, ".-") || !are_plain(pxed_slice_skip(rest, server.len), "/._~-"))
        return wrong;
    if (colon >= 0 && (!pxed_slice_u64(pxed_slice_skip(server, (size_t)colon + 1), 65535, &port) || port == 0))
        return wrong;
    return NULL;
}

const struct pxed_section *dhcp_subnet_overlap(const struct pxed_sections *subnets, size_t at) {
    uint32_t net, other;
    uint8_t prefix, others;
    if (dhcp_cidr(subnets->items[at].name, &net, &prefix))
        return NULL;
    for (size_t i = 0; i < at; i++) {
        if (dhcp_cidr(subnets->items[i].name, &other, &others))
            continue;
        if (dhcp_nets_meet(net, prefix, other, others))
            return &subnets->items[i];
    }
    return NULL;
}

const struct pxed_section *dhcp_subnet_of(const struct pxed_sections *subnets, uint32_t ip) {
    uint32_t net;
    uint8_t prefix;
    for (size_t i = 0; ip != 0 && i < subnets->n; i++)
        if (!dhcp_cidr(subnets->items[i].name, &net, &prefix) && ((ip ^ net) & pxed_prefix_mask(prefix)) == 0)
            return &subnets->items[i];
    return NULL;
}
