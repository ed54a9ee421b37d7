/* One transfer from its request to its end: carries out what transfer.c decides. */
#pragma once

#include "session_state.h"

/* Opens the name and starts, now or when the core has it. The session may have ended when this returns. */
void tftp_session_begin(struct tftp *tftp, const struct tftp_listener *listener, const struct pxed_addr *peer,
                        uint16_t port, struct pxed_slice packet, const struct tftp_request *request);
/* Single-port: an answer of its client came to the listener. The session may have ended when this returns. */
void tftp_session_heard(struct tftp_session *s, struct pxed_slice packet);
/* The client repeats its request: it has not seen our first packet. */
void tftp_session_repeat(struct tftp_session *s);
/* Ends it in any state: `reason` OK is no fault. */
void tftp_session_end(struct tftp_session *s, enum pxed_reason reason, bool whole);

/* Another request came from its port: has the client abandoned this transfer? Not while it acknowledges: behind a NAT,
 * and on hosts that let sockets share a port, two clients can look like one. A transfer that is wrongly kept ends by
 * the timer. */
bool tftp_session_is_left(const struct tftp_session *s);

/* The packet was the one that began this session, and nothing was acknowledged yet. */
bool tftp_session_is_repeat(const struct tftp_session *s, struct pxed_slice packet);
