/* What systemd's protocols for services ask of one: sd_notify(3) and sd_listen_fds(3), which systemd promises to keep
 * as they are (https://systemd.io/PORTABILITY_AND_STABILITY). Without its library, which brings seven others along. */
#pragma once

enum { SYSTEMD_FDS_START = 3 };

/* Sends the text to the socket that NOTIFY_SOCKET names. 1: sent; 0: nobody asks for it; else a negative errno. */
int systemd_notify(const char *text);
/* How many open sockets were handed to this process, from descriptor SYSTEMD_FDS_START on; 0: none. They and the
 * variables that tell of them are kept from the programs we start. Once, before any thread. A negative errno: what
 * tells of them is broken. */
int systemd_sockets(void);
