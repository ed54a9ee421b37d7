/* Who asks, and what may be shown to him. */
#pragma once

#include "api_state.h"

/* "token web", or "uid 0 (root)" for the peer of a socket. */
void api_who(const struct api_ask *ask, struct pxed_buf *out);
/* May it be shown this machine? */
bool api_sees(const struct api_ask *ask, const struct pxed_hwaddr *mac);
/* The same for "web db", groups; empty: every machine. */
bool api_in_groups(const struct api *api, struct pxed_slice groups, const struct pxed_hwaddr *mac);
/* Does it see some hosts only? */
bool api_is_limited(const struct api_ask *ask);
