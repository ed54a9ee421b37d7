/* DATA packets of a transfer. */
#pragma once

#include <sys/types.h>

#include "session_state.h"

/* Lays blocks first .. first + count - 1 into tftp->packets, headers included. Returns the length, 0 on a read error.
 */
size_t tftp_data_lay(struct tftp_session *s, uint64_t first, unsigned count);
/* Sends what was laid. True: the client's port is closed. */
bool tftp_data_send(struct tftp_session *s, size_t length);
/* Sends one packet to the client, as send() does. */
ssize_t tftp_session_send(struct tftp_session *s, const char *packet, size_t len);
/* Does this result of send or recv mean that the client's port is closed? */
bool tftp_client_gone(ssize_t rc);
