/* The signature of what a hook is sent: HMAC-SHA256 (RFC 2104), as GitHub's webhooks have it. */
#pragma once

#include "pxed/slice.h"

enum { HOOKS_SIGNATURE = 64 + 1 }; /* hex digits and NUL */

/* False: libcrypto has no SHA-256. */
bool hooks_sign(struct pxed_slice secret, struct pxed_slice body, char ret[static HOOKS_SIGNATURE]);
