/* Entry to the namespace, with a second look at the neighbour table: the kernel learns a neighbour's hardware address
 * only after it has talked to it. That is so for TCP clients, not for the sender of a first datagram. */
#pragma once

#include "context.h"

/* As pxed_core's open: true if answered at once, else `later` is called. */
bool content_open(struct daemon *d, const struct pxed_request *request, enum pxed_reason *ret_reason,
                  struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket);
