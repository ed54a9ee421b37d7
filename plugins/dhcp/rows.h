/* Which keys [dhcp], [subnet] and [class] have. */
#pragma once

#include "config.h"

extern const struct pxed_option dhcp_rows[], dhcp_subnet_rows[], dhcp_class_rows[], dhcp_quirk_rows[];
