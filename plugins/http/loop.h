/* The plugin's count of open handles, the tick, and the date of this second. */
#pragma once

#include "http_state.h"

struct pxed_slice http_date_now(struct http *h);
void http_tick_start(struct http *h);
void http_handle_closed(struct http *h); /* one of `handles` ended; the last one after fini frees everything */
void http_work_done(struct http *h);     /* after stop(): checks whether all work has ended */
