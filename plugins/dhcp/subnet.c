/* Reads and compares [subnet] sections. Pure. */
#include "subnet.h"

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
