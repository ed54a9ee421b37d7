/* [subnet CIDR]: what can be said of one without looking at the machine. Pure. */
#pragma once

#include "config.h"

/* "10.20.0.0/24". NULL, or a sentence that says what is wrong. */
const char *dhcp_cidr(const char *text, uint32_t *ret_net, uint8_t *ret_prefix);
/* Do two nets share addresses? */
bool dhcp_nets_meet(uint32_t a, uint8_t a_prefix, uint32_t b, uint8_t b_prefix);
/* The [subnet] that an address lies in, or NULL. Of an address that is none: NULL. */
const struct pxed_section *dhcp_subnet_of(const struct pxed_sections *subnets, uint32_t ip);
/* What is wrong with this value of `images =`, or NULL: it stands in scripts of all loaders as it is. */
const char *dhcp_images_wrong(const char *url);
/* The first subnet before `at` that shares addresses with it, or NULL. Both must be right. */
const struct pxed_section *dhcp_subnet_overlap(const struct pxed_sections *subnets, size_t at);
