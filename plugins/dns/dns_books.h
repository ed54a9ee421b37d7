/* Answers one query from what the core and the lease table know. */
#pragma once

#include "dns_state.h"

/* The answer to `bytes` that came over `link`, of at most `room` bytes (0: what the query says), in `out`
 * (DNS_ANSWER_MAX). 0: none is sent. */
size_t dns_books_answer(struct dns_link *link, struct pxed_slice bytes, size_t room, uint8_t *out);
