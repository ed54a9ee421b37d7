/* Readers of leases: dnsmasq's lines, ISC's statements. Pure. */
#pragma once

#include "lease_text.h"

/* As lease_read. */
int lease_read_dnsmasq(struct lease_reader *r, struct lease_row *ret);
int lease_read_isc(struct lease_reader *r, struct lease_row *ret);
