/* The namespace's door, and looking again: the kernel knows a neighbour's hardware address only once the neighbour has
 * answered it. TCP's clients have, a datagram that only came in has not. */
#pragma once

#include "context.h"

/* As pxed_core's open: true if answered at once, else `later` comes. */
bool content_open(struct daemon *d, const struct pxed_request *request, enum pxed_reason *ret_reason,
                  struct pxed_content **ret_content, pxed_open_fn *later, void *arg, uint64_t *ret_ticket);
