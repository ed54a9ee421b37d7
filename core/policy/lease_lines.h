/* What the readers of other servers' leases share: lines, names, times. Pure. */
#pragma once

#include "lease_text.h"

/* Cuts the next line off; its number is in ret->line. False at the end. CR before the LF is dropped. */
bool lease_line(struct lease_reader *r, struct lease_row *ret, struct pxed_slice *line);
/* Fills in the row's name if it is one that DHCP clients may have; a dot at its end is dropped. */
void lease_set_name(struct lease_row *row, struct pxed_slice name);
/* `08:00:27:4d:4d:aa`, and other lengths in hex with `:` or `-`; with `hardware`, a type as dnsmasq writes it before.
 */
bool lease_set_mac(struct lease_row *row, struct pxed_slice text);
/* `2026-11-29 18:00:00`, `2026/11/29 18:00:00`, `2026-11-29T18:00:00Z`, `... 18:00:00+02`: UTC unless it says
 * otherwise. */
bool lease_time(struct pxed_slice text, int64_t *ret);
int lease_wrong(struct lease_row *row, const char *why);
