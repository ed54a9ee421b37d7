/* Port 69: takes requests, answers refusals, begins transfers; and the one timer. */
#pragma once

#include "tftp.h"

/* Binds `listener` to its interface's address. 0 or a negative errno, a sentence is logged. */
int tftp_listen(struct tftp_listener *listener);
/* Begins to read requests. 0 or a negative errno. */
int tftp_listener_begin(struct tftp_listener *listener);
void tftp_listener_close(struct tftp_listener *listener);

/* Refuses by an ERROR from port 69 whose text is the reason's sentence: it never names a path. */
void tftp_send_refusal(const struct tftp_listener *listener, const struct pxed_addr *peer, uint16_t port,
                       enum pxed_reason reason);

/* Makes the timer fire when the earliest deadline is due. */
void tftp_arm_timer(struct tftp *tftp);

/* IPv4 socket address for the kernel. */
struct sockaddr_in;
void tftp_sockaddr(const struct pxed_addr *addr, uint16_t port, struct sockaddr_in *ret);
