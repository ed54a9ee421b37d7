/* Says when a served interface loses its address, goes away, or is made anew. */
#pragma once

#include "context.h"

/* `anew` is called once, when another interface has taken a served one's name: sockets tied to the old one hear
 * nothing, and the daemon has no right to tie new ones. 0 or a negative errno. */
int watch_links_start(struct daemon *d, void (*anew)(struct daemon *d));
void watch_links_stop(struct daemon *d);
