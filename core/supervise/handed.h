/* Sockets that systemd has opened for the daemon (socket activation, sd_listen_fds(3)), and who takes them. */
#pragma once

#include "context.h"

/* Before the plugins open theirs; not a thread yet. */
void handed_init(void);
/* One bound to `port` and to `addr` or to every address, on `iface` or, if only one is served, on none; NULL: on any.
 * It is the caller's. -1: none. */
int handed_take(const struct daemon *d, int type, const struct pxed_addr *addr, uint16_t port, const char *iface);
/* Says which nobody took, and closes them. */
void handed_end(void);
