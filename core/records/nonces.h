/* Boot nonces: 64 random bits in the URLs of one boot of one declared host. Whoever asks under them within ten minutes
 * was told them by our offer, which only the host's relay was sent (docs/threat-model.md). In memory only. */
#pragma once

#include "context.h"

/* The host's nonce of this boot: the same for a few minutes, then another. 0: the host is not declared. */
uint64_t nonces_make(struct daemon *d, const struct pxed_hwaddr *mac);
/* Whose it is; NULL: nobody's, or no longer. */
struct machine *nonces_find(struct daemon *d, uint64_t nonce);
void nonces_free(struct daemon *d);
