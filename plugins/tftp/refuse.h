/* Refusals: ERROR packets from port 69. */
#pragma once

#include "tftp_state.h"

/* The text of the ERROR is the reason's sentence: it never names a path. */
void tftp_send_refusal(const struct tftp_listener *listener, const struct pxed_addr *peer, uint16_t port,
                       enum pxed_reason reason);

/* IPv4 socket address for the kernel. */
struct sockaddr_in;
void tftp_sockaddr(const struct pxed_addr *addr, uint16_t port, struct sockaddr_in *ret);
