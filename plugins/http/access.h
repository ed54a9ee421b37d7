/* The access log: off, a file, or the log of the daemon. It never waits: lines are written on a thread, and what does
 * not fit meanwhile is dropped and counted. */
#pragma once

#include "connection_state.h"

/* In init, as root: opens the file. An error is logged, and nothing is written then. */
void http_access_open(struct http *h);
/* Is there a folder for this file? Also true for `journal`. */
bool http_access_folder(const char *path);
/* The answer of this connection has ended, or been cut. */
void http_access_note(struct http_conn *c);
/* Writes what is left, and closes the file. */
void http_access_close(struct http *h);
